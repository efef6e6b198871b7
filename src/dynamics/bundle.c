#include "dynamics/bundle.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "dynamics/rows.h"

enum { UNIT = RC_LANE_UNIT, ROW_BYTES = 64, MOST_WITH_TANH = 1000, SPARE_ROWS = 8 };

static size_t round_up(size_t n) { return (n + UNIT - 1) / UNIT * UNIT; }

static size_t column_size(const rc_bundle *bundle) { return bundle->n_neurons * UNIT; }

static bool is_single(const rc_bundle *bundle) { return bundle->precision == RC_PRECISION_SINGLE; }

/* Columns of 64 bytes a neuron, as they are advanced. */
static size_t count_moved(const rc_bundle *b) { return is_single(b) ? (b->n_columns + 1) / 2 : b->n_columns; }

static size_t moved_bytes(const rc_bundle *bundle) { return bundle->n_neurons * ROW_BYTES; }

/* How far a step moves everything. */
static size_t shift_of(const rc_bundle *bundle) { return bundle->kernels->step_columns * moved_bytes(bundle); }

static size_t tangents_size(const rc_bundle *bundle) { return bundle->n_columns * column_size(bundle); }

size_t rc_bundle_size(const rc_bundle *bundle) { return bundle->n_points + tangents_size(bundle); }

static double *point_values(const rc_bundle *bundle) { return bundle->value ? bundle->value : bundle->points; }

double *rc_bundle_points(const rc_bundle *bundle, int point, size_t *stride) {
    *stride = bundle->step.n_lanes;
    return point_values(bundle) + (size_t)point * *stride / RC_N_POINTS;
}

/* --- Tangents in single precision ------------------------------------------------ */

static size_t single_at(const rc_bundle *b, size_t column, size_t row) {
    return (column / 2 * b->n_neurons + row) * 2 * UNIT + column % 2 * UNIT;
}

static const double *slopes_at(const rc_bundle *b, size_t row) { return b->step.slope + row * b->step.n_lanes / 2; }

static void round_tangents(rc_bundle *b) {
    float *source = b->source, *value = b->single_value ? b->single_value : source;
    for (size_t column = 0; column < b->n_columns; column++)
        for (size_t i = 0; i < b->n_neurons; i++) {
            const double *tangent = b->tangents + column * column_size(b) + i * UNIT, *slope = slopes_at(b, i);
            size_t at = single_at(b, column, i);
            for (size_t l = 0; l < UNIT; l++) value[at + l] = (float)tangent[l];
            for (size_t l = 0; l < UNIT && b->single_value; l++)
                source[at + l] = (float)slope[b->wide ? 0 : l] * value[at + l];
        }
    b->rounded = true;
}

static void widen_tangents(rc_bundle *b) {
    const float *value = b->single_value ? b->single_value : b->source;
    for (size_t column = 0; column < b->n_columns; column++)
        for (size_t i = 0; i < b->n_neurons; i++)
            for (size_t l = 0; l < UNIT; l++)
                b->tangents[column * column_size(b) + i * UNIT + l] = value[single_at(b, column, i) + l];
}

/* --- Values ------------------------------------------------------------------------ */

double *rc_bundle_tangents(rc_bundle *b) {
    if (!is_single(b)) return b->value ? b->value + b->n_points : b->source;
    if (b->rounded) widen_tangents(b);
    b->rounded = false;
    return b->tangents;
}

void rc_bundle_get_values(rc_bundle *bundle, double *values) {
    memcpy(values, point_values(bundle), bundle->n_points * sizeof *values);
    memcpy(values + bundle->n_points, rc_bundle_tangents(bundle), tangents_size(bundle) * sizeof *values);
}

void rc_bundle_set_values(rc_bundle *bundle, const double *values) {
    memcpy(point_values(bundle), values, bundle->n_points * sizeof *values);
    memcpy(rc_bundle_tangents(bundle), values + bundle->n_points, tangents_size(bundle) * sizeof *values);
    rc_bundle_refresh(bundle);
}

