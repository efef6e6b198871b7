/* Which build of the library this is. */
#ifndef RNNCHAOS_VERSION_H
#define RNNCHAOS_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0", and the commit that it was built from ("unknown" outside a
 * repository). */
const char *rc_version(void);
const char *rc_commit(void);

#ifdef __cplusplus
}
#endif
#endif
