package dev.culvert.dht.mainline;

import dev.culvert.transport.EngineUnavailableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads libtorrent4j's native library, once in a process and on whatever thread asks first. The library is copied from
 * its jar into a private directory, loaded, and the copy deleted at once: the mapping outlives the file, so a process
 * leaves nothing behind unless SIGKILL ends it in the middle of loading. No class of libtorrent4j may be touched before {@link #require()} returned.
 */
final class MainlineNatives {
    private static final Logger LOG = LoggerFactory.getLogger(MainlineNatives.class);
    private static final String BINDINGS = "org.libtorrent4j.swig.libtorrent_jni";

    private MainlineNatives() {}

    /**
     * Loads the library, or does nothing when it is loaded.
     *
     * @throws EngineUnavailableException if it does not run here, each time for the same reason
     */
    static void require() {
        Failure failure = Holder.FAILURE;
        if (failure != null) {
            throw failure.cause == null
                    ? new EngineUnavailableException(failure.message)
                    : new EngineUnavailableException(failure.message, failure.cause);
        }
    }

    private record Failure(String message, @Nullable Throwable cause) {}

    /** The class initialiser is what makes it happen once. */
    private static final class Holder {
        static final @Nullable Failure FAILURE = load();
    }

    private static @Nullable Failure load() {
        String os = System.getProperty("os.name", "unknown");
        String arch = System.getProperty("os.arch", "unknown");
        try {
            ClassLoader loader = MainlineNatives.class.getClassLoader();
            boolean ownPath =
                    !System.getProperty(NativesDecision.PATH_PROPERTY, "").isEmpty();
            boolean present = loader.getResource(NativesDecision.RESOURCE) != null;
            Optional<String> whyNot = NativesDecision.whyNot(os, arch, present, ownPath);
            if (whyNot.isPresent()) {
                return new Failure(whyNot.get(), null);
            }
            if (ownPath) {
                initialise(loader);
            } else {
                loadCopy(loader);
            }
            return null;
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            return new Failure(
                    NativesDecision.message(
                            "its Java classes are missing; add org.libtorrent4j:libtorrent4j:2.0.6-26.", os, arch),
                    e);
        } catch (IOException | LinkageError | RuntimeException e) {
            Throwable first = e.getCause() instanceof LinkageError cause ? cause : e;
            String reason = "loading the native library failed (" + first + "). The directory of java.io.tmpdir, "
                    + System.getProperty("java.io.tmpdir") + ", must be writable and allow execution, and the C library"
                    + " must be glibc.";
            return new Failure(NativesDecision.message(reason, os, arch), e);
        }
    }

    private static void loadCopy(ClassLoader loader) throws IOException, ClassNotFoundException {
        Path directory = Files.createTempDirectory(
                "culvert-dht-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path copy = directory.resolve("libtorrent4j.so");
        try {
            // For an exit while another thread is in here; what is marked last is deleted first.
            directory.toFile().deleteOnExit();
            copy.toFile().deleteOnExit();
            try (InputStream in = loader.getResourceAsStream(NativesDecision.RESOURCE)) {
                if (in == null) {
                    throw new FileNotFoundException(NativesDecision.RESOURCE);
                }
                Files.copy(in, copy);
            }
            System.setProperty(NativesDecision.PATH_PROPERTY, copy.toString());
            initialise(loader);
        } finally {
            System.clearProperty(NativesDecision.PATH_PROPERTY);
            Files.deleteIfExists(copy);
            Files.deleteIfExists(directory);
        }
    }

    private static void initialise(ClassLoader loader) throws ClassNotFoundException {
        Class.forName(BINDINGS, true, loader);
        LOG.debug("libtorrent4j's native library is loaded");
    }
}
