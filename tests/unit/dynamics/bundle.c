/* Bundles: every kernel against a plain loop, exactly; tangents against
 * differences of states; the slope's accuracy. */
#include "../unit.h"

#include <math.h>

#include "dynamics/bundle.h"

enum { MOST_NEURONS = 320 };

static rc_stream stream;

static int open_stream(void **state) {
    (void)state;
    uint32_t seed = 7;
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    return 0;
}

static rc_network *random_network(size_t n, double probability) {
    double *weights = calloc(n * n, sizeof *weights);
    for (size_t i = 0; i < n * n; i++)
        if (rc_stream_uniform(&stream) < probability) weights[i] = rc_stream_normal(&stream) / sqrt((double)n);
    rc_network *network;
    assert_ok(rc_network_from_dense(weights, n, &network));
    free(weights);
    return network;
}

/* --- The slope -------------------------------------------------------------- */

static void slope_keeps_its_digits(void **state) {
    (void)state;
    enum { N = 1 << 16 };
    static double x[N], y[N], other[N];
    double worst = 0;
    const rc_kernels *scalar;
    skip_without_long_double();
    assert_ok(rc_kernels_find("scalar", &scalar));
    for (int octave = -30; octave < 9; octave++) {
        for (size_t i = 0; i < N; i++) x[i] = ldexp(1 + ((double)i + 0.37) / N, octave);
        rc_sech2(scalar, N, x, y);
        for (size_t i = 0; i < N && x[i] < 353; i++) {
            long double c = coshl(x[i]), exact = 1 / (c * c);
            double ulp = nextafter((double)exact, INFINITY) - (double)exact;
            worst = fmax(worst, (double)(fabsl(y[i] - exact) / ulp));
        }
        for (size_t name = 1; name < N_KERNELS; name++) {
            const rc_kernels *kernels;
            if (rc_kernels_find(kernel_names[name], &kernels) != RC_OK) continue;
            rc_sech2(kernels, N, x, other);
            assert_memory_equal(y, other, sizeof y);
        }
    }
    print_message("largest error of 1/cosh^2: %.2f ulp\n", worst);
    assert_true(worst < 6);
}

static void slope_of_special_values(void **state) {
    (void)state;
    double x[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1e308, 372, 374, 0x1p-1074, -19.5}, y[10];
    for (size_t name = 0; name < N_KERNELS; name++) {
        const rc_kernels *kernels;
        if (rc_kernels_find(kernel_names[name], &kernels) != RC_OK) continue;
        rc_sech2(kernels, 10, x, y);
        assert_true(y[0] == 1 && y[1] == 1 && y[2] == 0 && y[3] == 0 && isnan(y[4]) && y[5] == 0);
        assert_true(y[6] > 0 && y[6] < 0x1p-1060 && y[7] == 0 && y[8] == 1);
        assert_close(y[9] / (4 * exp(-39.0)), 1, 1e-15);
    }
}

/* --- The step --------------------------------------------------------------- */

typedef struct {
    const rc_network *W;
    rc_form form;
    double gain, fraction;
    const double *input;
    const rc_kernels *kernels;
    rc_precision precision;
} problem;

static void sums(const problem *p, const double *x, const double *start, double *out) {
    for (size_t i = 0; i < p->W->n_neurons; i++) {
        out[i] = start ? start[i] : 0;
        for (size_t k = p->W->row_start[i]; k < p->W->row_start[i + 1]; k++)
            out[i] = fma(p->gain * p->W->weight[k], x[p->W->column[k]], out[i]);
    }
}

/* 1 - tanh^2, except where D is all that counts, or weights are huge. */
static void slopes(const problem *p, const double *x, double *D) {
    rc_sech2(p->kernels, p->W->n_neurons, x, D);
    if (p->form == RC_FORM_MAP || p->fraction > 0.5 || p->gain > 1e3) return;
    rc_tanh(p->kernels, p->W->n_neurons, x, D);
    for (size_t i = 0; i < p->W->n_neurons; i++) D[i] = fma(-D[i], D[i], 1);
}

