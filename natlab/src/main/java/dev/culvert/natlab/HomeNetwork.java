package dev.culvert.natlab;

import java.util.Random;

/**
 * How often a peer of a mixed run sits behind each kind of NAT. These shares are an assumption, chosen by hand so that
 * every kind occurs and the usual home router most often; nobody has measured them. Change them to what your users have.
 */
enum HomeNetwork {
    PORT(NatKind.PORT, 45),
    ADDR(NatKind.ADDR, 12),
    FULL(NatKind.FULL, 10),
    CGN(NatKind.CGN, 10),
    EIM(NatKind.EIM, 8),
    FIREWALL(NatKind.FIREWALL, 5),
    NONE(NatKind.NONE, 5),
    SYM(NatKind.SYM, 5);

    private final NatKind kind;
    private final int percent;

    HomeNetwork(NatKind kind, int percent) {
        this.kind = kind;
        this.percent = percent;
    }

    NatKind kind() {
        return kind;
    }

    /** Of a hundred peers. */
    int percent() {
        return percent;
    }

    /** One at random, as often as its share says. */
    static NatKind draw(Random random) {
        int left = random.nextInt(100);
        for (HomeNetwork network : values()) {
            left -= network.percent;
            if (left < 0) {
                return network.kind;
            }
        }
        throw new IllegalStateException("The shares are less than a hundred");
    }
}
