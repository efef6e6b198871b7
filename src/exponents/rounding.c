#include "exponents/rounding.h"

/* An interval leaves an error of about condition times 2e-17, or 1e-8, in the ln R_ii that suffers most. */
static const rc_rounding roundings[] = {
    [RC_PRECISION_DOUBLE] = {.dead_share = 1e-13,
                             .condition_most = 1e11,
                             .condition_aim = 1e8,
                             .sum_rule = 1e-9,
                             .half_interval = 1e-5,
                             .eigenvalue = 1e-6},
    [RC_PRECISION_SINGLE] = {.dead_share = 3e-5,
                             .condition_most = 1e5,
                             .condition_aim = 1e4,
                             .sum_rule = 1e-4,
                             .half_interval = 1e-3,
                             .eigenvalue = 1e-4},
};

const rc_rounding *rc_rounding_of(rc_precision precision) { return &roundings[precision]; }
