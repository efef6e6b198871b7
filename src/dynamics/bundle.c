#include "dynamics/bundle.h"

#include <string.h>

#include "base/memory.h"

enum { UNIT = RC_LANE_UNIT };

static size_t count_columns(size_t n_tangents, bool wide) {
    return RC_N_POINTS + (wide ? (n_tangents + UNIT - 1) / UNIT : n_tangents);
}

/* Blocks of nearly equal width, none wider than RC_STEP_COLUMNS. */
static size_t choose_block_columns(size_t n_columns) {
    size_t n_blocks = (n_columns + RC_STEP_COLUMNS - 1) / RC_STEP_COLUMNS;
    return (n_columns + n_blocks - 1) / n_blocks;
}

static size_t block_width(const rc_bundle *bundle, size_t first) {
    size_t rest = bundle->n_columns - first;
    return rest < bundle->block_columns ? rest : bundle->block_columns;
}

static size_t column_offset(const rc_bundle *bundle, size_t column, size_t *stride) {
    size_t first = column - column % bundle->block_columns;
    *stride = block_width(bundle, first) * UNIT;
    return (first * bundle->n_neurons + (column - first)) * UNIT;
}

double *rc_bundle_values(const rc_bundle *bundle) { return bundle->value ? bundle->value : bundle->source; }

size_t rc_bundle_size(const rc_bundle *bundle) { return bundle->n_neurons * bundle->n_columns * UNIT; }

double *rc_bundle_column(const rc_bundle *bundle, size_t column, size_t *stride) {
    return rc_bundle_values(bundle) + column_offset(bundle, column, stride);
}

rc_columns rc_bundle_frame(const rc_bundle *bundle) {
    rc_columns frame = {bundle->n_neurons, bundle->n_columns - RC_N_POINTS, bundle->frame_start, bundle->frame_stride};
    for (size_t c = 0; c < frame.n_columns; c++)
        frame.start[c] = rc_bundle_column(bundle, RC_N_POINTS + c, &bundle->frame_stride[c]);
    return frame;
}

static rc_status allocate(const rc_network *network, rc_bundle *b) {
    rc_status status = RC_OK;
    size_t size = rc_bundle_size(b);
    RC_TRY(RC_ARRAY(b->weight, network->n_connections, "scaled weights"));
    RC_TRY(RC_ARRAY(b->input, b->n_neurons, "input"));
    RC_TRY(RC_ARRAY_ALIGNED(b->source, size, "states and tangents"));
    RC_TRY(RC_ARRAY_ALIGNED(b->next, size, "states and tangents"));
    if (b->step.form == RC_FORM_CURRENT) RC_TRY(RC_ARRAY_ALIGNED(b->value, size, "states and tangents"));
    RC_TRY(RC_ARRAY_ALIGNED(b->slope, b->n_neurons * UNIT, "slopes"));
    RC_TRY(RC_ARRAY(b->frame_start, b->n_columns, "columns"));
    RC_TRY(RC_ARRAY(b->frame_stride, b->n_columns, "columns"));
done:
    return status;
}

rc_status rc_bundle_create(const rc_network *network, rc_form form, double gain, const double *input, double fraction,
                           size_t n_trials, size_t n_tangents, bool wide, const rc_kernels *kernels, rc_bundle **out) {
    rc_status status = RC_OK;
    rc_bundle *b = NULL;
    size_t n = network->n_neurons;
    *out = NULL;
    if (n_trials == 0 || n_trials > (wide ? 1 : UNIT))
        return rc_fail(RC_INVALID, "%zu trials side by side: expected 1 to %d", n_trials, wide ? 1 : UNIT);
    if (n_tangents > n) return rc_fail(RC_INVALID, "%zu tangent vectors of %zu neurons", n_tangents, n);
    if (n > SIZE_MAX / 128 / (n_tangents + UNIT + RC_N_POINTS))
        return rc_fail(RC_NO_MEMORY, "%zu tangent vectors of %zu neurons are too many", n_tangents, n);
    RC_TRY(RC_ARRAY(b, 1, "bundle"));
    *b = (rc_bundle){.kernels = kernels, .n_neurons = n, .n_trials = n_trials, .n_tangents = n_tangents, .wide = wide};
    b->n_columns = count_columns(n_tangents, wide);
    b->block_columns = choose_block_columns(b->n_columns);
    b->step.form = form;
    RC_TRY(allocate(network, b));
    for (size_t k = 0; k < network->n_connections; k++) b->weight[k] = gain * network->weight[k];
    if (input) memcpy(b->input, input, n * sizeof *input);
    b->step.couplings = (rc_couplings){n, network->row_start, network->column, b->weight};
    b->step.fraction = fraction;
    b->step.input = b->input;
    *out = b;
    b = NULL;
done:
    rc_bundle_destroy(&b);
    return status;
}

