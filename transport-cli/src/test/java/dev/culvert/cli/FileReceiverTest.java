package dev.culvert.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReceiverTest {
    /** SHA3-512 of nothing, as FIPS 202's example values give it. */
    private static final String EMPTY = "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
            + "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26";

    @TempDir
    Path directory;

    @Test
    void shouldJoinPartsAndDigestWhatIsOnDisk() throws Exception {
        FileReceiver receiver = new FileReceiver(directory.resolve("file"));

        assertEquals(Optional.empty(), receiver.begin(Payload.fileHead(6)));
        assertEquals(Optional.empty(), receiver.part(Payload.tagged(Payload.FILE_PART, new byte[] {1, 2, 3, 4}, 4)));
        Optional<FileReceiver.Received> received =
                receiver.part(Payload.tagged(Payload.FILE_PART, new byte[] {5, 6, 0}, 2));

        Path same = directory.resolve("same");
        Files.write(same, new byte[] {1, 2, 3, 4, 5, 6});
        assertEquals(Optional.of(FileReceiver.digest(same)), received);
    }

    @Test
    void shouldTakeAnEmptyFile() {
        FileReceiver receiver = new FileReceiver(directory.resolve("file"));

        assertEquals(Optional.of(new FileReceiver.Received(0, EMPTY)), receiver.begin(Payload.fileHead(0)));
    }

    @Test
    void shouldRefuseMoreThanWasAnnounced() {
        FileReceiver receiver = new FileReceiver(directory.resolve("file"));
        assertTrue(receiver.begin(Payload.fileHead(1)).isEmpty());

        assertThrows(
                IllegalStateException.class,
                () -> receiver.part(Payload.tagged(Payload.FILE_PART, new byte[] {1, 2}, 2)));
    }
}
