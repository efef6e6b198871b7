#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loss.h"

pthread_mutex_t plan_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static const char *const call_names[N_CALLS] = {
    "open",  "create",   "read", "write", "sync",       "close",          "rename",     "unlink",
    "mkdir", "truncate", "lock", "mmap",  "own-thread", "library-thread", "own-memory", "library-memory"};

static const struct {
    const char *name;
    enum deed deed;
    int error;
} deeds[] = {
    {"short", DEED_SHORT, 0},           {"kill-before", DEED_KILL_BEFORE, 0}, {"kill-half", DEED_KILL_HALF, 0},
    {"kill-after", DEED_KILL_AFTER, 0}, {"EACCES", DEED_FAIL, EACCES},        {"EAGAIN", DEED_FAIL, EAGAIN},
    {"EDQUOT", DEED_FAIL, EDQUOT},      {"EINTR", DEED_FAIL, EINTR},          {"EIO", DEED_FAIL, EIO},
    {"EMFILE", DEED_FAIL, EMFILE},      {"ENOLCK", DEED_FAIL, ENOLCK},        {"ENOMEM", DEED_FAIL, ENOMEM},
    {"ENOSPC", DEED_FAIL, ENOSPC},      {"EROFS", DEED_FAIL, EROFS},
};

static struct {
    bool active;
    enum call call;
    unsigned long n, times;
    enum deed deed;
    int error;
    char folder[400];
    size_t folder_length;
    long clock;
    char count[400];
} plan;

static atomic_ulong counts[N_CALLS], journal_bytes;

static atomic_uintptr_t code_start, code_end; /* of the program */

static int note_code(struct dl_phdr_info *about, size_t size, void *context) {
    (void)size;
    (void)context;
    for (int k = 0; k < about->dlpi_phnum; k++) {
        const ElfW(Phdr) *part = &about->dlpi_phdr[k];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
        code_start = about->dlpi_addr + part->p_vaddr;
        code_end = code_start + part->p_memsz;
    }
    return 1; /* the program is the first object */
}

__attribute__((constructor)) static void find_code(void) { dl_iterate_phdr(note_code, NULL); }

bool plan_is_own(const void *place) {
    uintptr_t at = (uintptr_t)place;
    return at >= code_start && at < code_end;
}

static void complain(const char *what) {
    fprintf(stderr, "libfaults: %s is not understood\n", what);
    abort();
}

static void read_fault(const char *text) {
    char call[32], deed[32];
    if (sscanf(text, "%31[^:]:%lu:%lu:%31s", call, &plan.n, &plan.times, deed) != 4) complain(text);
    size_t c = 0, d = 0, n_deeds = sizeof deeds / sizeof *deeds;
    while (c < N_CALLS && strcmp(call, call_names[c]) != 0) c++;
    while (d < n_deeds && strcmp(deed, deeds[d].name) != 0) d++;
    if (c == N_CALLS || d == n_deeds) complain(text);
    plan.call = (enum call)c;
    plan.deed = deeds[d].deed;
    plan.error = deeds[d].error;
}

static void copy(char *to, size_t size, const char *name) {
    const char *text = getenv(name);
    if (snprintf(to, size, "%s", text ? text : "") >= (int)size) complain(name);
}

/* Only in the program itself, not in a shell or mpirun that starts it, and only in the rank that is meant. */
static bool is_wanted_here(void) {
    const char *wanted = getenv("FAULTS_RANK"), *rank = getenv("OMPI_COMM_WORLD_RANK");
    if (!rank) rank = getenv("PMI_RANK");
    if (wanted && *wanted && (!rank || strcmp(wanted, rank) != 0)) return false;
    return strncmp(program_invocation_short_name, "rnnchaos", 8) == 0;
}

__attribute__((constructor)) static void begin(void) {
    if (!is_wanted_here()) return;
    copy(plan.folder, sizeof plan.folder, "FAULTS_FOLDER");
    copy(plan.count, sizeof plan.count, "FAULTS_COUNT");
    plan.folder_length = strlen(plan.folder);
    loss_prepare(getenv("FAULTS_LOSS"), getenv("FAULTS_KEPT"));
    const char *fault = getenv("FAULTS"), *clock = getenv("FAULTS_CLOCK");
    plan.clock = clock ? strtol(clock, NULL, 10) : 1;
    plan.n = 0;
    if (fault && *fault) read_fault(fault);
    plan.active = true;
}

long plan_clock(void) { return plan.active ? plan.clock : 1; }

void plan_note_journal(long n) {
    if (n > 0) atomic_fetch_add(&journal_bytes, (unsigned long)n);
}

void plan_put_counts(void) {
    if (!plan.active || !*plan.count) return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, plan.count, O_CREAT | O_APPEND | O_WRONLY, 0666);
    for (size_t call = 0; call < N_CALLS; call++) dprintf(fd, "%s %lu\n", call_names[call], counts[call]);
    dprintf(fd, "journal-bytes %lu\n", journal_bytes);
    syscall(SYS_close, fd);
}

__attribute__((destructor)) static void end(void) { plan_put_counts(); }

bool plan_watches(const char *path) {
    if (!plan.active || !plan.folder_length || strncmp(path, plan.folder, plan.folder_length) != 0) return false;
    return path[plan.folder_length] == '/' || path[plan.folder_length] == '\0';
}

enum deed plan_next(enum call call) {
    if (!plan.active) return DEED_PASS;
    unsigned long n = atomic_fetch_add(&counts[call], 1) + 1;
    if (!plan.n || call != plan.call || n < plan.n || (plan.times && n >= plan.n + plan.times)) return DEED_PASS;
    if (plan.deed == DEED_KILL_BEFORE) plan_kill();
    if (plan.deed == DEED_FAIL) errno = plan.error;
    return plan.deed;
}

void plan_kill(void) {
    pthread_mutex_lock(&plan_lock);
    plan_put_counts();
    loss_happen();
    kill(getpid(), SIGKILL);
    for (;;) pause();
}
