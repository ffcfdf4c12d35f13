package dev.culvert.natlab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.udp.IcmpError;
import dev.culvert.udp.UdpChannel;
import dev.culvert.udp.UdpPoller;
import dev.culvert.udp.UdpReceiver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process with one UDP socket on each address it is given: sends as the lines of its input say, and tells of what routers
 * report. Needs no class of the laboratory's, so that it can be copied to where an unprivileged user may read it.
 */
final class IcmpProbe {
    private final UdpPoller poller = UdpPoller.open();
    private final List<UdpChannel> channels = new ArrayList<>();
    private final AtomicInteger received = new AtomicInteger();

    private IcmpProbe() {}

    /** Takes the addresses. */
    public static void main(String[] addresses) throws IOException {
        IcmpProbe probe = new IcmpProbe();
        StringBuilder ready = new StringBuilder("ready");
        for (String address : addresses) {
            UdpChannel channel = probe.poller.bind(
                    new InetSocketAddress(InetAddress.getByName(address), 0), 0, probe.new Receiver());
            probe.channels.add(channel);
            ready.append(' ').append(channel.localAddress().getPort());
        }
        Thread polling = new Thread(probe::poll, "icmp-probe");
        polling.setDaemon(true);
        polling.start();
        System.out.println(ready);
        probe.obey(new BufferedReader(new InputStreamReader(System.in, UTF_8)));
        probe.poller.close();
    }

    private final class Receiver implements UdpReceiver {
        @Override
        public void onDatagram(UdpChannel channel, InetSocketAddress from, ByteBuffer payload) {
            received.incrementAndGet();
        }

        @Override
        public void onIcmpError(UdpChannel channel, IcmpError error) {
            InetAddress offender = error.offender();
            System.out.println("icmp " + error.kind() + " "
                    + error.destination().getAddress().getHostAddress() + " "
                    + error.destination().getPort() + " " + (offender == null ? "-" : offender.getHostAddress()) + " "
                    + error.mtu());
        }
    }

    private void poll() {
        try {
            while (true) {
                poller.poll(Duration.ofSeconds(-1));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void obey(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (line != null) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "send" -> send(channels.get(Integer.parseInt(words[1])), target(words), words);
                case "mtu" ->
                    System.out.println(
                            "mtu " + channels.get(Integer.parseInt(words[1])).pathMtu(target(words)));
                case "count" -> System.out.println("count " + received.get());
                default -> throw new IllegalArgumentException(line);
            }
            line = lines.readLine();
        }
    }

    private static InetSocketAddress target(String[] words) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(words[2]), Integer.parseInt(words[3]));
    }

    /** {@code send CHANNEL ADDRESS PORT BYTES}. */
    private static void send(UdpChannel channel, InetSocketAddress to, String[] words) {
        System.out.println("sent " + channel.send(ByteBuffer.allocate(Integer.parseInt(words[4])), to));
    }
}
