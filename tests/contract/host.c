/* A program that uses the library, in surroundings of its own: unusual locale,
 * umask, signal handlers, HDF5's error handler, floating-point
 * control words. Calls every public function, also in vain (host_calls.c), and
 * reports what it finds changed.
 *   host FOLDER REPORT [rounding | misbehave]
 * With "rounding", numbers are rounded upward and denormals are zero: then
 * only the surroundings are judged. With "misbehave" the program changes them
 * itself, so that the report is seen to work. REPORT gets a line a change; exit status 1
 * if there is any. The caller looks at what comes on stdout and stderr. */
#include <cblas.h>
#include <dirent.h>
#include <errno.h>
#include <fenv.h>
#include <hdf5.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <xmmintrin.h>
#endif

#include "host.h"

static FILE *report;
static int n_changes;
static bool strict = true;
const char *folder;
static volatile sig_atomic_t n_signals;

/* --- The surroundings ------------------------------------------------------- */

static void on_signal(int number) {
    (void)number;
    n_signals++;
}

static herr_t on_hdf5_error(hid_t stack, void *data) {
    (void)stack;
    ++*(int *)data;
    return 0;
}
static int n_hdf5_errors;

static void *do_nothing(void *argument) { return argument; }

static void set_up(void) {
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGFPE, SIGSEGV, SIGCHLD, SIGUSR1, SIGALRM};
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) setlocale(LC_ALL, "C.UTF-8"); /* the better one may be missing */
    umask(077);
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
        sigaddset(&action.sa_mask, SIGUSR2);
        sigaction(caught[i], &action, NULL);
    }
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    H5Eset_auto2(H5E_DEFAULT, on_hdf5_error, &n_hdf5_errors);
    pthread_t thread; /* from the first thread on, a sanitizer keeps one of its own */
    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0) pthread_join(thread, NULL);
    if (strict) return;
    fesetround(FE_UPWARD);
#ifdef __x86_64__
    _mm_setcsr(_mm_getcsr() | 0x8040); /* flush to zero, denormals are zero */
#endif
}

static void put_signals(FILE *out) {
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action)) continue;
        fprintf(out, "signal %d: handler %p, flags %x, blocks SIGUSR2 %d\n", number,
                (void *)(uintptr_t)action.sa_handler, (unsigned)action.sa_flags, sigismember(&action.sa_mask, SIGUSR2));
    }
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    fprintf(out, "signal mask:");
    for (int number = 1; number < NSIG; number++)
        if (sigismember(&mask, number) > 0) fprintf(out, " %d", number);
    stack_t stack;
    sigaltstack(NULL, &stack);
    fprintf(out, "\nsignal stack: %p\n", stack.ss_sp);
}

static void put_arithmetic(FILE *out) {
    fprintf(out, "rounding %d, traps %x\n", fegetround(), (unsigned)fegetexcept());
#ifdef __x86_64__
    unsigned short x87;
    __asm__ volatile("fnstcw %0" : "=m"(x87));
    fprintf(out, "x87 control word %x\n", x87);
    fprintf(out, "SSE control word %x\n", _mm_getcsr() & 0xffc0);
#endif
}

static void put_threads(FILE *out) {
    DIR *entries = opendir("/proc/self/task");
    int n = -2; /* . and .. */
    while (entries && readdir(entries)) n++;
    fprintf(out, "threads: %d\n", n);
    if (entries) closedir(entries);
}

static void put_files(FILE *out) {
    DIR *entries = opendir("/proc/self/fd");
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        char name[512], target[512] = "";
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(entries)) continue;
        snprintf(name, sizeof name, "/proc/self/fd/%s", entry->d_name);
        ssize_t n = readlink(name, target, sizeof target - 1);
        fprintf(out, "file: %s %.*s\n", entry->d_name, n < 0 ? 0 : (int)n, target);
    }
    if (entries) closedir(entries);
}

static void put_process(FILE *out) {
    char text[4096];
    fprintf(out, "folder: %s\n", getcwd(text, sizeof text));
    mode_t mask = umask(0);
    umask(mask);
    fprintf(out, "umask: %o\n", (unsigned)mask);
    for (char **variable = environ; *variable; variable++) fprintf(out, "environment: %s\n", *variable);
    for (int resource = 0; resource < RLIMIT_NLIMITS; resource++) {
        struct rlimit limit;
        if (getrlimit((__rlimit_resource_t)resource, &limit) == 0)
            fprintf(out, "limit %d: %llx\n", resource, (unsigned long long)limit.rlim_cur);
    }
    for (int timer = ITIMER_REAL; timer <= ITIMER_PROF; timer++) {
        struct itimerval value;
        getitimer((__itimer_which_t)timer, &value);
        fprintf(out, "timer %d: %ld\n", timer, (long)value.it_value.tv_sec);
    }
    prctl(PR_GET_NAME, text);
    fprintf(out, "name: %.16s, priority %d\n", text, getpriority(PRIO_PROCESS, 0));
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    fprintf(out, "processors: %d\n", CPU_COUNT(&set));
}

