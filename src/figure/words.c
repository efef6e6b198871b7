#include "figure/words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

rc_words rc_words_count(size_t n) {
    static const char *const names[] = {"zero",     "one",      "two",      "three",   "four",    "five",
                                        "six",      "seven",    "eight",    "nine",    "ten",     "eleven",
                                        "twelve",   "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
                                        "eighteen", "nineteen", "twenty"};
    rc_words words = {""};
    if (n < sizeof names / sizeof *names)
        snprintf(words.text, sizeof words.text, "%s", names[n]);
    else
        snprintf(words.text, sizeof words.text, "%zu", n);
    return words;
}

/* Hyphens become minus signs. */
static rc_words typeset(const char *plain) {
    static const char minus[] = "\u2212";
    rc_words words = {""};
    size_t n = 0;
    for (; *plain && n + sizeof minus < sizeof words.text; plain++) {
        const char *piece = *plain == '-' ? minus : (const char[]){*plain, '\0'};
        n += (size_t)snprintf(words.text + n, sizeof words.text - n, "%s", piece);
    }
    return words;
}

rc_words rc_words_number(double value) {
    char plain[40];
    snprintf(plain, sizeof plain, "%.5g", value);
    return typeset(plain);
}

rc_words rc_words_decimals(double value, int decimals) {
    char plain[100];
    snprintf(plain, sizeof plain, "%.*f", decimals, value);
    bool is_zero = plain[0] == '-' && strspn(plain + 1, "0.") == strlen(plain + 1);
    return typeset(plain + is_zero);
}
