/* Measurements that are interrupted and go on, against the undisturbed one. */
#include "../unit.h"

#include <math.h>

#include "base/crc32c.h"
#include "dynamics/kernels.h"

static rc_stream stream;

static int open_stream(void **state) {
    (void)state;
    uint32_t seed = 11;
    rc_stream_open(&seed, 1, NULL, 0, &stream);
    return 0;
}

/* --- Measurements of every kind --------------------------------------------------- */

typedef enum { NONE, SOME, ALL } at_rest;

typedef struct {
    const char *name;
    rc_form form;
    size_t n_neurons, n_exponents, n_trials;
    double gain, transient_ms, duration_ms, target_error;
    bool with_input;
    at_rest rest;
    rc_precision precision;
} kind;

/* Side by side where k + 2 <= m (ceil(k/8) + 2); wide else. */
static const kind kinds[] = {
    {"chaos, side by side", RC_FORM_RATE, 40, 4, 5, 6, 200, 400, 0, false, NONE, RC_PRECISION_DOUBLE},
    {"chaos, two groups", RC_FORM_RATE, 30, 2, 11, 6, 60, 200, 0, false, NONE, RC_PRECISION_DOUBLE},
    {"currents, two groups", RC_FORM_CURRENT, 12, 3, 9, 3, 60, 200, 0, true, NONE, RC_PRECISION_DOUBLE},
    {"single precision", RC_FORM_RATE, 40, 3, 5, 6, 200, 400, 0, false, NONE, RC_PRECISION_SINGLE},
    {"all exponents of currents, single", RC_FORM_CURRENT, 12, 12, 2, 3, 60, 200, 0, false, NONE, RC_PRECISION_SINGLE},
    {"map", RC_FORM_MAP, 16, 5, 4, 4, 30, 90, 0, true, NONE, RC_PRECISION_DOUBLE},
    {"all exponents", RC_FORM_RATE, 12, 12, 1, 3, 100, 300, 0, false, NONE, RC_PRECISION_DOUBLE},
    {"all exponents of currents", RC_FORM_CURRENT, 12, 12, 2, 3, 60, 200, 0, false, NONE, RC_PRECISION_DOUBLE},
    {"all exponents of a map", RC_FORM_MAP, 13, 13, 2, 4, 30, 1100, 0, false, NONE, RC_PRECISION_DOUBLE},
    {"at rest while it settles", RC_FORM_RATE, 14, 3, 5, 0.5, 3000, 2000, 0, false, ALL, RC_PRECISION_DOUBLE},
    {"at rest while it accumulates", RC_FORM_CURRENT, 14, 14, 2, 0.5, 100, 3000, 0, false, ALL, RC_PRECISION_DOUBLE},
    {"at rest in a map", RC_FORM_MAP, 14, 3, 5, 0.5, 20, 400, 0, true, ALL, RC_PRECISION_DOUBLE},
    {"some at rest", RC_FORM_RATE, 9, 2, 8, 3, 400, 3000, 0, false, SOME, RC_PRECISION_DOUBLE},
    {"some at rest, one by one", RC_FORM_RATE, 9, 9, 3, 3, 1000, 2000, 0, false, SOME, RC_PRECISION_DOUBLE},
    {"precision reached", RC_FORM_RATE, 60, 1, 3, 8, 100, 60000, 4, false, NONE, RC_PRECISION_DOUBLE},
    {"nothing to settle", RC_FORM_RATE, 9, 9, 1, 2, 0, 40, 0, false, NONE, RC_PRECISION_DOUBLE},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds, MOST_TRIALS = 11, MOST_SAVES = 4000 };

typedef struct {
    unsigned char *bytes;
    size_t n;
} blob;

/* A measurement and what it has saved. */
typedef struct {
    rc_network *network;
    double *states, *input;
    rc_spectrum_plan plan;
    rc_spectrum_checkpoint checkpoint;
    size_t n_trials, n_saved;
    blob saved[MOST_SAVES];
    bool only_last;
} job;

static rc_status keep(void *context, const void *bytes, size_t n) {
    job *j = context;
    if (j->n_saved == MOST_SAVES || (j->only_last && j->n_saved > 0)) free(j->saved[--j->n_saved].bytes);
    blob *b = &j->saved[j->n_saved++];
    *b = (blob){malloc(n), n};
    memcpy(b->bytes, bytes, n);
    return RC_OK;
}

