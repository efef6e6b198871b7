#include <math.h>
#include <string.h>

#include <rnnchaos/random.h>

#include "random/ziggurat_table.h"

/* --- SeedSequence: entropy words to generator state ----------------------- */

enum { POOL = 4 };

static uint32_t hash_word(uint32_t value, uint32_t *constant, uint32_t multiplier) {
    value ^= *constant;
    *constant *= multiplier;
    value *= *constant;
    return value ^ value >> 16;
}

static uint32_t mix_words(uint32_t x, uint32_t y) {
    uint32_t mixed = 0xca01f9ddu * x - 0x4973f715u * y;
    return mixed ^ mixed >> 16;
}

typedef struct {
    const uint32_t *entropy, *spawn_key;
    size_t n_entropy, n_spawn_key, n_total;
} seed_words;

/* Entropy, padded with zeros to the pool when a spawn key follows, then the key. */
static uint32_t seed_word(const seed_words *seed, size_t i) {
    if (i < seed->n_entropy) return seed->entropy[i];
    size_t key_start = seed->n_total - seed->n_spawn_key;
    return i >= key_start && i < seed->n_total ? seed->spawn_key[i - key_start] : 0;
}

static void mix_pool(const seed_words *seed, uint32_t pool[POOL]) {
    const uint32_t multiplier = 0x931e8875u;
    uint32_t constant = 0x43b0d7e5u;
    for (size_t i = 0; i < POOL; i++) pool[i] = hash_word(seed_word(seed, i), &constant, multiplier);
    for (size_t from = 0; from < POOL; from++)
        for (size_t to = 0; to < POOL; to++)
            if (from != to) pool[to] = mix_words(pool[to], hash_word(pool[from], &constant, multiplier));
    for (size_t from = POOL; from < seed->n_total; from++)
        for (size_t to = 0; to < POOL; to++)
            pool[to] = mix_words(pool[to], hash_word(seed_word(seed, from), &constant, multiplier));
}

/* --- PCG64: 128-bit LCG, XSL-RR output ------------------------------------ */

typedef unsigned __int128 uint128;

static uint128 join(const uint64_t half[2]) { return (uint128)half[0] << 64 | half[1]; }

static void step(rc_stream *stream) {
    static const uint64_t multiplier[2] = {0x2360ed051fc65da4u, 0x4385df649fccf645u};
    uint128 state = join(stream->state) * join(multiplier) + join(stream->increment);
    stream->state[0] = (uint64_t)(state >> 64);
    stream->state[1] = (uint64_t)state;
}

void rc_stream_open(const uint32_t *entropy, size_t n_entropy, const uint32_t *spawn_key, size_t n_spawn_key,
                    rc_stream *stream) {
    size_t n_padded = n_spawn_key && n_entropy < POOL ? POOL : n_entropy;
    seed_words seed = {entropy, spawn_key, n_entropy, n_spawn_key, n_padded + n_spawn_key};
    uint32_t pool[POOL];
    mix_pool(&seed, pool);

    uint32_t constant = 0x8b51f9ddu;
    uint64_t words[POOL];
    for (size_t i = 0; i < POOL; i++) {
        uint64_t low = hash_word(pool[2 * i % POOL], &constant, 0x58f38dedu);
        uint64_t high = hash_word(pool[(2 * i + 1) % POOL], &constant, 0x58f38dedu);
        words[i] = high << 32 | low;
    }
    *stream = (rc_stream){{0, 0}, {words[2] << 1 | words[3] >> 63, words[3] << 1 | 1}};
    step(stream);
    uint128 state = join(stream->state) + join(words);
    stream->state[0] = (uint64_t)(state >> 64);
    stream->state[1] = (uint64_t)state;
    step(stream);
}

/* Inlined with a stream that is a copy of the caller's, so that its state stays in registers from draw to draw. */
#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t draw_bits(rc_stream *stream) {
    step(stream);
    uint64_t folded = stream->state[0] ^ stream->state[1];
    unsigned rotation = (unsigned)(stream->state[0] >> 58);
    return folded >> rotation | folded << (-rotation & 63);
}

uint64_t rc_stream_bits(rc_stream *stream) { return draw_bits(stream); }

