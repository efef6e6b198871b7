#include "study/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "study/draft.h"
#include "study/number.h"

static const void *field(const rc_study *study, size_t offset) { return (const char *)study + offset; }

static void write_real(double value, FILE *file) {
    char text[RC_NUMBER_SIZE];
    rc_number_print(value, text);
    fputs(text, file);
}

static void write_list(const rc_study *study, const rc_key *key, FILE *file) {
    size_t n = *(const size_t *)field(study, key->count_offset);
    fputc('[', file);
    for (size_t i = 0; i < n; i++) {
        if (i) fputs(", ", file);
        if (key->type == RC_TYPE_UINT32_LIST) {
            fprintf(file, "%" PRIu32, (*(uint32_t *const *)field(study, key->offset))[i]);
        } else {
            write_real((*(double *const *)field(study, key->offset))[i], file);
        }
    }
    fputc(']', file);
}

static void write_count(const rc_key *key, size_t count, FILE *file) {
    if (key->word && count == key->word_value) {
        fputs(key->word, file);
    } else {
        fprintf(file, "%zu", count);
    }
}

rc_status rc_text_write_value(const rc_study *study, const rc_key *key, FILE *file) {
    const void *value = field(study, key->offset);
    switch (key->type) {
    case RC_TYPE_NATURAL: return rc_natural_write(value, file);
    case RC_TYPE_COUNT: write_count(key, *(const size_t *)value, file); break;
    case RC_TYPE_UINT32: fprintf(file, "%" PRIu32, *(const uint32_t *)value); break;
    case RC_TYPE_CHOICE: fputs(key->choices[*(const unsigned *)value], file); break;
    case RC_TYPE_REAL: write_real(*(const double *)value, file); break;
    case RC_TYPE_UINT32_LIST:
    case RC_TYPE_REAL_LIST: write_list(study, key, file); break;
    }
    return RC_OK;
}

bool rc_key_opens_block(size_t k) {
    size_t length = rc_key_block_length(&rc_schema[k]);
    if (length == 0) return false;
    return k == 0 || strncmp(rc_schema[k].name, rc_schema[k - 1].name, length + 1) != 0;
}

rc_status rc_text_close(FILE *file, char **text) {
    bool failed = ferror(file);
    failed |= fclose(file) != 0;
    if (!failed && *text) return RC_OK;
    free(*text);
    *text = NULL;
    return rc_fail(RC_NO_MEMORY, "no memory for the text of a study");
}

static uint64_t hash_text(const char *text) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

static bool is_first_choice(const rc_study *study, const rc_key *key) {
    return *(const unsigned *)field(study, key->offset) == 0;
}

static rc_status write_keys(const rc_study *study, FILE *file) {
    rc_status status = RC_OK;
    for (size_t k = 0; k < RC_N_KEYS; k++) {
        const rc_key *key = &rc_schema[k];
        if (key->newer && is_first_choice(study, key)) continue;
        int block = (int)rc_key_block_length(key);
        if (rc_key_opens_block(k)) fprintf(file, "%.*s:\n", block, key->name);
        fprintf(file, "%s%s: ", block ? "  " : "", rc_key_leaf(key));
        RC_TRY(rc_text_write_value(study, key, file));
        fputc('\n', file);
    }
done:
    return status;
}

rc_status rc_study_write_text(rc_study *study) {
    size_t size;
    FILE *file = open_memstream(&study->text, &size);
    if (!file) return rc_fail(RC_NO_MEMORY, "no memory for the text of a study");
    rc_status status = write_keys(study, file);
    rc_status closed = rc_text_close(file, &study->text);
    if (status != RC_OK || closed != RC_OK) return status != RC_OK ? status : closed;
    study->hash = hash_text(study->text);
    return RC_OK;
}
