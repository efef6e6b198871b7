#include "exponents/frame.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "exponents/rounding.h"

enum { UNIT = RC_LANE_UNIT, SQUARE = UNIT * UNIT };

static size_t count_panels(size_t n_columns) { return (n_columns + UNIT - 1) / UNIT; }

rc_status rc_frame_create(size_t n_rows, size_t n_columns, const rc_kernels *kernels, double dead_share,
                          rc_frame **out) {
    rc_status status = RC_OK;
    rc_frame *f = NULL;
    *out = NULL;
    if (n_columns < 1 || n_columns > n_rows || n_rows > INT32_MAX)
        return rc_fail(RC_INVALID, "a frame of %zu vectors with %zu components: expected 1 to %zu vectors", n_columns,
                       n_rows, n_rows);
    size_t n_panels = count_panels(n_columns);
    RC_TRY(RC_ARRAY(f, 1, "frame"));
    *f = (rc_frame){.kernels = kernels, .n_rows = n_rows, .n_columns = n_columns, .dead_share = dead_share};
    RC_TRY(RC_ARRAY_ALIGNED(f->diagonal, n_panels * UNIT, "frame"));
    RC_TRY(RC_ARRAY_ALIGNED(f->upper, n_panels * SQUARE, "frame"));
    RC_TRY(RC_ARRAY_ALIGNED(f->T, n_panels * SQUARE, "reflections"));
    RC_TRY(RC_ARRAY_ALIGNED(f->T_transposed, n_panels * SQUARE, "reflections"));
    RC_TRY(RC_ARRAY_ALIGNED(f->vectors, n_rows * UNIT, "reflections"));
    RC_TRY(RC_ARRAY(f->length, n_panels * UNIT, "frame"));
    RC_TRY(RC_ARRAY(f->exponent, n_panels * UNIT, "frame"));
    *out = f;
    f = NULL;
done:
    rc_frame_destroy(&f);
    return status;
}

void rc_frame_destroy(rc_frame **frame) {
    rc_frame *f = *frame;
    if (!f) return;
    free(f->diagonal);
    free(f->upper);
    free(f->T);
    free(f->T_transposed);
    free(f->vectors);
    free(f->length);
    free(f->exponent);
    free(f);
    *frame = NULL;
}

/* --- Reflections --------------------------------------------------------------- */

static double *panel_start(const rc_frame *f, double *columns, size_t panel) {
    return columns + panel * f->n_rows * UNIT;
}

/* Squares must neither overflow nor vanish: columns of extreme size lose a power of two. */
static void tame_columns(rc_frame *f, double *columns) {
    for (size_t p = 0; p < count_panels(f->n_columns); p++) {
        double *panel = panel_start(f, columns, p), largest[UNIT] = {0};
        for (size_t i = 0; i < f->n_rows; i++)
            for (size_t l = 0; l < UNIT; l++) {
                double size = fabs(panel[i * UNIT + l]);
                largest[l] = size > largest[l] ? size : largest[l];
            }
        for (size_t l = 0; l < UNIT; l++) {
            int *exponent = &f->exponent[p * UNIT + l];
            *exponent = 0;
            if (largest[l] == 0 || !isfinite(largest[l]) || (largest[l] > 1e-100 && largest[l] < 1e100)) continue;
            (void)frexp(largest[l], exponent);
            for (size_t i = 0; i < f->n_rows; i++) panel[i * UNIT + l] = ldexp(panel[i * UNIT + l], -*exponent);
        }
    }
}

/* Panel q becomes H_q-1 ... H_0 of itself, then its own reflections. */
static void factor(rc_frame *f, double *columns) {
    for (size_t q = 0; q < count_panels(f->n_columns); q++) {
        double *panel = panel_start(f, columns, q), *T = f->T + q * SQUARE;
        for (size_t p = 0; p < q; p++) {
            size_t row = p * UNIT;
            f->kernels->reflect(f->n_rows - row, panel_start(f, columns, p) + row * UNIT, f->T_transposed + p * SQUARE,
                                panel + row * UNIT);
        }
        f->kernels->factor_panel(f->n_rows - q * UNIT, panel + q * SQUARE, f->diagonal + q * UNIT,
                                 f->upper + q * SQUARE, T);
        for (size_t a = 0; a < UNIT; a++)
            for (size_t b = 0; b < UNIT; b++) f->T_transposed[q * SQUARE + a * UNIT + b] = T[b * UNIT + a];
    }
}

