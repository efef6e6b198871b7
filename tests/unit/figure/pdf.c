/* A PDF that lacks something is told from a whole one. */
#include "../unit.h"

#include <stdbool.h>

#include "figure/pdf.h"

/* Two objects and their table. */
static const char whole[] = "%PDF-1.5\n"
                            "1 0 obj\n<< >>\nendobj\n"
                            "2 0 obj\n<< >>\nendobj\n"
                            "xref\n0 3\n"
                            "0000000000 65535 f \n"
                            "0000000009 00000 n \n"
                            "0000000030 00000 n \n"
                            "trailer\n<< /Size 3 >>\nstartxref\n51\n%%EOF\n";
enum { N = sizeof whole - 1 };

static void whole_files(void **state) {
    (void)state;
    assert_true(rc_pdf_is_whole(whole, N));
    const char compressed[] = "%PDF-1.5\n1 0 obj\n<< /Type /XRef >>\nendobj\nstartxref\n9\n%%EOF\n";
    assert_true(rc_pdf_is_whole(compressed, sizeof compressed - 1));
}

static void cut_off(void **state) {
    (void)state;
    for (size_t n = 0; n + 1 < N; n++) assert_false(rc_pdf_is_whole(whole, n)); /* but for the last newline */
}

/* No byte of heads, table and end may change; beyond them anything may. */
static void changed(void **state) {
    (void)state;
    char other[sizeof whole];
    size_t n_found = 0;
    for (size_t k = 0; k < N; k++) {
        memcpy(other, whole, sizeof whole);
        other[k] ^= 1;
        n_found += !rc_pdf_is_whole(other, N);
    }
    assert_true(n_found >= 14 + 20 + 10);
    memcpy(other, whole, sizeof whole);
    memcpy(strstr(other, "0000000030"), "0000000009", 10); /* as Cairo leaves an object that it has not written */
    assert_false(rc_pdf_is_whole(other, N));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
