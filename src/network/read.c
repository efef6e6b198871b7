#include "network/read.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "network/archive.h"
#include "network/npy.h"

/* --- Which format ----------------------------------------------------------- */

/* Files that people take for weights, by their first bytes. */
static const struct {
    const char *start, *advice;
} strangers[] = {
    {"\x1f\x8b", "a gzip file; unpack it"},
    {"MATLAB 5.0", "an old MATLAB file; save it with -v7.3"},
    {"\x80", "perhaps a Python pickle, which is never loaded; save the array with numpy.save"},
};

static rc_status fail_format(const rc_source *source) {
    char shown[RC_SHOWN_SIZE];
    const char *found = rc_shown(source->bytes, source->size < 16 ? source->size : 16, shown);
    if (source->size == 0) found = "an empty file";
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        size_t n = strlen(strangers[i].start);
        if (source->size >= n && memcmp(source->bytes, strangers[i].start, n) == 0) found = strangers[i].advice;
    }
    return rc_source_invalid(source, "expected weights as .npy, .npz, Matrix Market or HDF5, found %s", found);
}

static rc_status refuse_dataset(const rc_source *source, const char *dataset) {
    char shown[RC_SHOWN_SIZE];
    if (!dataset) return RC_OK;
    return rc_source_invalid(source, "expected no name, for it holds one array, found %s",
                             rc_shown(dataset, strlen(dataset), shown));
}

static rc_status read_source(const rc_source *source, const char *dataset, rc_network **out) {
    *out = NULL;
    if (rc_is_archive(source)) return rc_read_npz(source, dataset, out);
    if (rc_is_hdf5(source)) return rc_read_hdf5(source, dataset, out);
    bool is_npy = rc_is_npy(source);
    if (!is_npy && !rc_is_mtx(source)) return fail_format(source);
    rc_status status = refuse_dataset(source, dataset);
    if (status != RC_OK) return status;
    return is_npy ? rc_read_npy(source, out) : rc_read_mtx(source, out);
}

rc_status rc_network_parse(const void *bytes, size_t size, const char *name, const char *dataset, rc_network **out) {
    rc_source source = {name, bytes, size};
    return read_source(&source, dataset, out);
}

/* --- Files ------------------------------------------------------------------ */

static rc_status read_file(const char *path, const char *dataset, rc_network **out) {
    rc_source source = {.name = path};
    unsigned char *content = NULL;
    if (rc_is_hdf5(&source)) return rc_read_hdf5(&source, dataset, out); /* often large: not read into memory */
    rc_status status = rc_source_open(path, &source, &content);
    if (status == RC_OK) status = read_source(&source, dataset, out);
    free(content);
    return status;
}

/* Splits FILE:NAME at its last colon, unless there is a file of the whole name. */
rc_status rc_network_read(const char *path, const char *dataset, rc_network **out) {
    const char *colon = strrchr(path, ':');
    *out = NULL;
    if (dataset || !colon || colon == path || !colon[1] || access(path, F_OK) == 0)
        return read_file(path, dataset, out);
    char *file = strndup(path, (size_t)(colon - path));
    if (!file) return rc_fail(RC_NO_MEMORY, "%s: out of memory", path);
    rc_status status = read_file(file, colon + 1, out);
    free(file);
    return status;
}
