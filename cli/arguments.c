#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

typedef struct {
    const char *name;
    char letter; /* 0: none */
    bool has_value;
    size_t offset; /* in cli_arguments; of a const char * or a bool */
} option_row;

#define TEXT(name, letter, field) \
    { name, letter, true, offsetof(cli_arguments, field) }
#define FLAG(name, letter, field) \
    { name, letter, false, offsetof(cli_arguments, field) }
static const option_row rows[] = {
    TEXT("output", 'o', output),
    TEXT("to", 0, to),
    TEXT("kernels", 0, kernels),
    TEXT("session", 0, session),
    TEXT("threads", 0, threads),
    TEXT("figure", 0, figure),
    TEXT("weights", 0, weights),
    TEXT("gain", 0, gain),
    TEXT("form", 0, form),
    TEXT("exponents", 0, exponents),
    TEXT("input", 0, input),
    TEXT("trials", 0, trials),
    TEXT("seed", 0, seed),
    TEXT("initial-states", 0, initial_states),
    TEXT("tau-ms", 0, tau_ms),
    TEXT("dt-ms", 0, dt_ms),
    TEXT("transient-ms", 0, transient_ms),
    TEXT("duration-ms", 0, duration_ms),
    TEXT("target-error", 0, target_error),
    TEXT("target-share", 0, target_share),
    TEXT("precision", 0, precision),
    TEXT("shard", 0, shard),
    TEXT("max-walltime", 0, max_walltime),
    TEXT("checkpoint", 0, checkpoint),
    TEXT("set", 0, settings), /* collected, not stored */
    FLAG("quiet", 'q', quiet),
    FLAG("resume", 0, resume),
    FLAG("force", 0, force),
    FLAG("no-figure", 0, no_figure),
    FLAG("reference", 0, reference),
    FLAG("json", 0, json),
    FLAG("help", 'h', help),
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

static bool is_allowed(const char *name, const char *allowed) {
    size_t length = strlen(name);
    for (const char *at = allowed; (at = strstr(at, name)); at += length)
        if ((at == allowed || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0')) return true;
    return strcmp(name, "help") == 0;
}

static void store(const option_row *row, const char *value, cli_arguments *arguments) {
    char *field = (char *)arguments + row->offset;
    if (strcmp(row->name, "set") == 0)
        arguments->settings[arguments->n_settings++] = value;
    else if (row->has_value)
        *(const char **)(void *)field = value;
    else
        *(bool *)(void *)field = true;
}

/* getopt's tables of the allowed options; the value is the row's number. */
static void fill_tables(const char *allowed, struct option *longs, char *letters) {
    *letters++ = ':'; /* a missing value is told from an unknown option */
    for (size_t k = 0; k < N_ROWS; k++) {
        if (!is_allowed(rows[k].name, allowed)) continue;
        *longs++ = (struct option){rows[k].name, rows[k].has_value ? required_argument : no_argument, NULL, (int)k};
        if (!rows[k].letter) continue;
        *letters++ = rows[k].letter;
        if (rows[k].has_value) *letters++ = ':';
    }
    *longs = (struct option){0};
    *letters = '\0';
}

static const option_row *find_row(int code) {
    if (code >= 0 && code < N_ROWS) return &rows[code];
    for (size_t k = 0; k < N_ROWS; k++)
        if (rows[k].letter == code) return &rows[k];
    return NULL;
}

/* What getopt's '?' means; always false. */
static bool refuse_option(const cli_host *host, const char *usage, const char *word) {
    const option_row *row = optopt ? find_row(optopt) : NULL;
    if (row && !row->has_value) return cli_misuse(host, usage, "option '--%s' takes no value", row->name) < 0;
    if (optopt > N_ROWS) return cli_misuse(host, usage, "unknown option '-%c'", optopt) < 0;
    return cli_misuse(host, usage, "unknown or ambiguous option '%s'", word) < 0;
}

bool cli_parse(const cli_host *host, int argc, char **argv, const char *usage, const char *allowed,
               cli_arguments *arguments) {
    struct option longs[N_ROWS + 1];
    char letters[3 * N_ROWS + 2];
    fill_tables(allowed, longs, letters);
    *arguments = (cli_arguments){.settings = calloc((size_t)argc, sizeof(char *))};
    if (!arguments->settings) return cli_misuse(host, usage, "out of memory") < 0;
    opterr = 0;
    optind = 1;
    for (int code; (code = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        if (code == '?') return refuse_option(host, usage, argv[optind - 1]);
        if (code == ':') return cli_misuse(host, usage, "option '%s' needs a value", argv[optind - 1]) < 0;
        store(find_row(code), optarg, arguments);
    }
    if (optind < argc) arguments->file = argv[optind];
    arguments->files = (const char **)argv + optind;
    arguments->n_files = (size_t)(argc - optind++);
    if (optind < argc && !is_allowed("files", allowed))
        return cli_misuse(host, usage, "unexpected argument '%s'", argv[optind]) < 0;
    return true;
}

int cli_misuse(const cli_host *host, const char *usage, const char *format, ...) {
    va_list values;
    va_start(values, format);
    fprintf(stderr, "%s: ", host->program);
    vfprintf(stderr, format, values);
    fprintf(stderr, "\nusage: %s %s\n", host->program, usage);
    va_end(values);
    return 2;
}
