/* How a function of the library fails: a status and a message that says where. */
#ifndef RC_BASE_FAIL_H
#define RC_BASE_FAIL_H

#include <rnnchaos/status.h>

/* Sets this thread's message and returns `status`. */
__attribute__((format(printf, 2, 3), cold)) rc_status rc_fail(rc_status status, const char *format, ...);

#ifdef __clang_analyzer__ /* it takes any result for possible, and RC_OK for one of them */
#define rc_fail(status, ...) ((void)rc_fail(status, __VA_ARGS__), (status))
#endif

/* On failure, remembers it in `status` (a local of the caller) and goes to the
 * caller's one `done:` label, which frees everything. */
#define RC_TRY(expression)              \
    do {                                \
        status = (expression);          \
        if (status != RC_OK) goto done; \
    } while (0)

#endif
