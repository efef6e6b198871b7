#include "network/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static rc_status read_all(int fd, const char *path, unsigned char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return rc_fail(RC_IO, "%s: cannot read: %s", path, strerror(errno));
        if (got == 0) return rc_fail(RC_IO, "%s: it became shorter while it was read", path);
        done += (size_t)got;
    }
    return RC_OK;
}

rc_status rc_source_open(const char *path, rc_source *source, unsigned char **content) {
    rc_status status = RC_OK;
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *content = NULL;
    if (fd < 0 || fstat(fd, &about)) RC_TRY(rc_fail(RC_UNREADABLE, "%s: cannot open it: %s", path, strerror(errno)));
    if (!S_ISREG(about.st_mode)) RC_TRY(rc_fail(RC_IO, "%s: not a regular file", path));
    RC_TRY(RC_ARRAY(*content, (size_t)about.st_size, path));
    RC_TRY(read_all(fd, path, *content, (size_t)about.st_size));
    *source = (rc_source){path, *content, (size_t)about.st_size};
done:
    if (fd >= 0) close(fd);
    if (status != RC_OK) {
        free(*content);
        *content = NULL;
    }
    return status;
}

uint64_t rc_source_integer(const rc_source *source, size_t at, size_t n) {
    uint64_t value = 0;
    while (n-- > 0) value = value << 8 | source->bytes[at + n];
    return value;
}

rc_status rc_source_damaged(const rc_source *source, size_t at, const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return rc_fail(RC_DAMAGED, "%s: byte %zu: %s", source->name, at, text);
}

rc_status rc_source_invalid(const rc_source *source, const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return rc_fail(RC_INVALID, "%s: %s", source->name, text);
}

const char *rc_shown(const void *bytes, size_t n, char shown[RC_SHOWN_SIZE]) {
    enum { MOST = RC_SHOWN_SIZE - 6 }; /* two quotes, three points and the end */
    const unsigned char *text = bytes;
    size_t length = 0;
    shown[length++] = '\'';
    for (size_t i = 0; i < n && i < MOST; i++) shown[length++] = text[i] >= ' ' && text[i] < 0x7f ? (char)text[i] : '?';
    memcpy(shown + length, n > MOST ? "...'" : "'", n > MOST ? 5 : 2);
    return shown;
}

const char *rc_source_shown(const rc_source *source, size_t at, char shown[RC_SHOWN_SIZE]) {
    if (at >= source->size) return strcpy(shown, "the end");
    unsigned char byte = source->bytes[at];
    if (byte >= ' ' && byte < 0x7f) return rc_shown(&byte, 1, shown);
    snprintf(shown, RC_SHOWN_SIZE, "byte 0x%02x", byte);
    return shown;
}
