/* Zip archives of stored (uncompressed) members, as .npz files are.
 *
 * Every member and the archive carry their 64-bit sizes (APPNOTE 6.3.10,
 * section 4.5.3), so that large archives take no path of their own. Times are
 * the format's first, so that the same members give the same bytes. */
#ifndef RC_STORE_ZIP_H
#define RC_STORE_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "store/output.h"

#define RC_ZIP_NAME_SIZE 64

typedef struct rc_zip_member {
    char name[RC_ZIP_NAME_SIZE];
    uint32_t crc;
    uint64_t size;
    uint64_t offset;
} rc_zip_member;

typedef struct rc_zip {
    rc_output output;
    rc_zip_member *members;
    size_t n_members;
    size_t capacity;
} rc_zip;

/* Failures are remembered; rc_zip_finish() tells. */
void rc_zip_open(const char *path, rc_zip *zip);

/* Adds a member made of two parts. */
void rc_zip_add(rc_zip *zip, const char *name, const void *head, size_t n_head, const void *body, size_t n_body);

rc_status rc_zip_finish(rc_zip *zip);

#endif
