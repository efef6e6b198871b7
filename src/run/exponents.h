/* The tangent-space part of a task. */
#ifndef RC_RUN_EXPONENTS_H
#define RC_RUN_EXPONENTS_H

#include <rnnchaos/network.h>
#include <rnnchaos/run.h>

/* Measures the spectra of a task's trials from initial_states [trial, neuron],
 * judges them, and puts them into the results. Errors: those of
 * rc_spectrum_measure. */
rc_status rc_task_measure_exponents(size_t task, const rc_network *network, const double *initial_states,
                                    const rc_kernels *kernels, rc_task_control *control, rc_results *results);

#endif
