package dev.culvert.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is compared must do the same. */
class MailboxTest {
    @ParameterizedTest
    @ValueSource(strings = {"ReceiveQueue", "ArrayBlockingQueue", "synchronized ring"})
    void shouldDropTheOldestAndCopy(String kind) {
        Mailbox mailbox = Mailbox.open(kind);
        ByteBuffer payload = ByteBuffer.allocateDirect(8);
        for (long i = 0; i < Mailbox.CAPACITY + 4; i++) {
            payload.clear();
            payload.putLong(0, i);
            mailbox.offer(payload); // the same buffer each time: an uncopied one would change
        }
        ByteBuffer out = ByteBuffer.allocate(8);
        for (long i = 4; i < Mailbox.CAPACITY + 4; i++) {
            out.clear();
            assertEquals(8, mailbox.poll(out));
            assertEquals(i, out.getLong(0));
        }
        assertEquals(0, mailbox.poll(out));
    }
}
