/* What trials start from. */
#ifndef RC_DYNAMICS_START_H
#define RC_DYNAMICS_START_H

#include <stddef.h>

#include <rnnchaos/status.h>

/* Refuses numbers that are not finite among initial_states [trial, neuron] and
 * input [neuron], which may be NULL. Errors: RC_INVALID. */
rc_status rc_start_check(size_t n_trials, size_t n_neurons, const double *initial_states, const double *input);

#endif
