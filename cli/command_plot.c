#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const char usage[] = "plot RESULTS.h5 -o FILE.{pdf,svg,png} [--figure NAME]\n"
                            "  draws a figure, in the format that the name of FILE ends in\n"
                            "  --figure NAME      study: that of the published study (default)\n"
                            "                     exponents: largest exponents, verdicts, spectra\n"
                            "  -o, --output FILE  replaced if it exists";

static const struct {
    const char *name;
    rc_status (*draw)(const rc_results *results, const char *path);
} figures[] = {
    {"study", rc_figure_study},
    {"exponents", rc_figure_exponents},
};

static int draw(const cli_host *host, const cli_arguments *arguments) {
    const char *name = arguments->figure ? arguments->figure : "study";
    if (!arguments->file || !arguments->output) return cli_misuse(host, usage, "expected a results file and -o FILE");
    for (size_t k = 0; k < sizeof figures / sizeof figures[0]; k++) {
        if (strcmp(name, figures[k].name) != 0) continue;
        rc_results *results = NULL;
        rc_status status = rc_results_read(arguments->file, &results);
        if (status == RC_OK) status = figures[k].draw(results, arguments->output);
        rc_results_destroy(&results);
        return status == RC_OK ? 0 : cli_fail(host, status);
    }
    return cli_misuse(host, usage, "unknown figure '%s': expected study or exponents", name);
}

int cli_plot(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    int exit_status = 2;
    if (cli_parse(host, argc, argv, usage, "output figure", &arguments)) {
        if (arguments.help) {
            printf("usage: %s %s\n", host->program, usage);
            exit_status = cli_finish(host);
        } else {
            exit_status = draw(host, &arguments);
        }
    }
    free(arguments.settings);
    return exit_status;
}
