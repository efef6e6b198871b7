/* Stopping a command in time, and how to go on afterwards. */
#ifndef RC_CLI_STOP_H
#define RC_CLI_STOP_H

#include <rnnchaos/run.h>

/* The control of the command's run. */
extern rc_task_control cli_control;

/* From now on SIGINT, SIGTERM, SIGHUP and SIGUSR1 set cli_control.stop; but a
 * second SIGINT, SIGTERM or SIGHUP ends the process. Where nothing has
 * come to an end cli_grace_s after the stop, the process ends with status 3;
 * checkpoints that are being written get cli_saving_s more.
 * A reader of our output who goes away does not end it: results are worth more
 * than their announcement. */
void cli_catch_signals(void);

enum { cli_grace_s = 3, cli_saving_s = 20 };

/* Sets cli_control.stop after so many seconds. */
void cli_stop_after(unsigned seconds);

/* Seconds, MM:SS, HH:MM:SS or D-HH:MM:SS, as Slurm prints times, of --option.
 * Errors: RC_INVALID. */
rc_status cli_parse_duration(const char *option, const char *text, unsigned *seconds);

/* What is printed if the process has to be ended after cli_grace_s; copied. */
void cli_set_last_words(const char *words);

/* Remembers the command line, after what launches it (such as "mpirun -np 3 ", or
 * NULL); cli_command_to_resume() is the same with --resume, as a shell reads
 * it. "" without memory. */
void cli_remember_command(const char *launcher, int argc, char *const *argv);
const char *cli_command_to_resume(void);

#endif
