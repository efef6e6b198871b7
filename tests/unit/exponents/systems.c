/* Verdicts on pairs of neurons that oscillate by themselves: cycles, tori, spirals
 * whose exponents are known. A pair [[a, -b], [b, a]] has at its origin the
 * multiplier |1 - f + f (a + ib)| a step, and a cycle around it where that is above 1. */
#include "../unit.h"

#include <math.h>

enum { MOST_PAIRS = 3, F_TAU = 20 };
static const double f = 1.0 / F_TAU; /* dt/tau */

typedef struct {
    double a, b;
} pair;

static const pair first = {1.8, 1.5}, second = {1.9, 0.97}, third = {1.5, 0.71};

/* The pair of frequency b whose origin decays at `rate` 1/s. */
static pair spiral_of(double rate, double b) {
    double multiplier = exp(-rate / 1000);
    return (pair){(sqrt(multiplier * multiplier - f * f * b * b) - 1 + f) / f, b};
}

static rc_spectrum_plan plan_of(rc_form form, size_t k, double seconds) {
    return (rc_spectrum_plan){.form = form,
                              .gain = 1,
                              .tau_ms = F_TAU,
                              .dt_ms = 1,
                              .n_exponents = k,
                              .transient_ms = 5000,
                              .duration_ms = 1000 * seconds};
}

static rc_spectrum *judge(const rc_spectrum_plan *plan, size_t n_pairs, const pair *pairs) {
    double weights[4 * MOST_PAIRS * MOST_PAIRS] = {0}, start[2 * MOST_PAIRS];
    size_t n = 2 * n_pairs;
    for (size_t p = 0; p < n_pairs; p++) {
        double *block = weights + 2 * p * (n + 1);
        block[0] = block[n + 1] = pairs[p].a;
        block[1] = -pairs[p].b;
        block[n] = pairs[p].b;
        start[2 * p] = 0.4 + 0.1 * (double)p;
        start[2 * p + 1] = -0.1 * (double)p;
    }
    rc_network *W;
    rc_spectrum *spectrum;
    assert_ok(rc_network_from_dense(weights, n, &W));
    assert_ok(rc_spectrum_measure(W, plan, 1, start, &spectrum));
    assert_ok(rc_spectrum_judge(W, plan, 1, &spectrum));
    rc_network_destroy(&W);
    return spectrum;
}

#define assert_verdict(spectrum, expected, words)                                         \
    do {                                                                                  \
        if ((spectrum)->verdict != (expected) || !strstr((spectrum)->reason, words))      \
            fail_msg("%s: %s", rc_verdict_name((spectrum)->verdict), (spectrum)->reason); \
    } while (0)

/* However many exponents are known, in both forms. */
static void tori_of_two_and_three(void **state) {
    (void)state;
    const pair pairs[] = {first, second, third};
    for (rc_form form = RC_FORM_RATE; form <= RC_FORM_CURRENT; form++)
        for (size_t n_pairs = 2; n_pairs <= 3; n_pairs++)
            for (size_t k = n_pairs; k <= 2 * n_pairs; k++) {
                rc_spectrum_plan plan = plan_of(form, k, 20);
                rc_spectrum *s = judge(&plan, n_pairs, pairs);
                assert_verdict(s, RC_VERDICT_TORUS, n_pairs == 2 ? "2 exponents are zero" : "3 exponents are zero");
                double dimension = s->derived.kaplan_yorke.value;
                assert_true(k > n_pairs ? dimension == (double)n_pairs : isnan(dimension));
                assert_true(s->derived.n_positive == 0 && isnan(s->period_ms));
                rc_spectrum_destroy(&s);
            }
}

/* A closed curve of a map, and the product of two. */
static void tori_of_a_map(void **state) {
    (void)state;
    const double golden = 2 * acos(-1) * (sqrt(5) - 2);
    const pair pairs[] = {{1.1 * cos(golden), 1.1 * sin(golden)}, {1.1 * cos(1), 1.1 * sin(1)}};
    for (size_t n_pairs = 1; n_pairs <= 2; n_pairs++) {
        rc_spectrum_plan plan = plan_of(RC_FORM_MAP, 2 * n_pairs, 5);
        rc_spectrum *s = judge(&plan, n_pairs, pairs);
        assert_verdict(s, RC_VERDICT_TORUS, n_pairs == 1 ? "1 exponent is zero" : "2 exponents are zero");
        rc_spectrum_destroy(&s);
    }
}

/* One pair is a cycle, whether one exponent is known or two. Two equal pairs
 * return together, yet shifts of one against the other neither grow nor shrink. */
static void equal_pairs_are_no_cycle(void **state) {
    (void)state;
    const pair pairs[] = {first, first};
    for (size_t k = 1; k <= 2; k++) {
        rc_spectrum_plan plan = plan_of(RC_FORM_RATE, k, 10);
        rc_spectrum *s = judge(&plan, 1, pairs);
        assert_verdict(s, RC_VERDICT_LIMIT_CYCLE, "returns every 165");
        rc_spectrum_destroy(&s);
    }
    for (size_t k = 2; k <= 4; k++) {
        rc_spectrum_plan plan = plan_of(RC_FORM_RATE, k, 10);
        rc_spectrum *s = judge(&plan, 2, pairs);
        assert_verdict(s, RC_VERDICT_TORUS, "2 exponents are zero");
        rc_spectrum_destroy(&s);
    }
}

/* A spiral is no cycle and no torus, however slow: at rest, with the exponents
 * of its multiplier, or undecided. Near rest tanh's cubic term slows it no more. */
