/* What the fuzz target, its driver and the program that makes its seeds have in common. */
#ifndef CULVERT_FUZZ_H
#define CULVERT_FUZZ_H

#include "../../main/c/culvert.h"

#define FUZZ_CONTROL 0 /* then the datagram's length in two bytes, and control data */
#define FUZZ_ERROR 1   /* the lengths of the name and of the payload, both, and control data */
#define FUZZ_NETWORK 2 /* two bytes of no meaning, and netlink messages */
#define FUZZ_HEADER 3

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
