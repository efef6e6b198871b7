#include "study/number.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"

/* Digits are refused beyond this before any arithmetic; 2^12800 has 3854. */
enum { MAX_DIGITS = 4000 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* glibc and musl give a constant for "C": nothing is allocated, it cannot
 * fail. */
static locale_t c_locale(void) { return newlocale(LC_ALL_MASK, "C", (locale_t)0); }

void rc_number_print(double value, char text[RC_NUMBER_SIZE]) {
    locale_t c = c_locale();
    locale_t callers = uselocale(c);
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, RC_NUMBER_SIZE, "%.*g", precision, value);
        if (strtod(text, NULL) == value) break;
    }
    uselocale(callers);
    freelocale(c);
}

/* The digits of a decimal mantissa and exponent. *nonzero tells whether any
 * digit of the mantissa is not 0. */
static bool real_is_well_formed(const char *text, size_t length, bool *nonzero) {
    const char *c = text, *end = text + length;
    size_t n_digits = 0;
    *nonzero = false;
    if (*c == '+' || *c == '-') c++;
    if (c[0] == '0' && is_digit(c[1])) return false;
    for (bool point = false; is_digit(*c) || (*c == '.' && !point); c++) {
        point |= *c == '.';
        n_digits += *c != '.';
        *nonzero |= *c >= '1';
    }
    if (n_digits == 0) return false;
    if (*c == 'e' || *c == 'E') {
        c++;
        if (*c == '+' || *c == '-') c++;
        if (!is_digit(*c)) return false;
        while (is_digit(*c)) c++;
    }
    return c == end;
}

bool rc_number_real(const char *text, size_t length, double *value) {
    bool nonzero;
    if (!real_is_well_formed(text, length, &nonzero)) return false;
    locale_t c = c_locale();
    *value = strtod_l(text, NULL, c) + 0.0; /* -0 becomes 0 */
    freelocale(c);
    return isfinite(*value) && (*value != 0.0 || !nonzero);
}

/* Splits off the prefix 0x. False unless at least one digit and only digits
 * of the base follow. */
static bool integer_digits(const char **text, size_t *length, uint32_t *base) {
    bool is_hex = *length > 2 && (*text)[0] == '0' && ((*text)[1] == 'x' || (*text)[1] == 'X');
    *base = is_hex ? 16 : 10;
    if (is_hex) {
        *text += 2;
        *length -= 2;
    }
    if (*length == 0 || *length > MAX_DIGITS) return false;
    if (!is_hex && *length > 1 && (*text)[0] == '0') return false;
    for (size_t i = 0; i < *length; i++) {
        int digit = hex_digit((*text)[i]);
        if (digit < 0 || digit >= (int)*base) return false;
    }
    return true;
}

bool rc_number_integer(const char *text, size_t length, uint64_t *value) {
    uint32_t base;
    if (!integer_digits(&text, &length, &base)) return false;
    *value = 0;
    for (size_t i = 0; i < length; i++) {
        if (__builtin_mul_overflow(*value, (uint64_t)base, value)) return false;
        if (__builtin_add_overflow(*value, (uint64_t)hex_digit(text[i]), value)) return false;
    }
    return true;
}

/* natural = natural * factor + addend; false if it outgrows `words`. */
static bool natural_grow(rc_natural *natural, uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (size_t i = 0; i < natural->n_words; i++) {
        carry += (uint64_t)natural->words[i] * factor;
        natural->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry == 0) return true;
    if (natural->n_words == RC_NATURAL_MAX_WORDS) return false;
    natural->words[natural->n_words++] = (uint32_t)carry;
    return true;
}

rc_status rc_natural_read(const char *text, size_t length, bool *valid, rc_natural *natural) {
    uint32_t base;
    rc_status status = RC_OK;
    *natural = (rc_natural){0};
    *valid = integer_digits(&text, &length, &base);
    if (!*valid) return RC_OK;
    RC_TRY(RC_ARRAY(natural->words, RC_NATURAL_MAX_WORDS, "seed"));
    for (size_t i = 0; i < length && *valid; i++) *valid = natural_grow(natural, base, (uint32_t)hex_digit(text[i]));
    if (!*valid) {
        free(natural->words);
        *natural = (rc_natural){0};
    }
done:
    return status;
}

/* Divides by 10^9 and gives the remainder. */
static uint32_t natural_shrink(rc_natural *natural) {
    uint64_t rest = 0;
    for (size_t i = natural->n_words; i-- > 0;) {
        rest = rest << 32 | natural->words[i];
        natural->words[i] = (uint32_t)(rest / 1000000000u);
        rest %= 1000000000u;
    }
    while (natural->n_words > 0 && natural->words[natural->n_words - 1] == 0) natural->n_words--;
    return (uint32_t)rest;
}

rc_status rc_natural_write(const rc_natural *natural, FILE *file) {
    rc_status status = RC_OK;
    rc_natural rest = {.n_words = natural->n_words};
    uint32_t *parts = NULL; /* base 10^9, least significant first */
    size_t n_parts = 0;
    RC_TRY(RC_ARRAY(rest.words, natural->n_words, "seed"));
    RC_TRY(RC_ARRAY(parts, natural->n_words * 2 + 1, "seed"));
    if (natural->n_words) memcpy(rest.words, natural->words, natural->n_words * sizeof *rest.words);
    do {
        parts[n_parts++] = natural_shrink(&rest);
    } while (rest.n_words > 0);
    fprintf(file, "%u", parts[n_parts - 1]);
    for (size_t i = n_parts - 1; i-- > 0;) fprintf(file, "%09u", parts[i]);
done:
    free(rest.words);
    free(parts);
    return status;
}
