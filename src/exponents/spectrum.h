/* Between the files of the spectrum. */
#ifndef RC_EXPONENTS_SPECTRUM_H
#define RC_EXPONENTS_SPECTRUM_H

#include <rnnchaos/spectrum.h>

#include "exponents/probe.h"

/* Trials that go together: states [trial, neuron], out [trial]. On failure some
 * of out may be set; the caller destroys them. */
rc_status rc_group_measure(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials,
                           const double *states, bool wide, rc_spectrum **out);

/* Has every exponent the precision that the plan asks for? Worth at least 20
 * samples, errors below target, halves that agree. False if none is asked. */
bool rc_spectrum_reached(const rc_spectrum_plan *plan, rc_spectrum *spectrum);

/* Estimates from what has been accumulated: tangent, twin, needed_s. */
void rc_spectrum_estimate(const rc_spectrum_plan *plan, rc_spectrum *spectrum);

#endif
