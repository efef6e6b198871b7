/* Which array of a file that holds many. */
#ifndef RC_NETWORK_CANDIDATES_H
#define RC_NETWORK_CANDIDATES_H

#include "network/source.h"

/* Arrays that may be meant, for the message that they are none or many. */
typedef struct rc_candidates {
    size_t n;
    char first[RC_SHOWN_SIZE];
    char list[160]; /* their names */
} rc_candidates;

void rc_candidates_add(rc_candidates *candidates, const char *name, size_t n_name);

/* RC_INVALID, unless there is exactly one. */
rc_status rc_candidates_check(const rc_candidates *candidates, const rc_source *source);

#endif
