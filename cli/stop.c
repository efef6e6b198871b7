#include "stop.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"

rc_task_control cli_control;

/* --- Signals ---------------------------------------------------------------- */

static char last_words[16384] = "stopped\n"; /* more than any command line that a person types */
static volatile sig_atomic_t n_last_words = 8;

/* Sets the stop, and the clock for the end. */
static void stop_on_signal(int signal) {
    (void)signal;
    if (!atomic_exchange(&cli_control.stop, true)) alarm(cli_grace_s);
}

/* The clock has run out: of --max-walltime, or else of the grace after a stop.
 * Files under final names are whole and the journal is synced; so nothing is
 * lost but what tasks had in hand. */
static void stop_on_alarm(int signal) {
    static volatile sig_atomic_t n_more;
    if (!atomic_load(&cli_control.stop)) {
        stop_on_signal(signal);
        return;
    }
    if (atomic_load(&cli_control.n_saving) > 0 && n_more < cli_saving_s) {
        n_more++;
        alarm(1);
        return;
    }
    ssize_t written = write(STDERR_FILENO, last_words, (size_t)n_last_words);
    (void)written;
    _exit(rc_status_exit(RC_STOPPED));
}

void cli_catch_signals(void) {
    struct sigaction action = {.sa_handler = stop_on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction patient = {.sa_handler = stop_on_signal, .sa_flags = SA_RESTART};
    struct sigaction clock = {.sa_handler = stop_on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) /* nohup */
        sigaction(SIGHUP, &action, NULL);
    sigaction(SIGUSR1, &patient, NULL); /* a warning, which batch systems may give twice */
    sigaction(SIGALRM, &clock, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void cli_stop_after(unsigned seconds) {
    if (!atomic_load(&cli_control.stop)) alarm(seconds);
}

void cli_set_last_words(const char *words) {
    n_last_words = 0;
    snprintf(last_words, sizeof last_words, "%s", words);
    n_last_words = (sig_atomic_t)strlen(last_words);
}

/* --- Durations -------------------------------------------------------------- */

/* A number of at most 9 digits; moves *text behind it. */
static bool parse_number(const char **text, unsigned long *value) {
    size_t n = strspn(*text, "0123456789");
    *value = strtoul(*text, NULL, 10);
    *text += n;
    return n > 0 && n <= 9;
}

/* [D-]numbers between colons; the later ones below their limits. */
static bool parse_parts(const char *text, unsigned long *seconds) {
    unsigned long days = 0, parts[3], n = 0;
    const char *dash = strchr(text, '-');
    if (dash && (!parse_number(&text, &days) || text++ != dash)) return false;
    do {
        if (n == 3 || !parse_number(&text, &parts[n++])) return false;
    } while (*text == ':' && text++);
    if (*text || (dash && n != 3)) return false;
    *seconds = 0;
    for (size_t k = 0; k < n; k++) {
        unsigned long limit = n == 3 && k == 0 && dash ? 24 : 60;
        if ((k > 0 || dash) && parts[k] >= limit) return false;
        *seconds = 60 * *seconds + parts[k];
    }
    *seconds += 86400 * days;
    return true;
}

rc_status cli_parse_duration(const char *option, const char *text, unsigned *seconds) {
    unsigned long value;
    if (!parse_parts(text, &value) || value == 0 || value > INT_MAX)
        return rc_fail(RC_INVALID, "--%s '%s': expected a time, as seconds, MM:SS, HH:MM:SS or D-HH:MM:SS", option,
                       text);
    *seconds = (unsigned)value;
    return RC_OK;
}

/* --- The command to go on with ----------------------------------------------- */

static char *command_to_resume;

static bool is_plain(const char *word) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
    return *word && word[strspn(word, plain)] == '\0';
}

/* As a shell reads it back. */
static void print_word(FILE *file, const char *word) {
    if (is_plain(word)) {
        fputs(word, file);
        return;
    }
    fputc('\'', file);
    for (; *word; word++) fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, file);
    fputc('\'', file);
}

void cli_remember_command(const char *launcher, int argc, char *const *argv) {
    size_t size;
    bool resumes = false;
    FILE *file = open_memstream(&command_to_resume, &size);
    if (!file) return;
    if (launcher) fputs(launcher, file);
    for (int k = 0; k < argc; k++) {
        if (k) fputc(' ', file);
        print_word(file, argv[k]);
        resumes |= strcmp(argv[k], "--resume") == 0;
    }
    if (!resumes) fputs(" --resume", file);
    fclose(file);
}

const char *cli_command_to_resume(void) { return command_to_resume ? command_to_resume : ""; }
