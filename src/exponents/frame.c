#include "exponents/frame.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/blas.h"
#include "base/memory.h"

static const double dead_share = 1e-13; /* R_ii / |a_i| below which R_ii is rounding */

static rc_status check_lapack(lapack_int info, const char *routine) {
    return info == 0 ? RC_OK : rc_fail(RC_NUMERICS, "LAPACK %s failed (info %d)", routine, (int)info);
}

rc_status rc_frame_create(size_t n_rows, size_t n_columns, rc_frame **out) {
    rc_status status = RC_OK;
    rc_frame *f = NULL;
    double size[2];
    *out = NULL;
    if (n_columns < 1 || n_columns > n_rows || n_rows > INT32_MAX)
        return rc_fail(RC_INVALID, "a frame of %zu vectors with %zu components: expected 1 to %zu vectors", n_columns,
                       n_rows, n_rows);
    rc_blas_stay_single();
    RC_TRY(RC_ARRAY(f, 1, "frame"));
    *f = (rc_frame){.n_rows = n_rows, .n_columns = n_columns};
    RC_TRY(RC_ARRAY_ALIGNED(f->matrix, n_rows * n_columns, "frame"));
    RC_TRY(RC_ARRAY(f->tau, n_columns, "reflections"));
    RC_TRY(RC_ARRAY(f->sign, n_columns, "signs"));
    int n = (int)n_rows, k = (int)n_columns;
    LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, n, k, f->matrix, n, f->tau, &size[0], -1);
    LAPACKE_dorgqr_work(LAPACK_COL_MAJOR, n, k, k, f->matrix, n, f->tau, &size[1], -1);
    f->work_size = (int)fmax(fmax(size[0], size[1]), 4 * k); /* dtrcon takes 3 k and k integers */
    RC_TRY(RC_ARRAY(f->work, f->work_size, "work of QR"));
    *out = f;
    f = NULL;
done:
    rc_frame_destroy(&f);
    return status;
}

void rc_frame_destroy(rc_frame **frame) {
    if (!*frame) return;
    free((*frame)->matrix);
    free((*frame)->tau);
    free((*frame)->sign);
    free((*frame)->work);
    free(*frame);
    *frame = NULL;
}

/* ln |R_ii|, or -infinity. */
static double column_stretch(const rc_frame *f, size_t c, int *dead) {
    const double *column = f->matrix + c * f->n_rows;
    double length = 0, diagonal = fabs(column[c]);
    for (size_t i = 0; i <= c; i++) length = fmax(length, fabs(column[i]));
    if (diagonal > dead_share * length) return log(diagonal);
    *dead = 1;
    return -INFINITY;
}

rc_status rc_frame_orthonormalise(rc_frame *f, double *log_stretch, double *condition) {
    rc_status status = RC_OK;
    int n = (int)f->n_rows, k = (int)f->n_columns, dead = 0;
    double inverse = 1;
    RC_TRY(check_lapack(LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, n, k, f->matrix, n, f->tau, f->work, f->work_size),
                        "dgeqrf"));
    for (size_t c = 0; c < f->n_columns; c++) {
        log_stretch[c] = column_stretch(f, c, &dead);
        f->sign[c] = f->matrix[c * f->n_rows + c];
    }
    if (!dead)
        RC_TRY(check_lapack(LAPACKE_dtrcon_work(LAPACK_COL_MAJOR, '1', 'U', 'N', k, f->matrix, n, &inverse, f->work,
                                                (int *)(f->work + 3 * (size_t)k)),
                            "dtrcon"));
    *condition = dead || inverse == 0 ? INFINITY : 1 / inverse;
    RC_TRY(check_lapack(LAPACKE_dorgqr_work(LAPACK_COL_MAJOR, n, k, k, f->matrix, n, f->tau, f->work, f->work_size),
                        "dorgqr"));
    for (size_t c = 0; c < f->n_columns; c++)
        for (size_t i = 0; i < f->n_rows && f->sign[c] < 0; i++) f->matrix[c * f->n_rows + i] *= -1;
done:
    return status;
}

/* --- Frames of a bundle ------------------------------------------------------- */

enum { UNIT = RC_LANE_UNIT };

