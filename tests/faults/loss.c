#include "loss.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The calls below are the system's own: none of them is counted or fails. */

enum { PATH = 400, N_FILES = 256, N_CHANGES = 256 };

static struct {
    char path[PATH];
    off_t durable; /* bytes that are on the disk for sure */
} files[N_FILES];
static size_t n_files;

enum kind { MADE, RENAMED, REMOVED };
static struct {
    enum kind kind;
    char path[PATH], to[PATH], kept[PATH]; /* kept: what the change did away with */
} changes[N_CHANGES];
static size_t n_changes, n_kept;

static bool is_on, is_random;
static unsigned long long state;
static char kept_folder[PATH - 32];

void loss_prepare(const char *how, const char *kept) {
    if (!how || !kept || strcmp(how, "keep") == 0) return;
    is_on = true;
    is_random = strcmp(how, "drop") != 0;
    state = 2 * strtoull(how, NULL, 10) + 1;
    snprintf(kept_folder, sizeof kept_folder, "%s", kept);
}

static unsigned long long draw(unsigned long long n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % n;
}

static _Noreturn void too_many(void) {
    fprintf(stderr, "libfaults: more files or changes than it can remember\n");
    abort();
}

static off_t size_of(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) ? about.st_size : 0;
}

static size_t find_file(const char *path) {
    size_t k = 0;
    while (k < n_files && strcmp(files[k].path, path) != 0) k++;
    return k;
}

static size_t add_file(const char *path, off_t durable) {
    size_t k = find_file(path);
    if (k == N_FILES || strlen(path) >= PATH) too_many();
    if (k == n_files) n_files++;
    snprintf(files[k].path, PATH, "%s", path);
    files[k].durable = durable;
    return k;
}

static void forget_file(const char *path) {
    size_t k = find_file(path);
    if (k < n_files) files[k] = files[--n_files];
}

/* A second name for the file, if there is one. */
static void keep(const char *path, char kept[PATH]) {
    snprintf(kept, PATH, "%s/%zu", kept_folder, n_kept++);
    if (link(path, kept)) kept[0] = '\0';
}

static void add_change(enum kind kind, const char *path, const char *to) {
    if (n_changes == N_CHANGES || strlen(path) >= PATH || strlen(to) >= PATH) too_many();
    changes[n_changes].kind = kind;
    snprintf(changes[n_changes].path, PATH, "%s", path);
    snprintf(changes[n_changes].to, PATH, "%s", to);
    changes[n_changes].kept[0] = '\0';
    if (kind != MADE) keep(kind == RENAMED ? to : path, changes[n_changes].kept);
    n_changes++;
}

void loss_note_open(const char *path, bool is_new, bool is_emptied) {
    if (!is_on) return;
    if (is_new) add_change(MADE, path, "");
    if (is_emptied || find_file(path) == n_files) add_file(path, is_new || is_emptied ? 0 : size_of(path));
}

static bool is_in(const char *path, const char *folder) {
    const char *slash = strrchr(path, '/');
    return slash && (size_t)(slash - path) == strlen(folder) && strncmp(path, folder, strlen(folder)) == 0;
}

void loss_note_sync(const char *path) {
    struct stat about;
    if (!is_on || stat(path, &about)) return;
    if (!S_ISDIR(about.st_mode)) {
        add_file(path, about.st_size);
        return;
    }
    size_t n = 0;
    for (size_t k = 0; k < n_changes; k++)
        if (!is_in(changes[k].path, path)) changes[n++] = changes[k];
    n_changes = n;
}

void loss_note_rename(const char *from, const char *to) {
    if (!is_on) return;
    add_change(RENAMED, from, to);
    forget_file(to);
    size_t k = find_file(from);
    if (k < n_files) snprintf(files[k].path, PATH, "%s", to);
}

void loss_note_unlink(const char *path) {
    if (!is_on) return;
    add_change(REMOVED, path, "");
    forget_file(path);
}

static void move(const char *from, const char *to) { syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0); }

static void undo(size_t k) {
    if (changes[k].kind == MADE) syscall(SYS_unlinkat, AT_FDCWD, changes[k].path, 0);
    if (changes[k].kind == RENAMED) move(changes[k].to, changes[k].path);
    if (changes[k].kept[0]) move(changes[k].kept, changes[k].kind == RENAMED ? changes[k].to : changes[k].path);
}

/* Of the bytes that were not synced: none, some, or zeros in their place, as
 * when a file's length reaches the disk before its bytes. */
static void lose_bytes(size_t k) {
    off_t size = size_of(files[k].path), durable = files[k].durable;
    if (size <= durable) return;
    unsigned long long how = is_random ? draw(3) : 0;
    off_t left = how == 0 ? durable : durable + (off_t)draw((unsigned long long)(size - durable) + 1);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, files[k].path, O_WRONLY, 0);
    syscall(SYS_ftruncate, fd, left);
    if (how == 2) syscall(SYS_ftruncate, fd, size);
    syscall(SYS_close, fd);
}

void loss_happen(void) {
    if (!is_on) return;
    for (size_t k = 0; k < n_files; k++) lose_bytes(k);
    size_t n_left = is_random ? draw(n_changes + 1) : 0;
    while (n_changes > n_left) undo(--n_changes);
}
