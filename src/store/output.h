/* Buffered bytes on their way to a new file. */
#ifndef RC_STORE_OUTPUT_H
#define RC_STORE_OUTPUT_H

#include <stdint.h>

#include "base/newfile.h"

/* The first failure is remembered, everything after it does nothing, and
 * rc_output_finish() tells: writers of formats need no checks in between. */
typedef struct rc_output {
    rc_newfile file;
    rc_status status;
    uint64_t position; /* bytes so far */
    size_t n_waiting;
    unsigned char waiting[16384];
} rc_output;

void rc_output_open(const char *path, rc_output *output);
void rc_output_bytes(rc_output *output, const void *bytes, size_t n);
void rc_output_text(rc_output *output, const char *text);

/* An unsigned integer of n <= 8 bytes, least significant first. */
void rc_output_integer(rc_output *output, uint64_t value, size_t n);

/* Makes the writing fail, for a reason that the format finds. */
void rc_output_fail(rc_output *output, rc_status status);

/* Shows the file under its name, or removes it after a failure. */
rc_status rc_output_finish(rc_output *output);

#endif
