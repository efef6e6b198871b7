#include "figure/canvas.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <ctype.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/newfile.h"
#include "figure/pdf.h"

typedef enum format { FORMAT_PDF, FORMAT_SVG, FORMAT_PNG } format;

struct rc_canvas {
    format format;
    const char *path; /* for messages */
    char *bytes;      /* the file so far */
    size_t n_bytes;
    size_t capacity;
    bool incomplete; /* memory was short: for some bytes, or for a font */
    int n_unknown;   /* characters that no font has: Pango draws boxes and says nothing */
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoLayout *layout;
};

static const double dots_per_inch = 300.0;
static const double points_per_inch = 72.0;
static const char families[] = "Arial, Helvetica, Liberation Sans, DejaVu Sans";
static const double capital_height = 0.716; /* of Arial and its likes, in font sizes */

static rc_status find_format(const char *path, format *out) {
    static const char *const endings[] = {".pdf", ".svg", ".png"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        *out = (format)i;
        if (length > 4 && !strcasecmp(path + length - 4, endings[i])) return RC_OK;
    }
    return rc_fail(RC_INVALID, "%s: a figure's name ends in .pdf, .svg or .png", path);
}

/* Cairo forgets some failures of its streams, so that they are noted here. */
static cairo_status_t keep_bytes(void *closure, const unsigned char *bytes, unsigned int n) {
    rc_canvas *canvas = closure;
    if (canvas->incomplete) return CAIRO_STATUS_NO_MEMORY;
    if (canvas->n_bytes + n > canvas->capacity) {
        size_t capacity = 2 * (canvas->n_bytes + n);
        char *larger = realloc(canvas->bytes, capacity);
        canvas->incomplete = !larger;
        if (!larger) return CAIRO_STATUS_NO_MEMORY;
        canvas->bytes = larger;
        canvas->capacity = capacity;
    }
    memcpy(canvas->bytes + canvas->n_bytes, bytes, n);
    canvas->n_bytes += n;
    return CAIRO_STATUS_SUCCESS;
}

static rc_status cairo_failure(const char *path, cairo_status_t failure) {
    if (failure == CAIRO_STATUS_SUCCESS) return RC_OK;
    rc_status status = failure == CAIRO_STATUS_NO_MEMORY ? RC_NO_MEMORY : RC_INVALID;
    return rc_fail(status, "%s: cannot draw: %s", path, cairo_status_to_string(failure));
}

static void open_surface(rc_canvas *canvas, const char *title, double width, double height) {
    double scale = dots_per_inch / points_per_inch;
    switch (canvas->format) {
    case FORMAT_PDF:
        canvas->surface = cairo_pdf_surface_create_for_stream(keep_bytes, canvas, width, height);
        /* A fixed date: the same results give the same bytes. */
        cairo_pdf_surface_set_metadata(canvas->surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
        cairo_pdf_surface_set_metadata(canvas->surface, CAIRO_PDF_METADATA_TITLE, title);
        cairo_pdf_surface_set_metadata(canvas->surface, CAIRO_PDF_METADATA_CREATOR, "rnnchaos");
        break;
    case FORMAT_SVG:
        canvas->surface = cairo_svg_surface_create_for_stream(keep_bytes, canvas, width, height);
        cairo_svg_surface_set_document_unit(canvas->surface, CAIRO_SVG_UNIT_PT);
        break;
    case FORMAT_PNG:
        canvas->surface =
            cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width * scale + 0.5), (int)(height * scale + 0.5));
        cairo_surface_set_device_scale(canvas->surface, scale, scale);
        break;
    }
}

static void open_context(rc_canvas *canvas) {
    canvas->cairo = cairo_create(canvas->surface);
    cairo_set_line_cap(canvas->cairo, CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_source_rgb(canvas->cairo, 1.0, 1.0, 1.0);
    if (canvas->format == FORMAT_PNG) cairo_paint(canvas->cairo);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    canvas->layout = pango_cairo_create_layout(canvas->cairo);
    PangoContext *context = pango_layout_get_context(canvas->layout);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, points_per_inch);
    pango_context_set_round_glyph_positions(context, FALSE);
    cairo_font_options_destroy(options);
}

