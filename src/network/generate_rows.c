/* Networks whose rows have streams of their own: O(connections) draws, on any
 * number of threads. docs/numerics.md, "Streams". */
#include "network/network.h"

#include <rnnchaos/random.h>

#include "base/memory.h"
#include "base/team.h"
#include "network/generate.h"

enum { ROWS_IN_PART = 256, STREAMS_OF_ROWS = 0, STREAMS_OF_TRIALS = 1 };

typedef struct {
    const rc_drawing *how;
    const rc_study *study;
    uint32_t session;
    rc_network *network;
    uint32_t *length; /* [neuron], of its row */
    double *sum;      /* [neuron], of its weights */
    double mean;      /* of all weights */
    double *states;   /* [trial, neuron] */
} drawing;

static void open_stream(const drawing *d, uint32_t kind, size_t number, rc_stream *stream) {
    uint32_t key[3] = {d->session, kind, (uint32_t)number};
    rc_stream_open(d->study->seed.words, d->study->seed.n_words, key, 3, stream);
}

/* Chosen are numbers of other neurons: a row leaves itself out. */
static size_t choose(const drawing *d, size_t row, rc_stream *stream, uint32_t *chosen) {
    open_stream(d, STREAMS_OF_ROWS, row, stream);
    return rc_stream_subset(stream, d->study->network.connection_probability, d->study->network.n_neurons - 1, chosen);
}

static void count_row(drawing *d, size_t row) {
    rc_stream stream;
    d->length[row] = (uint32_t)choose(d, row, &stream, NULL);
}

static void draw_row(drawing *d, size_t row) {
    rc_stream stream;
    size_t start = d->network->row_start[row], n = d->length[row];
    uint32_t *column = d->network->column + start;
    double *weight = d->network->weight + start;
    choose(d, row, &stream, column);
    for (size_t k = 0; k < n; k++) column[k] += column[k] >= row;
    rc_stream_normals(&stream, n, weight);
    /* NumPy adds its mean of 0, which makes -0 of a zero deviation 0 */
    for (size_t k = 0; k < n; k++) weight[k] = 0 + d->study->network.weight_std * weight[k];
    d->sum[row] = rc_pairwise_sum(weight, n);
}

static void centre_row(drawing *d, size_t row) {
    double *weight = d->network->weight;
    for (size_t k = d->network->row_start[row]; k < d->network->row_start[row + 1]; k++) weight[k] -= d->mean;
}

/* --- Parts -------------------------------------------------------------------- */

static inline void each_row(drawing *d, size_t part, void (*act)(drawing *d, size_t row)) {
    size_t first = part * ROWS_IN_PART, end = first + ROWS_IN_PART, n = d->study->network.n_neurons;
    if (rc_drawing_is_stopped(d->how)) return;
    for (size_t row = first; row < n && row < end; row++) act(d, row);
}

static void count_rows(void *d, size_t part) { each_row(d, part, count_row); }
static void draw_rows(void *d, size_t part) { each_row(d, part, draw_row); }
static void centre_rows(void *d, size_t part) { each_row(d, part, centre_row); }

static void draw_state(void *context, size_t trial) {
    const drawing *d = context;
    size_t n = d->study->network.n_neurons;
    rc_stream stream;
    if (rc_drawing_is_stopped(d->how)) return;
    open_stream(d, STREAMS_OF_TRIALS, trial, &stream);
    rc_stream_states(&stream, n, d->states + trial * n);
}

static rc_status do_parts(drawing *d, size_t n_parts, void (*part)(void *context, size_t k)) {
    rc_team_do(d->how->n_threads, n_parts, part, d);
    return rc_drawing_is_stopped(d->how) ? rc_fail(RC_STOPPED, "stopped") : RC_OK;
}

static rc_status allocate_network(drawing *d) {
    size_t n = d->study->network.n_neurons, n_connections = 0;
    for (size_t i = 0; i < n; i++) n_connections += d->length[i];
    rc_status status = rc_network_allocate(n, n_connections, &d->network);
    for (size_t i = 0; i < n && status == RC_OK; i++)
        d->network->row_start[i + 1] = d->network->row_start[i] + d->length[i];
    return status;
}

rc_status rc_network_generate_rows(const rc_drawing *how, const rc_study *study, uint32_t session, rc_network **out,
                                   double *initial_states) {
    rc_status status = RC_OK;
    drawing d = {.how = how, .study = study, .session = session, .states = initial_states};
    size_t n = study->network.n_neurons, n_parts = (n + ROWS_IN_PART - 1) / ROWS_IN_PART;
    *out = NULL;
    RC_TRY(RC_ARRAY(d.length, n, "lengths of rows"));
    RC_TRY(RC_ARRAY(d.sum, n, "sums of rows"));
    RC_TRY(do_parts(&d, n_parts, count_rows));
    RC_TRY(allocate_network(&d));
    RC_TRY(do_parts(&d, n_parts, draw_rows));
    if (d.network->n_connections > 0) d.mean = rc_pairwise_sum(d.sum, n) / (double)d.network->n_connections;
    RC_TRY(do_parts(&d, n_parts, centre_rows));
    if (initial_states) RC_TRY(do_parts(&d, study->n_trials, draw_state));
    *out = d.network;
    d.network = NULL;
done:
    free(d.length);
    free(d.sum);
    rc_network_destroy(&d.network);
    return status;
}