/* Panel q becomes H_0 ... H_q of unit vectors, with the sign of R_ii, so that R_ii > 0. From the last to the first:
 * the vectors of the others are still needed. */
static void form(rc_frame *f, double *columns) {
    for (size_t q = count_panels(f->n_columns); q-- > 0;) {
        double *panel = panel_start(f, columns, q);
        size_t row = q * UNIT;
        memcpy(f->vectors, panel + row * UNIT, (f->n_rows - row) * UNIT * sizeof *panel);
        memset(panel, 0, f->n_rows * UNIT * sizeof *panel);
        for (size_t c = row; c < row + UNIT && c < f->n_columns; c++)
            panel[c * UNIT + c - row] = signbit(f->diagonal[c]) ? -1 : 1;
        f->kernels->reflect(f->n_rows - row, f->vectors, f->T + q * SQUARE, panel + row * UNIT);
        for (size_t p = q; p-- > 0;) {
            row = p * UNIT;
            f->kernels->reflect(f->n_rows - row, panel_start(f, columns, p) + row * UNIT, f->T + p * SQUARE,
                                panel + row * UNIT);
        }
    }
}

/* --- R ------------------------------------------------------------------------- */

/* Row i of R in the columns of panel p. */
static const double *R_row(const rc_frame *f, double *columns, size_t p, size_t i) {
    return i < p * UNIT ? panel_start(f, columns, p) + i * UNIT : f->upper + p * SQUARE + (i - p * UNIT) * UNIT;
}

/* The lengths of the columns, which are those of R's. */
static void measure_columns(rc_frame *f, double *columns) {
    for (size_t p = 0; p < count_panels(f->n_columns); p++) {
        double *length = f->length + p * UNIT;
        for (size_t l = 0; l < UNIT; l++) length[l] = f->diagonal[p * UNIT + l] * f->diagonal[p * UNIT + l];
        for (size_t i = 0; i < (p + 1) * UNIT; i++) {
            const double *row = R_row(f, columns, p, i);
            for (size_t l = 0; l < UNIT; l++) length[l] += row[l] * row[l];
        }
        for (size_t l = 0; l < UNIT; l++) length[l] = sqrt(length[l]);
    }
}

void rc_frame_orthonormalise(rc_frame *f, double *columns, double *log_stretch, double *condition) {
    double longest = -INFINITY, shortest = INFINITY; /* logarithms */
    tame_columns(f, columns);
    factor(f, columns);
    measure_columns(f, columns);
    for (size_t c = 0; c < f->n_columns; c++) {
        double stretch = fabs(f->diagonal[c]), tamed = f->exponent[c] * M_LN2;
        bool alive = stretch > f->dead_share * f->length[c];
        log_stretch[c] = alive ? log(stretch) + tamed : -INFINITY;
        longest = fmax(longest, log(f->length[c]) + tamed);
        shortest = fmin(shortest, log_stretch[c]);
    }
    *condition = isfinite(shortest) ? exp(longest - shortest) : INFINITY;
    form(f, columns);
}

/* --- Frames of a bundle ------------------------------------------------------- */

rc_status rc_gauge_create(const rc_bundle *bundle, rc_gauge **out) {
    rc_status status = RC_OK;
    rc_gauge *gauge = NULL;
    *out = NULL;
    RC_TRY(RC_ARRAY(gauge, 1, "gauge"));
    gauge->dead_share = rc_rounding_of(bundle->precision)->dead_share;
    if (bundle->wide && bundle->n_tangents > 0)
        RC_TRY(
            rc_frame_create(bundle->n_neurons, bundle->n_tangents, bundle->kernels, gauge->dead_share, &gauge->frame));
    RC_TRY(RC_ARRAY_ALIGNED(gauge->work, UNIT * (bundle->n_tangents + 1), "projections"));
    RC_TRY(RC_ARRAY(gauge->vector, bundle->n_neurons, "tangent vector"));
    *out = gauge;
    gauge = NULL;
done:
    rc_gauge_destroy(&gauge);
    return status;
}

void rc_gauge_destroy(rc_gauge **gauge) {
    if (!*gauge) return;
    rc_frame_destroy(&(*gauge)->frame);
    free((*gauge)->work);
    free((*gauge)->vector);
    free(*gauge);
    *gauge = NULL;
}

