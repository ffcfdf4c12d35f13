package dev.culvert.ice;

import static dev.culvert.ice.LoopbackPair.LOOPBACK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.transport.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Several threads, and the contexts' own callbacks, call whatever a context has, at random, on pairs that share an
 * endpoint: for 10 s, or {@code -Dculvert.random.seconds}. Prints its seed; {@code -Dculvert.random.seed} starts from
 * the same calls again, though the threads may meet in another way.
 */
@Timeout(3_600)
class RandomCallsTest {
    private static final int PAIRS = 3;
    private static final int CALLERS = 3;
    private static final int CALLS = 100;

    /** A close may wait a second each for a handler, a listener and two threads, and for another closer that does. */
    private static final Duration LONGEST_CALL = Duration.ofSeconds(8);

    private static final Duration SHORT = Duration.ofMillis(60);

    private static final Pattern MISUSE = Pattern.compile(
            "A context gathers once.*|connect\\(\\) follows gather\\(\\).*|This context receives.*handler.*");

    private final long seed = Long.getLong("culvert.random.seed", System.nanoTime());
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong connected = new AtomicLong();
    private long messages;

    @Test
    void shouldKeepItsInvariantsWhateverIsCalled() throws Exception {
        // What the callbacks throw on purpose is logged by those two.
        try (LogCapture states = new LogCapture(ContextState.class);
                LogCapture handlers = new LogCapture(DataPath.class)) {
            callForAWhile();
        }
    }

    private void callForAWhile() throws Exception {
        long seconds = Long.getLong("culvert.random.seconds", 10);
        System.out.println("random calls from seed " + seed);
        Random random = new Random(seed);
        round(random.nextLong()); // loads what stays loaded
        int descriptors = ProcessFootprint.descriptors();
        Set<Thread> threads = ProcessFootprint.threads();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        int rounds = 0;
        while (System.nanoTime() - end < 0 && faults.isEmpty()) {
            round(random.nextLong());
            rounds++;
        }

        assertTrue(faults.isEmpty(), () -> "seed " + seed + ": " + faults);
        System.out.printf(
                "%d rounds, %d calls, %d connected, %d messages%n", rounds, calls.get(), connected.get(), messages);
        assertTrue(connected.get() > rounds, "too few pairs connect for this to prove anything");
        assertTrue(messages > rounds, "too few messages arrive for this to prove anything");
        Eventually.holds(
                () -> "descriptors " + descriptors + " -> " + ProcessFootprint.descriptors(),
                () -> ProcessFootprint.descriptors() <= descriptors);
        Eventually.holds(
                () -> "new threads " + ProcessFootprint.names(newThreads(threads)),
                () -> newThreads(threads).isEmpty());
    }

    private static Set<Thread> newThreads(Set<Thread> before) {
        Set<Thread> now = new HashSet<>(ProcessFootprint.threads());
        now.removeAll(before);
        return now;
    }

    /** The endpoint of one side of every pair, and whether a close of it has returned. */
    private record Shared(IceEndpoint endpoint, AtomicBoolean closed) {
        void close() {
            endpoint.close();
            closed.set(true);
        }
    }

