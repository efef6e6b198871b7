/* libFuzzer target: any bytes as a saved measurement. The first byte chooses
 * what was measured; the others stand between a right fingerprint and a right
 * checksum, so that nothing but the reader's own checks refuses them. They are
 * refused, or measured on from. The corpus: what such measurements saved. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/spectrum.h>

#include "base/crc32c.h"
#include "exponents/checkpoint.h"

enum { N = 3, T = 2, FRONT = 16 + 8 * RC_FINGERPRINT_SIZE };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct {
    rc_network *network;
    rc_spectrum_plan plan;
    unsigned char front[FRONT];
} measurement;

static const double states[T * N] = {0.3, -0.2, 0.9, -0.4, 0.5, 0.1};

static rc_status keep_front(void *context, const void *bytes, size_t n) {
    if (n < FRONT) abort();
    memcpy(context, bytes, FRONT);
    return RC_STOPPED;
}

/* Form, side by side or one by one, chaos or rest, precision: bits of the first byte. */
static void open_measurement(unsigned kind, measurement *m) {
    static const double weights[N * N] = {1.1, -1.9, 0.4, 1.7, 0.8, -1.2, -0.6, 1.5, 0.9};
    rc_spectrum *out[T];
    if (rc_network_from_dense(weights, N, &m->network) != RC_OK) abort();
    m->plan = (rc_spectrum_plan){.form = (rc_form)(kind % 3), .gain = kind & 8 ? 0.2 : 4, .tau_ms = 4, .dt_ms = 1};
    m->plan.n_exponents = kind & 4 ? N : 1;
    m->plan.transient_ms = 60;
    m->plan.duration_ms = 200;
    m->plan.target_error = kind & 16 ? 30 : 0;
    m->plan.precision = kind & 32 ? RC_PRECISION_SINGLE : RC_PRECISION_DOUBLE;
    rc_spectrum_checkpoint checkpoint = {.save = keep_front, .context = m->front};
    m->plan.checkpoint = &checkpoint;
    if (rc_spectrum_measure(m->network, &m->plan, T, states, out) != RC_STOPPED) abort();
    m->plan.checkpoint = NULL;
}

static void check(rc_status status, rc_spectrum **out) {
    for (size_t trial = 0; trial < T; trial++) {
        if ((status == RC_OK) != (out[trial] != NULL)) abort();
        if (out[trial] && out[trial]->n_blocks == 0) abort();
        if (out[trial] && out[trial]->fixed_point && !out[trial]->fixed_point->state) abort();
    }
    if (status != RC_OK && (strchr(rc_message(), '\n') || strlen(rc_message()) > 800)) abort();
}

static void measure_from(measurement *m, const void *saved, size_t n) {
    rc_spectrum_checkpoint checkpoint = {.saved = saved, .n_saved = n};
    rc_spectrum *out[T];
    m->plan.checkpoint = &checkpoint;
    rc_status status = rc_spectrum_measure(m->network, &m->plan, T, states, out);
    m->plan.checkpoint = NULL;
    check(status, out);
    if (status == RC_OK) rc_spectrum_judge(m->network, &m->plan, T, out);
    for (size_t trial = 0; trial < T; trial++) rc_spectrum_destroy(&out[trial]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    measurement m;
    if (size == 0) return 0;
    open_measurement(bytes[0], &m);
    uint64_t length = FRONT + (size - 1) + 8, checksum;
    unsigned char *blob = malloc(length);
    if (!blob) abort();
    memcpy(blob, m.front, FRONT);
    memcpy(blob + 8, &length, 8);
    memcpy(blob + FRONT, bytes + 1, size - 1);
    checksum = rc_crc32c(0, blob, length - 8);
    memcpy(blob + length - 8, &checksum, 8);
    measure_from(&m, blob, length);
    measure_from(&m, bytes, size); /* as it is: never the right front */
    free(blob);
    rc_network_destroy(&m.network);
    return 0;
}
