/* A file in memory, and how its readers say what is wrong with it. */
#ifndef RC_NETWORK_SOURCE_H
#define RC_NETWORK_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/fail.h"

typedef struct rc_source {
    const char *name;           /* in messages */
    const unsigned char *bytes; /* borrowed */
    size_t size;
} rc_source;

/* Deflate's best ratio: a file cannot hold more than this times its size, so
 * that a small file cannot ask for much memory. */
enum { RC_MOST_COMPRESSION = 1032 };

/* Reads a whole regular file. *content is to be freed, and what
 * source->bytes points to. Errors: RC_IO, RC_NO_MEMORY. */
rc_status rc_source_open(const char *path, rc_source *source, unsigned char **content);

/* An unsigned integer of n <= 8 bytes, least significant first; they must be
 * in the source. */
uint64_t rc_source_integer(const rc_source *source, size_t at, size_t n);

/* RC_DAMAGED with "NAME: byte AT: ...": the bytes are not of their format. */
__attribute__((format(printf, 3, 4), cold)) rc_status rc_source_damaged(const rc_source *source, size_t at,
                                                                        const char *format, ...);

/* RC_INVALID with "NAME: ...": a sound file, but not what is wanted. */
__attribute__((format(printf, 2, 3), cold)) rc_status rc_source_invalid(const rc_source *source, const char *format,
                                                                        ...);

enum { RC_SHOWN_SIZE = 44 };

/* Bytes of a file for a message: in quotes, what cannot be printed as '?',
 * the rest as "..." if they are many. Returns `shown`. */
const char *rc_shown(const void *bytes, size_t n, char shown[RC_SHOWN_SIZE]);

/* What stands at a place: one byte, or "the end". Returns `shown`. */
const char *rc_source_shown(const rc_source *source, size_t at, char shown[RC_SHOWN_SIZE]);

#endif