/* A tangent, in single precision from the weights to the result; D: where tangents are sources (RC_FORM_CURRENT), or
 * at the sums. */
static void single_step(const problem *p, const double *D, double *q) {
    size_t n = p->W->n_neurons;
    float from[MOST_NEURONS], f = (float)p->fraction;
    bool current = p->form == RC_FORM_CURRENT;
    for (size_t i = 0; i < n; i++) from[i] = current ? (float)D[i] * (float)q[i] : (float)q[i];
    for (size_t i = 0; i < n; i++) {
        float t = 0, old = (float)q[i], slope = (float)D[i];
        for (size_t k = p->W->row_start[i]; k < p->W->row_start[i + 1]; k++)
            t = fmaf((float)(p->gain * p->W->weight[k]), from[p->W->column[k]], t);
        q[i] = p->form == RC_FORM_MAP ? slope * t : fmaf(f, (current ? t : slope * t) - old, old);
    }
}

/* One step of a state x and a tangent q, written out. */
static void reference_step(const problem *p, double *x, double *q) {
    enum { N = MOST_NEURONS };
    size_t n = p->W->n_neurons;
    double s[N], t[N], from[N], from_q[N], D[N], target[N], single[N];
    memcpy(single, q, n * sizeof *q);
    rc_tanh(p->kernels, n, x, from);
    slopes(p, x, D);
    int current = p->form == RC_FORM_CURRENT;
    for (size_t i = 0; i < n; i++) from_q[i] = D[i] * q[i];
    sums(p, current ? from : x, p->input, s);
    sums(p, current ? from_q : q, NULL, t);
    rc_tanh(p->kernels, n, s, target);
    if (!current) slopes(p, s, D);
    if (p->precision == RC_PRECISION_SINGLE) single_step(p, D, single);
    for (size_t i = 0; i < n; i++) {
        if (p->form == RC_FORM_MAP) {
            x[i] = target[i];
            q[i] = D[i] * t[i];
        } else if (p->form == RC_FORM_RATE) {
            x[i] = fma(p->fraction, target[i] - x[i], x[i]);
            q[i] = fma(p->fraction, D[i] * t[i] - q[i], q[i]);
        } else {
            x[i] = fma(p->fraction, s[i] - x[i], x[i]);
            q[i] = fma(p->fraction, t[i] - q[i], q[i]);
        }
    }
    if (p->precision == RC_PRECISION_SINGLE) memcpy(q, single, n * sizeof *q);
}

static void start_values(size_t n, size_t trial, size_t which, double *out) {
    for (size_t i = 0; i < n; i++) out[i] = sin((double)(1 + trial * 1000 + which * 77 + i * i));
}

static void check_bundle_of(const problem *p, size_t n_trials, size_t k, int wide) {
    rc_bundle *b;
    size_t n = p->W->n_neurons;
    double x[MOST_NEURONS], q[MOST_NEURONS], got[MOST_NEURONS];
    assert_ok(rc_bundle_create(p->W, p->form, p->gain, p->input, p->fraction, n_trials, k, wide, p->kernels,
                               p->precision, &b));
    b->step.twins = (n_trials + k) % 3 > 0;
    for (size_t t = 0; t < n_trials; t++) {
        start_values(n, t, 0, x);
        rc_bundle_set_point(b, RC_POINT_STATE, t, x);
        start_values(n, t, 1000, x);
        rc_bundle_set_point(b, RC_POINT_TWIN, t, x);
        for (size_t c = 0; c < k; c++) {
            start_values(n, t, c + 1, q);
            rc_bundle_set_tangent(b, t, c, q);
        }
    }
    rc_bundle_refresh(b);
    int n_steps = 3 + (int)(k % 2); /* they go up and down in memory */
    for (int s = 0; s < n_steps; s++) rc_bundle_advance(b);
    for (size_t t = 0; t < n_trials; t++)
        for (size_t c = 0; c < k + b->step.twins; c++) {
            start_values(n, t, 0, x);
            start_values(n, t, c + 1, q);
            if (c == k) start_values(n, t, 1000, x); /* the twin */
            for (int s = 0; s < n_steps; s++) reference_step(p, x, q);
            if (c == k)
                rc_bundle_get_point(b, RC_POINT_TWIN, t, got);
            else
                rc_bundle_get_tangent(b, t, c, got);
            for (size_t i = 0; i < n; i++) assert_true(got[i] == (c == k ? x[i] : q[i]));
            rc_bundle_get_point(b, RC_POINT_STATE, t, got);
            for (size_t i = 0; i < n && c < k; i++) assert_true(got[i] == x[i]);
        }
    rc_bundle_destroy(&b);
}

