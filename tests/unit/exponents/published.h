/* The published study's networks. */
#ifndef RC_TESTS_PUBLISHED_H
#define RC_TESTS_PUBLISHED_H

#include "../unit.h"

/* Of a session; *states [trial, neuron]. */
static inline rc_network *published(uint32_t session, double **states) {
    rc_study *study;
    rc_network *W;
    assert_ok(rc_study_read(NULL, NULL, 0, &study));
    assert_ok(rc_network_generate(study, session, &W, states));
    rc_study_destroy(&study);
    return W;
}

#endif
