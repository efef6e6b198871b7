/* The study's figure: the same bytes for the same results, odd studies,
 * mistakes of the caller. What it looks like is for eyes. */
#include "../unit.h"

#include <dirent.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/rnnchaos-figure-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder); /* fails if a file is left */
}

/* Results as a run could leave them: distances grow where a twin moves away,
 * which it does at every second of the gains that have a fit. */
static rc_results *results_of(const char *const *settings, size_t n_settings) {
    rc_study *study;
    rc_results *results;
    assert_ok(rc_study_read(NULL, settings, n_settings, &study));
    assert_ok(rc_results_create(study, &results));
    for (size_t i = 0; i < study->n_sessions * study->n_gains; i++) {
        size_t gain = i % study->n_gains;
        if (study->gains[gain] < study->divergence.minimum_gain || gain % 2) continue;
        results->divergence_exponent[i] = study->gains[gain] / 2.0;
        for (size_t t = 0; t < study->n_steps; t++)
            results->delta_mean[i * study->n_steps + t] = 10.0 * tanh(0.01 * (double)t) + sin(0.1 * (double)t);
    }
    for (size_t i = 0; i < study->n_gains * study->n_recorded; i++) {
        results->rates1[i] = sin(0.01 * (double)i);
        results->rates2[i] = sin(0.011 * (double)i);
    }
    return results;
}

static char *read_all(const char *path, size_t *size) {
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    *size = (size_t)about.st_size;
    char *bytes = malloc(*size + 1);
    FILE *file = fopen(path, "rb");
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    bytes[*size] = '\0';
    return bytes;
}

static char *draw(const rc_results *results, const char *ending, size_t *size) {
    char path[128];
    snprintf(path, sizeof path, "%s/figure%s", folder, ending);
    assert_ok(rc_figure_study(results, path));
    char *bytes = read_all(path, size);
    unlink(path);
    return bytes;
}

static void check_twice(const rc_results *results, const char *ending, const char *start) {
    size_t size1, size2;
    char *first = draw(results, ending, &size1), *second = draw(results, ending, &size2);
    assert_int_equal(size1, size2);
    assert_memory_equal(first, second, size1);
    assert_memory_equal(first, start, strlen(start));
    free(first);
    free(second);
}

static void the_same_results_give_the_same_bytes(void **state) {
    (void)state;
    const char *const settings[] = {"sessions=[1,2]"};
    rc_results *results = results_of(settings, 1);
    check_twice(results, ".pdf", "%PDF-");
    check_twice(results, ".svg", "<?xml");
    check_twice(results, ".png", "\x89PNG");
    check_twice(results, ".PDF", "%PDF-");
    rc_results_destroy(&results);
}

static void a_png_has_300_dots_per_inch(void **state) {
    (void)state;
    static const unsigned char size_of_page[] = {0, 0, 0x08, 0x4c, 0, 0, 0x07, 0xbc}; /* 2124 x 1980 */
    rc_results *results = results_of(NULL, 0);
    size_t size;
    char *bytes = draw(results, ".png", &size);
    assert_memory_equal(bytes + 16, size_of_page, sizeof size_of_page);
    assert_memory_equal(bytes + 37, "pHYs\0\0\x2e\x23\0\0\x2e\x23\x01", 13); /* 11811 a metre */
    free(bytes);
    rc_results_destroy(&results);
}

static void the_published_study_fits_in_half_a_megabyte(void **state) {
    (void)state;
    rc_results *results = results_of(NULL, 0);
    size_t size;
    free(draw(results, ".pdf", &size));
    assert_in_range(size, 10000, 500000);
    rc_results_destroy(&results);
}

static void check_study(const char *const *settings, size_t n_settings) {
    rc_results *results = results_of(settings, n_settings);
    size_t size;
    free(draw(results, ".pdf", &size));
    assert_true(size > 5000);
    rc_results_destroy(&results);
}

#define CHECK_STUDY(...)                               \
    do {                                               \
        const char *const list[] = {__VA_ARGS__};      \
        check_study(list, sizeof list / sizeof *list); \
    } while (0)

#define SHORT "dynamics.duration_ms=100", "record.duration_ms=50", "record.trial=0", "record.neuron=0"

static void odd_studies_are_drawn(void **state) {
    (void)state;
    CHECK_STUDY(SHORT, "sessions=[1]", "gains=[22]", "trials=1", "network.neurons=1");
    CHECK_STUDY(SHORT, "sessions=[1]", "gains=[22]", "trials=1", "network.neurons=2");
    CHECK_STUDY(SHORT, "sessions=[1]", "gains=[0,22.125]", "trials=2", "network.neurons=3");
    CHECK_STUDY(SHORT, "network.connection_probability=0");
    CHECK_STUDY(SHORT, "network.connection_probability=1", "network.neurons=30");
    CHECK_STUDY(SHORT, "gains=[1,2,3]");
    CHECK_STUDY(SHORT, "gains=[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]",
                "sessions=[1,2,3,4,5,6,7,8,9,10,11,12]", "trials=500");
    CHECK_STUDY("dynamics.duration_ms=1", "record.duration_ms=1");
}

/* Nothing moved away and nothing was recorded: panels say so. */
static void missing_results_are_drawn(void **state) {
    (void)state;
    rc_study *study;
    rc_results *results;
    size_t size;
    assert_ok(rc_study_read(NULL, NULL, 0, &study));
    assert_ok(rc_results_create(study, &results));
    free(draw(results, ".pdf", &size));
    rc_results_destroy(&results);
}

static void exponents_may_be_equal_or_negative(void **state) {
    (void)state;
    static const double values[] = {0.0, -3.0, 1e-12, 1e9};
    rc_results *results = results_of(NULL, 0);
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        size_t size;
        for (size_t i = 0; i < results->study->n_sessions * results->study->n_gains; i++)
            results->divergence_exponent[i] = values[k];
        free(draw(results, ".pdf", &size));
    }
    rc_results_destroy(&results);
}

static void mistakes_are_said(void **state) {
    (void)state;
    rc_results *results = results_of(NULL, 0);
    assert_fails(rc_figure_study(results, "figure.jpg"), RC_INVALID, ".pdf, .svg or .png");
    assert_fails(rc_figure_study(results, "pdf"), RC_INVALID, ".pdf, .svg or .png");
    assert_fails(rc_figure_study(results, ".pdf"), RC_INVALID, ".pdf, .svg or .png");
    assert_fails(rc_figure_study(results, "/nonexistent/figure.pdf"), RC_IO, "/nonexistent/figure.pdf");
    rc_results_destroy(&results);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_results_give_the_same_bytes),
        cmocka_unit_test(a_png_has_300_dots_per_inch),
        cmocka_unit_test(the_published_study_fits_in_half_a_megabyte),
        cmocka_unit_test(odd_studies_are_drawn),
        cmocka_unit_test(missing_results_are_drawn),
        cmocka_unit_test(exponents_may_be_equal_or_negative),
        cmocka_unit_test(mistakes_are_said),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
