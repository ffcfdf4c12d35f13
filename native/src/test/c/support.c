/* See support.h. */
#include "support.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define ROOM 65536
#define BUFFER_BYTES (4 << 20)

_Noreturn void give_up(const char *what, int64_t result)
{
    fprintf(stderr, "%s: %lld %s\n", what, (long long) result, result < 0 ? strerror((int) -result) : "");
    abort();
}

struct cv_address address_of(const char *text, uint16_t port)
{
    struct cv_address address;
    memset(&address, 0, sizeof address);
    address.family = strchr(text, ':') == NULL ? 4 : 6;
    address.port = port;
    if (inet_pton(address.family == 4 ? AF_INET : AF_INET6, text, address.bytes) != 1) {
        give_up(text, -1);
    }
    return address;
}

struct cv_target target_of(struct cv_address to)
{
    struct cv_target target;
    memset(&target, 0, sizeof target);
    target.to = to;
    return target;
}

bool same_address(const struct cv_address *one, const struct cv_address *other)
{
    return one->family == other->family && one->port == other->port && one->scope == other->scope
        && memcmp(one->bytes, other->bytes, sizeof one->bytes) == 0;
}

int64_t open_socket(int64_t poller, const char *host, int32_t offload, struct cv_address *local)
{
    *local = address_of(host, 0);
    int64_t handle = cv_socket_open(poller, AT(local), BUFFER_BYTES, offload);
    if (handle <= 0) {
        give_up("cv_socket_open", handle);
    }
    return handle;
}

void open_pair(struct pair *pair, const char *host, int32_t offload_a, int32_t offload_b)
{
    pair->poller = cv_poller_open();
    if (pair->poller <= 0) {
        give_up("cv_poller_open", pair->poller);
    }
    pair->a = open_socket(pair->poller, host, offload_a, &pair->at_a);
    pair->b = open_socket(pair->poller, host, offload_b, &pair->at_b);
}

void close_pair(struct pair *pair)
{
    int32_t result = cv_close(pair->a) + cv_close(pair->b) + cv_close(pair->poller);
    if (result != 0) {
        give_up("cv_close", result);
    }
}

struct cv_address closed_port(const char *host)
{
    struct pair pair;
    open_pair(&pair, host, 0, 0);
    close_pair(&pair);
    return pair.at_a;
}

int32_t await(int64_t poller, int64_t socket, void *data, int32_t room, int32_t messages, struct cv_datagram *records)
{
    struct cv_event events[8];
    int64_t end = now_ms() + LONG_MS;
    int32_t received;
    do {
        received = cv_socket_receive(socket, AT(data), room, messages, AT(records));
        if (received == 0) {
            cv_poller_wait(poller, 100, AT(events), 8);
        }
    } while (received == 0 && now_ms() < end);
    return received;
}

static void add(struct taken *into, const struct cv_datagram *record, const uint8_t *data)
{
    if (into->total + record->length > sizeof into->bytes) {
        give_up("more bytes than expected", (int64_t) into->total);
    }
    memcpy(into->bytes + into->total, data + record->offset, record->length);
    into->total += record->length;
    into->last = *record;
    into->messages++;
    uint32_t left = record->length;
    do {
        if (into->count == MAX_DATAGRAMS) {
            give_up("more datagrams than expected", into->count);
        }
        uint32_t length = left < record->segment ? left : record->segment;
        into->lengths[into->count++] = (int32_t) length;
        left -= length;
    } while (left > 0);
}

void take(int64_t socket, struct taken *into)
{
    static _Thread_local uint8_t data[CV_MAX_MESSAGES * ROOM];
    struct cv_datagram records[CV_MAX_MESSAGES];
    int32_t received;
    while ((received = cv_socket_receive(socket, AT(data), ROOM, CV_MAX_MESSAGES, AT(records))) > 0) {
        for (int32_t i = 0; i < received; i++) {
            add(into, &records[i], data);
        }
    }
    if (received < 0) {
        give_up("cv_socket_receive", received);
    }
}

void take_until(int64_t poller, int64_t socket, int32_t count, struct taken *into)
{
    struct cv_event events[8];
    int64_t end = now_ms() + LONG_MS;
    take(socket, into);
    while (into->count < count && now_ms() < end) {
        cv_poller_wait(poller, 100, AT(events), 8);
        take(socket, into);
    }
}

void fill(uint8_t *bytes, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (uint8_t) (seed >> 24);
    }
}

int descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) {
        give_up("/proc/self/fd", -1);
    }
    int count = 0;
    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count - 3; /* ".", ".." and the folder's own */
}

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *enter_namespace(void)
{
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        return "neither root nor allowed to have network namespaces of one's own";
    }
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    close(fd);
    return up ? NULL : "the namespace's loopback can not be brought up";
}

bool required(void)
{
    const char *value = getenv("CULVERT_REQUIRE_TOOLS");
    return value != NULL && strcmp(value, "1") == 0;
}

int number_from(const char *variable, int otherwise)
{
    const char *value = getenv(variable);
    int number = value == NULL ? 0 : atoi(value);
    return number > 0 ? number : otherwise;
}
