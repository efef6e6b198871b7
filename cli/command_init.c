#include <stdio.h>
#include <stdlib.h>

#include "cli.h"

static const char usage[] = "init [--reference]\n"
                            "  prints the default study, the published one, with every key explained:\n"
                            "  rnnchaos init >study.yaml\n"
                            "  --reference  prints the reference of all keys as Markdown instead";

int cli_init(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    char *text = NULL;
    int exit_status = 2;
    if (!cli_parse(host, argc, argv, usage, "reference", &arguments)) goto done;
    if (arguments.help) {
        printf("usage: %s %s\n", host->program, usage);
        exit_status = cli_finish(host);
        goto done;
    }
    if (arguments.file) {
        cli_misuse(host, usage, "unexpected argument '%s'", arguments.file);
        goto done;
    }
    rc_status status = arguments.reference ? rc_study_reference(&text) : rc_study_template(&text);
    if (status != RC_OK) {
        exit_status = cli_fail(host, status);
        goto done;
    }
    fputs(text, stdout);
    exit_status = cli_finish(host);
done:
    free(text);
    free(arguments.settings);
    return exit_status;
}
