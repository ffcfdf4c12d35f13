/* Sending: singly, and many at once in segments that the kernel or the device cuts. */
#include "culvert.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* Runs of segments in one system call. */
#define MAX_RUNS 16

/*
 * An error that ICMP has left on the socket fails the next send, whoever it is to; another may come in between, or be left
 * by who reads the error queue. Eight are for several threads: one that sends to nobody as fast as it can cost another up
 * to 1 of 200 datagrams with three.
 */
#define TRIES 8

bool cv_is_icmp_errno(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENONET:
    case EPROTO:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EACCES:
    case EMSGSIZE:
        return true;
    default:
        return false;
    }
}

/* Room for the source's address and the length of a segment. */
union control {
    char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
    struct cmsghdr align;
};

static void append(struct msghdr *msg, union control *control, int level, int type, const void *data, size_t length)
{
    struct cmsghdr *head = (struct cmsghdr *) (control->bytes + msg->msg_controllen);
    msg->msg_control = control->bytes;
    msg->msg_controllen += CMSG_SPACE(length);
    memset(head, 0, CMSG_SPACE(length)); /* the kernel gets the padding, too */
    head->cmsg_level = level;
    head->cmsg_type = type;
    head->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(head), data, length);
}

/* Names the local address to send from; of no effect on a socket that has but one. */
static void append_source(struct msghdr *msg, union control *control, const struct cv_address *source, int family)
{
    struct sockaddr_storage address;
    if (source->family == 0 || cv_to_sockaddr(source, family, &address) == 0) {
        return;
    }
    if (family == AF_INET6) {
        struct in6_pktinfo info;
        memset(&info, 0, sizeof info);
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) &address;
        memcpy(&info.ipi6_addr, &v6->sin6_addr, sizeof info.ipi6_addr);
        if (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) {
            /* Refused if neither this nor the target says on which link. Others would be kept from the best route. */
            info.ipi6_ifindex = v6->sin6_scope_id;
        }
        append(msg, control, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    } else {
        struct in_pktinfo info;
        memset(&info, 0, sizeof info);
        memcpy(&info.ipi_spec_dst, source->bytes, sizeof info.ipi_spec_dst);
        append(msg, control, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
}

/* Where to, in the kernel's words; false if the socket can not send there. */
struct destination {
    struct sockaddr_storage address;
    socklen_t length;
    const struct cv_target *target;
    int family;
};

static bool aim(struct destination *out, const struct cv_slot *slot, int64_t target_at)
{
    out->target = (const struct cv_target *) (intptr_t) target_at;
    out->family = slot->family;
    out->length = cv_to_sockaddr(&out->target->to, slot->family, &out->address);
    return out->length > 0;
}

static void prepare(struct msghdr *msg, union control *control, struct iovec *part, struct destination *to)
{
    memset(msg, 0, sizeof *msg);
    msg->msg_name = &to->address;
    msg->msg_namelen = to->length;
    msg->msg_iov = part;
    msg->msg_iovlen = 1;
    append_source(msg, control, &to->target->source, to->family);
}

static ssize_t send_one(int fd, struct destination *to, void *data, size_t length)
{
    if (to->target->source.family == 0) {
        /* Quicker than sendmsg, whose header the kernel copies first. */
        return sendto(fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *) &to->address, to->length);
    }
    struct iovec part = {data, length};
    union control control;
    struct msghdr msg;
    prepare(&msg, &control, &part, to);
    return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int32_t cv_socket_send(int64_t socket, int64_t target_at, int64_t data_at, int32_t length)
{
    struct cv_slot *slot = cv_acquire(socket, CV_SOCKET);
    if (slot == NULL) {
        return -EBADF;
    }
    struct destination to;
    int32_t result = -EAFNOSUPPORT;
    if (length < 0 || length > CV_MAX_PAYLOAD) {
        result = -EMSGSIZE;
    } else if (aim(&to, slot, target_at)) {
        for (int i = 0; i < TRIES; i++) {
            result = send_one(slot->fd, &to, (void *) (intptr_t) data_at, (size_t) length) >= 0 ? 0 : -errno;
            if (result != -EINTR && !cv_is_icmp_errno(-result)) {
                break;
            }
        }
    }
    cv_release(slot);
    return result;
}

/* Datagrams one behind the other that leave in one message: all of one length, only the last may be shorter. */
static int32_t run_of(const int32_t *lengths, int32_t count, size_t *bytes)
{
    int32_t taken = 1;
    *bytes = (size_t) lengths[0];
    while (taken < count && taken < CV_MAX_SEGMENTS && lengths[taken - 1] == lengths[0] && lengths[taken] > 0
           && lengths[taken] <= lengths[0] && *bytes + (size_t) lengths[taken] <= CV_MAX_PAYLOAD) {
        *bytes += (size_t) lengths[taken++];
    }
    return taken;
}

/* The messages of one system call. */
struct runs {
    struct mmsghdr messages[MAX_RUNS];
    struct iovec parts[MAX_RUNS];
    union control controls[MAX_RUNS];
    int32_t datagrams[MAX_RUNS];
    size_t bytes[MAX_RUNS];
    unsigned int count;
};

static void gather(
    struct runs *runs, struct destination *to, const uint8_t *data, const int32_t *lengths, int32_t count, bool segment)
{
    runs->count = 0;
    while (count > 0 && runs->count < MAX_RUNS) {
        unsigned int i = runs->count++;
        runs->bytes[i] = (size_t) lengths[0];
        runs->datagrams[i] = segment ? run_of(lengths, count, &runs->bytes[i]) : 1;
        runs->parts[i] = (struct iovec) {(void *) data, runs->bytes[i]};
        struct msghdr *msg = &runs->messages[i].msg_hdr;
        prepare(msg, &runs->controls[i], &runs->parts[i], to);
        if (runs->datagrams[i] > 1) {
            uint16_t size = (uint16_t) lengths[0];
            append(msg, &runs->controls[i], IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size);
        }
        data += runs->bytes[i];
        lengths += runs->datagrams[i];
        count -= runs->datagrams[i];
    }
}

/* How far a call of many has come. */
struct progress {
    const uint8_t *data;
    const int32_t *lengths;
    int32_t left;
    int32_t sent;
    int32_t singly; /* so many are not to be put together: the kernel has refused that */
    int tries;
};

/* Takes note of the messages that have left. */
static void advance(struct progress *at, const struct runs *runs, int messages)
{
    for (int i = 0; i < messages; i++) {
        at->data += runs->bytes[i];
        at->lengths += runs->datagrams[i];
        at->left -= runs->datagrams[i];
        at->sent += runs->datagrams[i];
        at->singly -= at->singly < runs->datagrams[i] ? at->singly : runs->datagrams[i];
    }
    at->tries = 0;
}

/* Whether to go on after the first message was refused. */
static bool recover(struct progress *at, struct cv_slot *slot, const struct runs *runs, int error)
{
    if (error == EINTR) {
        return true;
    }
    bool together = runs->datagrams[0] > 1;
    if (error == EIO && together) {
        atomic_store(&slot->segments, false); /* the device has no checksums to fill in */
        return true;
    }
    if (cv_is_icmp_errno(error) && ++at->tries < TRIES) {
        return true;
    }
    if ((error == EINVAL || error == EMSGSIZE) && together) {
        at->singly = runs->datagrams[0]; /* a segment is larger than the path takes: the kernel cuts single ones */
        at->tries = 0;
        return true;
    }
    return false;
}

static int32_t send_all(struct cv_slot *slot, struct destination *to, struct progress *at)
{
    struct runs runs;
    while (at->left > 0) {
        bool segment = at->singly == 0 && atomic_load_explicit(&slot->segments, memory_order_relaxed);
        int32_t count = at->singly > 0 ? at->singly : at->left;
        gather(&runs, to, at->data, at->lengths, count, segment);
        int messages = sendmmsg(slot->fd, runs.messages, runs.count, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (messages > 0) {
            advance(at, &runs, messages);
        } else {
            int error = messages < 0 ? errno : EAGAIN;
            if (!recover(at, slot, &runs, error)) {
                return at->sent > 0 ? at->sent : -error;
            }
        }
    }
    return at->sent;
}

int32_t cv_socket_send_many(
    int64_t socket, int64_t target_at, int64_t data_at, int64_t lengths_at, int32_t count)
{
    struct cv_slot *slot = cv_acquire(socket, CV_SOCKET);
    if (slot == NULL) {
        return -EBADF;
    }
    const int32_t *lengths = (const int32_t *) (intptr_t) lengths_at;
    struct destination to;
    int32_t result = aim(&to, slot, target_at) ? 0 : -EAFNOSUPPORT;
    for (int32_t i = 0; i < count && result == 0; i++) {
        if (lengths[i] < 0 || lengths[i] > CV_MAX_PAYLOAD) {
            result = -EMSGSIZE;
        }
    }
    if (result == 0) {
        struct progress at = {(const uint8_t *) (intptr_t) data_at, lengths, count, 0, 0, 0};
        result = send_all(slot, &to, &at);
    }
    cv_release(slot);
    return result;
}
