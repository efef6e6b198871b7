/* The command line, shared by rnnchaos and rnnchaos-mpi. */
#ifndef RC_CLI_CLI_H
#define RC_CLI_CLI_H

#include <rnnchaos/rnnchaos.h>

/* Who runs the command: this process alone, or the first of many ranks. */
typedef struct cli_host {
    const char *program;   /* its name in messages */
    const char *more_help; /* commands that only this program has; may be NULL */
    const char *launcher;  /* what a shell needs before the program's name; may be NULL */
    size_t n_ranks;
    size_t n_threads; /* default for each rank; 0: as many as available */
    rc_status (*run)(const rc_study *study, const rc_run_options *options);
} cli_host;

/* Runs argv[1] with its arguments and returns the exit status. */
int cli_main(const cli_host *host, int argc, char **argv);

/* The subcommands; argv[0] is the subcommand's name. */
int cli_run(const cli_host *host, int argc, char **argv);
int cli_merge(const cli_host *host, int argc, char **argv);
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

/* Ends the process without the exit handlers of libraries: HDF5 tidies up in
 * its own, and crashes there if a file could not be closed. */
_Noreturn void cli_exit(int exit_status);

/* What most subcommands take. Unset texts are NULL. */
typedef struct cli_arguments {
    const char *file;   /* the first positional argument */
    const char **files; /* all of them, where several are allowed */
    size_t n_files;
    const char *output; /* -o */
    const char *to, *kernels, *session, *threads, *figure;
    const char *weights, *gain, *form, *exponents, *input, *trials, *seed, *initial_states;
    const char *tau_ms, *dt_ms, *transient_ms, *duration_ms, *target_error, *target_share, *precision, *shard,
        *max_walltime;
    const char *checkpoint;
    const char **settings; /* --set, in order; owned */
    size_t n_settings;
    bool quiet, resume, force, no_figure, reference, json, help;
} cli_arguments;

/* Parses the options whose names stand in `allowed` (space-separated long
 * names); "files" allows several positional arguments. On a mistake prints it with the usage and returns false. */
bool cli_parse(const cli_host *host, int argc, char **argv, const char *usage, const char *allowed,
               cli_arguments *arguments);

/* The tables of exponents and verdicts, session x g, on stdout. */
void cli_print_exponents(const rc_results *results);

/* How many trials passed their audit, and the median and worst of each check. */
void cli_print_audit(const rc_results *results);

#endif
