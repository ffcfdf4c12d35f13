/* Single datagrams over loopback, and what is told of each. */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 65536

static uint8_t sent[CV_MAX_PAYLOAD + 1];
static uint8_t room[CV_MAX_MESSAGES * ROOM];
static struct cv_datagram records[CV_MAX_MESSAGES];

static void send_to(int64_t socket, struct cv_address to, int32_t length)
{
    struct cv_target target = target_of(to);
    assert_int_equal(0, cv_socket_send(socket, AT(&target), AT(sent), length));
}

static const struct cv_datagram *receive_one(int64_t poller, int64_t socket)
{
    memset(records, 0xa5, sizeof records);
    assert_int_equal(1, await(poller, socket, room, ROOM, CV_MAX_MESSAGES, records));
    return &records[0];
}

static void assert_to(const char *host, const struct cv_datagram *record)
{
    assert_true((record->flags & CV_HAS_TO) != 0);
    assert_memory_equal(address_of(host, 0).bytes, record->to, sizeof record->to);
}

static void assert_from(struct cv_address expected, const struct cv_datagram *record)
{
    assert_true(same_address(&expected, &record->from));
}

static void deliver(const char *host, const char *to)
{
    struct pair pair;
    open_pair(&pair, host, 1, 1);
    assert_int_not_equal(0, pair.at_a.port);
    assert_int_not_equal(pair.at_a.port, pair.at_b.port);
    fill(sent, 1200, 1);
    send_to(pair.a, pair.at_b, 1200);

    const struct cv_datagram *record = receive_one(pair.poller, pair.b);
    assert_from(pair.at_a, record);
    assert_to(to, record);
    assert_int_equal(1200, record->length);
    assert_int_equal(1200, record->segment);
    assert_int_equal(0, record->traffic_class);
    assert_int_equal(CV_HAS_TO, record->flags);
    assert_int_equal(0, record->kernel_drops);
    assert_int_equal(0, record->offset);
    assert_memory_equal(sent, room, 1200);
    assert_int_equal(0, cv_socket_receive(pair.b, AT(room), ROOM, 1, AT(records)));
    close_pair(&pair);
}

static void should_deliver_over_ipv4(void **state)
{
    (void) state;
    deliver("127.0.0.1", "::ffff:127.0.0.1");
}

static void should_deliver_over_ipv6(void **state)
{
    (void) state;
    deliver("::1", "::1");
}

static void should_speak_ipv4_and_ipv6_on_the_ipv6_wildcard(void **state)
{
    (void) state;
    const char *const hosts[] = {"127.0.0.1", "::1"};
    const char *const mapped[] = {"::ffff:127.0.0.1", "::1"};
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        open_pair(&pair, hosts[i], 1, 1);
        struct cv_address wildcard;
        int64_t both = open_socket(pair.poller, "::", 1, &wildcard);
        assert_int_equal(6, wildcard.family);
        send_to(pair.a, address_of(hosts[i], wildcard.port), 10);
        const struct cv_datagram *record = receive_one(pair.poller, both);
        assert_from(pair.at_a, record);
        assert_to(mapped[i], record);

        send_to(both, record->from, 20);
        record = receive_one(pair.poller, pair.a);
        assert_from(address_of(hosts[i], wildcard.port), record);
        assert_int_equal(20, record->length);
        assert_int_equal(0, cv_close(both));
        close_pair(&pair);
    }
}

static void should_keep_ipv4_from_other_ipv6_sockets(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "::1", 1, 1);
    struct cv_target target = target_of(address_of("127.0.0.1", pair.at_b.port));
    assert_true(cv_socket_send(pair.a, AT(&target), AT(sent), 1) < 0);
    close_pair(&pair);
}

static void should_deliver_an_empty_one(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_target target = target_of(pair.at_b);
    assert_int_equal(0, cv_socket_send(pair.a, AT(&target), 0, 0));
    const struct cv_datagram *record = receive_one(pair.poller, pair.b);
    assert_int_equal(0, record->length);
    assert_int_equal(0, record->segment);
    assert_from(pair.at_a, record);
    close_pair(&pair);
}

