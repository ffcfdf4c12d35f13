package dev.culvert.udp;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** What the kernel tells of a datagram besides its sender; valid during the call that it is handed to. */
public interface PacketInfo {
    /** Nothing is known. */
    PacketInfo UNKNOWN = new PacketInfo() {
        @Override
        public @Nullable InetAddress destination() {
            return null;
        }

        @Override
        public int trafficClass() {
            return -1;
        }
    };

    /** Which of this host's addresses it came to; of interest for a socket that is bound to all. Null if not known. */
    @Nullable
    InetAddress destination();

    /** DSCP and ECN, 0 to 255: the former TOS byte of IPv4, the traffic class of IPv6. -1 if not known. */
    int trafficClass();
}
