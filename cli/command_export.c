#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const char usage[] = "export RESULTS.h5 --to {pickle,npz,csv} -o FILE\n"
                            "  pickle  the dictionary of the published study (data_curation.pickle)\n"
                            "  npz     every variable and coordinate, for numpy.load\n"
                            "  csv     one row for each session and g\n"
                            "  -o, --output FILE  replaced if it exists";

static const struct {
    const char *name;
    rc_status (*write)(const rc_results *results, const char *path);
} formats[] = {
    {"pickle", rc_results_export_pickle},
    {"npz", rc_results_export_npz},
    {"csv", rc_results_export_csv},
};

static int export_to(const cli_host *host, const cli_arguments *arguments) {
    if (!arguments->file || !arguments->to || !arguments->output)
        return cli_misuse(host, usage, "expected a results file, --to FORMAT and -o FILE");
    for (size_t k = 0; k < sizeof formats / sizeof formats[0]; k++) {
        if (strcmp(arguments->to, formats[k].name) != 0) continue;
        rc_results *results = NULL;
        rc_status status = rc_results_read(arguments->file, &results);
        if (status == RC_OK) status = formats[k].write(results, arguments->output);
        rc_results_destroy(&results);
        return status == RC_OK ? 0 : cli_fail(host, status);
    }
    return cli_misuse(host, usage, "unknown format '%s': expected pickle, npz or csv", arguments->to);
}

int cli_export(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    int exit_status = 2;
    if (cli_parse(host, argc, argv, usage, "output to", &arguments)) {
        if (arguments.help) {
            printf("usage: %s %s\n", host->program, usage);
            exit_status = cli_finish(host);
        } else {
            exit_status = export_to(host, &arguments);
        }
    }
    free(arguments.settings);
    return exit_status;
}
