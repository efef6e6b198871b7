/* The header is a Python dictionary with three known keys. It is read by a
 * grammar of just that, not by one of Python. */
#include "network/npy.h"

#include <string.h>

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

typedef struct header {
    rc_source source; /* ends where the header ends */
    size_t at;
    rc_numbers *numbers;
} header;

bool rc_is_npy(const rc_source *source) {
    return source->size >= sizeof magic && memcmp(source->bytes, magic, sizeof magic) == 0;
}

/* --- Characters ------------------------------------------------------------- */

static rc_status expected(const header *h, const char *what) {
    char shown[RC_SHOWN_SIZE];
    return rc_source_damaged(&h->source, h->at, "expected %s, found %s", what,
                             rc_source_shown(&h->source, h->at, shown));
}

static int peek(header *h) {
    while (h->at < h->source.size && strchr(" \t\r\n\f", h->source.bytes[h->at]) && h->source.bytes[h->at]) h->at++;
    return h->at < h->source.size ? h->source.bytes[h->at] : -1;
}

static bool accept(header *h, char c) {
    if (peek(h) != c) return false;
    h->at++;
    return true;
}

/* A text in single or double quotes, without escapes. */
static rc_status get_text(header *h, const char *what, const char **text, size_t *n) {
    int quote = peek(h);
    if (quote != '\'' && quote != '"') return expected(h, what);
    const unsigned char *start = h->source.bytes + h->at + 1;
    const unsigned char *end = memchr(start, quote, h->source.size - h->at - 1);
    if (!end) return rc_source_damaged(&h->source, h->at, "expected a closing quote, found none");
    *text = (const char *)start;
    *n = (size_t)(end - start);
    h->at += *n + 2;
    return RC_OK;
}

/* Decimal digits; then Python 2's L, which NumPy writes there and reads. */
static rc_status get_length(header *h, size_t *length) {
    size_t start = h->at, first = 0;
    *length = 0;
    for (peek(h), first = h->at; h->at < h->source.size; h->at++) {
        unsigned digit = h->source.bytes[h->at] - (unsigned)'0';
        if (digit > 9) break;
        if (__builtin_mul_overflow(*length, (size_t)10, length) ||
            __builtin_add_overflow(*length, (size_t)digit, length))
            return rc_source_damaged(&h->source, start, "expected a length below 2^64, found a greater one");
    }
    if (h->at == first) return expected(h, "a length or ')'");
    if (h->at < h->source.size && h->source.bytes[h->at] == 'L') h->at++;
    return RC_OK;
}

/* --- The three values ------------------------------------------------------- */

/* Types by NumPy's letter, with the sizes that we read. */
static const struct {
    char letter;
    rc_number_kind kind;
    const char *sizes;
} types[] = {
    {'b', RC_BOOLEAN, "1"},    {'i', RC_SIGNED, "1248"},  {'u', RC_UNSIGNED, "1248"},
    {'f', RC_FLOATING, "248"}, {'S', RC_BYTE_TEXT, NULL}, {'U', RC_WIDE_TEXT, NULL},
};

/* The characters of a text type, at most 9999; 0 if they are none. */
static size_t text_size(const char *digits, size_t n) {
    size_t size = 0;
    if (n > 4) return 0;
    for (size_t i = 0; i < n; i++) {
        if (digits[i] < '0' || digits[i] > '9') return 0;
        size = 10 * size + (size_t)(digits[i] - '0');
    }
    return size;
}

/* Sets kind and size from "f8". */
static bool set_type(const char *type, size_t n, rc_numbers *numbers) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (type[0] != types[i].letter) continue;
        numbers->kind = types[i].kind;
        if (!types[i].sizes) {
            numbers->size = text_size(type + 1, n - 1) * (types[i].kind == RC_WIDE_TEXT ? 4 : 1);
            return numbers->size > 0;
        }
        numbers->size = (size_t)(type[1] - '0');
        return n == 2 && type[1] && strchr(types[i].sizes, type[1]);
    }
    return false;
}

static rc_status get_type(header *h) {
    rc_status status = RC_OK;
    char shown[RC_SHOWN_SIZE];
    const char *type = "";
    size_t n = 0, start = h->at;
    if (peek(h) == '[') RC_TRY(rc_source_invalid(&h->source, "expected numbers, found records"));
    RC_TRY(get_text(h, "a type such as '<f8'", &type, &n));
    bool ordered = n > 1 && type[0] && strchr("<>|", type[0]);
    if (!ordered)
        RC_TRY(
            rc_source_damaged(&h->source, start, "expected a type such as '<f8', found %s", rc_shown(type, n, shown)));
    if (type[1] == 'O')
        RC_TRY(rc_source_invalid(&h->source, "expected numbers, found Python objects, which are never loaded"));
    if (n < 3 || !set_type(type + 1, n - 1, h->numbers))
        RC_TRY(rc_source_invalid(&h->source, "expected a type such as '<f8', found %s", rc_shown(type, n, shown)));
    bool one_byte = h->numbers->size == 1 || h->numbers->kind == RC_BYTE_TEXT;
    if (type[0] == '|' && !one_byte)
        RC_TRY(rc_source_damaged(&h->source, start, "expected '<' or '>' before a type of many bytes, found '|'"));
    h->numbers->swapped = !one_byte && type[0] == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '>' : '<');
done:
    return status;
}

