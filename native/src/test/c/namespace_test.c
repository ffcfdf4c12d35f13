/*
 * What takes a network that can be changed: one of this process's own, with loopback alone. Needs root, or a kernel that
 * lets users have namespaces.
 */
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *missing;
static struct taken taken;

static void lacks(const char *what)
{
    print_message("not tested: %s\n", what);
    if (required()) {
        fail_msg("CULVERT_REQUIRE_TOOLS=1, but %s", what);
    }
    skip();
}

static void need(void)
{
    if (missing != NULL) {
        lacks(missing);
    }
}

static void request(int family, unsigned long what, void *argument)
{
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    int result = ioctl(fd, what, argument);
    close(fd);
    assert_int_equal(0, result);
}

static struct ifreq loopback(void)
{
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    return request;
}

static void set_mtu(int mtu)
{
    struct ifreq about = loopback();
    about.ifr_mtu = mtu;
    request(AF_INET, SIOCSIFMTU, &about);
}

/* linux/ipv6.h has it, but does not go together with netinet/in.h. */
struct address_request {
    struct in6_addr address;
    uint32_t prefix;
    int index;
    uint8_t unused[sizeof(struct ifreq)]; /* valgrind takes it for one */
};

static void change_address(unsigned long what, const char *host)
{
    struct address_request about = {.prefix = 128, .index = (int) if_nametoindex("lo")};
    inet_pton(AF_INET6, host, &about.address);
    request(AF_INET6, what, &about);
}

/* With the address that it now has; the kernel looks for another with the same first. */
static void add_address(const char *host)
{
    change_address(SIOCSIFADDR, host);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_scope_id = if_nametoindex("lo")};
    inet_pton(AF_INET6, host, &address.sin6_addr);
    int64_t end = now_ms() + LONG_MS;
    bool usable = false;
    while (!usable && now_ms() < end) {
        int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        usable = bind(fd, (struct sockaddr *) &address, sizeof address) == 0;
        close(fd);
    }
    assert_true(usable);
}

static void change_default_route(unsigned long what)
{
    struct rtentry route;
    memset(&route, 0, sizeof route);
    route.rt_dst.sa_family = AF_INET;
    route.rt_genmask.sa_family = AF_INET;
    route.rt_flags = RTF_UP;
    route.rt_dev = (char *) "lo";
    request(AF_INET, what, &route);
}

/* Waits until the monitor has seen all of it; other things may come as well. */
static void assert_seen(int64_t poller, int64_t monitor, int32_t expected)
{
    struct cv_event event;
    int32_t seen = 0;
    int64_t end = now_ms() + LONG_MS;
    while ((seen & expected) != expected && now_ms() < end) {
        if (cv_poller_wait(poller, 100, AT(&event), 1) == 1) {
            assert_int_equal(monitor, event.handle);
            assert_int_equal(CV_READABLE, event.what);
        }
        seen |= cv_monitor_read(monitor);
    }
    assert_int_equal(expected, seen & expected);
    assert_int_equal(0, seen & CV_NET_OVERRUN);
}

static void should_hear_of_changes(void **state)
{
    (void) state;
    need();
    int64_t poller = cv_poller_open();
    int64_t monitor = cv_monitor_open(poller);
    assert_true(monitor > 0);
    assert_int_equal(0, cv_monitor_read(monitor));

    add_address("2001:db8::7");
    assert_seen(poller, monitor, CV_NET_ADDRESS);
    set_mtu(1500);
    assert_seen(poller, monitor, CV_NET_LINK);
    change_default_route(SIOCADDRT);
    assert_seen(poller, monitor, CV_NET_ROUTE);
    change_default_route(SIOCDELRT);
    assert_seen(poller, monitor, CV_NET_ROUTE);
    change_address(SIOCDIFADDR, "2001:db8::7");
    assert_seen(poller, monitor, CV_NET_ADDRESS);
    set_mtu(65536);
    assert_seen(poller, monitor, CV_NET_LINK);

    assert_int_equal(0, cv_monitor_read(monitor));
    struct cv_event event;
    assert_int_equal(0, cv_poller_wait(poller, 0, AT(&event), 1));
    assert_int_equal(0, cv_close(monitor));
    assert_int_equal(0, cv_close(poller));
}

static void should_say_when_it_has_missed_some(void **state)
{
    (void) state;
    need();
    int64_t poller = cv_poller_open();
    int64_t monitor = cv_monitor_open(poller);
    int32_t seen = 0;
    for (int i = 0; i < 20000 && (seen & CV_NET_OVERRUN) == 0; i++) {
        set_mtu(60000 + i % 2);
        if (i % 1000 == 999) {
            seen = cv_monitor_read(monitor);
        }
    }
    assert_int_equal(CV_NET_OVERRUN | CV_NET_LINK, seen & (CV_NET_OVERRUN | CV_NET_LINK));
    while (cv_monitor_read(monitor) != 0) {
        /* 64 messages each */
    }
    set_mtu(65536);
    assert_seen(poller, monitor, CV_NET_LINK); /* and goes on */
    assert_int_equal(0, cv_close(monitor));
    assert_int_equal(0, cv_close(poller));
}

