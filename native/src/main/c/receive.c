/* Receiving, with what the kernel tells of each message. */
#include "culvert.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

/* Errors that ICMP has left on the socket come out of a receive, too, one each. */
#define TRIES 8

/* Room for all that a socket was asked to report of a message, and some. */
#define CONTROL_BYTES 256

union control {
    char bytes[CONTROL_BYTES];
    struct cmsghdr align;
};

static const uint8_t MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* The int, or the byte, that a control message holds. */
static int value_of(const struct cmsghdr *head, size_t length)
{
    if (length >= sizeof(int)) {
        int value;
        memcpy(&value, CMSG_DATA(head), sizeof value);
        return value;
    }
    return length >= 1 ? *CMSG_DATA(head) : 0;
}

static void read_v4(const struct cmsghdr *head, size_t length, struct cv_datagram *out)
{
    if (head->cmsg_type == IP_PKTINFO && length >= sizeof(struct in_pktinfo)) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(head), sizeof info);
        memcpy(out->to, MAPPED, sizeof MAPPED);
        memcpy(out->to + sizeof MAPPED, &info.ipi_addr, 4);
        out->flags |= CV_HAS_TO;
    } else if (head->cmsg_type == IP_TOS) {
        out->traffic_class = (uint8_t) value_of(head, length);
    }
}

static void read_v6(const struct cmsghdr *head, size_t length, struct cv_datagram *out)
{
    if (head->cmsg_type == IPV6_PKTINFO && length >= sizeof(struct in6_pktinfo)) {
        struct in6_pktinfo info;
        memcpy(&info, CMSG_DATA(head), sizeof info);
        memcpy(out->to, &info.ipi6_addr, sizeof out->to);
        out->flags |= CV_HAS_TO;
    } else if (head->cmsg_type == IPV6_TCLASS) {
        out->traffic_class = (uint8_t) value_of(head, length);
    }
}

void cv_read_control(struct msghdr *msg, struct cv_datagram *out)
{
    const char *end = (const char *) msg->msg_control + msg->msg_controllen;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(msg); head != NULL; head = CMSG_NXTHDR(msg, head)) {
        if (head->cmsg_len < CMSG_LEN(0) || head->cmsg_len > (size_t) (end - (const char *) head)) {
            return;
        }
        size_t length = head->cmsg_len - CMSG_LEN(0);
        if (head->cmsg_level == IPPROTO_IP) {
            read_v4(head, length, out);
        } else if (head->cmsg_level == IPPROTO_IPV6) {
            read_v6(head, length, out);
        } else if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SO_RXQ_OVFL) {
            out->kernel_drops = (uint32_t) value_of(head, length);
        } else if (head->cmsg_level == IPPROTO_UDP && head->cmsg_type == UDP_GRO) {
            int size = value_of(head, length);
            if (size > 0 && (uint32_t) size < out->length) {
                out->segment = (uint16_t) size;
            }
        }
    }
}

static void describe(struct mmsghdr *message, uint32_t offset, struct cv_datagram *out)
{
    memset(out, 0, sizeof *out);
    cv_from_sockaddr(message->msg_hdr.msg_name, message->msg_hdr.msg_namelen, &out->from);
    out->length = message->msg_len;
    out->segment = (uint16_t) message->msg_len;
    out->offset = offset;
    if ((message->msg_hdr.msg_flags & MSG_TRUNC) != 0) {
        out->flags |= CV_TRUNCATED;
    }
    cv_read_control(&message->msg_hdr, out);
}

static int receive(int fd, struct mmsghdr *messages, unsigned int count)
{
    int received = -1;
    for (int i = 0; i < TRIES && received < 0; i++) {
        received = recvmmsg(fd, messages, count, MSG_DONTWAIT, NULL);
        if (received < 0 && errno != EINTR && !cv_is_icmp_errno(errno)) {
            return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
        }
    }
    return received < 0 ? 0 : received; /* what is there is reported again */
}

int32_t cv_socket_receive(
    int64_t socket, int64_t data_at, int32_t room_each, int32_t messages, int64_t records_at)
{
    struct mmsghdr headers[CV_MAX_MESSAGES];
    struct iovec parts[CV_MAX_MESSAGES];
    struct sockaddr_storage names[CV_MAX_MESSAGES];
    union control controls[CV_MAX_MESSAGES];
    if (room_each < 1 || room_each > UINT16_MAX + 1 || messages < 1 || messages > CV_MAX_MESSAGES) {
        return -EINVAL;
    }
    for (int32_t i = 0; i < messages; i++) {
        memset(&headers[i], 0, sizeof headers[i]);
        parts[i].iov_base = (char *) (intptr_t) data_at + (size_t) i * (size_t) room_each;
        parts[i].iov_len = (size_t) room_each;
        headers[i].msg_hdr.msg_name = &names[i];
        headers[i].msg_hdr.msg_namelen = sizeof names[i];
        headers[i].msg_hdr.msg_iov = &parts[i];
        headers[i].msg_hdr.msg_iovlen = 1;
        headers[i].msg_hdr.msg_control = controls[i].bytes;
        headers[i].msg_hdr.msg_controllen = sizeof controls[i].bytes;
    }
    struct cv_slot *slot = cv_acquire(socket, CV_SOCKET);
    if (slot == NULL) {
        return -EBADF;
    }
    int received = receive(slot->fd, headers, (unsigned int) messages);
    cv_release(slot);
    struct cv_datagram *records = (struct cv_datagram *) (intptr_t) records_at;
    for (int i = 0; i < received; i++) {
        describe(&headers[i], (uint32_t) i * (uint32_t) room_each, &records[i]);
    }
    return received;
}
