package dev.culvert.dht.mainline;

import dev.culvert.dht.Slot;
import dev.culvert.transport.TransportClosedException;
import dev.culvert.transport.TransportException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The gets and puts of one engine, from the call to the future's end. Called from any thread; {@link #lock} guards the
 * pending ones and is never held during a native call or while a future completes, for which the alert thread gets the
 * actions back. From {@link #refuseAll} on nothing is taken in.
 */
final class Requests {
    /** Most gets, and most puts, that may wait at once. */
    private static final int MAX_PENDING = 4096;

    /** With 16 young requests about 256 packets may come at once, which fits the default buffer of a socket. */
    private static final int MAX_YOUNG = 16;

    private static final long YOUNG_MILLIS = 500;

    /** Looking through all that wait after every alert would cost more than the alerts. */
    private static final long EXPIRE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final NativeSession session;
    private final LongAdder foreign = new LongAdder();
    private final LongAdder unmatched = new LongAdder();

    private final Object lock = new Object();
    // Guarded by lock, as is what they hold.
    private final PendingGets gets;
    private final PendingPuts puts;
    private final Pace pace = new Pace(MAX_YOUNG, TimeUnit.MILLISECONDS.toNanos(YOUNG_MILLIS));
    private boolean refusing;
    private long expiredAt = System.nanoTime();

    Requests(MainlineConfig config, NativeSession session) {
        this.session = session;
        this.gets = new PendingGets(
                MAX_PENDING, config.getTimeout().toNanos(), config.settleTime().toNanos());
        this.puts = new PendingPuts(MAX_PENDING, config.putTimeout().toNanos());
    }

    CompletableFuture<List<byte[]>> get(Slot slot) {
        PendingGets.Get get = new PendingGets.Get(slot, new CompletableFuture<>());
        synchronized (lock) {
            if (refusing) {
                return CompletableFuture.failedFuture(closed());
            }
            if (!gets.begin(get)) {
                return CompletableFuture.failedFuture(tooMany());
            }
            pace.add(get);
        }
        startSome();
        return get.result;
    }

    /** @param secret wiped when the put is over */
    CompletableFuture<Integer> put(Slot slot, byte[] secret, byte[] value) {
        PendingPuts.Put put = new PendingPuts.Put(slot, secret, value, new CompletableFuture<>());
        synchronized (lock) {
            PendingPuts.Offer offer = refusing ? PendingPuts.Offer.REFUSED : puts.offer(put);
            if (offer == PendingPuts.Offer.REFUSED) {
                Arrays.fill(secret, (byte) 0);
                return CompletableFuture.failedFuture(refusing ? closed() : tooMany());
            }
            if (offer == PendingPuts.Offer.READY) {
                pace.add(put);
            }
        }
        startSome();
        return put.result;
    }

    /** Hands an alert to those who wait for it; others than answers are none of its business. */
    void take(DhtAlert alert, List<Runnable> actions) {
        boolean expected = true;
        synchronized (lock) {
            long now = System.nanoTime();
            if (alert instanceof DhtAlert.Item item) {
                expected = gets.heard(item.slot(), item.sequence(), item.value(), item.last(), now, actions);
            } else if (alert instanceof DhtAlert.Foreign item) {
                foreign.increment();
                expected = gets.heard(item.slot(), 0, null, item.last(), now, actions);
            } else if (alert instanceof DhtAlert.Stored stored) {
                List<PendingPuts.Put> ready = new ArrayList<>();
                expected = puts.stored(stored, actions, ready);
                ready.forEach(pace::add);
            }
        }
        if (!expected) {
            unmatched.increment();
        }
    }

    /** Ends what has waited long enough, and starts what may start now. */
    void tick(List<Runnable> actions) {
        synchronized (lock) {
            long now = System.nanoTime();
            if (now - expiredAt >= EXPIRE_NANOS) {
                expiredAt = now;
                List<PendingPuts.Put> ready = new ArrayList<>();
                gets.expire(now, actions);
                puts.expire(now, actions, ready);
                ready.forEach(pace::add);
            }
        }
        startSome();
    }

    /** From now on every request fails. */
    void refuseAll() {
        synchronized (lock) {
            refusing = true;
        }
    }

    /** Fails what is still there. */
    void failAll(List<Runnable> actions) {
        synchronized (lock) {
            pace.clear();
            gets.failAll(closed(), actions);
            puts.failAll(closed(), actions);
        }
    }

    long foreignItems() {
        return foreign.sum();
    }

    long unmatchedAnswers() {
        return unmatched.sum();
    }

    private void startSome() {
        while (true) {
            Pace.Request request;
            synchronized (lock) {
                long now = System.nanoTime();
                request = pace.next(now);
                if (request instanceof PendingGets.Get get) {
                    gets.started(get, now);
                } else if (request instanceof PendingPuts.Put put) {
                    puts.started(put, now);
                }
            }
            if (request == null) {
                return;
            }
            start(request);
        }
    }

    /** The session takes it, or is gone, and then {@link #failAll} finds the request. */
    private void start(Pace.Request request) {
        try {
            if (request instanceof PendingGets.Get get) {
                session.get(get.slot);
            } else if (request instanceof PendingPuts.Put put) {
                session.put(put.slot, put.secret, put.value);
            }
        } catch (RuntimeException e) {
            refused(request, e);
        }
    }

    private void refused(Pace.Request request, RuntimeException cause) {
        TransportException failure =
                new TransportException("The Mainline DHT session refused a request: " + cause.getMessage(), cause);
        List<Runnable> actions = new ArrayList<>();
        synchronized (lock) {
            if (request instanceof PendingGets.Get get) {
                actions.add(() -> get.result.completeExceptionally(failure));
                gets.heard(get.slot, 0, null, true, System.nanoTime(), actions);
            } else if (request instanceof PendingPuts.Put put) {
                List<PendingPuts.Put> ready = new ArrayList<>();
                puts.failed(put, failure, actions, ready);
                ready.forEach(pace::add);
            }
        }
        actions.forEach(Runnable::run);
    }

    private static TransportClosedException closed() {
        return new TransportClosedException(AlertLoop.WHAT);
    }

    private static TransportException tooMany() {
        return new TransportException("Too many requests to the Mainline DHT are waiting (over " + MAX_PENDING + ", or "
                + PendingPuts.PER_SLOT + " puts of one slot); wait for some to end");
    }
}
