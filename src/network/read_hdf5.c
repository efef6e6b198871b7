/* Weights from other people's HDF5 files: a dataset [neuron, neuron], or a
 * group with the parts of a sparse matrix as AnnData writes it
 * (https://anndata.readthedocs.io/en/stable/fileformat-prose.html). */
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "network/candidates.h"
#include "network/hdf5_guard.h"
#include "network/read.h"

typedef struct rc_h5_weights {
    rc_source source; /* the file; .name becomes "FILE: OBJECT" once that is known */
    hid_t file;
    char *name; /* owned */
} rc_h5_weights;

/* --- Opening ---------------------------------------------------------------- */

/* At byte 0, 512, 1024, 2048 and so on. */
static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

static uint64_t next_place(uint64_t at) { return at ? 2 * at : 512; }

static bool is_hdf5_file(const char *path) {
    unsigned char found[8] = {0};
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is = false;
    if (fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
        for (uint64_t at = 0; !is && at + 8 <= (uint64_t)about.st_size; at = next_place(at))
            is = pread(fd, found, sizeof found, (off_t)at) == 8 && memcmp(found, signature, sizeof signature) == 0;
    if (fd >= 0) close(fd);
    return is;
}

bool rc_is_hdf5(const rc_source *source) {
    if (!source->bytes) return is_hdf5_file(source->name);
    for (uint64_t at = 0; at + 8 <= source->size; at = next_place(at))
        if (memcmp(source->bytes + at, signature, sizeof signature) == 0) return true;
    return false;
}

static rc_status damaged(const rc_h5_weights *h5, const char *text) {
    return rc_fail(RC_DAMAGED, "%s: %s", h5->source.name, text);
}

static rc_status open_weights(const rc_source *source, rc_h5_weights *h5) {
    hsize_t size = 0;
    *h5 = (rc_h5_weights){.source = *source, .file = rc_hdf5_open(source->name, source->bytes, source->size)};
    if (h5->file < 0 || H5Fget_filesize(h5->file, &size) < 0)
        return damaged(h5, "expected a sound HDF5 file, found one that HDF5 cannot open");
    h5->source.size = size;
    return RC_OK;
}

/* --- Objects ---------------------------------------------------------------- */

/* A text attribute; empty if there is none. */
static void get_text(hid_t object, const char *name, char text[RC_SHOWN_SIZE]) {
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    text[0] = '\0';
    bool one = H5Tget_class(type) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 1;
    if (one && H5Tis_variable_str(type) > 0) {
        char *found = NULL;
        if (H5Aread(attribute, type, &found) >= 0 && found) snprintf(text, RC_SHOWN_SIZE, "%s", found);
        H5free_memory(found);
    } else if (one && H5Tget_size(type) < RC_SHOWN_SIZE) {
        memset(text, 0, RC_SHOWN_SIZE);
        if (H5Aread(attribute, type, text) < 0) text[0] = '\0';
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
}

/* csr or csc, in a group's attribute as AnnData or h5sparse writes it. */
static bool sparse_format(hid_t group, rc_sparse *sparse) {
    char text[RC_SHOWN_SIZE];
    get_text(group, "encoding-type", text);
    if (!text[0]) get_text(group, "h5sparse_format", text);
    sparse->format = text[0] && strstr(text, "csc") ? RC_SPARSE_COLUMNS : RC_SPARSE_ROWS;
    return !strcmp(text, "csr_matrix") || !strcmp(text, "csc_matrix") || !strcmp(text, "csr") || !strcmp(text, "csc");
}

/* --- Datasets --------------------------------------------------------------- */

/* Sets everything but the elements. */
static rc_status get_layout(const rc_h5_weights *h5, hid_t dataset, rc_numbers *numbers) {
    rc_status status = RC_OK;
    hsize_t shape[H5S_MAX_RANK];
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    H5T_class_t class = H5Tget_class(type);
    int n_dims = H5Sget_simple_extent_dims(space, shape, NULL);
    *numbers = (rc_numbers){.size = H5Tget_size(type), .n = 1};
    numbers->kind = class == H5T_INTEGER ? RC_SIGNED : RC_FLOATING;
    if (class != H5T_INTEGER && class != H5T_FLOAT)
        RC_TRY(rc_source_invalid(&h5->source, "expected integers or floating-point numbers, found another type"));
    if (n_dims < 0 || numbers->size == 0) RC_TRY(damaged(h5, "expected a type and a shape, found none"));
    numbers->n_dims = (size_t)n_dims;
    for (size_t i = 0; i < numbers->n_dims; i++) {
        numbers->shape[i] = shape[i];
        if (__builtin_mul_overflow(numbers->n, numbers->shape[i], &numbers->n))
            RC_TRY(damaged(h5, "expected a shape of fewer than 2^64 elements, found more"));
    }
    numbers->column_major = H5Aexists(dataset, "MATLAB_class") > 0; /* it writes what it has, columns first */
done:
    H5Sclose(space);
    H5Tclose(type);
    return status;
}

static rc_status check_filters(const rc_h5_weights *h5, hid_t dataset) {
    rc_status status = RC_OK;
    hid_t creation = H5Dget_create_plist(dataset);
    int n = H5Pget_nfilters(creation);
    for (int i = 0; i < n; i++) {
        char name[RC_SHOWN_SIZE] = "", shown[RC_SHOWN_SIZE];
        unsigned flags, options;
        size_t n_values = 0;
        H5Z_filter_t filter =
            H5Pget_filter2(creation, (unsigned)i, &flags, &n_values, NULL, sizeof name, name, &options);
        if (filter < 0 || H5Zfilter_avail(filter) <= 0)
            RC_TRY(rc_source_invalid(&h5->source,
                                     "expected gzip or no compression, found %s (filter %d), which this HDF5 lacks",
                                     rc_shown(name, strnlen(name, sizeof name), shown), (int)filter));
    }
done:
    H5Pclose(creation);
    return status;
}

/* The elements must be in this file, and not many more than it has room for. */
static rc_status check_storage(const rc_h5_weights *h5, hid_t dataset, const rc_numbers *numbers) {
    rc_status status = RC_OK;
    rc_hdf5_storage storage = rc_hdf5_storage_of(dataset, numbers->n, numbers->size, h5->source.size);
    if (storage.elsewhere)
        RC_TRY(rc_source_invalid(&h5->source, "expected its elements in the same file, found them elsewhere"));
    RC_TRY(check_filters(h5, dataset));
    if (storage.too_large)
        RC_TRY(rc_fail(RC_DAMAGED, "%s: expected elements of %llu bytes, found room for %llu", h5->source.name,
                       (unsigned long long)storage.n_bytes, (unsigned long long)storage.n_stored));
done:
    return status;
}

/* Reads a dataset as doubles or 64-bit integers; *elements is to be freed. */
static rc_status read_numbers(const rc_h5_weights *h5, hid_t dataset, bool integers, rc_numbers *numbers,
                              void **elements) {
    rc_status status = RC_OK;
    uint64_t *words = NULL; /* as wide as both */
    RC_TRY(get_layout(h5, dataset, numbers));
    if (integers && numbers->kind != RC_SIGNED)
        RC_TRY(rc_source_invalid(&h5->source, "expected integers, found floating-point numbers"));
    RC_TRY(check_storage(h5, dataset, numbers));
    RC_TRY(RC_ARRAY(words, numbers->n, h5->source.name));
    hid_t type = integers ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
    if (numbers->n && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, words) < 0)
        RC_TRY(damaged(h5, "expected elements that HDF5 can read, found others"));
    numbers->kind = integers ? RC_SIGNED : RC_FLOATING;
    numbers->size = 8;
    numbers->first = (const unsigned char *)words;
    *elements = words;
    words = NULL;
done:
    free(words);
    return status;
}

static rc_status read_dense(const rc_h5_weights *h5, hid_t dataset, rc_network **out) {
    rc_status status = RC_OK;
    rc_numbers numbers;
    void *elements = NULL;
    RC_TRY(get_layout(h5, dataset, &numbers));
    if (numbers.n_dims != 2) { /* before it is read */
        char shown[RC_SHOWN_SIZE];
        RC_TRY(rc_source_invalid(&h5->source, "expected a square matrix [neuron, neuron], found shape %s",
                                 rc_numbers_shape_shown(&numbers, shown)));
    }
    RC_TRY(read_numbers(h5, dataset, false, &numbers, &elements));
    RC_TRY(rc_network_from_numbers(&h5->source, &numbers, out));
done:
    free(elements);
    return status;
}

/* --- Sparse groups ---------------------------------------------------------- */

static rc_status read_part(const rc_h5_weights *h5, hid_t group, const char *name, bool integers, rc_numbers *numbers,
                           void **elements) {
    hid_t dataset = rc_hdf5_object(group, name);
    rc_status status =
        H5Iget_type(dataset) == H5I_DATASET
            ? read_numbers(h5, dataset, integers, numbers, elements)
            : rc_fail(RC_DAMAGED, "%s: expected the part %s of a sparse matrix, found none", h5->source.name, name);
    H5Oclose(dataset);
    return status;
}

static rc_status get_shape(const rc_h5_weights *h5, hid_t group, uint64_t shape[2]) {
    rc_status status = RC_OK;
    int64_t found[2] = {-1, -1};
    const char *name = H5Aexists(group, "shape") > 0 ? "shape" : "h5sparse_shape";
    hid_t attribute = H5Aopen(group, name, H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    bool two = H5Tget_class(type) == H5T_INTEGER && H5Sget_simple_extent_npoints(space) == 2;
    if (!two || H5Aread(attribute, H5T_NATIVE_INT64, found) < 0 || found[0] < 0 || found[1] < 0)
        RC_TRY(damaged(h5, "expected the attribute shape of two non-negative integers, found none"));
    for (size_t i = 0; i < 2; i++) shape[i] = (uint64_t)found[i];
done:
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return status;
}

static rc_status read_sparse(const rc_h5_weights *h5, hid_t group, rc_network **out) {
    rc_status status = RC_OK;
    rc_sparse sparse = {0};
    void *data = NULL, *first = NULL, *second = NULL;
    if (!sparse_format(group, &sparse))
        RC_TRY(rc_source_invalid(&h5->source, "expected a dataset, or a group with the attribute encoding-type "
                                              "csr_matrix or csc_matrix"));
    RC_TRY(get_shape(h5, group, sparse.shape));
    RC_TRY(read_part(h5, group, "data", false, &sparse.data, &data));
    RC_TRY(read_part(h5, group, "indptr", true, &sparse.first, &first));
    RC_TRY(read_part(h5, group, "indices", true, &sparse.second, &second));
    RC_TRY(rc_network_from_sparse(&h5->source, &sparse, out));
done:
    free(data);
    free(first);
    free(second);
    return status;
}

/* --- Which object is meant -------------------------------------------------- */

/* HDF5's own walk takes time by the cube of a tree's depth. */
enum { MOST_DEPTH = 32, MOST_OBJECTS = 10000, IDENTITY_SIZE = 24 };

typedef struct search {
    const rc_h5_weights *h5;
    rc_candidates candidates;
    char *path;  /* of the first; owned */
    char *place; /* of the group that is walked, before the names of its members; owned */
    size_t depth;
    size_t n_seen; /* objects, each of which counts once however many names it has */
    unsigned char seen[MOST_OBJECTS][IDENTITY_SIZE];
} search;

static bool is_matrix(const rc_h5_weights *h5, hid_t object) {
    rc_numbers numbers;
    rc_sparse sparse;
    if (H5Iget_type(object) == H5I_GROUP) return sparse_format(object, &sparse);
    return H5Iget_type(object) == H5I_DATASET && get_layout(h5, object, &numbers) == RC_OK && numbers.n_dims == 2;
}

/* Its address in the file. */
static bool identify(hid_t object, unsigned char identity[IDENTITY_SIZE]) {
    H5O_info_t about;
#if H5_VERSION_GE(1, 12, 0)
    bool known = H5Oget_info(object, &about, H5O_INFO_BASIC) >= 0;
    const void *address = &about.token;
    size_t size = sizeof about.token;
#else
    bool known = H5Oget_info(object, &about) >= 0;
    const void *address = &about.addr;
    size_t size = sizeof about.addr;
#endif
    _Static_assert(sizeof(H5O_info_t) >= IDENTITY_SIZE, "an address is part of it");
    memset(identity, 0, IDENTITY_SIZE);
    if (known) memcpy(identity, address, size < IDENTITY_SIZE ? size : IDENTITY_SIZE);
    return known;
}

static bool is_seen(search *s, hid_t object) {
    unsigned char *identity = s->seen[s->n_seen];
    if (!identify(object, identity)) return true;
    for (size_t i = 0; i < s->n_seen; i++)
        if (memcmp(s->seen[i], identity, IDENTITY_SIZE) == 0) return true;
    s->n_seen++;
    return false;
}

static herr_t consider(hid_t group, const char *name, const H5L_info_t *info, void *data);

static herr_t walk(search *s, hid_t group, const char *path) {
    char *former = s->place;
    herr_t result = 0;
    if (asprintf(&s->place, "%s%s", path, *path ? "/" : "") < 0) {
        s->place = former;
        return -1;
    }
    s->depth++;
    if (s->depth <= MOST_DEPTH) result = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, consider, s);
    s->depth--;
    free(s->place);
    s->place = former;
    return result;
}

static herr_t consider_object(search *s, hid_t object, const char *path) {
    herr_t result = 0;
    if (is_seen(s, object)) return 0;
    if (is_matrix(s->h5, object)) {
        rc_candidates_add(&s->candidates, path, strlen(path));
        if (!s->path) s->path = strdup(path);
    }
    if (H5Iget_type(object) == H5I_GROUP) result = walk(s, object, path);
    return result;
}

/* Stops the walk with 1 after too many objects. */
static herr_t consider(hid_t group, const char *name, const H5L_info_t *info, void *data) {
    search *s = data;
    char *path;
    if (info->type != H5L_TYPE_HARD) return 0;
    if (s->n_seen == MOST_OBJECTS - 1) return 1;
    if (asprintf(&path, "%s%s", s->place, name) < 0) return -1;
    hid_t object = rc_hdf5_object(group, name);
    herr_t result = object >= 0 ? consider_object(s, object, path) : 0;
    if (object >= 0) H5Oclose(object);
    free(path);
    return result;
}

static rc_status find_only_matrix(const rc_h5_weights *h5, hid_t *object) {
    rc_status status = RC_OK;
    search *s = NULL;
    RC_TRY(RC_ARRAY(s, 1, h5->source.name));
    s->h5 = h5;
    hid_t root = rc_hdf5_object(h5->file, "/");
    herr_t result = root >= 0 ? consider_object(s, root, "") : -1;
    if (root >= 0) H5Oclose(root);
    if (result < 0) RC_TRY(damaged(h5, "expected a tree of groups and datasets, found one that HDF5 cannot walk"));
    if (result > 0)
        RC_TRY(rc_source_invalid(&h5->source,
                                 "expected fewer than %d objects, found more; name one after the file and "
                                 "a colon",
                                 MOST_OBJECTS));
    RC_TRY(rc_candidates_check(&s->candidates, &h5->source));
    *object = s->path ? rc_hdf5_object(h5->file, s->path[0] ? s->path : "/") : -1;
    if (*object < 0) status = rc_fail(RC_NO_MEMORY, "%s: out of memory", h5->source.name);
done:
    if (s) free(s->path);
    free(s);
    return status;
}

static rc_status find_object(const rc_h5_weights *h5, const char *dataset, hid_t *object) {
    static const char *const usual[] = {"weights", "W"};
    char shown[RC_SHOWN_SIZE];
    *object = -1;
    if (dataset) {
        *object = rc_hdf5_object(h5->file, dataset);
        if (*object >= 0) return RC_OK;
        return rc_source_invalid(&h5->source, "expected a dataset or group %s in this file, found none",
                                 rc_shown(dataset, strlen(dataset), shown));
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual && *object < 0; i++)
        *object = rc_hdf5_object(h5->file, usual[i]);
    return *object >= 0 ? RC_OK : find_only_matrix(h5, object);
}

/* From here on, messages name the object too. */
static rc_status name_object(rc_h5_weights *h5, hid_t object) {
    char path[RC_SHOWN_SIZE] = "", shown[RC_SHOWN_SIZE];
    size_t size = strlen(h5->source.name) + RC_SHOWN_SIZE + 3;
    H5Iget_name(object, path, sizeof path);
    rc_status status = RC_ARRAY(h5->name, size, "name of a dataset");
    if (status != RC_OK) return status;
    snprintf(h5->name, size, "%s: %s", h5->source.name, rc_shown(path, strlen(path), shown));
    h5->source.name = h5->name;
    return RC_OK;
}

static rc_status read_weights(rc_h5_weights *h5, const char *dataset, rc_network **out) {
    rc_status status = RC_OK;
    hid_t object = -1;
    RC_TRY(find_object(h5, dataset, &object));
    RC_TRY(name_object(h5, object));
    switch (H5Iget_type(object)) {
    case H5I_DATASET: status = read_dense(h5, object, out); break;
    case H5I_GROUP: status = read_sparse(h5, object, out); break;
    default: status = rc_source_invalid(&h5->source, "expected a dataset or group, found another object");
    }
done:
    if (object >= 0) H5Oclose(object);
    return status;
}

rc_status rc_read_hdf5(const rc_source *source, const char *dataset, rc_network **out) {
    rc_status status = RC_OK;
    rc_h5_weights h5;
    *out = NULL;
    H5E_BEGIN_TRY {
        status = open_weights(source, &h5);
        if (status == RC_OK) status = read_weights(&h5, dataset, out);
        if (h5.file >= 0) H5Fclose(h5.file);
    }
    H5E_END_TRY
    free(h5.name);
    return status;
}
