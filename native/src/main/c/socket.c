/* Opening a UDP socket with all it is to report, and what can be asked of it. */
#include "culvert.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

/* linux/udp.h; older headers do not have them. */
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define NO_OFFLOAD 0

static bool set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/*
 * What every packet and error is to tell. Datagrams carry "don't fragment" as long as they fit the path; larger ones are
 * fragmented here, not refused.
 */
static void report_all(int fd, int family, bool both)
{
    set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    if (family == AF_INET6) {
        set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
        set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
        set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_WANT);
    }
    if (family == AF_INET || both) {
        set(fd, IPPROTO_IP, IP_RECVERR, 1);
        set(fd, IPPROTO_IP, IP_PKTINFO, 1);
        set(fd, IPPROTO_IP, IP_RECVTOS, 1);
        set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT);
    }
}

static bool is_wildcard(const struct cv_address *address)
{
    static const uint8_t none[16];
    return memcmp(address->bytes, none, sizeof none) == 0;
}

/* Returns the descriptor, bound, with the address and port that it got. */
static int open_bound(struct cv_address *local, int32_t buffer_bytes)
{
    int family = local->family == 6 ? AF_INET6 : AF_INET;
    struct sockaddr_storage address;
    socklen_t length = cv_to_sockaddr(local, family, &address);
    if (length == 0) {
        return -EAFNOSUPPORT;
    }
    int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    bool both = family == AF_INET6 && is_wildcard(local);
    if (family == AF_INET6) {
        set(fd, IPPROTO_IPV6, IPV6_V6ONLY, both ? 0 : 1);
    }
    if (buffer_bytes > 0) {
        set(fd, SOL_SOCKET, SO_RCVBUF, buffer_bytes);
        set(fd, SOL_SOCKET, SO_SNDBUF, buffer_bytes);
    }
    report_all(fd, family, both);
    if (bind(fd, (struct sockaddr *) &address, length) != 0
        || getsockname(fd, (struct sockaddr *) &address, &length) != 0) {
        int failed = -errno;
        close(fd);
        return failed;
    }
    cv_from_sockaddr((struct sockaddr *) &address, length, local);
    return fd;
}

int64_t cv_socket_open(int64_t poller, int64_t local_at, int32_t buffer_bytes, int32_t offload)
{
    struct cv_address *local = (struct cv_address *) (intptr_t) local_at;
    int family = local->family == 6 ? AF_INET6 : AF_INET;
    int fd = open_bound(local, buffer_bytes);
    if (fd < 0) {
        return fd;
    }
    struct cv_slot *slot;
    int64_t handle = cv_handle_make(CV_SOCKET, fd, -1, &slot);
    if (handle < 0) {
        return handle;
    }
    slot->family = family;
    if (offload != NO_OFFLOAD) {
        /* Both answer whether the kernel knows them; a device's inability shows only when it is asked to send. */
        slot->coalesces = set(fd, IPPROTO_UDP, UDP_GRO, 1);
        atomic_store(&slot->segments, set(fd, IPPROTO_UDP, UDP_SEGMENT, 0));
    }
    cv_handle_publish(handle);
    int failed = cv_poller_add(poller, fd, handle);
    if (failed != 0) {
        cv_close(handle);
        return failed;
    }
    return handle;
}

int32_t cv_socket_traffic_class(int64_t socket, int32_t value)
{
    struct cv_slot *slot = cv_acquire(socket, CV_SOCKET);
    if (slot == NULL) {
        return -EBADF;
    }
    int32_t result = 0;
    if (value < 0 || value > 255) {
        result = -EINVAL;
    } else if (slot->family == AF_INET6) {
        set(slot->fd, IPPROTO_IP, IP_TOS, value); /* for IPv4 over a socket of both; fails for others */
        result = set(slot->fd, IPPROTO_IPV6, IPV6_TCLASS, value) ? 0 : -errno;
    } else {
        result = set(slot->fd, IPPROTO_IP, IP_TOS, value) ? 0 : -errno;
    }
    cv_release(slot);
    return result;
}

int32_t cv_socket_offloads(int64_t socket)
{
    struct cv_slot *slot = cv_acquire(socket, CV_SOCKET);
    if (slot == NULL) {
        return -EBADF;
    }
    int32_t offloads = (atomic_load(&slot->segments) ? 1 : 0) | (slot->coalesces ? 2 : 0);
    cv_release(slot);
    return offloads;
}

/* Only a connected socket can be asked, so one is connected for the question; that sends nothing. */
int32_t cv_path_mtu(int64_t local_at, int64_t remote_at)
{
    struct cv_address local = *(const struct cv_address *) (intptr_t) local_at;
    const struct cv_address *remote = (const struct cv_address *) (intptr_t) remote_at;
    local.port = 0;
    int fd = open_bound(&local, 0);
    if (fd < 0) {
        return fd;
    }
    bool v6 = local.family == 6;
    struct sockaddr_storage address;
    socklen_t length = cv_to_sockaddr(remote, v6 ? AF_INET6 : AF_INET, &address);
    int mtu = 0;
    socklen_t size = sizeof mtu;
    int32_t result;
    if (length == 0) {
        result = -EAFNOSUPPORT;
    } else if (
        connect(fd, (struct sockaddr *) &address, length) != 0
        || getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu, &size) != 0) {
        result = -errno;
    } else {
        result = mtu;
    }
    close(fd);
    return result;
}
