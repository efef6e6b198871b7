/* libFuzzer target: bytes that begin with P are a whole zip archive. Others
 * describe one, so that the checksums do not keep the fuzzer from what is
 * inside: each member is a byte for its name, one for its type, two for its
 * length and its elements; with type 255 these are a whole .npy file. */
#include "weights.h"

#include <stdio.h>
#include <zlib.h>

enum { MOST = 1 << 16, WHOLE = 255, MOST_MEMBERS = 16 };

typedef struct archive {
    uint8_t bytes[MOST];
    size_t n;
    uint8_t directory[4096];
    size_t n_directory;
    unsigned n_members;
} archive;

static void put(uint8_t *bytes, size_t *n, uint64_t value, size_t width) {
    for (size_t i = 0; i < width; i++) bytes[(*n)++] = (uint8_t)(value >> 8 * i);
}

static void put_common(uint8_t *bytes, size_t *n, const char *name, const uint8_t *data, size_t size) {
    put(bytes, n, 20, 2);
    put(bytes, n, 0, 8); /* flags, stored, date */
    put(bytes, n, crc32_z(0, data, size), 4);
    put(bytes, n, size, 4);
    put(bytes, n, size, 4);
    put(bytes, n, strlen(name), 2);
    put(bytes, n, 0, 2);
}

static void put_name(uint8_t *bytes, size_t *n, const char *name) {
    memcpy(bytes + *n, name, strlen(name));
    *n += strlen(name);
}

static void add(archive *a, const char *name, const uint8_t *data, size_t size) {
    size_t offset = a->n;
    put(a->bytes, &a->n, 0x04034b50, 4);
    put_common(a->bytes, &a->n, name, data, size);
    put_name(a->bytes, &a->n, name);
    memcpy(a->bytes + a->n, data, size);
    a->n += size;
    put(a->directory, &a->n_directory, 0x02014b50, 4);
    put(a->directory, &a->n_directory, 20, 2);
    put_common(a->directory, &a->n_directory, name, data, size);
    put(a->directory, &a->n_directory, 0, 8); /* comment, disk, attributes */
    put(a->directory, &a->n_directory, 0, 2);
    put(a->directory, &a->n_directory, offset, 4);
    put_name(a->directory, &a->n_directory, name);
    a->n_members++;
}

static void finish(archive *a) {
    size_t start = a->n;
    memcpy(a->bytes + a->n, a->directory, a->n_directory);
    a->n += a->n_directory;
    put(a->bytes, &a->n, 0x06054b50, 4);
    put(a->bytes, &a->n, 0, 4);
    put(a->bytes, &a->n, a->n_members, 2);
    put(a->bytes, &a->n, a->n_members, 2);
    put(a->bytes, &a->n, a->n_directory, 4);
    put(a->bytes, &a->n, start, 4);
    put(a->bytes, &a->n, 0, 2);
}

/* A header before elements: a vector, or a square matrix if the number is a square. */
static size_t make_npy(uint8_t type, const uint8_t *elements, size_t size, uint8_t *out) {
    static const char *const types[] = {"<f8", ">f8", "<f4", "<f2", "|i1", "<i2", "<i4", "<i8", ">i8",
                                        "|u1", "<u2", "<u4", "<u8", "|b1", "|S3", "<U3", ">U3"};
    static const size_t sizes[] = {8, 8, 4, 2, 1, 2, 4, 8, 8, 1, 2, 4, 8, 1, 3, 12, 12};
    size_t kind = type % 17, n = size / sizes[kind], side = (size_t)sqrt((double)n);
    char header[128], shape[48];
    snprintf(shape, sizeof shape, type & 128 && side * side == n ? "%zu, %zu" : "%zu,", type & 128 ? side : n, side);
    if (kind > 13 && n == 1) shape[0] = '\0';
    int length = snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }\n", types[kind],
                          type & 64 ? "True" : "False", shape);
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = (uint8_t)length;
    out[9] = 0;
    memcpy(out + 10, header, (size_t)length);
    memcpy(out + 10 + length, elements, n * sizes[kind]);
    return 10 + (size_t)length + n * sizes[kind];
}

static void compose(const uint8_t *bytes, size_t size, archive *a) {
    static const char *const names[] = {"weights.npy", "W.npy",       "format.npy", "shape.npy", "data.npy",
                                        "indptr.npy",  "indices.npy", "row.npy",    "col.npy",   "other.npy"};
    static uint8_t npy[MOST];
    *a = (archive){.n = 0};
    while (size >= 4 && a->n_members < MOST_MEMBERS) {
        const char *name = names[bytes[0] % 10];
        uint8_t type = bytes[1];
        size_t n = bytes[2] | (size_t)bytes[3] << 8;
        bytes += 4;
        size -= 4;
        if (n > size) n = size;
        if (a->n + n + 4096 + sizeof a->directory > MOST) break;
        if (type == WHOLE) add(a, name, bytes, n);
        if (type != WHOLE) add(a, name, npy, make_npy(type, bytes, n, npy));
        bytes += n;
        size -= n;
    }
    finish(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static archive a;
    rc_source source = {"fuzz", bytes, size};
    if (size == 0 || bytes[0] != 'P') {
        compose(bytes, size, &a);
        source = (rc_source){"fuzz", a.bytes, a.n};
    }
    uint8_t *exact = malloc(source.size ? source.size : 1); /* so that a read beyond the end is seen */
    if (!exact) return 0;
    memcpy(exact, source.bytes, source.size);
    source.bytes = exact;
    static const char *const datasets[] = {NULL, "other"};
    for (size_t i = 0; i < 2; i++) {
        rc_network *W = NULL;
        rc_status status = rc_read_npz(&source, datasets[i], &W);
        check_outcome(status, W);
    }
    free(exact);
    return 0;
}