static job *open_job(const kind *k) {
    job *j = calloc(1, sizeof *j);
    size_t n = k->n_neurons;
    double *weights = calloc(n * n, sizeof *weights);
    for (size_t i = 0; i < n * n; i++) weights[i] = rc_stream_normal(&stream) / sqrt((double)n);
    assert_ok(rc_network_from_dense(weights, n, &j->network));
    free(weights);
    j->n_trials = k->n_trials;
    j->states = calloc(k->n_trials * n, sizeof *j->states);
    j->input = calloc(n, sizeof *j->input);
    for (size_t i = 0; i < k->n_trials * n; i++) j->states[i] = 2 * rc_stream_uniform(&stream) - 1;
    for (size_t i = 0; i < n; i++) j->input[i] = 0.3 * rc_stream_normal(&stream);
    j->plan = (rc_spectrum_plan){.form = k->form,
                                 .gain = k->gain,
                                 .input = k->with_input ? j->input : NULL,
                                 .tau_ms = 20,
                                 .dt_ms = 1,
                                 .n_exponents = k->n_exponents,
                                 .transient_ms = k->transient_ms,
                                 .duration_ms = k->duration_ms,
                                 .target_error = k->target_error,
                                 .precision = k->precision};
    j->checkpoint = (rc_spectrum_checkpoint){.save = keep, .context = j};
    return j;
}

static void forget_saves(job *j) {
    while (j->n_saved > 0) free(j->saved[--j->n_saved].bytes);
}

static void close_job(job *j) {
    forget_saves(j);
    rc_network_destroy(&j->network);
    free(j->states);
    free(j->input);
    free(j);
}

static rc_status measure(job *j, rc_spectrum **out) {
    return rc_spectrum_measure(j->network, &j->plan, j->n_trials, j->states, out);
}

/* From these bytes, saving nothing. */
static rc_status measure_from(job *j, const void *bytes, size_t n, rc_spectrum **out) {
    rc_spectrum_checkpoint checkpoint = {.saved = bytes, .n_saved = n};
    j->plan.checkpoint = &checkpoint;
    rc_status status = measure(j, out);
    j->plan.checkpoint = NULL;
    return status;
}

static void destroy_all(size_t n, rc_spectrum **spectra) {
    for (size_t trial = 0; trial < n; trial++) rc_spectrum_destroy(&spectra[trial]);
}

/* --- To the bit ---------------------------------------------------------------------- */

static bool same_bytes(const void *a, const void *b, size_t n) { return memcmp(a, b, n) == 0; }

#define assert_array_equal(a, b, n, what, name)                                           \
    do {                                                                                  \
        if (!same_bytes(a, b, (n) * sizeof *(a))) fail_msg("%s: %s differs", name, what); \
    } while (0)

static void assert_points_equal(const rc_fixed_point *a, const rc_fixed_point *b, size_t n, const char *name) {
    if (!a != !b) fail_msg("%s: only one is at rest", name);
    if (!a || !b) return;
    assert_array_equal(a->state, b->state, n, "fixed point", name);
    assert_array_equal(a->exponent, b->exponent, n, "fixed point's exponents", name);
    assert_array_equal(&a->residual, &b->residual, 1, "residual", name);
    assert_array_equal(&a->moved, &b->moved, 1, "way of Newton", name);
    assert_int_equal(a->stable, b->stable);
}

/* Without what it points to, and padding. */
static rc_spectrum flat(const rc_spectrum *s) {
    rc_spectrum copy;
    memcpy(&copy, s, sizeof copy);
    copy.log_stretch = copy.twin_stretch = copy.history_ms = copy.history_stretch = copy.start = copy.state = NULL;
    copy.exponent = copy.tangent = NULL;
    copy.fixed_point = NULL;
    memset(&copy.audit, 0, sizeof copy.audit);
    memset(&copy.transient_grows, 0, offsetof(rc_spectrum, lifetime_ms) - offsetof(rc_spectrum, transient_grows));
    return copy;
}

