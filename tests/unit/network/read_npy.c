/* .npy files: headers with every kind of mistake, and every byte changed. */
#include "weights.h"

/* A header of version 1.0 with its length, then elements. */
static size_t make_npy(const char *header, const void *elements, size_t n_elements, unsigned char *bytes) {
    size_t n = strlen(header);
    memcpy(bytes, "\x93NUMPY\x01\x00", 8);
    bytes[8] = (unsigned char)n;
    bytes[9] = (unsigned char)(n >> 8);
    memcpy(bytes + 10, header, n);
    memcpy(bytes + 10 + n, elements, n_elements);
    return 10 + n + n_elements;
}

static const double two_by_two[4] = {0, 1.5, -2, 0};

static rc_status read_header(const char *header, rc_network **W) {
    unsigned char bytes[512];
    size_t n = make_npy(header, two_by_two, sizeof two_by_two, bytes);
    return parse(bytes, n, NULL, W);
}

static void spellings_of_a_header(void **state) {
    (void)state;
    static const char *const headers[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }                \n",
        "{'descr':'<f8','fortran_order':False,'shape':(2,2)}",
        "  {\"shape\" : ( 2L , 2L , ) , \"fortran_order\" : False , \"descr\" : \"<f8\" , } \t\r\n",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        rc_network *W;
        assert_ok(read_header(headers[i], &W));
        assert_int_equal(W->n_neurons, 2);
        assert_int_equal(W->n_connections, 2);
        assert_true(W->weight[0] == 1.5 && W->column[0] == 1 && W->weight[1] == -2 && W->column[1] == 0);
        rc_network_destroy(&W);
    }
}

static void columns_first(void **state) {
    (void)state;
    rc_network *W;
    assert_ok(read_header("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }\n", &W));
    assert_true(W->weight[0] == -2 && W->column[0] == 1 && W->weight[1] == 1.5 && W->column[1] == 0);
    rc_network_destroy(&W);
}

