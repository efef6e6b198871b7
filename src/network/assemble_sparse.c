#include <math.h>

#include "base/memory.h"
#include "network/assemble.h"

static const char *first_name(const rc_sparse *sparse) {
    return sparse->format == RC_SPARSE_COORDINATES ? "row" : "indptr";
}

static const char *second_name(const rc_sparse *sparse) {
    return sparse->format == RC_SPARSE_COORDINATES ? "col" : "indices";
}

static rc_status check_part(const rc_source *source, const char *name, const rc_numbers *part, bool integers,
                            uint64_t length) {
    char shown[RC_SHOWN_SIZE];
    bool whole = part->kind == RC_SIGNED || part->kind == RC_UNSIGNED;
    if (integers ? !whole : !rc_numbers_are_numbers(part))
        return rc_source_invalid(source, "%s: expected %s, found another type", name,
                                 integers ? "integers" : "numbers");
    if (part->n_dims != 1 || part->n != length)
        return rc_fail(RC_DAMAGED, "%s: %s: expected shape (%llu,), found %s", source->name, name,
                       (unsigned long long)length, rc_numbers_shape_shown(part, shown));
    return RC_OK;
}

static rc_status check_parts(const rc_source *source, const rc_sparse *sparse) {
    rc_status status = RC_OK;
    uint64_t n = sparse->data.n;
    RC_TRY(rc_entries_check_size(source, sparse->shape[0], sparse->shape[1]));
    RC_TRY(check_part(source, "data", &sparse->data, false, n));
    RC_TRY(check_part(source, second_name(sparse), &sparse->second, true, n));
    uint64_t n_first = sparse->format == RC_SPARSE_COORDINATES ? n : sparse->shape[0] + 1;
    RC_TRY(check_part(source, first_name(sparse), &sparse->first, true, n_first));
done:
    return status;
}

/* One index below `limit`. */
static rc_status get_index(const rc_source *source, const char *name, const rc_numbers *part, size_t k, uint64_t limit,
                           uint32_t *index) {
    uint64_t value;
    if (!rc_numbers_natural(part, k, &value) || value >= limit)
        return rc_fail(RC_DAMAGED, "%s: %s[%zu]: expected an index from 0 to %llu, found %.17g", source->name, name, k,
                       (unsigned long long)limit - 1, rc_numbers_real(part, k));
    *index = (uint32_t)value;
    return RC_OK;
}

/* indptr[k], which must not be below `low` nor above the number of entries;
 * it begins with 0 and ends with that number. */
static rc_status get_start(const rc_source *source, const rc_sparse *sparse, size_t k, uint64_t low, uint64_t *start) {
    uint64_t high = k == 0 ? 0 : sparse->data.n;
    if (k == sparse->shape[0]) low = high;
    if (!rc_numbers_natural(&sparse->first, k, start) || *start < low || *start > high)
        return rc_fail(RC_DAMAGED, "%s: indptr[%zu]: expected %llu to %llu, found %.17g", source->name, k,
                       (unsigned long long)low, (unsigned long long)high, rc_numbers_real(&sparse->first, k));
    return RC_OK;
}

/* The compressed index of every entry: its row in csr, its column in csc. */
static rc_status expand_starts(const rc_source *source, const rc_sparse *sparse, uint32_t *index) {
    rc_status status = RC_OK;
    uint64_t start = 0, end;
    RC_TRY(get_start(source, sparse, 0, 0, &start));
    for (size_t i = 0; i < sparse->shape[0]; i++, start = end) {
        RC_TRY(get_start(source, sparse, i + 1, start, &end));
        for (uint64_t k = start; k < end; k++) index[k] = (uint32_t)i;
    }
done:
    return status;
}

static rc_status get_entries(const rc_source *source, const rc_sparse *sparse, rc_entries *entries) {
    rc_status status = RC_OK;
    uint64_t n_neurons = sparse->shape[0];
    bool by_column = sparse->format == RC_SPARSE_COLUMNS;
    uint32_t *first = by_column ? entries->column : entries->row, *second = by_column ? entries->row : entries->column;
    if (sparse->format != RC_SPARSE_COORDINATES) RC_TRY(expand_starts(source, sparse, first));
    for (size_t k = 0; k < sparse->data.n; k++) {
        if (sparse->format == RC_SPARSE_COORDINATES)
            RC_TRY(get_index(source, first_name(sparse), &sparse->first, k, n_neurons, &first[k]));
        RC_TRY(get_index(source, second_name(sparse), &sparse->second, k, n_neurons, &second[k]));
        entries->weight[k] = rc_numbers_real(&sparse->data, k);
        if (!isfinite(entries->weight[k]))
            RC_TRY(rc_source_invalid(source, "data[%zu]: expected a finite number, found %g", k, entries->weight[k]));
    }
    entries->n = sparse->data.n;
done:
    return status;
}

rc_status rc_network_from_sparse(const rc_source *source, const rc_sparse *sparse, rc_network **out) {
    rc_status status = RC_OK;
    rc_entries entries = {0};
    *out = NULL;
    RC_TRY(check_parts(source, sparse));
    RC_TRY(rc_entries_allocate(sparse->shape[0], sparse->data.n, &entries));
    RC_TRY(get_entries(source, sparse, &entries));
    RC_TRY(rc_network_from_entries(source, &entries, out));
done:
    rc_entries_free(&entries);
    return status;
}