rc_status rc_gauge_create(const rc_bundle *bundle, rc_gauge **out) {
    rc_status status = RC_OK;
    rc_gauge *gauge = NULL;
    *out = NULL;
    RC_TRY(RC_ARRAY(gauge, 1, "gauge"));
    if (bundle->wide) RC_TRY(rc_frame_create(bundle->n_neurons, bundle->n_tangents, &gauge->frame));
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

/* One lane of two columns. */
static double lane_dot(const rc_columns *f, size_t a, size_t b, size_t lane) {
    double sum = 0;
    for (size_t i = 0; i < f->n_neurons; i++)
        sum += f->start[a][i * f->stride[a] + lane] * f->start[b][i * f->stride[b] + lane];
    return sum;
}

/* Makes lane `lane` of column c unit vector `axis`, less its projections on the
 * columns before c; returns the length that was left. */
static double try_axis(const rc_columns *f, size_t c, size_t lane, size_t axis) {
    double *column = f->start[c] + lane;
    for (size_t i = 0; i < f->n_neurons; i++) column[i * f->stride[c]] = i == axis;
    for (int round = 0; round < 2; round++)
        for (size_t j = 0; j < c; j++) {
            double share = lane_dot(f, j, c, lane);
            for (size_t i = 0; i < f->n_neurons; i++)
                column[i * f->stride[c]] -= share * f->start[j][i * f->stride[j] + lane];
        }
    double length = sqrt(lane_dot(f, c, c, lane));
    for (size_t i = 0; i < f->n_neurons; i++) column[i * f->stride[c]] /= length;
    return length;
}

/* Some axis keeps at least the share of the average. */
static void replace_dead(const rc_columns *f, size_t c, size_t lane) {
    double average = sqrt((double)(f->n_neurons - c) / (double)f->n_neurons);
    for (size_t axis = 0; axis < f->n_neurons; axis++)
        if (try_axis(f, c, lane, (axis + c) % f->n_neurons) > 0.9 * average) return;
}

static void orthonormalise_lanes(rc_gauge *gauge, rc_bundle *bundle, double *log_stretch, double *condition) {
    rc_columns frame = rc_bundle_frame(bundle);
    double before[UNIT], after[UNIT], longest[UNIT] = {0}, shortest[UNIT];
    for (size_t t = 0; t < UNIT; t++) shortest[t] = INFINITY;
    for (size_t c = 0; c < frame.n_columns; c++) {
        bundle->kernels->orthonormalise(&frame, c, before, after, gauge->work);
        for (size_t t = 0; t < bundle->n_trials; t++) {
            int dead = !(after[t] > dead_share * before[t]);
            log_stretch[t * frame.n_columns + c] = dead ? -INFINITY : log(after[t]);
            if (dead) replace_dead(&frame, c, t);
            longest[t] = fmax(longest[t], before[t]);
            shortest[t] = dead ? 0 : fmin(shortest[t], after[t]);
        }
    }
    for (size_t t = 0; t < bundle->n_trials; t++) condition[t] = longest[t] / shortest[t];
}

/* Between the bundle's columns of 8 tangents and LAPACK's matrix. */
static void copy_frame(rc_gauge *gauge, rc_bundle *bundle, int back) {
    size_t n = bundle->n_neurons, k = bundle->n_tangents;
    for (size_t first = 0; first < k; first += UNIT) {
        size_t stride, part = k - first < UNIT ? k - first : UNIT;
        double *lanes = rc_bundle_column(bundle, RC_N_POINTS + first / UNIT, &stride);
        double *matrix = gauge->frame->matrix + first * n;
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < part; c++)
                if (back)
                    lanes[i * stride + c] = matrix[c * n + i];
                else
                    matrix[c * n + i] = lanes[i * stride + c];
    }
}

rc_status rc_gauge_orthonormalise(rc_gauge *gauge, rc_bundle *bundle, double *log_stretch, double *condition) {
    rc_status status = RC_OK;
    if (bundle->n_tangents == 0) return RC_OK;
    if (bundle->wide) {
        copy_frame(gauge, bundle, 0);
        RC_TRY(rc_frame_orthonormalise(gauge->frame, log_stretch, condition));
        copy_frame(gauge, bundle, 1);
    } else {
        orthonormalise_lanes(gauge, bundle, log_stretch, condition);
    }
    rc_bundle_refresh(bundle);
done:
    return status;
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
    RC_TRY(rc_gauge_orthonormalise(gauge, bundle, log_stretch, condition));
done:
    free(log_stretch);
    return status;
}
