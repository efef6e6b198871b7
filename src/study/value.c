#include "study/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "study/number.h"

static void *field(const rc_key *key, rc_study *study) { return (char *)study + key->offset; }

bool rc_value_is_list(const rc_key *key) { return key->type == RC_TYPE_UINT32_LIST || key->type == RC_TYPE_REAL_LIST; }

rc_status rc_value_unexpected(const rc_key *key, const rc_place *place, const char *found) {
    char expectation[192];
    rc_key_expectation(key, sizeof expectation, expectation);
    return rc_fail_at(place, "%s: expected %s, found %s", key->name, expectation, found);
}

static rc_status refuse_scalar(const rc_key *key, const rc_scalar *scalar) {
    char excerpt[RC_EXCERPT_SIZE], found[RC_EXCERPT_SIZE + 32];
    rc_excerpt(scalar->text, scalar->length, sizeof excerpt, excerpt);
    if (scalar->length == 0 && !scalar->is_quoted) return rc_value_unexpected(key, &scalar->place, "nothing");
    snprintf(found, sizeof found, "%s%s", scalar->is_quoted ? "the quoted text " : "", excerpt);
    return rc_value_unexpected(key, &scalar->place, found);
}

static bool is_word(const rc_key *key, const rc_scalar *scalar) {
    return key->word && strlen(key->word) == scalar->length && memcmp(key->word, scalar->text, scalar->length) == 0;
}

static bool find_choice(const rc_key *key, const rc_scalar *scalar, size_t *choice) {
    for (*choice = 0; key->choices[*choice]; ++*choice) {
        const char *name = key->choices[*choice];
        if (strlen(name) == scalar->length && memcmp(name, scalar->text, scalar->length) == 0) return true;
    }
    return false;
}

/* Reads a number as the key's type wants it; all its integers but the seed
 * are exact in a double. */
static bool read_number(const rc_key *key, const rc_scalar *scalar, double *value) {
    if (scalar->is_quoted) return false;
    if (key->type == RC_TYPE_REAL || key->type == RC_TYPE_REAL_LIST) {
        if (!rc_number_real(scalar->text, scalar->length, value)) return false;
    } else {
        uint64_t integer;
        if (!rc_number_integer(scalar->text, scalar->length, &integer)) return false;
        *value = (double)integer;
    }
    if (key->zero_excluded && *value == 0.0) return false;
    return (key->low_excluded ? *value > key->low : *value >= key->low) && *value <= key->high;
}

static rc_status set_natural(const rc_key *key, const rc_scalar *scalar, rc_study *study) {
    bool valid = false;
    rc_natural natural = {0};
    rc_status status = RC_OK;
    if (!scalar->is_quoted) RC_TRY(rc_natural_read(scalar->text, scalar->length, &valid, &natural));
    if (!valid) return refuse_scalar(key, scalar);
    rc_natural *target = field(key, study);
    free(target->words);
    *target = natural;
done:
    return status;
}

rc_status rc_value_set(const rc_key *key, const rc_scalar *scalar, rc_study *study) {
    double value = 0.0;
    if (key->type == RC_TYPE_NATURAL) return set_natural(key, scalar, study);
    if (key->type == RC_TYPE_COUNT && is_word(key, scalar)) {
        *(size_t *)field(key, study) = key->word_value;
        return RC_OK;
    }
    if (key->type == RC_TYPE_CHOICE) {
        size_t choice;
        if (!find_choice(key, scalar, &choice)) return refuse_scalar(key, scalar);
        *(unsigned *)field(key, study) = (unsigned)choice;
        return RC_OK;
    }
    if (rc_value_is_list(key) || !read_number(key, scalar, &value)) return refuse_scalar(key, scalar);
    switch (key->type) {
    case RC_TYPE_COUNT: *(size_t *)field(key, study) = (size_t)value; break;
    case RC_TYPE_UINT32: *(uint32_t *)field(key, study) = (uint32_t)value; break;
    default: *(double *)field(key, study) = value; break;
    }
    return RC_OK;
}

rc_status rc_list_add(rc_list *list, const rc_key *key, const rc_scalar *scalar) {
    double value;
    if (!read_number(key, scalar, &value)) return refuse_scalar(key, scalar);
    if (list->n == RC_MAX_LIST) return rc_fail_at(&scalar->place, "%s: more than %d elements", key->name, RC_MAX_LIST);
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 16;
        rc_element *elements = realloc(list->elements, capacity * sizeof *elements);
        if (!elements) return rc_fail(RC_NO_MEMORY, "%s: no memory for %zu elements", key->name, capacity);
        list->elements = elements;
        list->capacity = capacity;
    }
    list->elements[list->n++] = (rc_element){value, scalar->place};
    return RC_OK;
}

static bool is_earlier(const rc_place *a, const rc_place *b) {
    return a->line < b->line || (a->line == b->line && a->column < b->column);
}

static int compare_elements(const void *left, const void *right) {
    const rc_element *a = left, *b = right;
    if (a->value != b->value) return a->value < b->value ? -1 : 1;
    return is_earlier(&a->place, &b->place) ? -1 : 1;
}

/* Finds the first element in the file that repeats an earlier one. */
static rc_status refuse_repeated(const rc_list *list, const rc_key *key) {
    const rc_element *repeated = NULL;
    rc_element *sorted = NULL;
    rc_status status = RC_OK;
    RC_TRY(RC_ARRAY(sorted, list->n, key->name));
    memcpy(sorted, list->elements, list->n * sizeof *sorted);
    qsort(sorted, list->n, sizeof *sorted, compare_elements);
    for (size_t i = 1; i < list->n; i++) {
        if (sorted[i].value != sorted[i - 1].value) continue;
        if (!repeated || is_earlier(&sorted[i].place, &repeated->place)) repeated = &sorted[i];
    }
    if (repeated) {
        char number[RC_NUMBER_SIZE];
        rc_number_print(repeated->value, number);
        status = rc_fail_at(&repeated->place, "%s: expected distinct values, found %s again", key->name, number);
    }
done:
    free(sorted);
    return status;
}

rc_status rc_list_set(const rc_list *list, const rc_key *key, const rc_place *place, rc_study *study) {
    rc_status status = RC_OK;
    uint32_t *integers = NULL;
    double *reals = NULL;
    if (list->n == 0) return rc_value_unexpected(key, place, "an empty list");
    RC_TRY(refuse_repeated(list, key));
    if (key->type == RC_TYPE_UINT32_LIST) {
        uint32_t **target = field(key, study);
        RC_TRY(RC_ARRAY(integers, list->n, key->name));
        for (size_t i = 0; i < list->n; i++) integers[i] = (uint32_t)list->elements[i].value;
        free(*target);
        *target = integers;
    } else {
        double **target = field(key, study);
        RC_TRY(RC_ARRAY(reals, list->n, key->name));
        for (size_t i = 0; i < list->n; i++) reals[i] = list->elements[i].value;
        free(*target);
        *target = reals;
    }
    *(size_t *)((char *)study + key->count_offset) = list->n;
done:
    return status;
}
