#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rnnchaos/store.h>

#include "base/fail.h"
#include "base/newfile.h"

char *folder_path(const char *folder, const char *name) {
    char *path;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* --- Lists of files --------------------------------------------------------- */

void list_free(list *l) {
    for (size_t k = 0; k < l->n; k++) free(l->paths[k]);
    free(l->paths);
    *l = (list){0};
}

static rc_status list_add(list *l, const char *folder, const char *name) {
    char **larger = realloc(l->paths, (l->n + 1) * sizeof *larger);
    if (larger) l->paths = larger;
    char *path = larger ? folder_path(folder, name) : NULL;
    if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
    l->paths[l->n++] = path;
    return RC_OK;
}

rc_status list_move(list *from, list *to) {
    char **larger = realloc(to->paths, (to->n + from->n + 1) * sizeof *larger);
    if (!larger) return rc_fail(RC_NO_MEMORY, "out of memory for a list of files");
    if (from->n) memcpy(larger + to->n, from->paths, from->n * sizeof *larger);
    to->paths = larger;
    to->n += from->n;
    free(from->paths);
    *from = (list){0};
    return RC_OK;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The paths in the folder whose names match a pattern of fnmatch(). */
static rc_status list_files(const char *folder, const char *pattern, list *found) {
    rc_status status = RC_OK;
    *found = (list){0};
    DIR *directory = opendir(folder);
    if (!directory) return rc_fail(RC_IO, "%s: cannot list the folder: %s", folder, strerror(errno));
    for (struct dirent *entry; status == RC_OK && (errno = 0, entry = readdir(directory));)
        if (fnmatch(pattern, entry->d_name, 0) == 0) status = list_add(found, folder, entry->d_name);
    if (status == RC_OK && errno) status = rc_fail(RC_IO, "%s: cannot list the folder: %s", folder, strerror(errno));
    closedir(directory);
    if (status != RC_OK) list_free(found);
    if (found->n) qsort(found->paths, found->n, sizeof *found->paths, by_name);
    return status;
}

rc_status folder_list_journals(const char *folder, const rc_study *study, list *journals) {
    rc_status status = list_files(folder, "journal*.rcj", journals);
    size_t n = 0;
    for (size_t k = 0; k < journals->n; k++) {
        if (!study || rc_journal_check(journals->paths[k], study) == RC_OK)
            journals->paths[n++] = journals->paths[k];
        else
            free(journals->paths[k]);
    }
    journals->n = n;
    return status;
}

rc_status folder_list_checkpoints(const char *folder, const rc_study *study, size_t shard, size_t n_shards,
                                  list *checkpoints) {
    rc_status status = list_files(folder, "checkpoint-*.rck", checkpoints);
    size_t n = 0, task;
    for (size_t k = 0; k < checkpoints->n; k++) {
        char *path = checkpoints->paths[k];
        if (rc_checkpoint_is_of(path, study, &task) && (n_shards == 0 || task % n_shards == shard))
            checkpoints->paths[n++] = path;
        else
            free(path);
    }
    checkpoints->n = n;
    return status;
}

/* --- Making the folder ------------------------------------------------------ */

static rc_status make_folder(const char *folder) {
    char *path = strdup(folder);
    if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
    rc_status status = RC_OK;
    for (char *slash = path + 1; status == RC_OK && slash; slash++) {
        slash = strchr(slash, '/');
        if (slash) *slash = '\0';
        if (mkdir(path, 0777) && errno != EEXIST)
            status = rc_fail(RC_IO, "%s: cannot make the output folder: %s", path, strerror(errno));
        if (!slash) break;
        *slash = '/';
    }
    struct stat about;
    if (status == RC_OK && (stat(folder, &about) || !S_ISDIR(about.st_mode)))
        status = rc_fail(RC_IO, "%s: cannot be the output folder: it is a file", folder);
    if (status == RC_OK && access(folder, W_OK | X_OK))
        status = rc_fail(RC_IO, "%s: cannot write into the output folder: %s", folder, strerror(errno));
    free(path);
    return status;
}

/* --- Whose files it holds --------------------------------------------------- */

static rc_status conflict(const char *path, const char *what) {
    return rc_fail(RC_CONFLICT, "%s%s%s: choose another folder with -o, or overwrite it with --force", path,
                   *what ? " " : "", what);
}

static bool has_file(const char *path) { return access(path, F_OK) == 0; }

static rc_status check_study(const char *path, const rc_study *study) {
    rc_study *other = NULL;
    rc_status status = RC_OK;
    if (rc_study_read(path, NULL, 0, &other) != RC_OK)
        status = conflict(path, "cannot be read as a study");
    else if (strcmp(other->text, study->text) != 0)
        status = conflict(path, "is another study");
    rc_study_destroy(&other);
    return status;
}

/* Damaged results of this study may go. */
static rc_status check_results(const char *path, const rc_study *study, bool known) {
    rc_results *other = NULL;
    rc_status status = RC_OK;
    if (rc_results_read(path, &other) != RC_OK)
        status = known ? RC_OK : conflict(path, "cannot be read");
    else if (strcmp(other->study->text, study->text) != 0)
        status = conflict(path, "holds another study");
    rc_results_destroy(&other);
    return status;
}

/* Journals say themselves why they will not do. */
static rc_status check_journals(const char *folder, const rc_study *study) {
    list journals;
    rc_status status = folder_list_journals(folder, NULL, &journals);
    for (size_t k = 0; k < journals.n && status == RC_OK; k++) {
        status = rc_journal_check(journals.paths[k], study);
        if (status != RC_CONFLICT && status != RC_DAMAGED) continue;
        char reason[800];
        snprintf(reason, sizeof reason, "%s", rc_message());
        status = conflict(reason, "");
    }
    list_free(&journals);
    return status;
}

enum { STUDY, RESULTS, N_NAMES = 5 };
static const char *const names[N_NAMES] = {"study.yaml", "results.h5", "data_curation.pickle", "results.pdf",
                                           "exponents.pdf"};

/* A pipe would be waited for, and a folder be in the way once all is computed. */
static rc_status check_same_study(const char *folder, const rc_study *study) {
    char *paths[N_NAMES] = {NULL};
    rc_status status = RC_OK;
    for (size_t k = 0; k < N_NAMES; k++) {
        if (!(paths[k] = folder_path(folder, names[k]))) RC_TRY(rc_fail(RC_NO_MEMORY, "%s: out of memory", folder));
        RC_TRY(rc_newfile_check(paths[k]));
    }
    bool known = has_file(paths[STUDY]), any = known || has_file(paths[RESULTS]);
    if (known) RC_TRY(check_study(paths[STUDY], study));
    if (has_file(paths[RESULTS])) RC_TRY(check_results(paths[RESULTS], study, known));
    for (size_t k = RESULTS + 1; k < N_NAMES && !any; k++)
        if (has_file(paths[k])) RC_TRY(conflict(paths[k], "is of an unknown study"));
    status = check_journals(folder, study);
done:
    for (size_t k = 0; k < N_NAMES; k++) free(paths[k]);
    return status;
}

rc_status folder_prepare(const char *folder, const rc_study *study, bool force, bool *others) {
    rc_status status = make_folder(folder);
    if (status == RC_OK) status = check_same_study(folder, study);
    *others = status == RC_CONFLICT;
    return status == RC_CONFLICT && force ? RC_OK : status;
}

/* "journal.rcj", then "journal.2.rcj", ...; of a shard "journal.I-of-N.rcj", ... */
static char *journal_name(const char *folder, size_t shard, size_t n_shards, size_t attempt) {
    char name[128], more[32] = "";
    if (attempt > 1) snprintf(more, sizeof more, ".%zu", attempt);
    if (n_shards)
        snprintf(name, sizeof name, "journal.%zu-of-%zu%s.rcj", shard + 1, n_shards, more);
    else
        snprintf(name, sizeof name, "journal%s.rcj", more);
    return folder_path(folder, name);
}

rc_status folder_choose_journal(const char *folder, const rc_study *study, size_t shard, size_t n_shards, char **path) {
    for (size_t attempt = 1;; attempt++) {
        *path = journal_name(folder, shard, n_shards, attempt);
        if (!*path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
        if (!has_file(*path)) return RC_OK;
        rc_status status = rc_journal_check(*path, study);
        if (status != RC_CONFLICT && status != RC_DAMAGED) return status;
        free(*path);
        *path = NULL;
    }
}

/* --- Clearing up ------------------------------------------------------------ */

static rc_status remove_file(const char *path) {
    if (unlink(path) == 0 || errno == ENOENT) return RC_OK;
    return rc_fail(RC_IO, "%s: cannot remove it: %s", path, strerror(errno));
}

rc_status folder_remove(const list *files) {
    rc_status status = RC_OK;
    for (size_t k = 0; k < files->n && status == RC_OK; k++) status = remove_file(files->paths[k]);
    return status;
}

/* Checkpoints of other studies, or of none that is known. */
static rc_status clear_checkpoints(const char *folder, const rc_study *study) {
    list all;
    size_t task;
    rc_status status = list_files(folder, "checkpoint-*.rck", &all);
    for (size_t k = 0; k < all.n && status == RC_OK; k++)
        if (!rc_checkpoint_is_of(all.paths[k], study, &task)) status = remove_file(all.paths[k]);
    list_free(&all);
    return status;
}

rc_status folder_clear_others(const char *folder, const rc_study *study) {
    list journals = {0};
    rc_status status = RC_OK;
    for (size_t k = 0; k < N_NAMES && status == RC_OK; k++) {
        char *path = folder_path(folder, names[k]);
        status = path ? remove_file(path) : rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
        free(path);
    }
    if (status == RC_OK) status = folder_list_journals(folder, NULL, &journals);
    for (size_t k = 0; k < journals.n && status == RC_OK; k++)
        if (rc_journal_check(journals.paths[k], study) != RC_OK) status = rc_journal_remove(journals.paths[k]);
    if (status == RC_OK) status = clear_checkpoints(folder, study);
    list_free(&journals);
    return status;
}

/* NAME.tmp-PID-N of a process of this host that has died. */
static bool is_left_over(const char *path) {
    const char *mark = strstr(strrchr(path, '/'), ".tmp-");
    long process = mark ? strtol(mark + 5, NULL, 10) : 0;
    return process > 0 && kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

static void sweep_left_overs(const char *folder, const char *name) {
    list found;
    char pattern[64];
    snprintf(pattern, sizeof pattern, "%s.tmp-[0-9]*-[0-9]*", name);
    if (list_files(folder, pattern, &found) != RC_OK) return;
    for (size_t k = 0; k < found.n; k++)
        if (is_left_over(found.paths[k])) unlink(found.paths[k]);
    list_free(&found);
}

void folder_sweep(const char *folder) {
    list found;
    for (size_t k = 0; k < N_NAMES; k++) sweep_left_overs(folder, names[k]);
    sweep_left_overs(folder, "checkpoint-*.rck");
    if (list_files(folder, "checkpoint-*.rck", &found) != RC_OK) return;
    folder_remove(&found);
    list_free(&found);
}

rc_status folder_write_study(const char *folder, const rc_study *study) {
    rc_newfile file = {.fd = -1};
    char *path = folder_path(folder, "study.yaml");
    rc_status status = path ? rc_newfile_open(path, &file) : rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
    if (status == RC_OK) status = rc_newfile_write(&file, study->text, strlen(study->text));
    if (status == RC_OK) status = rc_newfile_commit(&file);
    rc_newfile_abandon(&file);
    free(path);
    return status;
}
