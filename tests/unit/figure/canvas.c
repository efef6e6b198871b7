/* A page that lacks something leaves no file. */
#include "../unit.h"

#include <unistd.h>

#include "base/fail.h"
#include "figure/canvas.h"

static const rc_page page = {"a test", 100, 100};

static rc_status write_words(rc_canvas *canvas, const void *words) {
    static const rc_text style = {.size = 8, .color = {0, 0, 0, 1}};
    rc_canvas_text(canvas, (rc_point){50, 50}, &style, words);
    return RC_OK;
}

static rc_status draw(const char *path, const char *words) { return rc_canvas_draw(&page, path, write_words, words); }

/* Another page each time. */
static rc_status count(rc_canvas *canvas, const void *context) {
    static int n;
    (void)context;
    return write_words(canvas, n++ % 2 ? "odd" : "even");
}

static void pages_that_differ(void **state) {
    (void)state;
    char path[] = "/tmp/rnnchaos-canvas-XXXXXX.svg";
    int file = mkstemps(path, 4);
    assert_true(file >= 0 && close(file) == 0 && unlink(path) == 0);
    assert_fails(rc_canvas_draw(&page, path, count, NULL), RC_NO_MEMORY, "cannot draw: out of memory");
    assert_int_equal(access(path, F_OK), -1);
}

static void a_character_that_no_font_has(void **state) {
    (void)state;
    static const char *const endings[] = {"pdf", "svg", "png"};
    char folder[] = "/tmp/rnnchaos-canvas-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/page.%s", folder, endings[i]);
        assert_fails(draw(path, "a \U0010fffd"), RC_UNSUPPORTED, "no installed font has all characters");
        assert_int_equal(access(path, F_OK), -1);
        assert_ok(draw(path, "<i>a</i> \u03bb"));
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_that_differ),
        cmocka_unit_test(a_character_that_no_font_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
