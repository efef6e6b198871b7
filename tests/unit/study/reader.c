/* What a study file may say, and how its mistakes are told: by file, line,
 * column, what was expected and what was found. */
#include "../unit.h"

#include <unistd.h>

#include "study/draft.h"

typedef struct mistake {
    const char *text;
    const char *message;
} mistake;

static void check_mistakes(const mistake *mistakes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        rc_study *study = NULL;
        rc_status status = rc_study_parse(mistakes[i].text, strlen(mistakes[i].text), "s.yaml", NULL, 0, &study);
        if (status != RC_BAD_STUDY) fail_msg("status %d for: %s", status, mistakes[i].text);
        assert_null(study);
        assert_string_equal(rc_message(), mistakes[i].message);
    }
}
#define CHECK_MISTAKES(mistakes) check_mistakes(mistakes, sizeof(mistakes) / sizeof *(mistakes))

static rc_study *parse(const char *text) {
    rc_study *study = NULL;
    assert_ok(rc_study_parse(text, strlen(text), "s.yaml", NULL, 0, &study));
    return study;
}

static void defaults_are_the_published_study(void **state) {
    (void)state;
    const char *nothing[] = {"", "\n", "# a comment\n", "---\n", "{}", "network:\ndynamics: {}\n", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        rc_study *study = parse(nothing[i]);
        assert_int_equal(study->seed.n_words, 1);
        assert_int_equal(study->seed.words[0], 1234);
        assert_int_equal(study->n_sessions, 5);
        for (uint32_t s = 0; s < 5; s++) assert_int_equal(study->sessions[s], s + 1);
        assert_int_equal(study->n_gains, 8);
        for (size_t g = 0; g < 8; g++) assert_true(study->gains[g] == 1.0 + 3.0 * (double)g);
        assert_int_equal(study->n_trials, 20);
        assert_int_equal(study->network.n_neurons, 200);
        assert_true(study->network.connection_probability == 0.1);
        assert_true(study->network.weight_std == 0.05);
        assert_true(study->dynamics.tau_ms == 20.0 && study->dynamics.dt_ms == 1.0);
        assert_true(study->dynamics.duration_ms == 7000.0);
        assert_true(study->perturbation == 1e-4);
        assert_true(study->divergence.minimum_gain == 10.0 && study->divergence.minimum_distance == 1.0);
        assert_true(study->divergence.saturation == 0.8);
        assert_int_equal(study->record.session, 1);
        assert_int_equal(study->record.trial, 1);
        assert_int_equal(study->record.neuron, 100);
        assert_true(study->record.duration_ms == 2000.0);
        assert_int_equal(study->n_steps, 7000);
        assert_int_equal(study->n_recorded, 2000);
        rc_study_destroy(&study);
        assert_null(study);
    }
}

static void every_key_is_read(void **state) {
    (void)state;
    rc_study *study = parse("# a comment\n"
                            "seed: 0\n"
                            "sessions: [4294967295, 0x10, 0]\n"
                            "gains:\n  - 0\n  - 1.5\n  - 1e1\n"
                            "'trials': 3\n"
                            "network: {neurons: 7, connection_probability: 1, weight_std: 0}\n"
                            "dynamics:\n  duration_ms: .5\n  tau_ms: 1\n  dt_ms: 0.25\n"
                            "perturbation: -1E-3\n"
                            "divergence: {minimum_gain: 0.0, minimum_distance: 0.5, saturation: 1}\n"
                            "record: {session: 16, trial: 2, neuron: 6, duration_ms: 0.25}\n");
    assert_int_equal(study->seed.n_words, 0);
    assert_int_equal(study->n_sessions, 3);
    assert_int_equal(study->sessions[0], UINT32_MAX);
    assert_int_equal(rc_study_session_index(study, 16), 1);
    assert_int_equal(rc_study_session_index(study, 1), 3);
    assert_int_equal(study->n_gains, 3);
    assert_true(study->gains[1] == 1.5 && study->gains[2] == 10.0);
    assert_int_equal(study->n_trials, 3);
    assert_int_equal(study->network.n_neurons, 7);
    assert_true(study->network.connection_probability == 1.0 && study->network.weight_std == 0.0);
    assert_int_equal(study->n_steps, 2);
    assert_int_equal(study->n_recorded, 1);
    assert_true(study->perturbation == -1e-3);
    assert_true(study->divergence.saturation == 1.0 && study->divergence.minimum_distance == 0.5);
    assert_int_equal(study->record.session, 16);
    rc_study_destroy(&study);
}

