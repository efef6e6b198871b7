/* The output folder of a run. */
#ifndef RC_CLI_FOLDER_H
#define RC_CLI_FOLDER_H

#include <stdbool.h>

#include <rnnchaos/journal.h>
#include <rnnchaos/run.h>
#include <rnnchaos/study.h>

/* Makes the folder (and its parents) if needed, and checks that it holds no
 * other study; with force, *others tells whether it does. Errors: RC_IO,
 * RC_CONFLICT unless force. */
rc_status folder_prepare(const char *folder, const rc_study *study, bool force, bool *others);

/* folder/name; the caller frees it. NULL without memory. */
char *folder_path(const char *folder, const char *name);

/* Paths, to be freed by list_free. */
typedef struct {
    char **paths;
    size_t n;
} list;
void list_free(list *l);

/* Moves all of from to the end of to. Errors: RC_NO_MEMORY. */
rc_status list_move(list *from, list *to);

/* The journals in the folder, in order of name: all of them, or with a study
 * those that this program can go on with. Errors: RC_IO, RC_NO_MEMORY. */
rc_status folder_list_journals(const char *folder, const rc_study *study, list *journals);

/* The name of the journal that a run of the study writes, one that no other
 * study has: journal.rcj, or journal.I-of-N.rcj of shard I - 1. The caller
 * frees *path. */
rc_status folder_choose_journal(const char *folder, const rc_study *study, size_t shard, size_t n_shards, char **path);

/* The checkpoints of the study's tasks in the folder, of one shard only unless
 * n_shards is 0. Errors: RC_IO, RC_NO_MEMORY. */
rc_status folder_list_checkpoints(const char *folder, const rc_study *study, size_t shard, size_t n_shards,
                                  list *checkpoints);

/* Removes them. Errors: RC_IO. */
rc_status folder_remove(const list *files);

/* Removes what runs of other studies have left in the folder. Errors: RC_IO,
 * RC_NO_MEMORY, RC_CONFLICT if one of their journals is in use. */
rc_status folder_clear_others(const char *folder, const rc_study *study);

/* Removes what is of no use once all is written: temporary files of processes
 * that have died, and checkpoints. */
void folder_sweep(const char *folder);

/* Writes folder/study.yaml. Errors: RC_IO, RC_NO_MEMORY. */
rc_status folder_write_study(const char *folder, const rc_study *study);

#endif