void rc_bundle_destroy(rc_bundle **bundle) {
    rc_bundle *b = *bundle;
    if (!b) return;
    free(b->weight);
    free(b->input);
    free(b->source);
    free(b->next);
    free(b->value);
    free(b->slope);
    free(b->frame_start);
    free(b->frame_stride);
    free(b);
    *bundle = NULL;
}

void rc_bundle_advance(rc_bundle *b) {
    for (size_t first = 0; first < b->n_columns; first += b->block_columns) {
        size_t at = first * b->n_neurons * UNIT;
        rc_step_block block = {block_width(b, first),
                               first == 0 ? RC_N_POINTS : 0,
                               b->value ? b->value + at : NULL,
                               b->source + at,
                               b->next + at,
                               b->slope};
        b->kernels->step(&b->step, &block);
    }
    double *old = b->source;
    b->source = b->next;
    b->next = old;
}

static void set_lanes(rc_bundle *b, size_t column, size_t lane, size_t n_lanes, const double *vector) {
    size_t stride;
    double *start = rc_bundle_column(b, column, &stride);
    for (size_t i = 0; i < b->n_neurons; i++)
        for (size_t l = 0; l < n_lanes; l++) start[i * stride + lane + l] = vector[i];
}

static void get_lane(const rc_bundle *b, size_t column, size_t lane, double *vector) {
    size_t stride;
    const double *start = rc_bundle_column(b, column, &stride);
    for (size_t i = 0; i < b->n_neurons; i++) vector[i] = start[i * stride + lane];
}

void rc_bundle_set_point(rc_bundle *b, int point, size_t trial, const double *state) {
    set_lanes(b, (size_t)point, b->wide ? 0 : trial, b->wide ? UNIT : 1, state);
}

void rc_bundle_get_point(const rc_bundle *b, int point, size_t trial, double *state) {
    get_lane(b, (size_t)point, b->wide ? 0 : trial, state);
}

void rc_bundle_set_tangent(rc_bundle *b, size_t trial, size_t tangent, const double *vector) {
    if (b->wide)
        set_lanes(b, RC_N_POINTS + tangent / UNIT, tangent % UNIT, 1, vector);
    else
        set_lanes(b, RC_N_POINTS + tangent, trial, 1, vector);
}

void rc_bundle_get_tangent(const rc_bundle *b, size_t trial, size_t tangent, double *vector) {
    if (b->wide)
        get_lane(b, RC_N_POINTS + tangent / UNIT, tangent % UNIT, vector);
    else
        get_lane(b, RC_N_POINTS + tangent, trial, vector);
}

/* Of one column: source = tanh(x) for states, D q for tangents. */
static void refresh_column(rc_bundle *b, size_t column) {
    size_t stride, at = column_offset(b, column, &stride);
    for (size_t i = 0; i < b->n_neurons; i++) {
        const double *value = b->value + at + i * stride;
        double *source = b->source + at + i * stride, *slope = b->slope + i * UNIT;
        if (column < RC_N_POINTS)
            b->kernels->tanh(UNIT, value, source);
        else
            for (size_t l = 0; l < UNIT; l++) source[l] = slope[l] * value[l];
        if (column == RC_POINT_STATE) b->kernels->sech2(UNIT, value, slope);
    }
}

void rc_bundle_refresh(rc_bundle *b) {
    if (!b->value) return;
    for (size_t column = 0; column < b->n_columns; column++) refresh_column(b, column);
}
