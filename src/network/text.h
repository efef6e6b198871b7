/* Words and numbers of text files, line by line, in any locale. */
#ifndef RC_NETWORK_TEXT_H
#define RC_NETWORK_TEXT_H

#include <stdbool.h>

#include "network/source.h"

typedef struct rc_text {
    rc_source source;
    unsigned char comment; /* a line whose first word begins with it is skipped */
    size_t at;
    size_t line;       /* from 1; 0 before the first */
    size_t line_start; /* byte */
    size_t line_end;
} rc_text;

typedef struct rc_word {
    const char *start; /* in the source, not terminated */
    size_t length;     /* 0: none left on the line */
} rc_word;

rc_text rc_text_open(const rc_source *source, unsigned char comment);

/* The next line that has a word; false at the end. */
bool rc_text_next_line(rc_text *text);

/* The next word of the line, which blanks end. */
rc_word rc_text_next_word(rc_text *text);

/* The next word of the line as a number: digits with a point and an exponent
 * (e or d), or digits alone. Errors: RC_DAMAGED "NAME:LINE:COLUMN: expected
 * WHAT, found ..."; RC_INVALID for nan, inf and numbers beyond doubles. */
rc_status rc_text_next_real(rc_text *text, const char *what, double *value);
rc_status rc_text_next_natural(rc_text *text, const char *what, uint64_t *value);

/* Checks that no word is left on the line. */
rc_status rc_text_end_line(rc_text *text);

/* "NAME:LINE:COLUMN: expected WHAT, found WORD" ("the end of the line" if
 * length is 0). */
rc_status rc_text_expected(const rc_text *text, rc_status status, rc_word word, const char *what);

#endif
