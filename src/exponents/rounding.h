/* What the rounding of tangent vectors allows, by their precision. */
#ifndef RC_EXPONENTS_ROUNDING_H
#define RC_EXPONENTS_ROUNDING_H

#include <rnnchaos/dynamics.h>

typedef struct rc_rounding {
    double dead_share;     /* R_ii / |a_i| below which R_ii is rounding */
    double condition_most; /* frames worse than this are orthonormalised more often */
    double condition_aim;  /* intervals are chosen so that frames stay near this */
    /* What an audit lets pass, see rc_audit: */
    double sum_rule, half_interval;
    double eigenvalue; /* share, or 1/s */
} rc_rounding;

const rc_rounding *rc_rounding_of(rc_precision precision);

#endif
