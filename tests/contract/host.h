/* Between host.c, which judges, and host_calls.c, which is judged. */
#ifndef RNNCHAOS_TESTS_HOST_H
#define RNNCHAOS_TESTS_HOST_H

#include <stdbool.h>

#include <rnnchaos/rnnchaos.h>

/* Reports a call that does not work, or works where it should fail. */
#define WORKS(call) expect(#call, (call), true)
#define FAILS(call) expect(#call, (call), false)
void expect(const char *call, rc_status status, bool works);

/* The program's own, and a path in it; the last four paths stay valid. */
extern const char *folder;
const char *in_folder(const char *name);
void write_file(const char *name, const void *bytes, size_t n);

/* Calls every public function. */
void use_everything(void);

#endif
