package org.ice4j.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.ice4j.ResponseCollector;
import org.ice4j.StunException;
import org.ice4j.StunResponseEvent;
import org.ice4j.StunTimeoutEvent;
import org.ice4j.Transport;
import org.ice4j.TransportAddress;
import org.ice4j.message.MessageFactory;
import org.ice4j.message.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the bridge adds to ice4j's transactions, which miss an answer that is quicker than their own bookkeeping. */
@Timeout(30)
class MuxStunStackTest {
    private static final int WAIT_MILLIS = 20;
    private static final int REPETITIONS = 2;

    private final TransportAddress local = new TransportAddress(InetAddress.getLoopbackAddress(), 5_000, Transport.UDP);
    private final TransportAddress remote =
            new TransportAddress(InetAddress.getLoopbackAddress(), 5_001, Transport.UDP);

    /** Notes how each of its requests ended. */
    private static final class Outcomes implements ResponseCollector {
        private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

        @Override
        public void processResponse(StunResponseEvent event) {
            seen.add("answered");
        }

        @Override
        public void processTimeout(StunTimeoutEvent event) {
            seen.add("timed out");
        }

        String next() throws InterruptedException {
            return String.valueOf(seen.poll(10, TimeUnit.SECONDS));
        }
    }

    private TransactionID request(StunStack stack, ResponseCollector collector) throws IOException {
        return stack.sendRequest(
                MessageFactory.createBindingRequest(),
                remote,
                local,
                collector,
                TransactionID.createNewTransactionID(),
                WAIT_MILLIS,
                WAIT_MILLIS,
                REPETITIONS);
    }

    private byte[] answerTo(MuxStunStack stack, byte[] request) throws StunException {
        var asked = MessageFactory.createBindingRequest();
        asked.setTransactionID(id(request));
        Response response = MessageFactory.createBindingResponse(asked, local);
        response.setTransactionID(id(request));
        return response.encode(stack);
    }

    @Test
    void shouldHearOneOutcomeWhenTheAnswerComesBeforeSendReturns() throws Exception {
        Outcomes quick = new Outcomes();
        Outcomes silent = new Outcomes();
        AtomicInteger sent = new AtomicInteger();
        AtomicBoolean answering = new AtomicBoolean(true);
        MuxStunStack[] stack = new MuxStunStack[1];
        stack[0] = new MuxStunStack((message, from, to) -> {
            sent.incrementAndGet();
            if (answering.get()) {
                try {
                    stack[0].receive(answerTo(stack[0], message), to, from);
                } catch (StunException e) {
                    throw new IOException(e);
                }
            }
        });

        TransactionID answered = request(stack[0], quick);
        assertEquals("answered", quick.next());
        assertEquals(1, sent.get());
        answering.set(false);
        request(stack[0], silent);

        // Their timers run alike, so whatever was left of the first request would have shown before this.
        assertEquals("timed out", silent.next());
        assertEquals(1 + 1 + REPETITIONS, sent.get());
        assertTrue(quick.seen.isEmpty(), () -> "after its answer the request also " + quick.seen);
        assertEquals(null, stack[0].getClientTransaction(answered.getBytes()));
        stack[0].shutDown();
    }

    @Test
    void shouldRepeatAnUnansweredRequestAndTimeItOutOnce() throws Exception {
        Outcomes outcomes = new Outcomes();
        List<byte[]> sent = new ArrayList<>();
        MuxStunStack stack = new MuxStunStack((message, from, to) -> sent.add(message));

        request(stack, outcomes);

        assertEquals("timed out", outcomes.next());
        assertEquals(1 + REPETITIONS, sent.size());
        assertTrue(outcomes.seen.isEmpty());
        stack.shutDown();
    }

    @Test
    void shouldKeepNothingOfARequestThatCouldNotLeave() {
        Outcomes outcomes = new Outcomes();
        MuxStunStack stack = new MuxStunStack((message, from, to) -> {
            throw new IOException("no route");
        });
        TransactionID id = TransactionID.createNewTransactionID();

        assertThrows(
                IOException.class,
                () -> stack.sendRequest(MessageFactory.createBindingRequest(), remote, local, outcomes, id, 20, 20, 0));

        assertEquals(null, stack.getClientTransaction(id.getBytes()));
        stack.shutDown();
    }

    @Test
    void shouldSendAndTakeNothingAfterItsEnd() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        AtomicInteger requests = new AtomicInteger();
        MuxStunStack stack = new MuxStunStack((message, from, to) -> sent.incrementAndGet());
        byte[] request = requestBytes(stack);
        stack.receive(request, remote, local);
        assertTrue(stack.getServerTransaction(id(request)) != null, "a live stack takes requests");
        stack.addRequestListener(event -> requests.incrementAndGet());

        stack.shutDown();
        stack.addRequestListener(event -> requests.incrementAndGet());
        stack.receive(requestBytes(stack), remote, local);

        assertThrows(IOException.class, () -> request(stack, new Outcomes()));
        assertEquals(0, sent.get());
        assertEquals(0, requests.get());
    }

    private static byte[] requestBytes(MuxStunStack stack) throws StunException {
        var request = MessageFactory.createBindingRequest();
        request.setTransactionID(TransactionID.createNewTransactionID().getBytes());
        return request.encode(stack);
    }

    private static byte[] id(byte[] message) {
        byte[] id = new byte[12];
        System.arraycopy(message, 8, id, 0, 12);
        return id;
    }
}
