#include "base/build.h"

#include <rnnchaos/version.h>

#include "build_commit.h"
#include "build_config.h"

const rc_build_info rc_build = {RC_VERSION, RC_COMMIT, RC_COMPILER, RC_FLAGS, RC_LIBRARIES};

const char *rc_version(void) { return rc_build.version; }

const char *rc_commit(void) { return rc_build.commit; }
