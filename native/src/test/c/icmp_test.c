/* The error queue: who could not be reached, and that nobody else suffers from it. */
#include "check.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <linux/errqueue.h>

static uint8_t data[1 << 16];
static struct taken taken;

static int32_t send_to(int64_t socket, struct cv_address to, int32_t length)
{
    struct cv_target target = target_of(to);
    return cv_socket_send(socket, AT(&target), AT(data), length);
}

static void closed_port_of(const char *bound, const char *host)
{
    struct pair pair;
    open_pair(&pair, bound, 1, 1);
    struct cv_address nobody = closed_port(bound);
    nobody = address_of(host, nobody.port);
    fill(data, 100, 9);
    assert_int_equal(0, send_to(pair.a, nobody, 100));
    assert_int_equal(0, send_to(pair.a, nobody, 10));

    struct cv_event events[4];
    assert_int_equal(1, cv_poller_wait(pair.poller, LONG_MS, AT(events), 4));
    assert_int_equal(pair.a, events[0].handle);
    assert_true((events[0].what & CV_ERRORS) != 0);

    struct cv_icmp errors[4];
    memset(errors, 0xa5, sizeof errors);
    assert_int_equal(2, cv_socket_errors(pair.a, AT(errors), 4));
    for (int i = 0; i < 2; i++) {
        const struct cv_icmp *error = &errors[i];
        struct cv_address offender = address_of(host, 0);
        uint32_t length = i == 0 ? CV_ICMP_PREFIX : 10;
        bool v4 = nobody.family == 4;
        assert_true(same_address(&nobody, &error->destination));
        assert_true(same_address(&offender, &error->offender));
        assert_int_equal(CV_PORT_UNREACHABLE, error->kind);
        assert_int_equal(v4 ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH, error->type);
        assert_int_equal(v4 ? ICMP_PORT_UNREACH : ICMP6_DST_UNREACH_NOPORT, error->code);
        assert_int_equal(0, error->mtu);
        assert_int_equal(ECONNREFUSED, error->error);
        assert_int_equal(length, error->length);
        assert_memory_equal(data, error->prefix, length);
        for (uint32_t rest = length; rest < CV_ICMP_PREFIX; rest++) {
            assert_int_equal(0, error->prefix[rest]);
        }
    }
    /* All is read: the poller has nothing more to say. */
    assert_int_equal(0, cv_socket_errors(pair.a, AT(errors), 4));
    assert_int_equal(0, cv_poller_wait(pair.poller, 0, AT(events), 4));
    close_pair(&pair);
}

static void should_tell_of_a_closed_port_over_ipv4(void **state)
{
    (void) state;
    closed_port_of("127.0.0.1", "127.0.0.1");
}

static void should_tell_of_a_closed_port_over_ipv6(void **state)
{
    (void) state;
    closed_port_of("::1", "::1");
}

static void should_tell_of_both_on_the_ipv6_wildcard(void **state)
{
    (void) state;
    closed_port_of("::", "127.0.0.1");
    closed_port_of("::", "::1");
}

static void should_tell_no_more_than_asked(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_address nobody = closed_port("127.0.0.1");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(0, send_to(pair.a, nobody, 1));
    }
    struct cv_icmp errors[4];
    struct cv_event event;
    assert_int_equal(0, cv_socket_errors(pair.a, AT(errors), 0));
    assert_int_equal(0, cv_socket_errors(pair.a, AT(errors), -1));
    assert_int_equal(2, cv_socket_errors(pair.a, AT(errors), 2));
    assert_int_equal(1, cv_poller_wait(pair.poller, LONG_MS, AT(&event), 1));
    assert_int_equal(1, cv_socket_errors(pair.a, AT(errors), 2));
    assert_int_equal(0, cv_socket_errors(pair.a, AT(errors), 2));
    close_pair(&pair);
}

