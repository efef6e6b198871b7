/* The vector of one instruction set, for kernels_body.h. Every operation here
 * is exact or correctly rounded, so all sets give the same bits. */
#ifndef RC_DYNAMICS_VECTOR_H
#define RC_DYNAMICS_VECTOR_H

#include <stdint.h>
#include <string.h>

/* Tables have 32 entries, four an octave, from 7/64 on: the top 14 bits of a key in 7/64 .. 32 are the number of its
 * entry, and this. */
enum { FIRST_KEY = (1023 - 3) * 4 - 1 };

#if defined(RC_VECTOR_AVX512)
#include <immintrin.h>

typedef __m512d vec;
#define VEC_WIDTH 8
#define VEC_BYTES 64
#define VEC_CHUNK 5 /* accumulators that fit in the registers beside tanh's constants */

static inline vec v_set(double x) { return _mm512_set1_pd(x); }
static inline vec v_load(const double *p) { return _mm512_load_pd(p); }
static inline vec v_load_any(const double *p) { return _mm512_loadu_pd(p); } /* not aligned */
/* Loaded once, even if used twice: compilers would rather load it twice. */
static inline vec v_load_once(const double *p) {
    vec x = _mm512_load_pd(p);
    __asm__("" : "+v"(x));
    return x;
}
/* Two numbers in the first lanes. */
static inline vec v_load_pair(const double *p) { return _mm512_zextpd128_pd512(_mm_loadu_pd(p)); }
static inline void v_store_pair(double *p, vec x) { _mm_storeu_pd(p, _mm512_castpd512_pd128(x)); }
static inline vec v_set_once(double x) {
    vec all = _mm512_set1_pd(x);
    __asm__("" : "+v"(all));
    return all;
}
/* Two numbers, each in all lanes: one load, where v_set takes two. */
static inline void v_set_two(const double *p, vec *first, vec *second) {
    vec pair = _mm512_broadcast_f64x2(_mm_loadu_pd(p));
    *first = _mm512_permute_pd(pair, 0);
    *second = _mm512_permute_pd(pair, 0xff);
}
static inline vec v_load_part(const double *p, size_t n) { return _mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p); }
static inline void v_store(double *p, vec x) { _mm512_store_pd(p, x); }
static inline void v_store_any(double *p, vec x) { _mm512_storeu_pd(p, x); }
static inline void v_store_part(double *p, vec x, size_t n) { _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), x); }
static inline vec v_fma(vec a, vec b, vec c) { return _mm512_fmadd_pd(a, b, c); }
static inline vec v_fnma(vec a, vec b, vec c) { return _mm512_fnmadd_pd(a, b, c); }
static inline vec v_sqrt(vec a) { return _mm512_sqrt_pd(a); }
static inline vec v_min(vec a, vec b) { return _mm512_min_pd(a, b); }
static inline vec v_max(vec a, vec b) { return _mm512_max_pd(a, b); }
static inline vec v_abs(vec x) { return _mm512_abs_pd(x); }
static inline vec v_copy_sign(vec size, vec sign) {
    return _mm512_or_pd(size, _mm512_and_pd(sign, _mm512_set1_pd(-0.0)));
}
/* Is any a > b? b NaN or a NaN: no. */
static inline int v_any_above(vec a, vec b) { return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ) != 0; }
/* a > b ? x : y */
static inline vec v_where_above(vec a, vec b, vec x, vec y) {
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a, b, _CMP_GT_OQ), y, x);
}
/* An entry's number, and the entry. */
typedef __m512i vec_index;
static inline vec_index v_index(vec key) {
    return _mm512_sub_epi64(_mm512_srli_epi64(_mm512_castpd_si512(key), 50), _mm512_set1_epi64(FIRST_KEY));
}
static inline vec v_look_up(const double table[32], vec_index index) {
    vec low = _mm512_permutex2var_pd(_mm512_load_pd(table), index, _mm512_load_pd(table + 8));
    vec high = _mm512_permutex2var_pd(_mm512_load_pd(table + 16), index, _mm512_load_pd(table + 24));
    return _mm512_mask_blend_pd(_mm512_test_epi64_mask(index, _mm512_set1_epi64(16)), low, high);
}
/* 2^n from n + 1023 + 1.5 * 2^52, -1023 < n < 1024. */
static inline vec v_power_of_two(vec shifted) {
    return _mm512_castsi512_pd(_mm512_slli_epi64(_mm512_castpd_si512(shifted), 52));
}

#elif defined(RC_VECTOR_AVX2)
#include <immintrin.h>

typedef __m256d vec;
#define VEC_WIDTH 4
#define VEC_BYTES 32
#define VEC_CHUNK 5

