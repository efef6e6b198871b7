#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/build.h"
#include "stop.h"

static const struct {
    const char *name, *summary;
    int (*command)(const cli_host *host, int argc, char **argv);
} commands[] = {
    {"run", "run a study: results, exponents, verdicts and figures", cli_run},
    {"spectrum", "is the network with these weights chaotic? exponents, errors, verdict", cli_spectrum},
    {"merge", "put the shards of a study together: results and figures", cli_merge},
    {"plot", "draw the figure of results as PDF, SVG or PNG", cli_plot},
    {"export", "write results as pickle, npz or csv", cli_export},
    {"info", "tell what a results file holds", cli_info},
    {"init", "print the default study, every key explained", cli_init},
    {"network", "write a session's weights and initial states", cli_network},
};
enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static int print_help(const cli_host *host) {
    printf("%s: is this recurrent network chaotic, how strongly, and how sure are we?\n\n", host->program);
    printf("usage: %s COMMAND [ARGUMENT...]\n\ncommands:\n", host->program);
    for (size_t k = 0; k < N_COMMANDS; k++) printf("  %-9s %s\n", commands[k].name, commands[k].summary);
    if (host->more_help) fputs(host->more_help, stdout);
    printf("\n%s COMMAND --help explains a command; the manual is rnnchaos(1)\n"
           "exit status: 0 done, 2 your mistake, 3 stopped before the end, 1 anything else\n",
           host->program);
    return cli_finish(host);
}

int cli_main(const cli_host *host, int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) return print_help(host);
    cli_remember_command(host->launcher, argc, argv);
    if (strcmp(name, "--version") == 0) {
        printf("%s %s (%s)\n", host->program, rc_build.version, rc_build.commit);
        return cli_finish(host);
    }
    for (size_t k = 0; k < N_COMMANDS; k++)
        if (strcmp(name, commands[k].name) == 0) return commands[k].command(host, argc - 1, argv + 1);
    if (argc < 2) return cli_misuse(host, "COMMAND [ARGUMENT...]   (--help lists the commands)", "no command given");
    return cli_misuse(host, "COMMAND [ARGUMENT...]   (--help lists the commands)", "unknown command '%s'", name);
}

int cli_fail(const cli_host *host, rc_status status) {
    /* FILE:LINE:COLUMN: must come first, for editors */
    if (status != RC_BAD_STUDY) fprintf(stderr, "%s: ", host->program);
    fprintf(stderr, "%s\n", *rc_message() ? rc_message() : rc_status_text(status));
    return rc_status_exit(status);
}

int cli_finish(const cli_host *host) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
    fprintf(stderr, "%s: cannot write to standard output: %s\n", host->program, strerror(errno));
    return 1;
}

void cli_exit(int exit_status) {
    fflush(NULL);
    _exit(exit_status);
}