static void should_forget_an_error_that_had_no_room(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_address local = address_of("127.0.0.1", 0);
    int64_t narrow = cv_socket_open(pair.poller, AT(&local), 5000, 1);
    struct cv_address nobody = closed_port("127.0.0.1");
    for (int i = 0; i < 100; i++) {
        assert_int_equal(0, send_to(pair.a, local, 1000));
    }
    /* Errors share the buffer: this one is left on the socket, but not in the queue. */
    assert_int_equal(0, send_to(narrow, nobody, 1));
    struct cv_event event;
    struct cv_icmp error;
    assert_int_equal(1, cv_poller_wait(pair.poller, LONG_MS, AT(&event), 1));
    assert_int_equal(CV_READABLE | CV_ERRORS, event.what);
    assert_int_equal(0, cv_socket_errors(narrow, AT(&error), 1));
    assert_int_equal(1, cv_poller_wait(pair.poller, LONG_MS, AT(&event), 1));
    assert_int_equal(CV_READABLE, event.what);
    assert_int_equal(0, cv_close(narrow));
    close_pair(&pair);
}

static void read_what_came(struct pair *pair)
{
    static struct cv_icmp errors[64];
    take(pair->b, &taken);
    while (cv_socket_errors(pair->a, AT(errors), 64) > 0) {
        assert_int_equal(CV_PORT_UNREACHABLE, errors[0].kind);
    }
}

static void should_not_cost_another_peer_a_datagram(void **state)
{
    (void) state;
    const char *const hosts[] = {"127.0.0.1", "::1"};
    for (int host = 0; host < 2; host++) {
        struct pair pair;
        open_pair(&pair, hosts[host], 1, 1);
        struct cv_address nobody = closed_port(hosts[host]);
        memset(&taken, 0, sizeof taken);
        for (int i = 0; i < 1000; i++) {
            assert_int_equal(0, send_to(pair.a, nobody, 3));
            memcpy(data, &i, sizeof i);
            assert_int_equal(0, send_to(pair.a, pair.at_b, sizeof i));
            if (i % 100 == 99) {
                read_what_came(&pair);
            }
        }
        assert_int_equal(1000, taken.count);
        for (int i = 0; i < 1000; i++) {
            assert_memory_equal(&i, taken.bytes + (size_t) i * sizeof i, sizeof i);
        }
        close_pair(&pair);
    }
}

static void should_not_cost_another_peer_many(void **state)
{
    (void) state;
    /* With segments, and singly, where the error comes in the midst of a system call. */
    for (int offload = 0; offload < 2; offload++) {
        struct pair pair;
        open_pair(&pair, "127.0.0.1", offload, 1);
        struct cv_target nobody = target_of(closed_port("127.0.0.1"));
        struct cv_target peer = target_of(pair.at_b);
        int32_t lengths[50];
        for (int i = 0; i < 50; i++) {
            lengths[i] = 20;
        }
        memset(&taken, 0, sizeof taken);
        for (int i = 0; i < 20; i++) {
            int32_t lost = cv_socket_send_many(pair.a, AT(&nobody), AT(data), AT(lengths), 50);
            assert_true(lost > 0 || lost == -ECONNREFUSED);
            assert_int_equal(50, cv_socket_send_many(pair.a, AT(&peer), AT(data), AT(lengths), 50));
            read_what_came(&pair);
        }
        assert_int_equal(1000, taken.count);
        close_pair(&pair);
    }
}

static void should_receive_in_spite_of_errors(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_address nobody = closed_port("127.0.0.1");
    memset(&taken, 0, sizeof taken);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(0, send_to(pair.b, pair.at_a, 3));
        assert_int_equal(0, send_to(pair.a, nobody, 3)); /* leaves an error that the receive meets first */
        take(pair.a, &taken);
        assert_int_equal(i + 1, taken.count);
    }
    close_pair(&pair);
}

/* A thread that leaves errors on the socket as fast as it can. */
struct noise {
    int64_t socket;
    struct cv_address nobody;
    _Atomic bool stop;
};

