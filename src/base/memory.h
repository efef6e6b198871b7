/* Allocation of arrays, checked for overflow. */
#ifndef RC_BASE_MEMORY_H
#define RC_BASE_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

#include "base/fail.h"

/* Zeroed n * size bytes in *out (a pointer variable of any type); what names
 * it in the message. n = 0 gives a pointer that may be freed. */
#define RC_ARRAY(out, n, what) rc_array_allocate((void **)&(out), (n), sizeof *(out), 0, (what))

/* The same, aligned to 64 bytes (a cache line, an AVX-512 vector). */
#define RC_ARRAY_ALIGNED(out, n, what) rc_array_allocate((void **)&(out), (n), sizeof *(out), 64, (what))

rc_status rc_array_allocate(void **out, size_t n, size_t size, size_t alignment, const char *what);

#endif
