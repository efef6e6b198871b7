#include <math.h>
#include <string.h>

#include <lapacke.h>

#include "base/blas.h"
#include "base/memory.h"
#include "exponents/fixed_point.h"
#include "exponents/jacobian.h"

enum { MOST_ITERATIONS = 30 };

/* Newton at work: matrix is [row, column], which LAPACK takes for its transpose. */
typedef struct {
    rc_field field;
    double *state, *residual, *step, *matrix;
    lapack_int *pivots;
} newton;

static double largest(const double *x, size_t n) {
    double most = 0;
    for (size_t i = 0; i < n; i++) most = isfinite(x[i]) ? fmax(most, fabs(x[i])) : INFINITY;
    return most;
}

/* matrix = I - J of the target map r -> tanh(g W r + b), or x -> g W tanh(x) + b. */
static rc_status solve(newton *w) {
    size_t n = w->field.network->n_neurons;
    lapack_int order = (lapack_int)n;
    rc_field_target_jacobian(&w->field, w->state, w->matrix);
    for (size_t i = 0; i < n * n; i++) w->matrix[i] = -w->matrix[i];
    for (size_t i = 0; i < n; i++) w->matrix[i * n + i] += 1;
    memcpy(w->step, w->residual, n * sizeof *w->step);
    rc_blas_stay_single();
    lapack_int info = LAPACKE_dgetrf(LAPACK_COL_MAJOR, order, order, w->matrix, order, w->pivots);
    if (info == 0) info = LAPACKE_dgetrs(LAPACK_COL_MAJOR, 'T', order, 1, w->matrix, order, w->pivots, w->step, order);
    if (info != 0) return rc_fail(RC_NUMERICS, "Newton's matrix is singular (info %d)", (int)info);
    return RC_OK;
}

/* residual = target(state) - state; its largest entry. */
static double evaluate(newton *w) {
    size_t n = w->field.network->n_neurons;
    rc_field_target(&w->field, w->state, w->residual);
    for (size_t i = 0; i < n; i++) w->residual[i] -= w->state[i];
    return largest(w->residual, n);
}

/* Ends when the residual is at rounding and no longer halves. */
static rc_status iterate(newton *w, double *residual) {
    size_t n = w->field.network->n_neurons;
    double scale = 1 + largest(w->state, n), last = INFINITY;
    *residual = evaluate(w);
    for (int i = 0; i < MOST_ITERATIONS; i++) {
        if (*residual<1e-13 * scale && * residual> last / 2) return RC_OK;
        const atomic_bool *stop = w->field.plan->stop;
        if (stop && atomic_load(stop)) return rc_fail(RC_STOPPED, "stopped");
        rc_status status = solve(w);
        if (status != RC_OK) return status;
        for (size_t j = 0; j < n; j++) w->state[j] += w->step[j];
        last = *residual;
        *residual = evaluate(w);
        if (!isfinite(*residual)) break;
        if (*residual == 0) return RC_OK;
    }
    return *residual < 1e-12 * scale ? RC_OK : rc_fail(RC_NUMERICS, "Newton did not converge (%.3g)", *residual);
}

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static rc_status find_exponents(newton *w, rc_fixed_point *point) {
    rc_status status = RC_OK;
    size_t n = w->field.network->n_neurons;
    const rc_spectrum_plan *plan = w->field.plan;
    double *imaginary = NULL, f = plan->form == RC_FORM_MAP ? 1 : plan->dt_ms / plan->tau_ms;
    RC_TRY(RC_ARRAY(imaginary, n, "eigenvalues"));
    rc_field_target_jacobian(&w->field, point->state, w->matrix);
    lapack_int order = (lapack_int)n;
    if (plan->stop && atomic_load(plan->stop)) {
        status = rc_fail(RC_STOPPED, "stopped");
        goto done;
    }
    rc_blas_stay_single();
    lapack_int info = LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'N', order, w->matrix, order, point->exponent, imaginary,
                                    NULL, 1, NULL, 1);
    if (info == LAPACK_WORK_MEMORY_ERROR) RC_TRY(rc_fail(RC_NO_MEMORY, "no memory for LAPACK dgeev"));
    if (info != 0) RC_TRY(rc_fail(RC_NUMERICS, "LAPACK dgeev failed at a fixed point (info %d)", (int)info));
    for (size_t i = 0; i < n; i++)
        point->exponent[i] = log(hypot(1 - f + f * point->exponent[i], f * imaginary[i])) * 1000 / plan->dt_ms;
    qsort(point->exponent, n, sizeof *point->exponent, descending);
    point->stable = point->exponent[0] * plan->dt_ms / 1000 < -1e-9; /* below what rounding makes of 0 */
done:
    free(imaginary);
    return status;
}

static rc_status prepare(const rc_network *network, const rc_spectrum_plan *plan, newton *w) {
    rc_status status = RC_OK;
    size_t n = network->n_neurons;
    if (n > RC_MOST_DENSE) return rc_fail(RC_NUMERICS, "%zu neurons are too many for Newton's method", n);
    RC_TRY(rc_field_open(network, plan, &w->field));
    RC_TRY(RC_ARRAY(w->residual, n, "residual"));
    RC_TRY(RC_ARRAY(w->step, n, "Newton's step"));
    RC_TRY(RC_ARRAY(w->pivots, n, "pivots"));
    RC_TRY(RC_ARRAY(w->matrix, n * n, "Jacobian"));
done:
    return status;
}

static void discard(newton *w) {
    rc_field_close(&w->field);
    free(w->residual);
    free(w->step);
    free(w->pivots);
    free(w->matrix);
}

rc_status rc_fixed_point_locate(const rc_network *network, const rc_spectrum_plan *plan, const double *state,
                                rc_fixed_point **out) {
    rc_status status = RC_OK;
    size_t n = network->n_neurons;
    newton w = {0};
    rc_fixed_point *point = NULL;
    *out = NULL;
    RC_TRY(prepare(network, plan, &w));
    RC_TRY(RC_ARRAY(point, 1, "fixed point"));
    RC_TRY(RC_ARRAY(point->state, n, "fixed point"));
    RC_TRY(RC_ARRAY(point->exponent, n, "fixed point"));
    w.state = point->state;
    memcpy(w.state, state, n * sizeof *state);
    RC_TRY(iterate(&w, &point->residual));
    for (size_t i = 0; i < n; i++) point->moved += pow(w.state[i] - state[i], 2) / (double)n;
    point->moved = sqrt(point->moved);
    *out = point;
    point = NULL;
done:
    rc_fixed_point_destroy(&point);
    discard(&w);
    return status;
}

rc_status rc_fixed_point_find_exponents(const rc_network *network, const rc_spectrum_plan *plan,
                                        rc_fixed_point *point) {
    rc_status status = RC_OK;
    newton w = {0};
    RC_TRY(prepare(network, plan, &w));
    RC_TRY(find_exponents(&w, point));
done:
    discard(&w);
    return status;
}

rc_status rc_fixed_point_refine(const rc_network *network, const rc_spectrum_plan *plan, const double *state,
                                rc_fixed_point **out) {
    rc_status status = RC_OK;
    RC_TRY(rc_fixed_point_locate(network, plan, state, out));
    RC_TRY(rc_fixed_point_find_exponents(network, plan, *out));
done:
    if (status != RC_OK) rc_fixed_point_destroy(out);
    return status;
}

void rc_fixed_point_destroy(rc_fixed_point **point) {
    if (!*point) return;
    free((*point)->state);
    free((*point)->exponent);
    free(*point);
    *point = NULL;
}