/* In both precisions. */
static void check_bundle(const problem *p, size_t n_trials, size_t k, int wide) {
    problem other = *p;
    for (other.precision = RC_PRECISION_DOUBLE; other.precision <= RC_PRECISION_SINGLE; other.precision++)
        check_bundle_of(&other, n_trials, k, wide);
}

static void every_kernel_takes_the_written_step(void **state) {
    (void)state;
    rc_network *W = random_network(29, 0.3);
    double input[29];
    for (size_t i = 0; i < 29; i++) input[i] = 0.3 * cos((double)i);
    for (size_t name = 0; name < N_KERNELS; name++)
        for (rc_form form = RC_FORM_RATE; form <= RC_FORM_MAP; form++) {
            problem p = {W, form, 2.5, 0.05, form == RC_FORM_RATE ? NULL : input, NULL, RC_PRECISION_DOUBLE};
            if (rc_kernels_find(kernel_names[name], &p.kernels) != RC_OK) continue;
            for (size_t k = 0; k <= 17; k++) {
                check_bundle(&p, 1, k, 1);
                check_bundle(&p, 1 + k % 8, k, 0);
            }
            check_bundle(&p, 8, 4, 0);
            check_bundle(&p, 1, 29, 1);
            for (int huge = 0; huge < 2; huge++) { /* slopes are 1/cosh^2 */
                problem exact = {W, form, huge ? 1e5 : 2.5, huge ? 0.05 : 0.7, input, p.kernels, RC_PRECISION_DOUBLE};
                check_bundle(&exact, 7, 4, 0);
                check_bundle(&exact, 1, 9, 1);
            }
        }
    rc_network_destroy(&W);
}

/* Rows of every length, none of them beside its like: what a group of rows has in common, and what is left. */
static void uneven_rows(void **state) {
    (void)state;
    enum { N = 31 };
    double *weights = calloc(N * N, sizeof *weights);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < i * 7 % N; k++) weights[i * N + (k * 5 + i) % N] = rc_stream_normal(&stream) / 4;
    rc_network *W;
    assert_ok(rc_network_from_dense(weights, N, &W));
    for (size_t name = 0; name < N_KERNELS; name++) {
        problem p = {W, RC_FORM_RATE, 2.5, 0.05, NULL, NULL, RC_PRECISION_DOUBLE};
        if (rc_kernels_find(kernel_names[name], &p.kernels) != RC_OK) continue;
        for (size_t k = 0; k <= 31; k += k < 8 ? 1 : 23) {
            check_bundle(&p, 1, k, 1);
            check_bundle(&p, 3, k, 0);
        }
    }
    rc_network_destroy(&W);
    free(weights);
}

