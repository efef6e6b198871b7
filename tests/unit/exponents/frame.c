/* The frame's QR and the error bars on systems with known exponents. */
#include "../unit.h"

#include <math.h>

#include "exponents/frame.h"

enum { BLOCKS = 4000, MOST = 3 };
static double stretch[BLOCKS * MOST];

/* The columns of a matrix [column, row], through the frame's panels. */
static void orthonormalise(rc_frame *frame, double *matrix, double *log_stretch, double *condition) {
    enum { ROOM = 256 };
    static _Alignas(64) double panels[ROOM * ROOM];
    size_t n = frame->n_rows, k = frame->n_columns;
    memset(panels, 0, sizeof panels);
    for (size_t c = 0; c < k; c++)
        for (size_t i = 0; i < n; i++) panels[(c / 8 * n + i) * 8 + c % 8] = matrix[c * n + i];
    rc_frame_orthonormalise(frame, panels, log_stretch, condition);
    for (size_t c = 0; c < k; c++)
        for (size_t i = 0; i < n; i++) matrix[c * n + i] = panels[(c / 8 * n + i) * 8 + c % 8];
    for (size_t c = k; c < (k + 7) / 8 * 8; c++)
        for (size_t i = 0; i < n; i++) assert_true(panels[(c / 8 * n + i) * 8 + c % 8] == 0);
}

static const rc_kernels *kernels_named(const char *name) {
    const rc_kernels *kernels;
    return rc_kernels_find(name, &kernels) == RC_OK ? kernels : NULL;
}

/* A system: advances state and frame [column, row] by one block, of some time. */
typedef void (*advance_fn)(double *state, double *matrix);

static void measure(advance_fn advance, size_t n, double *start, double seconds, rc_estimate *exponent) {
    rc_frame *frame;
    double matrix[MOST * MOST], settling[MOST], condition;
    assert_ok(rc_frame_create(n, n, kernels_named(NULL), 1e-13, &frame));
    for (size_t i = 0; i < n * n; i++) matrix[i] = sin((double)(i + 1));
    for (int i = 0; i < 200; i++) {
        advance(start, matrix);
        orthonormalise(frame, matrix, settling, &condition);
    }
    for (size_t b = 0; b < BLOCKS; b++) {
        advance(start, matrix);
        orthonormalise(frame, matrix, stretch + b * n, &condition);
        assert_true(condition >= 1 && condition < 1e12);
    }
    for (size_t i = 0; i < n; i++) {
        exponent[i] = rc_series_mean(stretch + i, BLOCKS, n);
        exponent[i].value /= seconds;
        exponent[i].error /= seconds;
    }
    rc_frame_destroy(&frame);
}

static double sum(const rc_estimate *e, size_t n) { return n ? e[n - 1].value + sum(e, n - 1) : 0; }

static void advance_diagonal(double *state, double *matrix) {
    (void)state;
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < 3; i++) matrix[c * 3 + i] *= (double[]){3, -0.5, 0.125}[i];
}

static void advance_cat(double *state, double *matrix) {
    (void)state;
    for (size_t c = 0; c < 2; c++) {
        double x = matrix[2 * c], y = matrix[2 * c + 1];
        matrix[2 * c] = 2 * x + y;
        matrix[2 * c + 1] = x + y;
    }
}

static void advance_henon(double *s, double *matrix) {
    for (int step = 0; step < 5; step++) {
        for (size_t c = 0; c < 2; c++) {
            double p = matrix[2 * c];
            matrix[2 * c] = -2.8 * s[0] * p + matrix[2 * c + 1];
            matrix[2 * c + 1] = 0.3 * p;
        }
        double x = 1 - 1.4 * s[0] * s[0] + s[1];
        s[1] = 0.3 * s[0];
        s[0] = x;
    }
}

/* State and three tangents in one vector of 12. */
static void lorenz(const double *y, double *rate) {
    rate[0] = 10 * (y[1] - y[0]);
    rate[1] = y[0] * (28 - y[2]) - y[1];
    rate[2] = y[0] * y[1] - 8.0 / 3 * y[2];
    for (const double *q = y + 3; q < y + 12; q += 3) {
        double *d = rate + (q - y);
        d[0] = 10 * (q[1] - q[0]);
        d[1] = q[0] * (28 - y[2]) - y[0] * q[2] - q[1];
        d[2] = q[0] * y[1] + y[0] * q[1] - 8.0 / 3 * q[2];
    }
}

