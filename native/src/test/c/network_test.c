/* Messages of netlink, made by hand: what they mean, and what becomes of those that are none. */
#include "check.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* Messages one behind the other, as one read gives them. */
struct batch {
    _Alignas(struct nlmsghdr) uint8_t bytes[1024];
    size_t length;
};

static struct nlmsghdr *add(struct batch *batch, uint16_t type, size_t payload)
{
    struct nlmsghdr *head = (struct nlmsghdr *) (batch->bytes + batch->length);
    memset(head, 0, NLMSG_SPACE(payload));
    head->nlmsg_len = (uint32_t) NLMSG_LENGTH(payload);
    head->nlmsg_type = type;
    batch->length += NLMSG_SPACE(payload);
    return head;
}

static void add_route(struct batch *batch, uint16_t type, uint8_t prefix, uint8_t table)
{
    struct rtmsg *route = NLMSG_DATA(add(batch, type, sizeof(struct rtmsg) + 20));
    route->rtm_family = AF_INET;
    route->rtm_dst_len = prefix;
    route->rtm_table = table;
}

/* From memory of exactly that length, so that a byte too many is seen by the sanitizer and by valgrind. */
static int32_t read_exact(const struct batch *batch, size_t length)
{
    void *exact = malloc(length == 0 ? 1 : length);
    memcpy(exact, batch->bytes, length);
    int32_t seen = cv_read_network(exact, length);
    free(exact);
    return seen;
}

static int32_t read_all(const struct batch *batch)
{
    return read_exact(batch, batch->length);
}

static int32_t read_one(uint16_t type, size_t payload)
{
    struct batch batch = {.length = 0};
    add(&batch, type, payload);
    return read_all(&batch);
}

static int32_t read_route(uint16_t type, uint8_t prefix, uint8_t table)
{
    struct batch batch = {.length = 0};
    add_route(&batch, type, prefix, table);
    return read_all(&batch);
}

static void should_know_addresses_and_links(void **state)
{
    (void) state;
    assert_int_equal(CV_NET_ADDRESS, read_one(RTM_NEWADDR, sizeof(struct ifaddrmsg)));
    assert_int_equal(CV_NET_ADDRESS, read_one(RTM_DELADDR, sizeof(struct ifaddrmsg)));
    assert_int_equal(CV_NET_LINK, read_one(RTM_NEWLINK, sizeof(struct ifinfomsg)));
    assert_int_equal(CV_NET_LINK, read_one(RTM_DELLINK, sizeof(struct ifinfomsg)));
    assert_int_equal(CV_NET_OVERRUN, read_one(NLMSG_OVERRUN, 0));
}

static void should_pass_over_others(void **state)
{
    (void) state;
    const uint16_t types[] = {0, NLMSG_NOOP, NLMSG_ERROR, NLMSG_DONE, RTM_GETADDR, RTM_NEWNEIGH, RTM_NEWRULE, UINT16_MAX};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        assert_int_equal(0, read_one(types[i], 40));
    }
    assert_int_equal(0, read_one(RTM_GETROUTE, sizeof(struct rtmsg)));
}

static void should_know_default_routes_from_others(void **state)
{
    (void) state;
    assert_int_equal(CV_NET_ROUTE, read_route(RTM_NEWROUTE, 0, RT_TABLE_MAIN));
    assert_int_equal(CV_NET_ROUTE, read_route(RTM_DELROUTE, 0, RT_TABLE_MAIN));
    assert_int_equal(CV_NET_ROUTE, read_route(RTM_NEWROUTE, 0, 100));
    assert_int_equal(0, read_route(RTM_NEWROUTE, 24, RT_TABLE_MAIN));
    assert_int_equal(0, read_route(RTM_DELROUTE, 128, RT_TABLE_MAIN));
    assert_int_equal(0, read_route(RTM_NEWROUTE, 0, RT_TABLE_LOCAL));
}

static void should_read_all_of_a_batch(void **state)
{
    (void) state;
    struct batch batch = {.length = 0};
    add(&batch, RTM_NEWNEIGH, 7); /* not a multiple of four: the next begins behind the padding */
    add(&batch, RTM_NEWLINK, 33);
    add_route(&batch, RTM_NEWROUTE, 8, RT_TABLE_MAIN);
    assert_int_equal(CV_NET_LINK, read_all(&batch));
    add(&batch, RTM_DELADDR, 8);
    assert_int_equal(CV_NET_LINK | CV_NET_ADDRESS, read_all(&batch));
    add_route(&batch, RTM_DELROUTE, 0, RT_TABLE_MAIN);
    assert_int_equal(CV_NET_LINK | CV_NET_ADDRESS | CV_NET_ROUTE, read_all(&batch));
}

static void should_not_miss_a_last_one_without_padding(void **state)
{
    (void) state;
    struct batch batch = {.length = 0};
    add(&batch, RTM_NEWLINK, 8);
    add(&batch, RTM_NEWADDR, 9);
    assert_int_equal(CV_NET_LINK | CV_NET_ADDRESS, read_exact(&batch, batch.length - 3));
}

static void should_say_so_when_it_does_not_understand(void **state)
{
    (void) state;
    const uint32_t lengths[] = {0, 1, 15, 25, 1000, INT32_MAX, UINT32_MAX - 3, UINT32_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct batch batch = {.length = 0};
        add(&batch, RTM_NEWLINK, 8);
        assert_int_equal(CV_NET_LINK, read_all(&batch));
        struct nlmsghdr *wrong = add(&batch, RTM_NEWADDR, 8);
        wrong->nlmsg_len = lengths[i];
        assert_int_equal(CV_NET_LINK | CV_NET_OVERRUN, read_all(&batch));
    }
}

static void should_survive_every_length(void **state)
{
    (void) state;
    struct batch batch = {.length = 0};
    add(&batch, RTM_NEWLINK, 33);
    add_route(&batch, RTM_NEWROUTE, 0, RT_TABLE_MAIN);
    add(&batch, RTM_NEWADDR, 8);
    for (size_t length = 0; length <= batch.length; length++) {
        int32_t seen = read_exact(&batch, length);
        assert_int_equal(length == batch.length, (seen & CV_NET_ADDRESS) != 0);
    }
    assert_int_equal(0, read_exact(&batch, 0));
    /* A route that ends before it says what it is. */
    for (size_t payload = 0; payload < sizeof(struct rtmsg); payload++) {
        assert_int_equal(0, read_one(RTM_NEWROUTE, payload));
    }
}

static void should_hear_of_nothing_at_first(void **state)
{
    (void) state;
    int before = descriptors();
    int64_t poller = cv_poller_open();
    int64_t monitor = cv_monitor_open(poller);
    assert_true(monitor > 0);
    assert_in_range(cv_monitor_read(monitor), 0, 15); /* the host's network may be changing just now */
    assert_int_equal(0, cv_close(monitor));
    assert_int_equal(0, cv_close(poller));
    assert_int_equal(before, descriptors());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(should_know_addresses_and_links),
        cmocka_unit_test(should_pass_over_others),
        cmocka_unit_test(should_know_default_routes_from_others),
        cmocka_unit_test(should_read_all_of_a_batch),
        cmocka_unit_test(should_not_miss_a_last_one_without_padding),
        cmocka_unit_test(should_say_so_when_it_does_not_understand),
        cmocka_unit_test(should_survive_every_length),
        cmocka_unit_test(should_hear_of_nothing_at_first),
    };
    return RUN(tests);
}
