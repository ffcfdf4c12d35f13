package dev.culvert.udp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The file with the native core: in the jar, from where it is copied to be loaded, or as the build has left it. */
final class CoreLibrary {
    private CoreLibrary() {}

    /**
     * Loads it for the class loader of this class. A copy is gone again afterwards.
     *
     * @throws IOException if there is none for this processor, or the directory for temporary files takes none
     * @throws UnsatisfiedLinkError if this system does not load it, say as that directory may hold no programs
     */
    static void load() throws IOException {
        URL library = CoreLibrary.class.getResource("/linux-" + processor() + "/libculvert.so");
        if (library == null) {
            throw new IOException("none was built for " + processor());
        }
        if (!library.getProtocol().equals("file") || !loadInPlace(path(library))) {
            loadCopy(library);
        }
    }

    /** False if it is not to be had so: a JVM loads each file for one class loader alone. */
    private static boolean loadInPlace(Path library) {
        try {
            System.load(library.toString());
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    private static void loadCopy(URL library) throws IOException {
        Path copy = Files.createTempFile("culvert-", ".so"); // nobody but this user can read or change it
        try {
            try (InputStream in = library.openStream();
                    OutputStream out = Files.newOutputStream(copy)) {
                in.transferTo(out);
            }
            System.load(copy.toAbsolutePath().toString());
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** As the build names its directories. */
    private static String processor() {
        String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return name.equals("amd64") ? "x86-64" : name;
    }

    private static Path path(URL file) throws IOException {
        try {
            return Path.of(file.toURI()).toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IOException("the library's place is no path: " + file, e);
        }
    }
}
