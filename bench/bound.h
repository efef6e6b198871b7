/* Multiply-adds and loads at the speed of the machine, for each instruction set. */
#ifndef RC_BENCH_BOUND_H
#define RC_BENCH_BOUND_H

#include <stddef.h>

/* 15 KB of operands: a multiple of what every body takes at a time. */
#define BOUND_TERMS 1920

/* n_rounds times BOUND_TERMS multiply-adds. x: [BOUND_TERMS], 64-byte aligned; weight: [BOUND_TERMS / 12]. */
double bound_scalar(size_t n_rounds, const double *x, const double *weight);
double bound_avx2(size_t n_rounds, const double *x, const double *weight);
double bound_avx512(size_t n_rounds, const double *x, const double *weight);

/* A sum of x [n], 64-byte aligned; n a multiple of 128. */
double load_scalar(size_t n, const double *x);
double load_avx2(size_t n, const double *x);
double load_avx512(size_t n, const double *x);

#endif
