/* cmocka, with all that its header wants before it. */
#ifndef CULVERT_CHECK_H
#define CULVERT_CHECK_H

#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* All of a program's tests. */
#define RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif
