/* The journal of a run: finished tasks, kept one by one.
 *
 * An append-only file of records; docs/file-formats.md has its layout. A record
 * is believed only if it is whole, its CRC-32C is right and it is of this very
 * study. What is damaged is passed over, and said. */
#ifndef RNNCHAOS_JOURNAL_H
#define RNNCHAOS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rnnchaos/status.h>
#include <rnnchaos/store.h>
#include <rnnchaos/study.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A record is written as soon as its task is finished, which outlives the
 * process; and synced with others so many seconds later, which outlives the
 * machine. */
#define RC_JOURNAL_SYNC_S 2.0

/* What stands in a file. */
typedef struct rc_journal_found {
    size_t n_records;
    uint64_t damaged_at, n_damaged; /* where the first bytes before a good record are that are no record themselves, and
                                       how many there are in all */
    uint64_t end, n_torn;           /* the end of the last good record, and how many bytes come after it */
} rc_journal_found;

/* Is handed a task and its bytes[rc_task_size()], borrowed. */
typedef rc_status rc_journal_taker(size_t task, const void *bytes, void *context);

/* Hands every good record to take (may be NULL), in the order of the file; a
 * task may come twice, with the same bytes. Changes nothing, and may read
 * while a run writes. *found may be NULL.
 * Errors: RC_UNREADABLE, RC_IO; RC_DAMAGED if the header is, or it is no
 * journal; RC_CONFLICT if it is of another study or another version; those of
 * take. Memory: one record. */
rc_status rc_journal_read(const char *path, const rc_study *study, rc_journal_taker *take, void *context,
                          rc_journal_found *found);

/* Can this program go on with this journal of this study? Reads the header
 * only. Errors: those of rc_journal_read. */
rc_status rc_journal_check(const char *path, const rc_study *study);

/* The study of a journal. The caller owns *out. Errors: as rc_journal_read,
 * and those of rc_study_parse. */
rc_status rc_journal_read_study(const char *path, rc_study **out);

/* In words, what of a file could not be believed, "" if all could. */
void rc_journal_describe(const char *path, const rc_study *study, const rc_journal_found *found, char *text,
                         size_t size);

/* A journal that this process appends to. */
typedef struct rc_journal rc_journal;

/* Opens the journal at path, or makes it. Nobody else can open it until it is
 * closed. What comes after its last good record is cut off. The study is
 * borrowed until then. *found (may be NULL) is what was there.
 * Errors: those of rc_journal_read; RC_CONFLICT if another process has it. */
rc_status rc_journal_open(const char *path, const rc_study *study, rc_journal **out, rc_journal_found *found);

/* Removes a journal, whatever it holds, unless a process has it open: then
 * RC_CONFLICT. Other errors: RC_IO. */
rc_status rc_journal_remove(const char *path);

/* Takes the tasks of another file for done. Errors: those of rc_journal_read. */
rc_status rc_journal_include(rc_journal *journal, const char *path, rc_journal_found *found);

/* Takes a task for done that another journal of this run has. */
void rc_journal_note(rc_journal *journal, size_t task);

/* Is the task in the journal? How many are? */
bool rc_journal_has(const rc_journal *journal, size_t task);
size_t rc_journal_n_tasks(const rc_journal *journal);

/* Adds a finished task, and syncs if something has waited RC_JOURNAL_SYNC_S.
 * Not for several threads at once. Errors: RC_IO, also for a full disk: the file
 * ends then with the last good record, and the journal takes no more. */
rc_status rc_journal_append(rc_journal *journal, size_t task, const void *bytes);

/* Syncs if something has waited RC_JOURNAL_SYNC_S: to be called now and then,
 * once a second or more often. Errors: those of rc_journal_append. */
rc_status rc_journal_tick(rc_journal *journal);

/* Syncs now. Errors: those of rc_journal_append. */
rc_status rc_journal_sync(rc_journal *journal);

/* Syncs and closes; a file without a single record is removed. Accepts NULL;
 * leaves NULL. Errors: those of rc_journal_append. */
rc_status rc_journal_close(rc_journal **journal);

#ifdef __cplusplus
}
#endif
#endif
