/* The seal: the CRC-32 of a file, appended to it.
 *
 * HDF5 reads damaged raw data without a word and damaged structure at its own
 * risk, but ignores what follows its last byte. So results.h5 ends with 24
 * bytes that HDF5 does not know: "rnnchaos", the number of bytes before the
 * seal (8 bytes), their CRC-32 (4 bytes), 4 zeros; least significant byte
 * first. A program that changes the file through HDF5 drops the seal, and the
 * file is then read without it. */
#ifndef RC_STORE_SEAL_H
#define RC_STORE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/fail.h"

#define RC_SEAL_SIZE 24

void rc_seal_make(const void *bytes, size_t n, unsigned char seal[RC_SEAL_SIZE]);

/* Reads the file through and sets its size. Errors: RC_UNREADABLE if it
 * cannot be opened or is no regular file, RC_IO, or RC_DAMAGED if its bytes
 * do not match its seal or the seal is damaged. Cost: one reading. */
rc_status rc_seal_check(const char *path, uint64_t *size);

#endif
