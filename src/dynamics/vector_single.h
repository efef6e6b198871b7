/* As vector.h, in single precision: what the step of tangents needs. */
#ifndef RC_DYNAMICS_VECTOR_SINGLE_H
#define RC_DYNAMICS_VECTOR_SINGLE_H

#include <string.h>

/* v_load_slopes: the slopes of a column's lanes from 8 doubles, rounded; repeated where a vector holds two columns. */

#if defined(RC_VECTOR_AVX512)
#include <immintrin.h>

typedef __m512 vec;
#define VEC_WIDTH 16
#define VEC_BYTES 64

static inline vec v_set(float x) { return _mm512_set1_ps(x); }
static inline vec v_load(const float *p) { return _mm512_load_ps(p); }
static inline vec v_load_once(const float *p) {
    vec x = _mm512_load_ps(p);
    __asm__("" : "+v"(x));
    return x;
}
static inline vec v_set_once(float x) {
    vec all = _mm512_set1_ps(x);
    __asm__("" : "+v"(all));
    return all;
}
static inline void v_set_two(const float *p, vec *first, vec *second) {
    double both;
    memcpy(&both, p, sizeof both);
    vec pair = _mm512_castpd_ps(_mm512_set1_pd(both));
    *first = _mm512_moveldup_ps(pair);
    *second = _mm512_movehdup_ps(pair);
}
static inline vec v_load_slopes(const double *p) {
    vec all = _mm512_broadcast_f32x8(_mm512_cvtpd_ps(_mm512_load_pd(p)));
    __asm__("" : "+v"(all));
    return all;
}
static inline void v_store(float *p, vec x) { _mm512_store_ps(p, x); }
static inline vec v_fma(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }

#elif defined(RC_VECTOR_AVX2)
#include <immintrin.h>

typedef __m256 vec;
#define VEC_WIDTH 8
#define VEC_BYTES 32

static inline vec v_set(float x) { return _mm256_set1_ps(x); }
static inline vec v_load(const float *p) { return _mm256_load_ps(p); }
static inline vec v_load_once(const float *p) {
    vec x = _mm256_load_ps(p);
    __asm__("" : "+x"(x));
    return x;
}
static inline vec v_set_once(float x) {
    vec all = _mm256_set1_ps(x);
    __asm__("" : "+x"(all));
    return all;
}
static inline void v_set_two(const float *p, vec *first, vec *second) {
    double both;
    memcpy(&both, p, sizeof both);
    vec pair = _mm256_castpd_ps(_mm256_set1_pd(both));
    *first = _mm256_moveldup_ps(pair);
    *second = _mm256_movehdup_ps(pair);
}
static inline vec v_load_slopes(const double *p) {
    vec all = _mm256_set_m128(_mm256_cvtpd_ps(_mm256_load_pd(p + 4)), _mm256_cvtpd_ps(_mm256_load_pd(p)));
    __asm__("" : "+x"(all));
    return all;
}
static inline void v_store(float *p, vec x) { _mm256_store_ps(p, x); }
static inline vec v_fma(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }

#elif defined(RC_VECTOR_NEON)
#include <arm_neon.h>

typedef float32x4_t vec;
#define VEC_WIDTH 4
#define VEC_BYTES 16

static inline vec v_set(float x) { return vdupq_n_f32(x); }
static inline vec v_load(const float *p) { return vld1q_f32(p); }
static inline vec v_load_once(const float *p) { return vld1q_f32(p); }
static inline vec v_set_once(float x) { return vdupq_n_f32(x); }
static inline void v_set_two(const float *p, vec *first, vec *second) {
    float32x2_t pair = vld1_f32(p);
    *first = vdupq_lane_f32(pair, 0);
    *second = vdupq_lane_f32(pair, 1);
}
static inline vec v_load_slopes(const double *p) {
    return vcombine_f32(vcvt_f32_f64(vld1q_f64(p)), vcvt_f32_f64(vld1q_f64(p + 2)));
}
static inline void v_store(float *p, vec x) { vst1q_f32(p, x); }
static inline vec v_fma(vec a, vec b, vec c) { return vfmaq_f32(c, a, b); }

#else /* scalar, with fused multiply-add */

typedef float vec;
#define VEC_WIDTH 1
#define VEC_BYTES 4

static inline vec v_set(float x) { return x; }
static inline vec v_load(const float *p) { return *p; }
static inline vec v_load_once(const float *p) { return *p; }
static inline vec v_set_once(float x) { return x; }
static inline void v_set_two(const float *p, vec *first, vec *second) {
    *first = p[0];
    *second = p[1];
}
static inline vec v_load_slopes(const double *p) { return (float)*p; }
static inline void v_store(float *p, vec x) { *p = x; }
static inline vec v_fma(vec a, vec b, vec c) { return __builtin_fmaf(a, b, c); }

#endif

static inline vec v_load_pair(const float *p) { return v_load(p); } /* never used: points are in double precision */

#endif