static void should_believe_the_kernel_alone(void **state)
{
    (void) state;
    need();
    int64_t poller = cv_poller_open();
    int64_t monitor = cv_monitor_open(poller);
    struct sockaddr_nl to;
    socklen_t length = sizeof to;
    struct cv_slot *slot = cv_acquire(monitor, CV_MONITOR);
    assert_int_equal(0, getsockname(slot->fd, (struct sockaddr *) &to, &length));
    cv_release(slot);
    to.nl_groups = 0;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    struct nlmsghdr forged = {.nlmsg_len = sizeof forged, .nlmsg_type = RTM_NEWADDR};
    assert_int_equal(sizeof forged, sendto(fd, &forged, sizeof forged, 0, (struct sockaddr *) &to, sizeof to));
    close(fd);
    struct cv_event event;
    assert_int_equal(1, cv_poller_wait(poller, LONG_MS, AT(&event), 1));
    assert_int_equal(0, cv_monitor_read(monitor));
    assert_int_equal(0, cv_poller_wait(poller, 0, AT(&event), 1));
    assert_int_equal(0, cv_close(monitor));
    assert_int_equal(0, cv_close(poller));
}

static void should_send_from_one_of_several_ipv6_addresses(void **state)
{
    (void) state;
    need();
    add_address("2001:db8::7");
    add_address("2001:db8::8");
    struct pair pair;
    open_pair(&pair, "::1", 1, 1);
    struct cv_address wildcard;
    int64_t socket = open_socket(pair.poller, "::", 1, &wildcard);
    struct cv_target target = target_of(pair.at_b);
    const char *const sources[] = {"2001:db8::7", "2001:db8::8", "::1"};
    for (int i = 0; i < 3; i++) {
        target.source = address_of(sources[i], 0);
        target.source.scope = 999; /* no such link, but only a link-local address is bound to one */
        uint8_t byte = 1;
        struct cv_datagram record;
        assert_int_equal(0, cv_socket_send(socket, AT(&target), AT(&byte), 1));
        assert_int_equal(1, await(pair.poller, pair.b, &byte, 1, 1, &record));
        struct cv_address from = address_of(sources[i], wildcard.port);
        assert_true(same_address(&from, &record.from));
    }
    assert_int_equal(0, cv_close(socket));
    close_pair(&pair);
    change_address(SIOCDIFADDR, "2001:db8::7");
    change_address(SIOCDIFADDR, "2001:db8::8");
}

static void should_reach_link_local_addresses_by_their_scope(void **state)
{
    (void) state;
    need();
    add_address("fe80::7");
    struct pair pair;
    open_pair(&pair, "::", 1, 1);
    struct cv_target target = target_of(address_of("fe80::7", pair.at_b.port));
    target.to.scope = if_nametoindex("lo");
    target.source = address_of("fe80::7", 0);
    target.source.scope = target.to.scope;
    uint8_t byte = 1;
    struct cv_datagram record;
    assert_int_equal(0, cv_socket_send(pair.a, AT(&target), AT(&byte), 1));
    assert_int_equal(1, await(pair.poller, pair.b, &byte, 1, 1, &record));
    assert_int_equal(target.to.scope, record.from.scope);
    assert_memory_equal(target.to.bytes, record.from.bytes, 16);

    /* Its scope tells the kernel which link the source is on, where the target does not. */
    target.to = address_of("::1", pair.at_b.port);
    assert_int_equal(0, cv_socket_send(pair.a, AT(&target), AT(&byte), 1));
    assert_int_equal(1, await(pair.poller, pair.b, &byte, 1, 1, &record));
    assert_memory_equal(target.source.bytes, record.from.bytes, 16);
    close_pair(&pair);
    change_address(SIOCDIFADDR, "fe80::7");
}

