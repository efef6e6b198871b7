/* Numbers as they lie in a file: any width, any byte order. */
#ifndef RC_NETWORK_NUMBERS_H
#define RC_NETWORK_NUMBERS_H

#include <stdbool.h>

#include "network/source.h"

enum { RC_NUMBERS_MAX_DIMS = 64 }; /* NumPy's own limit */

typedef enum rc_number_kind {
    RC_BOOLEAN,
    RC_SIGNED,
    RC_UNSIGNED,
    RC_FLOATING,
    RC_BYTE_TEXT,
    RC_WIDE_TEXT
} rc_number_kind;

/* Elements of `size` bytes; 1, 2, 4 or 8 where they are numbers. */
typedef struct rc_numbers {
    const unsigned char *first; /* borrowed */
    rc_number_kind kind;
    size_t size;
    bool swapped;      /* the other byte order than this machine's */
    bool column_major; /* NumPy's fortran_order */
    size_t n_dims;
    size_t shape[RC_NUMBERS_MAX_DIMS];
    size_t n; /* product of shape */
} rc_numbers;

bool rc_numbers_are_numbers(const rc_numbers *numbers);

/* The element at an index in the file's order, rounded to a double. */
double rc_numbers_real(const rc_numbers *numbers, size_t index);

/* The same as a non-negative integer; false if it is none. */
bool rc_numbers_natural(const rc_numbers *numbers, size_t index, uint64_t *value);

/* Native doubles or 64-bit integers in memory, as numbers. */
rc_numbers rc_numbers_native(const void *elements, rc_number_kind kind, size_t n_dims, const size_t *shape);

/* The shape as in Python, "(3, 4)". Returns `shown`. */
const char *rc_numbers_shape_shown(const rc_numbers *numbers, char shown[RC_SHOWN_SIZE]);

#endif
