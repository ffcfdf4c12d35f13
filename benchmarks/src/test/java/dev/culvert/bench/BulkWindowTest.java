package dev.culvert.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BulkWindowTest {
    private Path file;
    private BulkPage page;

    @BeforeEach
    void create() throws IOException {
        file = BulkPage.create();
        page = new BulkPage(file);
    }

    @AfterEach
    void delete() throws IOException {
        Files.delete(file);
    }

    @Test
    void shouldShareItsNumbers() {
        page.sent(7);
        page.received(5);
        page.port(40_000);

        BulkPage other = new BulkPage(file);
        assertEquals(7, other.sent());
        assertEquals(5, other.received());
        assertEquals(40_000, other.port());
    }

    @Test
    void shouldWaitUntilThereIsRoom() throws InterruptedException {
        BulkWindow window = new BulkWindow(page, 10);
        window.await(10);
        window.onSent(10);
        page.received(3);
        CountDownLatch passed = new CountDownLatch(1);
        Thread sender = new Thread(() -> {
            window.await(4);
            passed.countDown();
        });
        sender.start();

        assertFalse(passed.await(30, TimeUnit.MILLISECONDS), "3 of 10 have come: there is room for 3");
        page.received(4);
        assertTrue(passed.await(10, TimeUnit.SECONDS));
        sender.join();
    }

    @Test
    void shouldGoOnAfterALoss() {
        BulkWindow window = new BulkWindow(page, 10);
        window.await(10);
        window.onSent(10);

        window.await(10); // nothing comes
        window.onSent(10);
        page.received(10); // of the second ten
        window.await(10);
        assertEquals(20, page.sent());
    }
}