static void *send_to_nobody(void *argument)
{
    struct noise *noise = argument;
    struct cv_target target = target_of(noise->nobody);
    uint8_t byte = 0;
    while (!atomic_load(&noise->stop)) {
        cv_socket_send(noise->socket, AT(&target), AT(&byte), 1);
    }
    return NULL;
}

static void should_hardly_be_refused_for_another_thread(void **state)
{
    (void) state;
    if (number_from("CULVERT_TEST_SLOW", 0) != 0) {
        print_message("not tested here: where threads take turns there is a new error after each system call\n");
        skip();
    }
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct noise noise = {.socket = pair.a, .nobody = closed_port("127.0.0.1")};
    pthread_t thread;
    assert_int_equal(0, pthread_create(&thread, NULL, send_to_nobody, &noise));
    struct cv_target target = target_of(pair.at_b);
    const int32_t lengths[] = {10, 10, 10};
    int refused = 0;
    for (int i = 0; i < 20000; i++) {
        refused += cv_socket_send(pair.a, AT(&target), AT(data), 10) == 0 ? 0 : 1;
        refused += cv_socket_send_many(pair.a, AT(&target), AT(data), AT(lengths), 3) == 3 ? 0 : 1;
    }
    atomic_store(&noise.stop, true);
    assert_int_equal(0, pthread_join(thread, NULL));
    /* 1 of 100, where none is to be expected and a tenth if nothing was tried again. */
    assert_in_range(refused, 0, 400);
    close_pair(&pair);
}

/* ---- messages made by hand */

struct message {
    union {
        char bytes[512];
        struct cmsghdr align;
    } control;
    struct sockaddr_in6 name;
    struct msghdr head;
};

static void put(struct message *message, int level, int type, const void *bytes, size_t length)
{
    struct cmsghdr *head = (struct cmsghdr *) (message->control.bytes + message->head.msg_controllen);
    head->cmsg_level = level;
    head->cmsg_type = type;
    head->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(head), bytes, length);
    message->head.msg_controllen += CMSG_SPACE(length);
}

static void begin(struct message *message)
{
    memset(message, 0, sizeof *message);
    struct cv_address destination = address_of("192.0.2.9", 1234);
    struct sockaddr_storage name;
    cv_to_sockaddr(&destination, AF_INET6, &name);
    memcpy(&message->name, &name, sizeof message->name);
    message->head.msg_name = &message->name;
    message->head.msg_namelen = sizeof message->name;
    message->head.msg_control = message->control.bytes;
}

static struct sock_extended_err error_of(uint8_t origin, uint8_t type, uint8_t code, uint32_t error, uint32_t info)
{
    struct sock_extended_err out;
    memset(&out, 0, sizeof out);
    out.ee_origin = origin;
    out.ee_type = type;
    out.ee_code = code;
    out.ee_errno = error;
    out.ee_info = info;
    return out;
}

