/* Status codes and the message that explains the last failure. */
#ifndef RNNCHAOS_STATUS_H
#define RNNCHAOS_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* Every function that can fail returns one of these. One table gives the
 * code, the exit status of the command line, and the general text. */
#define RC_STATUS_TABLE(X)                                     \
    X(RC_OK, 0, "success")                                     \
    X(RC_NO_MEMORY, 1, "out of memory")                        \
    X(RC_INVALID, 2, "invalid argument")                       \
    X(RC_BAD_STUDY, 2, "mistake in the study")                 \
    X(RC_CONFLICT, 2, "the output folder holds another study") \
    X(RC_STOPPED, 3, "stopped before the end")                 \
    X(RC_IO, 1, "input or output failed")                      \
    X(RC_DAMAGED, 1, "damaged or foreign file")                \
    X(RC_NOT_FINITE, 1, "a state stopped being finite")        \
    X(RC_UNSUPPORTED, 1, "not supported here")                 \
    X(RC_NUMERICS, 1, "a numerical method failed")             \
    X(RC_UNREADABLE, 2, "a file to be read is not there")

typedef enum rc_status {
#define RC_STATUS_ENUM(code, exit_status, text) code,
    RC_STATUS_TABLE(RC_STATUS_ENUM)
#undef RC_STATUS_ENUM
} rc_status;

/* The general text of a status. Never NULL. */
const char *rc_status_text(rc_status status);

/* The exit status that the command line gives for a status: 0 done, 2 the
 * caller's mistake, 3 stopped and can be resumed, 1 anything else. */
int rc_status_exit(rc_status status);

/* What went wrong in this thread's last failing call, in one line. Valid
 * until the next failing call of the same thread. Never NULL. */
const char *rc_message(void);

#ifdef __cplusplus
}
#endif
#endif