static inline __m256i part_mask(size_t n) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x((int64_t)n), _mm256_set_epi64x(3, 2, 1, 0));
}
static inline vec v_set(double x) { return _mm256_set1_pd(x); }
static inline vec v_load(const double *p) { return _mm256_load_pd(p); }
static inline vec v_load_any(const double *p) { return _mm256_loadu_pd(p); } /* not aligned */
static inline vec v_load_once(const double *p) {
    vec x = _mm256_load_pd(p);
    __asm__("" : "+x"(x));
    return x;
}
static inline vec v_load_pair(const double *p) { return _mm256_zextpd128_pd256(_mm_loadu_pd(p)); }
static inline void v_store_pair(double *p, vec x) { _mm_storeu_pd(p, _mm256_castpd256_pd128(x)); }
static inline vec v_set_once(double x) {
    vec all = _mm256_set1_pd(x);
    __asm__("" : "+x"(all));
    return all;
}
static inline void v_set_two(const double *p, vec *first, vec *second) {
    vec pair = _mm256_broadcast_pd((const __m128d *)p);
    *first = _mm256_permute_pd(pair, 0);
    *second = _mm256_permute_pd(pair, 0xf);
}
static inline vec v_load_part(const double *p, size_t n) { return _mm256_maskload_pd(p, part_mask(n)); }
static inline void v_store(double *p, vec x) { _mm256_store_pd(p, x); }
static inline void v_store_any(double *p, vec x) { _mm256_storeu_pd(p, x); }
static inline void v_store_part(double *p, vec x, size_t n) { _mm256_maskstore_pd(p, part_mask(n), x); }
static inline vec v_fma(vec a, vec b, vec c) { return _mm256_fmadd_pd(a, b, c); }
static inline vec v_fnma(vec a, vec b, vec c) { return _mm256_fnmadd_pd(a, b, c); }
static inline vec v_sqrt(vec a) { return _mm256_sqrt_pd(a); }
static inline vec v_min(vec a, vec b) { return _mm256_min_pd(a, b); }
static inline vec v_max(vec a, vec b) { return _mm256_max_pd(a, b); }
static inline vec v_abs(vec x) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), x); }
static inline vec v_copy_sign(vec size, vec sign) {
    return _mm256_or_pd(size, _mm256_and_pd(sign, _mm256_set1_pd(-0.0)));
}
static inline int v_any_above(vec a, vec b) { return _mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_GT_OQ)) != 0; }
static inline vec v_where_above(vec a, vec b, vec x, vec y) {
    return _mm256_blendv_pd(y, x, _mm256_cmp_pd(a, b, _CMP_GT_OQ));
}
typedef __m256i vec_index;
static inline vec_index v_index(vec key) { return _mm256_srli_epi64(_mm256_castpd_si256(key), 50); }
/* The address is a constant and 8 times the top bits: FIRST_KEY costs nothing. */
static inline double look_up(const double table[32], int64_t top) {
    return *(const double *)((uintptr_t)table - FIRST_KEY * sizeof *table + (uintptr_t)top * sizeof *table);
}
/* Four loads: a gather takes longer on most processors. */
static inline vec v_look_up(const double table[32], vec_index index) {
    __m128i low = _mm256_castsi256_si128(index), high = _mm256_extracti128_si256(index, 1);
    return _mm256_set_pd(look_up(table, _mm_extract_epi64(high, 1)), look_up(table, _mm_cvtsi128_si64(high)),
                         look_up(table, _mm_extract_epi64(low, 1)), look_up(table, _mm_cvtsi128_si64(low)));
}
static inline vec v_power_of_two(vec shifted) {
    return _mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(shifted), 52));
}

#elif defined(RC_VECTOR_NEON)
#include <arm_neon.h>

typedef float64x2_t vec;
#define VEC_WIDTH 2
#define VEC_BYTES 16
#define VEC_CHUNK 8

