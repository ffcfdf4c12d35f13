/* Addresses on their way to the kernel and back. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static void should_write_ipv4(void **state)
{
    (void) state;
    struct cv_address address = address_of("192.0.2.7", 4711);
    struct sockaddr_storage out;
    assert_int_equal(sizeof(struct sockaddr_in), cv_to_sockaddr(&address, AF_INET, &out));
    const struct sockaddr_in *v4 = (const struct sockaddr_in *) &out;
    assert_int_equal(AF_INET, v4->sin_family);
    assert_int_equal(htons(4711), v4->sin_port);
    assert_int_equal(htonl(0xc0000207), v4->sin_addr.s_addr);
}

static void should_write_ipv6_with_its_scope(void **state)
{
    (void) state;
    struct cv_address address = address_of("fe80::1234", 65535);
    address.scope = 17;
    struct sockaddr_storage out;
    assert_int_equal(sizeof(struct sockaddr_in6), cv_to_sockaddr(&address, AF_INET6, &out));
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) &out;
    assert_int_equal(AF_INET6, v6->sin6_family);
    assert_int_equal(65535, ntohs(v6->sin6_port));
    assert_int_equal(17, v6->sin6_scope_id);
    assert_int_equal(0, v6->sin6_flowinfo);
    assert_memory_equal(address.bytes, &v6->sin6_addr, 16);
}

static void should_map_ipv4_for_an_ipv6_socket(void **state)
{
    (void) state;
    struct cv_address address = address_of("192.0.2.7", 1);
    address.scope = 3; /* IPv4 has none */
    address.bytes[9] = 0xee; /* behind the four bytes that count */
    struct sockaddr_storage out;
    assert_int_equal(sizeof(struct sockaddr_in6), cv_to_sockaddr(&address, AF_INET6, &out));
    struct cv_address mapped = address_of("::ffff:192.0.2.7", 1);
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) &out;
    assert_memory_equal(mapped.bytes, &v6->sin6_addr, 16);
    assert_int_equal(0, v6->sin6_scope_id);
}

static void should_refuse_what_the_family_can_not_say(void **state)
{
    (void) state;
    struct sockaddr_storage out;
    struct cv_address v6 = address_of("2001:db8::1", 1);
    assert_int_equal(0, cv_to_sockaddr(&v6, AF_INET, &out));
    /* Mapped is for the core's callers IPv4, and has to be said so. */
    struct cv_address mapped = address_of("::ffff:192.0.2.7", 1);
    assert_int_equal(0, cv_to_sockaddr(&mapped, AF_INET, &out));
    const uint16_t families[] = {0, 1, 2, 5, 10, 0x0400, UINT16_MAX};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        v6.family = families[i];
        assert_int_equal(0, cv_to_sockaddr(&v6, AF_INET, &out));
        assert_int_equal(0, cv_to_sockaddr(&v6, AF_INET6, &out));
    }
}

static void should_come_back_as_it_went(void **state)
{
    (void) state;
    const struct {
        const char *host;
        int family;
        uint32_t scope;
    } all[] = {{"0.0.0.0", AF_INET, 0},    {"255.255.255.255", AF_INET, 0}, {"10.1.2.3", AF_INET6, 0},
               {"0.0.0.0", AF_INET6, 0},   {"::", AF_INET6, 0},             {"::1", AF_INET6, 0},
               {"fe80::1", AF_INET6, 7},   {"::fffe:1.2.3.4", AF_INET6, 0}, {"1::ffff:1.2.3.4", AF_INET6, 0},
               {"::1.2.3.4", AF_INET6, 0}, {"64:ff9b::1.2.3.4", AF_INET6, 0}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct cv_address there = address_of(all[i].host, (uint16_t) (i * 5000));
        there.scope = all[i].scope;
        struct sockaddr_storage between;
        socklen_t length = cv_to_sockaddr(&there, all[i].family, &between);
        struct cv_address back;
        memset(&back, 0xa5, sizeof back);
        cv_from_sockaddr((const struct sockaddr *) &between, length, &back);
        assert_memory_equal(&there, &back, sizeof back);
    }
}

static void should_read_mapped_as_ipv4(void **state)
{
    (void) state;
    struct cv_address mapped = address_of("::ffff:192.0.2.7", 99);
    mapped.scope = 4;
    struct sockaddr_storage between;
    socklen_t length = cv_to_sockaddr(&mapped, AF_INET6, &between);
    struct cv_address back;
    cv_from_sockaddr((const struct sockaddr *) &between, length, &back);
    struct cv_address expected = address_of("192.0.2.7", 99);
    assert_memory_equal(&expected, &back, sizeof back);
}

/* In memory of exactly that length, so that a byte too many is seen by the sanitizer and by valgrind. */
static uint16_t family_read(const void *bytes, size_t length)
{
    void *exact = malloc(length == 0 ? 1 : length);
    memcpy(exact, bytes, length);
    struct cv_address out;
    memset(&out, 0xa5, sizeof out);
    cv_from_sockaddr(exact, length, &out);
    free(exact);
    return out.family;
}

static void should_read_none_from_what_is_too_short(void **state)
{
    (void) state;
    struct sockaddr_storage v4;
    struct sockaddr_storage v6;
    struct cv_address address = address_of("192.0.2.7", 99);
    cv_to_sockaddr(&address, AF_INET, &v4);
    cv_to_sockaddr(&address, AF_INET6, &v6);
    for (size_t length = 0; length < sizeof(struct sockaddr_in); length++) {
        assert_int_equal(0, family_read(&v4, length));
    }
    assert_int_equal(4, family_read(&v4, sizeof(struct sockaddr_in)));
    for (size_t length = 0; length < sizeof(struct sockaddr_in6); length++) {
        assert_int_equal(0, family_read(&v6, length));
    }
    assert_int_equal(4, family_read(&v6, sizeof(struct sockaddr_in6)));
}

static void should_read_none_from_another_family(void **state)
{
    (void) state;
    struct sockaddr_un local;
    memset(&local, 0x41, sizeof local);
    local.sun_family = AF_UNIX;
    assert_int_equal(0, family_read(&local, sizeof local));
    local.sun_family = AF_UNSPEC;
    assert_int_equal(0, family_read(&local, sizeof local));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(should_write_ipv4),
        cmocka_unit_test(should_write_ipv6_with_its_scope),
        cmocka_unit_test(should_map_ipv4_for_an_ipv6_socket),
        cmocka_unit_test(should_refuse_what_the_family_can_not_say),
        cmocka_unit_test(should_come_back_as_it_went),
        cmocka_unit_test(should_read_mapped_as_ipv4),
        cmocka_unit_test(should_read_none_from_what_is_too_short),
        cmocka_unit_test(should_read_none_from_another_family),
    };
    return RUN(tests);
}
