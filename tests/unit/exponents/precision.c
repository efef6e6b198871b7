/* Tangent vectors in single precision against double precision and eigenvalues. */
#include "published.h"

#include <math.h>

#include "exponents/spectrum.h"

static rc_spectrum_plan plan_of(rc_form form, double gain, size_t k, rc_precision precision) {
    return (rc_spectrum_plan){.form = form,
                              .gain = gain,
                              .precision = precision,
                              .tau_ms = 20,
                              .dt_ms = 1,
                              .n_exponents = k,
                              .transient_ms = 1000,
                              .duration_ms = 10000};
}

/* ln R_ii of the same 2000 steps, orthonormalised every 20. */
static void stretch(const rc_network *W, const rc_spectrum_plan *plan, const double *state, double *out) {
    rc_probe *probe;
    assert_ok(rc_probe_create(W, plan, 1, plan->n_exponents, true, &probe));
    assert_ok(rc_probe_start(probe, state));
    assert_ok(rc_probe_advance(probe, 2000, 20));
    memcpy(out, probe->log_stretch, plan->n_exponents * sizeof *out);
    rc_probe_destroy(&probe);
}

/* The whole spectrum of the study's network in chaos: rounding moves no exponent by more than 0.001 1/s in two seconds,
 * where the errors of these exponents are from 0.1 to 4 1/s. */
static void rounding_is_far_below_the_errors(void **state) {
    (void)state;
    enum { N = 200 };
    static double exact[N], rounded[N];
    double *states, most = 0;
    rc_network *W = published(1, &states);
    for (rc_form form = RC_FORM_RATE; form <= RC_FORM_CURRENT; form++) {
        rc_spectrum_plan fine = plan_of(form, 22, N, RC_PRECISION_DOUBLE);
        rc_spectrum_plan coarse = plan_of(form, 22, N, RC_PRECISION_SINGLE);
        stretch(W, &fine, states, exact);
        stretch(W, &coarse, states, rounded);
        for (size_t i = 0; i < N; i++) most = fmax(most, fabs(rounded[i] - exact[i]) / 2);
    }
    print_message("largest difference: %.2g 1/s\n", most);
    assert_true(most > 0 && most < 1e-3); /* 0: nothing was rounded */
    free(states);
    rc_network_destroy(&W);
}

/* What rounding does to the ln R_ii that suffers most is below eps times the frame's condition, but not by far: so it
 * is the right thing to choose intervals by. From the same state and frame, over one interval. */
static void rounding_follows_the_condition(void **state) {
    (void)state;
    enum { N = 200, TURNS = 20 };
    double *states;
    rc_probe *fine, *coarse;
    rc_network *W = published(1, &states);
    rc_spectrum_plan exact = plan_of(RC_FORM_RATE, 22, N, RC_PRECISION_DOUBLE), rounded = exact;
    rounded.precision = RC_PRECISION_SINGLE;
    assert_ok(rc_probe_create(W, &exact, 1, N, true, &fine));
    assert_ok(rc_probe_create(W, &rounded, 1, N, true, &coarse));
    assert_ok(rc_probe_start(fine, states));
    assert_ok(rc_probe_start(coarse, states));
    assert_ok(rc_probe_advance(fine, 1000, 25));
    double *values = malloc(rc_bundle_size(fine->bundle) * sizeof *values);
    assert_non_null(values);
    for (size_t interval = 20; interval <= 60; interval += 20) {
        double condition = 0, most = 0, largest_share = 0, share_sum = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            double error = 0;
            rc_bundle_get_values(fine->bundle, values);
            rc_bundle_set_values(coarse->bundle, values);
            assert_ok(rc_probe_advance(fine, interval, interval));
            assert_ok(rc_probe_advance(coarse, interval, interval));
            for (size_t i = 0; i < N; i++) error = fmax(error, fabs(coarse->log_stretch[i] - fine->log_stretch[i]));
            double share = error / (0x1p-24 * fine->condition[0]);
            largest_share = fmax(largest_share, share);
            share_sum += share;
            most = fmax(most, error);
            condition = fmax(condition, fine->condition[0]);
        }
        print_message("%zu steps: condition %.1e, errors %.1e, %.2f of what it allows, %.2f at most\n", interval,
                      condition, most, share_sum / TURNS, largest_share);
        assert_true(largest_share < 1 && share_sum / TURNS > 0.03);
    }
    free(values);
    free(states);
    rc_probe_destroy(&fine);
    rc_probe_destroy(&coarse);
    rc_network_destroy(&W);
}

