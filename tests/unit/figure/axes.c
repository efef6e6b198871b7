/* Ticks, ranges, places on the page, colours and numbers as text. */
#include "../unit.h"

#include <math.h>

#include "figure/axes.h"
#include "figure/color.h"
#include "figure/words.h"

static void check_ticks(double low, double high, size_t n_most) {
    rc_ticks ticks = rc_ticks_within((rc_range){low, high}, n_most);
    assert_in_range(ticks.n, 1, n_most);
    double slack = 1e-6 * (high - low);
    assert_true(ticks.first >= low - slack);
    assert_true(rc_ticks_value(&ticks, ticks.n - 1) <= high + slack);
    double digit = ticks.step / pow(10.0, floor(log10(ticks.step) + 1e-9));
    assert_true(fabs(digit - 1.0) < 1e-6 || fabs(digit - 2.0) < 1e-6 || fabs(digit - 5.0) < 1e-6);
}

static void ticks_are_round_and_within(void **state) {
    (void)state;
    for (size_t n_most = 3; n_most <= 8; n_most++)
        for (double low = -7.3; low < 10.0; low += 0.37)
            for (double length = 1e-8; length < 1e9; length *= 3.7)
                check_ticks(low * length, (low + 1.0) * length, n_most);
}

static void ticks_of_a_second(void **state) {
    (void)state;
    rc_ticks ticks = rc_ticks_within((rc_range){0.0, 2.0}, 5);
    assert_int_equal(ticks.n, 5);
    assert_string_equal(rc_ticks_words(&ticks, 1).text, "0.5");
    rc_range range = rc_range_round((rc_range){0.0, 14.9}, 5);
    assert_true(range.low == 0.0 && range.high == 15.0);
}

static void ranges_hold_finite_values_only(void **state) {
    (void)state;
    const double values[] = {NAN, 3.0, -1.0, INFINITY};
    rc_range range = rc_range_extend(RC_RANGE_EMPTY, values, 4);
    assert_true(range.low == -1.0 && range.high == 3.0);
    range = rc_range_extend(RC_RANGE_EMPTY, values, 1);
    assert_true(range.low > range.high);
    range = rc_range_widen((rc_range){2.0, 2.0});
    assert_true(range.low < 2.0 && range.high > 2.0);
    range = rc_range_widen((rc_range){0.0, 0.0});
    assert_true(range.low < 0.0 && range.high > 0.0);
}

/* Results of a stranger may hold any number; once, these had no end. */
static void odd_numbers_have_ticks_or_none(void **state) {
    (void)state;
    const double odd[] = {5e-324, -5e-324, 1e-310, 1e-300, 1e300, 1e308, -1e308, 1.7976931348623157e308, 1.0, 0.0};
    enum { N = sizeof odd / sizeof *odd };
    for (size_t i = 0; i < N * N; i++) {
        double values[] = {odd[i / N], odd[i % N]};
        rc_range range = rc_range_widen(rc_range_extend(RC_RANGE_EMPTY, values, 2));
        assert_true(isfinite(range.high - range.low) && range.high > range.low);
        assert_in_range(rc_ticks_within(range, 6).n, 0, 6);
        assert_in_range(rc_ticks_within((rc_range){values[0], values[1]}, 6).n, 0, 6);
    }
}

static void data_have_places(void **state) {
    (void)state;
    rc_axes axes = {NULL, {10.0, 20.0, 100.0, 50.0}, {0.0, 2.0}, {-1.0, 1.0}};
    rc_point at = rc_axes_point(&axes, 0.0, -1.0);
    assert_true(at.x == 10.0 && at.y == 70.0);
    at = rc_axes_point(&axes, 2.0, 1.0);
    assert_true(at.x == 110.0 && at.y == 20.0);
}

/* CIE lightness, 0 to 100. */
static double lightness(rc_color color) {
    const double linear[] = {color.red, color.green, color.blue}, weights[] = {0.2126, 0.7152, 0.0722};
    double luminance = 0.0;
    for (size_t i = 0; i < 3; i++)
        luminance += weights[i] * (linear[i] <= 0.04045 ? linear[i] / 12.92 : pow((linear[i] + 0.055) / 1.055, 2.4));
    return luminance > 0.008856 ? 116.0 * cbrt(luminance) - 16.0 : 903.3 * luminance;
}

static void colors_are_ordered_by_lightness(void **state) {
    (void)state;
    for (size_t i = 1; i <= 100; i++) {
        double here = (double)i / 100.0, before = here - 0.01;
        assert_true(lightness(rc_color_sequential(here)) > lightness(rc_color_sequential(before)));
        double sign = here <= 0.501 ? 1.0 : -1.0; /* lightest in the middle */
        assert_true(sign * (lightness(rc_color_diverging(here)) - lightness(rc_color_diverging(before))) > 0.0);
    }
    for (size_t i = 1; i < 8; i++)
        assert_true(lightness(rc_color_line(i, 8)) > lightness(rc_color_line(i - 1, 8)) + 4.0);
    assert_true(lightness(rc_color_line(7, 8)) < 75.0); /* still seen on white */
    assert_true(rc_color_line(0, 1).red == rc_color_line(0, 8).red);
    assert_true(rc_color_sequential(NAN).blue == rc_color_sequential(-3.0).blue);
}

static void numbers_are_written(void **state) {
    (void)state;
    assert_string_equal(rc_words_count(1).text, "one");
    assert_string_equal(rc_words_count(20).text, "twenty");
    assert_string_equal(rc_words_count(21).text, "21");
    assert_string_equal(rc_words_number(2.5).text, "2.5");
    assert_string_equal(rc_words_number(-10.0).text, "\u221210");
    assert_string_equal(rc_words_decimals(-0.26, 1).text, "\u22120.3");
    assert_string_equal(rc_words_decimals(-0.01, 1).text, "0.0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_and_within),      cmocka_unit_test(ticks_of_a_second),
        cmocka_unit_test(ranges_hold_finite_values_only),  cmocka_unit_test(data_have_places),
        cmocka_unit_test(colors_are_ordered_by_lightness), cmocka_unit_test(numbers_are_written),
        cmocka_unit_test(odd_numbers_have_ticks_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
