/* Changes of this host's addresses, links and routes, as the kernel tells them over netlink. */
#include "culvert.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel sends no longer ones (NLMSG_GOODSIZE). */
#define BUFFER_BYTES 8192

/* Messages of one read; what is left is reported again. */
#define MOST_READS 64

/* Only default routes matter: others come and go with the addresses. */
static bool is_default_route(const struct nlmsghdr *head)
{
    struct rtmsg route;
    if (head->nlmsg_len < NLMSG_LENGTH(sizeof route)) {
        return false;
    }
    memcpy(&route, NLMSG_DATA(head), sizeof route);
    return route.rtm_dst_len == 0 && route.rtm_table != RT_TABLE_LOCAL;
}

int32_t cv_read_network(const uint8_t *messages, size_t length)
{
    int32_t seen = 0;
    while (length >= sizeof(struct nlmsghdr)) {
        struct nlmsghdr head;
        memcpy(&head, messages, sizeof head);
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > length) {
            return seen | CV_NET_OVERRUN; /* not understood: whoever asks looks for himself */
        }
        switch (head.nlmsg_type) {
        case RTM_NEWADDR:
        case RTM_DELADDR:
            seen |= CV_NET_ADDRESS;
            break;
        case RTM_NEWLINK:
        case RTM_DELLINK:
            seen |= CV_NET_LINK;
            break;
        case RTM_NEWROUTE:
        case RTM_DELROUTE:
            seen |= is_default_route((const struct nlmsghdr *) messages) ? CV_NET_ROUTE : 0;
            break;
        case NLMSG_OVERRUN:
            seen |= CV_NET_OVERRUN;
            break;
        default:
            break;
        }
        size_t step = NLMSG_ALIGN((size_t) head.nlmsg_len);
        if (step >= length) {
            break;
        }
        messages += step;
        length -= step;
    }
    return seen;
}

CV_API int64_t cv_monitor_open(int64_t poller)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
        return -errno;
    }
    struct sockaddr_nl local;
    memset(&local, 0, sizeof local);
    local.nl_family = AF_NETLINK;
    local.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
    if (bind(fd, (struct sockaddr *) &local, sizeof local) != 0) {
        int failed = -errno;
        close(fd);
        return failed;
    }
    struct cv_slot *slot;
    int64_t handle = cv_handle_make(CV_MONITOR, fd, -1, &slot);
    if (handle < 0) {
        return handle;
    }
    cv_handle_publish(handle);
    int failed = cv_poller_add(poller, fd, handle);
    if (failed != 0) {
        cv_close(handle);
        return failed;
    }
    return handle;
}

CV_API int32_t cv_monitor_read(int64_t monitor)
{
    struct cv_slot *slot = cv_acquire(monitor, CV_MONITOR);
    if (slot == NULL) {
        return -EBADF;
    }
    int32_t seen = 0;
    for (int i = 0; i < MOST_READS; i++) {
        _Alignas(struct nlmsghdr) uint8_t buffer[BUFFER_BYTES];
        struct sockaddr_nl from;
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(slot->fd, buffer, sizeof buffer, MSG_DONTWAIT, (struct sockaddr *) &from, &size);
        if (length < 0 && errno == ENOBUFS) {
            seen |= CV_NET_OVERRUN;
        } else if (length < 0) {
            break;
        } else if (from.nl_pid == 0) { /* from the kernel, not from another process */
            seen |= cv_read_network(buffer, (size_t) length);
        }
    }
    cv_release(slot);
    return seen;
}
