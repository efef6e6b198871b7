/* Part of kernels_body.h: the step of a bundle.
 *
 * A multiply-add needs its operand from the first-level cache, and a processor
 * loads about as many vectors as it multiplies and adds. So few columns go
 * through W at a time, that they stay in that cache; weights come two in a load,
 * offsets likewise; and some rows are summed at the same time, since the terms
 * of one row wait for each other. */

enum {
    STEP_COLUMNS = VEC_WIDTH == 8   ? 3
                   : VEC_WIDTH >= 2 ? 2
                                    : 1, /* columns in one pass over W: 38, 26 and 13 KB of 200 neurons */
    STEP_ROWS = VEC_WIDTH == 8   ? 4
                : VEC_WIDTH >= 2 ? 2
                                 : 1, /* rows summed at the same time */
    MOST_VECS = STEP_COLUMNS * UNIT_VECS > 2 * UNIT_VECS ? STEP_COLUMNS *UNIT_VECS : 2 * UNIT_VECS,
    HALF_VECS = UNIT_VECS > 1 ? UNIT_VECS / 2 : 1, /* of a column whose trials fill half of it */
    DENSE_ROWS = VEC_WIDTH == 8   ? 6
                 : VEC_WIDTH >= 2 ? 3
                                  : 1 /* rows that share their operands */
};

/* Where sums are taken: n_vec vectors of each neuron, in columns of 8 lanes, of which n_used vectors are
 * in use; or both lanes of a pair (n_lanes = 2). */
typedef struct {
    const double *source;
    size_t column;  /* from one column to the next */
    size_t n_lanes; /* from one neuron to the next */
    size_t n_used;
    size_t n_vec;
} sum_source;

/* Vector v of a neuron. */
ALWAYS_INLINE vec load_source(const sum_source *from, const double *neuron, size_t v) {
    if (VEC_WIDTH > 2 && from->n_lanes == 2) return v_load_pair(neuron);
    return v_load(neuron + v / from->n_used * from->column + v % from->n_used * VEC_WIDTH);
}

