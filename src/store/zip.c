#include "store/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/fail.h"

enum {
    LOCAL_HEADER = 0x04034b50,
    CENTRAL_HEADER = 0x02014b50,
    END64 = 0x06064b50,
    LOCATOR64 = 0x07064b50,
    END = 0x06054b50,
    VERSION = 45,      /* with 64-bit sizes */
    FIRST_DAY = 0x0021 /* 1980-01-01 */
};
#define IN_EXTRA 0xffffffffu /* see the 64-bit field */

void rc_zip_open(const char *path, rc_zip *zip) {
    zip->members = NULL;
    zip->n_members = zip->capacity = 0;
    rc_output_open(path, &zip->output);
}

static rc_zip_member *append(rc_zip *zip) {
    if (zip->n_members == zip->capacity) {
        size_t capacity = zip->capacity ? 2 * zip->capacity : 16;
        rc_zip_member *members = realloc(zip->members, capacity * sizeof *members);
        if (!members) return NULL;
        zip->members = members;
        zip->capacity = capacity;
    }
    return &zip->members[zip->n_members++];
}

/* The part that local and central headers have in common. */
static void put_common(rc_output *output, const rc_zip_member *member, size_t n_extra) {
    rc_output_integer(output, VERSION, 2);
    rc_output_integer(output, 0, 2); /* flags */
    rc_output_integer(output, 0, 2); /* stored */
    rc_output_integer(output, 0, 2); /* time */
    rc_output_integer(output, FIRST_DAY, 2);
    rc_output_integer(output, member->crc, 4);
    rc_output_integer(output, IN_EXTRA, 4); /* size stored */
    rc_output_integer(output, IN_EXTRA, 4); /* size */
    rc_output_integer(output, strlen(member->name), 2);
    rc_output_integer(output, n_extra, 2);
}

static void put_extra(rc_output *output, const rc_zip_member *member, size_t n_extra) {
    rc_output_integer(output, 1, 2); /* the 64-bit field */
    rc_output_integer(output, n_extra - 4, 2);
    rc_output_integer(output, member->size, 8);
    rc_output_integer(output, member->size, 8);
    if (n_extra == 28) rc_output_integer(output, member->offset, 8);
}

void rc_zip_add(rc_zip *zip, const char *name, const void *head, size_t n_head, const void *body, size_t n_body) {
    rc_output *output = &zip->output;
    rc_zip_member *member = append(zip);
    if (!member) {
        rc_output_fail(output, rc_fail(RC_NO_MEMORY, "%s: out of memory", name));
        return;
    }
    uLong crc = n_body ? crc32_z(crc32_z(0, head, n_head), body, n_body) : crc32_z(0, head, n_head);
    *member = (rc_zip_member){.crc = (uint32_t)crc, .size = (uint64_t)n_head + n_body, .offset = output->position};
    snprintf(member->name, sizeof member->name, "%s", name);
    rc_output_integer(output, LOCAL_HEADER, 4);
    put_common(output, member, 20);
    rc_output_text(output, member->name);
    put_extra(output, member, 20);
    rc_output_bytes(output, head, n_head);
    rc_output_bytes(output, body, n_body);
}

static void put_central(rc_output *output, const rc_zip_member *member) {
    rc_output_integer(output, CENTRAL_HEADER, 4);
    rc_output_integer(output, VERSION, 2);
    put_common(output, member, 28);
    rc_output_integer(output, 0, 2); /* comment */
    rc_output_integer(output, 0, 2); /* disk */
    rc_output_integer(output, 0, 2); /* internal attributes */
    rc_output_integer(output, 0, 4); /* external attributes */
    rc_output_integer(output, IN_EXTRA, 4);
    rc_output_text(output, member->name);
    put_extra(output, member, 28);
}

static void put_end(rc_output *output, size_t n_members, uint64_t start) {
    uint64_t end = output->position;
    rc_output_integer(output, END64, 4);
    rc_output_integer(output, 44, 8); /* bytes that follow */
    rc_output_integer(output, VERSION, 2);
    rc_output_integer(output, VERSION, 2);
    rc_output_integer(output, 0, 8); /* disks */
    rc_output_integer(output, n_members, 8);
    rc_output_integer(output, n_members, 8);
    rc_output_integer(output, end - start, 8);
    rc_output_integer(output, start, 8);
    rc_output_integer(output, LOCATOR64, 4);
    rc_output_integer(output, 0, 4); /* disk */
    rc_output_integer(output, end, 8);
    rc_output_integer(output, 1, 4); /* disks */
    rc_output_integer(output, END, 4);
    rc_output_integer(output, 0, 4); /* disks */
    rc_output_integer(output, n_members, 2);
    rc_output_integer(output, n_members, 2);
    rc_output_integer(output, IN_EXTRA, 4);
    rc_output_integer(output, IN_EXTRA, 4);
    rc_output_integer(output, 0, 2); /* comment */
}

rc_status rc_zip_finish(rc_zip *zip) {
    uint64_t start = zip->output.position;
    for (size_t i = 0; i < zip->n_members; i++) put_central(&zip->output, &zip->members[i]);
    put_end(&zip->output, zip->n_members, start);
    free(zip->members);
    zip->members = NULL;
    return rc_output_finish(&zip->output);
}