static void advance_lorenz(double *s, double *matrix) {
    const double dt = 0.005;
    double y[12], k[4][12], at[12];
    memcpy(y, s, 3 * sizeof *y);
    memcpy(y + 3, matrix, 9 * sizeof *y);
    for (int step = 0; step < 40; step++) {
        for (int stage = 0; stage < 4; stage++) {
            double reach = stage == 0 ? 0 : stage == 3 ? dt : dt / 2;
            for (size_t i = 0; i < 12; i++) at[i] = y[i] + (stage ? reach * k[stage - 1][i] : 0);
            lorenz(at, k[stage]);
        }
        for (size_t i = 0; i < 12; i++) y[i] += dt / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
    }
    memcpy(s, y, 3 * sizeof *y);
    memcpy(matrix, y + 3, 9 * sizeof *y);
}

static void linear_maps(void **state) {
    (void)state;
    rc_estimate e[3];
    double nothing = 0;
    measure(advance_diagonal, 3, &nothing, 1, e);
    assert_close(e[0].value, log(3), 1e-12);
    assert_close(e[1].value, log(0.5), 1e-12);
    assert_close(e[2].value, log(0.125), 1e-12);
    assert_true(e[0].error < 1e-12 && e[2].error < 1e-12);
    measure(advance_cat, 2, &nothing, 1, e);
    assert_close(e[0].value, log((3 + sqrt(5)) / 2), 1e-12);
    assert_close(e[1].value, -log((3 + sqrt(5)) / 2), 1e-12);
}

static void henon(void **state) {
    (void)state;
    rc_estimate e[2];
    double start[2] = {0.1, 0.1};
    measure(advance_henon, 2, start, 5, e);
    print_message("Henon %.5f +- %.5f, %.5f\n", e[0].value, e[0].error, e[1].value);
    assert_close(sum(e, 2), log(0.3), 1e-12);
    assert_true(e[0].error > 5e-4 && e[0].error < 5e-3);
    assert_close(e[0].value, 0.419217, 4 * e[0].error);
    assert_close(1 + e[0].value / -e[1].value, 1.258267, 4 * e[0].error);
}

static void lorenz_system(void **state) {
    (void)state;
    rc_estimate e[3];
    double start[3] = {1, 2, 20};
    measure(advance_lorenz, 3, start, 0.2, e);
    print_message("Lorenz %.4f +- %.4f, %.4f +- %.4f, %.4f\n", e[0].value, e[0].error, e[1].value, e[1].error,
                  e[2].value);
    assert_close(sum(e, 3), -41.0 / 3, 1e-5); /* RK4's own error */
    assert_close(e[0].value, 0.90563, 4 * e[0].error);
    assert_close(e[1].value, 0, 4 * e[1].error + 1e-3);
    assert_close(e[2].value, -14.57219, 4 * e[2].error + 1e-3);
    assert_true(e[0].error < 0.02);
}

/* A frame that has lost directions: -infinity there, and orthonormal all the same. */
static void singular_frames(void **state) {
    (void)state;
    rc_frame *frame;
    double matrix[15], log_stretch[3], condition;
    assert_ok(rc_frame_create(5, 3, kernels_named(NULL), 1e-13, &frame));
    for (size_t i = 0; i < 5; i++) {
        matrix[i] = (double)i + 1;
        matrix[5 + i] = 2 * (double)i + 2;
        matrix[10 + i] = (double)(i * i);
    }
    orthonormalise(frame, matrix, log_stretch, &condition);
    assert_close(log_stretch[0], log(sqrt(55)), 1e-14);
    assert_true(log_stretch[1] == -INFINITY && isfinite(log_stretch[2]) && isinf(condition));
    for (size_t a = 0; a < 3; a++)
        for (size_t b = 0; b <= a; b++) {
            double product = 0;
            for (size_t i = 0; i < 5; i++) product += matrix[5 * a + i] * matrix[5 * b + i];
            assert_close(product, a == b, 1e-14);
        }
    memset(matrix, 0, sizeof matrix); /* all are lost */
    orthonormalise(frame, matrix, log_stretch, &condition);
    assert_true(isinf(condition) && log_stretch[0] == -INFINITY);
    rc_frame_destroy(&frame);
    assert_fails(rc_frame_create(3, 4, kernels_named(NULL), 1e-13, &frame), RC_INVALID, "expected 1 to 3");
}

