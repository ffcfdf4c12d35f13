package dev.culvert.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.MessageId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Sender and receiver in virtual time, through a network that forgets, returns stale values and loses puts, while
 * either side loses its disk or gets an old copy of it back, and messages expire. Whatever happened: no message counts as acknowledged that was not
 * delivered, and once the network works again everything outstanding arrives in order.
 */
class QueueConvergenceTest {
    private static final int WINDOW = 8;

    /** One run. */
    private static final class World {
        final Random random;
        final Map<Long, List<QueueEnvelope>> slots = new HashMap<>();
        final List<Map.Entry<QueueAck, Long>> acks = new ArrayList<>();
        Map<Long, Integer> messages = new HashMap<>();
        Map<Long, Integer> backupMessages = new HashMap<>();
        OutboxState backup;
        InboxState receiverBackup = InboxState.INITIAL;
        Set<Integer> rememberedBackup = new HashSet<>();
        boolean numberedInThisRun = true;
        final Set<Integer> everDelivered = new HashSet<>();
        final List<Integer> deliveredInOrder = new ArrayList<>();
        Set<Integer> remembered = new HashSet<>();
        OutboxState sender;
        InboxWindow receiver = new InboxWindow(InboxState.INITIAL, WINDOW);
        long now = 1_000_000;
        int nextMessage = 1;
        long sequence = 1;

        World(long seed) {
            random = new Random(seed);
            sender = OutboxState.fresh(now());
        }

        Instant now() {
            return Instant.ofEpochMilli(now);
        }

        void enqueue() {
            messages.put(sender.tail(), nextMessage++);
            sender = (numberedInThisRun ? sender : sender.restarted(now())).appended();
            numberedInThisRun = true;
        }

        /** Either side's disk goes back to an earlier state. */
        void keepOrRestore() {
            switch (random.nextInt(4)) {
                case 0 -> {
                    backup = sender;
                    backupMessages = new HashMap<>(messages);
                }
                case 1 -> {
                    receiverBackup = receiver.state();
                    rememberedBackup = new HashSet<>(remembered);
                }
                case 2 -> {
                    sender = backup == null ? sender : backup;
                    messages = backup == null ? messages : new HashMap<>(backupMessages);
                    numberedInThisRun = false;
                }
                default -> {
                    receiver = new InboxWindow(receiverBackup, WINDOW);
                    remembered = new HashSet<>(rememberedBackup);
                }
            }
        }

        void put(long ordinal) {
            long index = sender.indexOf(ordinal);
            slots.computeIfAbsent(index, i -> new ArrayList<>())
                    .add(new QueueEnvelope(
                            sender.generation(), sender.start(), new MessageId(0, messages.get(ordinal)), new byte[0]));
        }

        void putAll(double share) {
            for (long ordinal = sender.head(); ordinal < sender.tail(); ordinal++) {
                if (random.nextDouble() < share) {
                    put(ordinal);
                }
            }
        }

        void poll(boolean reliable) {
            for (long index : receiver.wanted(true)) {
                List<QueueEnvelope> history = slots.getOrDefault(index, List.of());
                if (!history.isEmpty() && (reliable || random.nextInt(3) > 0)) {
                    int which = reliable ? history.size() - 1 : random.nextInt(history.size());
                    receiver.offer(index, history.get(which), Instant.MAX);
                }
            }
            int steps = 0;
            while (step()) {
                assertTrue(++steps < 1000, "the receiver does not come to rest");
            }
        }

        private boolean step() {
            InboxWindow.Step step = receiver.step();
            if (step instanceof InboxWindow.Step.Move move) {
                receiver.state(move.state());
                return true;
            }
            if (step instanceof InboxWindow.Step.Deliver deliver) {
                int message = (int) deliver.envelope().id().low();
                if (remembered.add(message)) {
                    everDelivered.add(message);
                    deliveredInOrder.add(message);
                }
                receiver.state(receiver.state().delivered(sequence, now()));
                return true;
            }
            return false;
        }

        void publishAck() {
            acks.add(Map.entry(receiver.state().ack(), sequence++));
        }

        void readAck(boolean reliable) {
            if (acks.isEmpty()) {
                return;
            }
            Map.Entry<QueueAck, Long> read = acks.get(reliable ? acks.size() - 1 : random.nextInt(acks.size()));
            OutboxState old = sender;
            sender = sender.acknowledged(read.getKey(), read.getValue(), now());
            for (long ordinal = old.head(); ordinal < sender.head(); ordinal++) {
                int message = messages.get(ordinal);
                assertTrue(everDelivered.contains(message), "lost message " + message);
            }
            assertEquals(old.tail(), sender.tail());
        }

        void chaos() {
            now += random.nextInt(1000) + 1;
            switch (random.nextInt(14)) {
                case 0, 1, 2 -> enqueue();
                case 3, 4 -> putAll(0.7);
                case 5, 6 -> poll(false);
                case 7, 8 -> publishAck();
                case 9, 10 -> readAck(false);
                case 11 -> {
                    slots.remove((long) random.nextInt(20));
                    keepOrRestore();
                }
                case 12 -> {
                    if (random.nextInt(4) == 0) {
                        sender = OutboxState.fresh(now());
                        messages = new HashMap<>();
                        numberedInThisRun = true;
                    } else if (!sender.isEmpty()) {
                        sender = sender.without(1 + random.nextInt(sender.size()), now());
                    }
                }
                default -> {
                    if (random.nextInt(4) == 0) {
                        receiver = new InboxWindow(InboxState.INITIAL, WINDOW);
                        remembered = new HashSet<>();
                    }
                }
            }
        }

        void settle() {
            for (int round = 0; round < 40 && !sender.isEmpty(); round++) {
                now += 1000;
                putAll(1);
                poll(true);
                publishAck();
                readAck(true);
            }
        }
    }

    @Property(tries = 3000)
    void shouldLoseNothingAndComeToRest(@ForAll long seed) {
        World world = new World(seed);
        for (int i = 0; i < 150; i++) {
            world.chaos();
        }
        world.settle();

        assertTrue(world.sender.isEmpty(), "still outstanding: " + world.sender + ", " + world.receiver.state());
    }

    @Property(tries = 500)
    void shouldKeepOrderWhenNoDiskIsLost(@ForAll long seed) {
        World world = new World(seed);
        for (int i = 0; i < 150; i++) {
            world.now += 10;
            switch (world.random.nextInt(8)) {
                case 0, 1 -> world.enqueue();
                case 2 -> world.putAll(0.6);
                case 3, 4 -> world.poll(false);
                case 5 -> world.publishAck();
                case 6 -> world.readAck(false);
                default -> {
                    if (!world.sender.isEmpty() && world.random.nextInt(5) == 0) {
                        world.sender = world.sender.without(1, world.now());
                    }
                }
            }
        }
        world.settle();

        List<Integer> sorted = world.deliveredInOrder.stream().sorted().toList();
        assertEquals(sorted, world.deliveredInOrder);
        assertTrue(world.sender.isEmpty());
    }
}
