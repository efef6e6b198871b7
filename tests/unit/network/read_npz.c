/* Archives: damage to every byte of one, and the fields that lie. */
#include "weights.h"

#include <unistd.h>

static unsigned char bytes[4096];
static size_t n_bytes, directory;

/* Weights [2, 2] and initial states, with 64-bit sizes. */
static int make_archive(void **state) {
    (void)state;
    const double weights[] = {0, 1.5, -2, 0}, initial_states[] = {1, 2};
    char path[] = "/tmp/rnnchaos-npz-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || rc_network_export_npz(weights, initial_states, 2, 1, path) != RC_OK) return -1;
    close(fd);
    FILE *file = fopen(path, "rb");
    if (!file) return -1;
    n_bytes = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    unlink(path);
    while (memcmp(bytes + directory, "PK\x01\x02", 4)) directory++;
    return 0;
}

static void put(size_t at, uint64_t value, size_t n) {
    for (size_t i = 0; i < n; i++) bytes[at + i] = (unsigned char)(value >> 8 * i);
}

/* Parses with n bytes at a place replaced. */
static rc_status with(size_t at, uint64_t value, size_t n, rc_network **W) {
    unsigned char kept[8];
    memcpy(kept, bytes + at, n);
    put(at, value, n);
    rc_status status = parse(bytes, n_bytes, NULL, W);
    memcpy(bytes + at, kept, n);
    return status;
}

static void it_is_read(void **state) {
    (void)state;
    rc_network *W;
    assert_ok(parse(bytes, n_bytes, NULL, &W));
    assert_true(W->n_connections == 2 && W->weight[0] == 1.5 && W->weight[1] == -2);
    rc_network_destroy(&W);
    assert_fails(parse(bytes, n_bytes, "initial_states", &W), RC_INVALID,
                 "file: 'initial_states.npy': expected a square matrix [neuron, neuron], found shape (1, 2)");
    assert_fails(parse(bytes, n_bytes, "W", &W), RC_INVALID, "expected an array 'W', found none");
}

static void fields_that_lie(void **state) {
    (void)state;
    rc_network *W;
    size_t end = n_bytes - 22, end64 = end - 20 - 56, sizes = directory + 46 + strlen("weights.npy") + 4;
    assert_fails(with(end + 20, 1, 2, &W), RC_DAMAGED, "expected the directory of a zip archive, found none");
    assert_fails(with(end - 12, n_bytes, 8, &W), RC_DAMAGED, "expected the place of the 64-bit end record");
    assert_fails(with(end - 12, UINT64_MAX - 3, 8, &W), RC_DAMAGED, "expected the place of the 64-bit end record");
    assert_fails(with(end64 + 40, 0, 8, &W), RC_DAMAGED, "expected a directory up to here, found one of 0 bytes");
    assert_fails(with(end64 + 48, UINT64_MAX, 8, &W), RC_DAMAGED, "expected a directory up to here");
    assert_fails(with(end64 + 32, 1, 8, &W), RC_DAMAGED, "expected the end of the zip directory");
    assert_fails(with(end64 + 32, UINT64_MAX, 8, &W), RC_DAMAGED, "members, found 18446744073709551615");
    assert_fails(with(end64 + 32, 3, 8, &W), RC_DAMAGED, "expected an entry of the zip directory");
    assert_fails(with(directory + 28, 60000, 2, &W), RC_DAMAGED, "expected an entry of at most");
    assert_fails(with(sizes - 2, 1000, 2, &W), RC_DAMAGED, "expected an extra field of at most");
    assert_fails(with(sizes, 1 << 30, 8, &W), RC_DAMAGED, "packed bytes can have, found 1073741824");
    assert_fails(with(sizes + 8, 1 << 30, 8, &W), RC_DAMAGED, "bytes of member, found 1073741824");
    assert_fails(with(sizes + 16, UINT64_MAX, 8, &W), RC_DAMAGED, "expected the header of a zip member");
    assert_fails(with(sizes + 16, 1, 8, &W), RC_DAMAGED, "expected the header of a zip member");
    assert_fails(with(directory + 16, 0, 4, &W), RC_DAMAGED, "expected a member of CRC-32 00000000, found another");
    assert_fails(with(directory + 10, 8, 2, &W), RC_DAMAGED, "deflated bytes of a member");
    assert_fails(with(directory + 10, 14, 2, &W), RC_INVALID, "found compression method 14");
    assert_fails(with(directory + 8, 1, 2, &W), RC_INVALID, "expected a member in the clear, found it encrypted");
    assert_fails(with(30, 'x', 1, &W), RC_DAMAGED, "expected the name that the zip directory gives this member");
    assert_fails(with(28, 60000, 2, &W), RC_DAMAGED, "expected the member to end before the zip directory");
    assert_fails(with(26, 60000, 2, &W), RC_DAMAGED, "expected the name that the zip directory gives this member");
}

/* Whatever is still read is what was written. */
static void every_bit_flipped_and_every_truncation(void **state) {
    (void)state;
    for (size_t at = 0; at < n_bytes; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            rc_network *W;
            bytes[at] ^= (unsigned char)(1 << bit);
            if (parse_anything(bytes, n_bytes) == RC_OK) {
                assert_ok(parse(bytes, n_bytes, NULL, &W));
                assert_true(W->n_connections == 2 && W->weight[0] == 1.5 && W->weight[1] == -2);
                rc_network_destroy(&W);
            }
            bytes[at] ^= (unsigned char)(1 << bit);
        }
        assert_int_not_equal(parse_anything(bytes, at), RC_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_read),
        cmocka_unit_test(fields_that_lie),
        cmocka_unit_test(every_bit_flipped_and_every_truncation),
    };
    return cmocka_run_group_tests(tests, make_archive, NULL);
}
