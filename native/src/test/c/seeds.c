/*
 * Writes inputs for the fuzz target into the folder that it is called with: real messages, of sockets as the core opens
 * them, in a network of its own (root). The ones in seeds/ are from here, but for three: real control data with a segment
 * that is larger than the datagram, is 0, or is negative.
 */
#include "fuzz.h"
#include "support.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *folder;

static void save(const char *name, const uint8_t head[FUZZ_HEADER], const struct iovec *parts, int count)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        give_up(path, -errno);
    }
    fwrite(head, 1, FUZZ_HEADER, file);
    for (int i = 0; i < count; i++) {
        fwrite(parts[i].iov_base, 1, parts[i].iov_len, file);
    }
    fclose(file);
}

/* The next message of a socket, with its control data as the kernel writes it. */
static void save_message(const char *name, int64_t socket, int flags)
{
    uint8_t payload[65536];
    char control[512];
    struct sockaddr_storage from;
    struct iovec part = {payload, flags == 0 ? sizeof payload : CV_ICMP_PREFIX};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
                             .msg_control = control, .msg_controllen = sizeof control};
    struct cv_slot *slot = cv_acquire(socket, CV_SOCKET);
    ssize_t length = recvmsg(slot->fd, &message, MSG_DONTWAIT | flags);
    cv_release(slot);
    if (length < 0) {
        give_up(name, -errno);
    }
    if (flags == 0) {
        const uint8_t head[FUZZ_HEADER] = {FUZZ_CONTROL, (uint8_t) (length >> 8), (uint8_t) length};
        const struct iovec parts[] = {{control, message.msg_controllen}};
        save(name, head, parts, 1);
    } else {
        const uint8_t head[FUZZ_HEADER] = {FUZZ_ERROR, (uint8_t) message.msg_namelen, (uint8_t) length};
        const struct iovec parts[] = {
            {&from, message.msg_namelen}, {payload, (size_t) length}, {control, message.msg_controllen}};
        save(name, head, parts, 3);
    }
}

static void save_of(const char *bound, const char *host, const char *name)
{
    char path[100];
    static uint8_t data[3000];
    const int32_t lengths[] = {1000, 1000, 999};
    struct pair pair;
    open_pair(&pair, bound, 1, 1);
    struct cv_target peer = target_of(address_of(host, pair.at_b.port));
    struct cv_target nobody = target_of(address_of(host, closed_port(bound).port));
    cv_socket_traffic_class(pair.a, 0xb9);
    cv_socket_send(pair.a, AT(&peer), AT(data), 100);
    cv_socket_send_many(pair.a, AT(&peer), AT(data), AT(lengths), 3);
    cv_socket_send(pair.a, AT(&nobody), AT(data), 20);
    snprintf(path, sizeof path, "control-%s", name);
    save_message(path, pair.b, 0);
    snprintf(path, sizeof path, "control-%s-segments", name);
    save_message(path, pair.b, 0);
    snprintf(path, sizeof path, "error-%s", name);
    save_message(path, pair.a, MSG_ERRQUEUE);
    close_pair(&pair);
}

static void change_loopback(short flags)
{
    struct ifreq about;
    memset(&about, 0, sizeof about);
    strcpy(about.ifr_name, "lo");
    about.ifr_flags = flags;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (ioctl(fd, SIOCSIFFLAGS, &about) != 0) {
        give_up("SIOCSIFFLAGS", -errno);
    }
    close(fd);
}

static void save_network(void)
{
    int64_t poller = cv_poller_open();
    int64_t monitor = cv_monitor_open(poller);
    struct cv_slot *slot = cv_acquire(monitor, CV_MONITOR);
    change_loopback(0);
    change_loopback(IFF_UP | IFF_RUNNING);
    const uint8_t head[FUZZ_HEADER] = {FUZZ_NETWORK, 0, 0};
    uint8_t bytes[8192];
    ssize_t length;
    for (int i = 0; (length = recv(slot->fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0; i++) {
        char name[100];
        snprintf(name, sizeof name, "network-%02d", i);
        const struct iovec parts[] = {{bytes, (size_t) length}};
        save(name, head, parts, 1);
    }
    cv_release(slot);
    cv_close(monitor);
    cv_close(poller);
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: seeds FOLDER\n");
        return 2;
    }
    folder = arguments[1];
    const char *missing = enter_namespace();
    if (missing != NULL) {
        fprintf(stderr, "%s\n", missing);
        return 1;
    }
    save_of("127.0.0.1", "127.0.0.1", "v4");
    save_of("::1", "::1", "v6");
    save_of("::", "127.0.0.1", "mapped");
    save_network();
    return 0;
}
