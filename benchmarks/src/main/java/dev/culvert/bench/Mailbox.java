package dev.culvert.bench;

import dev.culvert.ice.BenchmarkAccess;
import dev.culvert.ice.ReceiveQueue;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * A bounded queue of messages that drops its oldest when full and copies each message in and out: the same work in three
 * ways. Each JVM of the benchmark loads one of them only, so that the calls can be compiled into the loop.
 */
interface Mailbox {
    int CAPACITY = 16;

    void offer(ByteBuffer payload);

    /** The message's length; 0 if there is none. */
    int poll(ByteBuffer buffer);

    /** Waits for a message. */
    int take(ByteBuffer buffer) throws InterruptedException;

    static Mailbox open(String kind) {
        return switch (kind) {
            case "ReceiveQueue" -> new Ours();
            case "ArrayBlockingQueue" -> new Jdk();
            case "synchronized ring" -> new Ring();
            default -> throw new IllegalArgumentException(kind);
        };
    }

    /** Culvert's. */
    final class Ours implements Mailbox {
        private final ReceiveQueue queue = BenchmarkAccess.newQueue(CAPACITY);

        @Override
        public void offer(ByteBuffer payload) {
            BenchmarkAccess.offer(queue, payload);
        }

        @Override
        public int poll(ByteBuffer buffer) {
            return queue.recv(buffer);
        }

        @Override
        public int take(ByteBuffer buffer) throws InterruptedException {
            return queue.recvTimeout(buffer, -1);
        }
    }

    /** What one would take from the JDK; it holds arrays, so that the copy in is a new one each time. */
    final class Jdk implements Mailbox {
        private final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(CAPACITY);

        @Override
        public void offer(ByteBuffer payload) {
            byte[] message = new byte[payload.remaining()];
            payload.get(message);
            while (!queue.offer(message)) {
                queue.poll();
            }
        }

        @Override
        public int poll(ByteBuffer buffer) {
            byte[] message = queue.poll();
            return message == null ? 0 : copyOut(message, buffer);
        }

        @Override
        public int take(ByteBuffer buffer) throws InterruptedException {
            return copyOut(queue.take(), buffer);
        }

        private static int copyOut(byte[] message, ByteBuffer buffer) {
            buffer.put(message);
            return message.length;
        }
    }

    /** What one would write first: arrays that are there already, and copies under the one monitor. */
    final class Ring implements Mailbox {
        private final byte[][] messages = new byte[CAPACITY][2_048];
        private final int[] lengths = new int[CAPACITY];
        private int head;
        private int size;

        @Override
        public synchronized void offer(ByteBuffer payload) {
            if (size == CAPACITY) {
                head = (head + 1) % CAPACITY;
                size--;
            }
            int tail = (head + size) % CAPACITY;
            int length = payload.remaining();
            payload.get(messages[tail], 0, length);
            lengths[tail] = length;
            size++;
            notify();
        }

        @Override
        public synchronized int poll(ByteBuffer buffer) {
            if (size == 0) {
                return 0;
            }
            int length = lengths[head];
            buffer.put(messages[head], 0, length);
            head = (head + 1) % CAPACITY;
            size--;
            return length;
        }

        @Override
        public synchronized int take(ByteBuffer buffer) throws InterruptedException {
            while (size == 0) {
                wait();
            }
            return poll(buffer);
        }
    }
}
