/* Spectra against eigenvalues, determinants, symmetries and known numbers. */
#include "published.h"

#include <math.h>

#include <lapacke.h>

#include "exponents/jacobian.h"
#include "exponents/spectrum.h"

static rc_stream stream;

static int open_stream(void **state) {
    (void)state;
    uint32_t seed = 3;
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    return 0;
}

/* Spectral radius about 1. */
static rc_network *random_network(size_t n) {
    double *weights = calloc(n * n, sizeof *weights);
    for (size_t i = 0; i < n * n; i++) weights[i] = rc_stream_normal(&stream) / sqrt((double)n);
    rc_network *network;
    assert_ok(rc_network_from_dense(weights, n, &network));
    free(weights);
    return network;
}

static rc_spectrum_plan plan_of(rc_form form, double gain, size_t k) {
    return (rc_spectrum_plan){.form = form,
                              .gain = gain,
                              .tau_ms = 20,
                              .dt_ms = 1,
                              .n_exponents = k,
                              .transient_ms = 500,
                              .duration_ms = 1000};
}

static void random_states(size_t n, double *states) {
    for (size_t i = 0; i < n; i++) states[i] = 2 * rc_stream_uniform(&stream) - 1;
}

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Exponents of the origin: ln|1 - f + f mu|/dt, from W itself. */
static void origin_exponents(const rc_network *W, const rc_spectrum_plan *plan, double *out) {
    size_t n = W->n_neurons;
    double *dense = calloc(n * n, sizeof *dense), *imaginary = calloc(n, sizeof *imaginary);
    double f = plan->form == RC_FORM_MAP ? 1 : plan->dt_ms / plan->tau_ms;
    rc_network_to_dense(W, dense);
    LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'N', (int)n, dense, (int)n, out, imaginary, NULL, (int)n, NULL, (int)n);
    for (size_t i = 0; i < n; i++)
        out[i] = log(hypot(1 - f + f * plan->gain * out[i], f * plan->gain * imaginary[i])) * 1000 / plan->dt_ms;
    qsort(out, n, sizeof *out, descending);
    free(dense);
    free(imaginary);
}

static void below_onset_the_eigenvalues(void **state) {
    (void)state;
    enum { N = 24 };
    rc_network *W = random_network(N);
    double states[N * 2], exact[N];
    for (rc_form form = RC_FORM_RATE; form <= RC_FORM_MAP; form++)
        for (size_t k = 1; k <= N; k += k < 5 ? 1 : 19) {
            rc_spectrum_plan plan = plan_of(form, 0.5, k);
            rc_spectrum *out[2];
            double run = 0, sum = 0;
            random_states(2 * N, states);
            origin_exponents(W, &plan, exact);
            plan.transient_ms = 4000;
            assert_ok(rc_spectrum_measure(W, &plan, 2, states, out));
            assert_non_null(out[0]->fixed_point);
            for (size_t i = 0; i < k; i++) {
                assert_close(out[0]->exponent[i].value, exact[i], 1e-9 * fabs(exact[i]));
                run += out[0]->tangent[i].value;
                sum += exact[i];
                if (i == k - 1 && k == N) assert_close(run / sum, 1, 1e-9);
            }
            assert_ok(rc_spectrum_judge(W, &plan, 2, out));
            if (out[0]->verdict != RC_VERDICT_FIXED_POINT)
                fail_msg("form %d, k = %zu: %s (%g, %g)", form, k, out[0]->reason, out[0]->audit.fixed_point,
                         out[0]->audit.half_interval);
            assert_true(out[0]->audit.passed && out[0]->audit.sum_rule < 1e-9);
            assert_int_equal(rc_attractors_match(&plan, 2, out), 1);
            rc_spectrum_destroy(&out[0]);
            rc_spectrum_destroy(&out[1]);
        }
    rc_network_destroy(&W);
}

/* Real, well separated eigenvalues: the tangent run itself to 1e-6. */
static void tangent_run_finds_real_eigenvalues(void **state) {
    (void)state;
    double weights[16] = {0.9, 0.3, 0, 0, 0, 0.2, 0.4, 0.1, 0, 0, -0.5, 0.2, 0, 0, 0, -1.3};
    double start[4] = {0.5, -0.2, 0.7, 0.1}, exact[4];
    rc_network *W;
    rc_spectrum *out;
    assert_ok(rc_network_from_dense(weights, 4, &W));
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 1, 4);
    plan.transient_ms = 20000;
    assert_ok(rc_spectrum_measure(W, &plan, 1, start, &out));
    origin_exponents(W, &plan, exact);
    for (size_t i = 0; i < 4; i++) assert_close(out->tangent[i].value, exact[i], 1e-6);
    for (size_t i = 0; i < 4; i++) assert_close(out->exponent[i].value, exact[i], 1e-10);
    assert_close(out->twin.value, exact[0], 1e-3);
    rc_spectrum_destroy(&out);
    rc_network_destroy(&W);
}

