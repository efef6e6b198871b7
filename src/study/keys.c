/* The schema for those who explain studies to people, or to other languages. */
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "study/text.h"
#include "study/value.h"

size_t rc_study_n_keys(void) { return RC_N_KEYS; }

static rc_study_kind kind_of(rc_key_type type) {
    if (type == RC_TYPE_CHOICE) return RC_STUDY_CHOICE;
    return type == RC_TYPE_REAL || type == RC_TYPE_REAL_LIST ? RC_STUDY_REAL : RC_STUDY_INTEGER;
}

void rc_study_key_describe(size_t index, rc_study_key *out) {
    const rc_key *key = &rc_schema[index];
    *out = (rc_study_key){.name = key->name, .unit = key->unit, .initial = key->initial, .help = key->help};
    out->fallback = key->fallback;
    out->kind = kind_of(key->type);
    out->is_list = rc_value_is_list(key);
    out->choices = key->choices;
    out->word = key->word;
    rc_key_expectation(key, sizeof out->expectation, out->expectation);
}

rc_status rc_study_value(const rc_study *study, size_t index, char **out) {
    size_t size;
    FILE *file = open_memstream(out, &size);
    if (!file) return rc_fail(RC_NO_MEMORY, "no memory for the text of a study");
    rc_status status = rc_text_write_value(study, &rc_schema[index], file);
    rc_status closed = rc_text_close(file, out);
    if (status == RC_OK) return closed;
    free(*out);
    *out = NULL;
    return status;
}
