/* Damages a journal in every place, and reads it each time:
 *
 *   journal_damage STUDY JOURNAL SCRATCH {cut|flip|zero|swap} STRIDE
 *
 * cut: its first n bytes for every n; flip: every bit; zero: 64 bytes from every byte on; swap: every byte with
 * its neighbour. STRIDE 7 takes every seventh place only. Prints how often all that was read was right and
 * nothing lacked, how often the damage was told, and how often it was not, or something wrong was read. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rnnchaos/journal.h>
#include <rnnchaos/run.h>

static rc_study *study;
static unsigned char **right; /* [task] */
static unsigned char *bytes;  /* of the journal */
static size_t n_bytes;
static int scratch;

typedef struct {
    size_t n_right, n_wrong;
} reading;

static void must(int is, const char *what) {
    if (is) return;
    fprintf(stderr, "journal_damage: %s: %s\n", what, rc_message());
    exit(2);
}

static rc_status keep(size_t task, const void *found, void *context) {
    (void)context;
    right[task] = malloc(rc_task_size(study, task));
    memcpy(right[task], found, rc_task_size(study, task));
    return RC_OK;
}

static rc_status compare(size_t task, const void *found, void *context) {
    reading *r = context;
    if (memcmp(found, right[task], rc_task_size(study, task)) == 0)
        r->n_right++;
    else
        r->n_wrong++;
    return RC_OK;
}

/* 0: nothing lacks; 1: told; 2: wrong. */
static int judge(const char *path, int is_cut) {
    reading r = {0};
    rc_journal_found found;
    rc_status status = rc_journal_read(path, study, compare, &r, &found);
    if (r.n_wrong > 0) return 2;
    if (status != RC_OK) return *rc_message() ? 1 : 2;
    if (found.n_damaged > 0 || found.n_torn > 0) return 1;
    return is_cut || r.n_right == rc_task_count(study) ? 0 : 2;
}

static int cut(const char *path, size_t at) {
    must(ftruncate(scratch, (off_t)at) == 0, "truncate");
    int result = judge(path, 1);
    must(pwrite(scratch, bytes, n_bytes, 0) == (ssize_t)n_bytes, "write");
    return result;
}

static int alter(const char *path, size_t at, const unsigned char *with, size_t n) {
    if (memcmp(bytes + at, with, n) == 0) return -1; /* no damage */
    must(pwrite(scratch, with, n, (off_t)at) == (ssize_t)n, "write");
    int result = judge(path, 0);
    must(pwrite(scratch, bytes + at, n, (off_t)at) == (ssize_t)n, "write");
    return result == 0 ? 2 : result; /* no byte is without meaning */
}

static int damage(const char *path, const char *how, size_t place) {
    static const unsigned char zeros[64];
    if (strcmp(how, "cut") == 0) return place < n_bytes ? cut(path, place) : -2;
    if (strcmp(how, "flip") == 0) {
        if (place >= 8 * n_bytes) return -2;
        unsigned char flipped = (unsigned char)(bytes[place / 8] ^ 1 << place % 8);
        return alter(path, place / 8, &flipped, 1);
    }
    if (place + 1 >= n_bytes) return -2;
    if (strcmp(how, "zero") == 0) return alter(path, place, zeros, n_bytes - place < 64 ? n_bytes - place : 64);
    return alter(path, place, (unsigned char[]){bytes[place + 1], bytes[place]}, 2);
}

static void slurp(const char *path) {
    FILE *file = fopen(path, "rb");
    must(file != NULL, path);
    fseek(file, 0, SEEK_END);
    n_bytes = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(n_bytes);
    must(fread(bytes, 1, n_bytes, file) == n_bytes, path);
    fclose(file);
}

int main(int argc, char **argv) {
    must(argc == 6, "usage: journal_damage STUDY JOURNAL SCRATCH {cut|flip|zero|swap} STRIDE");
    size_t counts[3] = {0}, stride = strtoul(argv[5], NULL, 10);
    must(rc_study_read(argv[1], NULL, 0, &study) == RC_OK, argv[1]);
    right = calloc(rc_task_count(study), sizeof *right);
    must(rc_journal_read(argv[2], study, keep, NULL, NULL) == RC_OK, argv[2]);
    for (size_t task = 0; task < rc_task_count(study); task++) must(right[task] != NULL, "a task lacks");
    slurp(argv[2]);
    scratch = open(argv[3], O_RDWR | O_CREAT | O_TRUNC, 0666);
    must(pwrite(scratch, bytes, n_bytes, 0) == (ssize_t)n_bytes, argv[3]);
    for (size_t place = stride / 2;; place += stride) {
        int result = damage(argv[3], argv[4], place);
        if (result == -2) break;
        if (result == 2) fprintf(stderr, "%s at %zu: not told, or wrong\n", argv[4], place);
        if (result >= 0) counts[result]++;
    }
    printf("%zu %zu %zu\n", counts[0], counts[1], counts[2]);
    for (size_t task = 0; task < rc_task_count(study); task++) free(right[task]);
    free(right);
    free(bytes);
    rc_study_destroy(&study);
    return 0;
}