static void values_of_another_type_are_refused(void **state) {
    (void)state;
#define COUNT "expected an integer from 1 to 2147483648, found "
    static const mistake mistakes[] = {
        {"trials: 2x0", "s.yaml:1:9: trials: " COUNT "'2x0'"},
        {"trials: 1e3", "s.yaml:1:9: trials: " COUNT "'1e3'"},
        {"trials: 20.0", "s.yaml:1:9: trials: " COUNT "'20.0'"},
        {"trials: 020", "s.yaml:1:9: trials: " COUNT "'020'"},
        {"trials: 1_000", "s.yaml:1:9: trials: " COUNT "'1_000'"},
        {"trials: +5", "s.yaml:1:9: trials: " COUNT "'+5'"},
        {"trials: 0x", "s.yaml:1:9: trials: " COUNT "'0x'"},
        {"trials: \"20\"", "s.yaml:1:9: trials: " COUNT "the quoted text '20'"},
        {"trials: |\n  20\n", "s.yaml:1:9: trials: " COUNT "the quoted text '20?'"},
        {"trials: many  of them", "s.yaml:1:9: trials: " COUNT "'many  of them'"},
        {"trials:", "s.yaml:1:8: trials: " COUNT "nothing"},
        {"trials: ~", "s.yaml:1:9: trials: " COUNT "'~'"},
        {"trials: true", "s.yaml:1:9: trials: " COUNT "'true'"},
        {"trials: [20]", "s.yaml:1:9: trials: " COUNT "a list"},
        {"trials: {a: 20}", "s.yaml:1:9: trials: " COUNT "a mapping"},
        {"network:\n  neurons:\n  connection_probability: 0.1\n", "s.yaml:2:11: network.neurons: " COUNT "nothing"},
        {"network:\n  weight_std: 0,05\n",
         "s.yaml:2:15: network.weight_std: expected a number from 0 up, found '0,05'"},
        {"network: {weight_std: 1e}", "s.yaml:1:23: network.weight_std: expected a number from 0 up, found '1e'"},
        {"network: {weight_std: 0x1p3}", "s.yaml:1:23: network.weight_std: expected a number from 0 up, found '0x1p3'"},
        {"gains: 4", "s.yaml:1:8: gains: expected a list of distinct numbers from 0 up, such as "
                     "[1, 4, 7, 10, 13, 16, 19, 22], found '4'"},
        {"sessions: {1, 2}", "s.yaml:1:11: sessions: expected a list of distinct integers from 0 to 4294967295, "
                             "such as [1, 2, 3, 4, 5], found a mapping"},
        {"sessions:\n  - 1\n  - [2]\n", "s.yaml:3:5: sessions: expected a list of distinct integers from 0 to "
                                        "4294967295, such as [1, 2, 3, 4, 5], found a list"},
        {"sessions:\n  - 1\n  -\n", "s.yaml:3:4: sessions: expected a list of distinct integers from 0 to "
                                    "4294967295, such as [1, 2, 3, 4, 5], found nothing"},
        {"seed: -1", "s.yaml:1:7: seed: expected an integer from 0, below 2^12800, found '-1'"},
        {"seed: '1'", "s.yaml:1:7: seed: expected an integer from 0, below 2^12800, found the quoted text '1'"},
    };
    CHECK_MISTAKES(mistakes);
}