ALWAYS_INLINE void add_term(const sum_source *from, vec weight, size_t offset, vec *sum) {
    /* offset / 8 * n_lanes doubles, which an address holds without a shift for 2 and 8 lanes */
    const double *neuron = (const double *)((const char *)from->source + offset * from->n_lanes);
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
ALWAYS_INLINE void add_entries(const sum_source *from, const double *weight, const uint32_t *offset,
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
    const double *weight = W->weight + start;
    const uint32_t *offset = W->offset + start;
    size_t n = W->common[group] * STEP_ROWS;
    for (size_t k = 0; k < n; k += STEP_ROWS) add_entries(from, weight + k, offset + k, sum);
    start += n;
#pragma GCC unroll 4
    for (size_t r = 0; r < STEP_ROWS; r++)
        for (size_t end = W->end[group * STEP_ROWS + r]; start < end; start++)
            add_term(from, v_set(W->weight[start]), W->offset[start], sum[r]);
    return start;
}

/* --- Dense W --------------------------------------------------------------------- */

/* Rows of a dense W have the same columns: an operand once loaded serves some of them. So many columns of W are gone
 * through for all rows before the next ones, that their operands stay in the nearest cache. */
typedef struct {
    size_t first, n;      /* neurons that the terms come from */
    bool begins, ends;    /* the first of a row, and the last */
    const double *weight; /* [group of rows][term, row of the group] */
} dense_block;

ALWAYS_INLINE dense_block dense_block_at(const rc_rows *W, size_t first) {
    size_t n = W->n_neurons - first < W->dense_block ? W->n_neurons - first : W->dense_block;
    size_t padded = (W->n_neurons + DENSE_ROWS - 1) / DENSE_ROWS * DENSE_ROWS;
    return (dense_block){first, n, first == 0, first + n == W->n_neurons, W->weight + first * padded};
}

ALWAYS_INLINE void sum_dense_group(const sum_source *from, const dense_block *block, size_t group,
                                   vec sum[][MOST_VECS]) {
    const double *weight = block->weight + group * block->n * DENSE_ROWS;
    const double *neuron = from->source + block->first * from->n_lanes;
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

/* --- States and twins ------------------------------------------------------------ */

ALWAYS_INLINE void store_points(double *out, const vec *sum, const size_t n_lanes, const size_t n_used,
                                const size_t n_vec) {
#pragma GCC unroll 16
    for (size_t v = 0; v < n_vec; v++)
        if (VEC_WIDTH > n_lanes)
            v_store_pair(out, sum[v]);
        else
            v_store(out + v / n_used * UNIT + v % n_used * VEC_WIDTH, sum[v]);
}

ALWAYS_INLINE void load_points(const double *in, vec *sum, const size_t n_lanes, const size_t n_used,
                               const size_t n_vec) {
#pragma GCC unroll 16
    for (size_t v = 0; v < n_vec; v++)
        sum[v] = VEC_WIDTH > n_lanes ? v_load_pair(in) : v_load(in + v / n_used * UNIT + v % n_used * VEC_WIDTH);
}

/* The sums alone, with b: [neuron, n_lanes], in n_vec vectors. */
ALWAYS_INLINE void sum_points(const rc_step *step, const double *source, double *sums, const size_t n_lanes,
                              const size_t n_used, const size_t n_vec) {
    const rc_rows *W = &step->rows;
    const sum_source from = {source, UNIT, n_lanes, n_used, n_vec};
    for (size_t group = 0, start = 0, row = 0; row < W->n_neurons; group++, row += STEP_ROWS) {
        vec sum[STEP_ROWS][MOST_VECS];
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
#pragma GCC unroll 16
            for (size_t v = 0; v < n_vec; v++) sum[r][v] = v_set(step->input[row + r]);
        start = sum_group(W, &from, group, start, sum);
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
            if (row + r < W->n_neurons) store_points(sums + (row + r) * n_lanes, sum[r], n_lanes, n_used, n_vec);
    }
}

/* The same for a dense W: sums under way wait where they will be. */
ALWAYS_INLINE void sum_dense_points(const rc_step *step, const double *source, double *sums, const size_t n_lanes,
                                    const size_t n_used, const size_t n_vec) {
    const rc_rows *W = &step->rows;
    const sum_source from = {source, UNIT, n_lanes, n_used, n_vec};
    for (size_t first = 0; first < W->n_neurons; first += W->dense_block) {
        const dense_block block = dense_block_at(W, first);
        for (size_t group = 0, row = 0; row < W->n_neurons; group++, row += DENSE_ROWS) {
            vec sum[DENSE_ROWS][MOST_VECS];
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
                if (block.begins || row + r >= W->n_neurons)
                    for (size_t v = 0; v < n_vec; v++) sum[r][v] = v_set(step->input[row + r]);
                else
                    load_points(sums + (row + r) * n_lanes, sum[r], n_lanes, n_used, n_vec);
            sum_dense_group(&from, &block, group, sum);
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
                if (row + r < W->n_neurons) store_points(sums + (row + r) * n_lanes, sum[r], n_lanes, n_used, n_vec);
        }
    }
}

/* From the sums of RC_FORM_CURRENT to its x'. */
static void move_points(const rc_step *step, size_t n, double *value, double *next) {
    for (size_t at = 0; at < n; at += VEC_WIDTH) {
        vec old = v_load(value + at);
        vec moved = v_fma(v_set(step->fraction), v_load(next + at) - old, old);
        v_store(value + at, moved);
        v_store(next + at, moved);
    }
}

/* What a step makes of the tanh of a sum. */
ALWAYS_INLINE void store_target(const rc_form form, vec fraction, vec value, const double *source, double *next) {
    if (form == RC_FORM_RATE) {
        vec old = v_load(source);
        v_store(next, v_fma(fraction, value - old, old));
    } else {
        v_store(next, value);
    }
}

/* tanh of the sums, and its slope at those of states: the first column of a neuron's lanes. */
ALWAYS_INLINE void finish_points(const rc_step *step, const rc_form form, const size_t n_used, const double *source,
                                 double *next) {
    const vec fraction = v_set(step->fraction);
    double *slope = step->slope;
    bool from_tanh = step->slope_from_tanh;
    for (size_t at = 0; at < step->rows.n_neurons * 2 * UNIT; at += 2 * UNIT, slope += UNIT) {
        for (size_t l = 0; l < n_used * VEC_WIDTH; l += VEC_WIDTH) {
            vec x = v_load(next + at + l);
            tanh_parts parts = v_tanh_parts(x);
            vec value = v_tanh_of(&parts, x);
            v_store(slope + l, from_tanh ? v_fnma(value, value, v_set(1)) : v_sech2_of(&parts, x));
            store_target(form, fraction, value, source + at + l, next + at + l);
        }
        if (!step->twins) continue;
        for (size_t l = UNIT; l < UNIT + n_used * VEC_WIDTH; l += VEC_WIDTH)
            store_target(form, fraction, v_tanh(v_load(next + at + l)), source + at + l, next + at + l);
    }
}

/* One trial: whole vectors of its states and twins in turn. */
ALWAYS_INLINE void finish_pairs(const rc_step *step, const rc_form form, const double *source, double *next) {
    size_t n = step->rows.n_neurons;
    for (size_t i = 0; i < n; i++) step->slope[i] = next[2 * i];
    if (step->slope_from_tanh) {
        tanh_array(n, step->slope, step->slope);
        for (size_t i = 0; i < n; i++) step->slope[i] = __builtin_fma(-step->slope[i], step->slope[i], 1);
    } else {
        sech2_array(n, step->slope, step->slope);
    }
    for (size_t at = 0; at < 2 * n; at += VEC_WIDTH)
        store_target(form, v_set(step->fraction), v_tanh(v_load(next + at)), source + at, next + at);
}

/* In the layouts: two lanes; 16, of which the first n_used vectors of each 8 are in use, with twins or without. */
#define SUMS(name, n_lanes, n_used, n_vec)                                                  \
    static void sum_##name(const rc_step *step, const double *source, double *sums) {       \
        sum_points(step, source, sums, n_lanes, n_used, n_vec);                             \
    }                                                                                       \
    static void sum_dense_##name(const rc_step *step, const double *source, double *sums) { \
        sum_dense_points(step, source, sums, n_lanes, n_used, n_vec);                       \
    }
