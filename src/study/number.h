/* Numbers as text, the same in every locale. */
#ifndef RC_STUDY_NUMBER_H
#define RC_STUDY_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <rnnchaos/status.h>
#include <rnnchaos/study.h>

enum { RC_NUMBER_SIZE = 32, RC_NATURAL_MAX_WORDS = 400 };

/* Writes the shortest of %.15g, %.16g and %.17g that reads back the same. */
void rc_number_print(double value, char text[RC_NUMBER_SIZE]);

/* A finite number: digits with at most one point, and an exponent. False if
 * text is anything else, has needless leading zeros or leaves the range of
 * doubles. text[length] must be 0. */
bool rc_number_real(const char *text, size_t length, double *value);

/* An integer from 0 to 2^64 - 1: decimal without leading zeros, or 0x and
 * hexadecimal digits. False if text is anything else. */
bool rc_number_integer(const char *text, size_t length, uint64_t *value);

/* The same for an integer of any size below 2^12800. *valid tells whether
 * text is one. Errors: RC_NO_MEMORY. The caller frees natural->words. */
rc_status rc_natural_read(const char *text, size_t length, bool *valid, rc_natural *natural);

/* Writes it in decimal. Errors: RC_NO_MEMORY. Cost: O(words^2). */
rc_status rc_natural_write(const rc_natural *natural, FILE *file);

#endif
