package dev.culvert.bench;

import com.google.gson.JsonObject;
import dev.culvert.ice.ContextConfig;
import dev.culvert.ice.IceConfig;
import dev.culvert.ice.IceContext;
import dev.culvert.ice.IceDescription;
import dev.culvert.ice.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * One end of a bulk transfer, in a JVM of its own: sends as fast as the far end receives, or counts what it receives, until
 * the process is ended. Two contexts hand each other their descriptions through the parent.
 */
final class BulkProbe {
    static final String CONTEXT = "IceContext";
    static final String CHANNEL = "DatagramChannel";
    static final String SEND = "send";
    static final String RECEIVE = "receive";

    /** Of each datagram. */
    static final int PAYLOAD = 1_200;

    /** As many as fit one message of the kernel's. */
    static final int BATCH = 54;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The sender looks at the number all the time, so it is told now and then: each time takes the cache line from it. */
    private static final int TELL_EACH = BATCH / 2;

    private final InetAddress address;
    private final BulkPage page;
    private final int windowBatches;
    private long received; // the receiving thread only

    private BulkProbe(InetAddress address, BulkPage page, int windowBatches) {
        this.address = address;
        this.page = page;
        this.windowBatches = windowBatches;
    }

    /** Arguments: kind, role, the address to bind to, the receiver's address, the page's file, batches on their way. */
    public static void main(String[] words) {
        ChildJvm.report(() -> {
            BulkProbe probe = new BulkProbe(
                    InetAddress.getByName(words[2]), new BulkPage(Path.of(words[4])), Integer.parseInt(words[5]));
            boolean sends = words[1].equals(SEND);
            if (words[0].equals(CONTEXT)) {
                probe.runContext(sends);
            } else {
                probe.runChannel(sends, InetAddress.getByName(words[3]));
            }
            return new JsonObject();
        });
    }

    private void onDatagram(ByteBuffer payload) {
        if (payload.remaining() == PAYLOAD) {
            received++;
            if (received % TELL_EACH == 0) {
                page.received(received);
            }
        }
    }

    private void runContext(boolean sends) throws IOException {
        IceConfig config = IceConfig.builder()
                .localAddresses(List.of(address))
                .socketBufferBytes(Link.BUFFER_BYTES)
                .build();
        try (IceContext context = IceContext.open(config, ContextConfig.handler(this::onDatagram))) {
            JsonObject report = new JsonObject();
            report.addProperty(
                    "description",
                    HexFormat.of().formatHex(context.gather(Duration.ZERO).toBytes()));
            ChildJvm.say(report);
            String remote = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)).readLine();
            ChildJvm.endWithParent();
            context.connect(
                    IceDescription.fromBytes(HexFormat.of().parseHex(remote)),
                    sends ? Role.CONTROLLING : Role.CONTROLLED,
                    TIMEOUT);
            if (sends) {
                send(context);
            }
            parkForEver();
        }
    }

    private void send(IceContext context) {
        List<ByteBuffer> batch =
                Stream.generate(() -> Messages.ofSize(PAYLOAD)).limit(BATCH).toList();
        BulkWindow window = new BulkWindow(page, (long) windowBatches * BATCH);
        while (true) {
            window.await(BATCH);
            batch.forEach(ByteBuffer::clear);
            int sent = context.send(batch);
            window.onSent(sent);
            if (sent < BATCH) {
                LockSupport.parkNanos(1); // the kernel's buffer is full
            }
        }
    }

    private void runChannel(boolean sends, InetAddress receiver) throws IOException {
        ChildJvm.endWithParent();
        try (ChannelSide side = new ChannelSide("bulk", address, this::onDatagram)) {
            side.start();
            if (sends) {
                while (page.port() == 0) {
                    LockSupport.parkNanos(1_000_000);
                }
                send(side, new InetSocketAddress(receiver, page.port()));
            }
            page.port(side.address().getPort());
            parkForEver();
        }
    }

    private void send(ChannelSide side, InetSocketAddress to) {
        ByteBuffer message = Messages.ofSize(PAYLOAD);
        BulkWindow window = new BulkWindow(page, (long) windowBatches * BATCH);
        while (true) {
            window.await(BATCH);
            int sent = 0;
            for (int i = 0; i < BATCH; i++) {
                message.clear();
                if (side.send(message, to)) {
                    sent++;
                }
            }
            window.onSent(sent);
        }
    }

    private static void parkForEver() {
        while (true) {
            LockSupport.park();
        }
    }
}