SUMS(pairs, 2, UNIT_VECS, VEC_WIDTH > 2 ? 1 : 2 / VEC_WIDTH)
SUMS(states, 2 * UNIT, UNIT_VECS, UNIT_VECS)
SUMS(twins, 2 * UNIT, UNIT_VECS, 2 * UNIT_VECS)
SUMS(half_states, 2 * UNIT, HALF_VECS, HALF_VECS)
SUMS(half_twins, 2 * UNIT, HALF_VECS, 2 * HALF_VECS)

ALWAYS_INLINE void finish_columns(const rc_step *step, const size_t n_used, const double *source, double *next) {
    if (step->form == RC_FORM_RATE)
        finish_points(step, RC_FORM_RATE, n_used, source, next);
    else
        finish_points(step, RC_FORM_MAP, n_used, source, next);
}

static void step_points(const rc_step *step, double *value, const double *source, double *next) {
    static void (*const sum[][2])(const rc_step *, const double *, double *) = {
        {sum_states, sum_dense_states},         {sum_twins, sum_dense_twins}, {sum_half_states, sum_dense_half_states},
        {sum_half_twins, sum_dense_half_twins}, {sum_pairs, sum_dense_pairs},
    };
    bool is_dense = step->rows.dense_block > 0, half = VEC_WIDTH < UNIT && step->half, pairs = step->n_lanes == 2;
    sum[pairs ? 4 : 2 * half + step->twins][is_dense](step, source, next);
    if (step->form == RC_FORM_CURRENT) move_points(step, step->rows.n_neurons * step->n_lanes, value, next);
    if (pairs && step->form == RC_FORM_RATE)
        finish_pairs(step, RC_FORM_RATE, source, next);
    else if (pairs)
        finish_pairs(step, RC_FORM_MAP, source, next);
    else if (half)
        finish_columns(step, HALF_VECS, source, next);
    else
        finish_columns(step, UNIT_VECS, source, next);
}

/* --- Tangents ---------------------------------------------------------------------- */

