#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli.h"
#include "folder.h"
#include "products.h"
#include "progress.h"
#include "run/provenance.h"
#include "stop.h"

static const char usage[] = "run [STUDY.yaml] [-o DIR] [--set KEY=VALUE]... [--threads N]\n"
                            "           [--kernels {scalar,avx2,avx512,neon}] [--resume] [--force]\n"
                            "           [--shard I/N] [--max-walltime T] [--checkpoint T] [--quiet]\n"
                            "           [--no-figure]\n"
                            "  runs the study (default: the published one) and leaves in DIR (default:\n"
                            "  results/) study.yaml, results.h5, data_curation.pickle, results.pdf and\n"
                            "  exponents.pdf, and journal.rcj, where every finished task stands;\n"
                            "  stdout gets the exponents and the names of these files, stderr the progress\n"
                            "  -o, --output DIR  the folder; it is made if needed\n"
                            "  --set KEY=VALUE   overrides a key of the study; VALUE is YAML: gains=[1,4]\n"
                            "  --threads N       default: OMP_NUM_THREADS, else SLURM_CPUS_PER_TASK, else all\n"
                            "                    cores; for rnnchaos-mpi 1 a rank\n"
                            "  --kernels NAME    the instruction set, by default the best that this processor\n"
                            "                    has; results do not depend on it\n"
                            "  --resume          go on with a run that was stopped, with any number of\n"
                            "                    threads or ranks; keep finished results, make what lacks\n"
                            "  --force           start again, and overwrite a DIR that holds another study,\n"
                            "                    whose files go once the new ones are computed\n"
                            "  --shard I/N       only every Nth task, from the Ith on; see rnnchaos merge\n"
                            "  --max-walltime T  stop after this time, so that --resume can go on: seconds,\n"
                            "                    MM:SS, HH:MM:SS or D-HH:MM:SS\n"
                            "  --checkpoint T    how often tasks that take long are saved, so that --resume\n"
                            "                    goes on inside them (default: 25 seconds)\n"
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

/* I/N, 1 <= I <= N. */
static rc_status parse_shard(const char *text, size_t *shard, size_t *n_shards) {
    unsigned long i, n;
    int used = 0;
    bool plain = text[strspn(text, "0123456789/")] == '\0' && strlen(text) < 20;
    if (!plain || sscanf(text, "%lu/%lu%n", &i, &n, &used) != 2 || text[used] || i < 1 || i > n)
        return rc_fail(RC_INVALID, "--shard '%s': expected I/N with 1 <= I <= N, such as 3/16", text);
    *shard = i - 1;
    *n_shards = n;
    return RC_OK;
}

/* A run of a study into its folder. */
typedef struct {
    const cli_host *host;
    const cli_arguments *arguments;
    const char *folder;
    rc_study *study;
    bool others; /* the folder holds another study, too */
    rc_run_options options;
    const char *threads_source;
    rc_beginning beginning;
    char *journal_path;
    rc_progress progress; /* how far it has come */
    rc_results *results;
} job;

/* From any thread. */
static void print_note(bool warning, const char *text, void *context) {
    const job *j = context;
    if (warning || !j->arguments->quiet)
        fprintf(stderr, "%s%s: %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", j->host->program, text);
}

/* What the run needs besides the study; checked before anything is made. */
static rc_status choose(job *j) {
    rc_status status = RC_OK;
    const cli_arguments *arguments = j->arguments;
    rc_run_options *options = &j->options;
    unsigned seconds;
    *options = (rc_run_options){.control = &cli_control, .report = cli_progress_report, .folder = j->folder};
    RC_TRY(rc_kernels_find(arguments->kernels, &options->kernels));
    RC_TRY(parse_threads(j->host, arguments->threads, &options->n_threads, &j->threads_source));
    if (arguments->shard) RC_TRY(parse_shard(arguments->shard, &options->shard, &options->n_shards));
    if (arguments->max_walltime) {
        RC_TRY(cli_parse_duration("max-walltime", arguments->max_walltime, &seconds));
        cli_stop_after(seconds);
    }
    if (arguments->checkpoint) {
        RC_TRY(cli_parse_duration("checkpoint", arguments->checkpoint, &seconds));
        cli_control.checkpoint_s = seconds;
    }
    cli_control.note = print_note;
    cli_control.note_context = j;
    size_t n_tasks = rc_task_count(j->study);
    if (options->n_threads > n_tasks) options->n_threads = n_tasks;
done:
    return status;
}

