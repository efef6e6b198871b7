/* libFuzzer target: each line is one --set, over the published study. */
#include "study.h"

enum { MOST = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *settings[MOST];
    const char *next = (const char *)bytes, *end = next + size;
    size_t n = 0;
    while (next < end && n < MOST) {
        const char *line_end = memchr(next, '\n', (size_t)(end - next));
        if (!line_end) line_end = end;
        if (!(settings[n] = strndup(next, (size_t)(line_end - next)))) break;
        n++;
        next = line_end < end ? line_end + 1 : end;
    }
    check_study("", 0, (const char *const *)settings, n);
    while (n > 0) free(settings[--n]);
    return 0;
}
