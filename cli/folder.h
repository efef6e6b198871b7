/* The output folder of a run. */
#ifndef RC_CLI_FOLDER_H
#define RC_CLI_FOLDER_H

#include <stdbool.h>

#include <rnnchaos/study.h>

/* Makes the folder (and its parents) if needed, and checks that it holds no
 * other study; with force, *others tells whether it does. Errors: RC_IO,
 * RC_CONFLICT unless force. */
rc_status folder_prepare(const char *folder, const rc_study *study, bool force, bool *others);

/* folder/name; the caller frees it. NULL without memory. */
char *folder_path(const char *folder, const char *name);

/* Removes what a run leaves in its folder. Errors: RC_IO, RC_NO_MEMORY. */
rc_status folder_clear(const char *folder);

/* Writes folder/study.yaml. Errors: RC_IO, RC_NO_MEMORY. */
rc_status folder_write_study(const char *folder, const rc_study *study);

#endif
