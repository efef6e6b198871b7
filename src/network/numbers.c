#include "network/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool rc_numbers_are_numbers(const rc_numbers *numbers) {
    return numbers->kind != RC_BYTE_TEXT && numbers->kind != RC_WIDE_TEXT;
}

static uint64_t bits_of(const rc_numbers *numbers, size_t index) {
    const unsigned char *element = numbers->first + index * numbers->size;
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (numbers->size) {
    case 2: memcpy(&two, element, 2); return numbers->swapped ? __builtin_bswap16(two) : two;
    case 4: memcpy(&four, element, 4); return numbers->swapped ? __builtin_bswap32(four) : four;
    case 8: memcpy(&eight, element, 8); return numbers->swapped ? __builtin_bswap64(eight) : eight;
    default: return *element;
    }
}

static int64_t with_sign(uint64_t bits, size_t size) {
    unsigned unused = (unsigned)(64 - 8 * size);
    return (int64_t)(bits << unused) >> unused;
}

/* IEEE 754 binary16. */
static double half_of(uint64_t bits) {
    int exponent = bits >> 10 & 31;
    double fraction = (double)(bits & 1023), value;
    if (exponent == 31) {
        value = fraction == 0 ? INFINITY : NAN;
    } else {
        value = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    }
    return bits >> 15 ? -value : value;
}

static double floating_of(uint64_t bits, size_t size) {
    double wide;
    float narrow;
    uint32_t low = (uint32_t)bits;
    if (size == 2) return half_of(bits);
    if (size == 4) {
        memcpy(&narrow, &low, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

double rc_numbers_real(const rc_numbers *numbers, size_t index) {
    uint64_t bits = bits_of(numbers, index);
    switch (numbers->kind) {
    case RC_BOOLEAN: return bits != 0;
    case RC_SIGNED: return (double)with_sign(bits, numbers->size);
    case RC_UNSIGNED: return (double)bits;
    default: return floating_of(bits, numbers->size);
    }
}

bool rc_numbers_natural(const rc_numbers *numbers, size_t index, uint64_t *value) {
    uint64_t bits = bits_of(numbers, index);
    *value = bits;
    if (numbers->kind == RC_UNSIGNED) return true;
    return numbers->kind == RC_SIGNED && with_sign(bits, numbers->size) >= 0;
}

rc_numbers rc_numbers_native(const void *elements, rc_number_kind kind, size_t n_dims, const size_t *shape) {
    rc_numbers numbers = {.first = elements, .kind = kind, .size = 8, .n_dims = n_dims, .n = 1};
    for (size_t i = 0; i < n_dims; i++) numbers.n *= numbers.shape[i] = shape[i];
    return numbers;
}

const char *rc_numbers_shape_shown(const rc_numbers *numbers, char shown[RC_SHOWN_SIZE]) {
    size_t length = 0;
    strcpy(shown, "(");
    for (size_t i = 0; i < numbers->n_dims; i++) {
        char number[24];
        snprintf(number, sizeof number, i ? ", %zu" : "%zu", numbers->shape[i]);
        length = strlen(shown);
        if (length + strlen(number) + 7 > RC_SHOWN_SIZE) {
            strcat(shown, ", ...");
            break;
        }
        strcat(shown, number);
    }
    return strcat(shown, numbers->n_dims == 1 ? ",)" : ")");
}