static void should_deliver_the_largest(void **state)
{
    (void) state;
    const char *const hosts[] = {"127.0.0.1", "::1"};
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        open_pair(&pair, hosts[i], 1, 1);
        fill(sent, CV_MAX_PAYLOAD, 2);
        send_to(pair.a, pair.at_b, CV_MAX_PAYLOAD);
        const struct cv_datagram *record = receive_one(pair.poller, pair.b);
        assert_int_equal(CV_MAX_PAYLOAD, record->length);
        assert_int_equal(CV_MAX_PAYLOAD, record->segment);
        assert_memory_equal(sent, room, CV_MAX_PAYLOAD);
        close_pair(&pair);
    }
}

static void should_refuse_what_is_too_long(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "::1", 1, 1);
    struct cv_target target = target_of(pair.at_b);
    assert_int_equal(-EMSGSIZE, cv_socket_send(pair.a, AT(&target), AT(sent), CV_MAX_PAYLOAD + 1));
    assert_int_equal(-EMSGSIZE, cv_socket_send(pair.a, AT(&target), AT(sent), INT32_MAX));
    assert_int_equal(-EMSGSIZE, cv_socket_send(pair.a, AT(&target), AT(sent), -1));
    assert_int_equal(-EMSGSIZE, cv_socket_send(pair.a, AT(&target), AT(sent), INT32_MIN));
    assert_int_equal(0, cv_socket_receive(pair.b, AT(room), ROOM, 1, AT(records)));
    close_pair(&pair);
}

static void should_refuse_targets_of_another_family(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_target v6 = target_of(address_of("::1", pair.at_b.port));
    struct cv_target none = target_of(pair.at_b);
    none.to.family = 0;
    int32_t length = 1;
    assert_int_equal(-EAFNOSUPPORT, cv_socket_send(pair.a, AT(&v6), AT(sent), 1));
    assert_int_equal(-EAFNOSUPPORT, cv_socket_send(pair.a, AT(&none), AT(sent), 1));
    assert_int_equal(-EAFNOSUPPORT, cv_socket_send_many(pair.a, AT(&v6), AT(sent), AT(&length), 1));
    close_pair(&pair);
}

static void should_tell_when_it_was_cut(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    fill(sent, 200, 3);
    send_to(pair.a, pair.at_b, 200);
    send_to(pair.a, pair.at_b, 100);
    room[200] = 0x5a;
    assert_int_equal(2, await(pair.poller, pair.b, room, 100, 2, records));
    assert_int_equal(100, records[0].length);
    assert_true((records[0].flags & CV_TRUNCATED) != 0);
    assert_int_equal(100, records[1].length);
    assert_true((records[1].flags & CV_TRUNCATED) == 0);
    assert_memory_equal(sent, room, 100);
    assert_memory_equal(sent, room + 100, 100);
    assert_int_equal(0x5a, room[200]);
    close_pair(&pair);
}

static void should_take_as_many_as_asked(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 0, 0);
    for (int32_t i = 1; i <= 20; i++) {
        sent[0] = (uint8_t) i;
        send_to(pair.a, pair.at_b, i);
    }
    const int32_t calls[] = {3, 16, 16};
    const int32_t expected[] = {3, 16, 1};
    uint8_t next = 1;
    for (int call = 0; call < 3; call++) {
        assert_int_equal(expected[call], await(pair.poller, pair.b, room, 500, calls[call], records));
        for (int32_t i = 0; i < expected[call]; i++) {
            assert_int_equal(i * 500, records[i].offset);
            assert_int_equal(next, records[i].length);
            assert_int_equal(next++, room[records[i].offset]);
        }
    }
    close_pair(&pair);
}

static void should_refuse_impossible_requests(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 0, 0);
    const int32_t wrong[][2] = {{0, 1}, {-1, 1}, {ROOM + 1, 1}, {INT32_MIN, 1}, {INT32_MAX, 1}, {1, 0}, {1, -1},
                                {1, CV_MAX_MESSAGES + 1}, {1, INT32_MAX}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(-EINVAL, cv_socket_receive(pair.b, AT(room), wrong[i][0], wrong[i][1], AT(records)));
    }
    assert_int_equal(-EINVAL, cv_socket_traffic_class(pair.a, -1));
    assert_int_equal(-EINVAL, cv_socket_traffic_class(pair.a, 256));
    close_pair(&pair);
}