static void mistakes_in_a_header(void **state) {
    (void)state;
    static const struct {
        const char *header;
        rc_status status;
        const char *message;
    } cases[] = {
        {"", RC_DAMAGED, "byte 10: expected '{', found the end"},
        {"[", RC_DAMAGED, "byte 10: expected '{', found '['"},
        {"{", RC_DAMAGED, "byte 11: expected a key or '}', found the end"},
        {"{}", RC_DAMAGED, "byte 11: expected the key descr, found '}'"},
        {"{'descr'", RC_DAMAGED, "byte 18: expected ':', found the end"},
        {"{'descr: '<f8'}", RC_DAMAGED, "once each, found 'descr: '"},
        {"{'descr': '<f8", RC_DAMAGED, "byte 20: expected a closing quote, found none"},
        {"{'descr': 3", RC_DAMAGED, "byte 20: expected a type such as '<f8', found '3'"},
        {"{'descr': 'f8'", RC_DAMAGED, "expected a type such as '<f8', found 'f8'"},
        {"{'descr': ''", RC_DAMAGED, "expected a type such as '<f8', found ''"},
        {"{'descr': '|f8'", RC_DAMAGED, "expected '<' or '>' before a type of many bytes, found '|'"},
        {"{'descr': '<f8',,", RC_DAMAGED, "byte 26: expected a key or '}', found ','"},
        {"{'descr': '<f8' 'shape'", RC_DAMAGED, "byte 26: expected ',' or '}', found '''"},
        {"{'descr': '<f8', 'descr': '<f8'", RC_DAMAGED, "once each, found 'descr'"},
        {"{'order': '<f8'", RC_DAMAGED, "once each, found 'order'"},
        {"{'fortran_order': 0", RC_DAMAGED, "byte 28: expected True or False, found '0'"},
        {"{'fortran_order': Tru", RC_DAMAGED, "byte 28: expected True or False, found 'T'"},
        {"{'shape': 2", RC_DAMAGED, "byte 20: expected '(', found '2'"},
        {"{'shape': (-2, 2)", RC_DAMAGED, "byte 21: expected a length or ')', found '-'"},
        {"{'shape': (2 2)", RC_DAMAGED, "byte 23: expected ',' or ')', found '2'"},
        {"{'shape': (2,,2)", RC_DAMAGED, "byte 23: expected a length or ')', found ','"},
        {"{'shape': (4)", RC_DAMAGED, "byte 22: expected ',' after the only length, found ')'"},
        {"{'shape': (18446744073709551616, 2)", RC_DAMAGED, "expected a length below 2^64, found a greater one"},
        {"{'descr': '<f8', 'shape': (2, 2)}", RC_DAMAGED, "expected the key fortran_order, found '}'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)} x", RC_DAMAGED,
         "byte 68: expected blanks to the end of the header, found 'x'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (3, 3)}", RC_DAMAGED,
         "byte 67: expected the elements of shape (3, 3) and 8 bytes each, found 32 bytes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}", RC_DAMAGED, "found 32 bytes"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", RC_DAMAGED, "found 32 bytes"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}", RC_DAMAGED,
         "found 32 bytes"},
        {"{'descr': '|O'", RC_INVALID, "expected numbers, found Python objects, which are never loaded"},
        {"{'descr': [('a', '<f8')]", RC_INVALID, "expected numbers, found records"},
        {"{'descr': '<c16'", RC_INVALID, "expected a type such as '<f8', found '<c16'"},
        {"{'descr': '<f3'", RC_INVALID, "found '<f3'"},
        {"{'descr': '|S'", RC_INVALID, "found '|S'"},
        {"{'descr': '|S99999'", RC_INVALID, "found '|S99999'"},
        {"{'descr': '<\x80\x01'", RC_INVALID, "found '<?\?'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4,)}", RC_INVALID, "found shape (4,)"},
        {"{'descr': '|S8', 'fortran_order': False, 'shape': (2, 2)}", RC_INVALID, "expected numbers, found text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rc_network *W;
        assert_fails(read_header(cases[i].header, &W), cases[i].status, cases[i].message);
        assert_null(W);
    }
}

static void mistakes_before_the_header(void **state) {
    (void)state;
    rc_network *W;
    assert_fails(parse("\x93NUMPY", 6, NULL, &W), RC_DAMAGED, "byte 6: expected a version, found the end");
    assert_fails(parse("\x93NUMPY\x04\x00", 8, NULL, &W), RC_DAMAGED, "expected version 1.0, 2.0 or 3.0, found 4.0");
    assert_fails(parse("\x93NUMPY\x01\x01", 8, NULL, &W), RC_DAMAGED, "found 1.1");
    assert_fails(parse("\x93NUMPY\x02\x00\x01\x00\x00", 11, NULL, &W), RC_DAMAGED, "expected the length of the header");
    assert_fails(parse("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12, NULL, &W), RC_DAMAGED,
                 "byte 8: expected a header of at most 0 bytes, found a length of 4294967295");
}

static void every_byte_changed(void **state) {
    (void)state;
    unsigned char bytes[512];
    size_t n = make_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }\n", two_by_two, 32, bytes);
    for (size_t at = 0; at < n; at++) {
        unsigned char kept = bytes[at];
        for (unsigned value = 0; value < 256; value++) {
            bytes[at] = (unsigned char)value;
            parse_anything(bytes, n);
        }
        bytes[at] = kept;
        assert_int_not_equal(parse_anything(bytes, at), RC_OK); /* cut off here */
    }
    assert_int_equal(parse_anything(bytes, n), RC_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_of_a_header), cmocka_unit_test(columns_first),
        cmocka_unit_test(mistakes_in_a_header),  cmocka_unit_test(mistakes_before_the_header),
        cmocka_unit_test(every_byte_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
