#include "base/memory.h"

#include <stdint.h>
#include <string.h>

rc_status rc_array_allocate(void **out, size_t n, size_t size, size_t alignment, const char *what) {
    *out = NULL;
    if (n > (SIZE_MAX / 2 - 64) / size) return rc_fail(RC_NO_MEMORY, "%s: %zu x %zu bytes are too many", what, n, size);
    if (!alignment) {
        *out = calloc(n ? n : 1, size);
    } else {
        size_t bytes = (n * size + alignment) / alignment * alignment;
        *out = aligned_alloc(alignment, bytes);
        if (*out) memset(*out, 0, bytes);
    }
    if (!*out) return rc_fail(RC_NO_MEMORY, "%s: no memory for %zu bytes", what, n * size);
    return RC_OK;
}
