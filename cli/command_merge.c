#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli.h"
#include "folder.h"
#include "products.h"
#include "run/provenance.h"
#include "stop.h"

static const char usage[] = "merge DIR... [-o DIR] [--force] [--no-figure]\n"
                            "  puts the tasks in all journals of the folders together, those of shards or of\n"
                            "  any other runs of one study, and leaves what run would have left: study.yaml,\n"
                            "  results.h5, data_curation.pickle, results.pdf and exponents.pdf;\n"
                            "  if a task is missing, says which, writes nothing and ends with status 3\n"
                            "  -o, --output DIR  the folder for them (default: the first DIR)\n"
                            "  --force           overwrite a folder that holds another study\n"
                            "  --no-figure       draw no PDF";

/* The journals of all folders. */
static rc_status list_all(const cli_arguments *arguments, list *all) {
    rc_status status = RC_OK;
    list found = {0};
    for (size_t k = 0; k < arguments->n_files; k++) {
        RC_TRY(folder_list_journals(arguments->files[k], NULL, &found));
        if (found.n == 0) RC_TRY(rc_fail(RC_UNREADABLE, "%s: there is no journal in it", arguments->files[k]));
        RC_TRY(list_move(&found, all));
    }
done:
    list_free(&found);
    return status;
}

/* The study of the first journal, which all must have. */
static rc_status find_study(const list *journals, rc_study **study) {
    rc_status status = RC_OK;
    RC_TRY(rc_journal_read_study(journals->paths[0], study));
    for (size_t k = 1; k < journals->n; k++) {
        rc_study *other = NULL;
        RC_TRY(rc_journal_read_study(journals->paths[k], &other));
        bool same = strcmp((*study)->text, other->text) == 0;
        rc_study_destroy(&other);
        if (!same) RC_TRY(rc_fail(RC_CONFLICT, "%s and %s are of two studies", journals->paths[0], journals->paths[k]));
    }
done:
    return status;
}

/* "3, 7-19, 25, ..." */
static void print_missing(const bool *done, size_t n_tasks, char *text, size_t size) {
    size_t used = 0;
    for (size_t task = 0, end; task < n_tasks; task = end) {
        end = task + 1;
        if (done[task]) continue;
        while (end < n_tasks && !done[end]) end++;
        const char *comma = used ? ", " : "";
        if (used > size - 64) {
            snprintf(text + used, size - used, ", ...");
            return;
        }
        if (end == task + 1)
            used += (size_t)snprintf(text + used, size - used, "%s%zu", comma, task);
        else
            used += (size_t)snprintf(text + used, size - used, "%s%zu-%zu", comma, task, end - 1);
    }
}

static rc_status collect(const list *journals, const rc_study *study, rc_results **results) {
    rc_status status = RC_OK;
    bool *done = NULL;
    char missing[400] = "", kernels[64];
    size_t n_missing, n_tasks = rc_task_count(study);
    rc_beginning beginning = rc_begin_now();
    RC_TRY(RC_ARRAY(done, n_tasks, "list of tasks"));
    RC_TRY(products_collect(study, journals, done, &n_missing, results));
    print_missing(done, n_tasks, missing, sizeof missing);
    if (n_missing > 0)
        RC_TRY(rc_fail(RC_STOPPED, "%zu of %zu tasks are missing, counted from 0: %s", n_missing, n_tasks, missing));
    snprintf(kernels, sizeof kernels, "merged from %zu journals", journals->n);
    RC_TRY(rc_provenance_note(*results, kernels, 1, 1, beginning));
done:
    free(done);
    return status;
}

static rc_status merge(const cli_arguments *arguments) {
    rc_status status = RC_OK;
    list journals = {0};
    rc_study *study = NULL;
    rc_results *results = NULL;
    const char *folder = arguments->output ? arguments->output : arguments->files[0];
    bool others;
    RC_TRY(list_all(arguments, &journals));
    RC_TRY(find_study(&journals, &study));
    RC_TRY(collect(&journals, study, &results));
    RC_TRY(folder_prepare(folder, study, arguments->force, &others));
    if (others) RC_TRY(folder_clear_others(folder, study));
    RC_TRY(products_write(folder, results, false, arguments->no_figure));
done:
    rc_study_destroy(&study);
    rc_results_destroy(&results);
    list_free(&journals);
    return status;
}

int cli_merge(const cli_host *host, int argc, char **argv) {
    cli_arguments arguments;
    int exit_status = 2;
    if (!cli_parse(host, argc, argv, usage, "files output force no-figure", &arguments)) goto done;
    if (arguments.help) {
        printf("usage: %s %s\n", host->program, usage);
        exit_status = cli_finish(host);
        goto done;
    }
    if (arguments.n_files == 0 || (arguments.output && !*arguments.output)) {
        cli_misuse(host, usage, "expected folders with journals");
        goto done;
    }
    cli_catch_signals();
    rc_status status = merge(&arguments);
    exit_status = status == RC_OK ? cli_finish(host) : cli_fail(host, status);
done:
    free(arguments.settings);
    return exit_status;
}
