/* Many datagrams at once, in segments and not: each arrives as it was sent, in order, and none with another's bytes. */
#include "check.h"

#include <errno.h>
#include <string.h>

#define BOTH 3 /* cv_socket_offloads */

static uint8_t data[1 << 20];
static struct taken taken;

static void clear(void)
{
    memset(&taken, 0, sizeof taken);
}

static size_t sum(const int32_t *lengths, int32_t count)
{
    size_t total = 0;
    for (int32_t i = 0; i < count; i++) {
        total += (size_t) lengths[i];
    }
    return total;
}

static void send_all(int64_t socket, struct cv_address to, const int32_t *lengths, int32_t count)
{
    struct cv_target target = target_of(to);
    fill(data, sum(lengths, count), (uint32_t) count);
    assert_int_equal(count, cv_socket_send_many(socket, AT(&target), AT(data), AT(lengths), count));
}

/* Sends them from a to b, and looks whether the same come. */
static void exchange(struct pair *pair, const int32_t *lengths, int32_t count)
{
    clear();
    send_all(pair->a, pair->at_b, lengths, count);
    take_until(pair->poller, pair->b, count, &taken);
    assert_int_equal(count, taken.count);
    for (int32_t i = 0; i < count; i++) {
        assert_int_equal(lengths[i], taken.lengths[i]);
    }
    assert_memory_equal(data, taken.bytes, taken.total);
}

static void each_way(void (*test)(struct pair *))
{
    const char *const hosts[] = {"127.0.0.1", "::1"};
    for (int i = 0; i < 8; i++) {
        struct pair pair;
        open_pair(&pair, hosts[i & 1], i >> 1 & 1, i >> 2 & 1);
        test(&pair);
        close_pair(&pair);
    }
}

static void set_all(int32_t *lengths, int32_t count, int32_t length)
{
    for (int32_t i = 0; i < count; i++) {
        lengths[i] = length;
    }
}

static void equal_ones(struct pair *pair)
{
    int32_t lengths[200];
    set_all(lengths, 200, 1000);
    exchange(pair, lengths, 200);
    if (cv_socket_offloads(pair->a) != 0 && cv_socket_offloads(pair->b) != 0) {
        /* 64 at most, and 65 would be more than an IP packet takes */
        assert_int_equal(4, taken.messages);
        assert_int_equal(1000, taken.last.segment);
        assert_int_equal(8000, taken.last.length);
    } else {
        assert_int_equal(200, taken.messages);
    }
}

static void should_deliver_equal_ones(void **state)
{
    (void) state;
    each_way(equal_ones);
}

static void shorter_ends(struct pair *pair)
{
    const int32_t lengths[] = {1000, 1000, 1000, 400, 1000, 1000, 1, 1, 2, 2, 2, 1200, 1200, 1199, 1198};
    exchange(pair, lengths, sizeof lengths / sizeof lengths[0]);
    if (cv_socket_offloads(pair->a) != 0 && cv_socket_offloads(pair->b) != 0) {
        /* 3x1000+400, 2x1000+1, 1, 3x2, 2x1200+1199, 1198 */
        assert_int_equal(6, taken.messages);
    }
}

static void should_end_a_run_with_a_shorter_one(void **state)
{
    (void) state;
    each_way(shorter_ends);
}

static void large_ones(struct pair *pair)
{
    int32_t lengths[50];
    set_all(lengths, 50, 5000);
    exchange(pair, lengths, 50);
    if (cv_socket_offloads(pair->a) != 0 && cv_socket_offloads(pair->b) != 0) {
        assert_int_equal(4, taken.messages); /* 13 of them are an IP packet's worth */
    }
}

static void should_put_no_more_together_than_a_packet_takes(void **state)
{
    (void) state;
    each_way(large_ones);
}

static void mixed_ones(struct pair *pair)
{
    const int32_t lengths[] = {0, 0, 10, 10, 0, 10, 20, 20, 10, 0, 0, 1, 65507, 65507, 0, 30000, 30000, 30000, 5507, 0};
    exchange(pair, lengths, sizeof lengths / sizeof lengths[0]);
}

static void should_deliver_mixed_lengths(void **state)
{
    (void) state;
    each_way(mixed_ones);
}

