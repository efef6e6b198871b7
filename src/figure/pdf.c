#include "figure/pdf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRY = 20, TAIL = 64 }; /* "0000012466 00000 n \n"; room for the last lines */

static bool stands_at(const char *bytes, size_t n, size_t at, const char *text) {
    size_t length = strlen(text);
    return at <= n && n - at >= length && memcmp(bytes + at, text, length) == 0;
}

/* A number with at most `most` digits; false if there is none. */
static bool read_number(const char *bytes, size_t n, size_t *at, size_t most, size_t *value) {
    size_t start = *at;
    *value = 0;
    while (*at < n && *at - start < most && isdigit((unsigned char)bytes[*at]))
        *value = 10 * *value + (size_t)(bytes[(*at)++] - '0');
    return *at > start;
}

/* The place of the table, from the last lines: "startxref\n12760\n%%EOF\n". */
static bool find_table(const char *bytes, size_t n, size_t *table) {
    static const char mark[] = "startxref\n";
    size_t from = n > TAIL ? n - TAIL : 0;
    const char *found = memmem(bytes + from, n - from, mark, sizeof mark - 1);
    if (!found) return false;
    size_t at = (size_t)(found - bytes) + sizeof mark - 1;
    return read_number(bytes, n, &at, 12, table) && stands_at(bytes, n, at, "\n%%EOF");
}

bool rc_pdf_is_whole(const char *bytes, size_t n) {
    size_t at, n_objects, offset;
    char head[40];
    if (!find_table(bytes, n, &at)) return false;
    if (!stands_at(bytes, n, at, "xref\n0 ")) return at < n;
    at += strlen("xref\n0 ");
    if (!read_number(bytes, n, &at, 9, &n_objects) || !stands_at(bytes, n, at, "\n")) return false;
    at += 1 + ENTRY; /* the first is none */
    for (size_t k = 1; k < n_objects; k++, at += ENTRY) {
        size_t place = at;
        if (!read_number(bytes, n, &place, 10, &offset)) return false;
        snprintf(head, sizeof head, "%zu 0 obj", k);
        if (!stands_at(bytes, n, offset, head)) return false;
    }
    return true;
}