static void assert_same(const rc_spectrum *a, const rc_spectrum *b, const char *name) {
    rc_spectrum x = flat(a), y = flat(b);
    if (!same_bytes(&x, &y, sizeof x)) fail_msg("%s: numbers differ (%zu, %zu blocks)", name, a->n_blocks, b->n_blocks);
    assert_array_equal(a->log_stretch, b->log_stretch, a->n_blocks * a->n_exponents, "log_stretch", name);
    assert_array_equal(a->twin_stretch, b->twin_stretch, a->n_blocks, "twin_stretch", name);
    assert_array_equal(a->exponent, b->exponent, a->n_exponents, "exponent", name);
    assert_array_equal(a->tangent, b->tangent, a->n_exponents, "tangent", name);
    assert_array_equal(a->history_ms, b->history_ms, a->n_history, "history_ms", name);
    assert_array_equal(a->history_stretch, b->history_stretch, a->n_history, "history_stretch", name);
    assert_array_equal(a->start, b->start, a->n_neurons, "start", name);
    assert_array_equal(a->state, b->state, a->n_neurons, "state", name);
    assert_points_equal(a->fixed_point, b->fixed_point, a->n_neurons, name);
    assert_array_equal(&a->audit.sum_rule, &b->audit.sum_rule, 7, "audit", name);
    assert_int_equal(a->transient_grows, b->transient_grows);
    assert_int_equal(a->audit.passed, b->audit.passed);
    assert_string_equal(a->audit.text, b->audit.text);
}

static void assert_all_same(const job *j, rc_spectrum *const *a, rc_spectrum *const *b, const char *name) {
    for (size_t trial = 0; trial < j->n_trials; trial++) assert_same(a[trial], b[trial], name);
}

static size_t count_at_rest(const job *j, rc_spectrum *const *spectra) {
    size_t n = 0;
    for (size_t trial = 0; trial < j->n_trials; trial++) n += spectra[trial]->fixed_point != NULL;
    return n;
}

/* Some trials at rest where the kind wants some: the first network that has them. */
static job *open_wanted(const kind *k, rc_spectrum **plain) {
    for (int i = 0; i < 300; i++) {
        job *j = open_job(k);
        assert_ok(measure(j, plain));
        size_t n = count_at_rest(j, plain);
        if (k->rest == NONE ? n == 0 : k->rest == ALL ? n == j->n_trials : n > 0 && n < j->n_trials) return j;
        destroy_all(j->n_trials, plain);
        close_job(j);
    }
    fail_msg("%s: no such network", k->name);
    return NULL;
}

static void judge(job *j, rc_spectrum **spectra) {
    assert_ok(rc_spectrum_judge(j->network, &j->plan, j->n_trials, spectra));
}

/* Also judged. */
static void check_restart(job *j, const blob *from, rc_spectrum *const *plain, rc_spectrum *const *judged,
                          const char *name) {
    rc_spectrum *again[MOST_TRIALS];
    assert_ok(measure_from(j, from->bytes, from->n, again));
    assert_all_same(j, plain, again, name);
    if (from == &j->saved[j->n_saved / 2] || from == &j->saved[j->n_saved - 1]) {
        judge(j, again);
        assert_all_same(j, judged, again, name);
    }
    destroy_all(j->n_trials, again);
}

/* Restarted from every save, or from 60 of them. */
static void from_every_save_to_the_bit(void **state) {
    (void)state;
    for (const kind *k = kinds; k < kinds + N_KINDS; k++) {
        rc_spectrum *plain[MOST_TRIALS], *judged[MOST_TRIALS];
        job *j = open_wanted(k, plain);
        j->plan.checkpoint = &j->checkpoint;
        assert_ok(measure(j, judged));
        j->plan.checkpoint = NULL;
        assert_all_same(j, plain, judged, k->name);
        judge(j, judged);
        print_message("%s: %zu saves, %zu of %zu at rest\n", k->name, j->n_saved, count_at_rest(j, plain), j->n_trials);
        assert_true(j->n_saved > 5);
        if (k->target_error > 0)
            assert_true(plain[0]->needed_s == 0 && plain[0]->measured_s * 1000 < k->duration_ms / 2);
        size_t n = j->n_saved, sparse = n / 60 + 1;
        for (size_t i = 0; i < n; i = i + sparse < n || i + 1 == n ? i + sparse : n - 1)
            check_restart(j, &j->saved[i], plain, judged, k->name);
        destroy_all(j->n_trials, plain);
        destroy_all(j->n_trials, judged);
        close_job(j);
    }
}

/* --- Stopped after any step ------------------------------------------------------------ */

