/* Numbers between memory and bytes. What has to be kept is told once, in one
 * function a struct, which serves both directions: it writes each field, or
 * reads it. So saving and loading cannot drift apart. */
#ifndef RC_EXPONENTS_EXCHANGE_H
#define RC_EXPONENTS_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include <rnnchaos/status.h>

typedef struct rc_exchange {
    bool reading;
    unsigned char *bytes; /* read, or written if not NULL: else only counted */
    size_t n, at;         /* their number when reading; the next one */
} rc_exchange;

/* n bytes, and zeros up to a multiple of 8. Errors: RC_DAMAGED if so many are
 * not there. */
rc_status rc_exchange_bytes(rc_exchange *exchange, void *data, size_t n);
rc_status rc_exchange_doubles(rc_exchange *exchange, double *x, size_t n);

/* Errors: RC_DAMAGED if what was read is not low .. high; then *x stays. */
rc_status rc_exchange_size(rc_exchange *exchange, size_t *x, size_t low, size_t high, const char *what);
rc_status rc_exchange_flag(rc_exchange *exchange, bool *x);

/* n doubles into a new array when reading, which is asked for only if they are
 * there; what names it. */
rc_status rc_exchange_new(rc_exchange *exchange, double **x, size_t n, const char *what);

#endif