/* One block of columns or some, rows that fill their groups or not, zeros among the weights. */
static void dense_weights(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 2, 20, 204, 305};
    static double input[MOST_NEURONS];
    for (size_t i = 0; i < MOST_NEURONS; i++) input[i] = i % 3 ? 0.2 * cos((double)i) : -0.0;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        rc_network *W = random_network(sizes[s], sizes[s] < 3 ? 1 : 0.85);
        for (size_t name = 0; name < N_KERNELS; name++)
            for (rc_form form = RC_FORM_RATE; form <= RC_FORM_MAP; form++) {
                problem p = {W, form, 2.5, 0.05, s % 2 ? input : NULL, NULL, RC_PRECISION_DOUBLE};
                if (rc_kernels_find(kernel_names[name], &p.kernels) != RC_OK) continue;
                size_t k = sizes[s] < 17 ? sizes[s] : 17;
                check_bundle(&p, 1, k, 1);
                check_bundle(&p, s % 2 ? 3 : 5, k < 3 ? k : 3, 0);
            }
        rc_network_destroy(&W);
    }
}

/* Values move with every step; saved after any, they can be put back after any other. */
static void values_can_be_put_back(void **state) {
    (void)state;
    enum { N = 29, K = 17 };
    rc_network *W = random_network(N, 0.3);
    double q[N], later[N], again[N];
    for (rc_form form = RC_FORM_RATE; form <= RC_FORM_MAP; form++)
        for (int n_before = 0; n_before < 2; n_before++)
            for (int n_after = 1; n_after < 3; n_after++)
                for (int choice = 0; choice < 4; choice++) {
                    int wide = choice % 2;
                    rc_precision precision = choice < 2 ? RC_PRECISION_DOUBLE : RC_PRECISION_SINGLE;
                    rc_bundle *b;
                    const rc_kernels *kernels;
                    assert_ok(rc_kernels_find(NULL, &kernels));
                    assert_ok(rc_bundle_create(W, form, 2, NULL, 0.1, 1, K, wide, kernels, precision, &b));
                    start_values(N, 0, 0, q);
                    rc_bundle_set_point(b, RC_POINT_STATE, 0, q);
                    rc_bundle_set_tangent(b, 0, K - 1, q);
                    rc_bundle_refresh(b);
                    for (int s = 0; s < n_before; s++) rc_bundle_advance(b);
                    size_t size = rc_bundle_size(b) * sizeof *q;
                    double *saved = malloc(size);
                    rc_bundle_get_values(b, saved);
                    for (int s = 0; s < n_after; s++) rc_bundle_advance(b);
                    rc_bundle_get_tangent(b, 0, K - 1, later);
                    rc_bundle_set_values(b, saved);
                    for (int s = 0; s < n_after; s++) rc_bundle_advance(b);
                    rc_bundle_get_tangent(b, 0, K - 1, again);
                    assert_memory_equal(later, again, sizeof later);
                    free(saved);
                    rc_bundle_destroy(&b);
                }
    rc_network_destroy(&W);
}

/* (F(x + h q) - F(x - h q)) / 2h -> J q. */
static void tangents_are_derivatives(void **state) {
    (void)state;
    enum { N = 20 };
    rc_network *W = random_network(N, 0.5);
    double x[N], q[N], plus[N], minus[N], tangent[N], input[N];
    const double h = 1e-5;
    for (rc_form form = RC_FORM_RATE; form <= RC_FORM_MAP; form++) {
        problem p = {W, form, 1.5, 0.1, input, NULL, RC_PRECISION_DOUBLE};
        assert_ok(rc_kernels_find(NULL, &p.kernels));
        rc_bundle *b;
        start_values(N, 3, 0, input);
        assert_ok(rc_bundle_create(W, form, 1.5, input, 0.1, 2, 1, 0, p.kernels, RC_PRECISION_DOUBLE, &b));
        start_values(N, 0, 0, x);
        start_values(N, 1, 0, q);
        rc_bundle_set_tangent(b, 0, 0, q);
        for (size_t i = 0; i < N; i++) plus[i] = x[i] + h * q[i];
        for (size_t i = 0; i < N; i++) minus[i] = x[i] - h * q[i];
        rc_bundle_set_point(b, RC_POINT_STATE, 0, x);
        rc_bundle_set_point(b, RC_POINT_STATE, 1, plus);
        rc_bundle_set_point(b, RC_POINT_TWIN, 0, minus);
        rc_bundle_refresh(b);
        for (int s = 0; s < 3; s++) rc_bundle_advance(b);
        rc_bundle_get_tangent(b, 0, 0, tangent);
        rc_bundle_get_point(b, RC_POINT_STATE, 1, plus);
        rc_bundle_get_point(b, RC_POINT_TWIN, 0, minus);
        for (size_t i = 0; i < N; i++) assert_close(tangent[i], (plus[i] - minus[i]) / (2 * h), 1e-8);
        rc_bundle_destroy(&b);
    }
    rc_network_destroy(&W);
}

