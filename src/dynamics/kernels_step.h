/* Part of kernels_body.h: the step of a bundle.
 *
 * A multiply-add needs its operand from the first-level cache, and a processor
 * loads about as many vectors as it multiplies and adds. So few columns go
 * through W at a time, that they stay in that cache; weights come two in a load,
 * offsets likewise; and some rows are summed at the same time, since the terms
 * of one row wait for each other. */

enum {
    STEP_COLUMNS = VEC_WIDTH == 8   ? 3
                   : VEC_WIDTH == 4 ? 2
                                    : 1, /* columns in one pass over W: 38, 26 and 13 KB of 200 neurons */
    STEP_ROWS = VEC_WIDTH == 8   ? 4
                : VEC_WIDTH == 4 ? 2
                                 : 1, /* rows summed at the same time */
    MOST_VECS = STEP_COLUMNS * UNIT_VECS > 2 * UNIT_VECS ? STEP_COLUMNS *UNIT_VECS : 2 * UNIT_VECS
};

/* Where sums are taken: n_vec vectors of each neuron, in columns of 8 lanes
 * (n_lanes = 8), or all 16 or 2 lanes of a neuron together. */
typedef struct {
    const double *source;
    size_t column; /* from one column to the next */
    size_t n_lanes;
    size_t n_vec;
} sum_source;