static rc_status check_font(rc_canvas *canvas) {
    pango_layout_set_text(canvas->layout, "a1", -1);
    if (pango_layout_get_unknown_glyphs_count(canvas->layout) == 0) return RC_OK;
    return rc_fail(RC_UNSUPPORTED, "%s: no font is installed (the package fonts-liberation has one)", canvas->path);
}

/* --- Pages ------------------------------------------------------------------- */

static void close_canvas(rc_canvas *canvas) {
    if (canvas->layout) g_object_unref(canvas->layout);
    if (canvas->cairo) cairo_destroy(canvas->cairo);
    if (canvas->surface) cairo_surface_destroy(canvas->surface);
    free(canvas->bytes);
}

/* Cairo names the groups of an svg after a counter of the whole process;
 * here they are all named after the page, of which there is one. */
static void remove_numbers(rc_canvas *canvas) {
    static const char mark[] = "id=\"surface";
    char *to = canvas->bytes, *next = canvas->bytes, *end = canvas->bytes + canvas->n_bytes;
    for (char *found; (found = memmem(next, (size_t)(end - next), mark, sizeof mark - 1));) {
        char *number = found + sizeof mark - 1;
        memmove(to, next, (size_t)(number - next));
        to += number - next;
        while (number < end && isdigit((unsigned char)*number)) number++;
        next = number;
    }
    memmove(to, next, (size_t)(end - next));
    canvas->n_bytes = (size_t)(to + (end - next) - canvas->bytes);
}

static rc_status finish_page(rc_canvas *canvas) {
    rc_status status = RC_OK;
    RC_TRY(cairo_failure(canvas->path, cairo_status(canvas->cairo)));
    if (canvas->n_unknown > 0)
        RC_TRY(rc_fail(RC_UNSUPPORTED, "%s: no installed font has all characters (the package fonts-liberation has)",
                       canvas->path));
    if (canvas->format == FORMAT_PNG)
        RC_TRY(cairo_failure(canvas->path, cairo_surface_write_to_png_stream(canvas->surface, keep_bytes, canvas)));
    cairo_surface_finish(canvas->surface);
    RC_TRY(cairo_failure(canvas->path, cairo_surface_status(canvas->surface)));
    /* Cairo forgets some failures of its own, too; then objects are missing from a PDF. */
    bool is_whole = canvas->format != FORMAT_PDF || rc_pdf_is_whole(canvas->bytes, canvas->n_bytes);
    if (canvas->incomplete || !is_whole) RC_TRY(cairo_failure(canvas->path, CAIRO_STATUS_NO_MEMORY));
    if (canvas->format == FORMAT_SVG) remove_numbers(canvas);
done:
    return status;
}

static rc_status draw_page(const rc_page *page, rc_draw *draw, const void *context, rc_canvas *canvas) {
    rc_status status = RC_OK;
    open_surface(canvas, page->title, page->width, page->height);
    open_context(canvas);
    RC_TRY(cairo_failure(canvas->path, cairo_status(canvas->cairo)));
    RC_TRY(check_font(canvas));
    RC_TRY(draw(canvas, context));
    RC_TRY(finish_page(canvas));
done:
    return status;
}

/* Cairo does not write the resolution; its chunk goes after the header. */
static rc_status write_png(const rc_canvas *canvas, rc_newfile *file) {
    enum { HEADER = 33 };
    static const unsigned char physical[] = {0,    0, 0, 9,    'p',  'H', 'Y',  's',  0,    0,   0x2e,
                                             0x23, 0, 0, 0x2e, 0x23, 1,   0x78, 0xa5, 0x3f, 0x76};
    rc_status status = RC_OK;
    RC_TRY(rc_newfile_write(file, canvas->bytes, HEADER));
    RC_TRY(rc_newfile_write(file, physical, sizeof physical)); /* 11811 dots a metre */
    RC_TRY(rc_newfile_write(file, canvas->bytes + HEADER, canvas->n_bytes - HEADER));
done:
    return status;
}