/* --- The journal ------------------------------------------------------------ */

static void warn_of_damage(const job *j, const char *path, const rc_journal_found *found) {
    char text[1024];
    rc_journal_describe(path, j->study, found, text, sizeof text);
    if (*text) fprintf(stderr, "%s: %s\n", j->host->program, text);
}

/* Of this run's own shard, on whatever node; of a run without shards all are. */
static bool is_own(const job *j, const char *path) {
    char begin[64];
    snprintf(begin, sizeof begin, "/journal.%zu-of-%zu.", j->options.shard + 1, j->options.n_shards);
    return !j->options.n_shards || strncmp(strrchr(path, '/'), begin, strlen(begin)) == 0;
}

/* Shards of the same N have no task in common. */
static bool is_sibling(const job *j, const char *path) {
    char middle[48];
    snprintf(middle, sizeof middle, "-of-%zu.", j->options.n_shards);
    return !is_own(j, path) && strstr(strrchr(path, '/'), middle);
}

/* Takes what the other journals in the folder have for done. */
static rc_status include_others(const job *j, const list *journals) {
    rc_status status = RC_OK;
    for (size_t k = 0; k < journals->n; k++) {
        rc_journal_found found;
        const char *path = journals->paths[k];
        if (strcmp(path, j->journal_path) == 0 || is_sibling(j, path)) continue;
        RC_TRY(rc_journal_include(j->options.journal, path, &found));
        warn_of_damage(j, path, &found);
    }
done:
    return status;
}

static rc_status open_journal(job *j) {
    rc_journal_found found;
    rc_status status = rc_journal_open(j->journal_path, j->study, &j->options.journal, &found);
    if (status == RC_OK) warn_of_damage(j, j->journal_path, &found);
    return status;
}

/* Without --resume, what an unfinished run has left is not thrown away unless
 * --force says so. Where results are, there is nothing to lose. */
static rc_status start_again(job *j, const list *journals, bool finished) {
    rc_status status = RC_OK;
    list begun = {0};
    size_t n = rc_journal_n_tasks(j->options.journal);
    RC_TRY(folder_list_checkpoints(j->folder, j->study, j->options.shard, j->options.n_shards, &begun));
    if (n + begun.n == 0) goto done;
    if (!j->arguments->force && !finished)
        RC_TRY(rc_fail(RC_CONFLICT,
                       "%s holds %zu of %zu tasks of a run of this study that was not finished%s: --resume goes on "
                       "with it, --force starts again",
                       j->folder, n, rc_task_count(j->study), begun.n ? ", and others begun" : ""));
    RC_TRY(folder_remove(&begun));
    RC_TRY(rc_journal_close(&j->options.journal));
    for (size_t k = 0; k < journals->n; k++)
        if (is_own(j, journals->paths[k])) RC_TRY(rc_journal_remove(journals->paths[k]));
    RC_TRY(open_journal(j));
done:
    list_free(&begun);
    return status;
}

static rc_status prepare_journal(job *j, bool finished) {
    rc_status status = RC_OK;
    list journals = {0};
    RC_TRY(folder_choose_journal(j->folder, j->study, j->options.shard, j->options.n_shards, &j->journal_path));
    RC_TRY(open_journal(j));
    RC_TRY(folder_list_journals(j->folder, j->study, &journals));
    if (j->arguments->resume || !j->options.n_shards) RC_TRY(include_others(j, &journals));
    if (!j->arguments->resume) RC_TRY(start_again(j, &journals, finished));
done:
    list_free(&journals);
    return status;
}