/* Kernels that set a stop when one of them has been called often enough. */
static const rc_kernels *real;
static atomic_bool stop;
static struct { size_t n, most; } steps, tanhs;

static void counted_step(const rc_step *step, double *value, const double *source, double *next) {
    if (++steps.n == steps.most) atomic_store(&stop, true);
    real->step_points(step, value, source, next);
}

static void counted_tanh(size_t n, const double *x, double *y) {
    if (++tanhs.n == tanhs.most) atomic_store(&stop, true);
    real->tanh(n, x, y);
}

static rc_kernels counting_kernels(void) {
    assert_ok(rc_kernels_find(NULL, &real));
    rc_kernels counting = *real;
    counting.step_points = counted_step;
    counting.tanh = counted_tanh;
    return counting;
}

static rc_status measure_piece(job *j, size_t most_steps, size_t most_tanhs, rc_spectrum **out) {
    blob from = j->n_saved ? j->saved[0] : (blob){NULL, 0};
    j->n_saved = 0;
    j->checkpoint.saved = from.bytes;
    j->checkpoint.n_saved = from.n;
    atomic_store(&stop, false);
    steps.n = tanhs.n = 0;
    steps.most = most_steps;
    tanhs.most = most_tanhs;
    rc_status status = measure(j, out);
    free(from.bytes);
    return status;
}

/* Broken after so many calls again and again, it takes no step twice. */
static void in_pieces(job *j, size_t most_steps, size_t most_tanhs, rc_spectrum *const *plain, size_t n_steps,
                      const char *name) {
    rc_spectrum *out[MOST_TRIALS];
    size_t n_all = 0, n_pieces = 0;
    j->plan.stop = &stop;
    j->plan.checkpoint = &j->checkpoint;
    j->checkpoint.every_s = 1e9;
    j->only_last = true;
    for (rc_status status = RC_STOPPED; status == RC_STOPPED; n_pieces++) {
        status = measure_piece(j, most_steps, most_tanhs, out);
        n_all += steps.n;
        assert_true(status == RC_OK || status == RC_STOPPED);
        if (status == RC_STOPPED) assert_int_equal(j->n_saved, 1);
        assert_true(n_pieces < 100000);
    }
    assert_all_same(j, plain, out, name);
    assert_int_equal(n_all, n_steps);
    if (most_steps > 0) assert_true(n_pieces >= n_steps / (most_steps + 10));
    destroy_all(j->n_trials, out);
    j->plan.checkpoint = NULL;
    j->plan.stop = NULL;
    forget_saves(j);
}

static void stopped_after_any_step(void **state) {
    (void)state;
    rc_kernels counting = counting_kernels();
    for (const kind *k = kinds; k < kinds + N_KINDS; k++) {
        if (k->duration_ms > 5000) continue;
        rc_spectrum *plain[MOST_TRIALS];
        job *j = open_wanted(k, plain);
        destroy_all(j->n_trials, plain);
        j->plan.kernels = &counting;
        steps.n = steps.most = tanhs.n = tanhs.most = 0;
        assert_ok(measure(j, plain));
        size_t n_steps = steps.n, n_tanhs = tanhs.n;
        in_pieces(j, k->duration_ms > 500 ? 41 : 1, 0, plain, n_steps, k->name);
        in_pieces(j, 53, 0, plain, n_steps, k->name);
        if (k->rest != NONE) assert_true(n_tanhs > 0);
        for (size_t most = 40; k->rest != NONE && k->form != RC_FORM_CURRENT && most < 50; most += 3)
            in_pieces(j, 0, most, plain, n_steps, k->name); /* also in Newton's 30 iterations */
        destroy_all(j->n_trials, plain);
        close_job(j);
    }
}

/* Saved on one set of kernels, continued on another. */
static void across_kernels_of_kind(const kind *k) {
    job *j = open_job(k);
    rc_spectrum *plain[MOST_TRIALS], *out[MOST_TRIALS];
    assert_ok(rc_kernels_find("scalar", &j->plan.kernels));
    j->plan.checkpoint = &j->checkpoint;
    assert_ok(measure(j, plain));
    for (size_t name = 0; name < N_KERNELS; name++) {
        if (rc_kernels_find(kernel_names[name], &j->plan.kernels) != RC_OK) continue;
        for (size_t i = 0; i < j->n_saved; i += j->n_saved / 7) {
            assert_ok(measure_from(j, j->saved[i].bytes, j->saved[i].n, out));
            assert_all_same(j, plain, out, kernel_names[name]);
            destroy_all(j->n_trials, out);
        }
    }
    destroy_all(j->n_trials, plain);
    close_job(j);
}

