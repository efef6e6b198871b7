/* The schema table itself, and the kinds of value it can describe. */
#include "../unit.h"

#include <math.h>

#include "study/number.h"
#include "study/schema.h"
#include "study/text.h"
#include "study/value.h"

static void the_table_is_in_order(void **state) {
    (void)state;
    bool opened[RC_N_BLOCKS] = {false};
    for (size_t k = 0; k < RC_N_KEYS; k++) {
        const rc_key *key = &rc_schema[k];
        assert_non_null(key->name);
        assert_non_null(key->initial);
        assert_non_null(key->help);
        assert_true(strlen(key->name) < RC_MAX_KEY_NAME);
        assert_int_equal(rc_schema_find(key->name), k);
        if (!rc_key_opens_block(k)) continue;
        char block[RC_MAX_KEY_NAME];
        snprintf(block, sizeof block, "%.*s", (int)rc_key_block_length(key), key->name);
        size_t b = rc_schema_find_block(block);
        assert_true(b < RC_N_BLOCKS);
        assert_false(opened[b]); /* the keys of a block stand together */
        opened[b] = true;
    }
    for (size_t b = 0; b < RC_N_BLOCKS; b++) assert_true(opened[b]);
}

static rc_scalar plain(const char *text) {
    return (rc_scalar){.text = text,
                       .length = strlen(text),
                       .place = {.kind = RC_PLACE_FILE, .source = "s.yaml", .line = 1, .column = 2}};
}

static void a_count_may_be_a_word(void **state) {
    (void)state;
    const rc_key key = {.name = "exponents.count",
                        .type = RC_TYPE_COUNT,
                        .offset = offsetof(rc_study, n_trials),
                        .low = 0,
                        .high = 100,
                        .word = "all",
                        .word_value = SIZE_MAX};
    rc_study study = {0};
    rc_scalar word = plain("all"), number = plain("7"), other = plain("any"), prefix = plain("al");
    assert_ok(rc_value_set(&key, &word, &study));
    assert_true(study.n_trials == SIZE_MAX);
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    assert_ok(rc_text_write_value(&study, &key, file));
    assert_ok(rc_text_close(file, &text));
    assert_string_equal(text, "all");
    free(text);
    assert_ok(rc_value_set(&key, &number, &study));
    assert_int_equal(study.n_trials, 7);
    assert_fails(rc_value_set(&key, &other, &study), RC_BAD_STUDY,
                 "s.yaml:1:2: exponents.count: expected an integer from 0 to 100 or all, found 'any'");
    assert_fails(rc_value_set(&key, &prefix, &study), RC_BAD_STUDY, "found 'al'");
}

static void the_nearest_key_is_found(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"sed", "seed"},
        {"session", "sessions"},
        {"gain", "gains"},
        {"trails", "trials"},
        {"network.neuron", "network.neurons"},
        {"neuron", "record.neuron"},
        {"weight_sd", "network.weight_std"},
        {"dynamics.tau", "dynamics.tau_ms"},
        {"dynamic", "dynamics"},
        {"record.dt_ms", "dynamics.dt_ms"},
        {"divergance.saturation", "divergence.saturation"},
        {"conection_probability", "network.connection_probability"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_string_equal(rc_schema_nearest(pairs[i][0]), pairs[i][1]);
    }
}

static void reals_are_read_strictly(void **state) {
    (void)state;
    static const char *const good[] = {"0",     "-0",  "+1",   "1.",  ".5",      "-.5", "1e3",
                                       "1E+03", "0e0", "0.e1", "1e0", "12.5e-1", "0.0", "2.2250738585072011e-308"};
    static const char *const bad[] = {"",     ".",    "-",        "+",      "e5",  "1e",    "1e+", "1.2.3",
                                      "1 ",   " 1",   "0x1",      "01",     "-01", "1d3",   "1f",  "inf",
                                      "-inf", "nan",  "1e400",    "1e-400", "1,5", "1_0",   "--1", "1e5.",
                                      ".e1",  "1:30", "\xc2\xb2", "0b1",    "0o7", "NaN(1)"};
    double value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!rc_number_real(good[i], strlen(good[i]), &value)) fail_msg("refused %s", good[i]);
        assert_true(value == strtod(good[i], NULL));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (rc_number_real(bad[i], strlen(bad[i]), &value)) fail_msg("accepted %s", bad[i]);
    }
    assert_false(rc_number_real("1\0002", 3, &value));
    assert_true(rc_number_real("-0", 2, &value));
    assert_false(signbit(value));
}

static void integers_are_read_strictly(void **state) {
    (void)state;
    static const char *const bad[] = {"", "-1", "+1", "1.0", "1e3", "01", "0x", "x1", "0xg", "1 ", "1a", "00", "0b1"};
    uint64_t value;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (rc_number_integer(bad[i], strlen(bad[i]), &value)) fail_msg("accepted %s", bad[i]);
    }
    assert_true(rc_number_integer("18446744073709551615", 20, &value));
    assert_true(value == UINT64_MAX);
    assert_false(rc_number_integer("18446744073709551616", 20, &value));
    assert_true(rc_number_integer("0xFFFFFFFFFFFFFFFF", 18, &value));
    assert_true(value == UINT64_MAX);
    assert_false(rc_number_integer("0x10000000000000000", 19, &value));
    assert_true(rc_number_integer("0", 1, &value));
    assert_int_equal(value, 0);
}

static void reals_print_back(void **state) {
    (void)state;
    char text[RC_NUMBER_SIZE];
    rc_number_print(0.1, text);
    assert_string_equal(text, "0.1");
    rc_number_print(1e22, text);
    assert_string_equal(text, "1e+22");
    rc_number_print(0.1 + 0.2, text);
    assert_string_equal(text, "0.30000000000000004");
    uint64_t bits = 88172645463325252u; /* xorshift64, Marsaglia 2003 */
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        rc_number_print(value, text);
        assert_true(rc_number_real(text, strlen(text), &back));
        assert_true(back == value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_in_order),      cmocka_unit_test(a_count_may_be_a_word),
        cmocka_unit_test(the_nearest_key_is_found),   cmocka_unit_test(reals_are_read_strictly),
        cmocka_unit_test(integers_are_read_strictly), cmocka_unit_test(reals_print_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
