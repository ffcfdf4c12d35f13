package dev.culvert.udp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the native core is in use in this process. It is tried once, when it is first asked for; whatever goes wrong, the
 * pure Java twin does the same work, and one line in the log says why.
 */
public final class NativeCore {
    /** Set to {@code false} before the first endpoint opens, the system property keeps the core out. */
    public static final String PROPERTY = "culvert.native";

    /** The same as a variable of the environment, for processes that somebody else starts; the property goes before. */
    public static final String VARIABLE = "CULVERT_NATIVE";

    private static final Logger LOG = LoggerFactory.getLogger(NativeCore.class);
    private static final Duration TEST = Duration.ofSeconds(1);

    private NativeCore() {}

    /** Tried by whoever comes first; the others wait. */
    private static final class Holder {
        static final @Nullable String REASON = reason();

        private static @Nullable String reason() {
            if (!isWanted()) {
                return "switched off by -D" + PROPERTY + "=false or " + VARIABLE + "=false";
            }
            String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
            if (!system.equals("linux")) {
                return "there is none for this system";
            }
            try {
                return test();
            } catch (Throwable e) { // no JNA, no library for this processor, a temporary directory without write access
                // ...
                return "it can not be loaded: " + e;
            }
        }
    }

    /** Whether nobody has switched it off. */
    static boolean isWanted() {
        String word = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        return word == null || !word.equalsIgnoreCase("false");
    }

    /** Whether it is. */
    public static boolean isAvailable() {
        return reason() == null;
    }

    /** In a few words: which of the two is in use, and if it is the twin, why. */
    public static String describe() {
        String reason = reason();
        return reason == null
                ? "native (linux, " + System.getProperty("os.arch") + ")"
                : "pure Java; no native core: " + reason;
    }

    private static @Nullable String reason() {
        return Holder.REASON;
    }

    static {
        String reason = Holder.REASON;
        if (reason == null) {
            LOG.debug("The native core is in use");
        } else {
            LOG.info("UDP in pure Java; no native core: {}", reason);
        }
    }

    /** Sends something from one socket to another; null if that works. */
    private static @Nullable String test() throws IOException {
        int abi = CoreCalls.abi();
        if (abi != CoreCalls.ABI) {
            return "the library is of another build (" + abi + ")";
        }
        byte[] word = "culvert".getBytes(US_ASCII);
        int[] heard = {0};
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (NativeUdpPoller poller = new NativeUdpPoller()) {
            UdpChannel to = poller.bind(any, 0, (channel, from, payload) -> heard[0] += payload.remaining());
            UdpChannel from = poller.bind(any, 0, (channel, sender, payload) -> {});
            UdpSendStatus status = from.send(ByteBuffer.wrap(word), to.localAddress());
            if (status != UdpSendStatus.SENT) {
                return "nothing can be sent over loopback: " + status;
            }
            long begun = System.nanoTime();
            while (heard[0] == 0 && System.nanoTime() - begun < TEST.toNanos()) {
                poller.poll(TEST); // ends early when the process gets a signal
            }
        }
        return heard[0] == word.length ? null : "nothing arrives over loopback";
    }
}
