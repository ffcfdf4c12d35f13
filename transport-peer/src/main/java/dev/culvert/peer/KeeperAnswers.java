package dev.culvert.peer;

import dev.culvert.dht.MessageQueue;
import dev.culvert.peer.internal.session.Handover;
import dev.culvert.transport.MessageId;
import dev.culvert.transport.PeerId;
import dev.culvert.transport.Tier;
import java.util.Set;

/**
 * Gives the queue what its keepers answer; everything else is for the app. Answers may come twice, so nothing is noted.
 *
 * @param keepers whose messages are answers
 */
record KeeperAnswers(Set<PeerId> keepers, MessageQueue queue, Inlet app) implements Inlet {
    @Override
    public Handover deliver(PeerId from, MessageId id, byte[] payload, Tier tier) {
        if (!keepers.contains(from)) {
            return app.deliver(from, id, payload, tier);
        }
        queue.keeperAnswered(from, payload);
        return Handover.done();
    }
}