/* --- Computing -------------------------------------------------------------- */

static void announce(const job *j, const rc_progress *begin) {
    const rc_run_options *options = &j->options;
    size_t n_tasks = begin->n_tasks;
    fprintf(stderr, "%s: %zu task%s on ", j->host->program, n_tasks, n_tasks == 1 ? "" : "s");
    if (j->host->n_ranks > 1) fprintf(stderr, "%zu ranks with ", j->host->n_ranks);
    fprintf(stderr, "%zu thread%s (%s), %s kernels", options->n_threads, options->n_threads == 1 ? "" : "s",
            j->threads_source, rc_kernels_name(options->kernels));
    if (begin->tasks_found > 0)
        fprintf(stderr, "; %zu found in the journal, %zu left", begin->tasks_found, n_tasks - begin->tasks_found);
    fputc('\n', stderr);
}

static void set_last_words(const job *j) {
    char *words;
    if (asprintf(&words,
                 "%s%s: stopped; what was in hand did not end in time and is abandoned, finished tasks are safe in %s; "
                 "this goes on:\n  %s\n",
                 isatty(STDERR_FILENO) ? "\r\033[K" : "", j->host->program, j->folder, cli_command_to_resume()) < 0)
        return;
    cli_set_last_words(words);
    free(words);
}

static rc_status compute(job *j) {
    j->progress = rc_progress_begin(j->study, &j->options);
    if (!j->arguments->quiet) announce(j, &j->progress);
    if (j->progress.tasks_found == j->progress.n_tasks) return RC_OK;
    cli_progress progress = cli_progress_begin(j->arguments->quiet, j->host->n_ranks > 1);
    j->options.report_context = &progress;
    rc_status status = j->host->run(j->study, &j->options);
    j->progress = rc_progress_begin(j->study, &j->options);
    cli_progress_end(&progress, j->host->program, status == RC_OK);
    return status;
}

/* --- Results ---------------------------------------------------------------- */

/* Finished results of this study in the folder; NULL if there are none, or
 * none that can be read. */
static rc_status find_finished(job *j) {
    char *path = folder_path(j->folder, "results.h5");
    if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", j->folder);
    rc_status status = access(path, F_OK) == 0 ? rc_results_read(path, &j->results) : RC_OK;
    if (j->results && strcmp(j->results->study->text, j->study->text) != 0) rc_results_destroy(&j->results);
    if (status == RC_DAMAGED) {
        fprintf(stderr, "%s: %s; making it again\n", j->host->program, rc_message());
        status = RC_OK;
    }
    free(path);
    return status;
}

static rc_status collect(job *j) {
    rc_status status = RC_OK;
    list journals = {0};
    bool *done = NULL;
    size_t n_missing, n_tasks = rc_task_count(j->study);
    RC_TRY(RC_ARRAY(done, n_tasks, "list of tasks"));
    RC_TRY(folder_list_journals(j->folder, j->study, &journals));
    RC_TRY(products_collect(j->study, &journals, done, &n_missing, &j->results));
    if (n_missing > 0)
        RC_TRY(rc_fail(RC_DAMAGED, "%s: %zu of %zu tasks can no longer be read from the journal", j->folder, n_missing,
                       n_tasks));
    RC_TRY(rc_provenance_note(j->results, rc_kernels_name(j->options.kernels), j->options.n_threads, j->host->n_ranks,
                              j->beginning));
done:
    free(done);
    list_free(&journals);
    return status;
}

/* Under the name that a journal has where no other study has been. */
static rc_status rename_journal(const job *j) {
    char *path = folder_path(j->folder, "journal.rcj");
    if (!path) return rc_fail(RC_NO_MEMORY, "%s: out of memory", j->folder);
    rc_status status = RC_OK;
    if (rename(j->journal_path, path))
        status = rc_fail(RC_IO, "%s: cannot rename it: %s", j->journal_path, strerror(errno));
    free(path);
    return status;
}

