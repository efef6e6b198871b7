#include <stdio.h>
#include <stdlib.h>

#include "cli.h"

static const char usage[] = "plot RESULTS.h5 -o FILE.{pdf,svg,png}\n"
                            "  draws the figure of the study, in the format that the name of FILE ends in\n"
                            "  -o, --output FILE  replaced if it exists";

int cli_plot(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    rc_results *results = NULL;
    int exit_status = 2;
    if (!cli_parse(host, argc, argv, usage, "output", &arguments)) goto done;
    if (arguments.help) {
        printf("usage: %s %s\n", host->program, usage);
        exit_status = cli_finish(host);
        goto done;
    }
    if (!arguments.file || !arguments.output) {
        cli_misuse(host, usage, "expected a results file and -o FILE");
        goto done;
    }
    rc_status status = rc_results_read(arguments.file, &results);
    if (status == RC_OK) status = rc_figure_study(results, arguments.output);
    exit_status = status == RC_OK ? 0 : cli_fail(host, status);
done:
    rc_results_destroy(&results);
    free(arguments.settings);
    return exit_status;
}
