/* Every input of the fuzzer's corpus, with the fuzzer's own checks. */
#include "../unit.h"

#include <dirent.h>

#include "../../../fuzz/study.c"

static void replay(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("cannot open %s", path);
    uint8_t *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    size_t size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    uint8_t *exact = malloc(size ? size : 1); /* so that a tool sees a read beyond the end */
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    free(bytes);
    assert_int_equal(LLVMFuzzerTestOneInput(exact, size), 0);
    free(exact);
}

static void the_corpus_is_replayed(void **state) {
    (void)state;
    DIR *folder = opendir(RC_SOURCE_DIR "/fuzz/corpus/study");
    assert_non_null(folder);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.') continue;
        char path[1024];
        snprintf(path, sizeof path, RC_SOURCE_DIR "/fuzz/corpus/study/%s", entry->d_name);
        replay(path);
        n++;
    }
    closedir(folder);
    assert_true(n > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_corpus_is_replayed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