static void should_know_the_kinds(void **state)
{
    (void) state;
    const struct {
        uint8_t origin;
        uint8_t type;
        uint8_t code;
        uint32_t error;
        enum cv_icmp_kind kind;
    } all[] = {
        /* RFC 792 and RFC 1812 section 5.2.7.1 */
        {SO_EE_ORIGIN_ICMP, 3, 0, ENETUNREACH, CV_NET_UNREACHABLE},
        {SO_EE_ORIGIN_ICMP, 3, 1, EHOSTUNREACH, CV_HOST_UNREACHABLE},
        {SO_EE_ORIGIN_ICMP, 3, 2, ENOPROTOOPT, CV_OTHER},
        {SO_EE_ORIGIN_ICMP, 3, 3, ECONNREFUSED, CV_PORT_UNREACHABLE},
        {SO_EE_ORIGIN_ICMP, 3, 4, EMSGSIZE, CV_TOO_BIG},
        {SO_EE_ORIGIN_ICMP, 3, 6, ENETUNREACH, CV_NET_UNREACHABLE},
        {SO_EE_ORIGIN_ICMP, 3, 7, EHOSTDOWN, CV_HOST_UNREACHABLE},
        {SO_EE_ORIGIN_ICMP, 3, 9, ENETUNREACH, CV_PROHIBITED},
        {SO_EE_ORIGIN_ICMP, 3, 10, EHOSTUNREACH, CV_PROHIBITED},
        {SO_EE_ORIGIN_ICMP, 3, 13, EHOSTUNREACH, CV_PROHIBITED},
        {SO_EE_ORIGIN_ICMP, 3, 200, EHOSTUNREACH, CV_OTHER},
        {SO_EE_ORIGIN_ICMP, 11, 0, EHOSTUNREACH, CV_TTL_EXCEEDED},
        {SO_EE_ORIGIN_ICMP, 11, 1, EHOSTUNREACH, CV_OTHER},
        {SO_EE_ORIGIN_ICMP, 12, 0, EPROTO, CV_OTHER},
        /* RFC 4443 section 3 */
        {SO_EE_ORIGIN_ICMP6, 1, 0, ENETUNREACH, CV_NET_UNREACHABLE},
        {SO_EE_ORIGIN_ICMP6, 1, 1, EACCES, CV_PROHIBITED},
        {SO_EE_ORIGIN_ICMP6, 1, 2, EHOSTUNREACH, CV_OTHER},
        {SO_EE_ORIGIN_ICMP6, 1, 3, EHOSTUNREACH, CV_HOST_UNREACHABLE},
        {SO_EE_ORIGIN_ICMP6, 1, 4, ECONNREFUSED, CV_PORT_UNREACHABLE},
        {SO_EE_ORIGIN_ICMP6, 1, 5, EACCES, CV_PROHIBITED},
        {SO_EE_ORIGIN_ICMP6, 1, 6, EACCES, CV_PROHIBITED},
        {SO_EE_ORIGIN_ICMP6, 2, 0, EMSGSIZE, CV_TOO_BIG},
        {SO_EE_ORIGIN_ICMP6, 3, 0, EHOSTUNREACH, CV_TTL_EXCEEDED},
        {SO_EE_ORIGIN_ICMP6, 3, 1, EHOSTUNREACH, CV_OTHER},
        {SO_EE_ORIGIN_ICMP6, 4, 0, EPROTO, CV_OTHER},
        {SO_EE_ORIGIN_LOCAL, 0, 0, EMSGSIZE, CV_TOO_BIG},
        {SO_EE_ORIGIN_LOCAL, 0, 0, EHOSTUNREACH, CV_OTHER},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct message message;
        struct cv_icmp out;
        begin(&message);
        struct sock_extended_err error = error_of(all[i].origin, all[i].type, all[i].code, all[i].error, 1280);
        put(&message, IPPROTO_IPV6, IPV6_RECVERR, &error, sizeof error);
        assert_true(cv_read_error(&message.head, data, 5, &out));
        assert_int_equal(all[i].kind, out.kind);
        assert_int_equal(all[i].type, out.type);
        assert_int_equal(all[i].code, out.code);
        assert_int_equal(all[i].error, out.error);
        /* What is in ee_info of others is no MTU. */
        assert_int_equal(all[i].kind == CV_TOO_BIG ? 1280 : 0, out.mtu);
        assert_int_equal(4, out.destination.family);
        assert_int_equal(1234, out.destination.port);
        assert_int_equal(0, out.offender.family);
        assert_int_equal(5, out.length);
    }
}

