/* The tangent-space part of a task. */
#ifndef RC_RUN_EXPONENTS_H
#define RC_RUN_EXPONENTS_H

#include <rnnchaos/network.h>
#include <rnnchaos/run.h>

/* State-steps of a task's exponents, at the most. */
uint64_t rc_task_exponent_steps(const rc_study *study);

/* Measures the spectra of a task's trials from initial_states [trial, neuron],
 * judges them, and puts them into the task's slices of the results. Errors:
 * those of rc_spectrum_measure. */
rc_status rc_task_measure_exponents(const rc_study *study, size_t task, const rc_task_context *context,
                                    const rc_network *network, const double *initial_states, rc_results *slices);

#endif
