/* The table of handles: what is closed stays closed, and nothing closes under a user's hands. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#define SLOTS 65536

static int descriptor(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* A published handle of the kind that nothing is done with here. */
static int64_t make(int fd)
{
    struct cv_slot *slot;
    int64_t handle = cv_handle_make(CV_MONITOR, fd, -1, &slot);
    assert_true(handle > 0);
    cv_handle_publish(handle);
    return handle;
}

static void should_answer_with_the_abi(void **state)
{
    (void) state;
    assert_int_equal(CV_ABI, cv_abi());
}

static void should_give_a_new_handle_for_a_used_slot(void **state)
{
    (void) state;
    int64_t first = make(descriptor());
    assert_int_equal(0, cv_close(first));
    int64_t second = make(descriptor());
    assert_int_equal((uint32_t) first, (uint32_t) second);
    assert_int_not_equal(first, second);

    assert_null(cv_acquire(first, CV_MONITOR));
    assert_int_equal(-EBADF, cv_close(first));
    struct cv_slot *slot = cv_acquire(second, CV_MONITOR);
    assert_non_null(slot);
    cv_release(slot);
    assert_int_equal(0, cv_close(second));
}

static void should_begin_again_after_the_last_generation(void **state)
{
    (void) state;
    int64_t first = make(descriptor());
    struct cv_slot *slot = cv_acquire(first, CV_MONITOR);
    cv_release(slot);
    assert_int_equal(0, cv_close(first));
    atomic_store(&slot->state, UINT64_C(0x7fffffff) << 32 | UINT64_C(1) << 31);

    int64_t next = make(descriptor());
    assert_int_equal(1, next >> 32);
    assert_int_equal((uint32_t) first, (uint32_t) next);
    assert_int_equal(0, cv_close(next));
}

static void should_refuse_what_is_no_handle(void **state)
{
    (void) state;
    int64_t open = make(descriptor());
    const int64_t wrong[] = {0, -1, INT64_MIN, INT64_MAX, 1, SLOTS, open + 1, open + SLOTS, -open,
                             open + (INT64_C(1) << 32), open ^ (INT64_C(1) << 62)};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_null(cv_acquire(wrong[i], CV_MONITOR));
        assert_int_equal(-EBADF, cv_close(wrong[i]));
    }
    assert_int_equal(0, cv_close(open));
}

static void should_not_be_of_another_kind(void **state)
{
    (void) state;
    int fd = descriptor();
    int64_t monitor = make(fd);
    assert_null(cv_acquire(monitor, CV_SOCKET));
    assert_null(cv_acquire(monitor, CV_POLLER));
    assert_null(cv_acquire(monitor, CV_FREE));
    assert_int_equal(0, cv_close(monitor));
    assert_false(is_open(fd)); /* none of the three is still counted */
}

static void should_answer_ebadf_everywhere_when_closed(void **state)
{
    (void) state;
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    int64_t monitor = cv_monitor_open(pair.poller);
    assert_true(monitor > 0);
    assert_int_equal(0, cv_close(monitor));
    close_pair(&pair);

    uint8_t bytes[8192] = {0};
    int32_t length = 1;
    struct cv_target target = target_of(pair.at_b);
    assert_int_equal(-EBADF, cv_close(pair.a));
    assert_int_equal(-EBADF, cv_socket_send(pair.a, AT(&target), AT(bytes), 1));
    assert_int_equal(-EBADF, cv_socket_send_many(pair.a, AT(&target), AT(bytes), AT(&length), 1));
    assert_int_equal(-EBADF, cv_socket_receive(pair.a, AT(bytes), 100, 1, AT(bytes)));
    assert_int_equal(-EBADF, cv_socket_errors(pair.a, AT(bytes), 1));
    assert_int_equal(-EBADF, cv_socket_traffic_class(pair.a, 0));
    assert_int_equal(-EBADF, cv_socket_offloads(pair.a));
    assert_int_equal(-EBADF, cv_poller_wait(pair.poller, 0, AT(bytes), 1));
    assert_int_equal(-EBADF, cv_poller_wake(pair.poller));
    assert_int_equal(-EBADF, cv_monitor_read(monitor));
}

static void should_close_only_when_the_last_user_has_left(void **state)
{
    (void) state;
    int fd = descriptor();
    int64_t handle = make(fd);
    int32_t before = cv_open_handles();
    struct cv_slot *first = cv_acquire(handle, CV_MONITOR);
    struct cv_slot *second = cv_acquire(handle, CV_MONITOR);
    assert_ptr_equal(first, second);
    assert_int_equal(0, cv_close(handle));

    assert_null(cv_acquire(handle, CV_MONITOR));
    assert_int_equal(-EBADF, cv_close(handle));
    assert_true(is_open(fd));
    cv_release(first);
    assert_true(is_open(fd));
    assert_int_equal(before, cv_open_handles());
    cv_release(second);
    assert_false(is_open(fd));
    assert_int_equal(before - 1, cv_open_handles());
}

