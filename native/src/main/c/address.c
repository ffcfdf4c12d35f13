/* Addresses as Java and as the kernel write them. */
#include "culvert.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static socklen_t to_v6(const struct cv_address *address, struct sockaddr_storage *out)
{
    struct sockaddr_in6 v6;
    memset(&v6, 0, sizeof v6);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address->port);
    if (address->family == 4) {
        memcpy(v6.sin6_addr.s6_addr, MAPPED, sizeof MAPPED);
        memcpy(v6.sin6_addr.s6_addr + sizeof MAPPED, address->bytes, 4);
    } else {
        memcpy(v6.sin6_addr.s6_addr, address->bytes, 16);
        v6.sin6_scope_id = address->scope;
    }
    memcpy(out, &v6, sizeof v6);
    return sizeof v6;
}

socklen_t cv_to_sockaddr(const struct cv_address *address, int family, struct sockaddr_storage *out)
{
    if (address->family != 4 && address->family != 6) {
        return 0;
    }
    if (family == AF_INET6) {
        return to_v6(address, out);
    }
    if (address->family != 4) {
        return 0;
    }
    struct sockaddr_in v4;
    memset(&v4, 0, sizeof v4);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address->port);
    memcpy(&v4.sin_addr, address->bytes, 4);
    memcpy(out, &v4, sizeof v4);
    return sizeof v4;
}

void cv_from_sockaddr(const struct sockaddr *in, size_t length, struct cv_address *out)
{
    memset(out, 0, sizeof *out);
    if (length >= sizeof(struct sockaddr_in) && in->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, in, sizeof v4);
        out->family = 4;
        out->port = ntohs(v4.sin_port);
        memcpy(out->bytes, &v4.sin_addr, 4);
    } else if (length >= sizeof(struct sockaddr_in6) && in->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, in, sizeof v6);
        out->port = ntohs(v6.sin6_port);
        if (memcmp(v6.sin6_addr.s6_addr, MAPPED, sizeof MAPPED) == 0) {
            out->family = 4;
            memcpy(out->bytes, v6.sin6_addr.s6_addr + sizeof MAPPED, 4);
        } else {
            out->family = 6;
            out->scope = v6.sin6_scope_id;
            memcpy(out->bytes, v6.sin6_addr.s6_addr, 16);
        }
    }
}
