#include "base/build.h"

#include "build_commit.h"
#include "build_config.h"

const rc_build_info rc_build = {RC_VERSION, RC_COMMIT, RC_COMPILER, RC_FLAGS, RC_LIBRARIES};
