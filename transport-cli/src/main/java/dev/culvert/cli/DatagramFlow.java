package dev.culvert.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.ice.SendStatus;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The datagrams of one run of {@code culvert ice} on their way: shows or sends back what comes in, sends what is typed and
 * what the {@link DatagramExchange} wants. Methods without a note belong to the thread of the dialogue.
 */
final class DatagramFlow {
    /** Datagrams that wait for the dialogue's thread; more are dropped, as a full socket would. */
    private static final int MAX_WAITING = 4_096;

    /** Datagrams to be sent back that wait for the path, or for the kernel; more are dropped. */
    private static final int MAX_ECHOES = 1_024;

    private record Typed(byte[] text, Runnable sent) {}

    private final DatagramExchange exchange;
    private final PrintStream shown;
    private final Consumer<Runnable> mailbox;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();
    private final Deque<byte[]> echoes = new ArrayDeque<>();
    private final Deque<Typed> typed = new ArrayDeque<>(); // bounded by the reader, which waits for what is not sent

    /**
     * A flow.
     *
     * @param shown takes what comes in and does not go back
     * @param mailbox has tasks run on the dialogue's thread; called on any thread
     */
    DatagramFlow(DatagramExchange exchange, PrintStream shown, Consumer<Runnable> mailbox) {
        this.exchange = exchange;
        this.shown = shown;
        this.mailbox = mailbox;
    }

    /** The context's I/O thread. */
    void onDatagram(ByteBuffer payload) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            dropped.incrementAndGet();
            return;
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        mailbox.accept(() -> {
            waiting.decrementAndGet();
            take(bytes);
        });
    }

    private void take(byte[] bytes) {
        if (exchange.onReceived(bytes, System.nanoTime())) {
            if (echoes.size() < MAX_ECHOES) {
                echoes.add(bytes);
            } else {
                dropped.incrementAndGet();
            }
        } else if (!exchange.echoes()) {
            shown.println(printable(bytes));
            shown.flush();
        }
    }

    /** The far end may send what would drive the terminal. */
    static String printable(byte[] bytes) {
        StringBuilder out = new StringBuilder(bytes.length);
        new String(bytes, UTF_8).codePoints().forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    /** Takes a line that a person typed, and what to call when it has left. */
    void type(String line, Runnable sent) {
        typed.add(new Typed(line.getBytes(UTF_8), sent));
    }

    /** Whether everything typed has left. */
    boolean hasSentTyped() {
        return typed.isEmpty();
    }

    /** Sends what waits, and one of our own. What the kernel has no room for is tried again at the next call. */
    void flush(Function<ByteBuffer, SendStatus> path, long now) {
        while (!echoes.isEmpty() && isDone(path, echoes.element())) {
            echoes.remove();
        }
        while (!typed.isEmpty() && isDone(path, typed.element().text())) {
            typed.remove().sent().run();
            exchange.onTypedSent(now);
        }
        exchange.next().filter(own -> isDone(path, own)).ifPresent(own -> exchange.onSent(now));
    }

    /** Whether it is done with: sent, or never to be. */
    private boolean isDone(Function<ByteBuffer, SendStatus> path, byte[] bytes) {
        return switch (path.apply(ByteBuffer.wrap(bytes))) {
            case BUFFER_FULL, NOT_CONNECTED -> false;
            case SENT, EMPTY -> true;
            case TOO_LARGE, UNREACHABLE, CLOSED -> {
                dropped.incrementAndGet();
                yield true;
            }
        };
    }

    @Override
    public String toString() {
        return exchange + (dropped.get() == 0 ? "" : ", dropped " + dropped.get());
    }
}
