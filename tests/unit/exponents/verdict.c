/* Verdicts on systems whose nature is known. */
#include "published.h"

#include <math.h>

#include "exponents/spectrum.h"

static rc_spectrum_plan plan_of(rc_form form, double gain, size_t k) {
    return (rc_spectrum_plan){.form = form,
                              .gain = gain,
                              .tau_ms = 20,
                              .dt_ms = 1,
                              .n_exponents = k,
                              .transient_ms = 5000,
                              .duration_ms = 20000};
}

static rc_network *dense(const double *weights, size_t n) {
    rc_network *W;
    assert_ok(rc_network_from_dense(weights, n, &W));
    return W;
}

static void assess(const rc_network *W, const rc_spectrum_plan *plan, size_t n_trials, const double *states,
                   rc_spectrum **out) {
    assert_ok(rc_spectrum_measure(W, plan, n_trials, states, out));
    assert_ok(rc_spectrum_judge(W, plan, n_trials, out));
}

#define assert_verdict(spectrum, expected)                                                \
    do {                                                                                  \
        if ((spectrum)->verdict != (expected))                                            \
            fail_msg("%s: %s", rc_verdict_name((spectrum)->verdict), (spectrum)->reason); \
    } while (0)

static void names_are_those_promised(void **state) {
    (void)state;
    const char *const names[] = {"fixed_point", "limit_cycle", "torus", "chaos", "transient_chaos", "undecided"};
    for (int i = 0; i < RC_N_VERDICTS; i++) assert_string_equal(rc_verdict_name((rc_verdict)i), names[i]);
    assert_string_equal(rc_verdict_name((rc_verdict)77), "unknown");
}

/* Two neurons that chase each other: a cycle through four quarters. */
static void a_limit_cycle(void **state) {
    (void)state;
    const double weights[] = {1.8, -1.5, 1.5, 1.8}, states[] = {0.5, 0, -0.5, 0, 0.1, 0.2};
    rc_network *W = dense(weights, 2);
    rc_spectrum *out[3];
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 1, 2);
    assess(W, &plan, 3, states, out);
    for (size_t t = 0; t < 3; t++) {
        assert_verdict(out[t], RC_VERDICT_LIMIT_CYCLE);
        assert_close(out[t]->period_ms, out[0]->period_ms, 1e-2);
        assert_close(out[t]->exponent[0].value, 0, 0.2);
        assert_true(out[t]->exponent[1].value < -5 && out[t]->multiplier < 0.9);
        assert_true(out[t]->audit.passed && fabs(out[t]->audit.zero_exponent) < 0.2);
        assert_true(out[t]->derived.kaplan_yorke.value == 1 && out[t]->derived.n_positive == 0);
        assert_true(out[t]->activity.participation_ratio > 1 && out[t]->activity.participation_ratio < 2.001);
    }
    assert_int_equal(rc_attractors_match(&plan, 3, out), 1);
    for (size_t t = 0; t < 3; t++) rc_spectrum_destroy(&out[t]);
    rc_network_destroy(&W);
}

/* Two such pairs that know nothing of each other, of incommensurate periods. */
static void a_torus(void **state) {
    (void)state;
    const double weights[] = {1.8, -1.5, 0, 0, 1.5, 1.8, 0, 0, 0, 0, 1.9, -0.97, 0, 0, 0.97, 1.9};
    const double start[] = {0.5, 0, 0.3, 0.4};
    rc_network *W = dense(weights, 4);
    rc_spectrum *out;
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 1, 4);
    assess(W, &plan, 1, start, &out);
    assert_verdict(out, RC_VERDICT_TORUS);
    assert_true(fabs(out->exponent[1].value) < 0.3 && out->exponent[2].value < -1);
    rc_spectrum_destroy(&out);
    rc_network_destroy(&W);
}

/* r <- tanh(-2 r) hops between two values. */
static void a_cycle_of_a_map(void **state) {
    (void)state;
    const double weight = -2, start = 0.3;
    rc_network *W = dense(&weight, 1);
    rc_spectrum *out;
    rc_spectrum_plan plan = plan_of(RC_FORM_MAP, 1, 1);
    plan.transient_ms = plan.duration_ms = 2000;
    assess(W, &plan, 1, &start, &out);
    assert_verdict(out, RC_VERDICT_LIMIT_CYCLE);
    assert_close(out->period_ms, 2, 1e-12);
    double r = fabs(out->state[0]);
    assert_close(out->exponent[0].value / 1000, log(2 * (1 - r * r)), 1e-10);
    assert_close(out->multiplier, pow(2 * (1 - r * r), 2), 1e-10);
    rc_spectrum_destroy(&out);
    rc_network_destroy(&W);
}

/* Session 1, g = 10: rest in one of two fixed points (and mirror images), whatever
 * the twins of the published estimate do. */
static void session_1_at_10_is_not_chaotic(void **state) {
    (void)state;
    double *states;
    rc_spectrum *out[20];
    rc_network *W = published(1, &states);
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 10, 2);
    plan.duration_ms = 55000;
    size_t n_slow = 0, n_chaotic = 0, n_sensitive = 0;
    assess(W, &plan, 20, states, out);
    for (size_t t = 0; t < 20; t++) {
        assert_verdict(out[t], RC_VERDICT_FIXED_POINT);
        n_chaotic += out[t]->verdict == RC_VERDICT_CHAOS;
        n_sensitive += out[t]->transient_grows;
        assert_true(out[t]->growth < 73 && (!out[t]->transient_grows || strstr(out[t]->reason, "below 2 ln 2^53")));
        n_slow += fabs(out[t]->exponent[0].value + 0.45) < 0.02;
        assert_true(out[t]->exponent[0].value < 0 && out[t]->fixed_point->residual < 1e-12);
        if (out[t]->exponent[0].value < -1) assert_close(out[t]->exponent[0].value, -5.2, 0.1);
    }
    assert_int_equal(n_slow, 12);
    assert_true(n_sensitive >= 4 && n_sensitive < 12);
    assert_int_equal(rc_attractors_match(&plan, 20, out), 2);
    rc_share chaotic = rc_share_of(n_chaotic, 20);
    assert_true(chaotic.low == 0 && chaotic.high < 0.17);
    for (size_t t = 0; t < 20; t++) rc_spectrum_destroy(&out[t]);
    free(states);
    rc_network_destroy(&W);
}

