/* The canonical text, the template, the reference and the examples. */
#include "../unit.h"

#include <dirent.h>
#include <locale.h>

#include "study/draft.h"

static rc_study *parse(const char *text, size_t length) {
    rc_study *study = NULL;
    assert_ok(rc_study_parse(text, length, "s.yaml", NULL, 0, &study));
    return study;
}

static void check_round_trip(const rc_study *study) {
    rc_study *again = parse(study->text, strlen(study->text));
    assert_string_equal(again->text, study->text);
    assert_true(again->hash == study->hash);
    assert_int_equal(again->n_steps, study->n_steps);
    assert_int_equal(again->n_recorded, study->n_recorded);
    assert_int_equal(again->seed.n_words, study->seed.n_words);
    assert_int_equal(again->n_gains, study->n_gains);
    assert_memory_equal(again->gains, study->gains, study->n_gains * sizeof *study->gains);
    rc_study_destroy(&again);
}

static const char published[] = "seed: 1234\n"
                                "sessions: [1, 2, 3, 4, 5]\n"
                                "gains: [1, 4, 7, 10, 13, 16, 19, 22]\n"
                                "trials: 20\n"
                                "network:\n"
                                "  neurons: 200\n"
                                "  connection_probability: 0.1\n"
                                "  weight_std: 0.05\n"
                                "dynamics:\n"
                                "  tau_ms: 20\n"
                                "  dt_ms: 1\n"
                                "  duration_ms: 7000\n"
                                "perturbation: 0.0001\n"
                                "divergence:\n"
                                "  minimum_gain: 10\n"
                                "  minimum_distance: 1\n"
                                "  saturation: 0.8\n"
                                "exponents:\n"
                                "  count: 3\n"
                                "  transient_ms: 5000\n"
                                "  duration_ms: 28000\n"
                                "  target_error: 0\n"
                                "record:\n"
                                "  session: 1\n"
                                "  trial: 1\n"
                                "  neuron: 100\n"
                                "  duration_ms: 2000\n";

static void the_text_has_every_key(void **state) {
    (void)state;
    rc_study *study = parse("", 0);
    assert_string_equal(study->text, published);
    check_round_trip(study);
    rc_study_destroy(&study);
}

