/*
 * Culvert's native core: UDP sockets with segmentation offload, errors that routers report, path MTUs and network changes.
 *
 * Linux only. The functions "for Java" take integers alone: an int64_t named "..._at" is the address of memory that the
 * caller owns for the length of the call. All return 0 or more when all is well and -errno when not. None but
 * cv_poller_wait blocks; all may be called from any thread. Those for UDP are bound by the JVM (dev.culvert.udp.CoreCalls)
 * under the names in jni.c; the few marked CV_API, for network changes, are called through JNA
 * (dev.culvert.udp.NetlinkLibrary).
 */
#ifndef CULVERT_H
#define CULVERT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define CV_API __attribute__((visibility("default")))

/* Raised whenever a struct or a function below changes: a library of another build is not used. */
#define CV_ABI 2

/* RFC 768: 65535 less the headers of IPv4 and UDP. */
#define CV_MAX_PAYLOAD 65507

/* The kernel takes no more segments in one send (UDP_MAX_SEGMENTS, linux/udp.h). */
#define CV_MAX_SEGMENTS 64

/* Messages of one cv_socket_receive. */
#define CV_MAX_MESSAGES 16

/* ---- what Java and C hand each other; the sizes are part of the interface */

/* An address and a port, or none. */
struct cv_address {
    uint16_t family; /* 4, 6, or 0 for none */
    uint16_t port;   /* host byte order */
    uint32_t scope;  /* IPv6 zone, 0 for none */
    uint8_t bytes[16]; /* network byte order; 4 of them for IPv4 */
    uint8_t reserved[8];
};
_Static_assert(sizeof(struct cv_address) == 32, "part of the interface");

/* Where a datagram goes, and from which of a wildcard socket's addresses. */
struct cv_target {
    struct cv_address to;
    struct cv_address source; /* family 0: the kernel chooses */
};
_Static_assert(sizeof(struct cv_target) == 64, "part of the interface");

/* One received message: a datagram, or some of one sender's with the same length, which the kernel has put together. */
struct cv_datagram {
    struct cv_address from;
    uint8_t to[16];         /* the local address it came to, IPv4 mapped into IPv6 */
    uint32_t length;        /* of all segments */
    uint16_t segment;       /* of each but the last, which may be shorter */
    uint8_t traffic_class;  /* DSCP and ECN */
    uint8_t flags;          /* CV_HAS_TO, CV_TRUNCATED */
    uint32_t kernel_drops;  /* of this socket so far, for want of room in its buffer */
    uint32_t offset;        /* where it begins in the caller's memory */
};
_Static_assert(sizeof(struct cv_datagram) == 64, "part of the interface");

#define CV_HAS_TO 1u
#define CV_TRUNCATED 2u

/* What a router or the far host says of a datagram of ours; or our own kernel, if it does not fit. */
#define CV_ICMP_PREFIX 44
struct cv_icmp {
    struct cv_address destination;
    struct cv_address offender; /* who says so; family 0 if the kernel does not tell */
    uint8_t kind;               /* enum cv_icmp_kind */
    uint8_t type;               /* as the packet has it */
    uint8_t code;
    uint8_t reserved;
    uint32_t mtu;               /* for CV_TOO_BIG; else 0 */
    int32_t error;              /* errno that stands for it */
    uint32_t length;            /* of the prefix */
    uint8_t prefix[CV_ICMP_PREFIX]; /* of the datagram's payload */
    uint32_t reserved2;
};
_Static_assert(sizeof(struct cv_icmp) == 128, "part of the interface");

enum cv_icmp_kind {
    CV_OTHER = 0,
    CV_PORT_UNREACHABLE = 1,
    CV_HOST_UNREACHABLE = 2,
    CV_NET_UNREACHABLE = 3,
    CV_TTL_EXCEEDED = 4,
    CV_TOO_BIG = 5,
    CV_PROHIBITED = 6
};

/* What a poller saw. */
struct cv_event {
    int64_t handle;
    uint32_t what; /* CV_READABLE, CV_ERRORS */
    uint32_t reserved;
};
_Static_assert(sizeof(struct cv_event) == 16, "part of the interface");

#define CV_READABLE 1u
#define CV_ERRORS 2u

/* What a monitor saw; CV_NET_OVERRUN: the kernel had more to tell than there was room for. */
#define CV_NET_ADDRESS 1
#define CV_NET_ROUTE 2
#define CV_NET_LINK 4
#define CV_NET_OVERRUN 8

/* ---- for Java */

CV_API int32_t cv_abi(void);

/* Handles that are open in this process; for tests. */
int32_t cv_open_handles(void);

/* Closes whatever the handle stands for; who still uses it in another thread finishes. -EBADF if it is closed already. */
CV_API int32_t cv_close(int64_t handle);