/* Side by side, the intervals are the same, and so are the trajectories: exponents differ by rounding alone. */
static void exponents_agree(void **state) {
    (void)state;
    enum { T = 8, K = 10 };
    double *states, most = 0;
    rc_spectrum *fine[T], *coarse[T];
    rc_network *W = published(3, &states);
    for (rc_precision precision = RC_PRECISION_DOUBLE; precision <= RC_PRECISION_SINGLE; precision++) {
        rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 16, K, precision);
        rc_spectrum **out = precision == RC_PRECISION_DOUBLE ? fine : coarse;
        assert_ok(rc_spectrum_measure(W, &plan, T, states, out));
        assert_ok(rc_spectrum_judge(W, &plan, T, out));
    }
    for (size_t t = 0; t < T; t++) {
        assert_int_equal(fine[t]->n_blocks, coarse[t]->n_blocks);
        assert_int_equal(fine[t]->verdict, coarse[t]->verdict);
        assert_true(coarse[t]->audit.passed);
        for (size_t i = 0; i < K; i++)
            most = fmax(most,
                        fabs(fine[t]->exponent[i].value - coarse[t]->exponent[i].value) / fine[t]->exponent[i].error);
        rc_spectrum_destroy(&fine[t]);
        rc_spectrum_destroy(&coarse[t]);
    }
    print_message("largest difference: %.2g errors\n", most);
    assert_true(most > 0 && most < 5e-3);
    free(states);
    rc_network_destroy(&W);
}

/* At rest, tangent runs find the eigenvalues' sums as far as the audit asks. */
static void rest_is_found(void **state) {
    (void)state;
    double *states;
    rc_network *W = published(2, &states);
    for (rc_form form = RC_FORM_RATE; form <= RC_FORM_MAP; form++)
        for (size_t k = 3; k <= 30; k += 27) {
            rc_spectrum_plan plan = plan_of(form, 3, k, RC_PRECISION_SINGLE);
            rc_spectrum *out;
            plan.transient_ms = 4000;
            assert_ok(rc_spectrum_measure(W, &plan, 1, states, &out));
            assert_ok(rc_spectrum_judge(W, &plan, 1, &out));
            if (!out->audit.passed) fail_msg("form %d, k = %zu: %s", form, k, out->audit.text);
            assert_int_equal(out->verdict, RC_VERDICT_FIXED_POINT);
            rc_spectrum_destroy(&out);
        }
    free(states);
    rc_network_destroy(&W);
}

/* A map that contracts by 1e-9 in a step: single precision cannot tell that from nothing, and says so. */
static void too_poor_frames_fail_the_audit(void **state) {
    (void)state;
    double weights[9] = {0}, start[3] = {0.3, 0.2, 0.1};
    weights[0] = 3;
    weights[1] = 2.5;
    weights[3] = -2.5;
    weights[4] = 3;
    weights[8] = 1e-9;
    rc_network *W;
    assert_ok(rc_network_from_dense(weights, 3, &W));
    for (rc_precision precision = RC_PRECISION_DOUBLE; precision <= RC_PRECISION_SINGLE; precision++) {
        rc_spectrum_plan plan = plan_of(RC_FORM_MAP, 1, 3, precision);
        rc_spectrum *out;
        assert_ok(rc_spectrum_measure(W, &plan, 1, start, &out));
        assert_ok(rc_spectrum_judge(W, &plan, 1, &out));
        print_message("%s: %g %g %g: %s\n", rc_precision_name(precision), out->exponent[0].value,
                      out->exponent[1].value, out->exponent[2].value, out->audit.text);
        if (precision == RC_PRECISION_DOUBLE)
            assert_close(out->tangent[2].value, log(1e-9) * 1000, 1e-6);
        else
            assert_string_equal(out->audit.text, "frames are too poor for single precision");
        assert_int_equal(out->audit.passed, precision == RC_PRECISION_DOUBLE);
        rc_spectrum_destroy(&out);
    }
    rc_network_destroy(&W);
}

static void names(void **state) {
    (void)state;
    rc_precision precision;
    assert_ok(rc_precision_find("single", &precision));
    assert_int_equal(precision, RC_PRECISION_SINGLE);
    assert_string_equal(rc_precision_name(precision), "single");
    assert_ok(rc_precision_find("double", &precision));
    assert_int_equal(precision, RC_PRECISION_DOUBLE);
    assert_fails(rc_precision_find("half", &precision), RC_INVALID, "expected double or single");
    assert_string_equal(rc_precision_name((rc_precision)2), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounding_is_far_below_the_errors),
        cmocka_unit_test(rounding_follows_the_condition),
        cmocka_unit_test(exponents_agree),
        cmocka_unit_test(rest_is_found),
        cmocka_unit_test(too_poor_frames_fail_the_audit),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
