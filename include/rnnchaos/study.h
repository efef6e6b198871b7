/* A study: everything that a run depends on, as data. */
#ifndef RNNCHAOS_STUDY_H
#define RNNCHAOS_STUDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A non-negative integer of any size. */
typedef struct rc_natural {
    uint32_t *words; /* least significant first; no leading zero words */
    size_t n_words;  /* 0 for the number 0 */
} rc_natural;

/* Where the random numbers of a network come from; docs/numerics.md, "Streams". */
typedef enum rc_streams {
    RC_STREAMS_SESSION, /* one stream: a number for each pair of neurons, NumPy's way */
    RC_STREAMS_ROW      /* one stream a receiving neuron: numbers for connections only */
} rc_streams;

/* The numbers that tangent vectors are advanced in. States and twins, and the
 * orthonormalisation, are always in double precision. */
typedef enum rc_precision {
    RC_PRECISION_DOUBLE, /* 53 bits */
    RC_PRECISION_SINGLE  /* 24 bits: twice as many vectors in a register and in a cache */
} rc_precision;

/* Read it, never write it: a study is checked once and then frozen.
 * Defaults are the published study. Units are in the names; g is
 * dimensionless. */
typedef struct rc_study {
    rc_natural seed;
    uint32_t *sessions; /* [session], distinct */
    size_t n_sessions;
    double *gains; /* [gain], distinct, >= 0 */
    size_t n_gains;
    size_t n_trials;
    struct {
        size_t n_neurons;
        double connection_probability;
        double weight_std;
        rc_streams streams;
    } network;
    struct {
        double tau_ms;
        double dt_ms;
        double duration_ms;
    } dynamics;
    double perturbation; /* added to every neuron of the twin */
    struct {
        double minimum_gain;     /* no fit below this g */
        double minimum_distance; /* a trial counts if its twin ends at least this far */
        double saturation;       /* the fit ends where ln of the mean distance reaches this share of its maximum */
    } divergence;
    struct {
        size_t count; /* leading exponents of every trial; 0: none are measured; SIZE_MAX: all */
        double transient_ms;
        double duration_ms;     /* the most that is measured after the transient */
        double target_error;    /* 1/s; 0: the whole duration is measured */
        rc_precision precision; /* of tangent vectors */
    } exponents;
    struct {
        uint32_t session; /* one of `sessions` */
        size_t trial;     /* from 0 */
        size_t neuron;    /* from 0 */
        double duration_ms;
    } record;
    size_t n_steps;     /* duration_ms / dt_ms */
    size_t n_exponents; /* exponents.count, or the number of neurons if that is smaller */
    size_t n_recorded;  /* record.duration_ms / dt_ms */
    char *text;    /* canonical YAML: every key, in schema order; a key younger than the first texts only if changed */
    uint64_t hash; /* FNV-1a of text */
} rc_study;

/* Reads a study from a YAML file; keys that it does not name keep their
 * defaults. path NULL: the published study. Each setting is "KEY=VALUE" with
 * a dotted key and a YAML value, and overrides the file.
 * Errors: RC_UNREADABLE, RC_IO, RC_NO_MEMORY, RC_BAD_STUDY with
 * "FILE:LINE:COLUMN: ..." (or "--set KEY=VALUE: ...") in rc_message(). The
 * caller owns *out. */
rc_status rc_study_read(const char *path, const char *const *settings, size_t n_settings, rc_study **out);

/* The same from text in memory; name stands for the file in messages. */
rc_status rc_study_parse(const char *text, size_t length, const char *name, const char *const *settings,
                         size_t n_settings, rc_study **out);

/* The default study as YAML with every key commented: meaning, unit, range,
 * default. The caller frees *out with free(). */
rc_status rc_study_template(char **out);

/* A Markdown document with every key: value, unit, default, meaning, and the
 * rules of reading (docs/study-file.md). The caller frees *out with free().
 * Errors: RC_NO_MEMORY. */
rc_status rc_study_reference(char **out);

typedef enum rc_study_kind { RC_STUDY_INTEGER, RC_STUDY_REAL, RC_STUDY_CHOICE } rc_study_kind;

/* One key of a study, explained. Texts are constant. */
typedef struct rc_study_key {
    const char *name;           /* dotted: "network.neurons" */
    const char *unit;           /* NULL: dimensionless */
    const char *initial;        /* the default, as YAML */
    const char *fallback;       /* what a key that is left out becomes where the default does not fit; NULL: nothing */
    const char *help;           /* what it means */
    rc_study_kind kind;         /* of a value, or of each element ... */
    bool is_list;               /* ... of a list */
    const char *const *choices; /* RC_STUDY_CHOICE: the words it may be, NULL at the end; else NULL */
    const char *word;           /* RC_STUDY_INTEGER: a word that it may be, too: "all"; NULL: none */
    char expectation[192];      /* what a value must be: "a number from 0 to 1" */
} rc_study_key;

/* How many keys there are, and key number `index` of them, in the order of the
 * canonical text. */
size_t rc_study_n_keys(void);
void rc_study_key_describe(size_t index, rc_study_key *out);

/* The value of key number `index`, as YAML: "200", "[1, 4]", "all". The caller
 * frees *out with free(). Errors: RC_NO_MEMORY. */
rc_status rc_study_value(const rc_study *study, size_t index, char **out);

/* The index of a session number in study->sessions; n_sessions if absent. */
size_t rc_study_session_index(const rc_study *study, uint32_t session);

/* Accepts NULL; leaves NULL. */
void rc_study_destroy(rc_study **study);

#ifdef __cplusplus
}
#endif
#endif