/* Studies from before a key keep their text. */
static void a_newer_key_is_written_only_where_it_is_changed(void **state) {
    (void)state;
    static const char same[] = "network: {streams: session}", other[] = "network: {streams: row}";
    static const char single[] = "exponents: {precision: single}";
    rc_study *study = parse(same, strlen(same));
    assert_string_equal(study->text, published);
    rc_study_destroy(&study);
    study = parse(other, strlen(other));
    assert_non_null(strstr(study->text, "  weight_std: 0.05\n  streams: row\ndynamics:\n"));
    assert_int_equal(study->network.streams, RC_STREAMS_ROW);
    check_round_trip(study);
    rc_study_destroy(&study);
    study = parse(single, strlen(single));
    assert_non_null(strstr(study->text, "  target_error: 0\n  precision: single\nrecord:\n"));
    assert_int_equal(study->exponents.precision, RC_PRECISION_SINGLE);
    check_round_trip(study);
    rc_study_destroy(&study);
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo): computed here the long way. */
static void the_hash_is_fnv_1a(void **state) {
    (void)state;
    rc_study *study = parse("trials: 3", 9);
    unsigned __int128 hash = 14695981039346656037u;
    for (const char *c = study->text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u % ((unsigned __int128)1 << 64);
    assert_true(study->hash == (uint64_t)hash);
    rc_study_destroy(&study);
}

static void odd_values_round_trip(void **state) {
    (void)state;
    static const char *const texts[] = {
        "gains: [0.1, 0.30000000000000004, 1e22, 5e-324, 1.7976931348623157e308, 0.2236067977499789]",
        "perturbation: -1.2345678901234567e-200",
        "dynamics: {dt_ms: 0.1, duration_ms: 0.30000000000000004}",
        "dynamics: {dt_ms: 0.7, duration_ms: 4900.0000000001}\nrecord: {duration_ms: 2100}",
        "dynamics: {dt_ms: 0.3, duration_ms: 6999.9}",
        "sessions: [0, 4294967295]",
        "seed: 0xfFfFfFfFfFfFfFfFfFfFfFfFfFfFfFfF00",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        rc_study *study = parse(texts[i], strlen(texts[i]));
        check_round_trip(study);
        rc_study_destroy(&study);
    }
}

static void check_seed(const char *seed, const char *decimal, size_t n_words, const uint32_t *words) {
    char text[8192];
    snprintf(text, sizeof text, "seed: %s\n", seed);
    rc_study *study = parse(text, strlen(text));
    assert_int_equal(study->seed.n_words, n_words);
    assert_memory_equal(study->seed.words, words, n_words * sizeof *words);
    snprintf(text, sizeof text, "seed: %s\n", decimal);
    assert_memory_equal(study->text, text, strlen(text));
    check_round_trip(study);
    rc_study_destroy(&study);
}

static void a_seed_has_any_size(void **state) {
    (void)state;
    check_seed("4294967295", "4294967295", 1, (uint32_t[]){UINT32_MAX});
    check_seed("4294967296", "4294967296", 2, (uint32_t[]){0, 1});
    check_seed("18446744073709551616", "18446744073709551616", 3, (uint32_t[]){0, 0, 1});
    check_seed("340282366920938463463374607431768211456", "340282366920938463463374607431768211456", 5,
               (uint32_t[]){0, 0, 0, 0, 1});
    check_seed("340282366920938463463374607431768211455", "340282366920938463463374607431768211455", 4,
               (uint32_t[]){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX});
    check_seed("0x100000000000000000000000000000007", "340282366920938463463374607431768211463", 5,
               (uint32_t[]){7, 0, 0, 0, 1});
    check_seed("0x00000000", "0", 0, (uint32_t[]){0});
    check_seed("1000000000000000000", "1000000000000000000", 2, (uint32_t[]){0xa7640000, 0x0de0b6b3});
}

static void the_largest_seed_is_known(void **state) {
    (void)state;
    char text[8192] = "seed: 0x";
    memset(text + 8, 'f', 3200); /* 2^12800 - 1 */
    rc_study *study = parse(text, strlen(text));
    assert_int_equal(study->seed.n_words, 400);
    check_round_trip(study);
    rc_study_destroy(&study);
    memcpy(text + 8, "1000000", 7);
    memset(text + 15, '0', 3194); /* 2^12800 */
    assert_fails(rc_study_parse(text, strlen(text), "s.yaml", NULL, 0, &study), RC_BAD_STUDY, "below 2^12800");
}

/* The comma as decimal point, where the machine has such a locale. */
static void numbers_do_not_depend_on_the_locale(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "fr_FR.utf8", "de_DE", "ps_AF"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++) found = setlocale(LC_ALL, names[i]);
    if (!found) skip();
    char text[16];
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_not_equal(text, "0.5");
    rc_study *study = parse("", 0);
    assert_string_equal(study->text, published);
    check_round_trip(study);
    rc_study_destroy(&study);
    assert_fails(rc_study_parse("perturbation: 0,5", 17, "s.yaml", NULL, 0, &study), RC_BAD_STUDY, "found '0,5'");
    setlocale(LC_ALL, "C");
}

static void the_template_is_the_default_study(void **state) {
    (void)state;
    char *text = NULL;
    assert_ok(rc_study_template(&text));
    rc_study *study = parse(text, strlen(text));
    assert_string_equal(study->text, published);
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        assert_true(strcspn(line, "\n") <= 80);
        assert_null(memchr(line, '`', strcspn(line, "\n")));
    }
    rc_study_destroy(&study);
    free(text);
}

static char *read_whole(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("cannot open %s", path);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

/* If this fails: rnnchaos init --reference > docs/study-file.md */
static void the_documentation_is_the_reference(void **state) {
    (void)state;
    char *reference = NULL;
    char *file = read_whole(RC_SOURCE_DIR "/docs/study-file.md");
    assert_ok(rc_study_reference(&reference));
    assert_string_equal(file, reference);
    free(file);
    free(reference);
}

static void the_examples_are_studies(void **state) {
    (void)state;
    DIR *folder = opendir(RC_SOURCE_DIR "/examples");
    assert_non_null(folder);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".yaml") != 0) continue;
        char path[1024];
        snprintf(path, sizeof path, RC_SOURCE_DIR "/examples/%s", entry->d_name);
        rc_study *study = NULL;
        assert_ok(rc_study_read(path, NULL, 0, &study));
        check_round_trip(study);
        if (strcmp(entry->d_name, "published.yaml") == 0) assert_string_equal(study->text, published);
        if (strcmp(entry->d_name, "readme-variance.yaml") == 0) {
            assert_true(study->network.weight_std == 0.22360679774997896);
        }
        rc_study_destroy(&study);
        n++;
    }
    closedir(folder);
    assert_true(n >= 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_has_every_key),
        cmocka_unit_test(a_newer_key_is_written_only_where_it_is_changed),
        cmocka_unit_test(the_hash_is_fnv_1a),
        cmocka_unit_test(odd_values_round_trip),
        cmocka_unit_test(a_seed_has_any_size),
        cmocka_unit_test(the_largest_seed_is_known),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(the_template_is_the_default_study),
        cmocka_unit_test(the_documentation_is_the_reference),
        cmocka_unit_test(the_examples_are_studies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
