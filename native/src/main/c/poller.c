/* Waiting for many sockets with one thread: epoll, and an eventfd to wake it. */
#include "culvert.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MAX_EVENTS 64

/* No handle has this number: a poller's own eventfd. */
#define WOKEN 0

static int watch(int epoll, int fd, int64_t handle)
{
    struct epoll_event event;
    memset(&event, 0, sizeof event);
    event.events = EPOLLIN;
    event.data.u64 = (uint64_t) handle;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

CV_API int64_t cv_poller_open(void)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        return -errno;
    }
    int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int failed = wake < 0 ? -errno : watch(epoll, wake, WOKEN);
    if (failed != 0) {
        close(epoll);
        if (wake >= 0) {
            close(wake);
        }
        return failed;
    }
    struct cv_slot *slot;
    int64_t handle = cv_handle_make(CV_POLLER, epoll, wake, &slot);
    if (handle > 0) {
        cv_handle_publish(handle);
    }
    return handle;
}

int cv_poller_add(int64_t poller, int fd, int64_t handle)
{
    struct cv_slot *slot = cv_acquire(poller, CV_POLLER);
    if (slot == NULL) {
        return -EBADF;
    }
    int failed = watch(slot->fd, fd, handle);
    cv_release(slot);
    return failed;
}

static void wake(const struct cv_slot *slot)
{
    uint64_t one = 1;
    ssize_t written = write(slot->wake_fd, &one, sizeof one);
    (void) written; /* it can only be full, and then the poller wakes anyway */
}

static void drain(const struct cv_slot *slot)
{
    uint64_t count;
    ssize_t taken = read(slot->wake_fd, &count, sizeof count);
    (void) taken; /* nothing there: another call has taken it */
    if (cv_is_closed(slot)) {
        wake(slot); /* closing is marked before it wakes, and that was for all who wait */
    }
}

static int32_t report(struct cv_slot *slot, const struct epoll_event *seen, int count, struct cv_event *out)
{
    int32_t reported = 0;
    for (int i = 0; i < count; i++) {
        if (seen[i].data.u64 == WOKEN) {
            drain(slot);
            continue;
        }
        struct cv_event *event = &out[reported++];
        memset(event, 0, sizeof *event);
        event->handle = (int64_t) seen[i].data.u64;
        event->what = ((seen[i].events & EPOLLIN) != 0 ? CV_READABLE : 0)
            | ((seen[i].events & EPOLLERR) != 0 ? CV_ERRORS : 0);
    }
    return reported;
}

CV_API int32_t cv_poller_wait(int64_t poller, int32_t timeout_ms, int64_t events_at, int32_t max)
{
    if (max < 1) {
        return -EINVAL;
    }
    struct cv_slot *slot = cv_acquire(poller, CV_POLLER);
    if (slot == NULL) {
        return -EBADF;
    }
    struct epoll_event seen[MAX_EVENTS];
    int room = max < MAX_EVENTS ? max : MAX_EVENTS;
    int count = epoll_wait(slot->fd, seen, room, timeout_ms);
    int32_t result;
    if (count < 0) {
        result = errno == EINTR ? 0 : -errno;
    } else {
        result = report(slot, seen, count, (struct cv_event *) (intptr_t) events_at);
    }
    cv_release(slot);
    return result;
}

CV_API int32_t cv_poller_wake(int64_t poller)
{
    struct cv_slot *slot = cv_acquire(poller, CV_POLLER);
    if (slot == NULL) {
        return -EBADF;
    }
    wake(slot);
    cv_release(slot);
    return 0;
}
