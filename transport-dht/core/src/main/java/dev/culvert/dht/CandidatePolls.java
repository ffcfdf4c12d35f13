package dev.culvert.dht;

import dev.culvert.dht.Dht.Subscription;
import dev.culvert.transport.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the candidates of many contacts on an engine without push, within a {@link PollBudget}: those with traffic
 * every two seconds or sooner, the others at the interval they were watched with or, when that is more than the budget
 * holds, in turn. Works on the directory's thread, where values are passed on, too; calls come from any thread.
 */
final class CandidatePolls {
    private static final Logger LOG = LoggerFactory.getLogger(CandidatePolls.class);

    /** Between two looks at a contact with traffic. */
    static final Duration QUICK = Duration.ofSeconds(2);

    /** A clock that was set, or a machine that slept, is noticed after this time. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(10);

    private final Dht dht;
    private final InstantSource clock;
    private final InstantSource pace;
    private final EngineThread thread;
    private final PollSchedule schedule = new PollSchedule(RandomGenerator.of("L64X128MixRandom"));

    // All on the directory's thread only.
    private final PollBudget budget;
    private final Timetable<Contact> timetable = new Timetable<>();
    private final Map<PeerId, Set<Contact>> contacts = new HashMap<>();
    private @Nullable ScheduledFuture<?> wakeUp;

    private volatile boolean used;

    /** One watch on one peer. */
    private static final class Contact {
        final PeerId peer;
        final RecordKeys keys;
        final Duration interval;
        final DayListener listener;
        final SeenValues seen = new SeenValues();
        final Map<Long, Slot> slots = new HashMap<>(); // each takes a tenth of a millisecond to make
        long turn;
        int pendingGets;
        boolean reserved;
        volatile boolean closed;

        Contact(PeerId peer, RecordKeys keys, Duration interval, DayListener listener) {
            this.peer = peer;
            this.keys = keys;
            this.interval = interval;
            this.listener = listener;
        }
    }

    /** Gets what was found in the slot of a day. */
    @FunctionalInterface
    interface DayListener {
        void found(long day, byte[] value);
    }

    /**
     * @param clock tells the day
     * @param pace times the looks; only ever goes forward
     * @param getsPerSecond the budget for quiet contacts
     */
    CandidatePolls(Dht dht, InstantSource clock, InstantSource pace, EngineThread thread, int getsPerSecond) {
        this.dht = dht;
        this.clock = clock;
        this.pace = pace;
        this.thread = thread;
        this.budget = new PollBudget(getsPerSecond);
    }

    /** Begins to look; every value is passed on once. */
    Subscription watch(PeerId peer, RecordKeys keys, Duration interval, DayListener listener) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("A polling interval is above zero, not " + interval);
        }
        Contact contact = new Contact(peer, keys, interval, listener);
        used = true;
        run(() -> {
            contacts.computeIfAbsent(peer, added -> new HashSet<>()).add(contact);
            timetable.put(contact, pace.instant());
        });
        return () -> {
            contact.closed = true;
            run(() -> {
                timetable.remove(contact);
                contacts.computeIfPresent(peer, (same, all) -> all.remove(contact) && all.isEmpty() ? null : all);
            });
        };
    }

    /** Something came from this peer, or went to it and may be answered: it is looked at often from now on. */
    void traffic(PeerId peer) {
        if (!used) {
            return; // and needs no thread
        }
        run(() -> {
            Instant now = pace.instant();
            budget.traffic(peer, now);
            for (Contact contact : contacts.getOrDefault(peer, Set.of())) {
                if (contact.pendingGets == 0) {
                    timetable.putEarlier(contact, now.plus(wait(contact, now)));
                }
            }
        });
    }

    private void run(Runnable action) {
        boolean unused = thread.execute(() -> {
            action.run();
            runDue();
        });
    }

    private void runDue() {
        Instant now = pace.instant();
        Optional<Contact> due = timetable.takeDue(now);
        while (due.isPresent()) {
            look(due.get(), now);
            due = timetable.takeDue(now);
        }
        sleep(now);
    }

    private void look(Contact contact, Instant now) {
        List<Long> days = CandidateDays.inTurn(contact.turn, clock.instant());
        if (!contact.reserved && !budget.isActive(contact.peer, now)) {
            Instant time = budget.reserve(now, days.size());
            if (time.isAfter(now)) {
                contact.reserved = true;
                timetable.put(contact, time);
                return;
            }
        }
        contact.reserved = false;
        contact.turn++;
        contact.slots.keySet().retainAll(CandidateDays.all(clock.instant()));
        contact.pendingGets = days.size();
        for (long day : days) {
            CompletableFuture<?> unused = get(contact.slots.computeIfAbsent(day, contact.keys::candidatesFromPeer))
                    .whenComplete((values, failure) -> run(() -> found(contact, day, values)));
        }
    }

    private CompletableFuture<List<byte[]>> get(Slot slot) {
        try {
            return dht.get(slot);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void found(Contact contact, long day, @Nullable List<byte[]> values) {
        contact.pendingGets--;
        if (values == null) {
            LOG.debug("A look for candidates failed, the next one follows");
        } else {
            values.stream().filter(contact.seen::add).forEach(value -> passOn(contact, day, value));
        }
        if (contact.pendingGets == 0 && !contact.closed) {
            Instant now = pace.instant();
            timetable.put(contact, now.plus(wait(contact, now)));
        }
    }

    private static void passOn(Contact contact, long day, byte[] value) {
        if (contact.closed) {
            return;
        }
        try {
            contact.listener.found(day, value);
        } catch (RuntimeException e) {
            LOG.warn("A record could not be taken; the contact is looked at again", e);
        }
    }

    private Duration wait(Contact contact, Instant now) {
        boolean quick = budget.isActive(contact.peer, now) && contact.interval.compareTo(QUICK) > 0;
        return schedule.atMost(quick ? QUICK : contact.interval);
    }

    private void sleep(Instant now) {
        if (wakeUp != null) {
            wakeUp.cancel(false);
            wakeUp = null;
        }
        if (timetable.next().isPresent()) {
            Duration wait = Duration.between(now, timetable.next().get());
            wakeUp = thread.schedule(this::runDue, wait.compareTo(LONGEST_SLEEP) < 0 ? wait : LONGEST_SLEEP);
        }
    }
}
