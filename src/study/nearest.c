/* The known key that a mistyped one may have meant. */
#include <string.h>

#include "study/schema.h"

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Optimal string alignment: insertions, deletions and replacements of one
 * byte, and exchanges of two neighbours (Damerau 1964,
 * doi:10.1145/363958.363994). */
static size_t edit_distance(const char *a, const char *b) {
    size_t rows[3][RC_MAX_KEY_NAME + 1]; /* rows[i % 3][j]: from the first i bytes of a to the first j of b */
    size_t n_a = strnlen(a, RC_MAX_KEY_NAME), n_b = strnlen(b, RC_MAX_KEY_NAME);
    for (size_t i = 0; i <= n_a; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            if (i == 0) {
                row[j] = j;
                continue;
            }
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
            bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (exchanged) row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
    return rows[n_a % 3][n_b];
}

static const char *last_part(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* The right name in a wrong block counts as one mistake and a half. */
static size_t unlikeness(const char *name, const char *known) {
    size_t whole = 2 * edit_distance(name, known);
    size_t part = 2 * edit_distance(last_part(name), last_part(known)) + 3;
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
