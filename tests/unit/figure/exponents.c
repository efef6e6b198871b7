/* The figure of the exponents: the same bytes for the same results, odd
 * studies, missing results, mistakes of the caller; and the sums behind it.
 * What it looks like is for eyes. */
#include "../unit.h"

#include <math.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rnnchaos/spectrum.h>

#include "figure/marks.h"
#include "figure/panels.h"
#include "figure/summary.h"

static char folder[] = "/tmp/rnnchaos-exponents-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder); /* fails if a file is left */
}

/* Evenly spread in [-1, 1), the same for the same n. */
static double noise(size_t n) {
    uint64_t bits = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ bits >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
    return (double)(bits >> 11) / (double)(UINT64_C(1) << 52) - 1.0;
}

/* The largest exponent of the published networks at g, in 1/s. */
static double typical_exponent(double gain) {
    static const double gains[] = {0.0, 1.0, 4.0, 7.0, 10.0, 13.0, 16.0, 19.0, 22.0};
    static const double exponents[] = {-51.0, -39.0, -3.0, 0.25, 3.55, 7.05, 9.65, 12.0, 14.15};
    size_t i = 0;
    while (i < 7 && gain > gains[i + 1]) i++;
    return exponents[i] + (exponents[i + 1] - exponents[i]) * (gain - gains[i]) / (gains[i + 1] - gains[i]);
}

/* Session 1 comes to rest up to g = 10 and late at g = 13. */
static rc_verdict typical_verdict(size_t session, double gain, size_t trial) {
    if (gain < 5.0) return RC_VERDICT_FIXED_POINT;
    if (gain < 8.0)
        return session % 3 == 0 ? RC_VERDICT_FIXED_POINT : trial % 5 ? RC_VERDICT_LIMIT_CYCLE : RC_VERDICT_TORUS;
    if (gain < 11.0) return session == 0 ? RC_VERDICT_FIXED_POINT : trial % 7 ? RC_VERDICT_CHAOS : RC_VERDICT_UNDECIDED;
    if (gain < 14.0 && session == 0) return trial % 3 ? RC_VERDICT_TRANSIENT_CHAOS : RC_VERDICT_UNDECIDED;
    return RC_VERDICT_CHAOS;
}

static void fill_trial(rc_results *results, size_t session, size_t gain, size_t trial) {
    const rc_study *study = results->study;
    size_t k = study->n_exponents, place = (session * study->n_gains + gain) * study->n_trials + trial;
    double g = study->gains[gain], largest = typical_exponent(g) + noise(session) * 0.6 + 0.4 * noise(place);
    rc_verdict verdict = typical_verdict(session, g, trial);
    if (verdict == RC_VERDICT_LIMIT_CYCLE || verdict == RC_VERDICT_TORUS) largest = 0.005 * noise(place);
    if (verdict == RC_VERDICT_FIXED_POINT && g > 3.0) largest = trial % 5 < 3 ? -0.45 : -5.2;
    bool still = verdict == RC_VERDICT_FIXED_POINT;
    results->verdict[place] = verdict;
    for (size_t i = 0; i < k; i++) {
        double share = (double)i / (double)study->network.n_neurons;
        results->lyapunov_exponent[place * k + i] = largest - 40.0 * sqrt(share) - 30.0 * share * share * share;
        results->lyapunov_error[place * k + i] = still ? 0.0 : 0.25 + 0.1 * noise(place + i);
        for (size_t w = 0; w < RC_N_WINDOWS; w++)
            results->lyapunov_window[(place * RC_N_WINDOWS + w) * k + i] =
                results->lyapunov_exponent[place * k + i] + (still ? 0.0 : 3.0 * noise(place * 64 + w));
    }
}

static rc_results *results_of(const char *const *settings, size_t n_settings) {
    rc_study *study;
    rc_results *results;
    assert_ok(rc_study_read(NULL, settings, n_settings, &study));
    assert_ok(rc_results_create(study, &results));
    for (size_t i = 0; i < study->n_sessions * study->n_gains; i++) {
        double g = study->gains[i % study->n_gains];
        if (g >= study->divergence.minimum_gain) results->divergence_exponent[i] = 3.5 + 0.85 * (g - 10.0) + noise(i);
        for (size_t trial = 0; trial < study->n_trials; trial++)
            fill_trial(results, i / study->n_gains, i % study->n_gains, trial);
    }
    return results;
}

