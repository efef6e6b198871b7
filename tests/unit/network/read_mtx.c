/* Matrix Market files and inputs as text: closed forms, and every mistake at its place. */
#include "weights.h"

#include <locale.h>

#define COORDINATE "%%MatrixMarket matrix coordinate real general\n"
#define ARRAY "%%MatrixMarket matrix array real general\n"

static void assert_dense(const char *text, size_t n_neurons, const double *expected) {
    rc_network *W;
    double found[9];
    assert_ok(parse(text, strlen(text), NULL, &W));
    assert_int_equal(W->n_neurons, n_neurons);
    rc_network_to_dense(W, found);
    for (size_t i = 0; i < n_neurons * n_neurons; i++) assert_true(found[i] == expected[i]);
    rc_network_destroy(&W);
}

static void every_kind(void **state) {
    (void)state;
    const double general[] = {0, 1.5, -2, 0}, symmetric[] = {1, 4, 4, 0}, skew[] = {0, -4, 4, 0}, ones[] = {0, 1, 1, 0};
    assert_dense(COORDINATE "2 2 2\n1 2 1.5\n2 1 -2", 2, general);
    assert_dense(ARRAY "2 2\n0\n-2\n1.5\n0\n", 2, general);
    assert_dense("%%matrixmarket MATRIX Coordinate Double GENERAL\r\n%\r\n2 2 2\r\n1 2 +.15E1\r\n2 1 -2.\r\n", 2,
                 general);
    assert_dense("%%MatrixMarket matrix coordinate integer symmetric\n2 2 2\n1 1 1\n2 1 4\n", 2, symmetric);
    assert_dense("%%MatrixMarket matrix array integer symmetric\n2 2\n1\n4\n0\n", 2, symmetric);
    assert_dense("%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 1 4\n", 2, skew);
    assert_dense("%%MatrixMarket matrix array real skew-symmetric\n2 2\n4\n", 2, skew);
    assert_dense("%%MatrixMarket matrix coordinate pattern general\n2 2 2\n2 1\n1 2\n", 2, ones);
}

static void duplicates_are_added_and_zeros_dropped(void **state) {
    (void)state;
    const double expected[] = {0, 3.75, 0, 0, 0, 0, 0, 0, -1};
    const char *text = COORDINATE "3 3 7\n3 3 -1\n1 2 1\n1 1 5\n1 2 2.5\n1 1 -5\n1 2 0.25\n2 2 0\n";
    assert_dense(text, 3, expected);
    rc_network *W;
    assert_ok(parse(text, strlen(text), NULL, &W));
    assert_int_equal(W->n_connections, 2);
    rc_network_destroy(&W);
}

static void comments_and_blank_lines(void **state) {
    (void)state;
    const double expected[] = {0, 1.5, -2, 0};
    assert_dense(COORDINATE "% one\n%two\n\n  2\t2  2 \n\n1 2 1.5\n% three\n 2 1 -2d0\n\n\n", 2, expected);
}

