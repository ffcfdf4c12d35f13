/*
 * Eight threads open, send, receive and close at random for so many seconds (argument, 3), often the same socket at the
 * same time. Each socket has a number, and the loopback address that is made from it, so that no two have ever the same
 * address and port. Each datagram carries its target's and its sender's number: one that comes to another socket, or from
 * another's address, has gone through a descriptor that was another's by then.
 */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADS 8
#define PLACES 24
#define MOST_SOCKETS 0xfffff0u
#define LENGTH 8
#define BURST 12

/* Where a socket is found. Written by whoever has claimed it, read by everybody at any time: its parts may not agree. */
struct place {
    _Atomic bool claimed;
    _Atomic int64_t handle;
    _Atomic uint32_t number;
    _Atomic uint32_t port;
};

/* What a thread has done. */
struct tally {
    uint64_t random;
    uint64_t opened;
    uint64_t closed;
    uint64_t sent;
    uint64_t received;
    uint64_t errors;
    uint64_t late; /* calls with a handle that was closed meanwhile */
};

static struct place places[PLACES];
static _Atomic uint32_t next_number = 1;
static _Atomic bool stop;
static int64_t poller;

static uint32_t random_below(struct tally *tally, uint32_t bound)
{
    tally->random ^= tally->random << 13;
    tally->random ^= tally->random >> 7;
    tally->random ^= tally->random << 17;
    return (uint32_t) (tally->random >> 33) % bound;
}

static struct cv_address address_of_number(uint32_t number, uint16_t port)
{
    struct cv_address address = address_of("127.0.0.0", port);
    address.bytes[1] = (uint8_t) (number >> 16);
    address.bytes[2] = (uint8_t) (number >> 8);
    address.bytes[3] = (uint8_t) number;
    return address;
}

/* Every result that is neither all right nor explained by a close in another thread. */
static bool went_well(struct tally *tally, int64_t result, const char *what)
{
    if (result >= 0) {
        return true;
    }
    switch (-result) {
    case EBADF:
        tally->late++;
        return false;
    case ECONNREFUSED:
    case EAGAIN:
    case ENOBUFS:
        return false;
    default:
        give_up(what, result);
    }
}

static void open_one(struct tally *tally, struct place *place)
{
    uint32_t number = atomic_fetch_add(&next_number, 1);
    if (number > MOST_SOCKETS) {
        atomic_store(&stop, true);
        return;
    }
    struct cv_address local = address_of_number(number, 0);
    int64_t handle = cv_socket_open(poller, AT(&local), 0, (int32_t) random_below(tally, 2));
    if (handle < 0) {
        give_up("cv_socket_open", handle);
    }
    atomic_store(&place->number, number);
    atomic_store(&place->port, local.port);
    atomic_store(&place->handle, handle);
    tally->opened++;
}

static void open_or_close(struct tally *tally, struct place *place)
{
    if (atomic_exchange(&place->claimed, true)) {
        return;
    }
    int64_t handle = atomic_load(&place->handle);
    if (handle == 0) {
        open_one(tally, place);
    } else {
        atomic_store(&place->handle, 0);
        int32_t result = cv_close(handle);
        if (result != 0) {
            give_up("cv_close", result);
        }
        tally->closed++;
        if (random_below(tally, 4) != 0) {
            open_one(tally, place);
        }
    }
    atomic_store(&place->claimed, false);
}

/* A socket that is open just now. Now and then another thread gets the time to close it before it is used. */
static bool look(struct tally *tally, struct place *place, int64_t *handle, uint32_t *number)
{
    *handle = atomic_load(&place->handle);
    *number = atomic_load(&place->number);
    if (*handle == 0 || atomic_load(&place->handle) != *handle) {
        return false;
    }
    if (random_below(tally, 16) == 0) {
        sched_yield();
    }
    return true;
}

/* The target may be closed: then there is an error to read. */
static void send_some(struct tally *tally, struct place *from, struct place *to)
{
    int64_t handle;
    uint32_t numbers[2] = {atomic_load(&to->number), 0};
    uint16_t port = (uint16_t) atomic_load(&to->port);
    struct cv_target target = target_of(address_of_number(numbers[0], port));
    if (port == 0 || !look(tally, from, &handle, &numbers[1])) {
        return;
    }
    if (random_below(tally, 2) == 0) {
        int32_t result = cv_socket_send(handle, AT(&target), AT(numbers), LENGTH);
        tally->sent += went_well(tally, result, "cv_socket_send") ? 1 : 0;
        return;
    }
    uint32_t data[2 * BURST];
    int32_t lengths[BURST];
    int32_t count = 1 + (int32_t) random_below(tally, BURST);
    for (int32_t i = 0; i < count; i++) {
        memcpy(data + 2 * i, numbers, LENGTH);
        lengths[i] = LENGTH;
    }
    int32_t result = cv_socket_send_many(handle, AT(&target), AT(data), AT(lengths), count);
    tally->sent += went_well(tally, result, "cv_socket_send_many") ? (uint64_t) result : 0;
}

static void check(struct tally *tally, const struct cv_datagram *record, const uint8_t *bytes, uint32_t number)
{
    if (record->length % LENGTH != 0 || record->segment != LENGTH || record->flags != CV_HAS_TO) {
        give_up("a datagram that nobody has sent; its length", record->length);
    }
    for (uint32_t at = 0; at < record->length; at += LENGTH) {
        uint32_t numbers[2];
        memcpy(numbers, bytes + at, sizeof numbers);
        struct cv_address from = address_of_number(numbers[1], record->from.port);
        struct cv_address to = address_of_number(numbers[0], 0);
        if (numbers[0] != number || memcmp(to.bytes, record->to + 12, 4) != 0) {
            give_up("a datagram of another socket came to number", number);
        }
        if (!same_address(&from, &record->from)) {
            give_up("a datagram left through another socket than number", numbers[1]);
        }
        tally->received++;
    }
}

static void receive_some(struct tally *tally, struct place *place)
{
    int64_t handle;
    uint32_t number;
    uint8_t room[4][BURST * LENGTH];
    struct cv_datagram records[4];
    if (!look(tally, place, &handle, &number)) {
        return;
    }
    int32_t received = cv_socket_receive(handle, AT(room), sizeof room[0], 4, AT(records));
    if (!went_well(tally, received, "cv_socket_receive")) {
        return;
    }
    for (int32_t i = 0; i < received; i++) {
        check(tally, &records[i], (const uint8_t *) room + records[i].offset, number);
    }
}

static void read_errors(struct tally *tally, struct place *place)
{
    struct cv_icmp errors[4];
    int64_t handle;
    uint32_t number;
    if (!look(tally, place, &handle, &number)) {
        return;
    }
    int32_t count = cv_socket_errors(handle, AT(errors), 4);
    if (!went_well(tally, count, "cv_socket_errors")) {
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        uint32_t numbers[2];
        memcpy(numbers, errors[i].prefix, sizeof numbers);
        struct cv_address destination = address_of_number(numbers[0], errors[i].destination.port);
        if (numbers[1] != number || !same_address(&destination, &errors[i].destination)) {
            give_up("an error of another socket came to number", number);
        }
    }
    tally->errors += (uint64_t) count;
}

static void *work(void *argument)
{
    struct tally *tally = argument;
    while (!atomic_load(&stop)) {
        struct place *one = &places[random_below(tally, PLACES)];
        struct place *other = &places[random_below(tally, PLACES)];
        uint32_t what = random_below(tally, 100);
        if (what < 15) {
            open_or_close(tally, one);
        } else if (what < 55) {
            send_some(tally, one, other);
        } else if (what < 95) {
            receive_some(tally, one);
        } else {
            read_errors(tally, one);
        }
    }
    return NULL;
}

/* Looks at what the poller says: handles that are or were open, and none besides. */
static void *wait_for_events(void *argument)
{
    uint64_t *seen = argument;
    struct cv_event events[16];
    const struct timespec moment = {0, 1000000};
    int32_t count;
    while ((count = cv_poller_wait(poller, -1, AT(events), 16)) >= 0) {
        for (int32_t i = 0; i < count; i++) {
            if (events[i].handle <= 0 || events[i].what == 0) {
                give_up("an event of no handle", events[i].handle);
            }
        }
        *seen += (uint64_t) count;
        nanosleep(&moment, NULL); /* nobody hurries to read: it would always be there again at once */
    }
    if (count != -EBADF) {
        give_up("cv_poller_wait", count);
    }
    return NULL;
}

static void start(pthread_t *thread, void *(*body)(void *), void *argument)
{
    int failed = pthread_create(thread, NULL, body, argument);
    if (failed != 0) {
        give_up("pthread_create", -failed);
    }
}

static void finish(void)
{
    for (int i = 0; i < PLACES; i++) {
        int64_t handle = atomic_load(&places[i].handle);
        if (handle != 0 && cv_close(handle) != 0) {
            give_up("cv_close at the end", handle);
        }
    }
}

int main(int count, char **arguments)
{
    int seconds = count > 1 ? atoi(arguments[1]) : 3;
    int before = descriptors();
    poller = cv_poller_open();
    static struct tally tallies[THREADS];
    pthread_t threads[THREADS];
    pthread_t waiting;
    uint64_t events = 0;
    start(&waiting, wait_for_events, &events);
    for (int i = 0; i < THREADS; i++) {
        tallies[i].random = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t) (i + 1);
        start(&threads[i], work, &tallies[i]);
    }
    struct timespec pause = {seconds, 0};
    nanosleep(&pause, NULL);
    atomic_store(&stop, true);
    struct tally all = {0};
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        all.opened += tallies[i].opened;
        all.closed += tallies[i].closed;
        all.sent += tallies[i].sent;
        all.received += tallies[i].received;
        all.errors += tallies[i].errors;
        all.late += tallies[i].late;
    }
    finish();
    if (cv_close(poller) != 0) {
        give_up("cv_close of the poller", poller);
    }
    pthread_join(waiting, NULL);
    printf("%d threads, %d s: %llu sockets opened, %llu datagrams sent, %llu received, %llu errors read, %llu calls too "
           "late, %llu events\n", THREADS, seconds, (unsigned long long) all.opened, (unsigned long long) all.sent,
           (unsigned long long) all.received, (unsigned long long) all.errors, (unsigned long long) all.late,
           (unsigned long long) events);
    if (cv_open_handles() != 0 || descriptors() != before) {
        give_up("handles or descriptors are left", descriptors() - before);
    }
    if (all.received == 0 || all.closed == 0 || all.errors == 0 || all.late == 0) {
        give_up("too little has happened to say anything", (int64_t) all.received);
    }
    return 0;
}