static void no_connections(void **state) {
    (void)state;
    double zeros[9] = {0}, start[3] = {0.3, -0.5, 1};
    for (size_t n = 1; n <= 3; n++) {
        rc_network *W;
        rc_spectrum *out;
        assert_ok(rc_network_from_dense(zeros, n, &W));
        for (rc_form form = RC_FORM_RATE; form <= RC_FORM_MAP; form++) {
            rc_spectrum_plan plan = plan_of(form, 2, n);
            assert_ok(rc_spectrum_measure(W, &plan, 1, start, &out));
            assert_ok(rc_spectrum_judge(W, &plan, 1, &out));
            double exact = form == RC_FORM_MAP ? -INFINITY : log(0.95) * 1000;
            for (size_t i = 0; i < n; i++) {
                assert_true(out->exponent[i].value == exact || fabs(out->exponent[i].value - exact) < 1e-9);
                assert_true(out->tangent[i].value == exact || fabs(out->tangent[i].value - exact) < 1e-9);
            }
            assert_int_equal(out->verdict, RC_VERDICT_FIXED_POINT);
            rc_spectrum_destroy(&out);
        }
        rc_network_destroy(&W);
    }
}

/* A chaotic map whose W has two rows of zeros: N - 2 directions at most live. */
static void lost_directions_are_minus_infinity(void **state) {
    (void)state;
    enum { N = 12 };
    double weights[N * N], start[N];
    for (size_t i = 0; i < N * N; i++) weights[i] = i < 2 * N ? 0 : rc_stream_normal(&stream) / sqrt(N);
    rc_network *W;
    rc_spectrum *out;
    random_states(N, start);
    assert_ok(rc_network_from_dense(weights, N, &W));
    rc_spectrum_plan plan = plan_of(RC_FORM_MAP, 4, N);
    assert_ok(rc_spectrum_measure(W, &plan, 1, start, &out));
    for (size_t i = 0; i < N; i++)
        assert_true(i < N - 2 ? isfinite(out->tangent[i].value) : out->tangent[i].value == -INFINITY);
    assert_true(isinf(out->derived.sum.value) && !isnan(out->derived.kaplan_yorke.value));
    rc_spectrum_destroy(&out);
    rc_network_destroy(&W);
}

/* Sum of all N against ln|det J| of the very steps, in chaos. */
static void sum_rule(void **state) {
    (void)state;
    enum { N = 40 };
    rc_network *W = random_network(N);
    double start[N], input[N];
    random_states(N, start);
    random_states(N, input);
    for (rc_form form = RC_FORM_RATE; form <= RC_FORM_MAP; form++) {
        rc_spectrum_plan plan = plan_of(form, 3, N);
        rc_spectrum *out;
        plan.input = input;
        assert_ok(rc_spectrum_measure(W, &plan, 1, start, &out));
        assert_ok(rc_spectrum_judge(W, &plan, 1, &out));
        assert_true(out->audit.sum_rule < 1e-9);
        assert_true(out->audit.half_interval < 1e-6 || isnan(out->audit.half_interval));
        rc_field field;
        double matrix[N * N], next[N], sum = 0; /* the whole run again, step by step */
        int pivots[N];
        size_t n_steps = (size_t)floor(out->measured_s * 1000 + 0.5);
        assert_ok(rc_field_open(W, &plan, &field));
        memcpy(start, out->start, sizeof start);
        for (size_t step = 0; step < n_steps && step < 60; step++) {
            sum += rc_field_log_determinant(&field, 0.05, start, matrix, pivots);
            rc_field_target(&field, start, next);
            for (size_t i = 0; i < N; i++) start[i] += (form == RC_FORM_MAP ? 1 : 0.05) * (next[i] - start[i]);
            size_t interval = (size_t)floor(out->block_s * 1000 + 0.5);
            if (step + 1 == interval) {
                double stretched = 0;
                for (size_t i = 0; i < N; i++) stretched += out->log_stretch[i];
                assert_close(stretched / sum, 1, 1e-9);
            }
        }
        rc_field_close(&field);
        rc_spectrum_destroy(&out);
    }
    rc_network_destroy(&W);
}

