/* The command line, shared by rnnchaos and rnnchaos-mpi. */
#ifndef RC_CLI_CLI_H
#define RC_CLI_CLI_H

#include <rnnchaos/rnnchaos.h>

/* Who runs the command: this process alone, or the first of many ranks. */
typedef struct cli_host {
    const char *program;   /* its name in messages */
    const char *more_help; /* commands that only this program has; may be NULL */
    size_t n_ranks;
    size_t n_threads; /* default for each rank; 0: as many as available */
    rc_status (*run)(const rc_run_options *options, rc_results *results);
} cli_host;

/* The control of the command's run. */
extern rc_task_control cli_control;

/* From now on SIGINT, SIGTERM and SIGHUP set cli_control.stop, once; a second
 * one ends the process. A reader of our output who goes away does not end it:
 * results are worth more than their announcement. */
void cli_catch_signals(void);

/* Runs argv[1] with its arguments and returns the exit status. */
int cli_main(const cli_host *host, int argc, char **argv);

/* The subcommands; argv[0] is the subcommand's name. */
int cli_run(const cli_host *host, int argc, char **argv);
int cli_plot(const cli_host *host, int argc, char **argv);
int cli_export(const cli_host *host, int argc, char **argv);
int cli_info(const cli_host *host, int argc, char **argv);
int cli_init(const cli_host *host, int argc, char **argv);
int cli_spectrum(const cli_host *host, int argc, char **argv);
int cli_network(const cli_host *host, int argc, char **argv);

/* Prints rc_message() for a failed call and returns its exit status. */
int cli_fail(const cli_host *host, rc_status status);

/* Prints what is wrong with the arguments and how the command is used;
 * returns 2. */
__attribute__((format(printf, 3, 4))) int cli_misuse(const cli_host *host, const char *usage, const char *format, ...);

/* Flushes stdout; on failure says so. Returns the exit status. */
int cli_finish(const cli_host *host);

/* What most subcommands take. Unset texts are NULL. */
typedef struct cli_arguments {
    const char *file;   /* the one positional argument */
    const char *output; /* -o */
    const char *to, *kernels, *session, *threads, *figure;
    const char *weights, *gain, *form, *exponents, *input, *trials, *seed, *initial_states;
    const char *tau_ms, *dt_ms, *transient_ms, *duration_ms, *target_error, *target_share;
    const char **settings; /* --set, in order; owned */
    size_t n_settings;
    bool quiet, resume, force, no_figure, reference, json, help;
} cli_arguments;

/* Parses the options whose names stand in `allowed` (space-separated long
 * names). On a mistake prints it with the usage and returns false. */
bool cli_parse(const cli_host *host, int argc, char **argv, const char *usage, const char *allowed,
               cli_arguments *arguments);

/* The table of divergence exponents, session x g, on stdout. */
void cli_print_exponents(const rc_results *results);

#endif