static void should_find_the_error_behind_other_messages(void **state)
{
    (void) state;
    struct message message;
    struct cv_icmp out;
    begin(&message);
    struct in6_pktinfo info;
    memset(&info, 0x11, sizeof info);
    put(&message, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    struct {
        struct sock_extended_err error;
        struct sockaddr_in offender;
    } both;
    memset(&both, 0, sizeof both);
    both.error = error_of(SO_EE_ORIGIN_ICMP, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, EMSGSIZE, 1400);
    both.offender.sin_family = AF_INET;
    both.offender.sin_addr.s_addr = htonl(0xc0000201);
    put(&message, IPPROTO_IP, IP_RECVERR, &both, sizeof both);
    assert_true(cv_read_error(&message.head, data, 100, &out));
    struct cv_address offender = address_of("192.0.2.1", 0);
    assert_true(same_address(&offender, &out.offender));
    assert_int_equal(1400, out.mtu);
    assert_int_equal(CV_ICMP_PREFIX, out.length);
}

static bool read_one(int level, int type, const void *bytes, size_t length)
{
    struct message message;
    struct cv_icmp out;
    begin(&message);
    put(&message, level, type, bytes, length);
    return cv_read_error(&message.head, data, 5, &out);
}

static void should_refuse_what_is_no_icmp_error(void **state)
{
    (void) state;
    struct sock_extended_err error = error_of(SO_EE_ORIGIN_ICMP, 3, 3, ECONNREFUSED, 0);
    assert_true(read_one(IPPROTO_IP, IP_RECVERR, &error, sizeof error));
    assert_false(read_one(IPPROTO_IP, IP_PKTINFO, &error, sizeof error));
    assert_false(read_one(SOL_SOCKET, IP_RECVERR, &error, sizeof error));
    for (size_t length = 0; length < sizeof error; length++) {
        assert_false(read_one(IPPROTO_IP, IP_RECVERR, &error, length));
    }
    const uint8_t origins[] = {SO_EE_ORIGIN_NONE, SO_EE_ORIGIN_TXSTATUS, SO_EE_ORIGIN_ZEROCOPY, 255};
    for (size_t i = 0; i < sizeof origins; i++) {
        error.ee_origin = origins[i];
        assert_false(read_one(IPPROTO_IP, IP_RECVERR, &error, sizeof error));
    }

    struct message message;
    struct cv_icmp out;
    begin(&message);
    assert_false(cv_read_error(&message.head, data, 5, &out)); /* no control data */
    error.ee_origin = SO_EE_ORIGIN_ICMP;
    put(&message, IPPROTO_IP, IP_RECVERR, &error, sizeof error);
    message.control.align.cmsg_len = SIZE_MAX;
    assert_false(cv_read_error(&message.head, data, 5, &out));
    message.control.align.cmsg_len = 3;
    assert_false(cv_read_error(&message.head, data, 5, &out));
    message.control.align.cmsg_len = CMSG_LEN(sizeof error);
    message.head.msg_name = NULL;
    assert_false(cv_read_error(&message.head, data, 5, &out));
}

static void should_know_which_errors_are_anothers(void **state)
{
    (void) state;
    assert_true(cv_is_icmp_errno(ECONNREFUSED));
    assert_true(cv_is_icmp_errno(EHOSTUNREACH));
    assert_true(cv_is_icmp_errno(ENETUNREACH));
    assert_false(cv_is_icmp_errno(0));
    assert_false(cv_is_icmp_errno(EAGAIN));
    assert_false(cv_is_icmp_errno(EPERM));
    assert_false(cv_is_icmp_errno(EINVAL));
    assert_false(cv_is_icmp_errno(ENOBUFS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(should_tell_of_a_closed_port_over_ipv4),
        cmocka_unit_test(should_tell_of_a_closed_port_over_ipv6),
        cmocka_unit_test(should_tell_of_both_on_the_ipv6_wildcard),
        cmocka_unit_test(should_tell_no_more_than_asked),
        cmocka_unit_test(should_forget_an_error_that_had_no_room),
        cmocka_unit_test(should_not_cost_another_peer_a_datagram),
        cmocka_unit_test(should_not_cost_another_peer_many),
        cmocka_unit_test(should_receive_in_spite_of_errors),
        cmocka_unit_test(should_hardly_be_refused_for_another_thread),
        cmocka_unit_test(should_know_the_kinds),
        cmocka_unit_test(should_find_the_error_behind_other_messages),
        cmocka_unit_test(should_refuse_what_is_no_icmp_error),
        cmocka_unit_test(should_know_which_errors_are_anothers),
    };
    return RUN(tests);
}
