/* libFuzzer target: any bytes as a study file; a first line "--set KEY=VALUE"
 * is a setting. */
#include "study.h"

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
    check_study(text, size, &setting, setting ? 1 : 0);
    free(copy);
    return 0;
}
