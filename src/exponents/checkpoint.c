#include "exponents/checkpoint.h"

#include <string.h>
#include <time.h>

#include "base/build.h"
#include "base/crc32c.h"
#include "base/memory.h"

/* In front: magic, length of all. At the end: the checksum of what is before. */
static const char magic[8] = "rck-sp\0\3"; /* its last byte: the version of the format */
enum { HEAD = 16, TAIL = 8, RARELY = 20 /* a save takes this share of the time at the most */ };

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* --- Whose is it? --------------------------------------------------------------- */

static uint64_t bits(double x) {
    uint64_t word;
    memcpy(&word, &x, sizeof word);
    return word;
}

/* Kernels are left out: results do not depend on them. */
static void take_fingerprint(rc_saver *s, const double *states) {
    const rc_network *W = s->network;
    const rc_spectrum_plan *p = s->plan;
    static const size_t layout[] = {sizeof(rc_spectrum), sizeof(rc_trial_run), sizeof(rc_probe), sizeof(rc_group)};
    size_t n = W->n_neurons;
    uint32_t rows = rc_crc32c(0, W->row_start, (n + 1) * sizeof *W->row_start);
    uint64_t print[RC_FINGERPRINT_SIZE] = {
        n,
        W->n_connections,
        rc_crc32c(rows, W->column, W->n_connections * sizeof *W->column),
        rc_crc32c(0, W->weight, W->n_connections * sizeof *W->weight),
        s->n_trials,
        rc_crc32c(0, states, s->n_trials * n * sizeof *states),
        (uint64_t)p->form,
        bits(p->gain),
        p->input ? 1 + (uint64_t)rc_crc32c(0, p->input, n * sizeof *p->input) : 0,
        bits(p->tau_ms),
        bits(p->dt_ms),
        p->n_exponents,
        bits(p->transient_ms),
        bits(p->duration_ms),
        bits(p->target_error),
        bits(p->target_error_share),
        (uint64_t)p->precision,
        rc_crc32c(0, rc_build.version, strlen(rc_build.version)),
        rc_crc32c(0, layout, sizeof layout),
    };
    memcpy(s->fingerprint, print, sizeof print);
}

static rc_status check_frame(const unsigned char *bytes, size_t n) {
    uint64_t length, checksum;
    if (n < HEAD + TAIL || memcmp(bytes, magic, sizeof magic) != 0)
        return rc_fail(RC_DAMAGED, "not a saved measurement, or one of another version");
    memcpy(&length, bytes + sizeof magic, sizeof length);
    if (length != n)
        return rc_fail(RC_DAMAGED, "saved measurement: expected %llu bytes, found %zu", (unsigned long long)length, n);
    memcpy(&checksum, bytes + n - TAIL, sizeof checksum);
    if (checksum != rc_crc32c(0, bytes, n - TAIL))
        return rc_fail(RC_DAMAGED, "saved measurement: its checksum does not match its %zu bytes", n);
    return RC_OK;
}

static rc_status exchange_fingerprint(rc_exchange *e, const rc_saver *s) {
    uint64_t print[RC_FINGERPRINT_SIZE];
    memcpy(print, s->fingerprint, sizeof print);
    rc_status status = rc_exchange_bytes(e, print, sizeof print);
    if (status == RC_OK && memcmp(print, s->fingerprint, sizeof print) != 0)
        return rc_fail(RC_DAMAGED, "saved measurement: it is of another network, plan, initial state or version");
    return status;
}

/* --- Reading ---------------------------------------------------------------------- */

/* Judging reckons with these. */
static rc_status check_finished(const rc_saver *s, const rc_spectrum *spectrum) {
    double steps = spectrum->interval_s * 1000 / s->plan->dt_ms;
    if (spectrum->n_blocks > 0 && steps > 0.9 && steps < RC_MOST_INTERVAL + 0.1) return RC_OK;
    return rc_fail(RC_DAMAGED, "saved measurement: blocks of a finished trial cannot be");
}

static rc_status exchange_finished(rc_exchange *e, rc_saver *s) {
    rc_status status = RC_OK;
    RC_TRY(rc_exchange_size(e, &s->n_finished, 0, s->n_trials, "finished trials"));
    for (size_t trial = 0; trial < s->n_finished; trial++) {
        if (e->reading) RC_TRY(rc_spectrum_open(s->network, s->plan, &s->spectra[trial]));
        RC_TRY(rc_spectrum_exchange(e, s->plan, RC_MOST_BLOCKS, s->spectra[trial]));
        RC_TRY(check_finished(s, s->spectra[trial]));
    }
done:
    return status;
}