static void values_out_of_range_are_refused(void **state) {
    (void)state;
    static const mistake mistakes[] = {
        {"trials: 0", "s.yaml:1:9: trials: " COUNT "'0'"},
        {"trials: -3", "s.yaml:1:9: trials: " COUNT "'-3'"},
        {"trials: 2147483649", "s.yaml:1:9: trials: " COUNT "'2147483649'"},
        {"trials: 18446744073709551617", "s.yaml:1:9: trials: " COUNT "'18446744073709551617'"},
        {"network: {neurons: 0}", "s.yaml:1:20: network.neurons: " COUNT "'0'"},
        {"network: {connection_probability: 1.1}",
         "s.yaml:1:35: network.connection_probability: expected a number from 0 to 1, found '1.1'"},
        {"network: {connection_probability: -.1}",
         "s.yaml:1:35: network.connection_probability: expected a number from 0 to 1, found '-.1'"},
        {"network: {weight_std: -1}", "s.yaml:1:23: network.weight_std: expected a number from 0 up, found '-1'"},
        {"network: {weight_std: .inf}", "s.yaml:1:23: network.weight_std: expected a number from 0 up, found '.inf'"},
        {"network: {weight_std: inf}", "s.yaml:1:23: network.weight_std: expected a number from 0 up, found 'inf'"},
        {"network: {weight_std: NaN}", "s.yaml:1:23: network.weight_std: expected a number from 0 up, found 'NaN'"},
        {"network: {weight_std: .nan}", "s.yaml:1:23: network.weight_std: expected a number from 0 up, found '.nan'"},
        {"network: {weight_std: 1e999}", "s.yaml:1:23: network.weight_std: expected a number from 0 up, found '1e999'"},
        {"dynamics: {tau_ms: 0}", "s.yaml:1:20: dynamics.tau_ms: expected a number above 0, found '0'"},
        {"dynamics: {dt_ms: -1}", "s.yaml:1:19: dynamics.dt_ms: expected a number above 0, found '-1'"},
        {"dynamics: {dt_ms: 1e-999}", "s.yaml:1:19: dynamics.dt_ms: expected a number above 0, found '1e-999'"},
        {"perturbation: 0", "s.yaml:1:15: perturbation: expected a number other than 0, found '0'"},
        {"perturbation: -0.0", "s.yaml:1:15: perturbation: expected a number other than 0, found '-0.0'"},
        {"divergence: {minimum_gain: -1}",
         "s.yaml:1:28: divergence.minimum_gain: expected a number from 0 up, found '-1'"},
        {"divergence: {minimum_distance: 0}",
         "s.yaml:1:32: divergence.minimum_distance: expected a number above 0, found '0'"},
        {"divergence: {saturation: 0}",
         "s.yaml:1:26: divergence.saturation: expected a number above 0 up to 1, found '0'"},
        {"divergence: {saturation: 1.01}",
         "s.yaml:1:26: divergence.saturation: expected a number above 0 up to 1, found '1.01'"},
        {"record: {duration_ms: -1}", "s.yaml:1:23: record.duration_ms: expected a number from 0 up, found '-1'"},
    };
    CHECK_MISTAKES(mistakes);
}

static void lists_are_distinct_and_not_empty(void **state) {
    (void)state;
    static const mistake mistakes[] = {
        {"sessions: []", "s.yaml:1:11: sessions: expected a list of distinct integers from 0 to 4294967295, such as "
                         "[1, 2, 3, 4, 5], found an empty list"},
        {"sessions: [3, 1, 2, 1, 3]", "s.yaml:1:21: sessions: expected distinct values, found 1 again"},
        {"sessions: [3, 0x3]", "s.yaml:1:15: sessions: expected distinct values, found 3 again"},
        {"gains: [0.1, 1e-1]", "s.yaml:1:14: gains: expected distinct values, found 0.1 again"},
        {"gains:\n- 0\n- 1\n- -0\n", "s.yaml:4:3: gains: expected distinct values, found 0 again"},
        {"gains: [1, -1]", "s.yaml:1:12: gains: expected a list of distinct numbers from 0 up, such as "
                           "[1, 4, 7, 10, 13, 16, 19, 22], found '-1'"},
        {"sessions: [4294967296]", "s.yaml:1:12: sessions: expected a list of distinct integers from 0 to "
                                   "4294967295, such as [1, 2, 3, 4, 5], found '4294967296'"},
    };
    CHECK_MISTAKES(mistakes);
}

static void unknown_and_repeated_keys_are_refused(void **state) {
    (void)state;
    static const mistake mistakes[] = {
        {"seed: 1\nsesions: [1]\n", "s.yaml:2:1: unknown key 'sesions'; the nearest known key is 'sessions'"},
        {"network:\n  neurosn: 3\n",
         "s.yaml:2:3: unknown key 'network.neurosn'; the nearest known key is 'network.neurons'"},
        {"neurons: 3\n", "s.yaml:1:1: unknown key 'neurons'; the nearest known key is 'network.neurons'"},
        {"netwrok:\n  neurons: 3\n", "s.yaml:1:1: unknown key 'netwrok'; the nearest known key is 'network'"},
        {"dynamics: {dt: 3}", "s.yaml:1:12: unknown key 'dynamics.dt'; the nearest known key is 'dynamics.dt_ms'"},
        {"record: {tau_ms: 3}", "s.yaml:1:10: unknown key 'record.tau_ms'; the nearest known key is 'dynamics.tau_ms'"},
        {"Trials: 3", "s.yaml:1:1: unknown key 'Trials'; the nearest known key is 'trials'"},
        {"<<: {trials: 3}", "s.yaml:1:1: unknown key '<<'; the nearest known key is 'seed'"},
        {"\"tri\\0als\": 3", "s.yaml:1:1: unknown key 'tri'; the nearest known key is 'trials'"},
        {"'': 3", "s.yaml:1:1: unknown key ''; the nearest known key is 'seed'"},
        {"network.neurons: 3", "s.yaml:1:1: in a file, write 'network.neurons' as 'neurons:' inside the block "
                               "'network:'"},
        {"trials: 3\nseed: 4\ntrials: 3\n",
         "s.yaml:3:1: the key 'trials' is repeated; it has a value on line 1 already"},
        {"network:\n  neurons: 3\n  neurons: 4\n",
         "s.yaml:3:3: the key 'network.neurons' is repeated; it has a value on line 2 already"},
        {"network:\n  neurons: 3\nnetwork:\n  weight_std: 4\n",
         "s.yaml:3:1: the key 'network' is repeated; it is on line 1 already"},
    };
    CHECK_MISTAKES(mistakes);
}