static void should_send_segments_that_no_packet_takes(void **state)
{
    (void) state;
    need();
    set_mtu(1500);
    const char *const hosts[] = {"127.0.0.1", "::1"};
    for (int host = 0; host < 2; host++) {
        struct pair pair;
        open_pair(&pair, hosts[host], 1, 1);
        assert_int_equal(1500, cv_path_mtu(AT(&pair.at_a), AT(&pair.at_b)));
        /* Ten too large for a packet, and then some that can be put together again: all but the one that ended the run. */
        static uint8_t data[30 * 2000];
        int32_t lengths[30];
        size_t total = 0;
        for (int i = 0; i < 30; i++) {
            lengths[i] = i < 10 ? 2000 : 1200;
            total += (size_t) lengths[i];
        }
        fill(data, total, 5);
        memset(&taken, 0, sizeof taken);
        struct cv_target target = target_of(pair.at_b);
        assert_int_equal(30, cv_socket_send_many(pair.a, AT(&target), AT(data), AT(lengths), 30));
        take_until(pair.poller, pair.b, 30, &taken);
        assert_int_equal(30, taken.count);
        assert_memory_equal(lengths, taken.lengths, sizeof lengths);
        assert_memory_equal(data, taken.bytes, total);
        assert_int_equal(12, taken.messages);
        assert_int_equal(3, cv_socket_offloads(pair.a));
        close_pair(&pair);
    }
    set_mtu(65536);
}

/* On a link that is so slow that the socket's own buffer fills. */
static void send_on_a_slow_link(int32_t offload)
{
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_address local = address_of("127.0.0.1", 0);
    int64_t narrow = cv_socket_open(pair.poller, AT(&local), 20000, offload);
    struct cv_target target = target_of(pair.at_b);
    static uint8_t data[200 * 500];
    int32_t lengths[200];
    for (int i = 0; i < 200; i++) {
        lengths[i] = 1 + i / 5 * 70 % 500; /* runs of five */
    }
    fill(data, sizeof data, 3);
    memset(&taken, 0, sizeof taken);
    int32_t sent = 0;
    int stops = 0;
    size_t at = 0;
    int64_t end = now_ms() + 2 * LONG_MS;
    while (sent < 200 && now_ms() < end) {
        int32_t more =
            cv_socket_send_many(narrow, AT(&target), AT(data + at), AT(lengths + sent), 200 - sent);
        assert_true(more > 0 || more == -EAGAIN);
        for (; more > 0; more--) {
            at += (size_t) lengths[sent++];
        }
        stops += sent < 200 ? 1 : 0;
        struct cv_event event;
        cv_poller_wait(pair.poller, 5, AT(&event), 1);
        take(pair.b, &taken);
    }
    assert_int_equal(200, sent);
    assert_true(stops > 0);
    take_until(pair.poller, pair.b, 200, &taken);
    /* Each once and in order: what it said was sent, and nothing else. */
    assert_int_equal(200, taken.count);
    assert_memory_equal(lengths, taken.lengths, sizeof lengths);
    assert_memory_equal(data, taken.bytes, at);
    assert_int_equal(0, cv_close(narrow));
    close_pair(&pair);
}

static void should_go_on_where_it_stopped_for_want_of_room(void **state)
{
    (void) state;
    need();
    if (system("command -v tc > /dev/null") != 0) {
        lacks("tc of iproute2 is not on the PATH");
    }
    if (system("tc qdisc add dev lo root tbf rate 2mbit burst 5kb limit 1mb") != 0) {
        print_message("not tested: this kernel does not make a link slow for us (sch_tbf)\n");
        skip();
    }
    set_mtu(1500);
    send_on_a_slow_link(0);
    send_on_a_slow_link(1);
    assert_int_equal(0, system("tc qdisc del dev lo root"));
    set_mtu(65536);
}

static void should_say_when_there_is_no_way(void **state)
{
    (void) state;
    need();
    struct pair pair;
    open_pair(&pair, "0.0.0.0", 1, 1);
    struct cv_target away = target_of(address_of("192.0.2.1", 9));
    struct cv_target near = target_of(address_of("127.0.0.1", pair.at_b.port));
    uint8_t byte = 1;
    int32_t lengths[3] = {1, 0, 0};
    assert_int_equal(-ENETUNREACH, cv_socket_send(pair.a, AT(&away), AT(&byte), 1));
    assert_int_equal(-ENETUNREACH, cv_socket_send_many(pair.a, AT(&away), AT(&byte), AT(lengths), 3));
    assert_int_equal(-ENETUNREACH, cv_path_mtu(AT(&pair.at_a), AT(&away.to)));
    assert_int_equal(0, cv_socket_send(pair.a, AT(&near), AT(&byte), 1));
    close_pair(&pair);
}

int main(void)
{
    missing = enter_namespace();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(should_hear_of_changes),
        cmocka_unit_test(should_say_when_it_has_missed_some),
        cmocka_unit_test(should_believe_the_kernel_alone),
        cmocka_unit_test(should_send_from_one_of_several_ipv6_addresses),
        cmocka_unit_test(should_reach_link_local_addresses_by_their_scope),
        cmocka_unit_test(should_send_segments_that_no_packet_takes),
        cmocka_unit_test(should_go_on_where_it_stopped_for_want_of_room),
        cmocka_unit_test(should_say_when_there_is_no_way),
    };
    return RUN(tests);
}
