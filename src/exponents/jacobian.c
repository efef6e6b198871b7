#include "exponents/jacobian.h"

#include <math.h>
#include <string.h>

#include <lapacke.h>

#include "base/blas.h"
#include "base/memory.h"

rc_status rc_field_open(const rc_network *network, const rc_spectrum_plan *plan, rc_field *field) {
    rc_status status = RC_OK;
    *field = (rc_field){.network = network, .plan = plan, .kernels = plan->kernels};
    if (!field->kernels) RC_TRY(rc_kernels_find(NULL, &field->kernels));
    RC_TRY(RC_ARRAY(field->sum, network->n_neurons, "sums"));
    RC_TRY(RC_ARRAY(field->slope, network->n_neurons, "slopes"));
done:
    if (status != RC_OK) rc_field_close(field);
    return status;
}

void rc_field_close(rc_field *field) {
    free(field->sum);
    free(field->slope);
    *field = (rc_field){0};
}

/* out = g W x + b */
static void multiply(const rc_field *f, const double *x, double *out) {
    const rc_network *W = f->network;
    for (size_t i = 0; i < W->n_neurons; i++) {
        double sum = f->plan->input ? f->plan->input[i] : 0;
        for (size_t k = W->row_start[i]; k < W->row_start[i + 1]; k++)
            sum += f->plan->gain * W->weight[k] * x[W->column[k]];
        out[i] = sum;
    }
}

void rc_field_target(rc_field *f, const double *state, double *target) {
    size_t n = f->network->n_neurons;
    if (f->plan->form == RC_FORM_CURRENT) {
        rc_tanh(f->kernels, n, state, f->sum);
        multiply(f, f->sum, target);
    } else {
        multiply(f, state, target);
        rc_tanh(f->kernels, n, target, target);
    }
}

void rc_field_target_jacobian(rc_field *f, const double *state, double *matrix) {
    const rc_network *W = f->network;
    size_t n = W->n_neurons;
    int current = f->plan->form == RC_FORM_CURRENT;
    if (!current) multiply(f, state, f->sum);
    rc_sech2(f->kernels, n, current ? state : f->sum, f->slope);
    memset(matrix, 0, n * n * sizeof *matrix);
    for (size_t i = 0; i < n; i++)
        for (size_t k = W->row_start[i]; k < W->row_start[i + 1]; k++) {
            size_t j = W->column[k];
            matrix[i * n + j] = f->slope[current ? j : i] * f->plan->gain * W->weight[k];
        }
}

double rc_field_log_determinant(rc_field *f, double fraction, const double *state, double *matrix, int *pivots) {
    size_t n = f->network->n_neurons;
    rc_field_target_jacobian(f, state, matrix);
    if (f->plan->form != RC_FORM_MAP) {
        for (size_t i = 0; i < n * n; i++) matrix[i] *= fraction;
        for (size_t i = 0; i < n; i++) matrix[i * n + i] += 1 - fraction;
    }
    rc_blas_stay_single();
    int info = LAPACKE_dgetrf(LAPACK_COL_MAJOR, (int)n, (int)n, matrix, (int)n, pivots);
    if (info != 0) return -INFINITY;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += log(fabs(matrix[i * n + i]));
    return sum;
}
