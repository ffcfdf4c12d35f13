package dev.culvert.dht;

import java.util.Optional;

/** What a keeper says to a request to keep a record. */
public enum KeeperVerdict {
    /** It is on the keeper's disk. */
    KEPT(0),
    /** This sender, or all together, have as much there as they may. */
    FULL(1),
    /** Too many requests of this sender in a short time. */
    TOO_FAST(2),
    /** The keeper's network takes no record of this size. */
    TOO_LARGE(3),
    /** The keeper has a newer record for the slot. */
    STALE(4),
    /** Not a sealed record, or one whose time is over or too long. */
    REFUSED(5),
    /** The keeper's disk failed. */
    DISK_FAILED(6);

    private final byte code;

    KeeperVerdict(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static Optional<KeeperVerdict> of(byte code) {
        for (KeeperVerdict verdict : values()) {
            if (verdict.code == code) {
                return Optional.of(verdict);
            }
        }
        return Optional.empty();
    }

    /** Whether the same request may be taken later. */
    boolean isForNow() {
        return this == FULL || this == TOO_FAST || this == DISK_FAILED;
    }
}
