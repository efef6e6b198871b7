#include "folder.h"

#include <errno.h>
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

static rc_status conflict(const char *path, const char *what) {
    return rc_fail(RC_CONFLICT, "%s %s: choose another folder with -o, or overwrite it with --force", path, what);
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

enum { STUDY, RESULTS, N_NAMES = 5 };
static const char *const names[N_NAMES] = {"study.yaml", "results.h5", "data_curation.pickle", "results.pdf",
                                           "exponents.pdf"};

static rc_status check_same_study(const char *folder, const rc_study *study) {
    char *paths[N_NAMES] = {NULL};
    rc_status status = RC_OK;
    for (size_t k = 0; k < N_NAMES; k++)
        if (!(paths[k] = folder_path(folder, names[k]))) RC_TRY(rc_fail(RC_NO_MEMORY, "%s: out of memory", folder));
    bool known = has_file(paths[STUDY]), any = known || has_file(paths[RESULTS]);
    if (known) RC_TRY(check_study(paths[STUDY], study));
    if (has_file(paths[RESULTS])) RC_TRY(check_results(paths[RESULTS], study, known));
    for (size_t k = RESULTS + 1; k < N_NAMES && !any; k++)
        if (has_file(paths[k])) RC_TRY(conflict(paths[k], "is of an unknown study"));
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

rc_status folder_clear(const char *folder) {
    rc_status status = RC_OK;
    for (size_t k = 0; k < N_NAMES && status == RC_OK; k++) {
        char *path = folder_path(folder, names[k]);
        if (!path)
            status = rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
        else if (unlink(path) && errno != ENOENT)
            status = rc_fail(RC_IO, "%s: cannot remove it: %s", path, strerror(errno));
        free(path);
    }
    return status;
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
