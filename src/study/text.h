/* The values of a study as YAML. */
#ifndef RC_STUDY_TEXT_H
#define RC_STUDY_TEXT_H

#include <stdio.h>

#include "study/schema.h"

/* Writes the value of one key. Errors: RC_NO_MEMORY. */
rc_status rc_text_write_value(const rc_study *study, const rc_key *key, FILE *file);

/* Ends a text opened with open_memstream; *text is NULL on failure.
 * Errors: RC_NO_MEMORY. */
rc_status rc_text_close(FILE *file, char **text);

/* Whether a key is the first of its block in the schema. */
bool rc_key_opens_block(size_t k);

#endif
