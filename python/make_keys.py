"""Makes python/rnnchaos/_keys.pyi, the keywords of a study for type checkers and editors, from the schema in C
(src/study/schema.c), as the built extension knows it:

.venv/bin/python python/make_keys.py > python/rnnchaos/_keys.pyi
"""

import pathlib
import sys
import textwrap

if __name__ == "__main__":  # not the folder of this file, where the package lacks its extension
    sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1] / "build/python")

import rnnchaos  # noqa: E402
from rnnchaos._native import ffi, lib  # noqa: E402

HEAD = '''# Made by python/make_keys.py from src/study/schema.c; change it there.
from collections.abc import Sequence
from typing import Literal, TypedDict

class Keys(TypedDict, total=False):
    """Every key of a study, dots written as underscores."""
'''


def literal(*words):
    quoted = (f'"{ffi.string(word).decode()}"' for word in words)
    return f"Literal[{', '.join(quoted)}]"


def type_of(key):
    if key.kind == lib.RC_STUDY_CHOICE:
        words = ffi.unpack(key.choices, next(n for n in range(100) if not key.choices[n]))
        return literal(*words)
    number = "float" if key.kind == lib.RC_STUDY_REAL else "int"
    number += f" | {literal(key.word)}" if key.word else ""
    return f"Sequence[{number}]" if key.is_list else number


def described(key):
    unit = f" In {key.unit}." if key.unit else ""
    text = f'"""{key.meaning}{unit} Expected: {key.expected}; default {key.default}."""'
    return textwrap.fill(text, 100, initial_indent=" " * 4, subsequent_indent=" " * 4)


def stub():
    parts, key = [HEAD], ffi.new("rc_study_key *")
    for index, known in enumerate(rnnchaos.keys().values()):
        lib.rc_study_key_describe(index, key)
        parts.append(f"    {known.name}: {type_of(key)}\n{described(known)}\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(stub())