static rc_status allocate(rc_bundle *b) {
    rc_status status = RC_OK;
    size_t n = b->n_neurons;
    RC_TRY(RC_ARRAY(b->input, n + SPARE_ROWS, "input"));
    RC_TRY(RC_ARRAY_ALIGNED(b->points, b->n_points, "states"));
    RC_TRY(RC_ARRAY_ALIGNED(b->next_points, b->n_points, "states"));
    size_t n_values = is_single(b) ? b->n_points : rc_bundle_size(b);
    size_t n_moved = count_moved(b) * moved_bytes(b);
    RC_TRY(RC_ARRAY_ALIGNED(b->memory, n_moved + shift_of(b), "tangents"));
    if (b->step.form == RC_FORM_CURRENT) RC_TRY(RC_ARRAY_ALIGNED(b->value, n_values, "states and tangents"));
    if (is_single(b)) RC_TRY(RC_ARRAY_ALIGNED(b->tangents, tangents_size(b), "tangents"));
    if (is_single(b) && b->value)
        RC_TRY(RC_ARRAY_ALIGNED(b->single_value, n_moved / sizeof *b->single_value, "tangents"));
    RC_TRY(RC_ARRAY_ALIGNED(b->step.slope, b->n_points, "slopes"));
done:
    return status;
}

/* 1 - tanh^2 is right to 2e-16 of 1, not of itself. That is enough where it enters beside the 1 - f of the identity,
 * unless weights are huge, and costs a third. */
static bool can_use_tanh(const rc_network *network, rc_form form, double gain, double fraction) {
    double most = 0;
    for (size_t i = 0; i < network->n_neurons; i++) {
        double sum = 0;
        for (size_t k = network->row_start[i]; k < network->row_start[i + 1]; k++) sum += fabs(network->weight[k]);
        most = fmax(most, sum);
    }
    return form != RC_FORM_MAP && fraction <= 0.5 && fabs(gain) * most <= MOST_WITH_TANH;
}

rc_status rc_bundle_create(const rc_network *network, rc_form form, double gain, const double *input, double fraction,
                           size_t n_trials, size_t n_tangents, bool wide, const rc_kernels *kernels,
                           rc_precision precision, rc_bundle **out) {
    rc_status status = RC_OK;
    rc_bundle *b = NULL;
    size_t n = network->n_neurons;
    *out = NULL;
    if (n_trials == 0 || n_trials > (wide ? 1 : UNIT))
        return rc_fail(RC_INVALID, "%zu trials side by side: expected 1 to %d", n_trials, wide ? 1 : UNIT);
    if (n_tangents > n) return rc_fail(RC_INVALID, "%zu tangent vectors of %zu neurons", n_tangents, n);
    if (n > UINT32_MAX / UNIT || n > SIZE_MAX / 128 / (n_tangents + UNIT + RC_N_POINTS))
        return rc_fail(RC_NO_MEMORY, "%zu tangent vectors of %zu neurons are too many", n_tangents, n);
    RC_TRY(RC_ARRAY(b, 1, "bundle"));
    *b = (rc_bundle){.kernels = kernels, .n_neurons = n, .n_trials = n_trials, .n_tangents = n_tangents, .wide = wide};
    b->n_columns = wide ? round_up(n_tangents) / UNIT : n_tangents;
    b->precision = precision;
    b->step.form = form;
    b->step.fraction = fraction;
    b->step.n_lanes = RC_N_POINTS * (wide ? 1 : UNIT);
    b->step.half = !wide && n_trials <= UNIT / 2;
    b->step.twins = true;
    b->step.slope_from_tanh = can_use_tanh(network, form, gain, fraction);
    b->n_points = round_up(n * b->step.n_lanes);
    RC_TRY(rc_rows_open(network, gain, kernels, precision, &b->step.rows));
    RC_TRY(allocate(b));
    b->row = b->step.rows.row;
    for (size_t i = 0; i < n && input; i++) b->input[b->row[i]] = input[i] + 0.0; /* -0 would tell a zero weight */
    b->step.input = b->input;
    b->source = b->memory;
    *out = b;
    b = NULL;
done:
    rc_bundle_destroy(&b);
    return status;
}

void rc_bundle_destroy(rc_bundle **bundle) {
    rc_bundle *b = *bundle;
    if (!b) return;
    rc_rows_close(&b->step.rows);
    free(b->input);
    free(b->points);
    free(b->next_points);
    free(b->memory);
    free(b->tangents);
    free(b->single_value);
    free(b->value);
    free(b->step.slope);
    free(b);
    *bundle = NULL;
}