static void should_tell_the_traffic_class(void **state)
{
    (void) state;
    /* Expedited forwarding with ECT(0), all bits, and none again. */
    const int32_t values[] = {0xba, 0xff, 0x01, 0};
    const char *const hosts[] = {"127.0.0.1", "::1"};
    struct pair pair;
    for (int host = 0; host < 2; host++) {
        open_pair(&pair, hosts[host], 1, 1);
        struct cv_address wildcard;
        int64_t both = open_socket(pair.poller, "::", 1, &wildcard);
        struct cv_address at_both = address_of(hosts[host], wildcard.port);
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            assert_int_equal(0, cv_socket_traffic_class(pair.a, values[i]));
            assert_int_equal(0, cv_socket_traffic_class(both, values[i]));
            send_to(pair.a, pair.at_b, 5);
            assert_int_equal(values[i], receive_one(pair.poller, pair.b)->traffic_class);
            send_to(pair.a, at_both, 5);
            assert_int_equal(values[i], receive_one(pair.poller, both)->traffic_class);
            send_to(both, pair.at_b, 5);
            assert_int_equal(values[i], receive_one(pair.poller, pair.b)->traffic_class);
        }
        assert_int_equal(0, cv_close(both));
        close_pair(&pair);
    }
}

static void should_send_from_the_address_that_is_asked_for(void **state)
{
    (void) state;
    const char *const wildcards[] = {"0.0.0.0", "::"};
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        open_pair(&pair, "127.0.0.1", 1, 1);
        struct cv_address local;
        int64_t socket = open_socket(pair.poller, wildcards[i], 1, &local);
        struct cv_target target = target_of(pair.at_b);
        target.source = address_of("127.0.0.42", 0);
        assert_int_equal(0, cv_socket_send(socket, AT(&target), AT(sent), 5));
        assert_from(address_of("127.0.0.42", local.port), receive_one(pair.poller, pair.b));

        int32_t lengths[] = {100, 100, 50};
        assert_int_equal(3, cv_socket_send_many(socket, AT(&target), AT(sent), AT(lengths), 3));
        assert_from(address_of("127.0.0.42", local.port), receive_one(pair.poller, pair.b));

        /* And an answer to what has come to an address goes from there, as the record tells it. */
        send_to(pair.b, address_of("127.0.0.77", local.port), 5);
        assert_to("::ffff:127.0.0.77", receive_one(pair.poller, socket));
        assert_int_equal(0, cv_close(socket));
        close_pair(&pair);
    }
}

static void should_not_send_from_a_stranger(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_address local;
    int64_t socket = open_socket(pair.poller, "0.0.0.0", 1, &local);
    struct cv_target target = target_of(pair.at_b);
    target.source = address_of("192.0.2.1", 0);
    assert_true(cv_socket_send(socket, AT(&target), AT(sent), 5) < 0);
    assert_int_equal(0, cv_socket_receive(pair.b, AT(room), ROOM, 1, AT(records)));
    assert_int_equal(0, cv_close(socket));
    close_pair(&pair);
}

static void should_count_what_the_kernel_drops(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 0, 0);
    struct cv_address local = address_of("127.0.0.1", 0);
    int64_t narrow = cv_socket_open(pair.poller, AT(&local), 5000, 0);
    assert_true(narrow > 0);
    for (int i = 0; i < 100; i++) {
        send_to(pair.a, local, 1000);
    }
    int received = 0;
    while (cv_socket_receive(narrow, AT(room), ROOM, 1, AT(records)) == 1) {
        received++;
    }
    assert_in_range(received, 1, 99);
    send_to(pair.a, local, 1000);
    assert_int_equal(100 - received, receive_one(pair.poller, narrow)->kernel_drops);
    assert_int_equal(0, cv_close(narrow));
    close_pair(&pair);
}

