#include <rnnchaos/study.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/draft.h"

static rc_status fail_io(const char *path) {
    return rc_fail(errno == EIO ? RC_IO : RC_UNREADABLE, "%s: cannot read it: %s", path, strerror(errno));
}

/* Reads at most one byte more than a study may have. */
static rc_status read_file(const char *path, char **text, size_t *length) {
    rc_status status = RC_OK;
    FILE *file = NULL;
    size_t capacity = 4096;
    *length = 0;
    if (!(*text = malloc(capacity))) RC_TRY(rc_fail(RC_NO_MEMORY, "%s: no memory to read it", path));
    if (!(file = fopen(path, "rbe"))) RC_TRY(fail_io(path));
    while (*length <= RC_MAX_FILE) {
        if (*length == capacity) {
            char *larger = realloc(*text, capacity *= 2);
            if (!larger) RC_TRY(rc_fail(RC_NO_MEMORY, "%s: no memory to read it", path));
            *text = larger;
        }
        size_t n = fread(*text + *length, 1, capacity - *length, file);
        if (n == 0) break;
        *length += n;
    }
    if (ferror(file)) status = fail_io(path);
done:
    if (file) fclose(file);
    return status;
}

rc_status rc_study_parse(const char *text, size_t length, const char *name, const char *const *settings,
                         size_t n_settings, rc_study **out) {
    rc_draft draft = {.study = calloc(1, sizeof *draft.study)};
    rc_status status = RC_OK;
    *out = NULL;
    if (!draft.study) RC_TRY(rc_fail(RC_NO_MEMORY, "%s: no memory for a study", name));
    RC_TRY(rc_draft_read_defaults(&draft));
    RC_TRY(rc_draft_read_file(&draft, text, length, name));
    for (size_t i = 0; i < n_settings; i++) RC_TRY(rc_draft_read_setting(&draft, settings[i], i));
    RC_TRY(rc_draft_check(&draft));
    RC_TRY(rc_study_write_text(draft.study));
    *out = draft.study;
    draft.study = NULL;
done:
    rc_study_destroy(&draft.study);
    return status;
}

rc_status rc_study_read(const char *path, const char *const *settings, size_t n_settings, rc_study **out) {
    char *text = NULL;
    size_t length = 0;
    rc_status status = RC_OK;
    *out = NULL;
    if (path) RC_TRY(read_file(path, &text, &length));
    RC_TRY(rc_study_parse(text ? text : "", length, path ? path : "the published study", settings, n_settings, out));
done:
    free(text);
    return status;
}

size_t rc_study_session_index(const rc_study *study, uint32_t session) {
    size_t i = 0;
    while (i < study->n_sessions && study->sessions[i] != session) i++;
    return i;
}

void rc_study_destroy(rc_study **study) {
    if (!study || !*study) return;
    free((*study)->seed.words);
    free((*study)->sessions);
    free((*study)->gains);
    free((*study)->text);
    free(*study);
    *study = NULL;
}
