/*
 * The core in short, without cmocka: for other processors, whose instructions an emulator runs. The emulator may lack what
 * a system call can do; that is found out with plain system calls, and said.
 */
#include "support.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define HAS_ERROR_QUEUE 1
#define HAS_SEGMENTS 2
#define HAS_COALESCING 4

static int failures;
static uint8_t data[1 << 16];
static struct taken taken;

static void check(bool right, const char *what)
{
    if (!right) {
        printf("FAILED: %s\n", what);
        failures++;
    }
}

/* What the emulator does of a call on two connected sockets of loopback. */
static bool passes_segments(int from, int to)
{
    uint16_t size = 10;
    union {
        char bytes[CMSG_SPACE(sizeof size)];
        struct cmsghdr head;
    } control;
    memset(&control, 0, sizeof control);
    control.head.cmsg_level = IPPROTO_UDP;
    control.head.cmsg_type = UDP_SEGMENT;
    control.head.cmsg_len = CMSG_LEN(sizeof size);
    memcpy(CMSG_DATA(&control.head), &size, sizeof size);
    struct iovec part = {data, 20};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    return sendmsg(from, &message, 0) == 20 && recv(to, data, sizeof data, MSG_DONTWAIT) == 10
        && recv(to, data, sizeof data, MSG_DONTWAIT) == 10;
}

static bool reads_errors(int fd)
{
    char control[512];
    struct iovec part = {data, 10};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    if (send(fd, data, 1, 0) != 1 || recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
        return false;
    }
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head != NULL; head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_RECVERR) {
            return true;
        }
    }
    return false;
}

static int connected(struct sockaddr_in *own, const struct sockaddr_in *peer)
{
    socklen_t length = sizeof *own;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memset(own, 0, sizeof *own);
    own->sin_family = AF_INET;
    own->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *) own, length) != 0 || getsockname(fd, (struct sockaddr *) own, &length) != 0
        || (peer != NULL && connect(fd, (const struct sockaddr *) peer, length) != 0)) {
        give_up("plain sockets", -errno);
    }
    return fd;
}

static int probe(void)
{
    int on = 1;
    struct sockaddr_in at_to;
    struct sockaddr_in at_from;
    int to = connected(&at_to, NULL);
    int from = connected(&at_from, &at_to);
    int has = passes_segments(from, to) ? HAS_SEGMENTS : 0;
    has |= setsockopt(to, IPPROTO_UDP, UDP_GRO, &on, sizeof on) == 0 ? HAS_COALESCING : 0;
    close(to);
    if (setsockopt(from, IPPROTO_IP, IP_RECVERR, &on, sizeof on) == 0 && reads_errors(from)) {
        has |= HAS_ERROR_QUEUE;
    }
    close(from);
    printf("segments: %s\ncoalescing: %s\nerror queue: %s\n", has & HAS_SEGMENTS ? "tested" : "NOT SUPPORTED HERE",
           has & HAS_COALESCING ? "tested" : "NOT SUPPORTED HERE", has & HAS_ERROR_QUEUE ? "tested" : "NOT SUPPORTED HERE");
    return has;
}

static void handles(void)
{
    int before = descriptors();
    int64_t poller = cv_poller_open();
    int64_t last = 0;
    for (int i = 0; i < 1000; i++) {
        struct cv_address local;
        int64_t socket = open_socket(poller, i % 2 == 0 ? "127.0.0.1" : "::1", 0, &local);
        check(socket != last, "a new handle");
        check(cv_close(socket) == 0 && cv_close(socket) == -EBADF, "a closed handle stays closed");
        last = socket;
    }
    check(cv_poller_wake(poller) == 0, "wake");
    struct cv_event event;
    check(cv_poller_wait(poller, LONG_MS, AT(&event), 1) == 0, "woken");
    check(cv_close(1) == -EBADF && cv_close(-1) == -EBADF, "no handle");
    check(cv_close(poller) == 0 && cv_open_handles() == 0 && descriptors() == before, "nothing is left");
}

static void addresses(void)
{
    const char *const hosts[] = {"192.0.2.7", "2001:db8::7"};
    for (int i = 0; i < 2; i++) {
        struct sockaddr_storage between;
        struct cv_address there = address_of(hosts[i], 0x1234);
        struct cv_address back;
        socklen_t length = cv_to_sockaddr(&there, AF_INET6, &between);
        cv_from_sockaddr((struct sockaddr *) &between, length, &back);
        check(same_address(&there, &back), hosts[i]);
    }
}

static void exchange(const char *host, int32_t offload)
{
    struct pair pair;
    open_pair(&pair, host, offload, offload);
    int32_t lengths[100];
    for (int i = 0; i < 100; i++) {
        lengths[i] = i % 30 == 29 ? 100 : 500;
    }
    fill(data, sizeof data, 1);
    memset(&taken, 0, sizeof taken);
    struct cv_target target = target_of(pair.at_b);
    check(cv_socket_traffic_class(pair.a, 0xb8) == 0, "traffic class");
    int32_t sent = cv_socket_send_many(pair.a, AT(&target), AT(data), AT(lengths), 100);
    check(sent == 100, "send_many");
    check(cv_socket_send(pair.a, AT(&target), AT(data), 500) == 0, "send");
    take_until(pair.poller, pair.b, sent + 1, &taken);
    check(taken.count == 101 && memcmp(lengths, taken.lengths, sizeof lengths) == 0, "the lengths that came");
    check(memcmp(data, taken.bytes, taken.total - 500) == 0, "the bytes that came");
    check(same_address(&pair.at_a, &taken.last.from), "from whom");
    check(taken.last.traffic_class == 0xb8, "with which traffic class");
    struct cv_address to = address_of(host, 0);
    check((taken.last.flags & CV_HAS_TO) != 0 && memcmp(to.bytes, taken.last.to + (to.family == 4 ? 12 : 0),
                                                        to.family == 4 ? 4 : 16) == 0, "to which address");
    printf("%s, offload %d: offloads %d, %d datagrams in %d messages\n", host, offload, cv_socket_offloads(pair.a),
           taken.count, taken.messages);
    close_pair(&pair);
}

static void errors(void)
{
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 0, 0);
    struct cv_target nobody = target_of(closed_port("127.0.0.1"));
    struct cv_icmp error;
    check(cv_socket_send(pair.a, AT(&nobody), AT(data), 100) == 0, "send to a closed port");
    check(cv_socket_errors(pair.a, AT(&error), 1) == 1, "an error");
    check(error.kind == CV_PORT_UNREACHABLE && error.length == CV_ICMP_PREFIX, "port unreachable");
    check(same_address(&nobody.to, &error.destination), "whom it was for");
    close_pair(&pair);
}

int main(void)
{
    int has = probe();
    handles();
    addresses();
    exchange("127.0.0.1", 0);
    exchange("::1", 0);
    if ((has & HAS_SEGMENTS) != 0) {
        exchange("127.0.0.1", 1);
        exchange("::1", 1);
    }
    if ((has & HAS_ERROR_QUEUE) != 0) {
        errors();
    }
    printf("%s\n", failures == 0 ? "all well" : "FAILED");
    return failures == 0 ? 0 : 1;
}
