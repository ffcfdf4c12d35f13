package dev.culvert.peer;

import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import java.util.concurrent.CompletionStage;

/** Where messages of peers go, whichever way they came. Thread-safe. */
interface Inlet {
    /** Completes when nobody needs the message any more; fails when it is to come again. */
    CompletionStage<Void> deliver(PeerId from, MessageId id, byte[] payload, Tier tier);
}