/* --- Orthonormalisation ------------------------------------------------------- */

static void frames_become_orthonormal(void **state) {
    (void)state;
    enum { N = 37, K = 11 };
    rc_network *W = random_network(N, 0.2);
    static double reference[N * 8 * K];
    double q[N], other[N], before[8], after[8];
    _Alignas(64) double work[8 * K];
    for (size_t name = 0; name < N_KERNELS; name++) {
        const rc_kernels *kernels;
        if (rc_kernels_find(kernel_names[name], &kernels) != RC_OK) continue;
        rc_bundle *b;
        assert_ok(rc_bundle_create(W, RC_FORM_RATE, 1, NULL, 0.1, 8, K, 0, kernels, RC_PRECISION_DOUBLE, &b));
        for (size_t t = 0; t < 8; t++)
            for (size_t c = 0; c < K; c++) { /* almost parallel */
                for (size_t i = 0; i < N; i++) q[i] = 1 + 1e-4 * sin((double)(i * (c + 1) + t));
                rc_bundle_set_tangent(b, t, c, q);
            }
        double *frame = rc_bundle_tangents(b);
        for (size_t c = 0; c < K; c++) kernels->orthonormalise(N, frame, c, before, after, work);
        for (size_t t = 0; t < 8; t++)
            for (size_t c = 0; c < K; c++)
                for (size_t d = 0; d <= c; d++) {
                    double sum = 0;
                    rc_bundle_get_tangent(b, t, c, q);
                    rc_bundle_get_tangent(b, t, d, other);
                    for (size_t i = 0; i < N; i++) sum += q[i] * other[i];
                    assert_close(sum, c == d, 1e-14);
                }
        if (name == 0) memcpy(reference, frame, sizeof reference);
        assert_memory_equal(reference, frame, sizeof reference);
        rc_bundle_destroy(&b);
    }
    rc_network_destroy(&W);
}

static void bad_bundles_are_refused(void **state) {
    (void)state;
    rc_bundle *b;
    const rc_kernels *kernels;
    rc_network *W = random_network(5, 0.5);
    assert_ok(rc_kernels_find(NULL, &kernels));
    assert_fails(rc_bundle_create(W, RC_FORM_RATE, 1, NULL, 0.1, 9, 1, 0, kernels, RC_PRECISION_DOUBLE, &b), RC_INVALID,
                 "expected 1 to 8");
    assert_fails(rc_bundle_create(W, RC_FORM_RATE, 1, NULL, 0.1, 2, 1, 1, kernels, RC_PRECISION_DOUBLE, &b), RC_INVALID,
                 "expected 1 to 1");
    assert_fails(rc_bundle_create(W, RC_FORM_RATE, 1, NULL, 0.1, 1, 6, 1, kernels, RC_PRECISION_DOUBLE, &b), RC_INVALID,
                 "6 tangent");
    rc_network_destroy(&W);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slope_keeps_its_digits),
        cmocka_unit_test(slope_of_special_values),
        cmocka_unit_test(every_kernel_takes_the_written_step),
        cmocka_unit_test(uneven_rows),
        cmocka_unit_test(dense_weights),
        cmocka_unit_test(values_can_be_put_back),
        cmocka_unit_test(tangents_are_derivatives),
        cmocka_unit_test(frames_become_orthonormal),
        cmocka_unit_test(bad_bundles_are_refused),
    };
    return cmocka_run_group_tests(tests, open_stream, NULL);
}
