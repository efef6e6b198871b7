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

static const char usage[] =
    "run [STUDY.yaml] [-o DIR] [--set KEY=VALUE]... [--threads N]\n"
    "           [--kernels {scalar,avx2,avx512}] [--resume] [--force] [--quiet] [--no-figure]\n"
    "  runs the study (default: the published one) and leaves in DIR (default: results/)\n"
    "  study.yaml, results.h5, data_curation.pickle, results.pdf and exponents.pdf\n"
    "  --set KEY=VALUE  overrides a key of the study; VALUE is YAML: --set gains=[1,4,7]\n"
    "  --threads N      default: OMP_NUM_THREADS, else SLURM_CPUS_PER_TASK, else all cores;\n"
    "                   for rnnchaos-mpi 1 a rank\n"
    "  --kernels NAME   the instruction set (default: the best here); results do not depend on it\n"
    "  --resume         keep what DIR already has of this study, make what is missing\n"
    "  --force          overwrite a DIR that holds another study\n"
    "  --quiet          no progress on stderr\n"
    "  --no-figure      draw no PDF";

static rc_status parse_threads(const cli_host *host, const char *text, size_t *n_threads, const char **source) {
    *source = "each rank";
    *n_threads = host->n_threads;
    if (text) {
        char *end;
        errno = 0;
        unsigned long value = strtoul(text, &end, 10);
        if (errno || *end || end == text || *text == '-' || value == 0 || value > 65536)
            return rc_fail(RC_INVALID, "--threads '%s': expected a whole number from 1 to 65536", text);
        *n_threads = value;
        *source = "--threads";
    } else if (*n_threads == 0) {
        *n_threads = rc_threads_available(source);
    }
    return RC_OK;
}

static void announce(const cli_host *host, const rc_results *results, const rc_run_options *options,
                     const char *source) {
    fprintf(stderr, "%s: %zu tasks on ", host->program, rc_task_count(results->study));
    if (host->n_ranks > 1) fprintf(stderr, "%zu ranks with ", host->n_ranks);
    fprintf(stderr, "%zu thread%s (%s), %s kernels\n", options->n_threads, options->n_threads == 1 ? "" : "s", source,
            rc_kernels_name(options->kernels));
}

static rc_status compute(const cli_host *host, const cli_arguments *arguments, rc_results *results) {
    rc_status status = RC_OK;
    const char *source;
    cli_progress progress = {.live = isatty(STDERR_FILENO), .quiet = arguments->quiet};
    rc_run_options options = {.control = &cli_control, .report = cli_progress_report, .report_context = &progress};
    RC_TRY(rc_kernels_find(arguments->kernels, &options.kernels));
    RC_TRY(parse_threads(host, arguments->threads, &options.n_threads, &source));
    if (!arguments->quiet) announce(host, results, &options, source);
    rc_provenance_begin(results, options.kernels, options.n_threads, host->n_ranks);
    status = host->run(&options, results);
    cli_progress_end(&progress);
    if (status == RC_OK) status = rc_provenance_end(results);
done:
    return status;
}

/* One file of the folder, made by one call, then named on stdout. */
typedef struct {
    const char *name;
    rc_status (*write)(const rc_results *results, const char *path);
} product;

static rc_status write_products(const cli_arguments *arguments, const char *folder, const rc_results *results,
                                bool only_missing) {
    const product products[] = {
        {"results.h5", rc_results_write},
        {"data_curation.pickle", rc_results_export_pickle},
        {"results.pdf", arguments->no_figure ? NULL : rc_figure_study},
        {"exponents.pdf", arguments->no_figure || !results->study->n_exponents ? NULL : rc_figure_exponents},
    };
    for (size_t k = 0; k < sizeof products / sizeof products[0]; k++) {
        if (!products[k].write) continue;
        char *path = folder_path(folder, products[k].name);
        if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
        rc_status status = only_missing && access(path, F_OK) == 0 ? RC_OK : products[k].write(results, path);
        if (status == RC_UNSUPPORTED) { /* a build without figures */
            fprintf(stderr, "no %s: %s\n", products[k].name, rc_message());
            status = RC_OK;
        } else if (status == RC_OK) {
            printf("%s\n", path);
        }
        free(path);
        if (status != RC_OK) return status;
    }
    return RC_OK;
}

/* Finished results of this study in the folder; NULL if there are none. */
static rc_status find_finished(const char *folder, const rc_study *study, rc_results **results) {
    *results = NULL;
    char *path = folder_path(folder, "results.h5");
    if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", folder);
    rc_status status = access(path, F_OK) == 0 ? rc_results_read(path, results) : RC_OK;
    if (*results && strcmp((*results)->study->text, study->text) != 0) rc_results_destroy(results);
    free(path);
    return status;
}

static rc_status run_study(const cli_host *host, const cli_arguments *arguments) {
    rc_status status = RC_OK;
    rc_study *study = NULL;
    rc_results *results = NULL;
    const char *folder = arguments->output ? arguments->output : "results";
    RC_TRY(rc_study_read(arguments->file, arguments->settings, arguments->n_settings, &study));
    RC_TRY(folder_prepare(folder, study, arguments->force));
    if (arguments->resume) RC_TRY(find_finished(folder, study, &results));
    bool finished = results != NULL;
    if (finished) {
        if (!arguments->quiet) fprintf(stderr, "%s: %s has the results of this study\n", host->program, folder);
    } else {
        rc_study *taken = study;
        study = NULL;
        RC_TRY(rc_results_create(taken, &results));
        RC_TRY(compute(host, arguments, results));
    }
    RC_TRY(folder_write_study(folder, results->study));
    cli_print_exponents(results);
    printf("\n%s/study.yaml\n", folder);
    RC_TRY(write_products(arguments, folder, results, finished));
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
    cli_catch_signals();
    rc_status status = run_study(host, &arguments);
    exit_status = status == RC_OK ? cli_finish(host) : cli_fail(host, status);
done:
    free(arguments.settings);
    return exit_status;
}