static inline vec v_set(double x) { return vdupq_n_f64(x); }
static inline vec v_load(const double *p) { return vld1q_f64(p); }
static inline vec v_load_any(const double *p) { return vld1q_f64(p); }
static inline vec v_load_once(const double *p) { return vld1q_f64(p); }
static inline vec v_load_pair(const double *p) { return vld1q_f64(p); } /* never used: a pair is one vector */
static inline void v_store_pair(double *p, vec x) { vst1q_f64(p, x); }
static inline vec v_set_once(double x) { return vdupq_n_f64(x); }
static inline void v_set_two(const double *p, vec *first, vec *second) {
    vec pair = vld1q_f64(p);
    *first = vdupq_laneq_f64(pair, 0);
    *second = vdupq_laneq_f64(pair, 1);
}
static inline vec v_load_part(const double *p, size_t n) {
    if (n >= 2) return vld1q_f64(p);
    return vcombine_f64(n ? vld1_f64(p) : vdup_n_f64(0), vdup_n_f64(0));
}
static inline void v_store(double *p, vec x) { vst1q_f64(p, x); }
static inline void v_store_any(double *p, vec x) { vst1q_f64(p, x); }
static inline void v_store_part(double *p, vec x, size_t n) {
    if (n >= 2)
        vst1q_f64(p, x);
    else if (n)
        *p = vgetq_lane_f64(x, 0);
}
static inline vec v_fma(vec a, vec b, vec c) { return vfmaq_f64(c, a, b); }
static inline vec v_fnma(vec a, vec b, vec c) { return vfmsq_f64(c, a, b); }
static inline vec v_sqrt(vec a) { return vsqrtq_f64(a); }
/* As on x86: the second operand if there is a NaN. */
static inline vec v_min(vec a, vec b) { return vbslq_f64(vcltq_f64(a, b), a, b); }
static inline vec v_max(vec a, vec b) { return vbslq_f64(vcgtq_f64(a, b), a, b); }
static inline vec v_abs(vec x) { return vabsq_f64(x); }
static inline vec v_copy_sign(vec size, vec sign) { return vbslq_f64(vdupq_n_u64(UINT64_C(1) << 63), sign, size); }
static inline int v_any_above(vec a, vec b) {
    uint64x2_t above = vcgtq_f64(a, b);
    return (vgetq_lane_u64(above, 0) | vgetq_lane_u64(above, 1)) != 0;
}
static inline vec v_where_above(vec a, vec b, vec x, vec y) { return vbslq_f64(vcgtq_f64(a, b), x, y); }
typedef uint64x2_t vec_index;
static inline vec_index v_index(vec key) {
    return vsubq_u64(vshrq_n_u64(vreinterpretq_u64_f64(key), 50), vdupq_n_u64(FIRST_KEY));
}
static inline vec v_look_up(const double table[32], vec_index index) {
    return vcombine_f64(vld1_f64(table + vgetq_lane_u64(index, 0)), vld1_f64(table + vgetq_lane_u64(index, 1)));
}
static inline vec v_power_of_two(vec shifted) {
    return vreinterpretq_f64_u64(vshlq_n_u64(vreinterpretq_u64_f64(shifted), 52));
}

#else /* scalar, with fused multiply-add */

typedef double vec;
#define VEC_WIDTH 1
#define VEC_BYTES 8
#define VEC_CHUNK 8

static inline vec v_set(double x) { return x; }
static inline vec v_load(const double *p) { return *p; }
static inline vec v_load_any(const double *p) { return *p; }
static inline vec v_load_once(const double *p) { return *p; }
static inline vec v_load_pair(const double *p) { return *p; } /* never used: a pair is two vectors */
static inline void v_store_pair(double *p, vec x) { *p = x; }
static inline vec v_set_once(double x) { return x; }
static inline void v_set_two(const double *p, vec *first, vec *second) {
    *first = p[0];
    *second = p[1];
}
static inline vec v_load_part(const double *p, size_t n) { return n ? *p : 0; }
static inline void v_store(double *p, vec x) { *p = x; }
static inline void v_store_any(double *p, vec x) { *p = x; }
static inline void v_store_part(double *p, vec x, size_t n) {
    if (n) *p = x;
}
static inline vec v_fma(vec a, vec b, vec c) { return __builtin_fma(a, b, c); }
static inline vec v_fnma(vec a, vec b, vec c) { return __builtin_fma(-a, b, c); }
static inline vec v_sqrt(vec a) { return __builtin_sqrt(a); }
static inline vec v_min(vec a, vec b) { return a < b ? a : b; }
static inline vec v_max(vec a, vec b) { return a > b ? a : b; }
static inline vec v_abs(vec x) { return __builtin_fabs(x); }
static inline vec v_copy_sign(vec size, vec sign) { return __builtin_copysign(size, sign); }
static inline int v_any_above(vec a, vec b) { return a > b; }
static inline vec v_where_above(vec a, vec b, vec x, vec y) { return a > b ? x : y; }
typedef uint64_t vec_index;
static inline vec_index v_index(vec key) {
    uint64_t bits;
    memcpy(&bits, &key, sizeof bits);
    return (bits >> 50) - FIRST_KEY;
}
static inline vec v_look_up(const double table[32], vec_index index) { return table[index]; }
static inline vec v_power_of_two(vec shifted) {
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits <<= 52;
    memcpy(&shifted, &bits, sizeof bits);
    return shifted;
}

#endif
#endif
