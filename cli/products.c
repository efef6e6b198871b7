#include "products.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "stop.h"

/* --- From the journals ------------------------------------------------------ */

typedef struct {
    rc_results *results; /* NULL: tasks are only counted */
    bool *done;
} collection;

/* Are the files long enough for every task? A short one may not ask for memory
 * by the study that it names. */
static bool may_be_whole(const rc_study *study, const list *journals) {
    uint64_t room = 0;
    struct stat about;
    for (size_t k = 0; k < journals->n; k++) room += stat(journals->paths[k], &about) ? 0 : (uint64_t)about.st_size;
    for (size_t task = 0; task < rc_task_count(study); task++) {
        size_t size = rc_task_size(study, task);
        if (size > room) return false;
        room -= size;
    }
    return true;
}

static rc_status take(size_t task, const void *bytes, void *context) {
    collection *c = context;
    if (!c->done[task] && c->results) rc_task_unpack(c->results, task, bytes);
    c->done[task] = true;
    return atomic_load(&cli_control.stop) ? rc_fail(RC_STOPPED, "stopped") : RC_OK;
}

rc_status products_collect(const rc_study *study, const list *journals, bool *done, size_t *n_missing,
                           rc_results **out) {
    rc_status status = RC_OK;
    rc_study *copy = NULL;
    collection c = {.done = done};
    *out = NULL;
    *n_missing = 0;
    if (may_be_whole(study, journals)) {
        RC_TRY(rc_study_parse(study->text, strlen(study->text), "study.yaml", NULL, 0, &copy));
        RC_TRY(rc_results_create(copy, &c.results));
    }
    for (size_t k = 0; k < journals->n; k++) RC_TRY(rc_journal_read(journals->paths[k], study, take, &c, NULL));
    for (size_t task = 0; task < rc_task_count(study); task++) *n_missing += !done[task];
    if (*n_missing > 0) goto done;
    *out = c.results;
    c.results = NULL;
done:
    rc_results_destroy(&c.results);
    return status;
}

/* --- Files ------------------------------------------------------------------ */

/* One file of the folder, made by one call. */
typedef struct {
    const char *name;
    rc_status (*write)(const rc_results *results, const char *path);
} product;

static const product products[] = {
    {"results.h5", rc_results_write},
    {"data_curation.pickle", rc_results_export_pickle},
    {"results.pdf", rc_figure_study},
    {"exponents.pdf", rc_figure_exponents},
};
enum { RESULTS, PICKLE, FIGURE, EXPONENTS, N_PRODUCTS };

static bool is_wanted(size_t index, bool no_figure, const rc_study *study) {
    if (index == EXPONENTS && study->n_exponents == 0) return false;
    return index < FIGURE || !no_figure;
}

static rc_status write_product(const product *wanted, const char *folder, const rc_results *results, bool only_missing,
                               bool *is_there) {
    if (atomic_load(&cli_control.stop)) return rc_fail(RC_STOPPED, "stopped");
    char *path = folder_path(folder, wanted->name);
    if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
    rc_status status = only_missing && access(path, F_OK) == 0 ? RC_OK : wanted->write(results, path);
    *is_there = status == RC_OK;
    if (status == RC_UNSUPPORTED) { /* a build without figures */
        fprintf(stderr, "no %s: %s\n", wanted->name, rc_message());
        status = RC_OK;
    }
    free(path);
    return status;
}

rc_status products_write(const char *folder, const rc_results *results, bool only_missing, bool no_figure) {
    bool is_there[N_PRODUCTS] = {false};
    rc_status status = folder_write_study(folder, results->study);
    for (size_t k = 0; k < N_PRODUCTS && status == RC_OK; k++)
        if (is_wanted(k, no_figure, results->study))
            status = write_product(&products[k], folder, results, only_missing, &is_there[k]);
    if (status == RC_STOPPED) return status;
    if (status == RC_OK) folder_sweep(folder);
    cli_print_exponents(results); /* even if the disk is full */
    printf("\n%s/study.yaml\n", folder);
    for (size_t k = 0; k < N_PRODUCTS; k++)
        if (is_there[k]) printf("%s/%s\n", folder, products[k].name);
    return status;
}
