/* NumPy's .npy format, versions 1 to 3
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
#ifndef RC_NETWORK_NPY_H
#define RC_NETWORK_NPY_H

#include "network/numbers.h"

bool rc_is_npy(const rc_source *source);

/* Reads the header and checks that exactly its elements follow.
 * numbers->first borrows from the source. Errors: RC_DAMAGED with the byte;
 * RC_INVALID if it is sound but its elements are neither real numbers nor
 * text (objects, complex numbers, records, dates). */
rc_status rc_npy_open(const rc_source *source, rc_numbers *numbers);

#endif
