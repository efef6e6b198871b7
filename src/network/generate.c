#include "network/generate.h"

#include <string.h>

#include <rnnchaos/random.h>

#include "base/memory.h"

enum { DRAWS_PER_LOOK = 1 << 20 }; /* at whether to stop: milliseconds */

static rc_stream session_stream(const rc_study *study, uint32_t session) {
    rc_stream stream;
    rc_stream_open(study->seed.words, study->seed.n_words, &session, 1, &stream);
    return stream;
}

/* The number of connections, on a copy of the stream. */
static size_t count_connections(const rc_study *study, rc_stream stream, const rc_drawing *how) {
    size_t n = study->network.n_neurons, count = 0;
    double absent = 1 - study->network.connection_probability;
    for (size_t left = n * (n - 1), block; left > 0 && !rc_drawing_is_stopped(how); left -= block) {
        block = left < DRAWS_PER_LOOK ? left : DRAWS_PER_LOOK;
        for (size_t i = 0; i < block; i++) count += rc_stream_uniform(&stream) > absent;
    }
    return count;
}

/* A connection is absent where its uniform is <= 1 - p; none from a neuron to itself. */
static void draw_connections(const rc_study *study, rc_stream *stream, const rc_drawing *how, rc_network *network) {
    size_t n = network->n_neurons, k = 0;
    double absent = 1 - study->network.connection_probability;
    for (size_t i = 0; i < n && !rc_drawing_is_stopped(how); i++) {
        network->row_start[i] = k;
        for (size_t j = 0; j < n; j++)
            if (j != i && rc_stream_uniform(stream) > absent) network->column[k++] = (uint32_t)j;
    }
    network->row_start[n] = k;
}

/* Gaussian weights, moved so that they sum to zero. */
static void draw_weights(const rc_study *study, rc_stream *stream, rc_network *network) {
    size_t n = network->n_connections;
    /* NumPy adds its mean of 0, which makes -0 of a zero deviation 0 */
    for (size_t k = 0; k < n; k++) network->weight[k] = 0 + study->network.weight_std * rc_stream_normal(stream);
    if (n == 0) return;
    double mean = rc_pairwise_sum(network->weight, n) / (double)n;
    for (size_t k = 0; k < n; k++) network->weight[k] -= mean;
}

/* NumPy's way: all from one stream. */
static rc_status generate_pairs(const rc_drawing *how, const rc_study *study, uint32_t session, rc_network **out,
                                double *initial_states) {
    rc_status status = RC_OK;
    rc_stream stream = session_stream(study, session);
    rc_network *network = NULL;
    size_t n_connections = count_connections(study, stream, how);
    if (rc_drawing_is_stopped(how)) RC_TRY(rc_fail(RC_STOPPED, "stopped"));
    RC_TRY(rc_network_allocate(study->network.n_neurons, n_connections, &network));
    draw_connections(study, &stream, how, network);
    if (rc_drawing_is_stopped(how)) RC_TRY(rc_fail(RC_STOPPED, "stopped"));
    draw_weights(study, &stream, network);
    if (initial_states) rc_stream_states(&stream, study->n_trials * study->network.n_neurons, initial_states);
    *out = network;
    network = NULL;
done:
    rc_network_destroy(&network);
    return status;
}

static rc_status allocate_states(const rc_study *study, double **out) {
    size_t n_neurons = study->network.n_neurons, n_trials = study->n_trials;
    if (n_trials > SIZE_MAX / n_neurons)
        return rc_fail(RC_NO_MEMORY, "%zu trials of %zu neurons are too many", n_trials, n_neurons);
    return RC_ARRAY(*out, n_trials * n_neurons, "initial states");
}

rc_status rc_network_generate_by(const rc_drawing *how, const rc_study *study, uint32_t session, rc_network **out,
                                 double **initial_states) {
    rc_status status = RC_OK;
    double *states = NULL;
    *out = NULL;
    if (initial_states) RC_TRY(allocate_states(study, &states));
    if (study->network.streams == RC_STREAMS_ROW)
        RC_TRY(rc_network_generate_rows(how, study, session, out, states));
    else
        RC_TRY(generate_pairs(how, study, session, out, states));
    if (initial_states) *initial_states = states;
    states = NULL;
done:
    free(states);
    return status;
}

rc_status rc_network_generate_unless(const atomic_bool *stop, const rc_study *study, uint32_t session, rc_network **out,
                                     double **initial_states) {
    const rc_drawing how = {.stop = stop};
    return rc_network_generate_by(&how, study, session, out, initial_states);
}

rc_status rc_network_generate(const rc_study *study, uint32_t session, rc_network **out, double **initial_states) {
    return rc_network_generate_unless(NULL, study, session, out, initial_states);
}
