package dev.culvert.natlab;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A laboratory for a test class: built before its first test, closed with its peers after its last. Either
 * {@code @RegisterExtension static final NatLabExtension LAB = NatLabExtension.of(...)}, or {@code @ExtendWith} and
 * parameters of type {@link NatLab} or {@link TwoPeers}. Where there can be no laboratory the tests are skipped, or fail
 * if the environment has {@code CULVERT_REQUIRE_TOOLS=1}. For one thread, as the laboratory itself.
 */
public final class NatLabExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    private final Supplier<NatLab> source;
    private @Nullable NatLab lab;
    private @Nullable TwoPeers peers;

    /** For {@code @ExtendWith}: no NAT on either side, until {@link NatLab#nat} makes one. */
    public NatLabExtension() {
        this(() -> NatLab.open(NatKind.NONE, NatKind.NONE));
    }

    private NatLabExtension(Supplier<NatLab> source) {
        this.source = source;
    }

    /** With these NATs at first. */
    public static NatLabExtension of(NatKind a, NatKind b) {
        return new NatLabExtension(() -> NatLab.open(a, b));
    }

    /** With a laboratory that is opened in any way; this extension closes it. */
    public static NatLabExtension of(Supplier<NatLab> opening) {
        return new NatLabExtension(opening);
    }

    /** Skips the running test if there can be no laboratory, or fails it where that is required. */
    public static void require() {
        require(NatLab.missing(), "1".equals(System.getenv("CULVERT_REQUIRE_TOOLS")));
    }

    static void require(List<String> missing, boolean isRequired) {
        if (isRequired) {
            Assertions.assertEquals(List.of(), missing, "CULVERT_REQUIRE_TOOLS=1, but something is missing");
        }
        Assumptions.assumeTrue(
                missing.isEmpty(),
                () -> "no NAT laboratory here without " + missing
                        + " (Debian: iproute2 nftables conntrack coturn openssl util-linux)");
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        require();
        lab = source.get();
    }

    /** The laboratory. */
    public NatLab lab() {
        if (lab == null) {
            throw new IllegalStateException("There is a laboratory from before the first test until after the last");
        }
        return lab;
    }

    /** Two peers of Culvert's in it, started when first asked for. */
    public TwoPeers peers() {
        TwoPeers now = peers;
        if (now == null) {
            now = TwoPeers.start(lab(), PeerKind.CULVERT);
            peers = now;
        }
        return now;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == NatLab.class || type == TwoPeers.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == NatLab.class ? lab() : peers();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        // The laboratory first: every process in it ends at once, also one that does not listen.
        if (lab != null) {
            lab.close();
        }
        if (peers != null) {
            peers.close();
        }
        lab = null;
        peers = null;
    }
}
