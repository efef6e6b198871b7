#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli.h"

static const char usage[] = "info RESULTS.h5\n"
                            "  tells where the results come from, their study, variables and exponents;\n"
                            "  of a journal, also while a run writes it: its study, and how far it is";

/* A file of a stranger may not send commands to the terminal: control
 * characters, also those above ASCII, become '?'. */
static void print_text(const char *name, const char *text) {
    printf("%-10s ", name);
    for (const unsigned char *c = (const unsigned char *)(text ? text : ""); *c; c++) {
        bool wide = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
        putchar(*c < ' ' || *c == 0x7f || wide ? '?' : *c);
        c += wide;
    }
    putchar('\n');
}

static void print_provenance(const rc_results *results) {
    const rc_provenance *p = &results->provenance;
    const struct {
        const char *name, *text;
    } rows[] = {{"version", p->version}, {"commit", p->commit},   {"compiler", p->compiler},
                {"flags", p->flags},     {"kernels", p->kernels}, {"libraries", p->libraries},
                {"host", p->host},       {"started", p->started}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) print_text(rows[k].name, rows[k].text);
    printf("%-10s %lld, ranks %lld\n", "threads", (long long)p->threads, (long long)p->ranks);
    printf("%-10s %.2f s\n", "wall time", p->wall_time_s);
    printf("%-10s %016llx\n\n", "study hash", (unsigned long long)results->study->hash);
}

static void print_variables(const rc_results *results) {
    for (size_t v = 0; v < rc_n_variables; v++) {
        const rc_variable *variable = &rc_variable_table[v];
        printf("  %s(", variable->name);
        for (size_t d = 0; d < rc_variable_n_dims(variable); d++)
            printf("%s%s = %zu", d ? ", " : "", rc_dimension_name(variable->dims[d]),
                   rc_dimension_length(results->study, variable->dims[d]));
        printf(")  %s [%s]\n", variable->long_name, variable->units);
    }
}

static bool is_journal(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, ".rcj") == 0;
}

static rc_status count(size_t task, const void *bytes, void *context) {
    (void)bytes;
    ((bool *)context)[task] = true;
    return RC_OK;
}

static rc_status print_journal(const char *path) {
    rc_status status = RC_OK;
    rc_study *study = NULL;
    bool *done = NULL;
    rc_journal_found found;
    char damage[1024];
    size_t n_done = 0, n_tasks;
    RC_TRY(rc_journal_read_study(path, &study));
    n_tasks = rc_task_count(study);
    RC_TRY(RC_ARRAY(done, n_tasks, "list of tasks"));
    RC_TRY(rc_journal_read(path, study, count, done, &found));
    for (size_t task = 0; task < n_tasks; task++) n_done += done[task];
    rc_journal_describe(path, study, &found, damage, sizeof damage);
    printf("%-10s %zu of %zu\n%-10s %016llx\n\n%s", "tasks", n_done, n_tasks, "study hash",
           (unsigned long long)study->hash, study->text);
    if (*damage) printf("\n%s\n", damage);
done:
    free(done);
    rc_study_destroy(&study);
    return status;
}

static rc_status print_results(const char *path) {
    rc_results *results = NULL;
    rc_status status = rc_results_read(path, &results);
    if (status != RC_OK) return status;
    print_provenance(results);
    printf("%s\n", results->study->text);
    print_variables(results);
    printf("\n");
    cli_print_exponents(results);
    rc_results_destroy(&results);
    return RC_OK;
}

int cli_info(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    int exit_status = 2;
    if (!cli_parse(host, argc, argv, usage, "", &arguments)) goto done;
    if (arguments.help) {
        printf("usage: %s %s\n", host->program, usage);
        exit_status = cli_finish(host);
        goto done;
    }
    if (!arguments.file) {
        cli_misuse(host, usage, "expected a results file");
        goto done;
    }
    rc_status status = is_journal(arguments.file) ? print_journal(arguments.file) : print_results(arguments.file);
    exit_status = status == RC_OK ? cli_finish(host) : cli_fail(host, status);
done:
    free(arguments.settings);
    return exit_status;
}