/* Vector v of a neuron. */
ALWAYS_INLINE vec load_source(const sum_source *from, const double *neuron, size_t v) {
    if (VEC_WIDTH > 2 && from->n_lanes == 2) return v_load_pair(neuron);
    return v_load(neuron + v / UNIT_VECS * from->column + v % UNIT_VECS * VEC_WIDTH);
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

/* --- States and twins ------------------------------------------------------------ */

ALWAYS_INLINE void store_points(double *out, const vec *sum, const size_t n_lanes, const size_t n_vec) {
#pragma GCC unroll 16
    for (size_t v = 0; v < n_vec; v++)
        if (VEC_WIDTH > n_lanes)
            v_store_pair(out, sum[v]);
        else
            v_store(out + v * VEC_WIDTH, sum[v]);
}

/* The sums alone, with b: [neuron, n_lanes]. */
ALWAYS_INLINE void sum_points(const rc_step *step, const double *source, double *sums, const size_t n_lanes) {
    const rc_rows *W = &step->rows;
    const size_t n_vec = n_lanes < VEC_WIDTH ? 1 : n_lanes / VEC_WIDTH;
    const sum_source from = {source, UNIT, n_lanes, n_vec};
    for (size_t group = 0, start = 0, row = 0; row < W->n_neurons; group++, row += STEP_ROWS) {
        vec sum[STEP_ROWS][MOST_VECS];
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
#pragma GCC unroll 16
            for (size_t v = 0; v < n_vec; v++) sum[r][v] = v_set(step->input[row + r]);
        start = sum_group(W, &from, group, start, sum);
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
            if (row + r < W->n_neurons) store_points(sums + (row + r) * n_lanes, sum[r], n_lanes, n_vec);
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

/* D of what tanh is going to be taken of. */
static void find_slopes(const rc_step *step, const double *argument) {
    size_t n = step->rows.n_neurons, half = step->n_lanes / 2;
    if (step->n_lanes == 2) {
        for (size_t i = 0; i < n; i++) step->slope[i] = argument[2 * i];
        sech2_array(n, step->slope, step->slope);
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t l = 0; l < half; l += VEC_WIDTH)
            v_store(step->slope + i * half + l, v_sech2(v_load(argument + 2 * i * half + l)));
}

static void step_points(const rc_step *step, double *value, const double *source, double *next) {
    size_t n = step->rows.n_neurons * step->n_lanes; /* all are one row of lanes: whole vectors for tanh */
    if (step->n_lanes == 2)
        sum_points(step, source, next, 2);
    else
        sum_points(step, source, next, 2 * UNIT);
    if (step->form == RC_FORM_CURRENT) move_points(step, n, value, next);
    find_slopes(step, next);
    if (step->form == RC_FORM_RATE) {
        const vec fraction = v_set(step->fraction);
        for (size_t at = 0; at < n; at += VEC_WIDTH) {
            vec old = v_load(source + at);
            v_store(next + at, v_fma(fraction, v_tanh(v_load(next + at)) - old, old));
        }
    } else {
        tanh_array(n, next, next);
    }
}

/* --- Tangents ---------------------------------------------------------------------- */

/* One neuron. */
ALWAYS_INLINE void finish_tangents(const rc_step *step, const rc_form form, const size_t n_columns, size_t neuron,
                                   const vec *sum, double *value, const double *source, double *next) {
    const double *slope = step->slope + neuron * (step->n_lanes / 2);
    vec D[UNIT_VECS];
    for (size_t v = 0; v < UNIT_VECS; v++)
        D[v] = step->n_lanes == 2 ? v_set_once(slope[0]) : v_load_once(slope + v * VEC_WIDTH);
#pragma GCC unroll 16
    for (size_t v = 0; v < n_columns * UNIT_VECS; v++) {
        size_t at = (v / UNIT_VECS * step->rows.n_neurons + neuron) * UNIT + v % UNIT_VECS * VEC_WIDTH;
        vec fraction = v_set(step->fraction), target;
        if (form == RC_FORM_RATE) {
            vec old = v_load_once(source + at);
            target = v_fma(fraction, D[v % UNIT_VECS] * sum[v] - old, old);
        } else if (form == RC_FORM_CURRENT) {
            vec old = v_load_once(value + at);
            vec moved = v_fma(fraction, sum[v] - old, old);
            v_store(value + at, moved);
            target = D[v % UNIT_VECS] * moved;
        } else {
            target = D[v % UNIT_VECS] * sum[v];
        }
        v_store(next + at, target);
    }
}

ALWAYS_INLINE void tangents_pass(const rc_step *shared, const rc_form form, const size_t n_lanes,
                                 const size_t n_columns, double *value, const double *source, double *restrict next) {
    rc_step step = *shared; /* nobody else's, so that it stays in registers */
    step.n_lanes = n_lanes;
    const rc_rows *W = &step.rows;
    const sum_source from = {source, W->n_neurons * UNIT, UNIT, n_columns * UNIT_VECS};
    for (size_t group = 0, start = 0, row = 0; row < W->n_neurons; group++, row += STEP_ROWS) {
        vec sum[STEP_ROWS][MOST_VECS];
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
#pragma GCC unroll 16
            for (size_t v = 0; v < n_columns * UNIT_VECS; v++) sum[r][v] = v_set(0);
        start = sum_group(W, &from, group, start, sum);
#pragma GCC unroll 4
        for (size_t r = 0; r < STEP_ROWS; r++)
            if (row + r < W->n_neurons) finish_tangents(&step, form, n_columns, row + r, sum[r], value, source, next);
    }
}

#define PASS(form, name, lanes, n)                                                                                    \
    static void pass_##name##_##lanes##_##n(const rc_step *step, double *value, const double *source, double *next) { \
        tangents_pass(step, form, lanes, n, value, source, next);                                                     \
    }
#define PASSES_OF(n)                     \
    PASS(RC_FORM_RATE, rate, 2, n)       \
    PASS(RC_FORM_CURRENT, current, 2, n) \
    PASS(RC_FORM_MAP, map, 2, n)         \
    PASS(RC_FORM_RATE, rate, 16, n) PASS(RC_FORM_CURRENT, current, 16, n) PASS(RC_FORM_MAP, map, 16, n)
#define TABLE_OF(n)                                                \
    {                                                              \
        {pass_rate_2_##n, pass_current_2_##n, pass_map_2_##n}, {   \
            pass_rate_16_##n, pass_current_16_##n, pass_map_16_##n \
        }                                                          \
    }
PASSES_OF(1)
#if VEC_WIDTH >= 4
PASSES_OF(2)
#endif
#if VEC_WIDTH >= 8
PASSES_OF(3)
#endif

static void step_tangents(const rc_step *step, size_t n_columns, double *value, const double *source, double *next) {
    static void (*const pass[][2][3])(const rc_step *, double *, const double *, double *) = {
        TABLE_OF(1),
#if VEC_WIDTH >= 4
        TABLE_OF(2),
#endif
#if VEC_WIDTH >= 8
        TABLE_OF(3),
#endif
    };
    pass[n_columns - 1][step->n_lanes != 2][step->form](step, value, source, next);
}
