"""Makes the C source of the extension rnnchaos._native from the public headers, through the
preprocessor, so that Python and C cannot differ.

make_native.py OUTPUT.c DEPFILE INCLUDE-FOLDER COMPILER...
"""

import pathlib
import subprocess
import sys
import tempfile

import cffi

STANDARD = ["stdatomic.h", "stdbool.h", "stddef.h", "stdint.h"]

# Python reads and writes plain integers; in memory they are the same. (clang takes no cast to an atomic type.)
ATOMICS = {"atomic_bool": "_Bool", "atomic_uint": "unsigned int", "atomic_ullong": "unsigned long long"}
TYPEDEFS = "".join(f"typedef {plain} {atomic};\n" for atomic, plain in ATOMICS.items())
SOURCE = "#include <stdatomic.h>\n#include <stdlib.h>\n"
for atomic, plain in ATOMICS.items():
    SOURCE += f'_Static_assert(sizeof({atomic}) == sizeof({plain}), "{atomic}");\n'
    SOURCE += f'_Static_assert(_Alignof({atomic}) == _Alignof({plain}), "{atomic}");\n#define {atomic} {plain}\n'
SOURCE += "#include <rnnchaos/rnnchaos.h>\n"


def declarations(include, compiler):
    """The public headers without comments, macros and what is not ours."""
    with tempfile.TemporaryDirectory() as folder:
        for name in STANDARD:
            (pathlib.Path(folder) / name).write_text("")
        arguments = ["-E", "-P", "-nostdinc", "-isystem", folder, "-I", include, "-x", "c"]
        everything = str(pathlib.Path(include) / "rnnchaos/rnnchaos.h")
        done = subprocess.run([*compiler, *arguments, everything], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
    return done.stdout


def main(output, depfile, include, *compiler):
    builder = cffi.FFI()
    builder.cdef(TYPEDEFS + declarations(include, compiler) + "void free(void *);")
    builder.set_source("rnnchaos._native", SOURCE)
    builder.emit_c_code(output)
    headers = sorted(str(path) for path in pathlib.Path(include, "rnnchaos").glob("*.h"))
    pathlib.Path(depfile).write_text(f"{output}: {' '.join(headers)}\n")


main(*sys.argv[1:])
