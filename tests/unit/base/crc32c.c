/* Against RFC 3720's examples and the definition, bit by bit. */
#include "../unit.h"

#include <string.h>

#include "base/crc32c.h"

static uint32_t bit_by_bit(const unsigned char *bytes, size_t n) {
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++)
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (((crc ^ (uint32_t)(bytes[i] >> bit)) & 1) ? 0x82F63B78u : 0);
    return ~crc;
}

static void known_values(void **state) {
    (void)state;
    unsigned char bytes[32] = {0};
    assert_int_equal(rc_crc32c(0, "123456789", 9), 0xE3069283u);
    assert_int_equal(rc_crc32c(0, bytes, 32), 0x8A9136AAu);
    memset(bytes, 0xFF, 32);
    assert_int_equal(rc_crc32c(0, bytes, 32), 0x62A8AB43u);
    for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)i;
    assert_int_equal(rc_crc32c(0, bytes, 32), 0x46DD794Eu);
}

static void every_length_and_place(void **state) {
    (void)state;
    unsigned char bytes[80];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 73 + 19);
    for (size_t first = 0; first < 8; first++)
        for (size_t n = 0; first + n <= sizeof bytes; n++)
            assert_int_equal(rc_crc32c(0, bytes + first, n), bit_by_bit(bytes + first, n));
}

static void goes_on_from_before(void **state) {
    (void)state;
    for (size_t n = 0; n <= 9; n++)
        assert_int_equal(rc_crc32c(rc_crc32c(0, "123456789", n), &"123456789"[n], 9 - n), 0xE3069283u);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(every_length_and_place),
        cmocka_unit_test(goes_on_from_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
