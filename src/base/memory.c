#include "base/memory.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, LARGE = 4 << 20 };

/* Large arrays in pages of 2 MB where the system has them: a processor finds states that lie all over memory in one
 * look-up less. Before memory is touched; whether it is heard does not matter. */
static void ask_for_huge_pages(void *memory, size_t size) {
#ifdef MADV_HUGEPAGE
    size_t skipped = -(uintptr_t)memory % PAGE;
    if (size >= LARGE) madvise((char *)memory + skipped, size - skipped, MADV_HUGEPAGE);
#else
    (void)memory, (void)size;
#endif
}

rc_status rc_array_allocate(void **out, size_t n, size_t size, size_t alignment, const char *what) {
    *out = NULL;
    if (n > (SIZE_MAX / 2 - 64) / size) return rc_fail(RC_NO_MEMORY, "%s: %zu x %zu bytes are too many", what, n, size);
    size_t bytes = alignment ? (n * size + alignment) / alignment * alignment : n * size;
    *out = alignment ? aligned_alloc(alignment, bytes) : calloc(n ? n : 1, size);
    if (!*out) return rc_fail(RC_NO_MEMORY, "%s: no memory for %zu bytes", what, n * size);
    ask_for_huge_pages(*out, bytes);
    if (alignment) memset(*out, 0, bytes);
    return RC_OK;
}