/* x = W r maps one form onto the other. */
static void two_forms_one_spectrum(void **state) {
    (void)state;
    enum { N = 100, K = 6 };
    rc_network *W = random_network(N);
    double r[N], x[N];
    rc_spectrum *rate, *current;
    random_states(N, r);
    for (size_t i = 0; i < N; i++) {
        x[i] = 0;
        for (size_t k = W->row_start[i]; k < W->row_start[i + 1]; k++) x[i] += 4 * W->weight[k] * r[W->column[k]];
    }
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 4, K);
    plan.transient_ms = 5000;
    plan.duration_ms = 40000;
    assert_ok(rc_spectrum_measure(W, &plan, 1, r, &rate));
    plan.form = RC_FORM_CURRENT;
    assert_ok(rc_spectrum_measure(W, &plan, 1, x, &current));
    for (size_t i = 0; i < K; i++)
        assert_close(rate->exponent[i].value, current->exponent[i].value,
                     4 * hypot(rate->exponent[i].error, current->exponent[i].error) + 0.1);
    assert_true(rate->exponent[0].value > 1);
    rc_spectrum_destroy(&rate);
    rc_spectrum_destroy(&current);
    rc_network_destroy(&W);
}

/* Side by side: mirrored states, and every kernel, to the bit; fewer exponents
 * are the first of more. */
static void side_by_side_to_the_bit(void **state) {
    (void)state;
    enum { N = 30, K = 5, T = 6 };
    rc_network *W = random_network(N);
    double states[T * N];
    rc_spectrum *out[T], *first = NULL;
    random_states(T * N / 2, states);
    for (size_t i = 0; i < T * N / 2; i++) states[T * N / 2 + i] = -states[i];
    for (size_t name = 0; name < N_KERNELS; name++) {
        rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 3, K);
        if (rc_kernels_find(kernel_names[name], &plan.kernels) != RC_OK) continue;
        assert_ok(rc_spectrum_measure(W, &plan, T, states, out));
        size_t bytes = out[0]->n_blocks * K * sizeof(double);
        for (size_t t = 0; t < T / 2; t++) assert_memory_equal(out[t]->log_stretch, out[t + T / 2]->log_stretch, bytes);
        if (first) assert_memory_equal(first->log_stretch, out[0]->log_stretch, bytes);
        if (first) assert_memory_equal(first->twin_stretch, out[0]->twin_stretch, out[0]->n_blocks * sizeof(double));
        for (size_t t = first ? 0 : 1; t < T; t++) rc_spectrum_destroy(&out[t]);
        if (!first) first = out[0];
    }
    rc_spectrum_destroy(&first);
    rc_network_destroy(&W);
}

/* A trial alone, its tangents in the lanes: every kernel, and the mirrored state, to the bit. */
static void alone_to_the_bit(void **state) {
    (void)state;
    enum { N = 30 };
    rc_network *W = random_network(N);
    double states[N];
    rc_spectrum *out, *first = NULL;
    assert_false(rc_spectrum_side_by_side(1, N));
    random_states(N, states);
    for (size_t run = 0; run < 2 * N_KERNELS; run++) {
        rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 3, N);
        if (rc_kernels_find(kernel_names[run / 2], &plan.kernels) != RC_OK) continue;
        assert_ok(rc_spectrum_measure(W, &plan, 1, states, &out));
        for (size_t i = 0; i < N; i++) states[i] = -states[i];
        if (first) assert_memory_equal(first->log_stretch, out->log_stretch, out->n_blocks * N * sizeof(double));
        if (first)
            rc_spectrum_destroy(&out);
        else
            first = out;
    }
    rc_spectrum_destroy(&first);
    rc_network_destroy(&W);
}

static void session_3_at_16(void **state) {
    (void)state;
    const double known[] = {9.2, 7.0, 4.25, 2.5, 0.34, -0.1}, error[] = {0.3, 0.25, 0.2, 0.25, 0.1, 0.15};
    double *states;
    rc_spectrum *out[2];
    rc_network *W = published(3, &states);
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 16, 6);
    plan.transient_ms = 10000;
    plan.duration_ms = 60000;
    assert_ok(rc_spectrum_measure(W, &plan, 2, states, out));
    for (size_t i = 0; i < 6; i++) {
        print_message("%.2f +- %.2f (known %.2f)\n", out[0]->exponent[i].value, out[0]->exponent[i].error, known[i]);
        assert_close(out[0]->exponent[i].value, known[i], 4 * hypot(error[i], out[0]->exponent[i].error));
    }
    assert_true(isnan(out[0]->twin_stretch[out[0]->n_blocks - 1])); /* long: not always accompanied */
    assert_close(out[0]->twin.value, out[0]->beside_twin.value, 1e-4);
    assert_close(out[0]->twin.value, out[0]->exponent[0].value, 3 * out[0]->twin.error);
    assert_ok(rc_spectrum_judge(W, &plan, 2, out));
    assert_int_equal(out[0]->verdict, RC_VERDICT_CHAOS);
    assert_int_equal(out[1]->verdict, RC_VERDICT_CHAOS);
    assert_int_equal(rc_attractors_match(&plan, 2, out), 1);
    for (size_t t = 0; t < 2; t++) rc_spectrum_destroy(&out[t]);
    free(states);
    rc_network_destroy(&W);
}

