# The extension that cffi makes from the public headers.
from typing import Any

ffi: Any
lib: Any
