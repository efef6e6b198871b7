#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fail.h"
#include "cli.h"
#include "folder.h"
#include "progress.h"
#include "run/provenance.h"

static const char usage[] = "run [STUDY.yaml] [-o DIR] [--set KEY=VALUE]... [--threads N]\n"
                            "           [--kernels {scalar,avx2,avx512}] [--resume] [--force] [--quiet]\n"
                            "           [--no-figure]\n"
                            "  runs the study (default: the published one) and leaves in DIR (default:\n"
                            "  results/) study.yaml, results.h5, data_curation.pickle, results.pdf and\n"
                            "  exponents.pdf;\n"
                            "  stdout gets the exponents and the names of these files, stderr the progress\n"
                            "  -o, --output DIR  the folder; it is made if needed\n"
                            "  --set KEY=VALUE   overrides a key of the study; VALUE is YAML: gains=[1,4]\n"
                            "  --threads N       default: OMP_NUM_THREADS, else SLURM_CPUS_PER_TASK, else all\n"
                            "                    cores; for rnnchaos-mpi 1 a rank\n"
                            "  --kernels NAME    the instruction set, by default the best that this processor\n"
                            "                    has; results do not depend on it\n"
                            "  --resume          keep finished results of this study, make what is missing\n"
                            "  --force           overwrite a DIR that holds another study, whose files go\n"
                            "  -q, --quiet       no progress\n"
                            "  --no-figure       draw no PDF";

static rc_status parse_threads(const cli_host *host, const char *text, size_t *n_threads, const char **source) {
    *source = "each rank";
    *n_threads = host->n_threads;
    if (text) {
        char *end;
        errno = 0;
        unsigned long value = strtoul(text, &end, 10);
        if (errno || *end || end == text || *text < '0' || *text > '9' || value == 0 || value > 65536)
            return rc_fail(RC_INVALID, "--threads '%s': expected a whole number from 1 to 65536", text);
        *n_threads = value;
        *source = "--threads";
    } else if (*n_threads == 0) {
        *n_threads = rc_threads_available(source);
    }
    return RC_OK;
}

/* What the run needs besides the study; checked before anything is made. */
static rc_status choose(const cli_host *host, const cli_arguments *arguments, const rc_study *study,
                        rc_run_options *options, const char **source) {
    rc_status status = RC_OK;
    *options = (rc_run_options){.control = &cli_control, .report = cli_progress_report};
    RC_TRY(rc_kernels_find(arguments->kernels, &options->kernels));
    RC_TRY(parse_threads(host, arguments->threads, &options->n_threads, source));
    size_t n_tasks = rc_task_count(study);
    if (options->n_threads > n_tasks) options->n_threads = n_tasks;
done:
    return status;
}

static void announce(const cli_host *host, const rc_results *results, const rc_run_options *options,
                     const char *source) {
    size_t n_tasks = rc_task_count(results->study);
    fprintf(stderr, "%s: %zu task%s on ", host->program, n_tasks, n_tasks == 1 ? "" : "s");
    if (host->n_ranks > 1) fprintf(stderr, "%zu ranks with ", host->n_ranks);
    fprintf(stderr, "%zu thread%s (%s), %s kernels\n", options->n_threads, options->n_threads == 1 ? "" : "s", source,
            rc_kernels_name(options->kernels));
}

static rc_status compute(const cli_host *host, rc_run_options *options, bool quiet, rc_results *results) {
    cli_progress progress = cli_progress_begin(quiet, host->n_ranks > 1);
    options->report_context = &progress;
    rc_provenance_begin(results, options->kernels, options->n_threads, host->n_ranks);
    rc_status status = host->run(options, results);
    cli_progress_end(&progress, host->program, status == RC_OK);
    if (status == RC_STOPPED)
        return rc_fail(RC_STOPPED, "stopped after %zu of %zu tasks; nothing was written, the same command starts again",
                       progress.last.tasks_done, rc_task_count(results->study));
    return status == RC_OK ? rc_provenance_end(results) : status;
}

/* One file of the folder, made by one call. */
typedef struct {
    const char *name;
    rc_status (*write)(const rc_results *results, const char *path);
} product;

static const product products[] = {
    {"results.h5", rc_results_write},
    {"data_curation.pickle", rc_results_export_pickle},
    {"results.pdf", rc_figure_study},
    {"exponents.pdf", rc_figure_exponents},
};
enum { RESULTS, PICKLE, FIGURE, EXPONENTS, N_PRODUCTS };

