/* Numbers as text. */
#ifndef RC_FIGURE_WORDS_H
#define RC_FIGURE_WORDS_H

#include <stddef.h>

/* A short text, by value. */
typedef struct rc_words {
    char text[128];
} rc_words;

/* "one" to "twenty", then digits. */
rc_words rc_words_count(size_t n);

/* A number in at most five digits, with a true minus sign: "2.5", "−1". */
rc_words rc_words_number(double value);

/* The same with a fixed number of decimals. */
rc_words rc_words_decimals(double value, int decimals);

#endif
