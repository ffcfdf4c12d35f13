package dev.culvert.natlab;

import java.time.Duration;

/** A laboratory with a peer on each side, for a whole test class. */
final class TwoPeers implements AutoCloseable {
    private static final Duration GATHER = Duration.ofSeconds(5);

    final NatLab lab;
    final LabPeer a;
    final LabPeer b;

    TwoPeers() {
        Laboratory.require();
        lab = NatLab.open(NatKind.NONE, NatKind.NONE);
        try {
            a = lab.start(Side.A);
            b = lab.start(Side.B);
        } catch (LabException e) {
            lab.close();
            throw e;
        }
    }

    /** Puts them behind these NATs, lets them tell each other their candidates, and starts the checks. */
    void check(NatKind kindOfA, NatKind kindOfB, Duration timeout) {
        lab.nat(Side.A, kindOfA);
        lab.nat(Side.B, kindOfB);
        String offer = a.gather(NatLab.SERVER, GATHER);
        String answer = b.gather(NatLab.SERVER, GATHER);
        a.connect(answer, true, timeout);
        b.connect(offer, false, timeout);
    }

    /** The peers end with the laboratory, as every process in it. */
    @Override
    public void close() {
        lab.close();
        a.close();
        b.close();
    }
}
