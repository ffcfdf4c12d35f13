package dev.culvert.ice.internal.turn;

import java.nio.ByteBuffer;

/** A receiver that passes on; tests override what they want otherwise. */
class ForwardingReceiver implements TurnWire.Receiver {
    private final TurnWire.Receiver next;

    ForwardingReceiver(TurnWire.Receiver next) {
        this.next = next;
    }

    @Override
    public void onMessage(ByteBuffer message) {
        next.onMessage(message);
    }

    @Override
    public void onEnd(String reason) {
        next.onEnd(reason);
    }
}