/* For those who watch. */
static void tell_restored(const rc_saver *s, uint64_t of_group) {
    uint64_t steps = of_group;
    for (size_t trial = 0; trial < s->n_finished; trial++) steps += s->spectra[trial]->n_steps;
    if (s->plan->state_steps) atomic_fetch_add(s->plan->state_steps, steps);
    if (s->checkpoint->restored) s->checkpoint->restored(s->checkpoint->context, steps);
}

static rc_status check_end(const rc_exchange *e) {
    if (e->at == e->n) return RC_OK;
    return rc_fail(RC_DAMAGED, "saved measurement: %zu bytes too many", e->n - e->at);
}

rc_status rc_saver_open(const rc_network *network, const rc_spectrum_plan *plan, size_t n_trials, const double *states,
                        rc_spectrum **spectra, rc_saver *s) {
    rc_status status = RC_OK;
    const rc_spectrum_checkpoint *c = plan->checkpoint;
    *s = (rc_saver){.checkpoint = c, .network = network, .plan = plan, .n_trials = n_trials, .spectra = spectra};
    if (!c) return RC_OK;
    take_fingerprint(s, states);
    s->begun = seconds_now();
    s->due = s->begun + c->every_s;
    if (!c->saved) return RC_OK;
    RC_TRY(check_frame(c->saved, c->n_saved));
    s->saved = (rc_exchange){.reading = true, .bytes = (unsigned char *)c->saved, .n = c->n_saved - TAIL, .at = HEAD};
    RC_TRY(exchange_fingerprint(&s->saved, s));
    RC_TRY(exchange_finished(&s->saved, s));
    RC_TRY(rc_exchange_flag(&s->saved, &s->has_group));
    if (s->has_group)
        return s->n_finished < n_trials ? RC_OK : rc_fail(RC_DAMAGED, "saved measurement: trials too many");
    RC_TRY(check_end(&s->saved));
    tell_restored(s, 0);
done:
    return status;
}

bool rc_saver_has_group(const rc_saver *saver) { return saver->has_group; }

rc_status rc_saver_restore(rc_saver *s, rc_group *group) {
    rc_status status = RC_OK;
    s->has_group = false;
    RC_TRY(rc_group_exchange(&s->saved, group));
    RC_TRY(check_end(&s->saved));
    tell_restored(s, group->steps_done * group->n_trials);
done:
    return status;
}

/* --- Writing ---------------------------------------------------------------------- */

static void write_all(rc_exchange *e, rc_saver *s, rc_group *group) {
    uint64_t length = e->n;
    bool has_group = group != NULL;
    rc_exchange_bytes(e, (void *)magic, sizeof magic); /* writing never fails */
    rc_exchange_bytes(e, &length, sizeof length);
    exchange_fingerprint(e, s);
    exchange_finished(e, s);
    rc_exchange_flag(e, &has_group);
    if (group) rc_group_exchange(e, group);
    uint64_t checksum = e->bytes ? rc_crc32c(0, e->bytes, e->at) : 0;
    rc_exchange_bytes(e, &checksum, sizeof checksum);
}

bool rc_saver_is_due(const rc_saver *s) {
    return s->checkpoint && s->checkpoint->save && (s->checkpoint->every_s <= 0 || seconds_now() >= s->due);
}

rc_status rc_saver_save(rc_saver *s, rc_group *group) {
    rc_status status = RC_OK;
    rc_exchange e = {0};
    if (!s->checkpoint || !s->checkpoint->save) return RC_OK;
    double begun = seconds_now();
    write_all(&e, s, group);
    e = (rc_exchange){.n = e.at};
    RC_TRY(RC_ARRAY(e.bytes, e.n, "the measurement to be saved"));
    write_all(&e, s, group);
    RC_TRY(s->checkpoint->save(s->checkpoint->context, e.bytes, e.n));
    double ended = seconds_now(), took = ended - begun;
    s->due = ended + (took * RARELY > s->checkpoint->every_s ? took * RARELY : s->checkpoint->every_s);
done:
    free(e.bytes);
    return status;
}

rc_status rc_saver_conclude(rc_saver *s) {
    if (!s->checkpoint || !s->checkpoint->save || seconds_now() < s->begun + s->checkpoint->every_s) return RC_OK;
    return rc_saver_save(s, NULL);
}
