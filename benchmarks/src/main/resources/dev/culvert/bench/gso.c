/*
 * The least that a program can do to move datagrams of 1200 bytes one way with segmentation offload: the sender hands the
 * kernel 54 with one call, the receiver takes as many with one and looks at none. The benchmark's yardstick.
 *
 *     gso receive ADDRESS PAGE
 *     gso send ADDRESS PAGE BATCHES
 *
 * PAGE is a file that both map: how many were received, how many were sent, and the receiver's port, each in a cache line
 * of its own. No more than BATCHES are on their way. Ends when its standard input does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define PAYLOAD 1200
#define BATCH 54
#define BUFFER_BYTES (1 << 20)
#define PAGE_BYTES 4096
#define SPINS 50
#define LOST_NANOS 100000000L

struct page {
    _Alignas(64) _Atomic int64_t received;
    _Alignas(64) _Atomic int64_t sent;
    _Alignas(64) _Atomic int64_t port;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void *end_with_parent(void *unused)
{
    char byte;
    while (read(0, &byte, 1) > 0) {
        /* Nothing is said. */
    }
    _exit(3);
    return unused;
}

static struct page *map(const char *path)
{
    int fd = open(path, O_RDWR);
    if (fd < 0) {
        die(path);
    }
    void *page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) {
        die("mmap");
    }
    close(fd);
    return page;
}

static int open_socket(const char *address, struct sockaddr_in *local)
{
    int bytes = BUFFER_BYTES;
    socklen_t length = sizeof *local;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    memset(local, 0, sizeof *local);
    local->sin_family = AF_INET;
    if (fd < 0 || inet_pton(AF_INET, address, &local->sin_addr) != 1
        || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0
        || setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) != 0
        || bind(fd, (struct sockaddr *) local, length) != 0
        || getsockname(fd, (struct sockaddr *) local, &length) != 0) {
        die(address);
    }
    return fd;
}

static void receive_all(int fd, struct page *page)
{
    static char room[65536];
    int on = 1;
    int64_t bytes = 0;
    if (setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on) != 0) {
        die("UDP_GRO");
    }
    for (;;) {
        char control[256];
        struct iovec part = {room, sizeof room};
        struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t length = recvmsg(fd, &msg, 0);
        if (length < 0 && errno != EINTR) {
            die("recvmsg");
        }
        bytes += length > 0 ? length : 0;
        atomic_store_explicit(&page->received, bytes / PAYLOAD, memory_order_release);
    }
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* Waits until so many have come, or for so long that the others must be lost; returns how many have come. */
static int64_t await(struct page *page, int64_t wanted)
{
    int64_t seen = atomic_load_explicit(&page->received, memory_order_acquire);
    int64_t since = seen < wanted ? now() : 0;
    for (int pauses = 0; seen < wanted; pauses++) {
        if (pauses > SPINS) {
            sched_yield();
            if (now() - since > LOST_NANOS) {
                break;
            }
        }
        seen = atomic_load_explicit(&page->received, memory_order_acquire);
    }
    return seen;
}

static void send_all(int fd, struct sockaddr_in *to, struct page *page, int64_t window)
{
    static char data[BATCH * PAYLOAD];
    union {
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr head;
    } control;
    struct iovec part = {data, sizeof data};
    struct msghdr msg = {
        .msg_name = to,
        .msg_namelen = sizeof *to,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    uint16_t size = PAYLOAD;
    int64_t sent = 0;
    int64_t lost = 0;
    memset(data, 0xa5, sizeof data);
    memset(&control, 0, sizeof control);
    control.head.cmsg_level = IPPROTO_UDP;
    control.head.cmsg_type = UDP_SEGMENT;
    control.head.cmsg_len = CMSG_LEN(sizeof size);
    memcpy(CMSG_DATA(&control.head), &size, sizeof size);
    for (;;) {
        int64_t wanted = sent - lost + BATCH - window;
        int64_t seen = await(page, wanted);
        if (seen < wanted) {
            lost = sent - seen;
        }
        if (sendmsg(fd, &msg, 0) < 0) {
            die("sendmsg with UDP_SEGMENT");
        }
        sent += BATCH;
        atomic_store_explicit(&page->sent, sent, memory_order_release);
    }
}

int main(int count, char **words)
{
    pthread_t thread;
    struct sockaddr_in address;
    if (count < 4) {
        return 2;
    }
    struct page *page = map(words[3]);
    if (pthread_create(&thread, NULL, end_with_parent, NULL) != 0) {
        die("pthread_create");
    }
    if (strcmp(words[1], "receive") == 0) {
        int fd = open_socket(words[2], &address);
        atomic_store(&page->port, ntohs(address.sin_port));
        receive_all(fd, page);
    }
    /* To where the receiver is: its address, and the port that it has told. */
    int64_t port = 0;
    while ((port = atomic_load(&page->port)) == 0) {
        sched_yield();
    }
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int bytes = BUFFER_BYTES;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t) port);
    if (fd < 0 || count < 5 || inet_pton(AF_INET, words[2], &address.sin_addr) != 1
        || setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) != 0) {
        die("send");
    }
    send_all(fd, &address, page, atol(words[4]) * BATCH);
}
