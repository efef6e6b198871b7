#include "store/output.h"

#include <string.h>

void rc_output_open(const char *path, rc_output *output) {
    output->position = 0;
    output->n_waiting = 0;
    output->status = rc_newfile_open(path, &output->file);
}

void rc_output_fail(rc_output *output, rc_status status) {
    if (output->status == RC_OK) output->status = status;
}

static void flush(rc_output *output) {
    if (output->status == RC_OK) output->status = rc_newfile_write(&output->file, output->waiting, output->n_waiting);
    output->n_waiting = 0;
}

void rc_output_bytes(rc_output *output, const void *bytes, size_t n) {
    output->position += n;
    if (n > sizeof output->waiting - output->n_waiting) flush(output);
    if (n > sizeof output->waiting) {
        if (output->status == RC_OK) output->status = rc_newfile_write(&output->file, bytes, n);
    } else if (n > 0) {
        memcpy(output->waiting + output->n_waiting, bytes, n);
        output->n_waiting += n;
    }
}

void rc_output_text(rc_output *output, const char *text) { rc_output_bytes(output, text, strlen(text)); }

void rc_output_integer(rc_output *output, uint64_t value, size_t n) {
    unsigned char bytes[8];
    for (size_t i = 0; i < n; i++) bytes[i] = (unsigned char)(value >> 8 * i);
    rc_output_bytes(output, bytes, n);
}

rc_status rc_output_finish(rc_output *output) {
    flush(output);
    if (output->status == RC_OK) return rc_newfile_commit(&output->file);
    rc_newfile_abandon(&output->file);
    return output->status;
}