static void across_kernels(void **state) {
    (void)state;
    for (size_t k = 0; k < 9; k++) across_kernels_of_kind(&kinds[k]); /* side by side, and alone */
}

/* --- What is not to be gone on from ------------------------------------------------------ */

static job *saved_job(const kind *k) {
    job *j = open_job(k);
    rc_spectrum *out[MOST_TRIALS];
    j->plan.checkpoint = &j->checkpoint;
    assert_ok(measure(j, out));
    destroy_all(j->n_trials, out);
    j->plan.checkpoint = NULL;
    return j;
}

static const kind tiny = {"tiny", RC_FORM_RATE, 3, 2, 2, 3, 40, 100, 0, false, NONE, RC_PRECISION_DOUBLE};

static void damage_is_told(void **state) {
    (void)state;
    job *j = saved_job(&tiny);
    blob *b = &j->saved[j->n_saved / 2];
    rc_spectrum *out[2];
    for (size_t n = 0; n < b->n; n++) {
        unsigned char *shorter = malloc(n + 1); /* so that a tool sees a read beyond the end */
        memcpy(shorter, b->bytes, n);
        assert_int_equal(measure_from(j, shorter, n, out), RC_DAMAGED);
        assert_null(out[0]);
        free(shorter);
    }
    for (size_t bit = 0; bit < 8 * b->n; bit++) {
        b->bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(measure_from(j, b->bytes, b->n, out), RC_DAMAGED);
        assert_null(out[0]);
        b->bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_ok(measure_from(j, b->bytes, b->n, out));
    destroy_all(2, out);
    close_job(j);
}

static void sign(const blob *b) {
    uint64_t checksum = rc_crc32c(0, b->bytes, b->n - 8);
    memcpy(b->bytes + b->n - 8, &checksum, 8);
}

/* Wrong words under a right checksum: refused, or measured on; never a crash. */
static void nonsense_does_no_harm(void **state) {
    (void)state;
    static const uint64_t words[] = {
        0, 1, 2, 7, 1000, 1 << 20, UINT64_MAX, UINT64_MAX / 8, 0x7ff8000000000000, 0xfff0000000000000};
    size_t n_refused = 0, n_measured = 0;
    for (size_t which = 0; which < 3; which++) {
        static const kind small[] = {
            {"tiny", RC_FORM_RATE, 3, 2, 2, 3, 40, 100, 0, false, NONE, RC_PRECISION_DOUBLE},
            {"wide", RC_FORM_CURRENT, 4, 4, 2, 3, 40, 100, 0, false, NONE, RC_PRECISION_DOUBLE},
            {"rest", RC_FORM_MAP, 3, 1, 2, 0.4, 20, 60, 0, false, NONE, RC_PRECISION_DOUBLE},
        };
        job *j = saved_job(&small[which]);
        rc_spectrum *out[2];
        for (size_t save = 0; save < j->n_saved; save += j->n_saved / 3 + 1) {
            const blob *b = &j->saved[save];
            for (size_t at = 16; at + 16 <= b->n; at += 8) {
                uint64_t word;
                memcpy(&word, b->bytes + at, 8);
                for (size_t i = at / 8 % 4; i < sizeof words / sizeof *words; i += 4) {
                    memcpy(b->bytes + at, &words[i], 8);
                    sign(b);
                    rc_status status = measure_from(j, b->bytes, b->n, out);
                    n_measured += status == RC_OK;
                    n_refused += status == RC_DAMAGED;
                    destroy_all(2, out);
                }
                memcpy(b->bytes + at, &word, 8);
            }
        }
        close_job(j);
    }
    print_message("%zu refused, %zu measured on\n", n_refused, n_measured);
    assert_true(n_refused > 100 && n_measured > 100);
}

static void of_something_else(void **state) {
    (void)state;
    job *j = saved_job(&tiny), *other = open_job(&tiny);
    const blob *b = &j->saved[j->n_saved / 2];
    rc_spectrum *out[MOST_TRIALS];
    rc_spectrum_plan plan = j->plan;
    rc_network *network = j->network;
    double *const numbers[] = {&j->plan.gain,
                               &j->plan.tau_ms,
                               &j->plan.dt_ms,
                               &j->plan.transient_ms,
                               &j->plan.duration_ms,
                               &j->plan.target_error,
                               &j->plan.target_error_share};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        *numbers[i] = nextafter(*numbers[i], INFINITY);
        assert_fails(measure_from(j, b->bytes, b->n, out), RC_DAMAGED, "another network, plan");
        j->plan = plan;
    }
    j->plan.form = RC_FORM_MAP;
    assert_fails(measure_from(j, b->bytes, b->n, out), RC_DAMAGED, "another");
    j->plan = plan;
    j->plan.n_exponents = 1;
    assert_fails(measure_from(j, b->bytes, b->n, out), RC_DAMAGED, "another");
    j->plan = plan;
    j->plan.precision = RC_PRECISION_SINGLE;
    assert_fails(measure_from(j, b->bytes, b->n, out), RC_DAMAGED, "another");
    j->plan = plan;
    j->plan.input = j->input;
    assert_fails(measure_from(j, b->bytes, b->n, out), RC_DAMAGED, "another");
    j->plan = plan;
    j->network = other->network;
    assert_fails(measure_from(j, b->bytes, b->n, out), RC_DAMAGED, "another");
    j->network = network;
    j->n_trials = 1;
    assert_fails(measure_from(j, b->bytes, b->n, out), RC_DAMAGED, "another");
    j->n_trials = 2;
    j->states[1] = -j->states[1];
    assert_fails(measure_from(j, b->bytes, b->n, out), RC_DAMAGED, "another");
    j->states[1] = -j->states[1];
    assert_ok(measure_from(j, b->bytes, b->n, out));
    destroy_all(2, out);
    close_job(j);
    close_job(other);
}

