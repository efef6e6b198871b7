#include "dynamics/start.h"

#include <math.h>

#include "base/fail.h"

static size_t first_not_finite(const double *values, size_t n) {
    size_t i = 0;
    while (i < n && isfinite(values[i])) i++;
    return i;
}

rc_status rc_start_check(size_t n_trials, size_t n_neurons, const double *initial_states, const double *input) {
    size_t i = input ? first_not_finite(input, n_neurons) : n_neurons;
    if (i < n_neurons) return rc_fail(RC_INVALID, "input [%zu] is %g: expected a finite number", i, input[i]);
    i = first_not_finite(initial_states, n_trials * n_neurons);
    if (i == n_trials * n_neurons) return RC_OK;
    return rc_fail(RC_INVALID, "initial state [%zu, %zu] is %g: expected a finite number", i / n_neurons, i % n_neurons,
                   initial_states[i]);
}
