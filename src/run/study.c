/* A whole study in this process: into memory, and a folder if there is one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/newfile.h"
#include "run/provenance.h"

/* What a run keeps in a folder. */
typedef struct {
    char *journal, *study, *results, *curated;
} paths;

static bool name_paths(const char *folder, paths *p) {
    return asprintf(&p->journal, "%s/journal.rcj", folder) >= 0 && asprintf(&p->study, "%s/study.yaml", folder) >= 0 &&
           asprintf(&p->results, "%s/results.h5", folder) >= 0 &&
           asprintf(&p->curated, "%s/data_curation.pickle", folder) >= 0;
}

static void free_paths(paths *p) {
    free(p->journal);
    free(p->study);
    free(p->results);
    free(p->curated);
}

/* Before anything is computed: the names can be written, and hold no other study. */
static rc_status check_folder(const paths *p, const rc_study *study) {
    rc_status status = RC_OK;
    rc_study *other = NULL;
    const char *const all[] = {p->study, p->results, p->curated};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) RC_TRY(rc_newfile_check(all[k]));
    if (access(p->study, F_OK) != 0) goto done;
    if (rc_study_read(p->study, NULL, 0, &other) != RC_OK || strcmp(other->text, study->text) != 0)
        status = rc_fail(RC_CONFLICT, "%s is another study: choose another folder", p->study);
done:
    rc_study_destroy(&other);
    return status;
}

static rc_status write_study(const char *path, const rc_study *study) {
    rc_status status = RC_OK;
    rc_newfile file = {.fd = -1};
    RC_TRY(rc_newfile_open(path, &file));
    RC_TRY(rc_newfile_write(&file, study->text, strlen(study->text)));
    RC_TRY(rc_newfile_commit(&file));
done:
    rc_newfile_abandon(&file);
    return status;
}

typedef struct {
    rc_results *results;
    bool *done;
    size_t n_done;
} collection;

static rc_status take(size_t task, const void *bytes, void *context) {
    collection *c = context;
    if (!c->done[task]) rc_task_unpack(c->results, task, bytes);
    c->n_done += !c->done[task];
    c->done[task] = true;
    return RC_OK;
}

static rc_status collect(const char *journal, rc_results *results) {
    rc_status status = RC_OK;
    size_t n_tasks = rc_task_count(results->study);
    collection c = {.results = results};
    RC_TRY(RC_ARRAY(c.done, n_tasks, "list of tasks"));
    RC_TRY(rc_journal_read(journal, results->study, take, &c, NULL));
    if (c.n_done < n_tasks)
        status =
            rc_fail(RC_DAMAGED, "%s: %zu of %zu tasks can no longer be read", journal, n_tasks - c.n_done, n_tasks);
done:
    free(c.done);
    return status;
}

/* The tasks that the journal lacks; then all of them from there. */
static rc_status run_with_journal(const char *path, rc_results *results, rc_run_options *options) {
    char reason[1024];
    rc_status status = rc_journal_open(path, results->study, &options->journal, NULL);
    if (status != RC_OK) return status;
    status = rc_run_threads(results->study, options);
    snprintf(reason, sizeof reason, "%s", rc_message());
    rc_status closed = rc_journal_close(&options->journal);
    if (status != RC_OK) return rc_fail(status, "%s", reason);
    return closed == RC_OK ? collect(path, results) : closed;
}

static rc_status run_in_folder(rc_results *results, rc_run_options *options) {
    rc_status status = RC_OK;
    paths p = {0};
    if (!name_paths(options->folder, &p)) RC_TRY(rc_fail(RC_NO_MEMORY, "%s: out of memory", options->folder));
    RC_TRY(check_folder(&p, results->study));
    RC_TRY(run_with_journal(p.journal, results, options));
done:
    free_paths(&p);
    return status;
}

static rc_status run_in_memory(rc_results *results, rc_run_options *options) {
    options->results = results;
    return rc_run_threads(results->study, options);
}

rc_status rc_run_study(rc_study *study, const rc_run_options *options, rc_results **out) {
    rc_status status = RC_OK;
    rc_beginning beginning = rc_begin_now();
    rc_results *results = NULL;
    rc_run_options own = *options;
    *out = NULL;
    own.journal = NULL;
    own.results = NULL;
    own.n_shards = 0;
    RC_TRY(rc_results_create(study, &results));
    if (!own.kernels) RC_TRY(rc_kernels_find(NULL, &own.kernels));
    if (own.n_threads == 0) own.n_threads = rc_threads_available(NULL);
    if (own.n_threads > rc_task_count(study)) own.n_threads = rc_task_count(study);
    RC_TRY(own.folder ? run_in_folder(results, &own) : run_in_memory(results, &own));
    RC_TRY(rc_provenance_note(results, rc_kernels_name(own.kernels), own.n_threads, 1, beginning));
    *out = results;
    results = NULL;
done:
    rc_results_destroy(&results);
    return status;
}

rc_status rc_results_save(const rc_results *results, const char *folder) {
    rc_status status = RC_OK;
    paths p = {0};
    if (!name_paths(folder, &p)) RC_TRY(rc_fail(RC_NO_MEMORY, "%s: out of memory", folder));
    RC_TRY(check_folder(&p, results->study));
    RC_TRY(write_study(p.study, results->study));
    RC_TRY(rc_results_write(results, p.results));
    RC_TRY(rc_results_export_pickle(results, p.curated));
done:
    free_paths(&p);
    return status;
}
