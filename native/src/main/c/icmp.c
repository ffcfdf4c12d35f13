/* The error queue: what routers and far hosts say of datagrams of ours, and whom those were for. */
#include "culvert.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h> /* linux/errqueue.h needs it */
#include <linux/errqueue.h>

#define CONTROL_BYTES 512

static enum cv_icmp_kind kind_of_v4(uint8_t type, uint8_t code)
{
    if (type == ICMP_TIME_EXCEEDED) {
        return code == ICMP_EXC_TTL ? CV_TTL_EXCEEDED : CV_OTHER;
    }
    if (type != ICMP_DEST_UNREACH) {
        return CV_OTHER;
    }
    switch (code) {
    case ICMP_NET_UNREACH:
    case ICMP_NET_UNKNOWN:
        return CV_NET_UNREACHABLE;
    case ICMP_HOST_UNREACH:
    case ICMP_HOST_UNKNOWN:
        return CV_HOST_UNREACHABLE;
    case ICMP_PORT_UNREACH:
        return CV_PORT_UNREACHABLE;
    case ICMP_FRAG_NEEDED:
        return CV_TOO_BIG;
    case ICMP_NET_ANO:
    case ICMP_HOST_ANO:
    case ICMP_PKT_FILTERED:
        return CV_PROHIBITED;
    default:
        return CV_OTHER;
    }
}

static enum cv_icmp_kind kind_of_v6(uint8_t type, uint8_t code)
{
    switch (type) {
    case ICMP6_PACKET_TOO_BIG:
        return CV_TOO_BIG;
    case ICMP6_TIME_EXCEEDED:
        return code == ICMP6_TIME_EXCEED_TRANSIT ? CV_TTL_EXCEEDED : CV_OTHER;
    case ICMP6_DST_UNREACH:
        switch (code) {
        case ICMP6_DST_UNREACH_NOROUTE:
            return CV_NET_UNREACHABLE;
        case ICMP6_DST_UNREACH_ADDR:
            return CV_HOST_UNREACHABLE;
        case ICMP6_DST_UNREACH_NOPORT:
            return CV_PORT_UNREACHABLE;
        case ICMP6_DST_UNREACH_ADMIN:
        case 5: /* RFC 4443 section 3.1: source address failed a policy */
        case 6: /* and: reject route */
            return CV_PROHIBITED;
        default:
            return CV_OTHER;
        }
    default:
        return CV_OTHER;
    }
}

static bool is_error_message(const struct cmsghdr *head)
{
    return (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_RECVERR)
        || (head->cmsg_level == IPPROTO_IPV6 && head->cmsg_type == IPV6_RECVERR);
}

/* The kernel's words for one error, and behind them who reported it. */
static bool read_extended(const struct cmsghdr *head, struct cv_icmp *out)
{
    struct sock_extended_err error;
    size_t length = head->cmsg_len - CMSG_LEN(0);
    if (length < sizeof error) {
        return false;
    }
    memcpy(&error, CMSG_DATA(head), sizeof error);
    switch (error.ee_origin) {
    case SO_EE_ORIGIN_ICMP:
        out->kind = (uint8_t) kind_of_v4(error.ee_type, error.ee_code);
        break;
    case SO_EE_ORIGIN_ICMP6:
        out->kind = (uint8_t) kind_of_v6(error.ee_type, error.ee_code);
        break;
    case SO_EE_ORIGIN_LOCAL:
        out->kind = error.ee_errno == EMSGSIZE ? CV_TOO_BIG : CV_OTHER;
        break;
    default:
        return false; /* a time stamp or the like */
    }
    out->type = error.ee_type;
    out->code = error.ee_code;
    out->error = (int32_t) error.ee_errno;
    out->mtu = out->kind == CV_TOO_BIG ? error.ee_info : 0;
    struct sockaddr_in6 offender;
    size_t rest = length - sizeof error;
    size_t taken = rest < sizeof offender ? rest : sizeof offender;
    memset(&offender, 0, sizeof offender);
    memcpy(&offender, CMSG_DATA(head) + sizeof error, taken);
    cv_from_sockaddr((const struct sockaddr *) &offender, taken, &out->offender);
    return true;
}

bool cv_read_error(struct msghdr *msg, const uint8_t *payload, size_t length, struct cv_icmp *out)
{
    memset(out, 0, sizeof *out);
    const char *end = (const char *) msg->msg_control + msg->msg_controllen;
    bool found = false;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(msg); head != NULL && !found; head = CMSG_NXTHDR(msg, head)) {
        if (head->cmsg_len < CMSG_LEN(0) || head->cmsg_len > (size_t) (end - (const char *) head)) {
            return false;
        }
        found = is_error_message(head) && read_extended(head, out);
    }
    if (!found || msg->msg_name == NULL) {
        return false;
    }
    cv_from_sockaddr(msg->msg_name, msg->msg_namelen, &out->destination);
    out->length = (uint32_t) (length < sizeof out->prefix ? length : sizeof out->prefix);
    memcpy(out->prefix, payload, out->length);
    return true;
}

/* An error may be left on the socket although its message has been read; it would wake the poller for ever. */
static void clear_pending(int fd)
{
    int pending;
    socklen_t length = sizeof pending;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &pending, &length);
}

int32_t cv_socket_errors(int64_t socket, int64_t icmps_at, int32_t max)
{
    struct cv_slot *slot = cv_acquire(socket, CV_SOCKET);
    if (slot == NULL) {
        return -EBADF;
    }
    struct cv_icmp *out = (struct cv_icmp *) (intptr_t) icmps_at;
    int32_t count = 0;
    while (count < max) {
        struct sockaddr_storage name;
        uint8_t payload[CV_ICMP_PREFIX];
        union {
            char bytes[CONTROL_BYTES];
            struct cmsghdr align;
        } control;
        struct iovec part = {payload, sizeof payload};
        struct msghdr msg = {&name, sizeof name, &part, 1, control.bytes, sizeof control.bytes, 0};
        ssize_t length = recvmsg(slot->fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT);
        if (length < 0) {
            clear_pending(slot->fd);
            break;
        }
        if (cv_read_error(&msg, payload, (size_t) length, &out[count])) {
            count++;
        }
    }
    cv_release(slot);
    return count;
}
