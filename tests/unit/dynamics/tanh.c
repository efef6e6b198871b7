/* tanh: error against long double, odd, monotone, bounded, the same bits in all kernels. */
#include "../unit.h"

#include <math.h>

static double worst; /* ulp */

enum { CHUNK = 1 << 16 };
static double x[CHUNK], y[CHUNK], other[CHUNK];

static const rc_kernels *scalar(void) {
    const rc_kernels *kernels;
    assert_ok(rc_kernels_find("scalar", &kernels));
    return kernels;
}

static double error_in_ulp(double computed, double argument) {
    long double exact = tanhl((long double)argument);
    double rounded = fabs((double)exact);
    double ulp = nextafter(rounded, INFINITY) - rounded;
    return (double)(fabsl((long double)computed - exact) / (long double)ulp);
}

/* Checks n points that ascend. */
static void check(size_t n) {
    rc_tanh(scalar(), n, x, y);
    int exact = has_long_double();
    for (size_t i = 0; i < n; i++) {
        if (exact) worst = fmax(worst, error_in_ulp(y[i], x[i]));
        if (i > 0 && y[i] < y[i - 1]) fail_msg("tanh falls from %a to %a", x[i - 1], x[i]);
        if (!(fabs(y[i]) <= 1)) fail_msg("|tanh(%a)| > 1", x[i]);
    }
    for (size_t k = 1; k < N_KERNELS; k++) {
        const rc_kernels *kernels;
        if (rc_kernels_find(kernel_names[k], &kernels) != RC_OK) continue;
        rc_tanh(kernels, n, x, other);
        assert_memory_equal(y, other, n * sizeof *y);
    }
    for (size_t i = 0; i < n; i++) x[i] = -x[i];
    rc_tanh(scalar(), n, x, other);
    for (size_t i = 0; i < n; i++) assert_true(other[i] == -y[i]);
}

/* 2^-40 to 2^6, 2^18 points an octave, evenly spread: 1.2e7 points. */
static void all_magnitudes(void **state) {
    (void)state;
    for (int octave = -40; octave < 6; octave++)
        for (int part = 0; part < 4; part++) {
            for (size_t i = 0; i < CHUNK; i++)
                x[i] = ldexp(1 + (part + (double)i / CHUNK) / 4 + 0x1p-33 * (double)(i % 97), octave);
            check(CHUNK);
        }
}

/* Neighbouring doubles, where the table changes its entry and elsewhere. */
static void neighbours(void **state) {
    (void)state;
    for (int octave = -5; octave < 6; octave++)
        for (int quarter = 0; quarter < 8; quarter++) {
            double edge = ldexp(1 + quarter / 8.0, octave);
            int64_t bits;
            memcpy(&bits, &edge, sizeof bits);
            bits -= CHUNK / 2;
            for (size_t i = 0; i < CHUNK; i++, bits++) memcpy(&x[i], &bits, sizeof bits);
            check(CHUNK);
        }
}

static void special_values(void **state) {
    (void)state;
    for (size_t k = 0; k < N_KERNELS; k++) {
        const rc_kernels *kernels;
        if (rc_kernels_find(kernel_names[k], &kernels) != RC_OK) continue;
        double in[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 0x1p-1074, -0x1p-1022, 1e308, -19.07, 0x1p-300, 20, 19.99};
        double out[12];
        rc_tanh(kernels, 12, in, out);
        assert_true(out[0] == 0 && !signbit(out[0]));
        assert_true(out[1] == 0 && signbit(out[1]));
        assert_true(out[2] == 1 && out[3] == -1);
        assert_true(isnan(out[4]));
        assert_true(out[5] == in[5] && out[6] == in[6] && out[9] == in[9]);
        assert_true(out[7] == 1 && out[8] == -1 && out[10] == 1 && out[11] == 1);
        double part[3] = {0.5, 0.25, 7}; /* not a whole vector; in place; the rest untouched */
        rc_tanh(kernels, 2, part, part);
        assert_true(fabs(part[0] - 0.46211715726000976) < 1e-16 && part[2] == 7);
    }
}

static void error_is_small(void **state) {
    (void)state;
    skip_without_long_double();
    print_message("largest error %.3f ulp\n", worst);
    assert_true(worst > 0.5 && worst < 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_magnitudes),
        cmocka_unit_test(neighbours),
        cmocka_unit_test(special_values),
        cmocka_unit_test(error_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
