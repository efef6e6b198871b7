/* NumPy's archives of arrays, and SciPy's archives of the parts of one sparse
 * matrix (scipy.sparse.save_npz). */
#include <stdio.h>
#include <string.h>

#include "network/archive.h"
#include "network/candidates.h"
#include "network/npy.h"
#include "network/read.h"

/* Extracts an entry and reads its header. */
static rc_status open_array(const rc_archive *archive, const rc_archive_entry *entry, rc_member *member,
                            rc_numbers *numbers) {
    rc_status status = rc_archive_extract(archive, entry, member);
    return status == RC_OK ? rc_npy_open(&member->source, numbers) : status;
}

static rc_status read_entry(const rc_archive *archive, const rc_archive_entry *entry, rc_network **out) {
    rc_status status = RC_OK;
    rc_member member = {0};
    rc_numbers numbers;
    RC_TRY(open_array(archive, entry, &member, &numbers));
    RC_TRY(rc_network_from_numbers(&member.source, &numbers, out));
done:
    rc_member_free(&member);
    return status;
}

/* --- Sparse ----------------------------------------------------------------- */

enum { DATA, FIRST, SECOND, SHAPE, N_PARTS };

static const struct {
    const char *name;
    const char *first, *second; /* members beside data.npy and shape.npy */
} formats[] = {
    [RC_SPARSE_ROWS] = {"csr", "indptr.npy", "indices.npy"},
    [RC_SPARSE_COLUMNS] = {"csc", "indptr.npy", "indices.npy"},
    [RC_SPARSE_COORDINATES] = {"coo", "row.npy", "col.npy"},
};

/* A text of ASCII characters, four bytes each if it is wide. */
static bool text_is(const rc_numbers *numbers, const char *text) {
    size_t width = numbers->kind == RC_WIDE_TEXT ? 4 : 1, n = strlen(text), n_bytes = 0;
    if (rc_numbers_are_numbers(numbers) || numbers->n != 1 || numbers->size != n * width) return false;
    for (size_t i = 0; i < numbers->size; i++) n_bytes += numbers->first[i] != 0;
    for (size_t i = 0; i < n; i++)
        if (numbers->first[i * width + (numbers->swapped ? width - 1 : 0)] != (unsigned char)text[i]) return false;
    return n_bytes == n;
}

static rc_status read_format(const rc_archive *archive, const rc_archive_entry *entry, rc_sparse *sparse) {
    rc_status status = RC_OK;
    rc_member member = {0};
    rc_numbers numbers;
    size_t i = 0;
    RC_TRY(open_array(archive, entry, &member, &numbers));
    while (i < sizeof formats / sizeof *formats && !text_is(&numbers, formats[i].name)) i++;
    if (i == sizeof formats / sizeof *formats)
        RC_TRY(rc_source_invalid(&member.source, "expected a sparse matrix of format csr, csc or coo, found another"));
    sparse->format = (unsigned)i;
done:
    rc_member_free(&member);
    return status;
}

static rc_status open_part(const rc_archive *archive, const char *name, rc_member *member, rc_numbers *numbers) {
    const rc_archive_entry *entry = rc_archive_find(archive, name);
    if (!entry)
        return rc_fail(RC_DAMAGED, "%s: expected the part %s of a sparse matrix, found none", archive->source.name,
                       name);
    return open_array(archive, entry, member, numbers);
}

static rc_status read_shape(const rc_source *source, const rc_numbers *numbers, rc_sparse *sparse) {
    if (numbers->n != 2 || !rc_numbers_natural(numbers, 0, &sparse->shape[0]) ||
        !rc_numbers_natural(numbers, 1, &sparse->shape[1]))
        return rc_source_invalid(source, "expected two non-negative integers, the shape of a matrix");
    return RC_OK;
}

static rc_status read_sparse(const rc_archive *archive, const rc_archive_entry *format, rc_network **out) {
    rc_status status = RC_OK;
    rc_sparse sparse = {0};
    rc_member members[N_PARTS] = {{.name = NULL}, {.name = NULL}, {.name = NULL}, {.name = NULL}};
    rc_numbers shape;
    RC_TRY(read_format(archive, format, &sparse));
    RC_TRY(open_part(archive, "shape.npy", &members[SHAPE], &shape));
    RC_TRY(read_shape(&members[SHAPE].source, &shape, &sparse));
    RC_TRY(open_part(archive, "data.npy", &members[DATA], &sparse.data));
    RC_TRY(open_part(archive, formats[sparse.format].first, &members[FIRST], &sparse.first));
    RC_TRY(open_part(archive, formats[sparse.format].second, &members[SECOND], &sparse.second));
    RC_TRY(rc_network_from_sparse(&archive->source, &sparse, out));
done:
    for (size_t i = 0; i < N_PARTS; i++) rc_member_free(&members[i]);
    return status;
}

/* --- Which array is meant --------------------------------------------------- */

/* Counts an entry that is a matrix; others, and what is no array, are passed over. */
static rc_status consider(const rc_archive *archive, const rc_archive_entry *entry, rc_candidates *candidates,
                          const rc_archive_entry **found) {
    rc_member member = {0};
    rc_numbers numbers;
    rc_status status = rc_archive_extract(archive, entry, &member);
    if (status == RC_OK && rc_is_npy(&member.source)) {
        status = rc_npy_open(&member.source, &numbers);
        if (status == RC_OK && numbers.n_dims == 2 && rc_numbers_are_numbers(&numbers)) {
            rc_candidates_add(candidates, entry->name, entry->n_name);
            *found = entry;
        }
    }
    rc_member_free(&member);
    return status == RC_INVALID ? RC_OK : status;
}

static rc_status find_only_matrix(const rc_archive *archive, const rc_archive_entry **found) {
    rc_status status = RC_OK;
    rc_candidates candidates = {0};
    for (size_t i = 0; i < archive->n_entries; i++) RC_TRY(consider(archive, &archive->entries[i], &candidates, found));
    RC_TRY(rc_candidates_check(&candidates, &archive->source));
done:
    return status;
}

static rc_status find_named(const rc_archive *archive, const char *dataset, const rc_archive_entry **found) {
    char shown[RC_SHOWN_SIZE];
    size_t n = strlen(dataset);
    for (size_t i = 0; i < archive->n_entries && !*found; i++) {
        const rc_archive_entry *entry = &archive->entries[i];
        bool suffix = entry->n_name == n + 4 && memcmp(entry->name + n, ".npy", 4) == 0;
        if ((suffix || entry->n_name == n) && memcmp(entry->name, dataset, n) == 0) *found = entry;
    }
    if (*found) return RC_OK;
    return rc_source_invalid(&archive->source, "expected an array %s, found none", rc_shown(dataset, n, shown));
}

rc_status rc_read_npz(const rc_source *source, const char *dataset, rc_network **out) {
    rc_status status = RC_OK;
    rc_archive archive = {0};
    const rc_archive_entry *entry = NULL, *format = NULL;
    *out = NULL;
    RC_TRY(rc_archive_open(source, &archive));
    if (dataset) {
        RC_TRY(find_named(&archive, dataset, &entry));
    } else {
        entry = rc_archive_find(&archive, "weights.npy");
        if (!entry) entry = rc_archive_find(&archive, "W.npy");
        if (!entry) format = rc_archive_find(&archive, "format.npy");
        if (!entry && !format) RC_TRY(find_only_matrix(&archive, &entry));
    }
    status = format ? read_sparse(&archive, format, out) : read_entry(&archive, entry, out);
done:
    rc_archive_close(&archive);
    return status;
}
