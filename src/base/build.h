/* What this build was made from, for provenance. */
#ifndef RC_BASE_BUILD_H
#define RC_BASE_BUILD_H

typedef struct rc_build_info {
    const char *version, *commit, *compiler, *flags, *libraries;
} rc_build_info;

extern const rc_build_info rc_build;

#endif