static char *draw(const rc_results *results, const char *ending, size_t *size) {
    char path[128];
    struct stat about;
    snprintf(path, sizeof path, "%s/figure%s", folder, ending);
    assert_ok(rc_figure_exponents(results, path));
    assert_int_equal(stat(path, &about), 0);
    *size = (size_t)about.st_size;
    char *bytes = malloc(*size);
    FILE *file = fopen(path, "rb");
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    unlink(path);
    return bytes;
}

static void the_same_results_give_the_same_bytes(void **state) {
    (void)state;
    static const char *const endings[] = {".pdf", ".svg", ".png"}, *const starts[] = {"%PDF-", "<?xml", "\x89PNG"};
    rc_results *results = results_of(NULL, 0);
    for (size_t i = 0; i < 3; i++) {
        size_t size1, size2;
        char *first = draw(results, endings[i], &size1), *second = draw(results, endings[i], &size2);
        assert_int_equal(size1, size2);
        assert_memory_equal(first, second, size1);
        assert_memory_equal(first, starts[i], strlen(starts[i]));
        assert_in_range(size1, 10000, 500000);
        free(first);
        free(second);
    }
    rc_results_destroy(&results);
}

static void check_results(rc_results *results) {
    size_t size;
    free(draw(results, ".pdf", &size));
    assert_in_range(size, 5000, 1000000);
}

static void check_study(const char *const *settings, size_t n_settings) {
    rc_results *results = results_of(settings, n_settings);
    check_results(results);
    rc_results_destroy(&results);
}

#define CHECK_STUDY(...)                               \
    do {                                               \
        const char *const list[] = {__VA_ARGS__};      \
        check_study(list, sizeof list / sizeof *list); \
    } while (0)

#define SHORT "dynamics.duration_ms=100", "record.duration_ms=50", "record.trial=0", "record.neuron=0"
#define THIRTY "gains=[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]"

static void odd_studies_are_drawn(void **state) {
    (void)state;
    CHECK_STUDY(SHORT, "sessions=[1]", "gains=[22]", "trials=1", "exponents.count=1");
    CHECK_STUDY(SHORT, "sessions=[1]", "gains=[22]", "trials=1", "network.neurons=1");
    CHECK_STUDY(SHORT, "sessions=[1]", "gains=[0,22.125]", "trials=2", "network.neurons=3");
    CHECK_STUDY(SHORT, "exponents.count=all", "trials=3");
    CHECK_STUDY(SHORT, "exponents.count=all", "trials=1", "sessions=[1,2]", "gains=[16,22,10]", "network.neurons=2000");
    CHECK_STUDY(SHORT, "gains=[1,2,3]");
    CHECK_STUDY(SHORT, THIRTY, "sessions=[1,2,3,4,5,6,7,8,9,10,11,12]", "trials=100", "exponents.count=1");
    CHECK_STUDY(SHORT, "gains=[1,1.000001,20]", "exponents.count=2");
    CHECK_STUDY("exponents.duration_ms=1", "exponents.transient_ms=0");
}

static void missing_results_are_drawn(void **state) {
    (void)state;
    rc_study *study;
    rc_results *results;
    assert_ok(rc_study_read(NULL, NULL, 0, &study));
    assert_ok(rc_results_create(study, &results));
    check_results(results);
    rc_results_destroy(&results);
}

/* Holes everywhere, and numbers that are no verdicts. */
static void holes_are_drawn(void **state) {
    (void)state;
    rc_results *results = results_of(NULL, 0);
    const rc_study *study = results->study;
    size_t n_trials = study->n_sessions * study->n_gains * study->n_trials, n = n_trials * study->n_exponents;
    for (size_t i = 0; i < n; i += 3) results->lyapunov_exponent[i] = NAN;
    for (size_t i = 1; i < n; i += 2) results->lyapunov_error[i] = NAN;
    for (size_t i = 0; i < n * RC_N_WINDOWS; i++)
        if (i / study->n_exponents % 7 == 3) results->lyapunov_window[i] = NAN;
    for (size_t i = 0; i < n_trials; i += 5) results->verdict[i] = i % 2 ? -1 : 99;
    check_results(results);
    rc_results_destroy(&results);
}

