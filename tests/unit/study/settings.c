/* KEY=VALUE settings, and values that must go together wherever they come
 * from. */
#include "../unit.h"

static rc_study *parse_with(const char *text, const char *const *settings, size_t n) {
    rc_study *study = NULL;
    assert_ok(rc_study_parse(text, strlen(text), "s.yaml", settings, n, &study));
    return study;
}

#define PARSE(text, ...)                                 \
    parse_with(text, (const char *const[]){__VA_ARGS__}, \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void check_refused(const char *text, const char *setting, const char *message) {
    rc_study *study = NULL;
    rc_status status = rc_study_parse(text, strlen(text), "s.yaml", &setting, setting ? 1 : 0, &study);
    if (status != RC_BAD_STUDY) fail_msg("status %d for: %s, --set %s", status, text, setting ? setting : "nothing");
    assert_null(study);
    assert_string_equal(rc_message(), message);
}

static void settings_override_the_file(void **state) {
    (void)state;
    rc_study *study = PARSE("trials: 5\nnetwork: {neurons: 300}\n", "trials=7", "gains=[1,4, 7.5]",
                            "network.weight_std=1e-1", "seed= 18446744073709551616 # 2^64");
    assert_int_equal(study->n_trials, 7);
    assert_int_equal(study->network.n_neurons, 300);
    assert_int_equal(study->n_gains, 3);
    assert_true(study->gains[2] == 7.5 && study->network.weight_std == 0.1);
    assert_int_equal(study->seed.n_words, 3);
    rc_study_destroy(&study);
}

static void the_last_of_repeated_settings_wins(void **state) {
    (void)state;
    rc_study *study = PARSE("", "trials=7", "gains=[1]", "trials=9", "gains=[2, 3]");
    assert_int_equal(study->n_trials, 9);
    assert_int_equal(study->n_gains, 2);
    rc_study_destroy(&study);
}

static void mistakes_in_settings_are_told(void **state) {
    (void)state;
#define COUNT "expected an integer from 1 to 2147483648, found "
    check_refused("", "trials", "--set trials: expected KEY=VALUE, such as trials=20");
    check_refused("", "", "--set : expected KEY=VALUE, such as trials=20");
    check_refused("", "=3", "--set =3: unknown key ''; the nearest known key is 'seed'");
    check_refused("", "trials=2x0", "--set trials=2x0: trials: " COUNT "'2x0'");
    check_refused("", "trials=", "--set trials=: trials: " COUNT "nothing");
    check_refused("", "trials==3", "--set trials==3: trials: " COUNT "'=3'");
    check_refused("", "trials=a: 3", "--set trials=a: 3: trials: " COUNT "a mapping");
    check_refused("", "trials=*a", "--set trials=*a: expected a plain value, found an alias (*)");
    check_refused("", "trials=2\n---\n3",
                  "--set trials=2?---?3: expected the end of the study, found a second YAML "
                  "document");
    check_refused("", "neurons=3",
                  "--set neurons=3: unknown key 'neurons'; the nearest known key is "
                  "'network.neurons'");
    check_refused("", "network={neurons: 3}",
                  "--set network={neurons: 3}: 'network' is a block of keys; set one of "
                  "them by its whole name, network.KEY");
    check_refused("", "gains=[1",
                  "--set gains=[1: this is not YAML: while parsing a flow sequence, did not find "
                  "expected ',' or ']'");
    check_refused("", "gains=[1,1]", "--set gains=[1,1]: gains: expected distinct values, found 1 again");
    check_refused("trials: 0\n", "trials=3", "s.yaml:1:9: trials: " COUNT "'0'");
}

static void settings_that_are_not_yaml_are_refused(void **state) {
    (void)state;
    rc_study *study;
    const char *open_list = "gains=[1", *not_utf8 = "seed=\xff";
    assert_fails(rc_study_parse("", 0, "s.yaml", &open_list, 1, &study), RC_BAD_STUDY,
                 "--set gains=[1: this is not YAML: ");
    assert_fails(rc_study_parse("", 0, "s.yaml", &not_utf8, 1, &study), RC_BAD_STUDY,
                 "--set seed=?: this is not UTF-8 text: ");
}

static void long_settings_are_cut_in_messages(void **state) {
    (void)state;
    char setting[5000] = "trials=";
    memset(setting + 7, '7', 4000);
    const char *settings = setting;
    rc_study *study;
    assert_fails(rc_study_parse("", 0, "s.yaml", &settings, 1, &study), RC_BAD_STUDY, "7...: trials: expected");
    assert_true(strlen(rc_message()) < 500);
    memset(setting, '7', 4000);
    setting[3000] = '=';
    assert_fails(rc_study_parse("", 0, "s.yaml", &settings, 1, &study), RC_BAD_STUDY, "unknown key '777");
}

static void a_duration_is_a_whole_number_of_steps(void **state) {
    (void)state;
    rc_study *study = PARSE("", "dynamics.dt_ms=0.1", "dynamics.duration_ms=0.3", "dynamics.tau_ms=0.06");
    assert_int_equal(study->n_steps, 3);
    assert_int_equal(study->n_recorded, 3);
    rc_study_destroy(&study);
    study = PARSE("", "dynamics.duration_ms=7000.000001"); /* 1.4e-10 of it */
    assert_int_equal(study->n_steps, 7000);
    rc_study_destroy(&study);
    check_refused("", "dynamics.duration_ms=7000.0001",
                  "--set dynamics.duration_ms=7000.0001: dynamics.duration_ms: expected a whole number of steps of "
                  "dynamics.dt_ms = 1, found 7000.0001; the nearest is 7000");
    check_refused("dynamics:\n  dt_ms: 0.3\n", NULL,
                  "s.yaml:2:10: dynamics.duration_ms: expected a whole number of steps of dynamics.dt_ms = 0.3, found "
                  "7000; the nearest is 6999.9");
    check_refused("dynamics:\n  duration_ms: 0.3\n", NULL,
                  "s.yaml:2:16: dynamics.duration_ms: expected a whole number of steps of dynamics.dt_ms = 1, found "
                  "0.3; the nearest is 1");
    check_refused("dynamics: {duration_ms: 1e300}\n", NULL,
                  "s.yaml:1:25: dynamics.duration_ms: expected at most 2^40 steps, found 1e+300");
    check_refused("dynamics: {dt_ms: 5e-324}\n", NULL,
                  "s.yaml:1:19: dynamics.duration_ms: expected at most 2^40 steps, found 7000");
    check_refused("record: {duration_ms: 0.5}\n", NULL,
                  "s.yaml:1:23: record.duration_ms: expected a whole number of steps of dynamics.dt_ms = 1, found 0.5; "
                  "the nearest is 1");
}

static void an_unstable_step_is_refused(void **state) {
    (void)state;
    check_refused("dynamics: {dt_ms: 40}\n", NULL,
                  "s.yaml:1:19: dynamics.dt_ms: expected less than twice dynamics.tau_ms = 40, found 40");
    check_refused("dynamics: {dt_ms: 10}\n", "dynamics.tau_ms=5",
                  "--set dynamics.tau_ms=5: dynamics.dt_ms: expected less than twice dynamics.tau_ms = 10, found 10");
    rc_study *study = PARSE("", "dynamics.dt_ms=35");
    assert_int_equal(study->n_steps, 200);
    rc_study_destroy(&study);
}

static void a_record_left_out_is_fitted(void **state) {
    (void)state;
    rc_study *study = PARSE("", "sessions=[7, 3]", "trials=1", "network.neurons=10", "dynamics.duration_ms=500");
    assert_int_equal(study->record.session, 7);
    assert_int_equal(study->record.trial, 0);
    assert_int_equal(study->record.neuron, 9);
    assert_true(study->record.duration_ms == 500.0);
    assert_int_equal(study->n_recorded, 500);
    rc_study_destroy(&study);
    study = PARSE("", "sessions=[7, 1]", "network.neurons=101", "dynamics.dt_ms=0.3", "dynamics.duration_ms=6000");
    assert_int_equal(study->record.session, 1);
    assert_int_equal(study->record.neuron, 100);
    assert_int_equal(study->n_recorded, 6666);
    assert_float_equal(study->record.duration_ms, 1999.8, 1e-9);
    rc_study_destroy(&study);
    study = PARSE("", "dynamics.tau_ms=3000", "dynamics.dt_ms=3000", "dynamics.duration_ms=6000");
    assert_int_equal(study->n_recorded, 0);
    rc_study_destroy(&study);
    study = PARSE("record: {duration_ms: 0}\n", "trials=20");
    assert_int_equal(study->n_recorded, 0);
    rc_study_destroy(&study);
}

static void a_given_record_must_fit(void **state) {
    (void)state;
    check_refused("sessions: [7]\nrecord:\n  session: 1\n", NULL,
                  "s.yaml:3:12: record.session: expected one of the sessions of this study, found 1");
    check_refused("record:\n  session: 1\n", "sessions=[2]",
                  "--set sessions=[2]: record.session: expected one of the sessions of this study, found 1");
    check_refused("record: {trial: 20}\n", NULL, "s.yaml:1:17: record.trial: expected less than trials = 20, found 20");
    check_refused("record: {neuron: 200}\n", NULL,
                  "s.yaml:1:18: record.neuron: expected less than network.neurons = 200, found 200");
    check_refused("record: {duration_ms: 7001}\n", NULL,
                  "s.yaml:1:23: record.duration_ms: expected at most dynamics.duration_ms = 7000, found 7001");
}

static void the_later_of_two_settings_is_to_blame(void **state) {
    (void)state;
    rc_study *study;
    const char *const first[] = {"record.trial=3", "trials=3"}, *const second[] = {"trials=3", "record.trial=3"};
    assert_fails(rc_study_parse("", 0, "s.yaml", first, 2, &study), RC_BAD_STUDY, "--set trials=3: record.trial:");
    assert_fails(rc_study_parse("", 0, "s.yaml", second, 2, &study), RC_BAD_STUDY, "--set record.trial=3: record");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_override_the_file),        cmocka_unit_test(the_last_of_repeated_settings_wins),
        cmocka_unit_test(mistakes_in_settings_are_told),     cmocka_unit_test(settings_that_are_not_yaml_are_refused),
        cmocka_unit_test(long_settings_are_cut_in_messages), cmocka_unit_test(a_duration_is_a_whole_number_of_steps),
        cmocka_unit_test(an_unstable_step_is_refused),       cmocka_unit_test(a_record_left_out_is_fitted),
        cmocka_unit_test(a_given_record_must_fit),           cmocka_unit_test(the_later_of_two_settings_is_to_blame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
