/* libFuzzer target: any bytes as a study file; a first line "--set KEY=VALUE"
 * is a setting. A study that is accepted must read back from its own text, and
 * a refusal must name the place in one line. */
#include <stdlib.h>
#include <string.h>

#include <rnnchaos/study.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_round_trip(const rc_study *study) {
    rc_study *again = NULL;
    if (rc_study_parse(study->text, strlen(study->text), "text", NULL, 0, &again) != RC_OK) abort();
    if (strcmp(again->text, study->text) != 0 || again->hash != study->hash) abort();
    if (again->n_steps != study->n_steps || again->n_recorded != study->n_recorded) abort();
    rc_study_destroy(&again);
}

static void check_message(rc_status status) {
    const char *message = rc_message();
    if (status != RC_BAD_STUDY || strchr(message, '\n') || strlen(message) > 1000) abort();
    if (strncmp(message, "fuzz:", 5) != 0 && strncmp(message, "--set ", 6) != 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const char mark[] = "--set ";
    const char *text = (const char *)bytes, *setting = NULL;
    char *copy = NULL;
    if (size >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0) {
        const char *end = memchr(text, '\n', size);
        size_t line = end ? (size_t)(end - text) : size;
        if (!(copy = strndup(text + sizeof mark - 1, line - (sizeof mark - 1)))) return 0;
        setting = copy;
        text += line;
        size -= line;
    }
    rc_study *study = NULL;
    rc_status status = rc_study_parse(text, size, "fuzz", &setting, setting ? 1 : 0, &study);
    if ((status == RC_OK) != (study != NULL)) abort();
    if (study) check_round_trip(study);
    if (!study) check_message(status);
    rc_study_destroy(&study);
    free(copy);
    return 0;
}
