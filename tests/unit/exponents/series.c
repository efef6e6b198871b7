/* Error bars that hold what they promise. */
#include "../unit.h"

#include <math.h>

#include "exponents/samples.h"

enum { LONGEST = 2000 };
static double x[LONGEST];
static rc_stream stream;

static int open_stream(void **state) {
    (void)state;
    uint32_t seed = 11;
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    return 0;
}

/* x' = a x + noise, stationary, mean 0. */
static void fill_autoregressive(size_t n, double a) {
    double now = rc_stream_normal(&stream) / sqrt(1 - a * a);
    for (size_t i = 0; i < n; i++) x[i] = now = a * now + rc_stream_normal(&stream);
}

/* ln of the growth of a tangent of the Henon map in pieces of 10 steps, less
 * the long-run mean. */
static void fill_henon(size_t n) {
    double u = 0.2 * rc_stream_uniform(&stream), v = 0, p = 1, q = 0;
    for (size_t i = 0; i < n + 20; i++) {
        double sum = 0;
        for (int j = 0; j < 10; j++) {
            double next_p = -2.8 * u * p + q, next_u = 1 - 1.4 * u * u + v;
            q = 0.3 * p;
            v = 0.3 * u;
            u = next_u;
            p = next_p;
            double length = hypot(p, q);
            sum += log(length) / 10;
            p /= length;
            q /= length;
        }
        if (i >= 20) x[i - 20] = sum - 0.419217;
    }
}

/* Share of runs whose 95 % interval holds the true mean, 0. */
static double cover(size_t n, double a, int n_runs) {
    int held = 0;
    for (int run = 0; run < n_runs; run++) {
        if (a < 1)
            fill_autoregressive(n, a);
        else
            fill_henon(n);
        rc_estimate e = rc_series_mean(x, n, 1);
        held += fabs(e.value) <= 1.96 * e.error;
    }
    return held / (double)n_runs;
}

static void intervals_hold_the_mean(void **state) {
    (void)state;
    struct {
        size_t n;
        double a;
    } cases[] = {{2000, 0.9}, {500, 0.9}, {200, 0.5}, {500, 0.5}, {200, -0.6}, {500, -0.6}, {200, 1}, {1000, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double share = cover(cases[i].n, cases[i].a, 1500);
        print_message("n = %zu, %s %.1f: %.1f %% held\n", cases[i].n, cases[i].a < 1 ? "AR" : "Henon", cases[i].a,
                      100 * share);
        assert_true(share > 0.92 && share < 0.975);
    }
}

static void effective_samples_are_counted(void **state) {
    (void)state;
    double sum = 0;
    for (int run = 0; run < 200; run++) {
        fill_autoregressive(2000, 0.9);
        sum += rc_series_mean(x, 2000, 1).n_effective / 200;
    }
    assert_close(sum, 2000 * 0.1 / 1.9, 20); /* n (1 - a)/(1 + a) */
}

static void special_series(void **state) {
    (void)state;
    for (size_t i = 0; i < 100; i++) x[i] = 0.1;
    rc_estimate e = rc_series_mean(x, 100, 1);
    assert_close(e.value, 0.1, 1e-15);
    assert_true(e.error == 0);
    for (size_t i = 0; i < 100; i++) x[i] = i % 2 ? 100 : 0.25;
    e = rc_series_mean(x, 50, 2); /* every second one */
    assert_true(e.value == 0.25 && e.error == 0);
    x[7] = -INFINITY;
    e = rc_series_mean(x, 100, 1);
    assert_true(e.value == -INFINITY && isnan(e.error));
    assert_true(isnan(rc_series_mean(x, 0, 1).value));
    e = rc_series_mean(x, 1, 1);
    assert_true(e.value == 0.25 && isnan(e.error));
}

/* A rotation has the cosine for its autocorrelation, whose integral up to its
 * first zero is 1/omega; noise has none. */
static void autocorrelations(void **state) {
    (void)state;
    enum { N = 400, LAGS = 41 };
    double rho[LAGS], omega = 2 * acos(-1) * 10 / N;
    rc_samples samples;
    assert_ok(rc_samples_open(2, N, &samples));
    for (size_t t = 0; t < N; t++)
        rc_samples_offer(&samples, (double[]){1 + cos(omega * (double)t), sin(omega * (double)t)});
    assert_close(rc_samples_autocorrelation(&samples, LAGS, rho), 1 / omega, 0.05);
    for (size_t lag = 0; lag < LAGS; lag++) assert_close(rho[lag], cos(omega * (double)lag), 1e-9);
    rc_samples_clear(&samples);
    for (size_t t = 0; t < N; t++)
        rc_samples_offer(&samples, (double[]){rc_stream_normal(&stream), rc_stream_normal(&stream)});
    assert_true(rc_samples_autocorrelation(&samples, LAGS, rho) < 0.8 && rho[0] == 1);
    for (size_t lag = 1; lag < LAGS; lag++) assert_true(fabs(rho[lag]) < 4 / sqrt(2 * N));
    rc_samples_clear(&samples);
    for (size_t t = 0; t < 20; t++) rc_samples_offer(&samples, (double[]){1, 1}); /* nothing varies */
    assert_true(isnan(rc_samples_autocorrelation(&samples, LAGS, rho)) && isnan(rho[0]));
    rc_samples_close(&samples);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold_the_mean),
        cmocka_unit_test(effective_samples_are_counted),
        cmocka_unit_test(special_series),
        cmocka_unit_test(autocorrelations),
    };
    return cmocka_run_group_tests(tests, open_stream, NULL);
}