static rc_status get_order(header *h) {
    static const char *const words[] = {"False", "True"};
    peek(h);
    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(words[i]);
        if (h->source.size - h->at < n || memcmp(h->source.bytes + h->at, words[i], n)) continue;
        h->numbers->column_major = i;
        h->at += n;
        return RC_OK;
    }
    return expected(h, "True or False");
}

/* "()", "(3,)", "(3, 4)"; one length without a comma is no tuple in Python. */
static rc_status get_shape(header *h) {
    rc_status status = RC_OK;
    rc_numbers *numbers = h->numbers;
    bool comma = true;
    if (!accept(h, '(')) return expected(h, "'('");
    numbers->n_dims = 0;
    while (!accept(h, ')')) {
        if (!comma) return expected(h, "',' or ')'");
        if (numbers->n_dims == RC_NUMBERS_MAX_DIMS)
            return rc_source_damaged(&h->source, h->at, "expected at most %d dimensions, found more",
                                     RC_NUMBERS_MAX_DIMS);
        RC_TRY(get_length(h, &numbers->shape[numbers->n_dims]));
        numbers->n_dims++;
        comma = accept(h, ',');
    }
    if (numbers->n_dims == 1 && !comma)
        return rc_source_damaged(&h->source, h->at - 1, "expected ',' after the only length, found ')'");
done:
    return status;
}

/* --- The header ------------------------------------------------------------- */

static const struct {
    const char *key;
    rc_status (*get)(header *h);
} keys[] = {{"descr", get_type}, {"fortran_order", get_order}, {"shape", get_shape}};

enum { N_KEYS = sizeof keys / sizeof *keys };

static rc_status get_item(header *h, bool seen[N_KEYS]) {
    rc_status status = RC_OK;
    const char *key = "";
    size_t n = 0, i = 0, start = h->at;
    char shown[RC_SHOWN_SIZE];
    RC_TRY(get_text(h, "a key or '}'", &key, &n));
    while (i < N_KEYS && (strlen(keys[i].key) != n || memcmp(keys[i].key, key, n))) i++;
    if (i == N_KEYS || seen[i])
        RC_TRY(rc_source_damaged(&h->source, start, "expected descr, fortran_order and shape once each, found %s",
                                 rc_shown(key, n, shown)));
    seen[i] = true;
    if (!accept(h, ':')) RC_TRY(expected(h, "':'"));
    RC_TRY(keys[i].get(h));
done:
    return status;
}

static rc_status get_items(header *h) {
    rc_status status = RC_OK;
    bool seen[N_KEYS] = {false}, comma = true;
    if (!accept(h, '{')) return expected(h, "'{'");
    while (!accept(h, '}')) {
        if (!comma) return expected(h, "',' or '}'");
        RC_TRY(get_item(h, seen));
        comma = accept(h, ',');
    }
    for (size_t i = 0; i < N_KEYS; i++)
        if (!seen[i]) return rc_source_damaged(&h->source, h->at - 1, "expected the key %s, found '}'", keys[i].key);
    if (peek(h) != -1) return expected(h, "blanks to the end of the header");
done:
    return status;
}

/* Where the header begins and ends. */
static rc_status find_header(const rc_source *source, size_t *start, size_t *end) {
    char shown[RC_SHOWN_SIZE];
    *start = *end = 0;
    if (!rc_is_npy(source)) return rc_source_damaged(source, 0, "expected \\x93NUMPY, found another beginning");
    if (source->size < 8) return rc_source_damaged(source, source->size, "expected a version, found the end");
    unsigned major = source->bytes[6], minor = source->bytes[7];
    if (major < 1 || major > 3 || minor != 0)
        return rc_source_damaged(source, 6, "expected version 1.0, 2.0 or 3.0, found %u.%u", major, minor);
    size_t n_length = major == 1 ? 2 : 4;
    *start = 8 + n_length;
    if (source->size < *start)
        return rc_source_damaged(source, source->size, "expected the length of the header, found %s",
                                 rc_source_shown(source, source->size, shown));
    uint64_t length = rc_source_integer(source, 8, n_length);
    if (length > source->size - *start)
        return rc_source_damaged(source, 8, "expected a header of at most %zu bytes, found a length of %llu",
                                 source->size - *start, (unsigned long long)length);
    *end = *start + (size_t)length;
    return RC_OK;
}

/* The product of the lengths, if that many elements follow. */
static rc_status check_elements(const rc_source *source, size_t start, rc_numbers *numbers) {
    char shown[RC_SHOWN_SIZE];
    size_t there = source->size - start, bytes = numbers->size;
    bool empty = false, overflow = false;
    for (size_t i = 0; i < numbers->n_dims; i++) empty |= numbers->shape[i] == 0;
    for (size_t i = 0; !empty && i < numbers->n_dims; i++)
        overflow |= __builtin_mul_overflow(bytes, numbers->shape[i], &bytes);
    if (empty) bytes = 0;
    if (overflow || bytes != there)
        return rc_source_damaged(source, start, "expected the elements of shape %s and %zu bytes each, found %zu bytes",
                                 rc_numbers_shape_shown(numbers, shown), numbers->size, there);
    numbers->n = bytes / numbers->size;
    numbers->first = source->bytes + start;
    return RC_OK;
}

rc_status rc_npy_open(const rc_source *source, rc_numbers *numbers) {
    rc_status status = RC_OK;
    size_t start, end;
    *numbers = (rc_numbers){0};
    RC_TRY(find_header(source, &start, &end));
    header h = {{source->name, source->bytes, end}, start, numbers};
    RC_TRY(get_items(&h));
    RC_TRY(check_elements(source, end, numbers));
done:
    return status;
}