/* Twice: libraries for text that lack memory for a moment put other characters in a place, and say nothing. */
rc_status rc_canvas_draw(const rc_page *page, const char *path, rc_draw *draw, const void *context) {
    rc_status status = RC_OK;
    rc_newfile file = {.fd = -1};
    rc_canvas first = {.path = path}, second = {.path = path};
    RC_TRY(find_format(path, &first.format));
    second.format = first.format;
    RC_TRY(rc_newfile_open(path, &file));
    RC_TRY(draw_page(page, draw, context, &first));
    RC_TRY(draw_page(page, draw, context, &second));
    if (first.n_bytes != second.n_bytes || memcmp(first.bytes, second.bytes, first.n_bytes) != 0)
        RC_TRY(cairo_failure(path, CAIRO_STATUS_NO_MEMORY));
    if (first.format == FORMAT_PNG)
        RC_TRY(write_png(&first, &file));
    else
        RC_TRY(rc_newfile_write(&file, first.bytes, first.n_bytes));
    RC_TRY(rc_newfile_commit(&file));
done:
    close_canvas(&first);
    close_canvas(&second);
    rc_newfile_abandon(&file);
    return status;
}

/* --- Lines and areas --------------------------------------------------------- */

void rc_canvas_move(rc_canvas *canvas, rc_point to) { cairo_move_to(canvas->cairo, to.x, to.y); }

void rc_canvas_line(rc_canvas *canvas, rc_point to) { cairo_line_to(canvas->cairo, to.x, to.y); }

void rc_canvas_curve(rc_canvas *canvas, rc_point control1, rc_point control2, rc_point to) {
    cairo_curve_to(canvas->cairo, control1.x, control1.y, control2.x, control2.y, to.x, to.y);
}

void rc_canvas_close(rc_canvas *canvas) { cairo_close_path(canvas->cairo); }

void rc_canvas_rectangle(rc_canvas *canvas, rc_box box) {
    cairo_rectangle(canvas->cairo, box.x, box.y, box.width, box.height);
}

void rc_canvas_ellipse(rc_canvas *canvas, rc_box box) {
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, box.x + box.width / 2.0, box.y + box.height / 2.0);
    cairo_scale(canvas->cairo, box.width / 2.0, box.height / 2.0);
    cairo_new_sub_path(canvas->cairo);
    cairo_arc(canvas->cairo, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
    cairo_close_path(canvas->cairo);
    cairo_restore(canvas->cairo);
}

static void set_color(rc_canvas *canvas, rc_color color) {
    cairo_set_source_rgba(canvas->cairo, color.red, color.green, color.blue, color.opacity);
}

void rc_canvas_paint(rc_canvas *canvas, const rc_color *fill, const rc_pen *pen) {
    if (fill) {
        set_color(canvas, *fill);
        cairo_fill_preserve(canvas->cairo);
    }
    if (pen) {
        set_color(canvas, pen->color);
        cairo_set_line_width(canvas->cairo, pen->width);
        const double dashes[] = {pen->dash, 0.6 * pen->dash};
        cairo_set_dash(canvas->cairo, dashes, pen->dash > 0.0 ? 2 : 0, 0.0);
        cairo_stroke_preserve(canvas->cairo);
    }
    cairo_new_path(canvas->cairo);
}

void rc_canvas_segment(rc_canvas *canvas, rc_point from, rc_point to, rc_pen pen) {
    rc_canvas_move(canvas, from);
    rc_canvas_line(canvas, to);
    rc_canvas_paint(canvas, NULL, &pen);
}

void rc_canvas_clip(rc_canvas *canvas, rc_box box) {
    cairo_save(canvas->cairo);
    rc_canvas_rectangle(canvas, box);
    cairo_clip(canvas->cairo);
}

void rc_canvas_unclip(rc_canvas *canvas) { cairo_restore(canvas->cairo); }

