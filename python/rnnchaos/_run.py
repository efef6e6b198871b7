"""Running studies, and results of the library as datasets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from ._arrays import count, kernels_of
from ._calls import Watch, check, hdf5_lock, text
from ._native import ffi, lib
from .progress import ProgressOption

if TYPE_CHECKING:
    import xarray

_TYPES = {lib.RC_FLOAT64: "f8", lib.RC_INT32: "i4", lib.RC_INT64: "i8", lib.RC_TEXT: f"S{lib.RC_TEXT_SIZE}"}


def run(
    study: Any,
    folder: str | os.PathLike[str] | None,
    threads: int | None,
    kernels: str | None,
    progress: ProgressOption,
) -> xarray.Dataset:
    """Results of an `rc_study *`, which stays the caller's."""
    copy = ffi.new("rc_study **")
    check(lib.rc_study_parse(study.text, len(ffi.string(study.text)), b"study", ffi.NULL, 0, copy))
    control = ffi.new("rc_task_control *")
    options = ffi.new("rc_run_options *")
    options.n_threads = 0 if threads is None else count(threads, "threads", 1, 65536)
    options.kernels = kernels_of(kernels)
    options.control = control
    if folder is not None:
        os.makedirs(folder, exist_ok=True)
        options.folder = path = ffi.new("char[]", os.fsencode(folder))
    out = _new_results()
    n_steps = lib.rc_task_count(study) * lib.rc_task_state_steps(study)
    watch = Watch(progress, "study", lambda: int(n_steps - control.saved_steps))
    watch.stop, watch.steps = ffi.addressof(control, "stop"), ffi.addressof(control, "state_steps")

    watch.run(lambda: check(lib.rc_run_study(copy[0], options, out)), np.inf)
    if folder is not None:
        with hdf5_lock():
            check(lib.rc_results_save(out[0], path))
    return _dataset(out[0])


def read(path: bytes) -> xarray.Dataset:
    out = _new_results()
    with hdf5_lock():
        check(lib.rc_results_read(path, out))
    return _dataset(out[0])


def _new_results() -> Any:
    """An `rc_results **`; what is put there is destroyed with its last reference."""
    return ffi.gc(ffi.new("rc_results **"), lib.rc_results_destroy)


def _attributes(variable: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = {"units": text(variable.units), "long_name": text(variable.long_name)}
    if variable.flag_meanings:
        meanings = text(variable.flag_meanings)
        attributes |= {"flag_values": np.arange(meanings.count(" ") + 1, dtype="i4"), "flag_meanings": meanings}
    return attributes


def _dims(study: Any, variable: Any) -> tuple[list[str], list[int]]:
    dims = list(variable.dims[0 : lib.rc_variable_n_dims(ffi.addressof(variable))])
    return [text(lib.rc_dimension_name(dim)) for dim in dims], [lib.rc_dimension_length(study, dim) for dim in dims]


def _variable(results: Any, variable: Any) -> tuple[list[str], Any, dict[str, Any]]:
    names, shape = _dims(results.study, variable)
    dtype = np.dtype(_TYPES[variable.type])
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    data = np.empty(shape, dtype)
    if size:
        ffi.memmove(ffi.from_buffer(data), lib.rc_variable_data(results, ffi.addressof(variable)), size)
    return names, np.char.decode(data, "utf-8") if dtype.kind == "S" else data, _attributes(variable)


def _coordinate(study: Any, dim: int) -> tuple[list[str], Any, dict[str, Any]]:
    variable = lib.rc_dimension_table[dim].coordinate
    n = lib.rc_dimension_length(study, dim)
    values = [lib.rc_dimension_value(study, dim, i) for i in range(n)]
    return [text(variable.name)], np.array(values, _TYPES[variable.type]), _attributes(variable)


def _dataset(results: Any) -> xarray.Dataset:
    """With copies of all arrays."""
    import xarray

    study = results.study
    variables = [lib.rc_variable_table[k] for k in range(lib.rc_n_variables)]
    data = {text(variable.name): _variable(results, variable) for variable in variables}
    dims = range(1, lib.RC_DIM_COUNT)
    coordinates = {text(lib.rc_dimension_name(dim)): _coordinate(study, dim) for dim in dims}
    return xarray.Dataset(data, coordinates, _provenance(results))


def _provenance(results: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "Conventions": "CF-1.10",
        "title": "Chaos in recurrent rate networks, by rnnchaos",
        "study": text(results.study.text),
        "study_hash": f"{int(results.study.hash):016x}",
        "tau_ms": results.study.dynamics.tau_ms,
    }
    provenance = results.provenance
    for name, field in ffi.typeof(provenance).fields:
        value = getattr(provenance, name)
        attributes[name] = text(value) if field.type is ffi.typeof("char *") else value
    return attributes
