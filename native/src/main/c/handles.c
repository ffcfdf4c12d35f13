/*
 * The table of handles. A handle is an index and a generation, so that one that was closed never means what came after it,
 * as a file descriptor would. Users are counted: who closes first marks the slot, who leaves last closes the descriptors.
 */
#include "culvert.h"

#include <errno.h>
#include <unistd.h>

#define SLOTS 65536u
#define CLOSED (UINT64_C(1) << 31)
#define USERS (CLOSED - 1)
#define GENERATION_BITS 31
#define GENERATIONS ((UINT64_C(1) << GENERATION_BITS) - 1)

static struct cv_slot slots[SLOTS];

/* Slots that were used before, and how many never were. */
static uint32_t free_slots[SLOTS];
static uint32_t free_count;
static uint32_t fresh;
static atomic_flag free_lock = ATOMIC_FLAG_INIT;

static _Atomic int32_t open_handles;

static void lock(void)
{
    while (atomic_flag_test_and_set_explicit(&free_lock, memory_order_acquire)) {
        /* Held for a few instructions. */
    }
}

static void unlock(void)
{
    atomic_flag_clear_explicit(&free_lock, memory_order_release);
}

static bool take_index(uint32_t *index)
{
    bool taken = true;
    lock();
    if (free_count > 0) {
        *index = free_slots[--free_count];
    } else if (fresh < SLOTS) {
        *index = fresh++;
    } else {
        taken = false;
    }
    unlock();
    return taken;
}

static void close_descriptors(int fd, int wake_fd)
{
    close(fd);
    if (wake_fd >= 0) {
        close(wake_fd);
    }
}

int64_t cv_handle_make(enum cv_kind kind, int fd, int wake_fd, struct cv_slot **slot)
{
    uint32_t index;
    if (!take_index(&index)) {
        close_descriptors(fd, wake_fd);
        return -EMFILE;
    }
    struct cv_slot *made = &slots[index];
    uint64_t generation = (atomic_load(&made->state) >> 32) + 1;
    if (generation > GENERATIONS) {
        generation = 1;
    }
    made->kind = kind;
    made->fd = fd;
    made->wake_fd = wake_fd;
    made->family = 0;
    made->coalesces = false;
    atomic_store(&made->segments, false);
    /* Closed until it is published: nobody else acquires or closes it. */
    atomic_store(&made->state, generation << 32 | CLOSED);
    atomic_fetch_add(&open_handles, 1);
    *slot = made;
    return (int64_t) (generation << 32 | index);
}

/* No handle has generation 0: a slot that was never used would pass for an open one, with 0 as its descriptor. */
static struct cv_slot *slot_of(int64_t handle)
{
    uint64_t index = (uint64_t) handle & UINT32_MAX;
    return handle > UINT32_MAX && index < SLOTS ? &slots[index] : NULL;
}

void cv_handle_publish(int64_t handle)
{
    struct cv_slot *slot = slot_of(handle);
    atomic_store(&slot->state, (uint64_t) handle >> 32 << 32);
}

static void finish(struct cv_slot *slot)
{
    close_descriptors(slot->fd, slot->wake_fd);
    uint32_t index = (uint32_t) (slot - slots);
    slot->kind = CV_FREE;
    atomic_fetch_sub(&open_handles, 1);
    lock();
    free_slots[free_count++] = index;
    unlock();
}

struct cv_slot *cv_acquire(int64_t handle, enum cv_kind kind)
{
    struct cv_slot *slot = slot_of(handle);
    if (slot == NULL) {
        return NULL;
    }
    uint64_t state = atomic_load(&slot->state);
    do {
        if (state >> 32 != (uint64_t) handle >> 32 || (state & CLOSED) != 0) {
            return NULL;
        }
    } while (!atomic_compare_exchange_weak(&slot->state, &state, state + 1));
    if (slot->kind != kind) {
        cv_release(slot);
        return NULL;
    }
    return slot;
}

void cv_release(struct cv_slot *slot)
{
    uint64_t before = atomic_fetch_sub(&slot->state, 1);
    if ((before & CLOSED) != 0 && (before & USERS) == 1) {
        finish(slot);
    }
}

bool cv_is_closed(const struct cv_slot *slot)
{
    return (atomic_load(&slot->state) & CLOSED) != 0;
}

CV_API int32_t cv_close(int64_t handle)
{
    struct cv_slot *slot = slot_of(handle);
    if (slot == NULL) {
        return -EBADF;
    }
    uint64_t state = atomic_load(&slot->state);
    do {
        if (state >> 32 != (uint64_t) handle >> 32 || (state & CLOSED) != 0) {
            return -EBADF;
        }
        /* Counted as a user until it is done here: nobody else closes the descriptors before. */
    } while (!atomic_compare_exchange_weak(&slot->state, &state, (state | CLOSED) + 1));
    if (slot->wake_fd >= 0) {
        uint64_t one = 1;
        ssize_t written = write(slot->wake_fd, &one, sizeof one);
        (void) written; /* it can only be full, and then the poller wakes anyway */
    }
    cv_release(slot);
    return 0;
}

int32_t cv_open_handles(void)
{
    return atomic_load(&open_handles);
}

CV_API int32_t cv_abi(void)
{
    return CV_ABI;
}
