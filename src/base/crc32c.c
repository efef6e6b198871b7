#include "base/crc32c.h"

#include <pthread.h>
#include <string.h>

/* table[k][b]: what byte b does to the checksum k bytes later. */
static uint32_t table[8][256];

static void fill_table(void) {
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t crc = b;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        table[0][b] = crc;
    }
    for (int k = 1; k < 8; k++)
        for (int b = 0; b < 256; b++) table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 255];
}

static uint32_t one_byte(uint32_t crc, unsigned char byte) { return crc >> 8 ^ table[0][(crc ^ byte) & 255]; }

/* Eight bytes at a time, least significant first on any machine. */
static uint32_t eight_bytes(uint32_t crc, const unsigned char *b) {
    crc ^= (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    return table[7][crc & 255] ^ table[6][crc >> 8 & 255] ^ table[5][crc >> 16 & 255] ^ table[4][crc >> 24] ^
           table[3][b[4]] ^ table[2][b[5]] ^ table[1][b[6]] ^ table[0][b[7]];
}

uint32_t rc_crc32c(uint32_t before, const void *bytes, size_t n) {
    static pthread_once_t filled = PTHREAD_ONCE_INIT;
    pthread_once(&filled, fill_table);
    const unsigned char *next = bytes;
    uint32_t crc = ~before;
    for (; n >= 8; n -= 8, next += 8) crc = eight_bytes(crc, next);
    for (; n > 0; n--) crc = one_byte(crc, *next++);
    return ~crc;
}
