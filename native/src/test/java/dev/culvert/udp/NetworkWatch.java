package dev.culvert.udp;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A process that prints each change of the network it lives in, until its input ends. */
final class NetworkWatch {
    /** Looks every second; anything else: as an app would have it. */
    static final String POLLING = "polling";

    private NetworkWatch() {}

    public static void main(String[] arguments) throws IOException {
        Consumer<NetworkChange> print = change -> print(System.nanoTime(), change);
        try (NetworkMonitor monitor =
                arguments[0].equals(POLLING) ? NetworkMonitor.openPolling(print) : NetworkMonitor.open(print)) {
            System.out.println(monitor.isNative() ? "native" : POLLING);
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void print(long nanoTime, NetworkChange change) {
        System.out.println(new Report(nanoTime, change));
    }

    /** One line of it: a change, and when its listener was called; nanoseconds of a clock that all processes share. */
    record Report(long nanoTime, NetworkChange change) {
        static Report parse(String line) {
            String[] words = line.split(" ", -1);
            return new Report(
                    Long.parseLong(words[0]),
                    new NetworkChange(addresses(words[1]), addresses(words[2]), Boolean.parseBoolean(words[3])));
        }

        @Override
        public String toString() {
            return nanoTime + " " + words(change.added()) + " " + words(change.removed()) + " "
                    + change.defaultRouteChanged();
        }

        private static String words(Set<InetAddress> addresses) {
            return addresses.stream()
                    .map(address -> address.getHostAddress().replaceFirst("%.*", "")) // without the interface
                    .collect(Collectors.joining(","));
        }

        static Set<InetAddress> addresses(String words) {
            return Arrays.stream(words.split(",", -1))
                    .filter(word -> !word.isEmpty())
                    .map(Report::address)
                    .collect(Collectors.toSet());
        }

        private static InetAddress address(String literal) {
            try {
                return InetAddress.getByName(literal);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(literal, e);
            }
        }
    }
}
