/* libFuzzer target: any bytes as an .npy array. */
#include "weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    rc_source source = {"fuzz", bytes, size};
    rc_network *W = NULL;
    rc_status status = rc_read_npy(&source, &W);
    check_outcome(status, W);
    return 0;
}
