/* A study that is being read: its values, and where each was given. */
#ifndef RC_STUDY_DRAFT_H
#define RC_STUDY_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include <rnnchaos/study.h>

#include "base/fail.h"
#include "study/schema.h"

typedef enum rc_place_kind { RC_PLACE_DEFAULT, RC_PLACE_FILE, RC_PLACE_SETTING } rc_place_kind;

/* Where a value stands. A larger `order` came later. */
typedef struct rc_place {
    rc_place_kind kind;
    const char *source; /* file name, or the setting itself */
    size_t order;
    size_t line, column; /* from 1, column in characters */
} rc_place;

typedef struct rc_draft {
    rc_study *study;
    rc_place place[RC_N_KEYS];
} rc_draft;

/* A text of the user's, fit for a message: one line, quoted, cut if long. */
enum { RC_EXCERPT_SIZE = 64 };
const char *rc_excerpt(const char *text, size_t length, size_t size, char excerpt[]);

/* Fails with RC_BAD_STUDY and "FILE:LINE:COLUMN: ..." or
 * "--set KEY=VALUE: ...". */
__attribute__((format(printf, 2, 3), cold)) rc_status rc_fail_at(const rc_place *place, const char *format, ...);

/* The number of elements in a list and characters in a file that a study may
 * have. The canonical text of the longest lists is shorter than a file. */
enum { RC_MAX_LIST = 65536, RC_MAX_FILE = 4 << 20 };

/* reader.c: values into the draft, from a file's text or from one setting's.
 * Errors: RC_NO_MEMORY, RC_BAD_STUDY. */
rc_status rc_draft_read_file(rc_draft *draft, const char *text, size_t length, const char *name);
rc_status rc_draft_read_setting(rc_draft *draft, const char *setting, size_t order);
rc_status rc_draft_read_defaults(rc_draft *draft);

/* check.c: fits the defaults of record.* to the study, sets n_steps and
 * n_recorded, and refuses what does not go together. Errors: RC_BAD_STUDY. */
rc_status rc_draft_check(rc_draft *draft);

/* text.c: sets study->text and study->hash. Errors: RC_NO_MEMORY. */
rc_status rc_study_write_text(rc_study *study);

#endif
