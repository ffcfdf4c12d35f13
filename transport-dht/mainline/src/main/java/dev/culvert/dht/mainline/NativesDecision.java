package dev.culvert.dht.mainline;

import java.util.Locale;
import java.util.Optional;

/**
 * Whether the engine's native library can be expected to run here, decided from plain facts and without touching
 * anything. Stateless. What passes may still fail to load, which {@link MainlineNatives} then reports in the same words.
 */
final class NativesDecision {
    /** Where the native library lies in its jar; the only build on Maven Central for this version. */
    static final String RESOURCE = "lib/x86_64/libtorrent4j.so";

    /** The property of libtorrent4j that names a library file. */
    static final String PATH_PROPERTY = "libtorrent4j.jni.path";

    private static final String WAY_OUT = " Use another engine (opendht or tomp2p; memory for tests), or set -D"
            + PATH_PROPERTY + " to a libtorrent4j 2.0.6-26 library built for this platform.";

    private NativesDecision() {}

    /**
     * Why the library will not run, if so.
     *
     * @param os as in the property os.name
     * @param arch as in the property os.arch
     * @param resourcePresent whether {@link #RESOURCE} is on the class path
     * @param ownPath whether the user named a library file
     * @return the whole message for the user; empty when it is worth trying
     */
    static Optional<String> whyNot(String os, String arch, boolean resourcePresent, boolean ownPath) {
        if (ownPath) {
            return Optional.empty();
        }
        boolean linux = os.toLowerCase(Locale.ROOT).startsWith("linux");
        boolean x64 = arch.equals("amd64") || arch.equals("x86_64");
        if (!linux || !x64) {
            return Optional.of(message(
                    "there is no native library for " + os + " on " + arch + ", only for Linux on x86_64.", os, arch));
        }
        if (!resourcePresent) {
            return Optional.of(message(
                    RESOURCE + " is not on the class path; add org.libtorrent4j:libtorrent4j-linux:2.0.6-26.",
                    os,
                    arch));
        }
        return Optional.empty();
    }

    /** The message for a library that was there and would not load. */
    static String message(String reason, String os, String arch) {
        return "The Mainline DHT engine can not run here (" + os + ", " + arch + "): " + reason + WAY_OUT;
    }
}
