/*
 * A long wire: what one namespace sends into its TUN interface comes out of the other's a constant time later, in order,
 * both ways. The kernel here has no netem. Ends when one of the interfaces is deleted.
 *
 *     wire NAMESPACE INTERFACE NAMESPACE INTERFACE MICROSECONDS
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* A second of full-size packets at some 100 Mbit/s; a packet that finds no room is lost, as on any long line. */
#define SLOTS 8192
#define MTU 1500

struct packet {
    int64_t due_ns;
    uint16_t length;
    uint8_t bytes[MTU];
};

/* One direction: a ring, first in, first out, as all wait equally long. */
struct line {
    int from, to;
    unsigned head, count;
    struct packet *ring;
};

static void die(const char *what)
{
    fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* A TUN interface inside a named namespace; this process is there afterwards, too. */
static int open_tun(const char *namespace, const char *name)
{
    char path[256];
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int space, tun;

    snprintf(path, sizeof path, "/run/netns/%s", namespace);
    space = open(path, O_RDONLY | O_CLOEXEC);
    if (space < 0 || setns(space, CLONE_NEWNET) != 0)
        die(path);
    close(space);
    tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun < 0)
        die("/dev/net/tun");
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(tun, TUNSETIFF, &request) != 0)
        die(name);
    return tun;
}

static void take_in(struct line *line, int64_t now, int64_t delay)
{
    while (line->count < SLOTS) {
        struct packet *slot = &line->ring[(line->head + line->count) % SLOTS];
        ssize_t length = read(line->from, slot->bytes, sizeof slot->bytes);

        if (length <= 0)
            return;
        slot->length = (uint16_t)length;
        slot->due_ns = now + delay;
        line->count++;
    }
    /* No room: read and lose, or poll would return at once for ever. */
    uint8_t lost[MTU];
    while (read(line->from, lost, sizeof lost) > 0)
        ;
}

static void let_out(struct line *line, int64_t now)
{
    while (line->count > 0 && line->ring[line->head].due_ns <= now) {
        const struct packet *first = &line->ring[line->head];

        /* The far interface may be down or full: then the packet is lost. */
        if (write(line->to, first->bytes, first->length) < 0 && errno == EBADF)
            die("write");
        line->head = (line->head + 1) % SLOTS;
        line->count--;
    }
}

static int64_t next_due(const struct line *lines)
{
    int64_t next = INT64_MAX;

    for (int i = 0; i < 2; i++)
        if (lines[i].count > 0 && lines[i].ring[lines[i].head].due_ns < next)
            next = lines[i].ring[lines[i].head].due_ns;
    return next;
}

int main(int argc, char **argv)
{
    struct line lines[2];
    int64_t delay;

    if (argc != 6 || (delay = atoll(argv[5]) * 1000) < 0) {
        fprintf(stderr, "wire NAMESPACE INTERFACE NAMESPACE INTERFACE MICROSECONDS\n");
        return 2;
    }
    lines[0].from = lines[1].to = open_tun(argv[1], argv[2]);
    lines[1].from = lines[0].to = open_tun(argv[3], argv[4]);
    for (int i = 0; i < 2; i++) {
        lines[i].head = lines[i].count = 0;
        lines[i].ring = calloc(SLOTS, sizeof *lines[i].ring);
        if (lines[i].ring == NULL)
            die("memory");
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct pollfd ends[2] = {{.fd = lines[0].from, .events = POLLIN}, {.fd = lines[1].from, .events = POLLIN}};
        int64_t next = next_due(lines), now = now_ns();
        int64_t wait = next == INT64_MAX ? -1 : next > now ? next - now : 0;
        struct timespec limit = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};

        if (ppoll(ends, 2, wait < 0 ? NULL : &limit, NULL) < 0 && errno != EINTR)
            die("ppoll");
        if ((ends[0].revents | ends[1].revents) & (POLLERR | POLLHUP | POLLNVAL))
            return 0; /* an end was deleted, and with this process the other one goes */
        now = now_ns();
        for (int i = 0; i < 2; i++) {
            take_in(&lines[i], now, delay);
            let_out(&lines[i], now);
        }
    }
}
