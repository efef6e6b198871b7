/* What the fuzz targets of studies share. */
#ifndef RC_FUZZ_STUDY_H
#define RC_FUZZ_STUDY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/study.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A study that is accepted reads back from its own text. */
static inline void check_round_trip(const rc_study *study) {
    rc_study *again = NULL;
    if (rc_study_parse(study->text, strlen(study->text), "text", NULL, 0, &again) != RC_OK) abort();
    if (strcmp(again->text, study->text) != 0 || again->hash != study->hash) abort();
    if (again->n_steps != study->n_steps || again->n_recorded != study->n_recorded) abort();
    rc_study_destroy(&again);
}

/* A refusal names the place in one line. */
static inline void check_message(rc_status status) {
    const char *message = rc_message();
    if (status != RC_BAD_STUDY || strchr(message, '\n') || strlen(message) > 1000) abort();
    if (strncmp(message, "fuzz:", 5) != 0 && strncmp(message, "--set ", 6) != 0) abort();
}

static inline void check_study(const char *text, size_t size, const char *const *settings, size_t n_settings) {
    rc_study *study = NULL;
    rc_status status = rc_study_parse(text, size, "fuzz", settings, n_settings, &study);
    if ((status == RC_OK) != (study != NULL)) abort();
    if (study) check_round_trip(study);
    if (!study) check_message(status);
    rc_study_destroy(&study);
}

#endif
