package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.identity.Identity;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.TransportClosedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handlers that were begun; a run that is killed is one that does not close its journal. */
class HandlerJournalTest {
    private static final PeerId PEER = Identity.generate().peerId();
    private static final PeerId OTHER = Identity.generate().peerId();
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    @TempDir
    private Path directory;

    private final Set<MessageId> delivered = new HashSet<>();
    private final Set<HandlerJournal> opened = new HashSet<>();
    private HandlerJournal journal;

    @BeforeEach
    void open() {
        journal = HandlerJournal.open(file(), (from, id) -> delivered.contains(id));
        opened.add(journal);
    }

    @AfterEach
    void close() {
        opened.forEach(HandlerJournal::close);
    }

    private Path file() {
        return directory.resolve("handlers");
    }

    private boolean begin(int id) {
        return journal.begin(PEER, new MessageId(1, id), NOW);
    }

    private void done(int id) {
        journal.done(PEER, new MessageId(1, id));
    }

    @Test
    void shouldTellAfterAKillWhatHadBegun() {
        assertFalse(begin(1));
        assertFalse(begin(2));
        done(2);
        delivered.add(new MessageId(1, 2));

        open();

        assertTrue(begin(1));
        assertFalse(journal.begin(OTHER, new MessageId(1, 1), NOW), "another sender's message of the same id");
        assertFalse(begin(3));
    }

    @Test
    void shouldStillTellAfterASecondKill() {
        begin(1);
        open();
        for (int i = 100; i < 300; i++) {
            begin(i);
            done(i);
        }
        open();

        assertTrue(begin(1));
    }

    @Test
    void shouldTellWithinOneRunToo() {
        begin(1);
        assertTrue(begin(1), "it was not noted as done, so something went wrong");
        done(1);
        assertFalse(begin(1));
    }

    @Test
    void shouldUseItsPlacesAgain() throws IOException {
        long atFirst = Files.size(file());
        for (int i = 0; i < 10_000; i++) {
            begin(i);
            done(i);
        }
        assertEquals(atFirst, Files.size(file()));
    }

    @Test
    void shouldTakeMoreAtOnceThanItHasPlaces() {
        for (int i = 0; i < 1_000; i++) {
            assertFalse(begin(i));
        }
        open();
        for (int i = 0; i < 1_000; i++) {
            assertTrue(begin(i), "message " + i);
        }
    }

    @Test
    void shouldPassOverWhatIsDamaged() throws IOException {
        begin(1);
        begin(2);
        try (RandomAccessFile damaging = new RandomAccessFile(file().toFile(), "rw")) {
            damaging.seek(3); // in the first sender's id
            int was = damaging.read();
            damaging.seek(3);
            damaging.write(was + 1);
            damaging.setLength(damaging.length() - 3);
        }
        open();

        assertFalse(begin(1));
        assertTrue(begin(2));
        assertEquals(0, Files.size(file()) % 92, "whole places again");
    }

    @Test
    void shouldForgetWhenNoCopyCanComeAnyMore() {
        begin(1);
        journal.begin(PEER, new MessageId(1, 2), NOW.plusSeconds(1));
        journal.prune(NOW.plus(SignedBody.MAX_LIFE).plus(SignedBody.CLOCK_SLACK).plusSeconds(1));

        assertFalse(begin(1));
        assertTrue(begin(2));
    }

    @Test
    void shouldNameAFileThatCanNotBeUsed() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("folder"));

        assertThrows(StoreUnreadableException.class, () -> HandlerJournal.open(folder, (from, id) -> false));
    }

    @Test
    void shouldRefuseOnceClosed() {
        journal.close();
        journal.close();

        assertThrows(TransportClosedException.class, () -> begin(1));
    }

    @Test
    void shouldBeForItsUserOnly() throws IOException {
        Assumptions.assumeTrue(
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));

        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    }
}