/* Trials side by side: one lane of the columns of tangents. */
typedef struct {
    size_t n_neurons, n_columns, lane;
    double *start; /* [column, neuron, 8] */
} lane_frame;

static double *lane_column(const lane_frame *f, size_t c) { return f->start + c * f->n_neurons * UNIT + f->lane; }

static double lane_dot(const lane_frame *f, size_t a, size_t b) {
    const double *first = lane_column(f, a), *second = lane_column(f, b);
    double sum = 0;
    for (size_t i = 0; i < f->n_neurons; i++) sum += first[i * UNIT] * second[i * UNIT];
    return sum;
}

/* Makes column c unit vector `axis`, less its projections on the columns before
 * c; returns the length that was left. */
static double try_axis(const lane_frame *f, size_t c, size_t axis) {
    double *column = lane_column(f, c);
    for (size_t i = 0; i < f->n_neurons; i++) column[i * UNIT] = i == axis;
    for (int round = 0; round < 2; round++)
        for (size_t j = 0; j < c; j++) {
            double share = lane_dot(f, j, c);
            const double *other = lane_column(f, j);
            for (size_t i = 0; i < f->n_neurons; i++) column[i * UNIT] -= share * other[i * UNIT];
        }
    double length = sqrt(lane_dot(f, c, c));
    for (size_t i = 0; i < f->n_neurons; i++) column[i * UNIT] /= length;
    return length;
}

/* Some axis keeps at least the share of the average. */
static void replace_dead(const lane_frame *f, size_t c) {
    double average = sqrt((double)(f->n_neurons - c) / (double)f->n_neurons);
    for (size_t axis = 0; axis < f->n_neurons; axis++)
        if (try_axis(f, c, (axis + c) % f->n_neurons) > 0.9 * average) return;
}

static void orthonormalise_lanes(rc_gauge *gauge, rc_bundle *bundle, double *log_stretch, double *condition) {
    size_t k = bundle->n_columns;
    lane_frame frame = {bundle->n_neurons, k, 0, rc_bundle_tangents(bundle)};
    double before[UNIT], after[UNIT], longest[UNIT] = {0}, shortest[UNIT];
    for (size_t t = 0; t < UNIT; t++) shortest[t] = INFINITY;
    for (size_t c = 0; c < k; c++) {
        bundle->kernels->orthonormalise(frame.n_neurons, frame.start, c, before, after, gauge->work);
        for (size_t t = 0; t < bundle->n_trials; t++) {
            int dead = !(after[t] > gauge->dead_share * before[t]);
            frame.lane = t;
            log_stretch[t * k + c] = dead ? -INFINITY : log(after[t]);
            if (dead) replace_dead(&frame, c);
            longest[t] = fmax(longest[t], before[t]);
            shortest[t] = dead ? 0 : fmin(shortest[t], after[t]);
        }
    }
    for (size_t t = 0; t < bundle->n_trials; t++) condition[t] = shortest[t] > 0 ? longest[t] / shortest[t] : INFINITY;
}

void rc_gauge_orthonormalise(rc_gauge *gauge, rc_bundle *bundle, double *log_stretch, double *condition) {
    if (bundle->n_tangents == 0) return;
    if (bundle->wide)
        rc_frame_orthonormalise(gauge->frame, rc_bundle_tangents(bundle), log_stretch, condition);
    else
        orthonormalise_lanes(gauge, bundle, log_stretch, condition);
    rc_bundle_refresh(bundle);
}

rc_status rc_gauge_set_random(rc_gauge *gauge, rc_bundle *bundle) {
    rc_status status = RC_OK;
    uint32_t seed = 0x66726d65;
    rc_stream stream;
    double *log_stretch = NULL, condition[UNIT];
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    RC_TRY(RC_ARRAY(log_stretch, UNIT * (bundle->n_tangents + 1), "stretches"));
    for (size_t c = 0; c < bundle->n_tangents; c++) {
        for (size_t i = 0; i < bundle->n_neurons; i++) gauge->vector[i] = rc_stream_normal(&stream);
        for (size_t t = 0; t < bundle->n_trials; t++) rc_bundle_set_tangent(bundle, t, c, gauge->vector);
    }
    rc_gauge_orthonormalise(gauge, bundle, log_stretch, condition);
done:
    free(log_stretch);
    return status;
}