static void lay_out(rc_canvas *canvas, const rc_text *style, const char *markup) {
    static const PangoAlignment alignments[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, families);
    pango_font_description_set_size(font, (int)(style->size * PANGO_SCALE + 0.5));
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_cairo_update_layout(canvas->cairo, canvas->layout);
    pango_layout_set_font_description(canvas->layout, font);
    pango_layout_set_alignment(canvas->layout, alignments[style->across]);
    pango_layout_set_markup(canvas->layout, markup, -1);
    pango_font_description_free(font);
}

static double last_baseline(PangoLayout *layout) {
    PangoLayoutIter *line = pango_layout_get_iter(layout);
    while (pango_layout_iter_next_line(line)) {
    }
    double baseline = pango_units_to_double(pango_layout_iter_get_baseline(line));
    pango_layout_iter_free(line);
    return baseline;
}

static double laid_out_width(PangoLayout *layout) {
    int width = 0;
    pango_layout_get_size(layout, &width, NULL);
    return pango_units_to_double(width);
}

/* A font that lacked memory once, Pango keeps as it is, and draws boxes or other letters with it. */
static bool is_font_whole(PangoFont *font) {
    cairo_scaled_font_t *scaled = font ? pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font)) : NULL;
    if (!scaled || cairo_scaled_font_status(scaled) != CAIRO_STATUS_SUCCESS) return false;
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_scaled_font_get_font_options(scaled, options);
    bool is_ours = cairo_font_options_status(options) == CAIRO_STATUS_SUCCESS &&
                   cairo_font_options_get_hint_style(options) == CAIRO_HINT_STYLE_NONE &&
                   cairo_font_options_get_hint_metrics(options) == CAIRO_HINT_METRICS_OFF;
    cairo_font_options_destroy(options);
    return is_ours;
}

/* A font without its table of widths puts all letters in one place. */
static bool has_widths(const PangoGlyphString *glyphs) {
    for (int k = 0; k < glyphs->num_glyphs; k++)
        if (glyphs->glyphs[k].glyph != PANGO_GLYPH_EMPTY && glyphs->glyphs[k].geometry.width <= 0) return false;
    return true;
}

static bool are_fonts_whole(PangoLayout *layout) {
    bool whole = true;
    PangoLayoutIter *at = pango_layout_get_iter(layout);
    do {
        const PangoLayoutRun *run = pango_layout_iter_get_run_readonly(at);
        if (run) whole &= is_font_whole(run->item->analysis.font) && has_widths(run->glyphs);
    } while (pango_layout_iter_next_run(at));
    pango_layout_iter_free(at);
    return whole;
}

void rc_canvas_text(rc_canvas *canvas, rc_point at, const rc_text *style, const char *markup) {
    static const double share_left[] = {0.0, 0.5, 1.0}, share_above[] = {0.0, 0.5, 1.0};
    cairo_save(canvas->cairo);
    cairo_translate(canvas->cairo, at.x, at.y);
    cairo_rotate(canvas->cairo, -style->turn * G_PI / 180.0);
    lay_out(canvas, style, markup);
    double top = pango_units_to_double(pango_layout_get_baseline(canvas->layout)) - capital_height * style->size;
    double above = top + share_above[style->along] * (last_baseline(canvas->layout) - top);
    cairo_move_to(canvas->cairo, -share_left[style->across] * laid_out_width(canvas->layout), -above);
    canvas->n_unknown += pango_layout_get_unknown_glyphs_count(canvas->layout);
    canvas->incomplete |= !are_fonts_whole(canvas->layout);
    set_color(canvas, style->color);
    pango_cairo_show_layout(canvas->cairo, canvas->layout);
    cairo_restore(canvas->cairo);
    cairo_new_path(canvas->cairo);
}

rc_point rc_canvas_text_size(rc_canvas *canvas, const rc_text *style, const char *markup) {
    lay_out(canvas, style, markup);
    double first = pango_units_to_double(pango_layout_get_baseline(canvas->layout));
    return (rc_point){laid_out_width(canvas->layout),
                      last_baseline(canvas->layout) - first + capital_height * style->size};
}
