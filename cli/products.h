/* What a run leaves in its folder, made from the journals. */
#ifndef RC_CLI_PRODUCTS_H
#define RC_CLI_PRODUCTS_H

#include "cli.h"
#include "folder.h"

/* Results of all tasks in the journals, the first record of each.
 * done [task], all false: becomes true where there is one; *n_missing: how many
 * tasks have none, and *out is NULL if any. Errors: those of rc_journal_read
 * and rc_results_create; RC_STOPPED. */
rc_status products_collect(const rc_study *study, const list *journals, bool *done, size_t *n_missing,
                           rc_results **out);

/* Writes study.yaml, results.h5, the pickle and, unless no_figure, the figures,
 * or only those that are missing; then prints the table and the names of the
 * files: a reader of stdout who goes away costs nothing. Errors: those of the
 * writers; RC_STOPPED if cli_control.stop is set before all is written. */
rc_status products_write(const char *folder, const rc_results *results, bool only_missing, bool no_figure);

#endif
