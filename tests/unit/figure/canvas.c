/* A page that lacks something leaves no file. */
#include "../unit.h"

#include <unistd.h>

#include "base/fail.h"
#include "figure/canvas.h"

static rc_status draw(const char *path, const char *words) {
    static const rc_text style = {.size = 8, .color = {0, 0, 0, 1}};
    rc_status status = RC_OK;
    rc_canvas *canvas = NULL;
    RC_TRY(rc_canvas_open(path, "a test", 100, 100, &canvas));
    rc_canvas_text(canvas, (rc_point){50, 50}, &style, words);
    RC_TRY(rc_canvas_finish(canvas));
done:
    rc_canvas_destroy(&canvas);
    return status;
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_character_that_no_font_has)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
