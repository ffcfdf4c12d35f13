package dev.culvert.ice.frame;

import java.time.Duration;

/**
 * How frames are cut and put together. Immutable; made by {@link #builder()} and checked once in
 * {@link Builder#build()}. Both sides should agree on {@code maxFrameBytes}; the rest is each side's own.
 *
 * @param reassemblyTime how long a frame may take from its first fragment to arrive to its last
 * @param maxFrameBytes longest frame, sent or received
 * @param peerBytes most memory for the incomplete frames of one peer
 * @param memoryBytes most memory for the incomplete frames of all peers of a {@link FrameHub}
 * @param datagramBytes longest datagram sent, header included
 */
public record FrameConfig(
        Duration reassemblyTime, int maxFrameBytes, int peerBytes, long memoryBytes, int datagramBytes) {
    /** What a wire format with fragments of 256 bytes can number in 16 bits, and then some to spare. */
    static final int MAX_FRAME_BYTES = 8 << 20;

    /** The defaults: 2 s, frames up to 1 MiB, 24 MiB for a peer, 128 MiB for all, datagrams of 1200 bytes. */
    public static FrameConfig defaults() {
        return builder().build();
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Bytes of a frame that one full fragment carries. */
    int fragmentBytes() {
        return datagramBytes - FragmentHeader.BYTES;
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {
        private Duration reassemblyTime = Duration.ofSeconds(2);
        private int maxFrameBytes = 1 << 20;
        private int peerBytes = 24 << 20;
        private long memoryBytes = 128L << 20;
        private int datagramBytes = 1200;

        private Builder() {}

        /** Time from a frame's first fragment to its last, 1 ms to 60 s; 2 s by default. */
        public Builder reassemblyTime(Duration time) {
            reassemblyTime = time;
            return this;
        }

        /** Longest frame, 1 byte to 8 MiB; 1 MiB by default. */
        public Builder maxFrameBytes(int bytes) {
            maxFrameBytes = bytes;
            return this;
        }

        /**
         * Memory for one peer's incomplete frames, 64 KiB to 1 GiB and at least twice the longest frame. The default,
         * 24 MiB, holds two seconds of 30 frames a second of 230 KB (13.8 MB), and 65 536 fragments of 256 bytes.
         */
        public Builder peerBytes(int bytes) {
            peerBytes = bytes;
            return this;
        }

        /** Memory for all peers' incomplete frames, at least that of one; 128 MiB by default. */
        public Builder memoryBytes(long bytes) {
            memoryBytes = bytes;
            return this;
        }

        /** Longest datagram to send, 270 to 65507; 1200 by default, which all but odd paths take whole. */
        public Builder datagramBytes(int bytes) {
            datagramBytes = bytes;
            return this;
        }

        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException naming the setting that is out of range
         */
        public FrameConfig build() {
            require(
                    reassemblyTime.compareTo(Duration.ofMillis(1)) >= 0
                            && reassemblyTime.compareTo(Duration.ofSeconds(60)) <= 0,
                    "reassemblyTime is 1 ms to 60 s, not " + reassemblyTime);
            require(
                    maxFrameBytes >= 1 && maxFrameBytes <= MAX_FRAME_BYTES,
                    "maxFrameBytes is 1 to " + MAX_FRAME_BYTES + ", not " + maxFrameBytes);
            require(peerBytes >= 64 << 10 && peerBytes <= 1 << 30, "peerBytes is 64 KiB to 1 GiB, not " + peerBytes);
            require(
                    peerBytes >= 2 * maxFrameBytes,
                    "peerBytes is at least twice maxFrameBytes (" + maxFrameBytes + "), not " + peerBytes);
            require(
                    memoryBytes >= peerBytes,
                    "memoryBytes is at least peerBytes (" + peerBytes + "), not " + memoryBytes);
            int least = FragmentHeader.BYTES + FragmentHeader.LEAST_BYTES;
            require(
                    datagramBytes >= least && datagramBytes <= 65_507,
                    "datagramBytes is " + least + " to 65507, not " + datagramBytes);
            return new FrameConfig(reassemblyTime, maxFrameBytes, peerBytes, memoryBytes, datagramBytes);
        }

        private static void require(boolean holds, String message) {
            if (!holds) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
