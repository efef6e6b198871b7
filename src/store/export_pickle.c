/* The original study's data_curation.pickle, protocol 5 (Python 3.8).
 *
 * Arrays are numpy.ndarray(shape, "<f8", bytearray): the only spelling made
 * of public names, which NumPy 1 and 2 both load without a warning and as
 * writable arrays. The opcodes are those of CPython's pickletools. */
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/store.h>

#include "base/memory.h"
#include "store/output.h"
#include "study/number.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are written as they lie in memory");

#define DICT "}("       /* EMPTY_DICT MARK */
#define END_DICT "u"    /* SETITEMS */
#define NDARRAY "h\x00" /* BINGET 0, the first thing remembered */

static void begin(rc_output *output) {
    rc_output_text(output, "\x80\x05"); /* PROTO 5 */
    rc_output_text(output, "\x8c\x05numpy\x8c\x07ndarray\x93\x94"
                           "0"); /* STACK_GLOBAL MEMOIZE POP */
}

/* SHORT_BINUNICODE */
static void put_key(rc_output *output, const char *key) {
    rc_output_text(output, "\x8c");
    rc_output_integer(output, strlen(key), 1);
    rc_output_text(output, key);
}

static void put_array(rc_output *output, const double *values, size_t n_dims, const size_t *shape) {
    size_t n = 1;
    rc_output_bytes(output, NDARRAY, 2);
    rc_output_text(output, "(");
    for (size_t i = 0; i < n_dims; i++) {
        rc_output_text(output, "\x8a\x08"); /* LONG1 of 8 bytes */
        rc_output_integer(output, shape[i], 8);
        n *= shape[i];
    }
    rc_output_text(output, "t");
    put_key(output, "<f8");
    rc_output_text(output, "\x96"); /* BYTEARRAY8 */
    rc_output_integer(output, n * sizeof *values, 8);
    rc_output_bytes(output, values, n * sizeof *values);
    rc_output_text(output, "\x87R"); /* TUPLE3 REDUCE */
}

static void put_vector(rc_output *output, const char *key, const double *values, size_t n) {
    put_key(output, key);
    put_array(output, values, 1, &n);
}

static void put_gain_key(rc_output *output, double gain) {
    char key[RC_NUMBER_SIZE + 2] = "g=";
    rc_number_print(gain, key + 2);
    put_key(output, key);
}

static void put_instance(rc_output *output, const rc_results *results) {
    const rc_study *study = results->study;
    size_t n = study->n_recorded;
    put_key(output, "instance");
    rc_output_text(output, DICT);
    for (size_t gain = 0; gain < study->n_gains; gain++) {
        put_gain_key(output, study->gains[gain]);
        rc_output_text(output, DICT);
        put_vector(output, "rates1", results->rates1 + gain * n, n);
        put_vector(output, "rates2", results->rates2 + gain * n, n);
        rc_output_text(output, END_DICT);
    }
    rc_output_text(output, END_DICT);
}

static void put_session(rc_output *output, const rc_results *results, size_t session) {
    const rc_study *study = results->study;
    char key[RC_NUMBER_SIZE + 8] = "session=";
    rc_number_print(study->sessions[session], key + 8);
    put_key(output, key);
    rc_output_text(output, DICT);
    for (size_t gain = 0; gain < study->n_gains; gain++) {
        const double *mean = results->delta_mean + (session * study->n_gains + gain) * study->n_steps;
        put_gain_key(output, study->gains[gain]);
        rc_output_text(output, DICT);
        if (study->gains[gain] >= study->divergence.minimum_gain)
            put_vector(output, "delta_mean", mean, study->n_steps);
        rc_output_text(output, END_DICT);
    }
    rc_output_text(output, END_DICT);
}

/* Only the gains that are fitted have a column. */
static rc_status put_exponents(rc_output *output, const rc_results *results) {
    rc_status status = RC_OK;
    const rc_study *study = results->study;
    size_t n = 0, shape[2] = {study->n_sessions, 0};
    double *exponents; /* [session, gain fitted] */
    for (size_t gain = 0; gain < study->n_gains; gain++)
        shape[1] += study->gains[gain] >= study->divergence.minimum_gain;
    RC_TRY(RC_ARRAY(exponents, shape[0] * shape[1], "exponents"));
    for (size_t session = 0; session < study->n_sessions; session++)
        for (size_t gain = 0; gain < study->n_gains; gain++)
            if (study->gains[gain] >= study->divergence.minimum_gain)
                exponents[n++] = results->divergence_exponent[session * study->n_gains + gain];
    put_key(output, "Lyapunov_exponent");
    put_array(output, exponents, 2, shape);
    free(exponents);
done:
    return status;
}

rc_status rc_results_export_pickle(const rc_results *results, const char *path) {
    rc_output output;
    rc_output_open(path, &output);
    begin(&output);
    rc_output_text(&output, DICT);
    put_instance(&output, results);
    for (size_t session = 0; session < results->study->n_sessions; session++) put_session(&output, results, session);
    rc_output_fail(&output, put_exponents(&output, results));
    rc_output_text(&output, END_DICT ".");
    return rc_output_finish(&output);
}
