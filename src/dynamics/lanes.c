#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/team.h"
#include "dynamics/kernels.h"
#include "dynamics/rows.h"

/* From so many connections on, 12 MB, weights come from memory: they are borrowed, not copied, and rows may be
 * shared out among threads, ROWS_IN_PART at a time. */
enum { MANY_CONNECTIONS = 1 << 20, ROWS_IN_PART = 1024 };

struct rc_lanes {
    rc_rows rows;           /* of a dense W; else nothing, but */
    rc_couplings couplings; /* rows and columns borrowed from the network */
    double *weight;         /* [connection], gain * W; NULL: couplings have W itself, */
    double gain;            /* which remains to be multiplied */
    size_t n_threads;
    size_t block;         /* lanes of a block */
    double *state, *next; /* [block][neuron, lane of the block] */
    double fraction;      /* dt / tau */
    size_t n_lanes;       /* padded */
    const rc_kernels *kernels;
};

static size_t block_width(const rc_lanes *lanes, size_t first_lane) {
    size_t rest = lanes->n_lanes - first_lane;
    return rest < lanes->block ? rest : lanes->block;
}

/* Where a lane's first neuron stands; its other neurons are *stride apart. */
static size_t lane_start(const rc_lanes *lanes, size_t lane, size_t *stride) {
    size_t first = lane - lane % lanes->block;
    *stride = block_width(lanes, first);
    return first * lanes->couplings.n_neurons + (lane - first);
}

static rc_status scale_weights(const rc_network *network, double gain, double **weight) {
    rc_status status = RC_ARRAY(*weight, network->n_connections, "scaled weights");
    for (size_t k = 0; k < network->n_connections && status == RC_OK; k++) (*weight)[k] = gain * network->weight[k];
    return status;
}

rc_status rc_lanes_create(const rc_network *network, double gain, double fraction, size_t n_lanes,
                          const rc_kernels *kernels, rc_lanes **out) {
    rc_status status = RC_OK;
    rc_lanes *lanes = NULL;
    *out = NULL;
    size_t padded = (n_lanes + RC_LANE_UNIT - 1) / RC_LANE_UNIT * RC_LANE_UNIT;
    if (padded == 0 || padded > SIZE_MAX / network->n_neurons)
        return rc_fail(RC_INVALID, "%zu lanes of %zu neurons: expected at least one, and room for all", n_lanes,
                       network->n_neurons);
    RC_TRY(RC_ARRAY(lanes, 1, "lanes"));
    bool is_dense = rc_rows_dense_block(network, kernels) > 0, is_far = network->n_connections >= MANY_CONNECTIONS;
    if (is_dense) RC_TRY(rc_rows_open(network, gain, kernels, RC_PRECISION_DOUBLE, &lanes->rows));
    if (!is_dense && !is_far) RC_TRY(scale_weights(network, gain, &lanes->weight));
    RC_TRY(RC_ARRAY_ALIGNED(lanes->state, padded * network->n_neurons, "states"));
    RC_TRY(RC_ARRAY_ALIGNED(lanes->next, padded * network->n_neurons, "states"));
    lanes->couplings = (rc_couplings){network->n_neurons, network->row_start, network->column,
                                      lanes->weight ? lanes->weight : network->weight};
    lanes->gain = gain;
    lanes->block = is_dense ? RC_LANE_UNIT : RC_LANE_BLOCK;
    lanes->fraction = fraction;
    lanes->n_lanes = padded;
    lanes->kernels = kernels;
    *out = lanes;
    lanes = NULL;
done:
    rc_lanes_destroy(&lanes);
    return status;
}

void rc_lanes_destroy(rc_lanes **lanes) {
    if (!*lanes) return;
    rc_rows_close(&(*lanes)->rows);
    free((*lanes)->weight);
    free((*lanes)->state);
    free((*lanes)->next);
    free(*lanes);
    *lanes = NULL;
}

void rc_lanes_set(rc_lanes *lanes, size_t lane, const double *state, double offset) {
    size_t stride, start = lane_start(lanes, lane, &stride);
    for (size_t i = 0; i < lanes->couplings.n_neurons; i++) lanes->state[start + i * stride] = state[i] + offset;
}

double rc_lanes_get(const rc_lanes *lanes, size_t lane, size_t neuron) {
    size_t stride, start = lane_start(lanes, lane, &stride);
    return lanes->state[start + neuron * stride];
}

static void advance_dense(rc_lanes *lanes) {
    size_t n = lanes->couplings.n_neurons, n_columns = lanes->n_lanes / RC_LANE_UNIT;
    for (size_t first = 0, most = lanes->kernels->step_columns; first < n_columns; first += most) {
        size_t rest = n_columns - first, at = first * n * RC_LANE_UNIT;
        lanes->kernels->advance_dense(&lanes->rows, lanes->fraction, rest < most ? rest : most, lanes->state + at,
                                      lanes->next + at);
    }
}

void rc_lanes_use_threads(rc_lanes *lanes, size_t n_threads) { lanes->n_threads = n_threads; }

typedef struct {
    const rc_kernels *kernels;
    rc_far_step step;
} far_block;

static void advance_part(void *context, size_t part) {
    const far_block *block = context;
    size_t first = part * ROWS_IN_PART, end = first + ROWS_IN_PART, n = block->step.couplings->n_neurons;
    block->kernels->advance_far(&block->step, first, end < n ? end : n);
}

static void advance_sparse(const rc_lanes *lanes, size_t width, const double *state, double *next) {
    const rc_couplings *W = &lanes->couplings;
    if (lanes->weight) {
        lanes->kernels->advance(W, lanes->fraction, width, state, next);
        return;
    }
    far_block block = {lanes->kernels, {W, lanes->gain, lanes->fraction, width, state, next}};
    rc_team_do(lanes->n_threads, (W->n_neurons + ROWS_IN_PART - 1) / ROWS_IN_PART, advance_part, &block);
}

void rc_lanes_advance(rc_lanes *lanes) {
    size_t n_neurons = lanes->couplings.n_neurons;
    if (lanes->rows.dense_block) advance_dense(lanes);
    for (size_t first = 0; !lanes->rows.dense_block && first < lanes->n_lanes; first += RC_LANE_BLOCK)
        advance_sparse(lanes, block_width(lanes, first), lanes->state + first * n_neurons,
                       lanes->next + first * n_neurons);
    double *old = lanes->state;
    lanes->state = lanes->next;
    lanes->next = old;
}

/* How far into its block the one of two lanes is that is further. */
static size_t later(const rc_lanes *lanes, size_t first, size_t second) {
    size_t a = first % lanes->block, b = second % lanes->block;
    return a > b ? a : b;
}

void rc_lanes_distance(const rc_lanes *lanes, size_t first, size_t second, size_t n, double *distance) {
    for (size_t done = 0, part; done < n; done += part) {
        size_t stride, from = lane_start(lanes, first + done, &stride), to = lane_start(lanes, second + done, &stride);
        size_t most = lanes->block - later(lanes, first + done, second + done);
        part = n - done < most ? n - done : most;
        lanes->kernels->distance(lanes->couplings.n_neurons, stride, part, lanes->state + from, lanes->state + to,
                                 distance + done);
    }
}

size_t rc_lanes_not_finite(const rc_lanes *lanes, size_t lane) {
    size_t stride, start = lane_start(lanes, lane, &stride), i = 0;
    while (i < lanes->couplings.n_neurons && isfinite(lanes->state[start + i * stride])) i++;
    return i;
}