/* The one test for chaos on walks whose nature is known: a drift, no drift, a
 * drift that ends, too few steps. At its maximum a walk without drift looks as if it had one. */
static void growth_is_told_from_wandering(void **state) {
    (void)state;
    enum { N = 400, WALKS = 2000 };
    double x[N];
    rc_stream stream;
    uint32_t seed = 12;
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    int n_fixed = 0, n_maximum = 0, n_careless = 0, n_drift = 0, n_ended = 0;
    for (int walk = 0; walk < WALKS; walk++) {
        double sum = 0, most = -INFINITY;
        size_t top = 0;
        for (size_t i = 0; i < N; i++) {
            x[i] = 2 * rc_stream_normal(&stream);
            sum += x[i];
            if (sum > most) most = sum, top = i + 1;
        }
        n_fixed += rc_series_grows(x, N, 1, 1.96);
        n_maximum += rc_series_grows(x, top, 1, 2.72);
        n_careless += rc_series_grows(x, top, 1, 1.96);
        for (size_t i = 0; i < N; i++) x[i] += 0.5;
        n_drift += rc_series_grows(x, N, 1, 2.72);
        for (size_t i = N / 2; i < N; i++) x[i] -= 1;
        n_ended += rc_series_grows(x, N, 1, 1.96);
    }
    print_message("of %d: fixed end %d, at the maximum %d (1.96 errors: %d), drift %d, ended %d\n", WALKS, n_fixed,
                  n_maximum, n_careless, n_drift, n_ended);
    assert_true(n_fixed < 0.04 * WALKS && n_maximum < 0.04 * WALKS && n_ended < 0.01 * WALKS);
    assert_true(n_careless > 2 * n_maximum && n_drift > 0.9 * WALKS);
    for (size_t i = 0; i < 9; i++) x[i] = 5 + rc_stream_normal(&stream);
    assert_false(rc_series_grows(x, 9, 1, 1.96)); /* worth fewer than 10 samples */
}

/* Session 1, g = 13: chaos that ends. */
static void session_1_at_13_is_transient(void **state) {
    (void)state;
    double *states;
    rc_spectrum *out[2];
    rc_network *W = published(1, &states);
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 13, 2);
    plan.duration_ms = 60000;
    assess(W, &plan, 2, states + 6 * 200, out);
    for (size_t t = 0; t < 2; t++) {
        assert_verdict(out[t], RC_VERDICT_TRANSIENT_CHAOS);
        print_message("%s\n", out[t]->reason);
        assert_true(out[t]->lifetime_ms > 10000 && out[t]->lifetime_ms < out[t]->rest_ms);
        assert_true(out[t]->exponent[0].value < 0 && out[t]->growth > 73);
        assert_true(out[t]->transient_grows && out[t]->transient.value > 3 && out[t]->transient.error < 1.5);
        assert_close(out[t]->transient.value, (out[t]->growth - 1.5) / out[t]->growth_ms * 1000, 0.2);
        rc_spectrum_destroy(&out[t]);
    }
    free(states);
    rc_network_destroy(&W);
}

/* Too short to tell: no verdict but a time that would give one. */
static void too_short_is_undecided(void **state) {
    (void)state;
    double *states;
    rc_spectrum *out;
    rc_network *W = published(3, &states);
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 16, 2);
    plan.transient_ms = 100;
    plan.duration_ms = 300;
    assess(W, &plan, 1, states, &out);
    assert_verdict(out, RC_VERDICT_UNDECIDED);
    assert_non_null(strstr(out->reason, "would decide"));
    assert_int_equal(rc_attractors_match(&plan, 1, &out), 0);
    rc_spectrum_destroy(&out);
    free(states);
    rc_network_destroy(&W);
}

/* Wilson's intervals, from his formula by hand. */
static void shares(void **state) {
    (void)state;
    rc_share s = rc_share_of(0, 20);
    assert_true(s.value == 0 && s.low == 0);
    assert_close(s.high, 0.16113, 1e-5);
    s = rc_share_of(20, 20);
    assert_true(s.value == 1 && s.high == 1);
    assert_close(s.low, 0.83887, 1e-5);
    s = rc_share_of(10, 20);
    assert_close(s.low, 0.29930, 1e-5);
    assert_close(s.high, 0.70070, 1e-5);
    s = rc_share_of(0, 0);
    assert_true(isnan(s.value) && s.low == 0 && s.high == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_promised),
        cmocka_unit_test(a_limit_cycle),
        cmocka_unit_test(a_torus),
        cmocka_unit_test(a_cycle_of_a_map),
        cmocka_unit_test(growth_is_told_from_wandering),
        cmocka_unit_test(session_1_at_10_is_not_chaotic),
        cmocka_unit_test(session_1_at_13_is_transient),
        cmocka_unit_test(too_short_is_undecided),
        cmocka_unit_test(shares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