static void should_bind_to_the_port_that_is_asked_for(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 0, 0);
    int before = descriptors();
    struct cv_address taken = pair.at_a;
    assert_int_equal(-EADDRINUSE, cv_socket_open(pair.poller, AT(&taken), 0, 1));
    struct cv_address none = address_of("127.0.0.1", 0);
    none.family = 0;
    assert_int_equal(-EAFNOSUPPORT, cv_socket_open(pair.poller, AT(&none), 0, 1));
    struct cv_address foreign = address_of("192.0.2.1", 0);
    assert_int_equal(-EADDRNOTAVAIL, cv_socket_open(pair.poller, AT(&foreign), 0, 1));
    assert_int_equal(before, descriptors());

    struct cv_address free_one = closed_port("127.0.0.1");
    uint16_t port = free_one.port;
    int64_t socket = cv_socket_open(pair.poller, AT(&free_one), 0, 1);
    assert_true(socket > 0);
    assert_int_equal(port, free_one.port);
    assert_int_equal(0, cv_close(socket));
    close_pair(&pair);
}

static void should_not_open_without_a_poller(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 0, 0);
    int before = descriptors();
    int32_t open = cv_open_handles();
    struct cv_address local = address_of("127.0.0.1", 0);
    assert_int_equal(-EBADF, cv_socket_open(0, AT(&local), 0, 1));
    assert_int_equal(-EBADF, cv_socket_open(pair.a, AT(&local), 0, 1));
    assert_int_equal(-EBADF, cv_monitor_open(pair.a));
    assert_int_equal(open, cv_open_handles());
    assert_int_equal(before, descriptors());
    close_pair(&pair);
}

static void should_tell_the_path_mtu(void **state)
{
    (void) state;
    int before = descriptors();
    struct cv_address v4 = address_of("127.0.0.1", 9);
    struct cv_address v6 = address_of("::1", 9);
    struct cv_address wildcard4 = address_of("0.0.0.0", 9);
    struct cv_address wildcard6 = address_of("::", 9);
    /* IPv4 can not say the 65536 bytes that loopback takes. */
    assert_int_equal(65535, cv_path_mtu(AT(&v4), AT(&v4)));
    assert_int_equal(65535, cv_path_mtu(AT(&wildcard4), AT(&v4)));
    assert_int_equal(65535, cv_path_mtu(AT(&wildcard6), AT(&v4)));
    assert_int_equal(65536, cv_path_mtu(AT(&v6), AT(&v6)));
    assert_int_equal(65536, cv_path_mtu(AT(&wildcard6), AT(&v6)));
    assert_int_equal(-EAFNOSUPPORT, cv_path_mtu(AT(&v4), AT(&v6)));
    struct cv_address none = v4;
    none.family = 0;
    assert_int_equal(-EAFNOSUPPORT, cv_path_mtu(AT(&none), AT(&v4)));
    assert_int_equal(-EAFNOSUPPORT, cv_path_mtu(AT(&v4), AT(&none)));
    assert_int_equal(9, v4.port); /* not written to */
    assert_int_equal(before, descriptors());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(should_deliver_over_ipv4),
        cmocka_unit_test(should_deliver_over_ipv6),
        cmocka_unit_test(should_speak_ipv4_and_ipv6_on_the_ipv6_wildcard),
        cmocka_unit_test(should_keep_ipv4_from_other_ipv6_sockets),
        cmocka_unit_test(should_deliver_an_empty_one),
        cmocka_unit_test(should_deliver_the_largest),
        cmocka_unit_test(should_refuse_what_is_too_long),
        cmocka_unit_test(should_refuse_targets_of_another_family),
        cmocka_unit_test(should_tell_when_it_was_cut),
        cmocka_unit_test(should_take_as_many_as_asked),
        cmocka_unit_test(should_refuse_impossible_requests),
        cmocka_unit_test(should_tell_the_traffic_class),
        cmocka_unit_test(should_send_from_the_address_that_is_asked_for),
        cmocka_unit_test(should_not_send_from_a_stranger),
        cmocka_unit_test(should_count_what_the_kernel_drops),
        cmocka_unit_test(should_bind_to_the_port_that_is_asked_for),
        cmocka_unit_test(should_not_open_without_a_poller),
        cmocka_unit_test(should_tell_the_path_mtu),
    };
    return RUN(tests);
}
