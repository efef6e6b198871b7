/* A few of NumPy's numbers; tests/contract/test_streams.py compares millions.
 * Made by
 *   s = np.random.SeedSequence(entropy, spawn_key=key); np.random.PCG64(s).random_raw(3)
 *   g = np.random.default_rng(s); [g.random().hex() x 2], [g.standard_normal().hex() x 2] */
#include "../unit.h"

#include <math.h>

typedef struct {
    uint32_t entropy[8], key[1];
    size_t n_entropy, n_key;
    uint64_t bits[3];
    double uniform[2], normal[2];
} pin;

static const pin pins[] = {
    {{1234},
     {1},
     1,
     1, /* the published study, session 1 */
     {0xb6babbbcb5e35443, 0x983452e2cc3987a8, 0x63922e0f272f4ace},
     {0x1.6d7577796bc6ap-1, 0x1.3068a5c598730p-1},
     {0x1.ef2ff348a3e46p-3, -0x1.28bad11c1bb23p+0}},
    {{0},
     {0},
     0,
     0, /* entropy 0, no key */
     {0xa30febcfd9c2825f, 0x4510bdf882d9d721, 0x0a7d3da94ecde8b8},
     {0x1.461fd79fb3850p-1, 0x1.1442f7e20b674p-2},
     {0x1.47e57a468b06dp-1, 0x1.adabbec84d4f0p-4}},
    {{5, 0, 64},
     {3},
     3,
     1, /* 2^70 + 5 */
     {0x41769c187ac898fe, 0xbbc555160c7f6568, 0x28cf8009ff78a6ee},
     {0x1.05da7061eb226p-2, 0x1.778aaa2c18fecp-1},
     {0x1.7673f2e0df98bp-1, -0x1.6b7f9a1bb545fp-2}},
    {{12345, 0, 0, 0, 0, 0, 256},
     {7},
     7,
     1, /* 2^200 + 12345: more words than the pool */
     {0x998c3e1128248abe, 0x44e47609c24d7161, 0x28383594f8b275d6},
     {0x1.33187c2250491p-1, 0x1.1391d8270935cp-2},
     {-0x1.292bfd8b096c5p-1, 0x1.614dd0ff43054p+0}},
    {{20260101},
     {4294967295},
     1,
     1,
     {0xcf1d4326e84582e9, 0x4d2968f2c7c0c9b4, 0x7af9627706894f4b},
     {0x1.9e3a864dd08b0p-1, 0x1.34a5a3cb1f032p-2},
     {-0x1.fb8a59357fb1ap-1, -0x1.4f544616fd3bap-1}},
};

static void streams_are_numpys(void **state) {
    (void)state;
    for (size_t p = 0; p < sizeof pins / sizeof pins[0]; p++) {
        rc_stream stream;
        rc_stream_open(pins[p].entropy, pins[p].n_entropy, pins[p].key, pins[p].n_key, &stream);
        rc_stream again = stream;
        for (size_t k = 0; k < 3; k++) assert_int_equal(rc_stream_bits(&stream), pins[p].bits[k]);
        for (size_t k = 0; k < 2; k++) assert_true(rc_stream_uniform(&again) == pins[p].uniform[k]);
        for (size_t k = 0; k < 2; k++) assert_true(rc_stream_normal(&again) == pins[p].normal[k]);
    }
}

/* a = 1 / arange(1, n + 1)**1.5, every third one negative; float(a.sum()).hex() */
static void sums_are_numpys(void **state) {
    (void)state;
    static const struct {
        size_t n;
        double sum;
    } sums[] = {
        {3, -0x1.d0e476b20a221p-2},    {8, -0x1.b9aa28d933488p-2},      {13, -0x1.9543fbc33213dp-2},
        {128, -0x1.0a450122d6ce3p-2},  {129, -0x1.099215fd1b8bap-2},    {1000, -0x1.c74c924de5cf2p-3},
        {4015, -0x1.b1a4822488c94p-3}, {100003, -0x1.a0689e543dc2cp-3},
    };
    static double a[100003];
    for (size_t i = 0; i < 100003; i++) a[i] = (i % 3 ? 1 : -1) / pow((double)(i + 1), 1.5);
    for (size_t k = 0; k < sizeof sums / sizeof sums[0]; k++)
        assert_close(rc_pairwise_sum(a, sums[k].n), sums[k].sum, 1e-15); /* pow is the system's */
    assert_true(rc_pairwise_sum(a, 0) == 0);
}

/* Moments of many normals, beyond the tail's start too. */
static void normals_are_normal(void **state) {
    (void)state;
    rc_stream stream;
    uint32_t seed = 7;
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    enum { N = 1000000 };
    double sum = 0, square = 0, beyond = 0;
    for (size_t i = 0; i < N; i++) {
        double z = rc_stream_normal(&stream);
        sum += z;
        square += z * z;
        beyond += fabs(z) > 3.6541528853610088;
    }
    assert_true(fabs(sum / N) < 5e-3);
    assert_true(fabs(square / N - 1) < 7e-3);
    assert_true(fabs(beyond - 258) < 80); /* 2 (1 - Phi(r)) N = 258 */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_are_numpys),
        cmocka_unit_test(sums_are_numpys),
        cmocka_unit_test(normals_are_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