    private void round(long roundSeed) throws InterruptedException {
        Random random = new Random(roundSeed);
        IceEndpoint endpoint = IceEndpoint.open(LOOPBACK);
        Shared shared = new Shared(endpoint, new AtomicBoolean());
        List<RandomSubject> subjects = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            RandomSubject near = new RandomSubject(
                    random, endpoint::openContext, shared.closed()::get, faults, insideCallback(random));
            // Of its own endpoint, so that the near one tells the pairs apart by their addresses.
            RandomSubject far = new RandomSubject(
                    random, config -> IceContext.open(LOOPBACK, config), () -> false, faults, insideCallback(random));
            near.partner = far;
            far.partner = near;
            subjects.addAll(List.of(near, far));
        }
        for (int i = 0; i < subjects.size(); i += 2) {
            if (random.nextBoolean()) {
                connectBoth(subjects.get(i), random);
            }
        }
        List<Thread> threads = new ArrayList<>();
        subjects.stream()
                .filter(subject -> !subject.usesHandler && random.nextBoolean())
                .forEach(subject -> threads.add(new Thread(subject::drain, "waiter")));
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            Random own = new Random(random.nextLong());
            callers.add(new Thread(() -> call(own, subjects, shared), "caller"));
        }
        threads.addAll(callers);
        threads.forEach(Thread::start);
        join(callers);
        timed("the end of a round", () -> {
            subjects.forEach(RandomSubject::close);
            endpoint.close();
        });
        join(threads);
        subjects.forEach(RandomSubject::checkEnd);
        messages += subjects.stream().mapToLong(RandomSubject::received).sum();
        assertEquals(0, endpoint.contextCount());
        assertEquals(0, endpoint.routeCount());
        assertEquals(0, endpoint.contexts().size());
        assertEquals(0, endpoint.contexts().transactionCount());
    }

    /** Some pairs are connected and have messages under way when the random calls begin. */
    private void connectBoth(RandomSubject subject, Random random) {
        try {
            gather(subject);
            gather(subject.partner);
            connect(subject.partner, Role.CONTROLLED);
            connect(subject, Role.CONTROLLING);
            subject.trickle();
            subject.partner.trickle();
            subject.futures.forEach(CompletableFuture::join);
            for (int i = 0; i < 5; i++) {
                subject.context.send(subject.message(random));
                subject.partner.context.send(subject.partner.message(random));
            }
        } catch (TransportException | CompletionException | IllegalStateException e) {
            return; // its own listener has ended it
        }
    }

    private void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(60));
            if (thread.isAlive()) {
                faults.add(thread.getName() + " hangs in " + List.of(thread.getStackTrace()));
                thread.interrupt();
            }
        }
    }

    /** What handlers and listeners do: mostly nothing, sometimes what is hardest on a context. */
    private Consumer<RandomSubject> insideCallback(Random random) {
        return subject -> {
            int choice;
            synchronized (random) {
                choice = random.nextInt(60);
            }
            switch (choice) {
                case 0 -> subject.close();
                case 1 -> subject.partner.close();
                case 2 -> subject.context.shutdown();
                case 3, 4, 5, 6, 7, 8 -> subject.context.stats();
                case 9 -> throw new AssertionError("a handler's own fault");
                default -> {
                    // Nothing.
                }
            }
        };
    }

    private void call(Random random, List<RandomSubject> subjects, Shared endpoint) {
        for (int i = 0; i < CALLS && faults.isEmpty(); i++) {
            RandomSubject subject = subjects.get(random.nextInt(subjects.size()));
            int choice = random.nextInt(100);
            timed("call " + choice, () -> attempt(choice, subject, random, endpoint));
            calls.incrementAndGet();
        }
    }

    private void timed(String what, Runnable work) {
        long start = System.nanoTime();
        work.run();
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        if (millis > LONGEST_CALL.toMillis()) {
            faults.add(what + " took " + millis + " ms");
        }
    }

    private void attempt(int choice, RandomSubject subject, Random random, Shared endpoint) {
        try {
            one(choice, subject, random, endpoint);
        } catch (TransportException e) {
            assertTrue(e.getMessage().length() > 10, "an error that says nothing");
        } catch (IllegalStateException e) {
            if (!MISUSE.matcher(String.valueOf(e.getMessage())).matches()) {
                faults.add("call " + choice + " threw " + e);
            }
        } catch (Throwable e) {
            faults.add("call " + choice + " threw " + e + " at " + List.of(e.getStackTrace()));
        }
    }

    private void one(int choice, RandomSubject subject, Random random, Shared endpoint) throws Exception {
        IceContext context = subject.context;
        if (choice < 9) {
            gather(subject);
            gather(subject.partner);
        } else if (choice < 12) {
            subject.description = context.gatherTrickling(Duration.ofMillis(5), subject);
        } else if (choice < 15) {
            subject.partner.trickle();
        } else if (choice < 30) {
            connect(subject, Role.CONTROLLING);
            connect(subject.partner, Role.CONTROLLED);
            subject.trickle();
        } else if (choice < 34) {
            subject.description = context.gather(Duration.ZERO);
        } else if (choice < 37 && subject.partner.description != null) {
            context.connect(subject.partner.description, Role.CONTROLLING, SHORT);
        } else if (choice < 60) {
            context.send(subject.message(random));
        } else if (choice < 70) {
            subject.take(random.nextInt(64), 0);
        } else if (choice < 82) {
            subject.take(random.nextInt(64), 1 + random.nextInt(5));
        } else if (choice < 88) {
            context.stats();
        } else if (choice < 92) {
            context.selectedPair();
            context.state();
        } else if (choice < 94) {
            context.shutdown();
        } else if (choice < 97) {
            subject.close();
        } else if (choice == 97 && random.nextInt(4) == 0) {
            endpoint.close();
        } else {
            endpoint.endpoint().openContext().close();
        }
    }

    private static void gather(RandomSubject subject) {
        var gathering = subject.context.gatherAsync(Duration.ZERO);
        subject.futures.add(gathering);
        gathering.thenAccept(description -> subject.description = description);
    }

    private void connect(RandomSubject subject, Role role) {
        IceDescription remote = subject.partner.description;
        if (remote != null) {
            var connecting = subject.context.connectAsync(subject.seen(remote), role, SHORT);
            subject.futures.add(connecting);
            connecting.thenAccept(pair -> connected.incrementAndGet());
        }
    }
}
