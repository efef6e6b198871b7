#include "network/archive.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "network/inflate.h"

enum {
    LOCAL_HEADER = 0x04034b50,
    CENTRAL_HEADER = 0x02014b50,
    END64 = 0x06064b50,
    LOCATOR64 = 0x07064b50,
    END = 0x06054b50,
    LOCAL_SIZE = 30,
    CENTRAL_SIZE = 46,
    END64_SIZE = 56,
    LOCATOR64_SIZE = 20,
    END_SIZE = 22,
    LONGEST_COMMENT = 65535
};
#define IN_EXTRA 0xffffffffu /* see the 64-bit field */

static bool has_signature(const rc_source *source, uint64_t at, size_t size, uint32_t signature) {
    return at <= source->size && source->size - at >= size && rc_source_integer(source, at, 4) == signature;
}

bool rc_is_archive(const rc_source *source) {
    return has_signature(source, 0, 4, LOCAL_HEADER) || has_signature(source, 0, 4, END);
}

/* --- The directory ---------------------------------------------------------- */

/* The end record: the last one whose comment reaches the end of the file. */
static rc_status find_end(const rc_source *source, size_t *end) {
    for (size_t back = END_SIZE; back <= source->size && back <= END_SIZE + LONGEST_COMMENT; back++) {
        *end = source->size - back;
        if (!has_signature(source, *end, END_SIZE, END)) continue;
        if (rc_source_integer(source, *end + 20, 2) == back - END_SIZE) return RC_OK;
    }
    return rc_source_damaged(source, source->size, "expected the directory of a zip archive, found none");
}

typedef struct directory {
    uint64_t start, size, n_entries;
} directory;

static rc_status read_end(const rc_source *source, directory *d) {
    rc_status status = RC_OK;
    size_t end = 0;
    RC_TRY(find_end(source, &end));
    *d = (directory){rc_source_integer(source, end + 16, 4), rc_source_integer(source, end + 12, 4),
                     rc_source_integer(source, end + 10, 2)};
    if (end >= LOCATOR64_SIZE && has_signature(source, end - LOCATOR64_SIZE, LOCATOR64_SIZE, LOCATOR64)) {
        uint64_t end64 = rc_source_integer(source, end - LOCATOR64_SIZE + 8, 8);
        if (!has_signature(source, end64, END64_SIZE, END64))
            RC_TRY(rc_source_damaged(source, end - LOCATOR64_SIZE, "expected the place of the 64-bit end record"));
        *d = (directory){rc_source_integer(source, end64 + 48, 8), rc_source_integer(source, end64 + 40, 8),
                         rc_source_integer(source, end64 + 32, 8)};
        end = end64;
    }
    if (d->start > end || d->size != end - d->start)
        RC_TRY(rc_source_damaged(source, end, "expected a directory up to here, found one of %llu bytes from byte %llu",
                                 (unsigned long long)d->size, (unsigned long long)d->start));
    if (d->n_entries > d->size / CENTRAL_SIZE)
        RC_TRY(rc_source_damaged(source, end, "expected at most %llu members, found %llu",
                                 (unsigned long long)d->size / CENTRAL_SIZE, (unsigned long long)d->n_entries));
done:
    return status;
}

/* Replaces what a central header left to the 64-bit field [at, end). */
static rc_status read_extra(const rc_source *source, size_t at, size_t end, rc_archive_entry *entry) {
    uint64_t *const fields[] = {&entry->size, &entry->packed, &entry->offset};
    size_t i = 0;
    for (size_t next; end - at >= 4; at = next) {
        size_t kind = rc_source_integer(source, at, 2), size = rc_source_integer(source, at + 2, 2);
        at += 4;
        if (size > end - at)
            return rc_source_damaged(source, at, "expected an extra field of at most %zu bytes", end - at);
        next = at + size;
        if (kind != 1) continue;
        for (; i < 3; i++) {
            if (*fields[i] != IN_EXTRA) continue;
            if (next - at < 8) break;
            *fields[i] = rc_source_integer(source, at, 8);
            at += 8;
        }
    }
    return RC_OK;
}

/* One entry of the directory; moves *at behind it. */
static rc_status read_entry(const rc_archive *archive, size_t end, size_t *at, rc_archive_entry *entry) {
    rc_status status = RC_OK;
    const rc_source *source = &archive->source;
    size_t start = *at;
    if (end - start < CENTRAL_SIZE || !has_signature(source, start, CENTRAL_SIZE, CENTRAL_HEADER))
        return rc_source_damaged(source, start, "expected an entry of the zip directory");
    size_t n_name = rc_source_integer(source, start + 28, 2), n_extra = rc_source_integer(source, start + 30, 2);
    size_t n_all = CENTRAL_SIZE + n_name + n_extra + rc_source_integer(source, start + 32, 2);
    if (n_all > end - start)
        return rc_source_damaged(source, start, "expected an entry of at most %zu bytes, found %zu", end - start,
                                 n_all);
    *entry = (rc_archive_entry){.name = (const char *)source->bytes + start + CENTRAL_SIZE,
                                .n_name = n_name,
                                .flags = (unsigned)rc_source_integer(source, start + 8, 2),
                                .method = (unsigned)rc_source_integer(source, start + 10, 2),
                                .crc = (uint32_t)rc_source_integer(source, start + 16, 4),
                                .packed = rc_source_integer(source, start + 20, 4),
                                .size = rc_source_integer(source, start + 24, 4),
                                .offset = rc_source_integer(source, start + 42, 4)};
    size_t extra = start + CENTRAL_SIZE + n_name;
    RC_TRY(read_extra(source, extra, extra + n_extra, entry));
    *at = start + n_all;
done:
    return status;
}