static void mistakes_have_their_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        rc_status status;
        const char *message;
    } cases[] = {
        {"%%MatrixMarketx", RC_DAMAGED, "file:1:1: expected %%MatrixMarket, found '%%MatrixMarketx'"},
        {"%%MatrixMarket", RC_INVALID, "file:1:15: expected matrix, found the end of the line"},
        {"%%MatrixMarket vector", RC_INVALID, "file:1:16: expected matrix, found 'vector'"},
        {"%%MatrixMarket matrix sparse", RC_INVALID, "file:1:23: expected coordinate or array, found 'sparse'"},
        {"%%MatrixMarket matrix array complex", RC_INVALID, "expected real, integer or pattern, found 'complex'"},
        {"%%MatrixMarket matrix array pattern general", RC_INVALID, "expected real or integer values of an array"},
        {"%%MatrixMarket matrix array real hermitian", RC_INVALID, "found 'hermitian'"},
        {"%%MatrixMarket matrix array real general x", RC_DAMAGED,
         "file:1:42: expected the end of the line, found 'x'"},
        {COORDINATE, RC_DAMAGED, "byte 46: expected the numbers of rows and columns, found the end of the file"},
        {COORDINATE "2", RC_DAMAGED, "file:2:2: expected the number of columns, found the end of the line"},
        {COORDINATE "2 2", RC_DAMAGED, "file:2:4: expected the number of entries, found the end of the line"},
        {COORDINATE "-2 2 1", RC_DAMAGED, "file:2:1: expected the number of rows, found '-2'"},
        {COORDINATE "2 2 99999999999999999999", RC_DAMAGED, "file:2:5: expected the number of entries"},
        {COORDINATE "2 2 18446744073709551615\n1 1 1\n", RC_DAMAGED, "expected at most 2 entries, found a count of"},
        {COORDINATE "2 3 0", RC_INVALID, "found 2 rows and 3 columns"},
        {COORDINATE "0 0 0", RC_INVALID, "expected at least one neuron"},
        {COORDINATE "1000001 1000001 0", RC_INVALID, "expected at most 1000000 neurons in a file of 63 bytes"},
        {COORDINATE "2 2 1\n", RC_DAMAGED, "byte 52: expected another entry, found the end of the file"},
        {COORDINATE "2 2 1\n0 1 1\n", RC_DAMAGED,
         "file:3:1: expected a row from 1 to the number of neurons, found '0'"},
        {COORDINATE "2 2 1\n1 3 1\n", RC_DAMAGED, "file:3:3: expected a column from 1 to the number of neurons"},
        {COORDINATE "2 2 1\n1 1\n", RC_DAMAGED, "file:3:4: expected a number, found the end of the line"},
        {COORDINATE "2 2 1\n1 1 1e\n", RC_DAMAGED, "file:3:5: expected a number, found '1e'"},
        {COORDINATE "2 2 1\n1 1 0x1\n", RC_DAMAGED, "file:3:5: expected a number, found '0x1'"},
        {COORDINATE "2 2 1\n1 1 1,5\n", RC_DAMAGED, "file:3:5: expected a number, found '1,5'"},
        {COORDINATE "2 2 1\n1 1 -NaN\n", RC_INVALID, "file:3:5: expected a finite number, found '-NaN'"},
        {COORDINATE "2 2 1\n1 1 inf\n", RC_INVALID, "file:3:5: expected a finite number, found 'inf'"},
        {COORDINATE "2 2 1\n1 1 1e309\n", RC_INVALID, "expected a number within the range of doubles, found '1e309'"},
        {COORDINATE "2 2 1\n1 1 1 0\n", RC_DAMAGED, "file:3:7: expected the end of the line, found '0'"},
        {COORDINATE "2 2 1\n1 1 1\n2 2 2\n", RC_DAMAGED, "file:4:1: expected the end after the last entry, found '2'"},
        {COORDINATE "2 2 2\n1 1 1e308\n1 1 1e308", RC_INVALID, "weight [0, 0]: expected a finite number"},
        {"%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n1 2 1\n", RC_DAMAGED,
         "file:3:1: expected an entry on or below the diagonal, found '1'"},
        {"%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 2 1\n", RC_DAMAGED,
         "file:3:1: expected an entry below the diagonal, found '2'"},
        {ARRAY "1000 1000\n1\n", RC_DAMAGED, "values, found a shape of 1000000"},
        {ARRAY "1 1\n1\n2\n", RC_DAMAGED, "file:4:1: expected the end after the last value, found '2'"},
        {ARRAY "2 2\n1\n2\n3\n\n\n", RC_DAMAGED, "expected another value, found the end of the file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rc_network *W;
        assert_fails(parse(cases[i].text, strlen(cases[i].text), NULL, &W), cases[i].status, cases[i].message);
        assert_null(W);
    }
}

static void every_byte_changed(void **state) {
    (void)state;
    char text[] = COORDINATE "3 3 3\n1 2 1.5\n2 1 -2e1\n3 3 .25\n";
    for (size_t at = 0; at < sizeof text - 1; at++) {
        char kept = text[at];
        for (int value = 0; value < 256; value++) {
            text[at] = (char)value;
            parse_anything(text, sizeof text - 1);
        }
        text[at] = kept;
        parse_anything(text, at);
    }
}

/* "1.5" must not become 1 where people write "1,5". */
static void numbers_in_another_locale(void **state) {
    (void)state;
    const double expected[] = {0, 1.5, -2, 0};
    const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    for (size_t i = 0; i < 4 && !setlocale(LC_ALL, locales[i]); i++) continue;
    assert_dense(COORDINATE "2 2 2\n1 2 1.5\n2 1 -2", 2, expected);
    setlocale(LC_ALL, "C");
}

static void inputs(void **state) {
    (void)state;
    static const char text[] = "# b of every neuron\n1.5\n\n -2e-3 \r\n+3";
    double *b;
    assert_ok(rc_vector_parse(text, sizeof text - 1, "file", 3, &b));
    assert_true(b[0] == 1.5 && b[1] == -2e-3 && b[2] == 3);
    free(b);
    assert_fails(rc_vector_parse(text, sizeof text - 1, "file", 4, &b), RC_INVALID, "one value a neuron, 4, found 3");
    assert_fails(rc_vector_parse(text, sizeof text - 1, "file", 2, &b), RC_INVALID, "one value a neuron, 2, found 3");
    assert_null(b);
    assert_fails(rc_vector_parse("1\n2 3", 5, "file", 2, &b), RC_DAMAGED, "file:2:3: expected the end of the line");
    assert_fails(rc_vector_parse("nan", 3, "file", 1, &b), RC_INVALID,
                 "file:1:1: expected a finite number, found 'nan'");
    assert_fails(rc_vector_parse("", 0, "file", 1, &b), RC_INVALID, "expected one value a neuron, 1, found 0");
    assert_fails(rc_vector_read("/nonexistent/b", 1, &b), RC_UNREADABLE,
                 "/nonexistent/b: cannot open it: No such file");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind),
        cmocka_unit_test(duplicates_are_added_and_zeros_dropped),
        cmocka_unit_test(comments_and_blank_lines),
        cmocka_unit_test(mistakes_have_their_place),
        cmocka_unit_test(every_byte_changed),
        cmocka_unit_test(numbers_in_another_locale),
        cmocka_unit_test(inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