/* Columns of tangents first .. end - 1, from source to next. */
static void advance_columns(rc_bundle *b, size_t first, size_t end, char *next) {
    size_t at = first * moved_bytes(b);
    char *value = is_single(b) ? (char *)b->single_value : b->value ? (char *)(b->value + b->n_points) : NULL;
    b->kernels->step_tangents[b->precision](&b->step, end - first, value ? value + at : NULL, (char *)b->source + at,
                                            next + at);
}

/* Blocks of columns of nearly equal width, in the order in which each finds its new place free. */
void rc_bundle_advance(rc_bundle *b) {
    size_t n_moved = count_moved(b), n_blocks = (n_moved + b->kernels->step_columns - 1) / b->kernels->step_columns;
    if (is_single(b) && !b->rounded) round_tangents(b);
    bool up = b->source == b->memory;
    char *next = up ? (char *)b->memory + shift_of(b) : b->memory;
    double *points = b->next_points;
    b->kernels->step_points(&b->step, b->value, b->points, points);
    b->next_points = b->points;
    b->points = points;
    for (size_t k = 0; k < n_blocks; k++) {
        size_t block = up ? n_blocks - 1 - k : k;
        advance_columns(b, block * n_moved / n_blocks, (block + 1) * n_moved / n_blocks, next);
    }
    b->source = next;
}

void rc_bundle_set_point(rc_bundle *b, int point, size_t trial, const double *state) {
    size_t stride;
    double *points = rc_bundle_points(b, point, &stride);
    for (size_t i = 0; i < b->n_neurons; i++) points[b->row[i] * stride + trial] = state[i];
}

void rc_bundle_get_point(const rc_bundle *b, int point, size_t trial, double *state) {
    size_t stride;
    const double *points = rc_bundle_points(b, point, &stride);
    for (size_t i = 0; i < b->n_neurons; i++) state[i] = points[b->row[i] * stride + trial];
}

/* The first component of a tangent; the others are 8 apart. */
static double *tangent_start(rc_bundle *b, size_t trial, size_t tangent) {
    size_t column = b->wide ? tangent / UNIT : tangent, lane = b->wide ? tangent % UNIT : trial;
    return rc_bundle_tangents(b) + column * column_size(b) + lane;
}

void rc_bundle_set_tangent(rc_bundle *b, size_t trial, size_t tangent, const double *vector) {
    double *start = tangent_start(b, trial, tangent);
    for (size_t i = 0; i < b->n_neurons; i++) start[b->row[i] * UNIT] = vector[i];
}

void rc_bundle_get_tangent(rc_bundle *b, size_t trial, size_t tangent, double *vector) {
    const double *start = tangent_start(b, trial, tangent);
    for (size_t i = 0; i < b->n_neurons; i++) vector[i] = start[b->row[i] * UNIT];
}

void rc_bundle_refresh(rc_bundle *b) {
    if (!b->value) return;
    size_t n = b->n_neurons, lanes = b->step.n_lanes, half = lanes / RC_N_POINTS;
    double *slope = b->step.slope;
    b->kernels->tanh(b->n_points, b->value, b->points);
    const double *points = b->step.slope_from_tanh ? b->points : b->value;
    for (size_t i = 0; i < n; i++) memcpy(slope + i * half, points + i * lanes, half * sizeof *slope);
    if (!b->step.slope_from_tanh) b->kernels->sech2(n * half, slope, slope);
    for (size_t i = 0; b->step.slope_from_tanh && i < n * half; i++) slope[i] = fma(-slope[i], slope[i], 1);
    double *source = b->source, *tangents = rc_bundle_tangents(b);
    if (is_single(b)) return; /* the next step rounds them, and makes sources */
    for (size_t column = 0; column < b->n_columns; column++)
        for (size_t i = 0; i < n; i++) {
            size_t at = column * column_size(b) + i * UNIT;
            for (size_t l = 0; l < UNIT; l++) source[at + l] = slopes_at(b, i)[b->wide ? 0 : l] * tangents[at + l];
        }
}
