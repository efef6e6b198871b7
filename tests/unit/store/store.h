/* What the tests of the store share: a folder of their own, small results. */
#ifndef RC_TESTS_UNIT_STORE_H
#define RC_TESTS_UNIT_STORE_H

#include "../unit.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../made_up.h"

static char folder[] = "/tmp/rnnchaos-store-XXXXXX";

static inline const char *in_folder(const char *name) {
    static char path[320];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

/* Removes the files, temporary ones too, and tells how many there were. */
static inline size_t clear_folder(void) {
    size_t n = 0;
    DIR *directory = opendir(folder);
    for (struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.' && !unlink(in_folder(entry->d_name))) n++;
    closedir(directory);
    return n;
}

static inline int remove_folder(void **state) {
    (void)state;
    clear_folder();
    return rmdir(folder);
}

/* Two sessions, four gains, three trials, 50 steps, 20 of them recorded. */
static inline rc_results *small_results(void) {
    static const char *const settings[] = {"sessions=[1,2]", "gains=[0.5,4,10,13]", "trials=3",
                                           "dynamics.duration_ms=50", "record.duration_ms=20"};
    rc_results *results = made_up_results(settings, sizeof settings / sizeof *settings);
    if (!results) fail_msg("no results: %s", rc_message());
    return results;
}

/* A whole file; the caller frees. */
static inline unsigned char *slurp(const char *path, size_t *n) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*n + 1);
    assert_int_equal(fread(bytes, 1, *n, file), *n);
    bytes[*n] = 0;
    fclose(file);
    return bytes;
}

static inline void spill(const char *path, const void *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

/* Equal to the bit, NaN included. */
static inline void assert_same_results(const rc_results *a, const rc_results *b) {
    assert_string_equal(a->study->text, b->study->text);
    assert_string_equal(a->provenance.host, b->provenance.host);
    assert_int_equal(a->provenance.threads, b->provenance.threads);
    assert_true(a->provenance.wall_time_s == b->provenance.wall_time_s);
    for (size_t i = 0; i < rc_n_variables; i++) {
        const rc_variable *variable = &rc_variable_table[i];
        size_t size = rc_variable_length(a->study, variable) * rc_type_size(variable->type);
        if (size) assert_memory_equal(rc_variable_data(a, variable), rc_variable_data(b, variable), size);
    }
}

#endif
