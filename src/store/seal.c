#include "store/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static void put(unsigned char *bytes, uint64_t value, size_t n) {
    for (size_t i = 0; i < n; i++) bytes[i] = (unsigned char)(value >> 8 * i);
}

static void make(uint64_t n, unsigned long crc, unsigned char seal[RC_SEAL_SIZE]) {
    memset(seal, 0, RC_SEAL_SIZE);
    memcpy(seal, "rnnchaos", 8);
    put(seal + 8, n, 8);
    put(seal + 16, crc, 4);
}

void rc_seal_make(const void *bytes, size_t n, unsigned char seal[RC_SEAL_SIZE]) {
    make(n, crc32_z(0, bytes, n), seal);
}

/* pread of exactly n bytes. */
static int read_at(int fd, void *bytes, size_t n, uint64_t offset) {
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(fd, (char *)bytes + done, n - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got == 0 ? (errno = EIO, -1) : -1;
        done += (size_t)got;
    }
    return 0;
}

static int crc_of(int fd, uint64_t n, unsigned long *crc) {
    unsigned char block[65536];
    *crc = 0;
    for (uint64_t at = 0; at < n;) {
        size_t size = n - at < sizeof block ? (size_t)(n - at) : sizeof block;
        if (read_at(fd, block, size, at)) return -1;
        *crc = crc32_z(*crc, block, size);
        at += size;
    }
    return 0;
}

static uint64_t get(const unsigned char *bytes, size_t n) {
    uint64_t value = 0;
    for (size_t i = n; i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

/* A file without a seal must be as long as HDF5 says: bytes beyond are those
 * of a damaged seal. Where HDF5 ends stands in its superblock (HDF5 File
 * Format Specification 3.0, section II.A). */
static rc_status check_unsealed(int fd, const char *path, uint64_t size) {
    static const size_t end_offset[] = {40, 44, 28, 28}; /* by version of the superblock, 8-byte addresses */
    unsigned char start[52];
    if (size < sizeof start) return RC_OK; /* HDF5 will refuse it */
    if (read_at(fd, start, sizeof start, 0)) return rc_fail(RC_IO, "%s: cannot read: %s", path, strerror(errno));
    unsigned version = start[8];
    if (memcmp(start, "\211HDF\r\n\032\n", 8) || version > 3 || start[version < 2 ? 13 : 9] != 8) return RC_OK;
    if (get(start + end_offset[version], 8) < size)
        return rc_fail(RC_DAMAGED, "%s: damaged: the checksum at its end is missing", path);
    return RC_OK;
}

static rc_status check(int fd, const char *path, uint64_t size) {
    if (size < RC_SEAL_SIZE) return RC_OK;
    unsigned char found[RC_SEAL_SIZE], expected[RC_SEAL_SIZE];
    uint64_t n = size - RC_SEAL_SIZE;
    unsigned long crc;
    if (read_at(fd, found, sizeof found, n)) return rc_fail(RC_IO, "%s: cannot read: %s", path, strerror(errno));
    make(n, 0, expected);
    if (memcmp(found, expected, 16)) return check_unsealed(fd, path, size);
    if (crc_of(fd, n, &crc)) return rc_fail(RC_IO, "%s: cannot read: %s", path, strerror(errno));
    make(n, crc, expected);
    if (memcmp(found, expected, RC_SEAL_SIZE))
        return rc_fail(RC_DAMAGED, "%s: damaged: its bytes do not match the checksum at its end", path);
    return RC_OK;
}

rc_status rc_seal_check(const char *path, uint64_t *size) {
    rc_status status = RC_OK;
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &about)) {
        status = rc_fail(RC_UNREADABLE, "%s: cannot open it: %s", path, strerror(errno));
    } else if (!S_ISREG(about.st_mode)) {
        status = rc_fail(RC_UNREADABLE, "%s: not a regular file", path);
    } else {
        *size = (uint64_t)about.st_size;
        status = check(fd, path, *size);
    }
    if (fd >= 0) close(fd);
    return status;
}