static void stops_at_the_precision_asked(void **state) {
    (void)state;
    double *states;
    rc_spectrum *out[8];
    rc_network *W = published(2, &states);
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 22, 1);
    plan.transient_ms = 1000;
    plan.duration_ms = 200000;
    plan.target_error = 1;
    assert_ok(rc_spectrum_measure(W, &plan, 8, states, out));
    for (size_t t = 0; t < 8; t++) {
        assert_true(out[t]->exponent[0].error <= 1 && out[t]->needed_s == 0 && out[t]->measured_s < 100);
        rc_spectrum_destroy(&out[t]);
    }
    plan.duration_ms = 2000;
    plan.target_error = 0.1;
    assert_ok(rc_spectrum_measure(W, &plan, 1, states, out));
    assert_true(out[0]->needed_s > 10);
    rc_spectrum_destroy(&out[0]);
    free(states);
    rc_network_destroy(&W);
}

static void without_a_transient(void **state) {
    (void)state;
    rc_network *W = random_network(5);
    double start[5] = {0.1, -0.2, 0.3, 0.4, 0.5};
    for (rc_form form = RC_FORM_RATE; form <= RC_FORM_MAP; form++)
        for (int steps = 1; steps < 50; steps += 16) {
            rc_spectrum *out;
            rc_spectrum_plan plan = plan_of(form, 1, 5);
            plan.transient_ms = 0;
            plan.duration_ms = steps;
            assert_ok(rc_spectrum_measure(W, &plan, 1, start, &out));
            assert_ok(rc_spectrum_judge(W, &plan, 1, &out));
            assert_true(out->n_blocks >= 1 && isfinite(out->exponent[0].value) && out->reason[0]);
            rc_spectrum_destroy(&out);
        }
    rc_network_destroy(&W);
}

static void bad_plans_are_refused(void **state) {
    (void)state;
    rc_network *W = random_network(4);
    double start[8] = {0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4};
    rc_spectrum *out[2];
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 1, 5);
    assert_fails(rc_spectrum_measure(W, &plan, 1, start, out), RC_INVALID, "5 exponents of 4 neurons");
    plan.n_exponents = 0;
    assert_fails(rc_spectrum_measure(W, &plan, 1, start, out), RC_INVALID, "expected 1 to 4");
    plan.n_exponents = 2;
    assert_fails(rc_spectrum_measure(W, &plan, 0, start, out), RC_INVALID, "no trials");
    plan.precision = (rc_precision)2;
    assert_fails(rc_spectrum_measure(W, &plan, 1, start, out), RC_INVALID, "expected double (0) or single (1)");
    plan.precision = RC_PRECISION_DOUBLE;
    plan.dt_ms = 0;
    assert_fails(rc_spectrum_measure(W, &plan, 1, start, out), RC_INVALID, "dt_ms");
    plan.dt_ms = 1;
    plan.duration_ms = 0.5;
    assert_fails(rc_spectrum_measure(W, &plan, 1, start, out), RC_INVALID, "duration_ms");
    plan.duration_ms = 100;
    start[6] = NAN;
    assert_fails(rc_spectrum_measure(W, &plan, 2, start, out), RC_INVALID, "initial state [1, 2] is nan");
    start[6] = 0.3;
    double input[] = {0, 0, 0, INFINITY};
    plan.input = input;
    assert_fails(rc_spectrum_measure(W, &plan, 2, start, out), RC_INVALID, "input [3] is inf");
    plan.input = NULL;
    plan.tau_ms = 1e-3; /* a step a thousand times too long */
    assert_fails(rc_spectrum_measure(W, &plan, 2, start, out), RC_NOT_FINITE, "trial 0");
    assert_null(out[0]);
    assert_null(out[1]);
    plan = plan_of(RC_FORM_RATE, 1, 2);
    atomic_bool stop = true;
    plan.stop = &stop;
    assert_fails(rc_spectrum_measure(W, &plan, 2, start, out), RC_STOPPED, "stopped");
    rc_network_destroy(&W);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_onset_the_eigenvalues),
        cmocka_unit_test(tangent_run_finds_real_eigenvalues),
        cmocka_unit_test(no_connections),
        cmocka_unit_test(lost_directions_are_minus_infinity),
        cmocka_unit_test(sum_rule),
        cmocka_unit_test(two_forms_one_spectrum),
        cmocka_unit_test(side_by_side_to_the_bit),
        cmocka_unit_test(alone_to_the_bit),
        cmocka_unit_test(session_3_at_16),
        cmocka_unit_test(stops_at_the_precision_asked),
        cmocka_unit_test(without_a_transient),
        cmocka_unit_test(bad_plans_are_refused),
    };
    return cmocka_run_group_tests(tests, open_stream, NULL);
}
