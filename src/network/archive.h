/* Reading zip archives (APPNOTE 6.3.10), stored or deflated members, 64-bit
 * sizes too. Names of members are only compared, never used as paths. */
#ifndef RC_NETWORK_ARCHIVE_H
#define RC_NETWORK_ARCHIVE_H

#include <stdbool.h>

#include "network/source.h"

typedef struct rc_archive_entry {
    const char *name; /* in the source, not terminated */
    size_t n_name;
    unsigned flags, method;
    uint32_t crc;
    uint64_t packed, size; /* bytes in the archive and unpacked */
    uint64_t offset;       /* of the local header */
} rc_archive_entry;

typedef struct rc_archive {
    rc_source source;
    rc_archive_entry *entries;
    size_t n_entries;
    uint64_t directory; /* where the members end and the directory begins */
} rc_archive;

bool rc_is_archive(const rc_source *source);

/* Reads the directory. Borrows the source. Errors: RC_DAMAGED, RC_NO_MEMORY. */
rc_status rc_archive_open(const rc_source *source, rc_archive *archive);
void rc_archive_close(rc_archive *archive);

/* The entry of a name, NULL if there is none. */
const rc_archive_entry *rc_archive_find(const rc_archive *archive, const char *name);

/* One member's bytes, unpacked and checked against its size and CRC-32. */
typedef struct rc_member {
    rc_source source;        /* .name is "ARCHIVE: MEMBER" */
    char *name;              /* owned */
    unsigned char *unpacked; /* owned; NULL if it was stored */
} rc_member;

/* Errors: RC_DAMAGED, RC_NO_MEMORY, RC_INVALID for encrypted members and
 * other compressions. Cost: at most RC_MOST_COMPRESSION times its packed size. */
rc_status rc_archive_extract(const rc_archive *archive, const rc_archive_entry *entry, rc_member *member);
void rc_member_free(rc_member *member);

#endif
