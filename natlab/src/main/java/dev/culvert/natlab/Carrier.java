package dev.culvert.natlab;

import java.util.Locale;

/** The NAT of a carrier that both sides are behind. */
public enum Carrier {
    /** What is for the carrier's own address from inside is lost. */
    PLAIN,
    /** It is sent back inside. */
    HAIRPIN;

    /** As the script calls it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
