package dev.culvert.ice.internal.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.culvert.ice.TurnCredentials;
import dev.culvert.ice.internal.StunAttribute;
import dev.culvert.ice.internal.StunBuilder;
import dev.culvert.ice.internal.StunMessage;
import dev.culvert.ice.internal.TransactionId;
import dev.culvert.ice.internal.turn.Allocation.State;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a TURN client says to a server played by the test, in virtual time. */
class AllocationTest {
    private static final InetSocketAddress RELAYED = new InetSocketAddress("203.0.113.1", 50_000);
    private static final InetSocketAddress PEER = new InetSocketAddress("198.51.100.7", 4_000);
    private static final TurnCredentials CREDENTIALS = new TurnCredentials("me", "secret");
    private static final int CREATED = 600;

    private final SecureRandom random = new SecureRandom();
    private long now = Long.MAX_VALUE - Duration.ofMinutes(5).toNanos(); // nanoTime may overflow
    private Allocation allocation = new Allocation(CREDENTIALS, false, random, now);

    private List<StunMessage> said() {
        List<StunMessage> messages = new ArrayList<>();
        for (byte[] message : allocation.takeMessages()) {
            messages.add(StunMessage.parse(message).orElseThrow());
        }
        return messages;
    }

    private StunMessage saidOnce() {
        List<StunMessage> messages = said();
        assertEquals(1, messages.size(), "messages");
        return messages.get(0);
    }

