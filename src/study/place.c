#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "study/draft.h"

/* The length of the UTF-8 character at the start of a text; 1 for a byte
 * that starts none. *shown tells whether it may be printed as it is: control
 * characters, also those above ASCII, could disturb a terminal. */
static size_t character(const unsigned char *text, size_t length, bool *shown) {
    size_t n = text[0] < 0x80 ? 1 : text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : text[0] >= 0xc2 ? 2 : 0;
    *shown = false;
    if (n == 0 || n > length) return 1;
    for (size_t i = 1; i < n; i++) {
        if ((text[i] & 0xc0) != 0x80) return 1;
    }
    *shown = text[0] >= 0x20 && text[0] != 0x7f && !(text[0] == 0xc2 && text[1] < 0xa0);
    return n;
}

static const char *clean(const char *text, size_t length, size_t size, char out[]) {
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        bool shown;
        size_t n = character((const unsigned char *)text + i, length - i, &shown);
        if (used + n + 4 > size) {
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        memcpy(out + used, shown ? text + i : "?", shown ? n : 1);
        used += shown ? n : 1;
        i += n;
    }
    out[used] = '\0';
    return out;
}

const char *rc_excerpt(const char *text, size_t length, size_t size, char excerpt[]) {
    clean(text, length, size - 2, excerpt + 1);
    excerpt[0] = '\'';
    strcat(excerpt, "'");
    return excerpt;
}

rc_status rc_fail_at(const rc_place *place, const char *format, ...) {
    char detail[640], setting[240];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    if (place->kind == RC_PLACE_FILE) {
        return rc_fail(RC_BAD_STUDY, "%s:%zu:%zu: %s", place->source, place->line, place->column, detail);
    }
    clean(place->source, strlen(place->source), sizeof setting, setting);
    return rc_fail(RC_BAD_STUDY, "%s%s: %s", place->kind == RC_PLACE_SETTING ? "--set " : "", setting, detail);
}