static void exponents_of_any_size_are_drawn(void **state) {
    (void)state;
    static const double values[] = {0.0, -51.0, 1e-12, 1e9, INFINITY, -INFINITY};
    rc_results *results = results_of(NULL, 0);
    const rc_study *study = results->study;
    size_t n = study->n_sessions * study->n_gains * study->n_trials * study->n_exponents;
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        for (size_t i = 0; i < n; i++) results->lyapunov_exponent[i] = results->lyapunov_error[i] = values[v];
        for (size_t i = 0; i < n * RC_N_WINDOWS; i++) results->lyapunov_window[i] = values[v];
        check_results(results);
    }
    rc_results_destroy(&results);
}

static void mistakes_are_said(void **state) {
    (void)state;
    rc_results *results = results_of(NULL, 0);
    assert_fails(rc_figure_exponents(results, "figure.jpg"), RC_INVALID, ".pdf, .svg or .png");
    assert_fails(rc_figure_exponents(results, "/nonexistent/figure.pdf"), RC_IO, "/nonexistent/figure.pdf");
    rc_results_destroy(&results);
    const char *const settings[] = {"exponents.count=0"};
    results = results_of(settings, 1);
    assert_fails(rc_figure_exponents(results, "figure.pdf"), RC_INVALID, "exponents.count is 0");
    rc_results_destroy(&results);
}

static void errors_of_means_hold_spread_and_errors(void **state) {
    (void)state;
    rc_summary summary = {0};
    assert_true(rc_summary_error(&summary) == 0.0);
    rc_summary_add(&summary, 2.0, 0.5); /* one value: its own error */
    assert_close(rc_summary_error(&summary), 0.5, 1e-15);
    rc_summary_add(&summary, NAN, 1.0);
    rc_summary_add(&summary, 2.0, 0.5); /* two that happen to agree */
    assert_close(rc_summary_error(&summary), 0.5 / sqrt(2.0), 1e-15);
    rc_summary_add(&summary, 8.0, NAN); /* spread: variance 12 of three */
    assert_close(summary.mean, 4.0, 1e-15);
    assert_close(rc_summary_spread(&summary), sqrt(12.0), 1e-14);
    assert_close(rc_summary_error(&summary), 2.0, 1e-14);
}

static void ranges_have_boxes(void **state) {
    (void)state;
    rc_axes axes = {NULL, {10.0, 20.0, 100.0, 50.0}, {0.0, 2.0}, {-1.0, 1.0}};
    rc_box box = rc_axes_box(&axes, (rc_range){1.0, 1.5}, (rc_range){-1.0, 0.0});
    assert_true(box.x == 60.0 && box.y == 45.0 && box.width == 25.0 && box.height == 25.0);
}

static void deep_fixed_points_leave_room(void **state) {
    (void)state;
    const double tau_ms = 20.0;
    rc_range range = rc_range_of_exponents((rc_range){-40.0, 100.0}, tau_ms);
    assert_true(range.low == -40.0 && range.high == 100.0);
    range = rc_range_of_exponents((rc_range){-40.0, 30.0}, tau_ms);
    assert_true(range.low == -18.0 && range.high == 30.0);
    range = rc_range_of_exponents((rc_range){-40.0, 0.01}, tau_ms); /* 0.2 per tau, whatever a limit cycle's zero is */
    assert_true(range.low == -10.0 && range.high == 0.01);
    range = rc_range_of_exponents((rc_range){-40.0, 0.0}, tau_ms);
    assert_true(range.low == -40.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_results_give_the_same_bytes),
        cmocka_unit_test(odd_studies_are_drawn),
        cmocka_unit_test(missing_results_are_drawn),
        cmocka_unit_test(holes_are_drawn),
        cmocka_unit_test(exponents_of_any_size_are_drawn),
        cmocka_unit_test(mistakes_are_said),
        cmocka_unit_test(errors_of_means_hold_spread_and_errors),
        cmocka_unit_test(ranges_have_boxes),
        cmocka_unit_test(deep_fixed_points_leave_room),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