double rc_stream_uniform(rc_stream *stream) { return (double)(draw_bits(stream) >> 11) * 0x1p-53; }

void rc_stream_states(rc_stream *stream, size_t n, double *states) {
    for (size_t i = 0; i < n; i++) states[i] = 2 * rc_stream_uniform(stream) - 1;
}

/* --- Ziggurats ------------------------------------------------------------ */

/* A normal beyond r (Marsaglia 1964); the sign is bit 8 of the 52 layer bits. */
static double normal_tail(rc_stream *stream, uint64_t bits) {
    for (;;) {
        double x = -ziggurat_inverse_r * log1p(-rc_stream_uniform(stream));
        double y = -log1p(-rc_stream_uniform(stream));
        if (y + y > x * x) return bits >> 8 & 1 ? -(ziggurat_r + x) : ziggurat_r + x;
    }
}

/* Once in a hundred draws: not surely inside its layer. */
static __attribute__((noinline)) double normal_at_edge(rc_stream *stream, size_t layer, uint64_t bits, double x) {
    if (layer == 0) return normal_tail(stream, bits);
    double height = ziggurat_height[layer - 1] - ziggurat_height[layer];
    if (height * rc_stream_uniform(stream) + ziggurat_height[layer] < exp(-0.5 * x * x)) return x;
    return rc_stream_normal(stream);
}

/* x >= 0 with a sign bit: without a branch that nobody can foresee. */
INLINE double with_sign(double x, uint64_t sign) {
    uint64_t word;
    memcpy(&word, &x, sizeof x);
    word |= sign;
    memcpy(&x, &word, sizeof x);
    return x;
}

INLINE double draw_normal(rc_stream *stream) {
    uint64_t bits = draw_bits(stream);
    size_t layer = bits & 0xff;
    uint64_t sign = bits >> 8 << 63;
    bits = bits >> 9 & 0xfffffffffffffu;
    double x = with_sign((double)bits * ziggurat_width[layer], sign);
    if (bits < ziggurat_inside[layer]) return x;
    rc_stream copy = *stream;
    x = normal_at_edge(&copy, layer, bits, x);
    *stream = copy;
    return x;
}

double rc_stream_normal(rc_stream *stream) { return draw_normal(stream); }

void rc_stream_normals(rc_stream *stream, size_t n, double *out) {
    rc_stream own = *stream;
    for (size_t i = 0; i < n; i++) out[i] = draw_normal(&own);
    *stream = own;
}

static __attribute__((noinline)) double exponential_at_edge(rc_stream *stream, size_t layer, double x) {
    if (layer == 0) return exponential_r - log1p(-rc_stream_uniform(stream)); /* beyond r all begins anew */
    double height = exponential_height[layer - 1] - exponential_height[layer];
    if (height * rc_stream_uniform(stream) + exponential_height[layer] < exp(-x)) return x;
    return rc_stream_exponential(stream);
}

INLINE double draw_exponential(rc_stream *stream) {
    uint64_t bits = draw_bits(stream) >> 3;
    size_t layer = bits & 0xff;
    bits >>= 8;
    double x = (double)bits * exponential_width[layer];
    if (bits < exponential_inside[layer]) return x;
    rc_stream copy = *stream;
    x = exponential_at_edge(&copy, layer, x);
    *stream = copy;
    return x;
}

double rc_stream_exponential(rc_stream *stream) { return draw_exponential(stream); }

/* --- Subsets -------------------------------------------------------------- */

/* NaN (no chance, and a draw of 0) ends it, too. */
INLINE size_t choose(rc_stream *stream, double rate, size_t n, uint32_t *chosen) {
    rc_stream own = *stream;
    size_t n_chosen = 0;
    for (size_t next = 0;; next++) {
        double gap = draw_exponential(&own) / rate;
        if (!(gap < (double)(n - next))) break;
        next += (size_t)gap;
        if (chosen) chosen[n_chosen] = (uint32_t)next;
        n_chosen++;
    }
    *stream = own;
    return n_chosen;
}

size_t rc_stream_subset(rc_stream *stream, double probability, size_t n, uint32_t *chosen) {
    double rate = -log1p(-probability);
    return chosen ? choose(stream, rate, n, chosen) : choose(stream, rate, n, NULL);
}
