/* Runs a fuzz target over every file of a corpus: replay FOLDER. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int replay(const char *path) {
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) return 1;
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    uint8_t *exact = malloc(size ? size : 1); /* so that a tool sees a read beyond the end */
    if (!exact) return 1;
    memcpy(exact, bytes, size);
    int failed = LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return failed;
}

int main(int argc, char **argv) {
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    int n = 0, failed = folder == NULL;
    for (struct dirent *entry; !failed && (entry = readdir(folder));) {
        char path[1024];
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        printf("%s\n", path);
        fflush(stdout); /* before a target aborts */
        failed = replay(path);
        n++;
    }
    if (folder) closedir(folder);
    return failed || n == 0;
}