static bool is_wanted(size_t index, const cli_arguments *arguments, const rc_study *study) {
    if (index == EXPONENTS && study->n_exponents == 0) return false;
    return index < FIGURE || !arguments->no_figure;
}

static rc_status write_product(const product *wanted, const char *folder, const rc_results *results, bool only_missing,
                               bool *is_there) {
    char *path = folder_path(folder, wanted->name);
    if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
    rc_status status = only_missing && access(path, F_OK) == 0 ? RC_OK : wanted->write(results, path);
    *is_there = status == RC_OK;
    if (status == RC_UNSUPPORTED) { /* a build without figures */
        fprintf(stderr, "no %s: %s\n", wanted->name, rc_message());
        status = RC_OK;
    }
    free(path);
    return status;
}

/* The files first, then the announcement: a reader of stdout who goes away
 * costs nothing. */
static rc_status conclude(const cli_arguments *arguments, const char *folder, const rc_results *results,
                          bool only_missing) {
    bool is_there[N_PRODUCTS] = {false};
    rc_status status = folder_write_study(folder, results->study);
    if (status != RC_OK) return status;
    for (size_t k = 0; k < N_PRODUCTS && status == RC_OK; k++)
        if (is_wanted(k, arguments, results->study))
            status = write_product(&products[k], folder, results, only_missing, &is_there[k]);
    cli_print_exponents(results);
    printf("\n%s/study.yaml\n", folder);
    for (size_t k = 0; k < N_PRODUCTS; k++)
        if (is_there[k]) printf("%s/%s\n", folder, products[k].name);
    return status;
}

/* Finished results of this study in the folder; NULL if there are none, or
 * none that can be read. */
static rc_status find_finished(const cli_host *host, const char *folder, const rc_study *study, rc_results **results) {
    *results = NULL;
    char *path = folder_path(folder, "results.h5");
    if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
    rc_status status = access(path, F_OK) == 0 ? rc_results_read(path, results) : RC_OK;
    if (*results && strcmp((*results)->study->text, study->text) != 0) rc_results_destroy(results);
    if (status == RC_DAMAGED) {
        fprintf(stderr, "%s: %s; making it again\n", host->program, rc_message());
        status = RC_OK;
    }
    free(path);
    return status;
}

static rc_status run_study(const cli_host *host, const cli_arguments *arguments) {
    rc_status status = RC_OK;
    rc_study *study = NULL;
    rc_results *results = NULL;
    rc_run_options options;
    const char *folder = arguments->output ? arguments->output : "results", *source;
    bool others;
    RC_TRY(rc_study_read(arguments->file, arguments->settings, arguments->n_settings, &study));
    RC_TRY(choose(host, arguments, study, &options, &source));
    RC_TRY(folder_prepare(folder, study, arguments->force, &others));
    if (arguments->resume && !others) RC_TRY(find_finished(host, folder, study, &results));
    bool finished = results != NULL;
    if (finished) {
        if (!arguments->quiet) fprintf(stderr, "%s: %s has the results of this study\n", host->program, folder);
    } else {
        rc_study *taken = study;
        study = NULL;
        RC_TRY(rc_results_create(taken, &results));
        if (!arguments->quiet) announce(host, results, &options, source);
        RC_TRY(compute(host, &options, arguments->quiet, results));
    }
    if (others) RC_TRY(folder_clear(folder));
    RC_TRY(conclude(arguments, folder, results, finished));
done:
    rc_study_destroy(&study);
    rc_results_destroy(&results);
    return status;
}

int cli_run(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    int exit_status = 2;
    if (!cli_parse(host, argc, argv, usage, "output set threads kernels resume force quiet no-figure", &arguments))
        goto done;
    if (arguments.help) {
        printf("usage: %s %s\n", host->program, usage);
        exit_status = cli_finish(host);
        goto done;
    }
    if (arguments.output && !*arguments.output) {
        cli_misuse(host, usage, "-o: expected the name of a folder");
        goto done;
    }
    cli_catch_signals();
    rc_status status = run_study(host, &arguments);
    exit_status = status == RC_OK ? cli_finish(host) : cli_fail(host, status);
done:
    free(arguments.settings);
    return exit_status;
}
