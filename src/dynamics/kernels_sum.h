/* Part of kernels_body.h and kernels_single.h: sums over the connections of rows,
 * of `real` numbers, UNIT of which fill 64 bytes.
 *
 * A multiply-add needs its operand from the first-level cache, and a processor
 * loads about as many vectors as it multiplies and adds. So few columns go
 * through W at a time, that they stay in that cache; weights come two in a load,
 * offsets likewise; and some rows are summed at the same time, since the terms
 * of one row wait for each other. */
#ifndef RC_DYNAMICS_KERNELS_SUM_H
#define RC_DYNAMICS_KERNELS_SUM_H

enum {
    STEP_COLUMNS = VEC_BYTES == 64   ? 3
                   : VEC_BYTES >= 16 ? 2
                                     : 1, /* columns in one pass over W: 38, 26 and 13 KB of 200 neurons */
    STEP_ROWS = VEC_BYTES == 64   ? 4
                : VEC_BYTES >= 16 ? 2
                                  : 1, /* rows summed at the same time */
    MOST_VECS = STEP_COLUMNS * UNIT_VECS > 2 * UNIT_VECS ? STEP_COLUMNS *UNIT_VECS : 2 * UNIT_VECS,
    DENSE_ROWS = VEC_BYTES == 64   ? 6
                 : VEC_BYTES >= 16 ? 3
                                   : 1 /* rows that share their operands */
};

/* Where sums are taken: n_vec vectors of each neuron, in columns of UNIT lanes, of which n_used vectors are
 * in use; or both lanes of a pair (n_lanes = 2). */
typedef struct {
    const real *source;
    size_t column;  /* from one column to the next */
    size_t n_lanes; /* from one neuron to the next */
    size_t n_used;
    size_t n_vec;
} sum_source;

/* Vector v of a neuron. */
ALWAYS_INLINE vec load_source(const sum_source *from, const real *neuron, size_t v) {
    if (VEC_WIDTH > 2 && from->n_lanes == 2) return v_load_pair(neuron);
    return v_load(neuron + v / from->n_used * from->column + v % from->n_used * VEC_WIDTH);
}

ALWAYS_INLINE void add_term(const sum_source *from, vec weight, size_t offset, vec *sum) {
    /* offset / 8 * n_lanes numbers, which an address holds without a shift for 16 and 64 bytes */
    const real *neuron = (const real *)((const char *)from->source + offset * (from->n_lanes * sizeof(real) / 8));
#pragma GCC unroll 16
    for (size_t v = 0; v < from->n_vec; v++) sum[v] = v_fma(weight, load_source(from, neuron, v), sum[v]);
}

/* Two offsets in one load. */
ALWAYS_INLINE void load_two(const uint32_t *p, size_t *first, size_t *second) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t both;
    memcpy(&both, p, sizeof both);
    __asm__("" : "+r"(both)); /* or the compiler makes two of it */
    *first = (uint32_t)both;
    *second = both >> 32;
#else
    *first = p[0];
    *second = p[1];
#endif
}

/* One entry of every row of a group. */
ALWAYS_INLINE void add_entries(const sum_source *from, const real *weight, const uint32_t *offset,
                               vec sum[][MOST_VECS]) {
    if (STEP_ROWS == 1) {
        add_term(from, v_set(*weight), *offset, sum[0]);
        return;
    }
#pragma GCC unroll 4
    for (size_t r = 0; r < STEP_ROWS; r += 2) {
        vec first, second;
        size_t first_offset, second_offset;
        v_set_two(weight + r, &first, &second);
        load_two(offset + r, &first_offset, &second_offset);
        add_term(from, first, first_offset, sum[r]);
        add_term(from, second, second_offset, sum[r + 1]);
    }
}

/* A group of rows; returns where the next begins. */
ALWAYS_INLINE size_t sum_group(const rc_rows *W, const sum_source *from, size_t group, size_t start,
                               vec sum[][MOST_VECS]) {
    const real *weight = rows_weight(W) + start;
    const uint32_t *offset = W->offset + start;
    size_t n = W->common[group] * STEP_ROWS;
    for (size_t k = 0; k < n; k += STEP_ROWS) add_entries(from, weight + k, offset + k, sum);
    start += n;
#pragma GCC unroll 4
    for (size_t r = 0; r < STEP_ROWS; r++)
        for (size_t end = W->end[group * STEP_ROWS + r]; start < end; start++)
            add_term(from, v_set(rows_weight(W)[start]), W->offset[start], sum[r]);
    return start;
}

/* --- Dense W --------------------------------------------------------------------- */

/* Rows of a dense W have the same columns: an operand once loaded serves some of them. So many columns of W are gone
 * through for all rows before the next ones, that their operands stay in the nearest cache. */
typedef struct {
    size_t first, n;    /* neurons that the terms come from */
    bool begins, ends;  /* the first of a row, and the last */
    const real *weight; /* [group of rows][term, row of the group] */
} dense_block;

ALWAYS_INLINE dense_block dense_block_at(const rc_rows *W, size_t first) {
    size_t n = W->n_neurons - first < W->dense_block ? W->n_neurons - first : W->dense_block;
    size_t padded = (W->n_neurons + DENSE_ROWS - 1) / DENSE_ROWS * DENSE_ROWS;
    return (dense_block){first, n, first == 0, first + n == W->n_neurons, rows_weight(W) + first * padded};
}

ALWAYS_INLINE void sum_dense_group(const sum_source *from, const dense_block *block, size_t group,
                                   vec sum[][MOST_VECS]) {
    const real *weight = block->weight + group * block->n * DENSE_ROWS;
    const real *neuron = from->source + block->first * from->n_lanes;
    for (size_t k = 0; k < block->n; k++, neuron += from->n_lanes, weight += DENSE_ROWS) {
        vec w[DENSE_ROWS];
#pragma GCC unroll 8
        for (size_t r = 0; r < DENSE_ROWS; r++) w[r] = v_set(weight[r]);
#pragma GCC unroll 16
        for (size_t v = 0; v < from->n_vec; v++) {
            vec operand = load_source(from, neuron, v);
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++) sum[r][v] = v_fma(w[r], operand, sum[r][v]);
        }
    }
}

#endif