static void other_shapes_are_refused(void **state) {
    (void)state;
    static const mistake mistakes[] = {
        {"- 1", "s.yaml:1:1: expected the keys of a study, such as 'trials: 20', found a list"},
        {"hello", "s.yaml:1:1: expected the keys of a study, such as 'trials: 20', found a single value"},
        {"trials = 20", "s.yaml:1:1: expected the keys of a study, such as 'trials: 20', found a single value"},
        {"network: 5", "s.yaml:1:10: network: expected a block of keys, found a single value"},
        {"network: ~", "s.yaml:1:10: network: expected a block of keys, found a single value"},
        {"network: [5]", "s.yaml:1:10: network: expected a block of keys, found a list"},
        {"? [a]\n: b\n", "s.yaml:1:3: expected a key, found a list"},
        {"network: {{a: 1}: 2}", "s.yaml:1:11: expected a key, found a mapping"},
        {"seed: 1\n---\nseed: 2\n", "s.yaml:2:1: expected the end of the study, found a second YAML document"},
        {"trials: &n 20\n", "s.yaml:1:9: expected a plain value, found an anchor (&)"},
        {"seed: 3\ntrials: *n\n", "s.yaml:2:9: expected a plain value, found an alias (*)"},
        {"trials: !!int 20\n", "s.yaml:1:9: expected a plain value, found a tag (!)"},
        {"gains: !mine [1]\n", "s.yaml:1:8: expected a plain value, found a tag (!)"},
        {"network: &b {neurons: 3}\n", "s.yaml:1:10: expected a plain value, found an anchor (&)"},
        {"# a\n%TAG ! b\n---\nseed: 1\n", "s.yaml:2:1: expected the keys of a study, found a tag prefix (%TAG)"},
        {"&root\nseed: 1\n", "s.yaml:1:1: expected a plain value, found an anchor (&)"},
    };
    CHECK_MISTAKES(mistakes);
}

/* libyaml's own words differ between its versions. */
static void text_that_is_not_yaml_is_refused(void **state) {
    (void)state;
    static const mistake mistakes[] = {
        {"seed: 3\ngains: [1, 4\n", "s.yaml:3:1: this is not YAML: "},
        {"seed: 1\n\ttrials: 2\n", "s.yaml:2:1: this is not YAML: "},
        {"network:\n  neurons: 3\n trials: 2\n", "s.yaml:3:2: this is not YAML: "},
        {"seed: '1\n", "s.yaml:2:1: this is not YAML: "},
        {": 3", "s.yaml:1:1: this is not YAML: "},
        {"%YAML 3.0\n---\nseed: 1\n", "s.yaml:1:1: this is not YAML: "},
        {"# \xc3\xa9\nseed: \xff\n", "s.yaml:2:7: this is not UTF-8 text: "},
        {"# \xc3\xa9 \x01\n", "s.yaml:1:5: this is not UTF-8 text: "},
        {"\xff\xfes\0e\0", "s.yaml:1:1: this is not UTF-8 text: "},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        rc_study *study = NULL;
        const char *text = mistakes[i].text, *message = mistakes[i].message;
        assert_int_equal(rc_study_parse(text, strlen(text), "s.yaml", NULL, 0, &study), RC_BAD_STUDY);
        if (strncmp(rc_message(), message, strlen(message)) != 0)
            fail_msg("'%s' is not '%s...'", rc_message(), message);
    }
}

static void columns_count_characters(void **state) {
    (void)state;
    static const mistake mistakes[] = {
        {"network: {\"\\u00b5\": 1}", "s.yaml:1:11: unknown key 'network.\xc2\xb5'; the nearest known key is "
                                      "'network'"},
        {"{\xc2\xb5\xc2\xb5: 1}", "s.yaml:1:2: unknown key '\xc2\xb5\xc2\xb5'; the nearest known key is 'seed'"},
        {"trials: \xc2\xb5", "s.yaml:1:9: trials: " COUNT "'\xc2\xb5'"},
        {"trials: \"\\e[31m\\n\\x9b\"", "s.yaml:1:9: trials: " COUNT "the quoted text '?[31m?"
                                        "?'"},
    };
    CHECK_MISTAKES(mistakes);
}

