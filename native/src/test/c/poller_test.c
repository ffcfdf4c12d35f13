/* Waiting: what wakes a poller, and what does not. */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static uint8_t byte;

static void send_to(int64_t socket, struct cv_address to)
{
    struct cv_target target = target_of(to);
    assert_int_equal(0, cv_socket_send(socket, AT(&target), AT(&byte), 1));
}

static void should_return_when_the_time_is_over(void **state)
{
    (void) state;
    int64_t poller = cv_poller_open();
    struct cv_event event;
    int64_t begun = now_ms();
    assert_int_equal(0, cv_poller_wait(poller, 50, AT(&event), 1));
    assert_in_range(now_ms() - begun, 49, LONG_MS);
    assert_int_equal(0, cv_poller_wait(poller, 0, AT(&event), 1));
    assert_int_equal(0, cv_close(poller));
}

static void should_tell_which_sockets_have_something(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    struct cv_event events[4];
    send_to(pair.a, pair.at_b);
    memset(events, 0xa5, sizeof events);
    assert_int_equal(1, cv_poller_wait(pair.poller, LONG_MS, AT(events), 4));
    assert_int_equal(pair.b, events[0].handle);
    assert_int_equal(CV_READABLE, events[0].what);
    assert_int_equal(0, events[0].reserved);

    send_to(pair.b, pair.at_a);
    assert_int_equal(2, cv_poller_wait(pair.poller, LONG_MS, AT(events), 4));
    assert_true((events[0].handle == pair.a && events[1].handle == pair.b)
                || (events[0].handle == pair.b && events[1].handle == pair.a));
    /* Both are told of in the end, though there is room for one only. */
    bool a = false;
    bool b = false;
    for (int i = 0; i < 10 && !(a && b); i++) {
        assert_int_equal(1, cv_poller_wait(pair.poller, LONG_MS, AT(events), 1));
        a |= events[0].handle == pair.a;
        b |= events[0].handle == pair.b;
    }
    assert_true(a && b);
    close_pair(&pair);
}

static void should_tell_again_of_what_was_not_taken(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 0, 0);
    uint8_t room[10];
    struct cv_datagram record;
    struct cv_event event;
    send_to(pair.a, pair.at_b);
    send_to(pair.a, pair.at_b);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(1, cv_poller_wait(pair.poller, LONG_MS, AT(&event), 1));
        assert_int_equal(1, cv_socket_receive(pair.b, AT(room), 10, 1, AT(&record)));
    }
    assert_int_equal(0, cv_poller_wait(pair.poller, 0, AT(&event), 1));
    close_pair(&pair);
}

static void should_forget_a_closed_socket(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 0, 0);
    struct cv_address local;
    int64_t other = open_socket(pair.poller, "127.0.0.1", 0, &local);
    send_to(pair.a, local);
    assert_int_equal(0, cv_close(other));
    struct cv_event event;
    assert_int_equal(0, cv_poller_wait(pair.poller, 0, AT(&event), 1));
    close_pair(&pair);
}

static void should_refuse_room_for_nothing(void **state)
{
    (void) state;
    int64_t poller = cv_poller_open();
    struct cv_event event;
    assert_int_equal(-EINVAL, cv_poller_wait(poller, 0, AT(&event), 0));
    assert_int_equal(-EINVAL, cv_poller_wait(poller, 0, AT(&event), -1));
    assert_int_equal(0, cv_close(poller));
}

static void should_wake_the_next_wait_once(void **state)
{
    (void) state;
    int64_t poller = cv_poller_open();
    struct cv_event event;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(0, cv_poller_wake(poller));
    }
    int64_t begun = now_ms();
    assert_int_equal(0, cv_poller_wait(poller, LONG_MS, AT(&event), 1));
    assert_in_range(now_ms() - begun, 0, LONG_MS - 1);
    begun = now_ms();
    assert_int_equal(0, cv_poller_wait(poller, 50, AT(&event), 1));
    assert_in_range(now_ms() - begun, 49, LONG_MS);
    assert_int_equal(0, cv_close(poller));
}

/* A thread that waits, and what it got. */
struct waiter {
    int64_t poller;
    _Atomic int rounds;
    _Atomic int32_t result;
};

static void *wait_once(void *argument)
{
    struct waiter *waiter = argument;
    struct cv_event event;
    atomic_store(&waiter->rounds, 1);
    atomic_store(&waiter->result, cv_poller_wait(waiter->poller, -1, AT(&event), 1));
    return NULL;
}