static double dot_of(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* Q'Q = 1; Q'A is upper triangular with exp(ln R_ii) on its diagonal, and spans what A spans. */
static void check_factors(size_t n, size_t k, const double *A, const double *Q, const double *log_stretch) {
    for (size_t c = 0; c < k; c++) {
        double length = sqrt(dot_of(A + c * n, A + c * n, n)), left = length * length;
        for (size_t r = 0; r < k; r++) {
            double product = dot_of(Q + r * n, A + c * n, n);
            assert_close(dot_of(Q + r * n, Q + c * n, n), r == c, 1e-14);
            if (r > c) assert_close(product / length, 0, 1e-14);
            if (r == c) assert_close(product / exp(log_stretch[c]), 1, 1e-13 * length / exp(log_stretch[c]));
            left -= product * product;
        }
        assert_close(left / (length * length), 0, 1e-13);
    }
}

/* The longest column over the least R_ii. */
static void check_condition(size_t n, size_t k, const double *A, const double *log_stretch, double condition) {
    double longest = 0, least = INFINITY;
    for (size_t c = 0; c < k; c++) {
        longest = fmax(longest, sqrt(dot_of(A + c * n, A + c * n, n)));
        least = fmin(least, exp(log_stretch[c]));
    }
    assert_close(condition / (longest / least), 1, 1e-12);
}

/* Of all shapes: part of a panel, several, square. Columns become shorter and more alike, as in a run. */
static void factors_of_every_shape(void **state) {
    (void)state;
    enum { N = 40 };
    static double A[N * N], Q[N * N], first[N * N];
    double log_stretch[N], first_stretch[N], condition, first_condition = 0;
    for (size_t n = 1; n <= N; n += n < 18 ? 1 : 11)
        for (size_t k = 1; k <= n; k++)
            for (int name = 0; name < N_KERNELS; name++) {
                const rc_kernels *kernels = kernels_named(kernel_names[name]);
                if (!kernels) continue;
                rc_frame *frame;
                assert_ok(rc_frame_create(n, k, kernels, 1e-13, &frame));
                for (size_t c = 0; c < k; c++)
                    for (size_t i = 0; i < n; i++)
                        A[c * n + i] = cos((double)i) + pow(0.8, (double)c) * sin((double)(1 + i * i + 7 * c * i + c));
                memcpy(Q, A, sizeof Q);
                orthonormalise(frame, Q, log_stretch, &condition);
                if (name == 0) {
                    check_factors(n, k, A, Q, log_stretch);
                    check_condition(n, k, A, log_stretch, condition);
                    memcpy(first, Q, sizeof Q);
                    memcpy(first_stretch, log_stretch, sizeof log_stretch);
                    first_condition = condition;
                }
                assert_memory_equal(first, Q, n * k * sizeof *Q);
                assert_memory_equal(first_stretch, log_stretch, k * sizeof *log_stretch);
                assert_true(condition == first_condition && condition > 1 - 1e-12);
                rc_frame_destroy(&frame);
            }
}

/* A known condition, and columns whose squares overflow or vanish. */
static void stretches_of_any_size(void **state) {
    (void)state;
    enum { N = 12 };
    static const double sizes[] = {1, 1e-200, 1e200, 1e-310, 3, 1e155, 1e-160, 1e5, 1e-5, 1};
    enum { K = sizeof sizes / sizeof *sizes };
    double A[N * K], log_stretch[K], condition;
    rc_frame *frame;
    assert_ok(rc_frame_create(N, K, kernels_named(NULL), 1e-13, &frame));
    for (size_t c = 0; c < K; c++)
        for (size_t i = 0; i < N; i++) A[c * N + i] = i == c ? -pow(10, (double)(c % 4)) : 0;
    orthonormalise(frame, A, log_stretch, &condition);
    assert_close(condition, 1e3, 1e-9);
    for (size_t c = 0; c < K; c++) assert_close(log_stretch[c], (double)(c % 4) * log(10), 1e-14);
    for (size_t c = 0; c < K; c++)
        for (size_t i = 0; i < N; i++) A[c * N + i] = sizes[c] * ((i == c) - 2.0 / N);
    orthonormalise(frame, A, log_stretch, &condition); /* R of a reflection: 1, but for rounding */
    for (size_t c = 0; c < K; c++) assert_close(log_stretch[c] - log(sizes[c]), 0, sizes[c] < 1e-300 ? 1e-12 : 1e-13);
    assert_true(condition > 1e300);
    for (size_t a = 0; a < K; a++)
        for (size_t b = 0; b <= a; b++) assert_close(dot_of(A + N * a, A + N * b, N), a == b, 1e-14);
    rc_frame_destroy(&frame);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_maps),
        cmocka_unit_test(henon),
        cmocka_unit_test(lorenz_system),
        cmocka_unit_test(singular_frames),
        cmocka_unit_test(factors_of_every_shape),
        cmocka_unit_test(stretches_of_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
