/* What zlib does for archives, with sizes beyond its 32 bits. */
#ifndef RC_NETWORK_INFLATE_H
#define RC_NETWORK_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Inflates a raw deflate stream; false unless exactly n_packed bytes give
 * exactly n bytes. */
bool rc_inflate(const unsigned char *packed, size_t n_packed, unsigned char *bytes, size_t n);

uint32_t rc_crc(const unsigned char *bytes, size_t n);

#endif
