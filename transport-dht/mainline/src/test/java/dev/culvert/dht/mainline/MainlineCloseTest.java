package dev.culvert.dht.mainline;

import static dev.culvert.dht.mainline.Items.done;
import static dev.culvert.dht.mainline.Items.failure;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.culvert.dht.Slot;
import dev.culvert.transport.TransportClosedException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MainlineCloseTest {
    @Test
    void shouldFailWhatWaitsWhenClosed() throws Exception {
        // Nobody answers at the only address known, so that the wait for nodes is still there when it closes.
        MainlineDht closing = MainlineDht.open(MainlineConfig.loopback(List.of(new InetSocketAddress("127.0.0.1", 9))));
        CompletableFuture<Void> waiting = closing.bootstrap();

        closing.close();
        closing.close();

        Slot slot = Items.slot().slot();
        assertInstanceOf(TransportClosedException.class, failure(waiting));
        assertInstanceOf(TransportClosedException.class, failure(closing.get(slot)));
        assertInstanceOf(TransportClosedException.class, failure(closing.bootstrap()));
        assertInstanceOf(TransportClosedException.class, failure(closing.put(Items.slot(), 1, new byte[1], Items.TTL)));
        assertInstanceOf(TransportClosedException.class, failure(closing.remove(Items.slot())));
    }

    @Test
    void shouldCloseFromItsOwnThread() throws Exception {
        MainlineDht known = MainlineDht.open(MainlineConfig.loopback(List.of()));
        MainlineDht closing = MainlineDht.open(MainlineConfig.loopback(List.of(known.localAddress())));

        CompletableFuture<String> closedOn = closing.bootstrap().thenApply(v -> {
            closing.close();
            return Thread.currentThread().getName();
        });

        // On the alert thread, or here when the bootstrap was that quick.
        assertNotNull(done(closedOn));
        closing.awaitClosed();
        known.close();
        assertInstanceOf(TransportClosedException.class, failure(closing.bootstrap()));
    }
}
