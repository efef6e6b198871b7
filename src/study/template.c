/* The default study with every key explained: what `rnnchaos init` prints. */
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "study/text.h"

/* Prints words as comment lines of at most 80 columns. Backquotes are for
 * the reference only. */
static void write_comment(const char *text, const char *indent, FILE *file) {
    size_t column = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        if (column > 0 && column + 1 + length > 80) {
            fputc('\n', file);
            column = 0;
        }
        if (column == 0) column = (size_t)fprintf(file, "%s#", indent);
        fputc(' ', file);
        for (size_t i = 0; i < length; i++) {
            if (text[i] != '`') fputc(text[i], file);
        }
        column += 1 + length;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', file);
}

static void write_key(const rc_key *key, FILE *file) {
    const char *indent = rc_key_block_length(key) ? "  " : "";
    char expectation[192], facts[512];
    rc_key_expectation(key, sizeof expectation, expectation);
    expectation[0] = (char)(expectation[0] - 'a' + 'A');
    snprintf(facts, sizeof facts, "%s%s%s. Default: %s%s%s.", expectation, key->unit ? ", in " : "",
             key->unit ? key->unit : "", key->initial, key->fallback ? "; if left out, " : "",
             key->fallback ? key->fallback : "");
    write_comment(key->help, indent, file);
    write_comment(facts, indent, file);
    fprintf(file, "%s%s: %s\n", indent, rc_key_leaf(key), key->initial);
}

rc_status rc_study_template(char **out) {
    size_t size;
    FILE *file = open_memstream(out, &size);
    if (!file) return rc_fail(RC_NO_MEMORY, "no memory for the text of a study");
    write_comment("A study for rnnchaos: the published one. Every key may be left out and then has the default "
                  "named above it; any other key is refused.",
                  "", file);
    for (size_t k = 0; k < RC_N_KEYS; k++) {
        const rc_key *key = &rc_schema[k];
        bool leaves_block = k > 0 && rc_key_block_length(&rc_schema[k - 1]) && !rc_key_block_length(key);
        if (!rc_key_block_length(key) || rc_key_opens_block(k) || leaves_block) fputc('\n', file);
        if (rc_key_opens_block(k)) {
            char name[RC_MAX_KEY_NAME];
            snprintf(name, sizeof name, "%.*s", (int)rc_key_block_length(key), key->name);
            write_comment(rc_schema_blocks[rc_schema_find_block(name)].help, "", file);
            fprintf(file, "%s:\n", name);
        }
        write_key(key, file);
    }
    return rc_text_close(file, out);
}
