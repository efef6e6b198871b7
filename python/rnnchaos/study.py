"""Studies: everything that a run depends on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from inspect import Parameter, Signature
from textwrap import fill
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from . import _run
from ._calls import check, taken_text, text
from ._native import ffi, lib
from .progress import ProgressOption

if TYPE_CHECKING:
    import xarray
    from typing_extensions import Self, Unpack

    from ._keys import Keys

__all__ = ["Key", "Study", "keys"]

_AnyStudy = TypeVar("_AnyStudy", bound="Study")


class Key(NamedTuple):
    """One key of a study, explained; `keys()` has them all."""

    name: str
    """As a keyword: ``network_neurons``."""
    yaml_name: str
    """As in a study file: ``network.neurons``."""
    unit: str | None
    default: Any
    expected: str
    """What a value must be: "an integer from 1 to 2147483648"."""
    meaning: str
    fallback: str | None
    """What a key that is left out becomes where the default does not fit."""


def _value(yaml: str) -> Any:
    """A value as the library writes it: a number, a list of numbers, or a word."""
    if yaml[0] == "[":
        return tuple(_value(part) for part in yaml[1:-1].split(", "))
    try:
        return int(yaml)
    except ValueError:
        pass
    try:
        return float(yaml)
    except ValueError:
        return yaml


def _read_keys() -> dict[str, Key]:
    found = {}
    key = ffi.new("rc_study_key *")
    for index in range(lib.rc_study_n_keys()):
        lib.rc_study_key_describe(index, key)
        yaml_name = text(key.name)
        name = yaml_name.replace(".", "_")
        found[name] = Key(
            name,
            yaml_name,
            text(key.unit) or None,
            _value(text(key.initial)),
            text(key.expectation),
            text(key.help).replace("`", ""),
            text(key.fallback).replace("`", "") or None,
        )
    return found


_KEYS = _read_keys()


def keys() -> dict[str, Key]:
    """Every key of a study by its keyword, in the order of the study file.

    Examples
    --------
    >>> rnnchaos.keys()["dynamics_dt_ms"].expected
    'a number above 0'
    """
    return dict(_KEYS)


def _yaml(value: Any) -> str:
    """A Python or NumPy value as YAML."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        return value if isinstance(value, str) else repr(value) if not isinstance(value, bool) else str(value).lower()
    return "[" + ", ".join(_yaml(element) for element in value) + "]"


def _settings(mapping: Mapping[str, Any], block: str = "") -> dict[str, str]:
    """Keywords, or blocks of them, as dotted names and YAML."""
    found: dict[str, str] = {}
    for name, value in mapping.items():
        if isinstance(value, Mapping):
            found |= _settings(value, f"{block}{name}.")
        else:
            found[_KEYS[name].yaml_name if name in _KEYS and not block else f"{block}{name}"] = _yaml(value)
    return found


