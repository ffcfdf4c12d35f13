package dev.culvert.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.transport.PeerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityFileTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("identity");
    }

    private byte[] saved(Identity identity) throws IOException {
        identity.save(file());
        return Files.readAllBytes(file());
    }

    private void assertRefusedAndUntouched(byte[] content) throws IOException {
        Files.write(file(), content);

        assertThrows(IdentityFileException.class, () -> Identity.load(file()));
        assertThrows(IdentityFileException.class, () -> Identity.loadOrCreate(file()));
        assertArrayEquals(content, Files.readAllBytes(file()));
        assertOnlyTheFile();
    }

    private void assertOnlyTheFile() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file()), files.toList());
        }
    }

    private void assertOwnerOnly(Path path, String permissions) throws IOException {
        assumeTrue(path.getFileSystem().supportedFileAttributeViews().contains("posix"));
        assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void shouldBringBackBothKeys() {
        Identity identity = Identity.generate();
        PeerId other = Identity.generate().peerId();
        identity.save(file());

        Identity loaded = Identity.load(file());

        assertEquals(identity.peerId(), loaded.peerId());
        assertArrayEquals(identity.signingKey().seed(), loaded.signingKey().seed());
        assertArrayEquals(
                identity.pairSecret(other).derive("x", 32),
                loaded.pairSecret(other).derive("x", 32));
    }

    @Test
    void shouldCreateOnceAndLoadAfterwards() throws IOException {
        Identity created = Identity.loadOrCreate(file());

        assertEquals(created.peerId(), Identity.loadOrCreate(file()).peerId());
        assertEquals(created.peerId(), Identity.load(file()).peerId());
        assertOnlyTheFile();
    }

    @Test
    void shouldBeReadableByItsOwnerOnly() throws IOException {
        Identity.loadOrCreate(file());
        assertOwnerOnly(file(), "rw-------");

        Files.delete(file());
        Identity.generate().save(file());
        assertOwnerOnly(file(), "rw-------");
    }

    @Test
    void shouldTightenPermissionsWhenItReplacesAFile() throws IOException {
        Files.writeString(file(), "old");
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
        Identity identity = Identity.generate();

        identity.save(file());

        assertOwnerOnly(file(), "rw-------");
        assertEquals(identity.peerId(), Identity.load(file()).peerId());
        assertOnlyTheFile();
    }

    @Test
    void shouldMakeMissingFoldersForTheOwnerOnly() throws IOException {
        Path deep = folder.resolve("config").resolve("culvert").resolve("identity");

        Identity created = Identity.loadOrCreate(deep);

        assertEquals(created.peerId(), Identity.load(deep).peerId());
        assertOwnerOnly(deep.getParent(), "rwx------");
    }

    @Test
    void shouldRefuseATruncatedFile() throws IOException {
        byte[] content = saved(Identity.generate());
        for (int length = 0; length < content.length; length++) {
            assertRefusedAndUntouched(Arrays.copyOf(content, length));
        }
    }

    @Test
    void shouldRefuseAFileThatIsTooLong() throws IOException {
        byte[] content = saved(Identity.generate());

        assertRefusedAndUntouched(Arrays.copyOf(content, content.length + 1));
        assertRefusedAndUntouched(Arrays.copyOf(content, 1_000_000));
    }

    @Test
    void shouldRefuseGarbage() throws IOException {
        byte[] garbage = new byte[IdentityFile.LENGTH];
        new SeededRandom(60).nextBytes(garbage);

        assertRefusedAndUntouched(garbage);
        assertRefusedAndUntouched("-----BEGIN PRIVATE KEY-----\n".getBytes(UTF_8));
    }

    @Test
    void shouldRefuseAnyFlippedBit() throws IOException {
        byte[] content = saved(Identity.generate());
        for (int bit = 0; bit < 8 * content.length; bit++) {
            byte[] flipped = content.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            Files.write(file(), flipped);
            assertThrows(IdentityFileException.class, () -> Identity.load(file()));
        }
    }

    @Test
    void shouldNotShowKeysInItsComplaint() throws IOException {
        byte[] content = saved(Identity.generate());
        content[content.length - 1] ^= 1;
        Files.write(file(), content);

        IdentityFileException failure = assertThrows(IdentityFileException.class, () -> Identity.load(file()));

        String text = failure.getMessage();
        assertTrue(text.contains(file().toString()) && text.contains("checksum"), text);
        assertFalse(text.contains(Hex.text(Arrays.copyOfRange(content, 17, 21))), text);
    }

    @Test
    void shouldSayThatAFileIsMissing() {
        assertThrows(IdentityFileException.class, () -> Identity.load(file()));
        assertFalse(Files.exists(file()));
    }

    @Test
    void shouldRefuseAFolder() throws IOException {
        Files.createDirectory(file());

        assertThrows(IdentityFileException.class, () -> Identity.load(file()));
        assertThrows(IdentityFileException.class, () -> Identity.loadOrCreate(file()));
        assertTrue(Files.isDirectory(file()));
    }

    @Test
    void shouldNotWriteThroughABrokenLink() throws IOException {
        Path target = folder.resolve("elsewhere");
        Files.createSymbolicLink(file(), target);

        assertThrows(IdentityFileException.class, () -> Identity.loadOrCreate(file()));
        assertTrue(Files.isSymbolicLink(file()));
        assertFalse(Files.exists(target, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void shouldNotSaveBelowAFile() throws IOException {
        Files.writeString(file(), "a file");
        Identity identity = Identity.generate();

        assertThrows(IdentityFileException.class, () -> identity.save(file().resolve("identity")));
        assertEquals("a file", Files.readString(file()));
    }

    @Test
    void shouldReplaceOneIdentityByAnother() {
        Identity first = Identity.generate();
        Identity second = Identity.generate();
        first.save(file());
        second.save(file());

        assertNotEquals(first.peerId(), second.peerId());
        assertEquals(second.peerId(), Identity.load(file()).peerId());
    }

    @Test
    void shouldGiveAllTheSameIdentityWhenManyBeginAtOnce()
            throws InterruptedException, ExecutionException, TimeoutException, IOException {
        int starters = 8;
        ExecutorService executor = Executors.newFixedThreadPool(starters);
        try {
            CyclicBarrier start = new CyclicBarrier(starters);
            Callable<PeerId> begin = () -> {
                start.await(10, TimeUnit.SECONDS);
                return Identity.loadOrCreate(file()).peerId();
            };
            List<Future<PeerId>> found = Stream.generate(() -> executor.submit(begin))
                    .limit(starters)
                    .toList();
            PeerId kept = found.get(0).get(20, TimeUnit.SECONDS);
            for (Future<PeerId> one : found) {
                assertEquals(kept, one.get(20, TimeUnit.SECONDS));
            }
            assertEquals(kept, Identity.load(file()).peerId());
            assertOnlyTheFile();
        } finally {
            executor.shutdownNow();
        }
    }
}
