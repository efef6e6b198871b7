/* All keys as a Markdown document: docs/study-file.md. */
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "study/draft.h"
#include "study/text.h"

static const char introduction[] =
    "# The study file\n"
    "\n"
    "<!-- Made by `rnnchaos init --reference` from src/study/schema.c; change it there. -->\n"
    "\n"
    "A study is everything that a run depends on. It is a YAML file; `rnnchaos init` prints one with\n"
    "every key explained. Every key may be left out and then has its default. The defaults together\n"
    "are the published study, so an empty file is that study.\n"
    "\n"
    "Keys with a dot stand inside a block: `network.neurons` is\n"
    "\n"
    "```yaml\n"
    "network:\n"
    "  neurons: 200\n"
    "```\n"
    "\n"
    "On the command line, `--set KEY=VALUE` overrides the file: `--set network.neurons=100`,\n"
    "`--set gains=[1,4,7]`. The key is dotted, the value is YAML. If a key is set twice, the last one\n"
    "wins.\n"
    "\n"
    "## Keys\n"
    "\n"
    "| Key | Value | Unit | Default | Meaning |\n"
    "|---|---|---|---|---|\n";

static const char rules[] =
    "\n"
    "## How values are read\n"
    "\n"
    "- An integer is decimal without leading zeros (`20`) or hexadecimal (`0x14`); `2e1` and `20.0` are\n"
    "  not integers.\n"
    "- A number is an integer in decimal, a decimal fraction (`0.5`, `.5`), or either with an exponent\n"
    "  (`1e-4`). It is read as a double, the same in every locale. Infinity, NaN, and numbers beyond\n"
    "  the range of doubles are refused.\n"
    "- A number in quotes is a text and refused. A list has at least one element and at most %d.\n"
    "- A block without keys (`network:`) has all its defaults. A key without a value is refused.\n"
    "- An unknown or repeated key is a mistake, and so are anchors, aliases, tags, a second document,\n"
    "  and a dotted key in a file. A file has at most %d MiB and is UTF-8.\n"
    "- A key of `record` that is given must fit the rest of the study; one that is left out is fitted.\n"
    "- The whole file is checked, also where `--set` overrides it.\n"
    "\n"
    "A mistake ends the command with status 2 and `FILE:LINE:COLUMN: ...` (or `--set KEY=VALUE: ...`),\n"
    "saying what was expected.\n"
    "\n"
    "## The resolved study\n"
    "\n"
    "Each run writes `study.yaml` with the value of every key, in this order, in the shortest form that\n"
    "reads back the same. It is a study file itself. The same text is in `results.h5`, and its FNV-1a\n"
    "hash (64 bits) tells whether two studies are the same. A key that older versions did not have\n"
    "is in it only where it differs from its default: the text and hash of older studies stay.\n";

static void write_row(const rc_key *key, FILE *file) {
    char range[96];
    rc_key_range_text(key, sizeof range, range);
    fprintf(file, "| `%s` | %s%s%s", key->name, rc_key_type_text(key), range[0] ? " " : "", range);
    if (key->word) fprintf(file, " or `%s`", key->word);
    fprintf(file, " | %s | `%s`%s%s | %s |\n", key->unit ? key->unit : "", key->initial,
            key->fallback ? "; if left out, " : "", key->fallback ? key->fallback : "", key->help);
}

rc_status rc_study_reference(char **out) {
    size_t size;
    FILE *file = open_memstream(out, &size);
    if (!file) return rc_fail(RC_NO_MEMORY, "no memory for the reference of a study");
    fputs(introduction, file);
    for (size_t k = 0; k < RC_N_KEYS; k++) write_row(&rc_schema[k], file);
    fprintf(file, rules, RC_MAX_LIST, RC_MAX_FILE >> 20);
    return rc_text_close(file, out);
}
