/* Rates from trials that are not all followed to their end. */
#include "../unit.h"

#include <math.h>

#include "exponents/spectrum.h"

/* Quantiles of chi-square from tables. */
static void intervals_of_tables(void **state) {
    (void)state;
    rc_rate r = rc_rate_of(10, 10, 50); /* chi-square, 20 degrees: 9.5908, 34.1696 */
    assert_true(r.n == 10 && r.of == 10 && r.value == 0.2);
    assert_close(r.low, 9.59078 / 100, 1e-6);
    assert_close(r.high, 34.16961 / 100, 1e-6);
    r = rc_rate_of(10, 20, 50); /* above: 22 degrees: 36.7807 */
    assert_close(r.low, 9.59078 / 100, 1e-6);
    assert_close(r.high, 36.78071 / 100, 1e-6);
    r = rc_rate_of(1, 1, 1); /* -ln 0.975, -ln 0.025 */
    assert_close(r.low, -log(0.975), 1e-12);
    assert_close(r.high, -log(0.025), 1e-12);
    r = rc_rate_of(0, 20, 600); /* nothing seen: below -ln 0.025 / 600 */
    assert_true(r.value == 0 && r.low == 0);
    assert_close(r.high, -log(0.025) / 600, 1e-14);
    r = rc_rate_of(4000, 4000, 4000); /* near the normal's 1 -+ 1.96 / sqrt(4000) */
    assert_close(r.low, 1 - 1.96 / sqrt(4000), 1e-3);
    assert_close(r.high, 1 + 1.96 / sqrt(4000), 1e-3);
    r = rc_rate_of(0, 0, 0);
    assert_true(isnan(r.value) && r.low == 0 && isinf(r.high));
}

/* Twenty trials with lifetimes of mean 1/rate, left at `end`: how often is the rate inside? */
static double coverage(double rate, double end) {
    enum { TRIALS = 20, RUNS = 20000 };
    rc_stream stream;
    uint32_t seed = 4;
    size_t inside = 0;
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    for (int run = 0; run < RUNS; run++) {
        size_t n = 0;
        double time = 0;
        for (int t = 0; t < TRIALS; t++) {
            double life = -log(1 - rc_stream_uniform(&stream)) / rate;
            n += life < end;
            time += fmin(life, end);
        }
        rc_rate found = rc_rate_of(n, TRIALS, time);
        inside += found.low <= rate && rate <= found.high;
    }
    print_message("rate %g, left at %g: %.1f %% inside\n", rate, end, 100.0 * (double)inside / RUNS);
    return (double)inside / RUNS;
}

static void intervals_hold_the_rate(void **state) {
    (void)state;
    assert_close(coverage(0.1, 1e9), 0.95, 0.005); /* all settle: exact */
    const double ends[] = {2, 10, 30};
    for (size_t k = 0; k < 3; k++) {
        double share = coverage(0.1, ends[k]);
        assert_true(share > 0.94 && share < 0.99); /* some do not: a little wide */
    }
}

/* Chaos, chaos that ended, rest, and one that failed its audit. Rest is seen 4 s
 * after growth ended: what is known of all ends 4 s before the shortest of those that move. */
static void trials_count_with_their_time(void **state) {
    (void)state;
    rc_spectrum s[6] = {
        {.verdict = RC_VERDICT_CHAOS, .start_ms = 5000, .measured_s = 25, .audit = {.passed = true}},
        {.verdict = RC_VERDICT_UNDECIDED, .start_ms = 5000, .measured_s = 9, .audit = {.passed = true}},
        {.verdict = RC_VERDICT_TRANSIENT_CHAOS, .growth_ms = 8000, .rest_ms = 12000, .audit = {.passed = true}},
        {.verdict = RC_VERDICT_FIXED_POINT, .growth_ms = 11000, .rest_ms = 13000, .audit = {.passed = true}},
        {.verdict = RC_VERDICT_LIMIT_CYCLE, .growth_ms = 2000, .rest_ms = NAN, .audit = {.passed = true}},
        {.verdict = RC_VERDICT_UNDECIDED, .growth_ms = 1000, .measured_s = 25},
    };
    rc_spectrum *all[6];
    for (size_t t = 0; t < 6; t++) all[t] = &s[t];
    rc_survival survival = rc_survival_of(6, all);
    assert_true(survival.escape.n == 2 && survival.escape.of == 5);
    assert_close(survival.escape.time, 10 + 10 + 8 + 10 + 2, 1e-12);
    assert_close(survival.escape.value, 2.0 / 40, 1e-15);
    assert_true(survival.moving.n == 2 && survival.moving.of == 5 && survival.moving.value == 0.4);
    survival = rc_survival_of(3, all + 2); /* all settled: all their time */
    assert_true(survival.escape.n == 3 && survival.moving.n == 0);
    assert_close(survival.escape.time, 8 + 11 + 2, 1e-12);
    assert_true(isnan(rc_survival_of(0, all).escape.value));
    s[1].measured_s = 0; /* too short to know anything */
    s[1].start_ms = 3000;
    assert_true(isnan(rc_survival_of(6, all).escape.value));
}

/* Lifetimes of mean 20 s, seen 14 s later or not at all if left at 33 s: the rate
 * is still inside its interval as often as promised. */
static void delays_do_not_lower_the_rate(void **state) {
    (void)state;
    enum { TRIALS = 20, RUNS = 4000 };
    const double rate = 0.05, end = 33, delay = 14;
    rc_stream stream;
    uint32_t seed = 4;
    size_t inside = 0;
    rc_spectrum s[TRIALS];
    rc_spectrum *all[TRIALS];
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    for (int run = 0; run < RUNS; run++) {
        for (size_t t = 0; t < TRIALS; t++) {
            double life = -log(1 - rc_stream_uniform(&stream)) / rate;
            bool seen = life + delay < end;
            s[t] = (rc_spectrum){.verdict = seen ? RC_VERDICT_TRANSIENT_CHAOS : RC_VERDICT_CHAOS, .rest_ms = NAN};
            s[t].audit.passed = true;
            s[t].measured_s = end;
            s[t].growth_ms = 1000 * life;
            if (seen) s[t].rest_ms = 1000 * (life + delay);
            all[t] = &s[t];
        }
        rc_rate found = rc_survival_of(TRIALS, all).escape;
        inside += found.low <= rate && rate <= found.high;
    }
    double share = (double)inside / RUNS;
    print_message("%.1f %% inside\n", 100 * share);
    assert_true(share > 0.94);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_of_tables),
        cmocka_unit_test(intervals_hold_the_rate),
        cmocka_unit_test(trials_count_with_their_time),
        cmocka_unit_test(delays_do_not_lower_the_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
