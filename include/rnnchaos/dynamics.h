/* Dynamics: many states of one network, advanced side by side. */
#ifndef RNNCHAOS_DYNAMICS_H
#define RNNCHAOS_DYNAMICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/network.h>
#include <rnnchaos/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The inner loops, compiled once for every instruction set. All sets give
 * the same bits. */
typedef struct rc_kernels rc_kernels;

/* A set by name: "scalar", "avx2", "avx512"; NULL means the fastest that
 * this processor runs. Errors: RC_INVALID for an unknown name, RC_UNSUPPORTED
 * for a set that this processor lacks. */
rc_status rc_kernels_find(const char *name, const rc_kernels **out);

const char *rc_kernels_name(const rc_kernels *kernels);

/* y[i] = tanh(x[i]); odd, monotone, |y| <= 1, error below 2 ulp; NaN stays
 * NaN. x and y may be the same array. */
void rc_tanh(const rc_kernels *kernels, size_t n, const double *x, double *y);

/* y[i] = 1 / cosh(x[i])^2, the derivative of tanh: relative error below 6 ulp
 * however far tanh saturates (where 1 - tanh^2 has lost every digit); 0 where
 * it underflows, |x| > 373. x and y may be the same array. */
void rc_sech2(const rc_kernels *kernels, size_t n, const double *x, double *y);

/* The discrete step of a network; g W includes the gain, b is a constant
 * input, f = dt/tau. */
typedef enum rc_form {
    RC_FORM_RATE,    /* r <- r + f (-r + tanh(g W r + b)) */
    RC_FORM_CURRENT, /* x <- x + f (-x + g W tanh(x) + b) */
    RC_FORM_MAP      /* r <- tanh(g W r + b) */
} rc_form;

/* "rate", "current" or "map". Never NULL. Errors of rc_form_find: RC_INVALID for
 * another name. */
const char *rc_form_name(rc_form form);
rc_status rc_form_find(const char *name, rc_form *form);

/* "double" or "single". Never NULL. Errors of rc_precision_find: RC_INVALID for
 * another name. */
const char *rc_precision_name(rc_precision precision);
rc_status rc_precision_find(const char *name, rc_precision *precision);

/* States of one network side by side: trials, and their twins, are lanes.
 * n_lanes is padded to a multiple of RC_LANE_UNIT; padding stays at zero. */
typedef struct rc_lanes rc_lanes;
#define RC_LANE_UNIT 8

/* Lanes 0-39, 40-79, ... are stored and advanced together: wide enough to
 * use a weight many times once it is loaded. */
#define RC_LANE_BLOCK 40

/* n_lanes states of `network`, all zero, to be advanced by the Euler map
 *   r <- r + fraction (-r + tanh(gain W r)),  fraction = dt/tau.
 * Borrows the network for its life. Errors: RC_NO_MEMORY, RC_INVALID.
 * Memory: 16 bytes for each neuron of each lane, and 8 for each connection of a
 * network of less than 2^20. */
rc_status rc_lanes_create(const rc_network *network, double gain, double fraction, size_t n_lanes,
                          const rc_kernels *kernels, rc_lanes **out);

/* Sets one lane to state[neuron], plus offset on every neuron. */
void rc_lanes_set(rc_lanes *lanes, size_t lane, const double *state, double offset);

/* Reads one neuron of one lane. */
double rc_lanes_get(const rc_lanes *lanes, size_t lane, size_t neuron);

/* Lets rc_lanes_advance() use up to n_threads threads, where a network of 2^20
 * connections and more makes it worth it. The bits stay the same. */
void rc_lanes_use_threads(rc_lanes *lanes, size_t n_threads);

/* Advances all lanes by one step. Cost: one fused multiply-add for each
 * connection and one tanh for each neuron, of every lane. */
void rc_lanes_advance(rc_lanes *lanes);

/* distance[k] = || lane first+k - lane second+k ||_2 for k < n. All
 * these lanes must lie in one block. */
void rc_lanes_distance(const rc_lanes *lanes, size_t first, size_t second, size_t n, double *distance);

/* The first neuron of a lane whose state is not finite; n_neurons if none. */
size_t rc_lanes_not_finite(const rc_lanes *lanes, size_t lane);

/* Accepts NULL; leaves NULL. */
void rc_lanes_destroy(rc_lanes **lanes);

/* --- Whole trajectories ------------------------------------------------------ */

typedef struct rc_simulation {
    rc_form form;
    double gain;
    const double *input; /* b [neuron], borrowed; NULL for none */
    double tau_ms, dt_ms;
    size_t n_steps;             /* taken by every trial */
    size_t every;               /* states are kept after 0, every, 2 every, ... steps; from 1 */
    const rc_kernels *kernels;  /* NULL: the best */
    const atomic_bool *stop;    /* may be NULL; set: end soon with RC_STOPPED */
    atomic_ullong *state_steps; /* may be NULL; grows by the steps of the trials, to be watched */
} rc_simulation;

/* States that are kept of a trial: n_steps / every + 1, with the initial one. */
size_t rc_simulation_n_kept(const rc_simulation *plan);

/* Advances n_trials trials from initial_states [trial, neuron] (r, or x for
 * RC_FORM_CURRENT) and writes what they go through to out [trial, kept, neuron];
 * the same to the bit on all kernels, and for any number of trials.
 * Errors: RC_NO_MEMORY; RC_INVALID, also for initial states and input that are
 * not finite; RC_STOPPED; RC_NOT_FINITE for states that stop being so.
 * Cost: as rc_lanes_advance, trials side by side by 8. */
rc_status rc_simulate(const rc_network *network, const rc_simulation *plan, size_t n_trials,
                      const double *initial_states, double *out);

/* Trials beside their twins, which begin `perturbation` away in every neuron;
 * RC_FORM_RATE, without input: what the published study does. */
typedef struct rc_twins {
    double gain, tau_ms, dt_ms, perturbation;
    size_t n_steps;
    const rc_kernels *kernels;          /* NULL: the best */
    const atomic_bool *stop;            /* as in rc_simulation ... */
    atomic_ullong *state_steps;         /* ... , two a pair and step */
    size_t n_recorded;                  /* of so many steps (n_steps at the most) ... */
    size_t record_trial, record_neuron; /* ... one neuron of one trial ... */
    double *recorded[2];                /* ... and of its twin is written here, [step], before the step is taken */
    size_t n_threads;                   /* for rc_lanes_use_threads(); 0 is 1 */
} rc_twins;

/* distance [step, trial] receives how far each twin is from its trial (Euclidean
 * norm over neurons) before each of n_steps steps; see rc_divergence_measure.
 * Errors: as rc_simulate. */
rc_status rc_twins_follow(const rc_network *network, const rc_twins *plan, size_t n_trials,
                          const double *initial_states, double *distance);

#ifdef __cplusplus
}
#endif
#endif
