/* libFuzzer target: any bytes as a Matrix Market file, and as an input of one
 * number a line. */
#include "weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    rc_source source = {"fuzz", bytes, size};
    rc_network *W = NULL;
    rc_status status = rc_read_mtx(&source, &W);
    check_outcome(status, W);
    check_vector(bytes, size, 3);
    return 0;
}
