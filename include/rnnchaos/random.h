/* Random streams that give NumPy's numbers, to the bit.
 *
 * NumPy's default_rng(SeedSequence(entropy, spawn_key=(key,...))): PCG64
 * (XSL-RR 128/64; O'Neill 2014, HMC-CS-2014-0905) seeded by SeedSequence,
 * uniforms from the upper 53 bits, normals and exponentials by ziggurats of 256
 * layers (Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08). */
#ifndef RNNCHAOS_RANDOM_H
#define RNNCHAOS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The state of one PCG64 generator: 128-bit state and increment, high word
 * first. Copy it to fork a stream. */
typedef struct rc_stream {
    uint64_t state[2];
    uint64_t increment[2];
} rc_stream;

/* Opens the stream of (entropy, spawn_key), as NumPy's
 * PCG64(SeedSequence(entropy, spawn_key=spawn_key)). Both are given as 32-bit
 * words, least significant first; an entropy of any size is n_entropy words
 * (0 words means the number 0). A spawn key of several integers is their
 * words one after the other. Borrowed, not kept. Cost: O(words). */
void rc_stream_open(const uint32_t *entropy, size_t n_entropy, const uint32_t *spawn_key, size_t n_spawn_key,
                    rc_stream *stream);

/* The next 64 random bits. */
uint64_t rc_stream_bits(rc_stream *stream);

/* The next uniform double in [0, 1), a multiple of 2^-53. */
double rc_stream_uniform(rc_stream *stream);

/* The next standard normal double. */
double rc_stream_normal(rc_stream *stream);

/* The next exponential double of mean 1. */
double rc_stream_exponential(rc_stream *stream);

/* out[i]: the next n standard normal doubles. */
void rc_stream_normals(rc_stream *stream, size_t n, double *out);

/* Chooses each of 0 .. n-1 with a probability, independently, by drawing the gaps
 * from one to the next (Batagelj & Brandes 2005, doi:10.1103/PhysRevE.71.036113):
 * floor(e / -log1p(-probability)) are passed over, e exponential.
 *   n        up to 2^32
 *   chosen   receives them, ascending; NULL: they are only counted
 * Returns how many. Cost: O(those that are chosen). */
size_t rc_stream_subset(rc_stream *stream, double probability, size_t n, uint32_t *chosen);

/* n numbers uniform in [-1, 1), 2 u - 1 each, as initial states are drawn:
 * trial after trial, neuron after neuron. Of the stream (seed, no spawn key)
 * they are those of `rnnchaos spectrum --seed`. */
void rc_stream_states(rc_stream *stream, size_t n, double *states);

/* The sum of n values, added pairwise in NumPy's order. */
double rc_pairwise_sum(const double *values, size_t n);

#ifdef __cplusplus
}
#endif
#endif