class Study:
    """Everything that a run depends on, checked and frozen. The default is the published study.

    Parameters
    ----------
    **keys
        The keys of the study file, dots written as underscores: ``network.neurons`` is
        ``network_neurons``. A block may also come as a mapping: ``network={"neurons": 100}``. Keys
        that are left out have their defaults. `rnnchaos.keys()` and docs/study-file.md have them, too.

    Raises
    ------
    ValueError
        For a value that a key cannot have, or a key that there is not; the message says what was
        expected, and which key may have been meant.

    Examples
    --------
    >>> study = rnnchaos.Study(sessions=[1], gains=[10, 13, 22], network_neurons=100)
    >>> study.network_neurons
    100
    >>> results = study.run()
    """

    __signature__: ClassVar[Signature]
    __slots__ = ("__weakref__", "_owner", "_pointer", "_source", "_text", "_values")

    def __init__(self, **keys: Unpack[Keys]) -> None:
        self._take(b"", "study", _settings(keys))

    def _take(self, content: bytes, name: str, given: dict[str, str]) -> None:
        """From YAML, and settings that override it; kept for `replace`, since what is left out may
        depend on what is given."""
        settings = [ffi.new("char[]", f"{key}={value}".encode()) for key, value in given.items()]
        array = ffi.new("const char *[]", settings)
        out = ffi.gc(ffi.new("rc_study **"), lib.rc_study_destroy)
        try:
            check(lib.rc_study_parse(content, len(content), os.fsencode(name), array, len(settings), out))
        except ValueError as error:
            raise ValueError(str(error).removeprefix("--set ")) from None
        self._source = content, name, given
        self._owner, self._pointer = out, out[0]
        self._text = text(self._pointer.text)
        self._values = {name: self._read(index) for index, name in enumerate(_KEYS)}

    def _read(self, index: int) -> Any:
        out = ffi.new("char **")
        check(lib.rc_study_value(self._pointer, index, out))
        return _value(taken_text(out))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    else:

        def __getattr__(self, name):
            try:
                return object.__getattribute__(self, "_values")[name]
            except (AttributeError, KeyError):
                raise AttributeError(f"a study has no key {name!r}", name=name, obj=self) from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_KEYS]

    def __setattr__(self, name: str, value: object) -> None:
        if name in _KEYS:
            raise AttributeError(f"a study is frozen: use study.replace({name}={value!r})")
        super().__setattr__(name, value)

    # --- Text ---------------------------------------------------------------------

    @classmethod
    def from_yaml(cls, source: str | os.PathLike[str], **keys: Unpack[Keys]) -> Self:
        """A study from a YAML file, or from YAML itself.

        Parameters
        ----------
        source : str or path
            A path, or the text of a study: a string with a colon and a line break, or an empty one.
        **keys
            Override what the file says.

        Raises
        ------
        ValueError
            For a mistake, with its place: ``FILE:LINE:COLUMN: expected ...``.
        OSError
            If the file cannot be read.
        """
        if isinstance(source, str) and (source == "" or "\n" in source):
            content, name = source.encode(), "study"
        else:
            name = os.fspath(source)
            with open(name, "rb") as file:
                content = file.read()
        return _restore(cls, content, name, _settings(keys))

    def to_yaml(self, path: str | os.PathLike[str] | None = None) -> str:
        """The study as YAML, every key in its order: what a run writes as study.yaml.

        With a path, writes it there, too.
        """
        if path is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(self._text)
        return self._text

    def to_dict(self) -> dict[str, Any]:
        """Every key and its value, as keywords for `Study`."""
        return dict(self._values)

    def replace(self, **keys: Unpack[Keys]) -> Self:
        """The same study with other values of these keys.

        Keys that were never given still follow the others: the recorded neuron of a smaller network
        is its last one.
        """
        content, name, given = self._source
        return _restore(type(self), content, name, given | _settings(keys))

    def __repr__(self) -> str:
        """What differs from the published study; `Study(...)` with it gives this study."""
        changed = {name: value for name, value in self._values.items() if value != _KEYS[name].default}
        for name in [name for name in changed if _KEYS[name].fallback]:
            rest = {other: value for other, value in changed.items() if other != name}
            if _is_study(rest, self):
                changed = rest
        shown = (f"{name}={list(value) if isinstance(value, tuple) else value!r}" for name, value in changed.items())
        return f"Study({', '.join(shown)})"

    def __str__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        from ._html import study_table

        return study_table(self._values, _KEYS)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Study) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), *self._source)

    # --- Running ------------------------------------------------------------------

    def run(
        self,
        output: str | os.PathLike[str] | None = None,
        *,
        threads: int | None = None,
        kernels: str | None = None,
        progress: ProgressOption = None,
    ) -> xarray.Dataset:
        """Runs the study, as `rnnchaos run` does, and gives what results.h5 would hold.

        Parameters
        ----------
        output : str or path, optional
            A folder that keeps every finished task, as `rnnchaos run -o` does, and study.yaml,
            results.h5 and data_curation.pickle in the end. A run that was stopped goes on there,
            whether the package or the command began it. By default nothing is written.
        threads : int, optional
            Default: OMP_NUM_THREADS, else SLURM_CPUS_PER_TASK, else all cores. Results are the same
            to the bit for any number.
        kernels : {"scalar", "avx2", "avx512", "neon"}, optional
            The instruction set; by default the fastest. Results do not depend on it.
        progress : bool or callable, optional
            See `rnnchaos.ProgressOption`.

        Returns
        -------
        xarray.Dataset
            Variables, coordinates and attributes of results.h5 (docs/file-formats.md).

        Raises
        ------
        RunStopped
            If `progress` returned False.
        FileExistsError
            If the folder holds another study.
        Error
            If a state stopped being finite.
        """
        return _run.run(self._pointer, output, threads, kernels, progress)


def _explain_keys(doc: str) -> str:
    """The documentation of `Study`, with a paragraph for every key."""
    indent = " " * 8
    keys = "".join(
        f"    {key.name} : {key.expected}, default {key.default}{' ' + key.unit if key.unit else ''}\n"
        f"{fill(key.meaning, 100, initial_indent=indent, subsequent_indent=indent)}\n"
        for key in _KEYS.values()
    )
    before, after = doc.split("\n    Raises\n", 1)
    return f"{before}{keys}\n    Raises\n{after}"


# For help() and editors at run time; type checkers read _keys.pyi.
Study.__signature__ = Signature([Parameter(key.name, Parameter.KEYWORD_ONLY, default=key.default) for key in _KEYS.values()])
if Study.__doc__:
    Study.__doc__ = _explain_keys(Study.__doc__)


def _restore(kind: type[_AnyStudy], content: bytes, name: str, given: dict[str, str]) -> _AnyStudy:
    study = kind.__new__(kind)
    study._take(content, name, given)
    return study


def _is_study(keys: Mapping[str, Any], wanted: Study) -> bool:
    try:
        return _restore(Study, b"", "study", _settings(keys)) == wanted
    except ValueError:
        return False
