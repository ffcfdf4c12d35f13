/*
 * What the tests of the native core share: sockets on loopback, and looking at what has come.
 *
 * Without cmocka, so that the programs for other processors and for the thread sanitizer have it, too: what can not go
 * wrong here ends the program with a message.
 */
#ifndef CULVERT_SUPPORT_H
#define CULVERT_SUPPORT_H

#include "../../main/c/culvert.h"

/* An address in memory, as the core takes it. */
#define AT(pointer) ((int64_t) (intptr_t) (pointer))

/* For what happens at once on loopback; only a failing test waits so long. */
#define LONG_MS 5000

#define MAX_DATAGRAMS 1024

/* Two sockets and their poller. */
struct pair {
    int64_t poller;
    int64_t a;
    int64_t b;
    struct cv_address at_a;
    struct cv_address at_b;
};

/* Datagrams as they were before the kernel put them together, their payloads one behind the other. */
struct taken {
    int32_t count;
    int32_t messages;
    int32_t lengths[MAX_DATAGRAMS];
    uint8_t bytes[1 << 20];
    size_t total;
    struct cv_datagram last;
};

/* From "127.0.0.1", "::1" or the like. */
struct cv_address address_of(const char *text, uint16_t port);
struct cv_target target_of(struct cv_address to);
bool same_address(const struct cv_address *one, const struct cv_address *other);

int64_t open_socket(int64_t poller, const char *host, int32_t offload, struct cv_address *local);
void open_pair(struct pair *pair, const char *host, int32_t offload_a, int32_t offload_b);
void close_pair(struct pair *pair);

/* A port of this host that nobody listens on. */
struct cv_address closed_port(const char *host);

/* One call of cv_socket_receive, repeated until something is there; 0 if nothing comes within LONG_MS. */
int32_t await(int64_t poller, int64_t socket, void *data, int32_t room, int32_t messages, struct cv_datagram *records);

/* Adds what is there now. */
void take(int64_t socket, struct taken *into);

/* The same until there are so many datagrams or nothing more comes. */
void take_until(int64_t poller, int64_t socket, int32_t count, struct taken *into);

/* Bytes that tell whether they are in order. */
void fill(uint8_t *bytes, size_t count, uint32_t seed);

/* Descriptors that are open in this process. */
int descriptors(void);

int64_t now_ms(void);

/* A network of the process's own with loopback up, or why there is none. */
const char *enter_namespace(void);

/* Whether what a test needs must be there: CULVERT_REQUIRE_TOOLS=1. */
bool required(void);

/* A positive number from the environment, else the other one. */
int number_from(const char *variable, int otherwise);

_Noreturn void give_up(const char *what, int64_t result);

#endif
