#include "exponents/rounding.h"

/* An interval leaves an error of at most condition times 1e-16, or 6e-8, in ln R_ii. */
static const rc_rounding roundings[] = {
    [RC_PRECISION_DOUBLE] = {.dead_share = 1e-13,
                             .condition_most = 1e11,
                             .condition_aim = 1e8,
                             .sum_rule = 1e-9,
                             .half_interval = 1e-5,
                             .eigenvalue = 1e-6},
    [RC_PRECISION_SINGLE] = {.dead_share = 3e-5,
                             .condition_most = 3e6,
                             .condition_aim = 3e5,
                             .sum_rule = 1e-4,
                             .half_interval = 1e-3,
                             .eigenvalue = 1e-4},
};

const rc_rounding *rc_rounding_of(rc_precision precision) { return &roundings[precision]; }