static void should_not_give_away_the_slot_of_a_user(void **state)
{
    (void) state;
    int64_t closed = make(descriptor());
    struct cv_slot *slot = cv_acquire(closed, CV_MONITOR);
    assert_int_equal(0, cv_close(closed));
    int64_t next = make(descriptor());
    assert_int_not_equal((uint32_t) closed, (uint32_t) next);
    cv_release(slot);
    assert_int_equal(0, cv_close(next));
}

static void should_be_unknown_until_published(void **state)
{
    (void) state;
    struct cv_slot *slot;
    int64_t handle = cv_handle_make(CV_MONITOR, descriptor(), -1, &slot);
    assert_true(handle > 0);
    assert_null(cv_acquire(handle, CV_MONITOR));
    assert_int_equal(-EBADF, cv_close(handle));
    cv_handle_publish(handle);
    assert_int_equal(0, cv_close(handle));
}

static void should_close_both_descriptors(void **state)
{
    (void) state;
    int fds[2];
    assert_int_equal(0, pipe(fds));
    struct cv_slot *slot;
    int64_t handle = cv_handle_make(CV_POLLER, fds[0], fds[1], &slot);
    cv_handle_publish(handle);
    assert_int_equal(0, cv_close(handle));
    assert_false(is_open(fds[0]));
    assert_false(is_open(fds[1]));
}

static void should_refuse_more_than_there_is_room_for(void **state)
{
    (void) state;
    static int64_t handles[SLOTS];
    assert_int_equal(0, cv_open_handles());
    for (int i = 0; i < SLOTS; i++) {
        handles[i] = make(-1);
    }
    int fds[2];
    assert_int_equal(0, pipe(fds));
    struct cv_slot *slot;
    assert_int_equal(-EMFILE, cv_handle_make(CV_POLLER, fds[0], fds[1], &slot));
    assert_false(is_open(fds[0]));
    assert_false(is_open(fds[1]));
    assert_int_equal(-EMFILE, cv_poller_open());
    assert_int_equal(SLOTS, cv_open_handles());

    for (int i = 0; i < SLOTS; i++) {
        assert_int_equal(0, cv_close(handles[i]));
    }
    assert_int_equal(0, cv_close(make(descriptor())));
    assert_int_equal(0, cv_open_handles());
}

static void should_leave_nothing_after_many_cycles(void **state)
{
    (void) state;
    /* Open throughout: the kernel patches its own code for the first socket that coalesces and after the last. */
    struct pair pair;
    open_pair(&pair, "127.0.0.1", 1, 1);
    int before = descriptors();
    int32_t open = cv_open_handles();
    int cycles = number_from("CULVERT_TEST_CYCLES", 100000);
    int64_t last = 0;
    for (int i = 0; i < cycles; i++) {
        struct cv_address local = address_of(i % 2 == 0 ? "127.0.0.1" : "::1", 0);
        int64_t socket = cv_socket_open(pair.poller, AT(&local), 0, i % 3);
        assert_true(socket > 0);
        assert_int_not_equal(last, socket);
        assert_int_equal(0, cv_close(socket));
        last = socket;
    }
    assert_int_equal(open, cv_open_handles());
    assert_int_equal(before, descriptors());
    close_pair(&pair);
}

/* Both close the same handles: of each pair of calls one must win. */
struct race {
    const int64_t *handles;
    int count;
    int won;
};

static void *close_all(void *argument)
{
    struct race *race = argument;
    for (int i = 0; i < race->count; i++) {
        race->won += cv_close(race->handles[i]) == 0 ? 1 : 0;
    }
    return NULL;
}

static void should_be_closed_by_one_of_two(void **state)
{
    (void) state;
    enum { COUNT = 500 };
    int64_t handles[COUNT];
    int before = descriptors();
    for (int i = 0; i < COUNT; i++) {
        handles[i] = make(descriptor());
    }
    struct race one = {handles, COUNT, 0};
    struct race other = {handles, COUNT, 0};
    pthread_t thread;
    assert_int_equal(0, pthread_create(&thread, NULL, close_all, &one));
    close_all(&other);
    assert_int_equal(0, pthread_join(thread, NULL));
    assert_int_equal(COUNT, one.won + other.won);
    assert_int_equal(before, descriptors());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(should_answer_with_the_abi),
        cmocka_unit_test(should_give_a_new_handle_for_a_used_slot),
        cmocka_unit_test(should_begin_again_after_the_last_generation),
        cmocka_unit_test(should_refuse_what_is_no_handle),
        cmocka_unit_test(should_not_be_of_another_kind),
        cmocka_unit_test(should_answer_ebadf_everywhere_when_closed),
        cmocka_unit_test(should_close_only_when_the_last_user_has_left),
        cmocka_unit_test(should_not_give_away_the_slot_of_a_user),
        cmocka_unit_test(should_be_unknown_until_published),
        cmocka_unit_test(should_close_both_descriptors),
        cmocka_unit_test(should_refuse_more_than_there_is_room_for),
        cmocka_unit_test(should_be_closed_by_one_of_two),
        cmocka_unit_test(should_leave_nothing_after_many_cycles),
    };
    return RUN(tests);
}
