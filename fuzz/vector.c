/* libFuzzer target: the first byte is the number of neurons, the others any
 * bytes as their input: .npy, or one number a line. */
#include "weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size == 0) return 0;
    size_t n = bytes[0];
    double *b = NULL;
    rc_status status = rc_vector_parse(bytes + 1, size - 1, "fuzz", n, &b);
    if ((status == RC_OK) != (b != NULL)) abort();
    for (size_t i = 0; b && i < n; i++)
        if (!isfinite(b[i])) abort();
    if (!b) check_message(status);
    free(b);
    return 0;
}