static void long_texts_are_cut_in_messages(void **state) {
    (void)state;
    char text[3000] = "trials: ";
    memset(text + 8, 'x', 2000);
    rc_study *study;
    assert_fails(rc_study_parse(text, strlen(text), "s.yaml", NULL, 0, &study), RC_BAD_STUDY, "xxx...'");
    assert_true(strlen(rc_message()) < 200);
    memcpy(text + 1000, ": 3", 3);
    assert_fails(rc_study_parse(text + 8, 995, "s.yaml", NULL, 0, &study), RC_BAD_STUDY, "xxx...'; the nearest");
    assert_true(strlen(rc_message()) < 200);
}

static void nesting_and_size_are_bounded(void **state) {
    (void)state;
    rc_study *study;
    size_t n = (size_t)RC_MAX_FILE + 1;
    char *text = malloc(n);
    assert_non_null(text);
    memset(text, '[', n);
    assert_fails(rc_study_parse(text, n - 1, "s.yaml", NULL, 0, &study), RC_BAD_STUDY, "s.yaml:1:1: expected the keys");
    assert_fails(rc_study_parse(text, n, "s.yaml", NULL, 0, &study), RC_BAD_STUDY, "at most 4194304 bytes");
    memcpy(text, "gains: ", 7);
    assert_fails(rc_study_parse(text, n - 1, "s.yaml", NULL, 0, &study), RC_BAD_STUDY, "found a list");
    memset(text, ' ', n);
    assert_ok(rc_study_parse(text, n - 1, "s.yaml", NULL, 0, &study));
    rc_study_destroy(&study);
    free(text);
}

static void lists_are_bounded(void **state) {
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    fputs("sessions: [", file);
    for (int i = 0; i < RC_MAX_LIST; i++) fprintf(file, "%d,", i);
    long end = ftell(file);
    fputs("]\n", file);
    fflush(file);
    rc_study *study = NULL;
    assert_ok(rc_study_parse(text, size, "s.yaml", NULL, 0, &study));
    assert_int_equal(study->n_sessions, RC_MAX_LIST);
    assert_true(strlen(study->text) < RC_MAX_FILE);
    rc_study_destroy(&study);
    fseek(file, end, SEEK_SET);
    fputs("65536]\n", file);
    fclose(file);
    assert_fails(rc_study_parse(text, size, "s.yaml", NULL, 0, &study), RC_BAD_STUDY,
                 "sessions: more than 65536 elements");
    free(text);
}

static void files_are_read(void **state) {
    (void)state;
    char path[] = "/tmp/rnnchaos-study-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "trials: 2\nx: 3\n", 15), 15);
    rc_study *study = NULL;
    assert_fails(rc_study_read(path, NULL, 0, &study), RC_BAD_STUDY, ":2:1: unknown key 'x'");
    assert_memory_equal(rc_message(), path, strlen(path));
    assert_null(study);
    assert_int_equal(ftruncate(fd, 10), 0);
    assert_ok(rc_study_read(path, NULL, 0, &study));
    assert_int_equal(study->n_trials, 2);
    rc_study_destroy(&study);
    close(fd);
    unlink(path);
    assert_fails(rc_study_read(path, NULL, 0, &study), RC_UNREADABLE, "cannot read it: No such file");
    assert_fails(rc_study_read("/tmp", NULL, 0, &study), RC_UNREADABLE, "/tmp: cannot read it: Is a directory");
    assert_fails(rc_study_read("/dev/zero", NULL, 0, &study), RC_BAD_STUDY, "at most");
    assert_ok(rc_study_read(NULL, NULL, 0, &study));
    rc_study_destroy(&study);
    rc_study_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_published_study),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(values_of_another_type_are_refused),
        cmocka_unit_test(values_out_of_range_are_refused),
        cmocka_unit_test(lists_are_distinct_and_not_empty),
        cmocka_unit_test(unknown_and_repeated_keys_are_refused),
        cmocka_unit_test(other_shapes_are_refused),
        cmocka_unit_test(text_that_is_not_yaml_is_refused),
        cmocka_unit_test(columns_count_characters),
        cmocka_unit_test(long_texts_are_cut_in_messages),
        cmocka_unit_test(nesting_and_size_are_bounded),
        cmocka_unit_test(lists_are_bounded),
        cmocka_unit_test(files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