static void spirals_are_not_taken_for_more(void **state) {
    (void)state;
    const double rates[] = {2, 0.5, 0.2, 0.05, 0.01, 0.003, 0.001, 0};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        for (double seconds = 5; seconds < 50; seconds *= 3) {
            pair pairs[] = {spiral_of(rates[i], 1.5)};
            rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 2, seconds);
            rc_spectrum *s = judge(&plan, 1, pairs);
            if (s->verdict == RC_VERDICT_FIXED_POINT)
                assert_close(s->exponent[0].value, -rates[i], 1e-9);
            else
                assert_verdict(s, RC_VERDICT_UNDECIDED, "more would");
            if (rates[i] >= 0.5 && seconds > 20) assert_int_equal(s->verdict, RC_VERDICT_FIXED_POINT);
            if (rates[i] < 0.02) assert_int_equal(s->verdict, RC_VERDICT_UNDECIDED);
            rc_spectrum_destroy(&s);
        }
}

/* Beyond the onset by eps a cycle draws its neighbours in at 2 eps. */
static void weak_cycles(void **state) {
    (void)state;
    const double eps[] = {0.5, 0.2};
    for (size_t i = 0; i < 2; i++) {
        pair pairs[] = {spiral_of(-eps[i], 1.5)};
        rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 2, 40);
        rc_spectrum *s = judge(&plan, 1, pairs);
        assert_verdict(s, RC_VERDICT_LIMIT_CYCLE, "returns every 84");
        assert_close(s->exponent[1].value / (-2 * eps[i]), 1, 0.05);
        rc_spectrum_destroy(&s);
    }
    pair pairs[] = {spiral_of(-0.01, 1.5)}; /* nearly neutral: not yet told from a spiral */
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 2, 20);
    rc_spectrum *s = judge(&plan, 1, pairs);
    assert_verdict(s, RC_VERDICT_UNDECIDED, "more would");
    rc_spectrum_destroy(&s);
}

/* A cycle beside a spiral that dies at 0.2/s: not decided too early, never a
 * torus, and the period is that of the cycle, not of a near return of both. */
static void a_cycle_is_approached(void **state) {
    (void)state;
    pair pairs[] = {{1.8, 1.1}, spiral_of(0.2, 1.5)};
    size_t n_decided = 0;
    for (double seconds = 5; seconds < 100; seconds *= 2) {
        rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 4, seconds);
        rc_spectrum *s = judge(&plan, 2, pairs);
        if (s->verdict == RC_VERDICT_UNDECIDED && seconds < 60) {
            rc_spectrum_destroy(&s);
            continue;
        }
        assert_verdict(s, RC_VERDICT_LIMIT_CYCLE, "returns every 233.2");
        if (seconds > 60) assert_close(s->exponent[1].value, -0.2, 0.02);
        n_decided++;
        rc_spectrum_destroy(&s);
    }
    assert_true(n_decided >= 1);
}

/* A period beyond the search is named as such, and found by a longer run. */
static void a_slow_cycle_needs_a_longer_run(void **state) {
    (void)state;
    const pair pairs[] = {{1.1, 0.05}};
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 2, 20);
    rc_spectrum *s = judge(&plan, 1, pairs);
    assert_verdict(s, RC_VERDICT_UNDECIDED, "a cycle longer than a quarter");
    rc_spectrum_destroy(&s);
    plan.duration_ms = 100000;
    s = judge(&plan, 1, pairs);
    assert_verdict(s, RC_VERDICT_LIMIT_CYCLE, "returns every");
    assert_true(s->period_ms > 2500 && s->period_ms < 12500);
    rc_spectrum_destroy(&s);
}

/* A neuron [[w]] at its onset: exponent 0 in the linear part, and rest only in
 * the limit. Off the onset by eps: rest, at eps below and about 2 eps above. */
static void weakly_stable_rest(void **state) {
    (void)state;
    const double eps[] = {0.5, 0.05, 0.005, -0.005, -0.05, -0.5};
    rc_spectrum_plan plan = plan_of(RC_FORM_RATE, 1, 20);
    for (size_t i = 0; i < sizeof eps / sizeof eps[0]; i++) {
        double weight = 1 - eps[i] / 1000 / f, start = 0.3;
        rc_network *W;
        rc_spectrum *s;
        assert_ok(rc_network_from_dense(&weight, 1, &W));
        assert_ok(rc_spectrum_measure(W, &plan, 1, &start, &s));
        assert_ok(rc_spectrum_judge(W, &plan, 1, &s));
        if (fabs(eps[i]) > 0.1) assert_verdict(s, RC_VERDICT_FIXED_POINT, "at rest");
        if (s->verdict == RC_VERDICT_FIXED_POINT)
            assert_close(s->exponent[0].value / (eps[i] > 0 ? -eps[i] : 2 * eps[i]), 1, 0.03);
        else
            assert_verdict(s, RC_VERDICT_UNDECIDED, "approaches something");
        rc_spectrum_destroy(&s);
        rc_network_destroy(&W);
    }
    double weight = 1, start = 0.3;
    rc_network *W;
    rc_spectrum *s;
    assert_ok(rc_network_from_dense(&weight, 1, &W));
    assert_ok(rc_spectrum_measure(W, &plan, 1, &start, &s));
    assert_ok(rc_spectrum_judge(W, &plan, 1, &s));
    assert_verdict(s, RC_VERDICT_UNDECIDED, "approaches something");
    rc_spectrum_destroy(&s);
    rc_network_destroy(&W);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tori_of_two_and_three),
        cmocka_unit_test(tori_of_a_map),
        cmocka_unit_test(equal_pairs_are_no_cycle),
        cmocka_unit_test(spirals_are_not_taken_for_more),
        cmocka_unit_test(weak_cycles),
        cmocka_unit_test(a_cycle_is_approached),
        cmocka_unit_test(a_slow_cycle_needs_a_longer_run),
        cmocka_unit_test(weakly_stable_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
