#include "network/inflate.h"

#define ZLIB_CONST
#include <zlib.h>

enum { MOST_AT_ONCE = 1 << 30 };

static uInt part_of(size_t n) { return n < MOST_AT_ONCE ? (uInt)n : MOST_AT_ONCE; }

bool rc_inflate(const unsigned char *packed, size_t n_packed, unsigned char *bytes, size_t n) {
    z_stream stream = {0};
    int result = Z_OK;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
    stream.next_in = packed;
    stream.next_out = bytes;
    while (result == Z_OK) {
        size_t consumed = (size_t)(stream.next_in - packed), made = (size_t)(stream.next_out - bytes);
        stream.avail_in = part_of(n_packed - consumed);
        stream.avail_out = part_of(n - made);
        result = inflate(&stream, Z_NO_FLUSH); /* Z_BUF_ERROR where neither input nor room is left */
    }
    bool whole = result == Z_STREAM_END && stream.next_in == packed + n_packed && stream.next_out == bytes + n;
    inflateEnd(&stream);
    return whole;
}

uint32_t rc_crc(const unsigned char *bytes, size_t n) { return (uint32_t)crc32_z(0, bytes, n); }
