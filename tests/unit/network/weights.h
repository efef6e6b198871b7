/* What the tests of weight files share. */
#ifndef RC_TESTS_UNIT_WEIGHTS_H
#define RC_TESTS_UNIT_WEIGHTS_H

#include "../unit.h"

#include <math.h>

/* Bytes as a file, from a block of just their size. */
static inline rc_status parse(const void *bytes, size_t n, const char *dataset, rc_network **W) {
    unsigned char *exact = malloc(n ? n : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, n);
    rc_status status = rc_network_parse(exact, n, "file", dataset, W);
    free(exact);
    return status;
}

/* Bytes that may be refused, but only with a proper message. */
static inline rc_status parse_anything(const void *bytes, size_t n) {
    rc_network *W;
    rc_status status = parse(bytes, n, NULL, &W);
    if (status == RC_OK) {
        for (size_t k = 0; k < W->n_connections; k++) assert_true(isfinite(W->weight[k]) && W->weight[k] != 0);
    } else {
        assert_true(status == RC_DAMAGED || status == RC_INVALID);
        assert_null(W);
        assert_true(strncmp(rc_message(), "file", 4) == 0 && strstr(rc_message(), "expected ") != NULL);
    }
    rc_network_destroy(&W);
    return status;
}

#endif