static void put_libraries(FILE *out) {
    H5E_auto2_t handler;
    void *data;
    H5Eget_auto2(H5E_DEFAULT, &handler, &data);
    fprintf(out, "HDF5's error handler: %p %p\n", (void *)(uintptr_t)handler, data);
    fprintf(out, "HDF5's open objects: %zd\n", H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL & ~H5F_OBJ_DATATYPE));
}

/* Everything, a line each. */
static char *surroundings(void) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "locale: %s\nthread's locale: %p\n", setlocale(LC_ALL, NULL), (void *)uselocale((locale_t)0));
    put_process(out);
    put_signals(out);
    put_arithmetic(out);
    put_files(out);
    put_threads(out);
    put_libraries(out);
    fclose(out);
    return text;
}

/* --- Reporting -------------------------------------------------------------- */

static void change(const char *when, const char *line) {
    fprintf(report, "%s: %s\n", when, line);
    n_changes++;
}

/* How often a line stands in a text. */
static size_t count(const char *text, const char *line, size_t n) {
    size_t found = 0;
    for (const char *next = text; *next; next = strchrnul(next, '\n') + 1) {
        found += (size_t)(strchrnul(next, '\n') - next) == n && memcmp(next, line, n) == 0;
        if (!*strchrnul(next, '\n')) break;
    }
    return found;
}

/* Lines of one text that another has less often. */
static void report_lost(const char *when, const char *text, const char *other) {
    for (const char *next = text, *end; *next; next = end + (*end != '\0')) {
        end = strchrnul(next, '\n');
        char line[8192];
        snprintf(line, sizeof line, "%.*s", (int)(end - next), next);
        if (count(text, next, (size_t)(end - next)) > count(other, next, (size_t)(end - next))) change(when, line);
    }
}

static void compare(const char *before, const char *after) {
    report_lost("before", before, after);
    report_lost("after", after, before);
}

void expect(const char *call, rc_status status, bool works) {
    if (!strict || (status == RC_OK) == works) return;
    change(call, status == RC_OK ? "it should fail" : rc_message());
}

const char *in_folder(const char *name) {
    static char paths[4][4096];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void write_file(const char *name, const void *bytes, size_t n) {
    FILE *file = fopen(in_folder(name), "wb");
    if (!file) abort();
    fwrite(bytes, 1, n, file);
    fclose(file);
}

/* --- The whole ----------------------------------------------------------------- */

/* What a bad library would do. */
static void misbehave(void) {
    signal(SIGINT, SIG_IGN);
    signal(SIGFPE, SIG_DFL);
    setlocale(LC_NUMERIC, "C");
    uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
    umask(022);
    setenv("RNNCHAOS_HOST", "changed", 1);
    if (chdir("/")) abort();
    fesetround(FE_DOWNWARD);
    feenableexcept(FE_DIVBYZERO);
    if (dup(1) < 0) abort();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5Gcreate_anon(H5Fcreate(in_folder("open.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5P_DEFAULT, H5P_DEFAULT);
    prctl(PR_SET_NAME, "changed");
    printf("a word");
    fprintf(stderr, "a word");
}

/* Written only in the end: descriptor 0 is free if the caller closed it. */
static void write_report(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (!file) abort();
    fputs(text, file);
    fclose(file);
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    const char *mode = argc > 3 ? argv[3] : "";
    char *text = NULL;
    size_t size;
    report = open_memstream(&text, &size);
    folder = argv[1];
    strict = strcmp(mode, "rounding") != 0;
    set_up();
    char *before = surroundings();
    use_everything();
    if (strcmp(mode, "misbehave") == 0) misbehave();
    char *after = surroundings();
    compare(before, after);
    if (strict && n_signals == 0) change("signals", "none came to the program's own handler");
    if (n_hdf5_errors) change("HDF5", "its errors came to the program's handler");
    if (openblas_get_num_threads() != 1) change("OpenBLAS", "has more than one thread");
    fclose(report);
    write_report(argv[2], text);
    free(before);
    free(after);
    free(text);
    return n_changes > 0;
}