static void any_lengths(struct pair *pair)
{
    uint32_t seed = 1;
    int rounds = number_from("CULVERT_TEST_ROUNDS", 100);
    for (int round = 0; round < rounds; round++) {
        int32_t lengths[300];
        int32_t count = 1 + (int32_t) ((seed = seed * 1664525u + 1013904223u) >> 24);
        int32_t length = 0;
        for (int32_t i = 0; i < count; i++) {
            seed = seed * 1664525u + 1013904223u;
            /* Mostly as before, so that there are runs. */
            length = seed >> 29 == 0 ? (int32_t) (seed >> 8) % 1500 : length;
            lengths[i] = length;
        }
        exchange(pair, lengths, count);
    }
}

static void should_deliver_any_lengths(void **state)
{
    (void) state;
    each_way(any_lengths);
}

static void should_say_which_offloads_there_are(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 0, 1);
    assert_int_equal(0, cv_socket_offloads(pair.a));
    /* Linux 5.0 has both; older kernels are no part of what is tested. */
    assert_int_equal(BOTH, cv_socket_offloads(pair.b));
    close_pair(&pair);
}

static void should_keep_single_ones_apart(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    clear();
    struct cv_target target = target_of(pair.at_b);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(0, cv_socket_send(pair.a, AT(&target), AT(data), 100));
    }
    take_until(pair.poller, pair.b, 10, &taken);
    assert_int_equal(10, taken.messages);
    close_pair(&pair);
}

static void should_send_none_if_one_is_too_long(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_target target = target_of(pair.at_b);
    const int32_t wrong[] = {CV_MAX_PAYLOAD + 1, INT32_MAX, -1, INT32_MIN};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int32_t lengths[] = {10, 10, wrong[i], 10};
        assert_int_equal(-EMSGSIZE, cv_socket_send_many(pair.a, AT(&target), AT(data), AT(lengths), 4));
    }
    clear();
    take(pair.b, &taken);
    assert_int_equal(0, taken.count);
    close_pair(&pair);
}

static void should_send_nothing_of_nothing(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_target target = target_of(pair.at_b);
    assert_int_equal(0, cv_socket_send_many(pair.a, AT(&target), AT(data), AT(data), 0));
    assert_int_equal(0, cv_socket_send_many(pair.a, AT(&target), AT(data), AT(data), -1));
    clear();
    take(pair.b, &taken);
    assert_int_equal(0, taken.count);
    close_pair(&pair);
}

static void should_carry_the_traffic_class_on_each(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "::1", 1, 1);
    assert_int_equal(0, cv_socket_traffic_class(pair.a, 0x2e << 2));
    int32_t lengths[10];
    set_all(lengths, 10, 500);
    exchange(&pair, lengths, 10);
    assert_int_equal(1, taken.messages);
    assert_int_equal(0x2e << 2, taken.last.traffic_class);
    close_pair(&pair);
}

static void should_cut_a_run_that_has_no_room(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    static uint8_t room[2048];
    struct cv_datagram record;
    int32_t lengths[10];
    set_all(lengths, 10, 500);
    send_all(pair.a, pair.at_b, lengths, 10);
    assert_int_equal(1, await(pair.poller, pair.b, room, sizeof room, 1, &record));
    assert_int_equal(sizeof room, record.length);
    assert_int_equal(500, record.segment);
    assert_true((record.flags & CV_TRUNCATED) != 0);
    assert_memory_equal(data, room, sizeof room);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(should_deliver_equal_ones),
        cmocka_unit_test(should_end_a_run_with_a_shorter_one),
        cmocka_unit_test(should_put_no_more_together_than_a_packet_takes),
        cmocka_unit_test(should_deliver_mixed_lengths),
        cmocka_unit_test(should_deliver_any_lengths),
        cmocka_unit_test(should_say_which_offloads_there_are),
        cmocka_unit_test(should_keep_single_ones_apart),
        cmocka_unit_test(should_send_none_if_one_is_too_long),
        cmocka_unit_test(should_send_nothing_of_nothing),
        cmocka_unit_test(should_carry_the_traffic_class_on_each),
        cmocka_unit_test(should_cut_a_run_that_has_no_room),
    };
    return RUN(tests);
}
