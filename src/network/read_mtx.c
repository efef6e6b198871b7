/* Matrix Market's exchange format (https://math.nist.gov/MatrixMarket/formats.html;
 * Boisvert, Pozo & Remington 1996, NISTIR 5935). */
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "network/read.h"
#include "network/text.h"

typedef enum { LAYOUT_COORDINATE, LAYOUT_ARRAY } layout;
typedef enum { FIELD_REAL, FIELD_INTEGER, FIELD_PATTERN } field;
typedef enum { SYMMETRY_GENERAL, SYMMETRY_SYMMETRIC, SYMMETRY_SKEW } symmetry;

typedef struct mtx {
    rc_text text;
    layout layout;
    field field;
    symmetry symmetry;
    size_t n; /* neurons */
} mtx;

static const char banner[] = "%%MatrixMarket";

bool rc_is_mtx(const rc_source *source) {
    size_t n = sizeof banner - 1;
    return source->size >= n && strncasecmp((const char *)source->bytes, banner, n) == 0;
}

/* --- The first line --------------------------------------------------------- */

typedef struct choice {
    const char *word;
    int value;
} choice;

static const choice objects[] = {{"matrix", 0}, {NULL, 0}};
static const choice layouts[] = {{"coordinate", LAYOUT_COORDINATE}, {"array", LAYOUT_ARRAY}, {NULL, 0}};
static const choice fields[] = {{"real", FIELD_REAL},       {"double", FIELD_REAL},
                                {"integer", FIELD_INTEGER}, {"unsigned-integer", FIELD_INTEGER},
                                {"pattern", FIELD_PATTERN}, {NULL, 0}};
static const choice symmetries[] = {
    {"general", SYMMETRY_GENERAL}, {"symmetric", SYMMETRY_SYMMETRIC}, {"skew-symmetric", SYMMETRY_SKEW}, {NULL, 0}};

static rc_status choose(mtx *m, const choice *choices, const char *what, int *value) {
    rc_word word = rc_text_next_word(&m->text);
    for (; choices->word; choices++)
        if (strlen(choices->word) == word.length && strncasecmp(choices->word, word.start, word.length) == 0) {
            *value = choices->value;
            return RC_OK;
        }
    return rc_text_expected(&m->text, RC_INVALID, word, what);
}

static rc_status read_banner(mtx *m) {
    rc_status status = RC_OK;
    int value = 0;
    if (!rc_is_mtx(&m->text.source) || !rc_text_next_line(&m->text))
        RC_TRY(rc_source_damaged(&m->text.source, 0, "expected %s, found another beginning", banner));
    rc_word word = rc_text_next_word(&m->text);
    if (word.length != sizeof banner - 1) RC_TRY(rc_text_expected(&m->text, RC_DAMAGED, word, banner));
    RC_TRY(choose(m, objects, "matrix", &value));
    RC_TRY(choose(m, layouts, "coordinate or array", &value));
    m->layout = (layout)value;
    RC_TRY(choose(m, fields, "real, integer or pattern", &value));
    m->field = (field)value;
    if (m->layout == LAYOUT_ARRAY && m->field == FIELD_PATTERN)
        RC_TRY(rc_source_invalid(&m->text.source, "expected real or integer values of an array, found pattern"));
    RC_TRY(choose(m, symmetries, "general, symmetric or skew-symmetric", &value));
    m->symmetry = (symmetry)value;
    RC_TRY(rc_text_end_line(&m->text));
done:
    m->text.comment = '%';
    return status;
}

/* --- What both layouts need ------------------------------------------------- */

static rc_status next_line(mtx *m, const char *what) {
    if (rc_text_next_line(&m->text)) return RC_OK;
    return rc_source_damaged(&m->text.source, m->text.source.size, "expected %s, found the end of the file", what);
}

static rc_status check_end(mtx *m, const char *what) {
    if (!rc_text_next_line(&m->text)) return RC_OK;
    return rc_text_expected(&m->text, RC_DAMAGED, rc_text_next_word(&m->text), what);
}

/* The entries that the rest of the file has room for, of at least so many bytes each. */
static uint64_t room_for(const mtx *m, size_t least_bytes) {
    return (m->text.source.size - m->text.at) / least_bytes + 1; /* the last needs no end of line */
}

/* An integer may be written as 1.0 by some writers; its value decides. */
static rc_status next_value(mtx *m, double *value) {
    *value = 1;
    return m->field == FIELD_PATTERN ? RC_OK : rc_text_next_real(&m->text, "a number", value);
}

/* --- Coordinates ------------------------------------------------------------ */

static rc_status next_index(mtx *m, const char *what, uint32_t *index) {
    rc_text before = m->text;
    uint64_t value = 0;
    rc_status status = rc_text_next_natural(&m->text, what, &value);
    if (status != RC_OK) return status;
    if (value < 1 || value > m->n) return rc_text_expected(&m->text, RC_DAMAGED, rc_text_next_word(&before), what);
    *index = (uint32_t)(value - 1);
    return RC_OK;
}

static void add(rc_entries *entries, uint32_t row, uint32_t column, double weight) {
    entries->row[entries->n] = row;
    entries->column[entries->n] = column;
    entries->weight[entries->n++] = weight;
}