/* One neuron. */
ALWAYS_INLINE void finish_tangents(const rc_step *step, const rc_form form, const size_t n_used, const size_t n_columns,
                                   size_t neuron, const vec *sum, double *value, const double *source, double *next) {
    const double *slope = step->slope + neuron * (step->n_lanes / 2);
    vec D[UNIT_VECS];
    for (size_t v = 0; v < n_used; v++)
        D[v] = step->n_lanes == 2 ? v_set_once(slope[0]) : v_load_once(slope + v * VEC_WIDTH);
#pragma GCC unroll 16
    for (size_t v = 0; v < n_columns * n_used; v++) {
        size_t at = (v / n_used * step->rows.n_neurons + neuron) * UNIT + v % n_used * VEC_WIDTH;
        vec fraction = v_set(step->fraction), target;
        if (form == RC_FORM_RATE) {
            vec old = v_load_once(source + at);
            target = v_fma(fraction, D[v % n_used] * sum[v] - old, old);
        } else if (form == RC_FORM_CURRENT) {
            vec old = v_load_once(value + at);
            vec moved = v_fma(fraction, sum[v] - old, old);
            v_store(value + at, moved);
            target = D[v % n_used] * moved;
        } else {
            target = D[v % n_used] * sum[v];
        }
        v_store(next + at, target);
    }
}

ALWAYS_INLINE void tangents_pass(const rc_step *shared, const rc_form form, const size_t n_lanes, const size_t n_used,
                                 const size_t n_columns, double *value, const double *source, double *restrict next) {
    rc_step step = *shared; /* nobody else's, so that it stays in registers */
    step.n_lanes = n_lanes;
    const rc_rows *W = &step.rows;
    const sum_source from = {source, W->n_neurons * UNIT, UNIT, n_used, n_columns * n_used};
    for (size_t group = 0, start = 0, row = 0; row < W->n_neurons; group++, row += STEP_ROWS) {
        vec sum[STEP_ROWS][MOST_VECS];
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
#pragma GCC unroll 16
            for (size_t v = 0; v < n_columns * n_used; v++) sum[r][v] = v_set(0);
        start = sum_group(W, &from, group, start, sum);
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
            if (row + r < W->n_neurons)
                finish_tangents(&step, form, n_used, n_columns, row + r, sum[r], value, source, next);
    }
}

/* The same for a dense W: sums under way wait where their results will be. */
ALWAYS_INLINE void dense_tangents_pass(const rc_step *shared, const rc_form form, const size_t n_lanes,
                                       const size_t n_used, const size_t n_columns, double *value, const double *source,
                                       double *restrict next) {
    rc_step step = *shared;
    step.n_lanes = n_lanes;
    const rc_rows *W = &step.rows;
    const size_t n_vec = n_columns * n_used, column = W->n_neurons * UNIT;
    const sum_source from = {source, column, UNIT, n_used, n_vec};
    for (size_t first = 0; first < W->n_neurons; first += W->dense_block) {
        const dense_block block = dense_block_at(W, first);
        for (size_t group = 0, row = 0; row < W->n_neurons; group++, row += DENSE_ROWS) {
            vec sum[DENSE_ROWS][MOST_VECS];
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
#pragma GCC unroll 16
                for (size_t v = 0; v < n_vec; v++)
                    sum[r][v] = block.begins || row + r >= W->n_neurons
                                    ? v_set(0)
                                    : v_load(next + v / n_used * column + (row + r) * UNIT + v % n_used * VEC_WIDTH);
            sum_dense_group(&from, &block, group, sum);
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++) {
                if (row + r >= W->n_neurons) break;
                if (block.ends)
                    finish_tangents(&step, form, n_used, n_columns, row + r, sum[r], value, source, next);
                else
#pragma GCC unroll 16
                    for (size_t v = 0; v < n_vec; v++)
                        v_store(next + v / n_used * column + (row + r) * UNIT + v % n_used * VEC_WIDTH, sum[r][v]);
            }
        }
    }
}

/* One pass over W for each form, layout (2 lanes of points; 16; 16 of which the trials fill half) and number of
 * columns. */
#define PASS(form, name, layout, lanes, n_used, n)                                                                     \
    static void pass_##name##_##layout##_##n(const rc_step *step, double *value, const double *source, double *next) { \
        if (step->rows.dense_block)                                                                                    \
            dense_tangents_pass(step, form, lanes, n_used, n, value, source, next);                                    \
        else                                                                                                           \
            tangents_pass(step, form, lanes, n_used, n, value, source, next);                                          \
    }
