package dev.culvert.natlab;

import java.util.List;

/**
 * What a peer is told to ask for addresses and relays. Immutable.
 *
 * @param stun as {@code host:port}
 * @param turn URIs of RFC 7065, as {@code turn:203.0.113.1:3478?transport=tcp}
 * @param username at the TURN servers
 * @param password at the TURN servers; no secret, the laboratory's
 * @param routerPorts whether the router is asked for ports; Culvert's peers only
 * @param relayOnly whether the peer may learn nothing but the relay's address; Culvert's peers only
 */
public record Servers(
        List<String> stun,
        List<String> turn,
        String username,
        String password,
        boolean routerPorts,
        boolean relayOnly) {
    /** The laboratory's STUN server. */
    public static final Servers STUN = new Servers(List.of(NatLab.SERVER), List.of(), "lab", "lab", false, false);

    /** And its TURN server by UDP. */
    public static final Servers TURN = STUN.withTurn(List.of("turn:" + NatLab.SERVER));

    /** The TURN server by UDP and by TCP. */
    public static final Servers TURN_ANY =
            STUN.withTurn(List.of("turn:" + NatLab.SERVER, "turn:" + NatLab.SERVER + "?transport=tcp"));

    /** The lists are copied. */
    public Servers {
        stun = List.copyOf(stun);
        turn = List.copyOf(turn);
    }

    /** The same with these TURN servers. */
    public Servers withTurn(List<String> uris) {
        return new Servers(stun, uris, username, password, routerPorts, relayOnly);
    }

    /** The same with another user, as a laboratory with time-limited credentials wants. */
    public Servers withUser(String name, String word) {
        return new Servers(stun, turn, name, word, routerPorts, relayOnly);
    }

    /** The same, and the router is asked for ports. */
    public Servers withRouterPorts() {
        return new Servers(stun, turn, username, password, true, relayOnly);
    }

    /** The same, and the peer may learn nothing but the relay's address. */
    public Servers withRelayOnly() {
        return new Servers(stun, turn, username, password, routerPorts, true);
    }

    /** What Culvert's peers are told besides, in a word. */
    String extra() {
        return (routerPorts ? "p" : "") + (relayOnly ? "r" : "");
    }

    /** Reads that word. */
    Servers withExtra(String word) {
        return new Servers(stun, turn, username, password, word.contains("p"), word.contains("r"));
    }

    /** As four words of a line, without the {@link #extra}. */
    String words() {
        return join(stun) + " " + join(turn) + " " + username + " " + password;
    }

    /** Reads four words of a line. */
    static Servers parse(List<String> words) {
        return new Servers(split(words.get(0)), split(words.get(1)), words.get(2), words.get(3), false, false);
    }

    private static String join(List<String> list) {
        return list.isEmpty() ? "-" : String.join(",", list);
    }

    private static List<String> split(String word) {
        return word.equals("-") ? List.of() : List.of(word.split(",", -1));
    }
}
