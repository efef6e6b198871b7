/* Fixed points in two steps: where, then (dearer) how stable. */
#ifndef RC_EXPONENTS_FIXED_POINT_H
#define RC_EXPONENTS_FIXED_POINT_H

#include <rnnchaos/spectrum.h>

/* Newton's method alone; exponents stay zero. Errors: RC_NUMERICS, also of
 * more than RC_MOST_DENSE neurons, RC_NO_MEMORY. */
rc_status rc_fixed_point_locate(const rc_network *network, const rc_spectrum_plan *plan, const double *state,
                                rc_fixed_point **out);

/* Fills in exponents and stability. */
rc_status rc_fixed_point_find_exponents(const rc_network *network, const rc_spectrum_plan *plan, rc_fixed_point *point);

#endif
