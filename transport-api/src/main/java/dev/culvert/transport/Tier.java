package dev.culvert.transport;

/** The way a message took, best first. */
public enum Tier {
    /** A connection whose selected pair is host to host: the same network, or public addresses on both sides. */
    DIRECT,
    /** A connection punched through NATs: at least one side's selected candidate is reflexive. */
    ICE,
    /** A connection through a TURN server. */
    RELAY,
    /** The DHT message queue: safe on the sender's disk, and put into the DHT again until the receiver has it. */
    QUEUED
}