/* Members that share bytes, as zip bombs do, have more bytes than the file. */
static rc_status read_entries(rc_archive *archive, const directory *d) {
    rc_status status = RC_OK;
    size_t at = d->start, end = d->start + d->size;
    uint64_t left = d->start;
    for (size_t i = 0; i < d->n_entries; i++) {
        size_t start = at;
        rc_archive_entry *entry = &archive->entries[i];
        RC_TRY(read_entry(archive, end, &at, entry));
        if (entry->packed > left)
            RC_TRY(rc_source_damaged(&archive->source, start, "expected at most %llu bytes of member, found %llu",
                                     (unsigned long long)left, (unsigned long long)entry->packed));
        left -= entry->packed;
        archive->n_entries++;
    }
    if (at != end) RC_TRY(rc_source_damaged(&archive->source, at, "expected the end of the zip directory"));
done:
    return status;
}

rc_status rc_archive_open(const rc_source *source, rc_archive *archive) {
    rc_status status = RC_OK;
    directory d;
    *archive = (rc_archive){.source = *source};
    RC_TRY(read_end(source, &d));
    archive->directory = d.start;
    RC_TRY(RC_ARRAY(archive->entries, d.n_entries, "members of an archive"));
    RC_TRY(read_entries(archive, &d));
done:
    if (status != RC_OK) rc_archive_close(archive);
    return status;
}

void rc_archive_close(rc_archive *archive) {
    free(archive->entries);
    *archive = (rc_archive){0};
}

const rc_archive_entry *rc_archive_find(const rc_archive *archive, const char *name) {
    size_t n = strlen(name);
    for (size_t i = 0; i < archive->n_entries; i++)
        if (archive->entries[i].n_name == n && memcmp(archive->entries[i].name, name, n) == 0)
            return &archive->entries[i];
    return NULL;
}

/* --- Members ---------------------------------------------------------------- */

/* Where the bytes of a member begin; they end before the directory. */
static rc_status find_bytes(const rc_archive *archive, const rc_archive_entry *entry, size_t *start) {
    const rc_source *source = &archive->source;
    uint64_t limit = archive->directory;
    if (entry->offset > limit || limit - entry->offset < LOCAL_SIZE ||
        !has_signature(source, entry->offset, LOCAL_SIZE, LOCAL_HEADER))
        return rc_source_damaged(source, entry->offset, "expected the header of a zip member");
    size_t at = entry->offset + LOCAL_SIZE;
    size_t n_name = rc_source_integer(source, at - 4, 2), n_extra = rc_source_integer(source, at - 2, 2);
    if (n_name != entry->n_name || n_name > limit - at || memcmp(source->bytes + at, entry->name, n_name))
        return rc_source_damaged(source, at, "expected the name that the zip directory gives this member");
    if (n_extra > limit - at - n_name || entry->packed > limit - at - n_name - n_extra)
        return rc_source_damaged(source, at, "expected the member to end before the zip directory at byte %llu",
                                 (unsigned long long)limit);
    *start = at + n_name + n_extra;
    return RC_OK;
}

static rc_status unpack(const rc_archive *archive, const rc_archive_entry *entry, rc_member *member) {
    rc_status status = RC_OK;
    size_t start = 0;
    RC_TRY(find_bytes(archive, entry, &start));
    const unsigned char *packed = archive->source.bytes + start;
    bool impossible =
        entry->method == 0 ? entry->size != entry->packed : entry->size / RC_MOST_COMPRESSION > entry->packed;
    if (impossible)
        RC_TRY(rc_source_damaged(&archive->source, start, "expected a size that %llu packed bytes can have, found %llu",
                                 (unsigned long long)entry->packed, (unsigned long long)entry->size));
    member->source.size = entry->size;
    member->source.bytes = packed;
    if (entry->method != 0) {
        RC_TRY(RC_ARRAY(member->unpacked, entry->size, member->name));
        if (!rc_inflate(packed, entry->packed, member->unpacked, entry->size))
            RC_TRY(rc_source_damaged(&archive->source, start, "expected %llu deflated bytes of a member of %llu",
                                     (unsigned long long)entry->packed, (unsigned long long)entry->size));
        member->source.bytes = member->unpacked;
    }
    if (rc_crc(member->source.bytes, member->source.size) != entry->crc)
        RC_TRY(rc_source_damaged(&archive->source, start, "expected a member of CRC-32 %08x, found another",
                                 (unsigned)entry->crc));
done:
    return status;
}

static rc_status name_member(const rc_archive *archive, const rc_archive_entry *entry, rc_member *member) {
    char shown[RC_SHOWN_SIZE];
    size_t size = strlen(archive->source.name) + RC_SHOWN_SIZE + 3;
    rc_status status = RC_ARRAY(member->name, size, "name of a member");
    if (status == RC_OK)
        snprintf(member->name, size, "%s: %s", archive->source.name, rc_shown(entry->name, entry->n_name, shown));
    member->source.name = member->name;
    return status;
}

rc_status rc_archive_extract(const rc_archive *archive, const rc_archive_entry *entry, rc_member *member) {
    rc_status status = RC_OK;
    *member = (rc_member){0};
    RC_TRY(name_member(archive, entry, member));
    if (entry->flags & 1)
        RC_TRY(rc_source_invalid(&member->source, "expected a member in the clear, found it encrypted"));
    if (entry->method != 0 && entry->method != 8)
        RC_TRY(rc_source_invalid(&member->source, "expected a stored or deflated member, found compression method %u",
                                 entry->method));
    RC_TRY(unpack(archive, entry, member));
done:
    if (status != RC_OK) rc_member_free(member);
    return status;
}

void rc_member_free(rc_member *member) {
    free(member->name);
    free(member->unpacked);
    *member = (rc_member){0};
}
