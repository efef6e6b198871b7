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

static rc_status check_same_study(const char *folder, const rc_study *study) {
    rc_study *other = NULL;
    rc_results *results = NULL;
    char *path = folder_path(folder, "study.yaml"), *results_path = folder_path(folder, "results.h5");
    rc_status status = RC_OK;
    if (!path || !results_path) {
        status = rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
    } else if (access(path, F_OK) == 0) {
        if (rc_study_read(path, NULL, 0, &other) != RC_OK)
            status = conflict(path, "cannot be read as a study");
        else if (strcmp(other->text, study->text) != 0)
            status = conflict(path, "is another study");
    } else if (access(results_path, F_OK) == 0) {
        if (rc_results_read(results_path, &results) != RC_OK)
            status = conflict(results_path, "cannot be read");
        else if (strcmp(results->study->text, study->text) != 0)
            status = conflict(results_path, "holds another study");
    }
    rc_study_destroy(&other);
    rc_results_destroy(&results);
    free(path);
    free(results_path);
    return status;
}

rc_status folder_prepare(const char *folder, const rc_study *study, bool force) {
    rc_status status = make_folder(folder);
    if (status == RC_OK && !force) status = check_same_study(folder, study);
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
