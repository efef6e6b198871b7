/* Allocations, told apart by who asks: the program itself, or a library. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* glibc's own, under the names that it keeps for this. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);
extern void __libc_free(void *);

static bool is_denied(const void *caller) {
    return plan_next(plan_is_own(caller) ? CALL_OWN_MEMORY : CALL_LIBRARY_MEMORY) == DEED_FAIL;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t n) { return is_denied(CALLER) ? NULL : __libc_malloc(n); }

void *calloc(size_t n, size_t size) { return is_denied(CALLER) ? NULL : __libc_calloc(n, size); }

void *realloc(void *old, size_t n) { return is_denied(CALLER) ? NULL : __libc_realloc(old, n); }

void *aligned_alloc(size_t alignment, size_t n) { return is_denied(CALLER) ? NULL : __libc_memalign(alignment, n); }

int posix_memalign(void **out, size_t alignment, size_t n) {
    void *found = is_denied(CALLER) ? NULL : __libc_memalign(alignment, n);
    if (!found) return ENOMEM;
    *out = found;
    return 0;
}

static char *copy_text(const char *text, size_t n) {
    char *copy = __libc_malloc(n + 1);
    if (!copy) return NULL;
    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

char *strdup(const char *text) { return is_denied(CALLER) ? NULL : copy_text(text, strlen(text)); }

char *strndup(const char *text, size_t n) { return is_denied(CALLER) ? NULL : copy_text(text, strnlen(text, n)); }

static int print_any(char **out, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    *out = n < 0 ? NULL : __libc_malloc((size_t)n + 1);
    return *out ? vsnprintf(*out, (size_t)n + 1, format, arguments) : -1;
}

int vasprintf(char **out, const char *format, va_list arguments) {
    return is_denied(CALLER) ? -1 : print_any(out, format, arguments);
}

int asprintf(char **out, const char *format, ...) {
    if (is_denied(CALLER)) return -1;
    va_list arguments;
    va_start(arguments, format);
    int n = print_any(out, format, arguments);
    va_end(arguments);
    return n;
}
