/* What every unit test includes. */
#ifndef RC_TESTS_UNIT_H
#define RC_TESTS_UNIT_H

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rnnchaos/rnnchaos.h>

/* Every set of kernels there is; a processor runs some of them. The first is what the others are compared with. */
enum { N_KERNELS = 4 };
static const char *const kernel_names[N_KERNELS] __attribute__((unused)) = {"scalar", "avx2", "avx512", "neon"};

/* A call that must succeed; its message is shown when it does not. */
#define assert_ok(call)                                                                             \
    do {                                                                                            \
        rc_status status_ = (call);                                                                 \
        if (status_ != RC_OK) fail_msg("%s: %s: %s", #call, rc_status_text(status_), rc_message()); \
    } while (0)

/* A call that must fail with a status and a message that contains a text. */
#define assert_fails(call, expected, text)                                                                       \
    do {                                                                                                         \
        rc_status status_ = (call);                                                                              \
        if (status_ != (expected)) fail_msg("%s: got status '%s'", #call, rc_status_text(status_));              \
        if (!strstr(rc_message(), (text))) fail_msg("%s: message '%s' lacks '%s'", #call, rc_message(), (text)); \
    } while (0)

/* |a - b| <= tolerance, in double precision (cmocka's own compares floats). */
#define assert_close(a, b, tolerance)                                                                  \
    do {                                                                                               \
        double a_ = (a), b_ = (b), gap_ = a_ > b_ ? a_ - b_ : b_ - a_;                                 \
        if (!(gap_ <= (tolerance))) fail_msg("%s is %.17g, not %.17g: off by %.3g", #a, a_, b_, gap_); \
    } while (0)

/* Can an exact value be had? Not where long double is no wider than double, as under valgrind, nor in an emulator,
 * where it takes minutes. */
static inline int has_long_double(void) {
#ifdef RC_TESTS_EMULATED_CMOCKA_H
    return 0;
#else
    volatile long double one = 1, least = LDBL_EPSILON;
    return one + least != one;
#endif
}

static inline void skip_without_long_double(void) {
    if (!has_long_double()) skip();
}

#endif