static void *wait_until_closed(void *argument)
{
    struct waiter *waiter = argument;
    struct cv_event event;
    int32_t result;
    do {
        result = cv_poller_wait(waiter->poller, -1, AT(&event), 1);
        atomic_fetch_add(&waiter->rounds, 1);
    } while (result == 0);
    atomic_store(&waiter->result, result);
    return NULL;
}

static void ignore(int signal)
{
    (void) signal;
}

/* The wait never ends by itself: if what is tested fails, this ends the program with SIGALRM. */
static void limit(unsigned int seconds)
{
    alarm(seconds);
}

static void should_be_woken_by_another_thread(void **state)
{
    (void) state;
    limit(20);
    struct waiter waiter = {cv_poller_open(), 0, 99};
    pthread_t thread;
    assert_int_equal(0, pthread_create(&thread, NULL, wait_once, &waiter));
    while (atomic_load(&waiter.rounds) == 0) {
        sched_yield();
    }
    assert_int_equal(0, cv_poller_wake(waiter.poller));
    assert_int_equal(0, pthread_join(thread, NULL));
    assert_int_equal(0, atomic_load(&waiter.result));
    assert_int_equal(0, cv_close(waiter.poller));
    limit(0);
}

static void should_end_the_wait_when_closed(void **state)
{
    (void) state;
    limit(60);
    int before = descriptors();
    /* Again and again, since the close comes before, in and after the call. */
    for (int i = 0; i < number_from("CULVERT_TEST_ROUNDS", 300); i++) {
        struct waiter waiter = {cv_poller_open(), 0, 99};
        pthread_t thread;
        assert_int_equal(0, pthread_create(&thread, NULL, wait_until_closed, &waiter));
        if (i % 3 == 1) {
            assert_int_equal(0, cv_poller_wake(waiter.poller));
        } else if (i % 3 == 2) {
            sched_yield();
        }
        assert_int_equal(0, cv_close(waiter.poller));
        assert_int_equal(0, pthread_join(thread, NULL));
        assert_int_equal(-EBADF, atomic_load(&waiter.result));
    }
    assert_int_equal(before, descriptors());
    limit(0);
}

static void should_end_every_wait_when_closed(void **state)
{
    (void) state;
    limit(60);
    for (int i = 0; i < number_from("CULVERT_TEST_ROUNDS", 100); i++) {
        struct waiter waiter = {cv_poller_open(), 0, 99};
        pthread_t threads[4];
        for (int t = 0; t < 4; t++) {
            assert_int_equal(0, pthread_create(&threads[t], NULL, wait_until_closed, &waiter));
        }
        sched_yield();
        assert_int_equal(0, cv_close(waiter.poller));
        for (int t = 0; t < 4; t++) {
            assert_int_equal(0, pthread_join(threads[t], NULL));
        }
    }
    limit(0);
}

static void should_survive_a_signal(void **state)
{
    (void) state;
    limit(20);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = ignore;
    assert_int_equal(0, sigaction(SIGUSR1, &action, NULL));
    struct waiter waiter = {cv_poller_open(), 0, 99};
    pthread_t thread;
    assert_int_equal(0, pthread_create(&thread, NULL, wait_once, &waiter));
    while (atomic_load(&waiter.result) == 99) {
        assert_int_equal(0, pthread_kill(thread, SIGUSR1));
        sched_yield();
    }
    assert_int_equal(0, pthread_join(thread, NULL));
    assert_int_equal(0, atomic_load(&waiter.result));
    assert_int_equal(0, cv_close(waiter.poller));
    limit(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(should_return_when_the_time_is_over),
        cmocka_unit_test(should_tell_which_sockets_have_something),
        cmocka_unit_test(should_tell_again_of_what_was_not_taken),
        cmocka_unit_test(should_forget_a_closed_socket),
        cmocka_unit_test(should_refuse_room_for_nothing),
        cmocka_unit_test(should_wake_the_next_wait_once),
        cmocka_unit_test(should_be_woken_by_another_thread),
        cmocka_unit_test(should_end_the_wait_when_closed),
        cmocka_unit_test(should_end_every_wait_when_closed),
        cmocka_unit_test(should_survive_a_signal),
    };
    return RUN(tests);
}