static rc_status finish_shard(const job *j) {
    rc_status status = folder_write_study(j->folder, j->study);
    if (status == RC_OK)
        printf("%s\nwhen all %zu shards are there:\n  %s merge %s\n", j->journal_path, j->options.n_shards,
               j->host->program, j->folder);
    return status;
}

static rc_status finish(job *j) {
    rc_status status = RC_OK;
    RC_TRY(collect(j));
    if (j->others) {
        RC_TRY(folder_clear_others(j->folder, j->study));
        RC_TRY(rename_journal(j));
    }
    RC_TRY(products_write(j->folder, j->results, false, j->arguments->no_figure));
done:
    return status;
}

/* --- All of it -------------------------------------------------------------- */

static rc_status keep_finished(const job *j) {
    if (!j->arguments->quiet) fprintf(stderr, "%s: %s has the results of this study\n", j->host->program, j->folder);
    return products_write(j->folder, j->results, true, j->arguments->no_figure);
}

static rc_status run_study(job *j) {
    rc_status status = RC_OK;
    const cli_arguments *arguments = j->arguments;
    RC_TRY(rc_study_read(arguments->file, arguments->settings, arguments->n_settings, &j->study));
    RC_TRY(choose(j));
    set_last_words(j);
    RC_TRY(folder_prepare(j->folder, j->study, arguments->force && !arguments->shard, &j->others));
    if (!j->others) RC_TRY(find_finished(j));
    if (j->results && arguments->resume) {
        status = keep_finished(j);
        goto done;
    }
    bool finished = j->results != NULL;
    rc_results_destroy(&j->results);
    RC_TRY(prepare_journal(j, finished));
    RC_TRY(compute(j));
    status = j->options.n_shards ? finish_shard(j) : finish(j);
done:
    return status;
}

/* Says what is wrong, and how to go on if a journal is there to go on from. */
static int fail(const job *j, rc_status status) {
    size_t n_done = j->progress.tasks_done, n_tasks = j->progress.n_tasks;
    if (status == RC_STOPPED && n_tasks == 0) rc_fail(status, "stopped before it began; this goes on:");
    if (status == RC_STOPPED && n_tasks > 0)
        rc_fail(status, "stopped after %zu of %zu tasks; this goes on:", n_done, n_tasks);
    int exit_status = cli_fail(j->host, status);
    bool goes_on = status == RC_STOPPED || (n_done > 0 && exit_status == 1);
    if (goes_on && status != RC_STOPPED)
        fprintf(stderr, "%s: %zu of %zu tasks are safe in %s; this goes on:\n", j->host->program, n_done, n_tasks,
                j->folder);
    if (goes_on) fprintf(stderr, "  %s\n", cli_command_to_resume());
    return exit_status;
}

static int run(const cli_host *host, const cli_arguments *arguments) {
    job j = {.host = host, .arguments = arguments, .beginning = rc_begin_now()};
    char message[1024];
    j.folder = arguments->output ? arguments->output : "results";
    rc_status status = run_study(&j);
    snprintf(message, sizeof message, "%s", rc_message());
    rc_status closed = rc_journal_close(&j.options.journal);
    if (status != RC_OK) rc_fail(status, "%s", message);
    int exit_status = status != RC_OK ? fail(&j, status) : closed != RC_OK ? fail(&j, closed) : cli_finish(host);
    rc_study_destroy(&j.study);
    rc_results_destroy(&j.results);
    free(j.journal_path);
    return exit_status;
}

int cli_run(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    int exit_status = 2;
    if (!cli_parse(host, argc, argv, usage,
                   "output set threads kernels resume force shard max-walltime checkpoint quiet no-figure", &arguments))
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
    exit_status = run(host, &arguments);
done:
    free(arguments.settings);
    return exit_status;
}
