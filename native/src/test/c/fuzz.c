/*
 * A fuzz target for what the core reads of the kernel's messages. The kernel is no enemy, but much in them comes from the
 * network, and emulators and future kernels write them differently.
 *
 * An input is: which reader, two numbers that it needs, and then the bytes that it reads.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Memory of exactly that length, so that a byte too many is seen by the sanitizer. */
static void *exact(const uint8_t *bytes, size_t length)
{
    void *copy = malloc(length == 0 ? 1 : length);
    memcpy(copy, bytes, length);
    return copy;
}

static void must(bool right)
{
    if (!right) {
        abort();
    }
}

static void is_address(const struct cv_address *address)
{
    must(address->family == 0 || address->family == 4 || address->family == 6);
}

static void read_control(uint32_t received, const uint8_t *bytes, size_t length)
{
    void *control = exact(bytes, length);
    struct msghdr message = {.msg_control = control, .msg_controllen = length};
    struct cv_datagram out;
    memset(&out, 0, sizeof out);
    out.length = received;
    out.segment = (uint16_t) received;
    cv_read_control(&message, &out);
    /* Who cuts a message into segments comes to an end. */
    must(out.length == received && out.segment <= received && (out.segment > 0 || received == 0));
    must((out.flags & ~CV_HAS_TO) == 0);
    free(control);
}

static size_t at_most(size_t wanted, size_t there)
{
    return wanted < there ? wanted : there;
}

static void read_error(uint8_t name_length, uint8_t payload_length, const uint8_t *bytes, size_t length)
{
    size_t named = at_most(name_length, at_most(length, sizeof(struct sockaddr_storage)));
    void *name = exact(bytes, named);
    size_t carried = at_most(payload_length, length - named);
    uint8_t *payload = exact(bytes + named, carried);
    size_t rest = length - named - carried;
    void *control = exact(bytes + named + carried, rest);
    struct msghdr message = {
        .msg_name = name, .msg_namelen = (socklen_t) named, .msg_control = control, .msg_controllen = rest};
    struct cv_icmp out;
    if (cv_read_error(&message, payload, carried, &out)) {
        is_address(&out.destination);
        is_address(&out.offender);
        must(out.kind <= CV_PROHIBITED && out.length == at_most(carried, CV_ICMP_PREFIX));
        must(out.mtu == 0 || out.kind == CV_TOO_BIG);
    }
    free(name);
    free(payload);
    free(control);
}

static void read_network(const uint8_t *bytes, size_t length)
{
    void *messages = exact(bytes, length);
    int32_t seen = cv_read_network(messages, length);
    must(seen >= 0 && seen <= (CV_NET_ADDRESS | CV_NET_ROUTE | CV_NET_LINK | CV_NET_OVERRUN));
    free(messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < FUZZ_HEADER) {
        return 0;
    }
    const uint8_t *rest = bytes + FUZZ_HEADER;
    switch (bytes[0]) {
    case FUZZ_CONTROL:
        read_control((uint32_t) (bytes[1] << 8 | bytes[2]), rest, length - FUZZ_HEADER);
        break;
    case FUZZ_ERROR:
        read_error(bytes[1], bytes[2], rest, length - FUZZ_HEADER);
        break;
    case FUZZ_NETWORK:
        read_network(rest, length - FUZZ_HEADER);
        break;
    default:
        break;
    }
    return 0;
}
