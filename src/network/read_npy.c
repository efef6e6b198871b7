#include "network/npy.h"
#include "network/read.h"

rc_status rc_read_npy(const rc_source *source, rc_network **out) {
    rc_numbers numbers;
    *out = NULL;
    rc_status status = rc_npy_open(source, &numbers);
    return status == RC_OK ? rc_network_from_numbers(source, &numbers, out) : status;
}