/* --- Around it ------------------------------------------------------------------------------ */

static rc_status refuse(void *context, const void *bytes, size_t n) {
    (void)context, (void)bytes, (void)n;
    return RC_IO;
}

static void add_steps(void *context, uint64_t n) { *(uint64_t *)context += n; }

static void what_is_restored_is_counted(void **state) {
    (void)state;
    job *j = saved_job(&kinds[1]); /* two groups */
    atomic_ullong counted = 0;
    rc_spectrum *out[MOST_TRIALS];
    size_t all = 0;
    j->plan.state_steps = &counted;
    assert_ok(measure(j, out));
    for (size_t trial = 0; trial < j->n_trials; trial++) all += out[trial]->n_steps;
    assert_int_equal(atomic_load(&counted), all);
    destroy_all(j->n_trials, out);
    uint64_t last = 0;
    for (size_t i = 0; i < j->n_saved; i++) {
        uint64_t restored = 0;
        rc_spectrum_checkpoint checkpoint = {
            .saved = j->saved[i].bytes, .n_saved = j->saved[i].n, .restored = add_steps, .context = &restored};
        j->plan.checkpoint = &checkpoint;
        atomic_store(&counted, 0);
        assert_ok(measure(j, out));
        assert_int_equal(atomic_load(&counted), all);
        assert_true(restored >= last && restored <= all);
        last = restored;
        destroy_all(j->n_trials, out);
    }
    assert_int_equal(last, all); /* saved before judging */
    close_job(j);
}

static void saving_rarely_and_in_vain(void **state) {
    (void)state;
    job *j = open_job(&kinds[0]);
    rc_spectrum *out[MOST_TRIALS];
    j->plan.checkpoint = &j->checkpoint;
    j->checkpoint.every_s = 1000;
    assert_ok(measure(j, out));
    assert_int_equal(j->n_saved, 0);
    destroy_all(j->n_trials, out);
    j->checkpoint.every_s = 0;
    j->checkpoint.save = refuse;
    assert_int_equal(measure(j, out), RC_IO);
    assert_null(out[0]);
    close_job(j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_every_save_to_the_bit),
        cmocka_unit_test(stopped_after_any_step),
        cmocka_unit_test(across_kernels),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(nonsense_does_no_harm),
        cmocka_unit_test(of_something_else),
        cmocka_unit_test(what_is_restored_is_counted),
        cmocka_unit_test(saving_rarely_and_in_vain),
    };
    return cmocka_run_group_tests(tests, open_stream, NULL);
}
