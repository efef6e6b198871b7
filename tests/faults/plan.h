/* Makes one call of the C library go wrong, in a program that is told nothing
 * of it: LD_PRELOAD=libfaults.so and
 *
 *   FAULTS         CALL:N:TIMES:DEED, the N-th CALL (from 1) and those after it
 *                  do DEED; TIMES 0: for ever
 *   FAULTS_RANK    only in this MPI rank
 *   FAULTS_FOLDER  only files in this folder matter
 *   FAULTS_LOSS    what a kill leaves of bytes and names that were not synced:
 *                  keep (default), drop, or a number that seeds a random part
 *   FAULTS_KEPT    a folder beside it, for what a loss brings back
 *   FAULTS_CLOCK   how many times faster than it should the monotonic clock runs
 *   FAULTS_COUNT   a file that gets "CALL N" for every call at the end, and
 *                  "journal-bytes N"
 *
 * CALL is a name of plan.c's table. DEED is the name of an error (ENOSPC), or
 * short (half the bytes are written or read), or kill-before, kill-half or
 * kill-after. */
#ifndef FAULTS_PLAN_H
#define FAULTS_PLAN_H

#include <pthread.h>
#include <stdbool.h>

enum call {
    CALL_OPEN,
    CALL_CREATE, /* open with O_CREAT */
    CALL_READ,
    CALL_WRITE,
    CALL_SYNC,
    CALL_CLOSE,
    CALL_RENAME,
    CALL_UNLINK,
    CALL_MKDIR,
    CALL_TRUNCATE,
    CALL_LOCK,
    CALL_MMAP,
    CALL_OWN_THREAD,
    CALL_LIBRARY_THREAD,
    CALL_OWN_MEMORY,     /* malloc and the like, called by the program itself */
    CALL_LIBRARY_MEMORY, /* by a library that it uses */
    N_CALLS
};

enum deed { DEED_PASS, DEED_FAIL, DEED_SHORT, DEED_KILL_BEFORE, DEED_KILL_HALF, DEED_KILL_AFTER };

/* Serialises the calls on files, so that a loss finds them at rest. */
extern pthread_mutex_t plan_lock;

/* Is this a place in the program itself, not in a library? */
bool plan_is_own(const void *place);

/* Counts a call and tells what becomes of it; DEED_FAIL has set errno, a
 * DEED_KILL_BEFORE does not return. */
enum deed plan_next(enum call call);

/* Writes FAULTS_COUNT. */
void plan_put_counts(void);

/* The end. */
_Noreturn void plan_kill(void);

/* FAULTS_CLOCK, 1 by default. */
long plan_clock(void);

/* So many bytes went into a journal (a file named *.rcj). */
void plan_note_journal(long n);

/* A path in the folder, or the folder itself. */
bool plan_watches(const char *path);

#endif
