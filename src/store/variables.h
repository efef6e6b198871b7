/* What the writers and readers of results share about variables. */
#ifndef RC_STORE_VARIABLES_H
#define RC_STORE_VARIABLES_H

#include <rnnchaos/store.h>

/* Number of names in a flag's flag_meanings. */
size_t rc_variable_n_flags(const rc_variable *variable);

/* All coordinates of a dimension, in the type of its coordinate variable. The
 * caller frees *out with free(). Errors: RC_NO_MEMORY. */
rc_status rc_dimension_values(const rc_study *study, rc_dimension dim, void **out);

/* One field of rc_provenance, its name being also the attribute's. */
typedef struct rc_provenance_field {
    const char *name;
    enum { RC_FIELD_TEXT, RC_FIELD_INTEGER, RC_FIELD_REAL } kind; /* char *, int64_t, double */
    size_t offset;                                                /* in rc_provenance */
} rc_provenance_field;

extern const rc_provenance_field rc_provenance_table[];
extern const size_t rc_n_provenance_fields;

#endif
