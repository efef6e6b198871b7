/* What a loss of power takes: bytes of a file since its last fsync, and names
 * made, changed or removed since the last fsync of their folder. */
#ifndef FAULTS_LOSS_H
#define FAULTS_LOSS_H

#include <stdbool.h>
#include <sys/types.h>

/* The values of FAULTS_LOSS and FAULTS_KEPT; either may be NULL. */
void loss_prepare(const char *how, const char *kept);

/* Told of every call in the folder that succeeds, or for renames and unlinks
 * of every one that is about to be made. Under plan_lock. */
void loss_note_open(const char *path, bool is_new, bool is_emptied);
void loss_note_sync(const char *path);
void loss_note_rename(const char *from, const char *to);
void loss_note_unlink(const char *path);

void loss_happen(void);

#endif
