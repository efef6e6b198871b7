/* A constant input b: .npy of one dimension, or text with a number a line. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "network/npy.h"
#include "network/read.h"
#include "network/text.h"

static rc_status read_array(const rc_source *source, size_t n, double *vector) {
    rc_status status = RC_OK;
    rc_numbers numbers;
    char shown[RC_SHOWN_SIZE];
    RC_TRY(rc_npy_open(source, &numbers));
    if (!rc_numbers_are_numbers(&numbers)) RC_TRY(rc_source_invalid(source, "expected numbers, found text"));
    if (numbers.n_dims != 1 || numbers.n != n)
        RC_TRY(rc_source_invalid(source, "expected one value a neuron, shape (%zu,), found %s", n,
                                 rc_numbers_shape_shown(&numbers, shown)));
    for (size_t i = 0; i < n; i++) {
        vector[i] = rc_numbers_real(&numbers, i);
        if (!isfinite(vector[i]))
            RC_TRY(rc_source_invalid(source, "value [%zu]: expected a finite number, found %g", i, vector[i]));
    }
done:
    return status;
}

static rc_status read_lines(const rc_source *source, size_t n, double *vector) {
    rc_status status = RC_OK;
    rc_text text = rc_text_open(source, '#');
    size_t i = 0;
    for (; rc_text_next_line(&text); i++) {
        double value = 0;
        RC_TRY(rc_text_next_real(&text, "a number", &value));
        RC_TRY(rc_text_end_line(&text));
        if (i < n) vector[i] = value;
    }
    if (i != n) RC_TRY(rc_source_invalid(source, "expected one value a neuron, %zu, found %zu", n, i));
done:
    return status;
}

rc_status rc_vector_parse(const void *bytes, size_t size, const char *name, size_t n, double **out) {
    rc_status status = RC_OK;
    rc_source source = {name, bytes, size};
    double *vector = NULL;
    *out = NULL;
    RC_TRY(RC_ARRAY(vector, n, name));
    RC_TRY(rc_is_npy(&source) ? read_array(&source, n, vector) : read_lines(&source, n, vector));
    *out = vector;
    vector = NULL;
done:
    free(vector);
    return status;
}

rc_status rc_vector_read(const char *path, size_t n, double **out) {
    rc_source source;
    unsigned char *content = NULL;
    *out = NULL;
    rc_status status = rc_source_open(path, &source, &content);
    if (status == RC_OK) status = rc_vector_parse(source.bytes, source.size, path, n, out);
    free(content);
    return status;
}
