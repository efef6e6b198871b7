/* The known key that a mistyped one may have meant. */
#include <string.h>

#include "study/schema.h"

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Levenshtein (1966): insertions, deletions and replacements of one byte. */
static size_t edit_distance(const char *a, const char *b) {
    size_t row[RC_MAX_KEY_NAME + 1]; /* row[j]: from the first i bytes of a to the first j of b */
    size_t n_a = strnlen(a, RC_MAX_KEY_NAME), n_b = strnlen(b, RC_MAX_KEY_NAME);
    for (size_t j = 0; j <= n_b; j++) row[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[n_b];
}

static const char *last_part(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* A right name in the wrong block beats one with a mistyped letter, and loses
 * to a mistyped letter in the right block only if it has mistakes too. */
static size_t unlikeness(const char *name, const char *known) {
    size_t whole = 2 * edit_distance(name, known);
    size_t part = 2 * edit_distance(last_part(name), last_part(known)) + 1;
    return least(whole, part);
}

const char *rc_schema_nearest(const char *name) {
    const char *nearest = rc_schema[0].name;
    size_t lowest = unlikeness(name, nearest);
    for (size_t k = 1; k < RC_N_KEYS + RC_N_BLOCKS; k++) {
        const char *known = k < RC_N_KEYS ? rc_schema[k].name : rc_schema_blocks[k - RC_N_KEYS].name;
        size_t score = unlikeness(name, known);
        if (score >= lowest) continue;
        lowest = score;
        nearest = known;
    }
    return nearest;
}
