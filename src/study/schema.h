/* The schema: one table with every key of a study. The reader, the canonical
 * text, the template and the reference are all made from it.
 *
 * To add a key: a field in rc_study, a name in the enum, a row in the table; then
 * python/make_keys.py, for the keywords in Python. */
#ifndef RC_STUDY_SCHEMA_H
#define RC_STUDY_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <rnnchaos/study.h>

typedef enum rc_key_type {
    RC_TYPE_NATURAL,     /* rc_natural */
    RC_TYPE_COUNT,       /* size_t; may also take a word */
    RC_TYPE_UINT32,      /* uint32_t */
    RC_TYPE_REAL,        /* double */
    RC_TYPE_UINT32_LIST, /* uint32_t *, distinct, at least one */
    RC_TYPE_REAL_LIST,   /* double *, distinct, at least one */
    RC_TYPE_CHOICE,      /* an enumeration, by name */
} rc_key_type;

/* In the order of the canonical text; the keys of a block stand together. */
typedef enum rc_key_id {
    RC_KEY_SEED,
    RC_KEY_SESSIONS,
    RC_KEY_GAINS,
    RC_KEY_TRIALS,
    RC_KEY_NEURONS,
    RC_KEY_CONNECTION_PROBABILITY,
    RC_KEY_WEIGHT_STD,
    RC_KEY_STREAMS,
    RC_KEY_TAU,
    RC_KEY_DT,
    RC_KEY_DURATION,
    RC_KEY_PERTURBATION,
    RC_KEY_MINIMUM_GAIN,
    RC_KEY_MINIMUM_DISTANCE,
    RC_KEY_SATURATION,
    RC_KEY_EXPONENTS_COUNT,
    RC_KEY_EXPONENTS_TRANSIENT,
    RC_KEY_EXPONENTS_DURATION,
    RC_KEY_EXPONENTS_TARGET_ERROR,
    RC_KEY_EXPONENTS_PRECISION,
    RC_KEY_RECORD_SESSION,
    RC_KEY_RECORD_TRIAL,
    RC_KEY_RECORD_NEURON,
    RC_KEY_RECORD_DURATION,
    RC_N_KEYS
} rc_key_id;

enum { RC_N_BLOCKS = 5, RC_MAX_KEY_NAME = 64 };

typedef struct rc_key {
    const char *name; /* dotted: "network.neurons" */
    rc_key_type type;
    size_t offset;       /* of the value in rc_study */
    size_t count_offset; /* of the length of a list in rc_study */
    const char *unit;    /* NULL: dimensionless */
    double low;          /* the range of a value or of each element; */
    double high;         /* INFINITY: no upper end */
    bool low_excluded;
    bool zero_excluded;
    const char *word; /* a count may be this word instead of an integer; NULL: none */
    size_t word_value;
    const char *const *choices; /* NULL at the end; the first is the default */
    bool newer;                 /* than the first canonical texts: not in them where it has its default, so that
                                   studies from before it keep their text and hash */
    const char *initial;        /* the default, as YAML */
    const char *fallback;       /* what a key that is left out becomes where the default does not fit; NULL: nothing */
    const char *help;
} rc_key;

typedef struct rc_block {
    const char *name;
    const char *help;
} rc_block;

extern const char *const rc_precision_names[]; /* by rc_precision; NULL at the end */
extern const rc_key rc_schema[RC_N_KEYS];
extern const rc_block rc_schema_blocks[RC_N_BLOCKS];

/* The name of a key inside its block. */
const char *rc_key_leaf(const rc_key *key);

/* The length of the name of a key's block; 0 at the top. */
size_t rc_key_block_length(const rc_key *key);

/* The number of a key by its dotted name, or of a block; the count if there
 * is none. */
size_t rc_schema_find(const char *name);
size_t rc_schema_find_block(const char *name);

/* The known key or block nearest to a name by edit distance, wherever it
 * stands. */
const char *rc_schema_nearest(const char *name);

/* "integer", "list of distinct numbers" and so on. */
const char *rc_key_type_text(const rc_key *key);

/* "from 0 to 1", "above 0"; empty where every value is allowed. */
void rc_key_range_text(const rc_key *key, size_t size, char text[]);

/* What a value must be: "a number from 0 to 1". */
void rc_key_expectation(const rc_key *key, size_t size, char text[]);

#endif
