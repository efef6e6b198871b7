#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char message[1024];

rc_status(rc_fail)(rc_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return status;
}

const char *rc_message(void) { return message; }

const char *rc_status_text(rc_status status) {
    switch (status) {
#define RC_STATUS_CASE(code, exit_status, text) \
    case code: return text;
        RC_STATUS_TABLE(RC_STATUS_CASE)
#undef RC_STATUS_CASE
    }
    return "unknown status";
}

int rc_status_exit(rc_status status) {
    switch (status) {
#define RC_STATUS_CASE(code, exit_status, text) \
    case code: return exit_status;
        RC_STATUS_TABLE(RC_STATUS_CASE)
#undef RC_STATUS_CASE
    }
    return 1;
}