static rc_status read_entry(mtx *m, rc_entries *entries) {
    rc_status status = RC_OK;
    uint32_t row = 0, column = 0;
    double weight = 0;
    RC_TRY(next_line(m, "another entry"));
    rc_text line = m->text;
    RC_TRY(next_index(m, "a row from 1 to the number of neurons", &row));
    RC_TRY(next_index(m, "a column from 1 to the number of neurons", &column));
    RC_TRY(next_value(m, &weight));
    RC_TRY(rc_text_end_line(&m->text));
    bool outside = m->symmetry == SYMMETRY_GENERAL ? false
                   : m->symmetry == SYMMETRY_SKEW  ? row <= column
                                                   : row < column;
    if (outside)
        RC_TRY(rc_text_expected(&m->text, RC_DAMAGED, rc_text_next_word(&line),
                                m->symmetry == SYMMETRY_SKEW ? "an entry below the diagonal"
                                                             : "an entry on or below the diagonal"));
    add(entries, row, column, weight);
    if (m->symmetry != SYMMETRY_GENERAL && row != column)
        add(entries, column, row, m->symmetry == SYMMETRY_SKEW ? -weight : weight);
done:
    return status;
}

static rc_status read_coordinates(mtx *m, uint64_t n_entries, rc_network **out) {
    rc_status status = RC_OK;
    rc_entries entries = {0};
    uint64_t most = room_for(m, m->field == FIELD_PATTERN ? 4 : 6); /* "1 1\n", "1 1 1\n" */
    if (n_entries > most)
        RC_TRY(rc_source_damaged(&m->text.source, m->text.at, "expected at most %llu entries, found a count of %llu",
                                 (unsigned long long)most, (unsigned long long)n_entries));
    RC_TRY(rc_entries_allocate(m->n, n_entries * (m->symmetry == SYMMETRY_GENERAL ? 1 : 2), &entries));
    for (uint64_t k = 0; k < n_entries; k++) RC_TRY(read_entry(m, &entries));
    RC_TRY(check_end(m, "the end after the last entry"));
    RC_TRY(rc_network_from_entries(&m->text.source, &entries, out));
done:
    rc_entries_free(&entries);
    return status;
}

/* --- Arrays ----------------------------------------------------------------- */

/* Column by column; of symmetric matrices only what is on or below the
 * diagonal, of skew-symmetric ones what is below. */
static rc_status read_values(mtx *m, double *weights) {
    rc_status status = RC_OK;
    size_t n = m->n;
    for (size_t j = 0; j < n; j++) {
        size_t first = m->symmetry == SYMMETRY_GENERAL ? 0 : m->symmetry == SYMMETRY_SYMMETRIC ? j : j + 1;
        for (size_t i = first; i < n; i++) {
            double weight = 0;
            RC_TRY(next_line(m, "another value"));
            RC_TRY(next_value(m, &weight));
            RC_TRY(rc_text_end_line(&m->text));
            weights[j * n + i] = weight;
            if (m->symmetry != SYMMETRY_GENERAL) weights[i * n + j] = m->symmetry == SYMMETRY_SKEW ? -weight : weight;
        }
    }
    RC_TRY(check_end(m, "the end after the last value"));
done:
    return status;
}

static rc_status read_array(mtx *m, rc_network **out) {
    rc_status status = RC_OK;
    double *weights = NULL;
    uint64_t n = m->n; /* below 2^32 */
    uint64_t n_values = m->symmetry == SYMMETRY_GENERAL     ? n * n
                        : m->symmetry == SYMMETRY_SYMMETRIC ? n * (n + 1) / 2
                                                            : n * (n - 1) / 2;
    uint64_t most = room_for(m, 2); /* "1\n" */
    if (n_values > most)
        RC_TRY(rc_source_damaged(&m->text.source, m->text.at, "expected at most %llu values, found a shape of %llu",
                                 (unsigned long long)most, (unsigned long long)n_values));
    RC_TRY(RC_ARRAY(weights, n * n, "dense W"));
    RC_TRY(read_values(m, weights));
    rc_numbers matrix = rc_numbers_native(weights, RC_FLOATING, 2, (size_t[]){n, n});
    matrix.column_major = true;
    RC_TRY(rc_network_from_numbers(&m->text.source, &matrix, out));
done:
    free(weights);
    return status;
}

rc_status rc_read_mtx(const rc_source *source, rc_network **out) {
    rc_status status = RC_OK;
    mtx m = {.text = rc_text_open(source, '\0')};
    uint64_t n_rows = 0, n_columns = 0, n_entries = 0;
    *out = NULL;
    RC_TRY(read_banner(&m));
    RC_TRY(next_line(&m, "the numbers of rows and columns"));
    RC_TRY(rc_text_next_natural(&m.text, "the number of rows", &n_rows));
    RC_TRY(rc_text_next_natural(&m.text, "the number of columns", &n_columns));
    if (m.layout == LAYOUT_COORDINATE) RC_TRY(rc_text_next_natural(&m.text, "the number of entries", &n_entries));
    RC_TRY(rc_text_end_line(&m.text));
    RC_TRY(rc_entries_check_size(source, n_rows, n_columns));
    m.n = n_rows;
    status = m.layout == LAYOUT_ARRAY ? read_array(&m, out) : read_coordinates(&m, n_entries, out);
done:
    return status;
}
