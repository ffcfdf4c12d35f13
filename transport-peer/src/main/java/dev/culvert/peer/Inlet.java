package dev.culvert.peer;

import dev.culvert.peer.internal.session.Handover;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;

/** Where messages of peers go, whichever way they came. Thread-safe. */
interface Inlet {
    /** Takes a message; does not block. */
    Handover deliver(PeerId from, MessageId id, byte[] payload, Tier tier);
}