#define PASSES_OF_LAYOUT(layout, lanes, n_used, n)           \
    PASS(RC_FORM_RATE, rate, layout, lanes, n_used, n)       \
    PASS(RC_FORM_CURRENT, current, layout, lanes, n_used, n) \
    PASS(RC_FORM_MAP, map, layout, lanes, n_used, n)
#define PASSES_OF(n)                         \
    PASSES_OF_LAYOUT(wide, 2, UNIT_VECS, n)  \
    PASSES_OF_LAYOUT(full, 16, UNIT_VECS, n) \
    PASSES_OF_LAYOUT(half, 16, HALF_VECS, n)
#define TABLE_OF(n)                                                         \
    {                                                                       \
        {pass_rate_wide_##n, pass_current_wide_##n, pass_map_wide_##n},     \
            {pass_rate_full_##n, pass_current_full_##n, pass_map_full_##n}, \
            {pass_rate_half_##n, pass_current_half_##n, pass_map_half_##n}, \
    }
PASSES_OF(1)
#if VEC_WIDTH >= 2
PASSES_OF(2)
#endif
#if VEC_WIDTH >= 8
PASSES_OF(3)
#endif

static void step_tangents(const rc_step *step, size_t n_columns, double *value, const double *source, double *next) {
    static void (*const pass[][3][3])(const rc_step *, double *, const double *, double *) = {
        TABLE_OF(1),
#if VEC_WIDTH >= 2
        TABLE_OF(2),
#endif
#if VEC_WIDTH >= 8
        TABLE_OF(3),
#endif
    };
    int layout = step->n_lanes == 2 ? 0 : step->half ? 2 : 1;
    pass[n_columns - 1][layout][step->form](step, value, source, next);
}

/* --- Lanes of a dense W ---------------------------------------------------------------- */

/* Where a vector of a neuron's lanes stands. */
ALWAYS_INLINE size_t lanes_at(const rc_rows *W, size_t neuron, size_t v) {
    return (v / UNIT_VECS * W->n_neurons + neuron) * UNIT + v % UNIT_VECS * VEC_WIDTH;
}

/* One neuron, from its sums: their state's next value, or, before the last block of columns, the sums. */
ALWAYS_INLINE void put_lanes(const rc_rows *W, bool is_last, vec fraction, size_t neuron, const vec *sum,
                             const size_t n_vec, const double *state, double *next) {
#pragma GCC unroll 16
    for (size_t v = 0; v < n_vec; v++) {
        size_t at = lanes_at(W, neuron, v);
        if (is_last) {
            vec old = v_load(state + at);
            v_store(next + at, v_fma(fraction, v_tanh(sum[v]) - old, old));
        } else {
            v_store(next + at, sum[v]);
        }
    }
}

ALWAYS_INLINE void advance_dense_columns(const rc_rows *W, double fraction, const size_t n_columns, const double *state,
                                         double *restrict next) {
    const size_t n_vec = n_columns * UNIT_VECS;
    const sum_source from = {state, W->n_neurons * UNIT, UNIT, UNIT_VECS, n_vec};
    for (size_t first = 0; first < W->n_neurons; first += W->dense_block) {
        const dense_block block = dense_block_at(W, first);
        for (size_t group = 0, row = 0; row < W->n_neurons; group++, row += DENSE_ROWS) {
            vec sum[DENSE_ROWS][MOST_VECS];
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
#pragma GCC unroll 16
                for (size_t v = 0; v < n_vec; v++)
                    sum[r][v] =
                        block.begins || row + r >= W->n_neurons ? v_set(0) : v_load(next + lanes_at(W, row + r, v));
            sum_dense_group(&from, &block, group, sum);
#pragma GCC unroll 8
            for (size_t r = 0; r < DENSE_ROWS; r++)
                if (row + r < W->n_neurons)
                    put_lanes(W, block.ends, v_set(fraction), row + r, sum[r], n_vec, state, next);
        }
    }
}

static void advance_dense(const rc_rows *rows, double fraction, size_t n_columns, const double *state, double *next) {
    switch (n_columns) {
    case 1: advance_dense_columns(rows, fraction, 1, state, next); break;
#if VEC_WIDTH >= 2
    case 2: advance_dense_columns(rows, fraction, 2, state, next); break;
#endif
#if VEC_WIDTH >= 8
    case 3: advance_dense_columns(rows, fraction, 3, state, next); break;
#endif
    }
}
