/* CRC-32C (Castagnoli): finds every burst of up to 32 wrong bits. */
#ifndef RC_BASE_CRC32C_H
#define RC_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of bytes that follow those whose checksum is `before` (0 for
 * none). Polynomial 0x1EDC6F41, as in RFC 3720, appendix B.4. */
uint32_t rc_crc32c(uint32_t before, const void *bytes, size_t n);

#endif
