#include <stdio.h>
#include <stdlib.h>

#include "cli.h"

static const char usage[] = "info RESULTS.h5\n"
                            "  tells where the results come from, their study, variables and exponents";

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

int cli_info(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    rc_results *results = NULL;
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
    rc_status status = rc_results_read(arguments.file, &results);
    if (status != RC_OK) {
        exit_status = cli_fail(host, status);
        goto done;
    }
    print_provenance(results);
    printf("%s\n", results->study->text);
    print_variables(results);
    printf("\n");
    cli_print_exponents(results);
    exit_status = cli_finish(host);
done:
    rc_results_destroy(&results);
    free(arguments.settings);
    return exit_status;
}
