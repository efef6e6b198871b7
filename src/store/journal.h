/* The layout of a journal, which docs/file-formats.md explains. */
#ifndef RC_STORE_JOURNAL_H
#define RC_STORE_JOURNAL_H

#include <rnnchaos/journal.h>

#define RC_JOURNAL_MAGIC "\211RCJ\r\n\032\n"
#define RC_JOURNAL_MARK "rcj task"
#define RC_JOURNAL_COMMIT "done"

enum {
    RC_JOURNAL_VERSION = 1,
    RC_JOURNAL_FIXED = 40, /* bytes of the header before its texts */
    RC_RECORD_HEAD = 32,   /* mark, length, task, study hash */
    RC_RECORD_TAIL = 8,    /* CRC-32C, commit mark */
};

/* The header of a new journal of this study; the caller frees *bytes. Its
 * length is a multiple of 8. Errors: RC_NO_MEMORY. */
rc_status rc_journal_header_make(const rc_study *study, unsigned char **bytes, size_t *n);

/* Fills a record's head; the CRC over head and payload goes into the tail. */
void rc_record_make(const rc_study *study, size_t task, const void *payload, unsigned char head[RC_RECORD_HEAD],
                    unsigned char tail[RC_RECORD_TAIL]);

/* rc_journal_read on an open file, path for messages. A header that was never
 * finished, with no record after it, gives found->end = 0. */
rc_status rc_journal_scan(int fd, const char *path, const rc_study *study, rc_journal_taker *take, void *context,
                          rc_journal_found *found);

#endif
