/* How long each task of a study takes, one after another:
 *   tasks [--set KEY=VALUE]...    one JSON line: seconds and bytes of every task
 * Processor time: what else the machine does adds little to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rnnchaos/rnnchaos.h>

static void check(rc_status status) {
    if (status == RC_OK) return;
    fprintf(stderr, "tasks: %s\n", rc_message());
    exit(1);
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int argc, char **argv) {
    const char **settings = calloc((size_t)argc, sizeof *settings);
    size_t n_settings = 0;
    for (int k = 1; k < argc; k++) {
        if (strcmp(argv[k], "--set") == 0 && k + 1 < argc) {
            settings[n_settings++] = argv[++k];
        } else {
            fprintf(stderr, "usage: tasks [--set KEY=VALUE]...\n");
            free(settings);
            return 2;
        }
    }
    rc_study *study;
    const rc_kernels *kernels;
    rc_task_control control = {0};
    check(rc_study_read(NULL, settings, n_settings, &study));
    check(rc_kernels_find(NULL, &kernels));
    printf("{\"kernels\": \"%s\", \"bytes\": [", rc_kernels_name(kernels));
    for (size_t task = 0; task < rc_task_count(study); task++)
        printf("%s%zu", task ? ", " : "", rc_task_size(study, task));
    printf("], \"seconds\": [");
    for (size_t task = 0; task < rc_task_count(study); task++) {
        void *bytes = malloc(rc_task_size(study, task));
        double start = now_s();
        check(rc_task_perform(study, task, &(rc_task_context){kernels, &control, NULL}, bytes));
        printf("%s%.5f", task ? ", " : "", now_s() - start);
        fflush(stdout);
        free(bytes);
    }
    printf("]}\n");
    rc_study_destroy(&study);
    free(settings);
    return fflush(stdout) ? 1 : 0;
}
