/* From the text of a value to the field of the study, checked. */
#ifndef RC_STUDY_VALUE_H
#define RC_STUDY_VALUE_H

#include "study/draft.h"

/* A scalar as the file has it. text[length] is 0. */
typedef struct rc_scalar {
    const char *text;
    size_t length;
    bool is_quoted;
    rc_place place;
} rc_scalar;

/* Sets a field from a scalar. Errors: RC_BAD_STUDY, RC_NO_MEMORY. */
rc_status rc_value_set(const rc_key *key, const rc_scalar *scalar, rc_study *study);

/* Fails: the value of a key is `found` instead of what the schema wants. */
rc_status rc_value_unexpected(const rc_key *key, const rc_place *place, const char *found);

typedef struct rc_element {
    double value;
    rc_place place;
} rc_element;

typedef struct rc_list {
    rc_element *elements;
    size_t n, capacity;
} rc_list;

bool rc_value_is_list(const rc_key *key);

/* Appends an element. Errors: RC_BAD_STUDY, RC_NO_MEMORY. */
rc_status rc_list_add(rc_list *list, const rc_key *key, const rc_scalar *scalar);

/* Sets a field from a finished list that began at place. Errors:
 * RC_BAD_STUDY if it is empty or an element is repeated, RC_NO_MEMORY. */
rc_status rc_list_set(const rc_list *list, const rc_key *key, const rc_place *place, rc_study *study);

#endif