    private static byte[] key(String password) {
        try {
            return MessageDigest.getInstance("MD5").digest(("me:home:" + password).getBytes(UTF_8));
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private boolean answer(StunBuilder response, String password) {
        return allocation.onResponse(
                StunMessage.parse(response.sign(key(password)).build()).orElseThrow(), now);
    }

    private static StunBuilder success(StunMessage request) {
        return new StunBuilder((short) (request.method() | 0x100), request.transactionId(), 500);
    }

    private void refuse(StunMessage request, int code, String nonce) {
        StunBuilder error = new StunBuilder((short) (request.method() | 0x110), request.transactionId(), 500)
                .put(StunAttribute.ERROR_CODE, new byte[] {0, 0, (byte) (code / 100), (byte) (code % 100)})
                .put(StunAttribute.REALM, "home".getBytes(UTF_8))
                .put(StunAttribute.NONCE, nonce.getBytes(UTF_8));
        allocation.onResponse(StunMessage.parse(error.build()).orElseThrow(), now);
    }

    private static StunBuilder allocated(StunMessage request, int lifetime) {
        return success(request)
                .putXorAddress(StunAttribute.XOR_RELAYED_ADDRESS, RELAYED)
                .putInt(StunAttribute.LIFETIME, lifetime);
    }

    private void pass(Duration time) {
        now += time.toNanos();
        allocation.poll(now);
    }

    private void becomeReady() {
        refuse(saidOnce(), 401, "one");
        assertTrue(answer(allocated(saidOnce(), CREATED), "secret"));
        assertEquals(State.READY, allocation.state());
    }

    @Test
    void shouldAuthenticateWhenTheServerAsksForIt() {
        StunMessage first = saidOnce();
        assertEquals(TurnMessages.ALLOCATE, first.method());
        assertTrue(first.attribute(StunAttribute.USERNAME).isEmpty(), "no name before it is wanted");
        refuse(first, 401, "one");

        StunMessage second = saidOnce();
        assertNotEquals(first.transactionId(), second.transactionId());
        assertTrue(second.isAuthenticWith(key("secret")));
        assertTrue(answer(allocated(second, CREATED), "secret"));
        assertEquals(RELAYED, allocation.relayed());
    }

    @Test
    void shouldNotBelieveAnAnswerMadeWithoutThePassword() {
        refuse(saidOnce(), 401, "one");

        assertFalse(answer(allocated(saidOnce(), CREATED), "other"));
        assertEquals(State.ALLOCATING, allocation.state());
    }

    @Test
    void shouldTakeARefusalOfTheCredentialsForFinal() {
        refuse(saidOnce(), 401, "one");
        refuse(saidOnce(), 401, "two");

        assertEquals(State.OVER, allocation.state());
        assertTrue(allocation.failure().contains("(401)"), allocation.failure());
        assertTrue(said().isEmpty());
    }

    @Test
    void shouldNotAskForEverWithStaleNonces() {
        refuse(saidOnce(), 401, "one");
        refuse(saidOnce(), 438, "two");
        refuse(saidOnce(), 438, "three");
        refuse(saidOnce(), 438, "four");

        assertEquals(State.OVER, allocation.state());
        assertTrue(allocation.failure().contains("(438)"), allocation.failure());
    }

    @Test
    void shouldGiveASilentServerUpAfterFourSendings() {
        TransactionId id = saidOnce().transactionId();
        for (long wait : new long[] {250, 500, 1_000}) {
            pass(Duration.ofMillis(wait - 1));
            assertTrue(said().isEmpty(), "too early");
            pass(Duration.ofMillis(1));
            assertEquals(id, saidOnce().transactionId());
        }
        pass(Duration.ofSeconds(2));

        assertEquals(State.OVER, allocation.state());
        assertTrue(allocation.failure().contains("does not answer"), allocation.failure());
        assertTrue(allocation.nextNanos().isEmpty());
    }

    @Test
    void shouldRepeatNothingOverAWireThatLosesNothing() {
        allocation = new Allocation(CREDENTIALS, true, random, now);
        saidOnce();
        pass(Allocation.RELIABLE_TIMEOUT.minusMillis(1));
        assertTrue(said().isEmpty());
        pass(Duration.ofMillis(1));

        assertEquals(State.OVER, allocation.state());
    }

    @Test
    void shouldRefreshBeforeTheLifetimeEnds() {
        becomeReady();
        assertEquals(
                now + Duration.ofMinutes(9).toNanos(), allocation.nextNanos().orElseThrow());
        pass(Duration.ofMinutes(9));

        StunMessage refresh = saidOnce();
        assertEquals(TurnMessages.REFRESH, refresh.method());
        assertTrue(answer(success(refresh).putInt(StunAttribute.LIFETIME, 300), "secret"));
        assertEquals(
                now + Duration.ofMinutes(4).toNanos(), allocation.nextNanos().orElseThrow());
    }

    @Test
    void shouldTakeTheNewNonceForARefresh() {
        becomeReady();
        pass(Duration.ofMinutes(9));
        refuse(saidOnce(), 438, "two");

        StunMessage again = saidOnce();
        assertEquals(TurnMessages.REFRESH, again.method());
        assertEquals(
                "two",
                UTF_8.decode(again.attribute(StunAttribute.NONCE).orElseThrow()).toString());
    }

    @Test
    void shouldGoOnAskingUntilTheLifetimeIsOver() {
        becomeReady();
        pass(Duration.ofMinutes(9));
        int asked = 0;
        while (allocation.state() == State.READY) {
            asked += said().size();
            now = allocation.nextNanos().orElseThrow();
            allocation.poll(now);
        }

        assertTrue(asked > 40, "asked " + asked + " times in a minute");
        assertTrue(allocation.failure().contains("relay's time was over"), allocation.failure());
    }

    @Test
    void shouldAskForAPermissionOnceAndRenewItWhenItIsUsedLater() {
        becomeReady();
        allocation.permit(PEER, now);
        allocation.permit(new InetSocketAddress(PEER.getAddress(), 4_001), now);
        StunMessage permission = saidOnce(); // for the address, whatever the port
        assertEquals(TurnMessages.CREATE_PERMISSION, permission.method());
        assertEquals(PEER, permission.xorAddress(StunAttribute.XOR_PEER_ADDRESS).orElseThrow());
        answer(success(permission), "secret");
        now += Allocation.RENEW.toNanos() - 1;
        allocation.permit(PEER, now);
        assertTrue(said().isEmpty());
        now++;
        allocation.permit(PEER, now);

        assertEquals(TurnMessages.CREATE_PERMISSION, saidOnce().method());
    }

    @Test
    void shouldUseAChannelOnlyWhenItIsConfirmedAndKeepIt() {
        becomeReady();
        allocation.bind(PEER, now);
        StunMessage bind = saidOnce();
        assertEquals(TurnMessages.CHANNEL_BIND, bind.method());
        assertEquals(-1, allocation.channelOf(PEER));
        assertEquals(PEER, allocation.peerOf(0x4000), "the server may use it at once");
        answer(success(bind), "secret");
        assertEquals(0x4000, allocation.channelOf(PEER));
        allocation.bind(PEER, now);
        assertTrue(said().isEmpty());
        pass(Allocation.RENEW);

        assertEquals(TurnMessages.CHANNEL_BIND, saidOnce().method());
        assertEquals(0x4000, allocation.channelOf(PEER), "in use while it is renewed");
    }

    @Test
    void shouldGoOnWithoutAChannelThatIsRefused() {
        becomeReady();
        allocation.bind(PEER, now);
        refuse(saidOnce(), 403, "one");

        assertEquals(State.READY, allocation.state());
        assertEquals(-1, allocation.channelOf(PEER));
    }

    @Test
    void shouldEndWhenTheServerKnowsNothingOfIt() {
        becomeReady();
        pass(Duration.ofMinutes(9));
        refuse(saidOnce(), 437, "one");

        assertEquals(State.OVER, allocation.state());
        assertFalse(allocation.isPortTaken());
        assertTrue(allocation.failure().contains("(437)"), allocation.failure());
    }

    @Test
    void shouldTellThatAnotherPortMayDo() {
        refuse(saidOnce(), 401, "one");
        refuse(saidOnce(), 437, "one");

        assertEquals(State.OVER, allocation.state());
        assertTrue(allocation.isPortTaken());
        assertTrue(allocation.failure().contains("(437)"), allocation.failure());
    }

    @Test
    void shouldDeleteItAtTheEnd() {
        becomeReady();
        allocation.end(now);
        StunMessage delete = saidOnce();
        assertEquals(TurnMessages.REFRESH, delete.method());
        assertEquals(0, delete.attribute(StunAttribute.LIFETIME).orElseThrow().getInt());
        refuse(delete, 438, "two");
        answer(success(saidOnce()).putInt(StunAttribute.LIFETIME, 0), "secret");

        assertEquals(State.OVER, allocation.state());
        assertNull(allocation.failure());
    }

    @Test
    void shouldDeleteWhatIsGrantedAfterTheEnd() {
        refuse(saidOnce(), 401, "one");
        StunMessage request = saidOnce();
        allocation.end(now);
        assertTrue(answer(allocated(request, CREATED), "secret"));

        assertEquals(
                0, saidOnce().attribute(StunAttribute.LIFETIME).orElseThrow().getInt());
        assertEquals(State.ENDING, allocation.state());
    }

    @Test
    void shouldRefuseAnAddressThatNobodyCanUse() {
        refuse(saidOnce(), 401, "one");
        StunBuilder absurd = success(saidOnce())
                .putXorAddress(StunAttribute.XOR_RELAYED_ADDRESS, new InetSocketAddress("224.0.0.1", 1));
        answer(absurd, "secret");

        assertEquals(State.OVER, allocation.state());
    }

    @Test
    void shouldBeOverWhenASuspectedServerStaysSilent() {
        becomeReady();
        allocation.suspect(now);
        assertEquals(TurnMessages.REFRESH, saidOnce().method());
        pass(Duration.ofMillis(250));
        pass(Duration.ofMillis(500));
        pass(Duration.ofSeconds(1));
        assertEquals(State.READY, allocation.state());
        pass(Duration.ofSeconds(2));

        assertEquals(State.OVER, allocation.state());
        assertTrue(allocation.failure().contains("any more"), allocation.failure());
    }

    @Test
    void shouldGoOnWhenASuspectedServerAnswers() {
        becomeReady();
        allocation.suspect(now);
        answer(success(saidOnce()).putInt(StunAttribute.LIFETIME, CREATED), "secret");
        pass(Duration.ofSeconds(10));

        assertEquals(State.READY, allocation.state());
        assertTrue(said().isEmpty());
    }

    /** RFC 8656 section 9: the permission behind a channel ends after five minutes, the channel only after ten. */
    @Test
    void shouldRenewAChannelAgainBeforeItsPermissionEndsWhenTheServerWasSilent() {
        becomeReady();
        allocation.bind(PEER, now);
        answer(success(saidOnce()), "secret");
        long permissionEnds = now + Duration.ofMinutes(5).toNanos();
        pass(Allocation.RENEW);
        for (Duration wait : new Duration[] {
            Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2)
        }) {
            said();
            pass(wait);
        }

        while (said().isEmpty() && allocation.nextNanos().orElseThrow() - permissionEnds < 0) {
            now = allocation.nextNanos().orElseThrow();
            allocation.poll(now);
        }

        assertTrue(
                now - permissionEnds < 0 && allocation.nextNanos().orElseThrow() - permissionEnds < 0,
                "asked again only after the server has dropped the permission");
    }

    /** A server may ask for no credentials at all, and has then allocated at the first request. */
    @Test
    void shouldDeleteWhatIsGrantedAfterTheEndWithoutCredentialsToo() {
        StunMessage request = saidOnce();
        allocation.end(now);
        StunMessage granted =
                StunMessage.parse(allocated(request, CREATED).build()).orElseThrow();

        assertTrue(allocation.onResponse(granted, now));
        assertEquals(
                0, saidOnce().attribute(StunAttribute.LIFETIME).orElseThrow().getInt());
    }
}