/* A poller without sockets; returns its handle. */
CV_API int64_t cv_poller_open(void);

/* Waits up to timeout_ms (negative: for ever) and writes what has happened, at most max cv_events; 0 when woken. */
CV_API int32_t cv_poller_wait(int64_t poller, int32_t timeout_ms, int64_t events_at, int32_t max);

/* Makes a running or the next wait return at once. */
CV_API int32_t cv_poller_wake(int64_t poller);

/*
 * A socket bound to the cv_address at local_at, whose port is filled in; the IPv6 wildcard takes IPv4, too. Its kernel
 * buffers get buffer_bytes each (0: the default). With offload == 0 it neither segments nor coalesces.
 */
int64_t cv_socket_open(int64_t poller, int64_t local_at, int32_t buffer_bytes, int32_t offload);

/* Sends one datagram to the cv_target. */
int32_t cv_socket_send(int64_t socket, int64_t target_at, int64_t data_at, int32_t length);

/*
 * Sends count datagrams to the cv_target, which lie one behind the other, with their lengths as int32_t. Returns how many
 * were sent, from the first; -errno if the first could not be.
 */
int32_t cv_socket_send_many(
    int64_t socket, int64_t target_at, int64_t data_at, int64_t lengths_at, int32_t count);

/*
 * Takes what has come, at most `messages` of room_each bytes, the first at data_at, each with a cv_datagram at records_at.
 * Returns how many; 0 if nothing is there.
 */
int32_t cv_socket_receive(
    int64_t socket, int64_t data_at, int32_t room_each, int32_t messages, int64_t records_at);

/* Takes what routers have reported, at most max cv_icmps. */
int32_t cv_socket_errors(int64_t socket, int64_t icmps_at, int32_t max);

/* DSCP and ECN of what is sent from now on, 0 to 255. */
int32_t cv_socket_traffic_class(int64_t socket, int32_t value);

/* Which offloads the socket uses now: 1 segmentation, 2 coalescing. */
int32_t cv_socket_offloads(int64_t socket);

/* The bytes of an IP packet, headers included, that get from one cv_address to another as far as the kernel knows. */
int32_t cv_path_mtu(int64_t local_at, int64_t remote_at);

/* Hears of changes of addresses, links and routes; reported by the poller as CV_READABLE. */
CV_API int64_t cv_monitor_open(int64_t poller);

/* What has happened since the last call: CV_NET_... */
CV_API int32_t cv_monitor_read(int64_t monitor);

/* ---- inside (hidden) */

enum cv_kind { CV_FREE, CV_POLLER, CV_SOCKET, CV_MONITOR };

/* An entry of the table of handles. What is not atomic is written before the handle is known to anybody. */
struct cv_slot {
    _Atomic uint64_t state; /* generation << 32 | closed << 31 | users */
    enum cv_kind kind;
    int fd;
    int wake_fd; /* a poller's eventfd, else -1 */
    int family;  /* AF_INET or AF_INET6 */
    bool coalesces;
    _Atomic bool segments; /* cleared when a device turns out not to be able to */
};

/* A new handle that owns the descriptors; -errno, with them closed, if there is no room. */
int64_t cv_handle_make(enum cv_kind kind, int fd, int wake_fd, struct cv_slot **slot);

/* Makes the handle known: the slot is complete. */
void cv_handle_publish(int64_t handle);

/* The slot, which stays until cv_release; NULL if the handle is closed or of another kind. */
struct cv_slot *cv_acquire(int64_t handle, enum cv_kind kind);
void cv_release(struct cv_slot *slot);

/* Whether the handle of a slot that the caller uses has been closed meanwhile. */
bool cv_is_closed(const struct cv_slot *slot);

/* Lets a poller report a descriptor under a handle. */
int cv_poller_add(int64_t poller, int fd, int64_t handle);

/* As the socket's family needs it; 0 if it can not be said in it. */
socklen_t cv_to_sockaddr(const struct cv_address *address, int family, struct sockaddr_storage *out);

/* IPv4 that is mapped into IPv6 becomes IPv4; family 0 for what is neither. */
void cv_from_sockaddr(const struct sockaddr *in, size_t length, struct cv_address *out);

/* Reads a message's control data; msg is as recvmsg has left it. */
void cv_read_control(struct msghdr *msg, struct cv_datagram *out);

/* Reads a message of the error queue; false if it is no ICMP error. */
bool cv_read_error(struct msghdr *msg, const uint8_t *payload, size_t length, struct cv_icmp *out);

/* Reads messages of a netlink socket: CV_NET_... */
int32_t cv_read_network(const uint8_t *messages, size_t length);

/* Whether an error of a send or a receive is one that ICMP has left on the socket, perhaps for another peer. */
bool cv_is_icmp_errno(int error);

#endif
