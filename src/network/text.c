#include "network/text.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

rc_text rc_text_open(const rc_source *source, unsigned char comment) {
    return (rc_text){.source = *source, .comment = comment, .line_end = (size_t)-1};
}

static bool is_blank(unsigned char c) { return c == ' ' || c == '\t' || c == '\r'; }

static bool next_line(rc_text *text) {
    size_t start = text->line_end + 1; /* 0 at first */
    if (start >= text->source.size) return false;
    const unsigned char *end = memchr(text->source.bytes + start, '\n', text->source.size - start);
    text->line++;
    text->at = text->line_start = start;
    text->line_end = end ? (size_t)(end - text->source.bytes) : text->source.size;
    return true;
}

bool rc_text_next_line(rc_text *text) {
    while (next_line(text)) {
        while (text->at < text->line_end && is_blank(text->source.bytes[text->at])) text->at++;
        if (text->at < text->line_end && text->source.bytes[text->at] != text->comment) return true;
    }
    return false;
}

rc_word rc_text_next_word(rc_text *text) {
    const unsigned char *bytes = text->source.bytes;
    while (text->at < text->line_end && is_blank(bytes[text->at])) text->at++;
    size_t start = text->at;
    while (text->at < text->line_end && !is_blank(bytes[text->at])) text->at++;
    return (rc_word){(const char *)bytes + start, text->at - start};
}

rc_status rc_text_expected(const rc_text *text, rc_status status, rc_word word, const char *what) {
    char shown[RC_SHOWN_SIZE];
    size_t column = (size_t)((const unsigned char *)word.start - text->source.bytes) - text->line_start + 1;
    return rc_fail(status, "%s:%zu:%zu: expected %s, found %s", text->source.name, text->line, column, what,
                   word.length ? rc_shown(word.start, word.length, shown) : "the end of the line");
}

rc_status rc_text_end_line(rc_text *text) {
    rc_word word = rc_text_next_word(text);
    return word.length ? rc_text_expected(text, RC_DAMAGED, word, "the end of the line") : RC_OK;
}

rc_status rc_text_next_natural(rc_text *text, const char *what, uint64_t *value) {
    rc_word word = rc_text_next_word(text);
    bool valid = word.length > 0;
    *value = 0;
    for (size_t i = 0; valid && i < word.length; i++) {
        uint64_t digit = (uint64_t)(word.start[i] - '0');
        valid = word.start[i] >= '0' && word.start[i] <= '9' && !__builtin_mul_overflow(*value, (uint64_t)10, value) &&
                !__builtin_add_overflow(*value, digit, value);
    }
    return valid ? RC_OK : rc_text_expected(text, RC_DAMAGED, word, what);
}

static size_t count_digits(const char *text) { return strspn(text, "0123456789"); }

/* Sign, digits with at most one point, exponent; strtod reads more than that. */
static bool is_real(const char *c) {
    c += *c == '+' || *c == '-';
    size_t whole = count_digits(c), fraction = 0;
    c += whole;
    if (*c == '.') c += 1 + (fraction = count_digits(c + 1));
    if (whole + fraction == 0) return false;
    if (*c == 'e') {
        c++;
        c += *c == '+' || *c == '-';
        size_t exponent = count_digits(c);
        if (exponent == 0) return false;
        c += exponent;
    }
    return *c == '\0';
}

static bool is_not_finite(const char *c) {
    c += *c == '+' || *c == '-';
    return strcasecmp(c, "nan") == 0 || strcasecmp(c, "inf") == 0 || strcasecmp(c, "infinity") == 0;
}

/* newlocale gives a constant for "C": nothing is allocated, it cannot fail. */
static double real_of(const char *digits) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double value = strtod_l(digits, NULL, c);
    freelocale(c);
    return value;
}

rc_status rc_text_next_real(rc_text *text, const char *what, double *value) {
    char digits[400];
    rc_word word = rc_text_next_word(text);
    if (word.length == 0 || word.length >= sizeof digits) return rc_text_expected(text, RC_DAMAGED, word, what);
    for (size_t i = 0; i < word.length; i++)
        digits[i] = word.start[i] && strchr("EdD", word.start[i]) ? 'e' : word.start[i]; /* Fortran's d */
    digits[word.length] = '\0';
    if (strlen(digits) == word.length && is_not_finite(digits))
        return rc_text_expected(text, RC_INVALID, word, "a finite number");
    if (strlen(digits) != word.length || !is_real(digits)) return rc_text_expected(text, RC_DAMAGED, word, what);
    *value = real_of(digits);
    return isfinite(*value) ? RC_OK : rc_text_expected(text, RC_INVALID, word, "a number within the range of doubles");
}
