"""A wheel that is installed: everything it needs is inside, and gets on with what others bring. Run by script/wheel."""

import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys
import threading

import numpy as np
import pytest
from conftest import PACKAGE, SMALL

import rnnchaos

pytestmark = pytest.mark.skipif(PACKAGE is not None, reason="no wheel is installed: RNNCHAOS_INSTALLED")

# What every Linux has: the C library, and the loader.
SYSTEM = re.compile(r"(ld-linux.*|lib(c|m|dl|rt|pthread|util|resolv|gcc_s|stdc\+\+|z))(-[0-9.]+)?\.so")


def libraries_of(code):
    """Files of libraries that a Python of its own has loaded after some code."""
    code += "\nprint(*sorted({line.split()[-1] for line in open('/proc/self/maps') if '.so' in line}), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [pathlib.Path(line) for line in done.stdout.splitlines()]


def inside():
    return pathlib.Path(rnnchaos.__file__).parents[1] / "rnnchaos.libs"


def test_the_library_comes_from_the_wheel():
    assert pathlib.Path(rnnchaos.__file__).is_relative_to(sys.prefix)
    before = libraries_of("import cffi, _cffi_backend, numpy, scipy.sparse, xarray")
    new = [path for path in libraries_of("import cffi, scipy.sparse, xarray, rnnchaos; rnnchaos.Study()") if path not in before]
    ours = [path for path in new if path.is_relative_to(sys.prefix)]
    names = [path.name for path in ours if path.parent == inside()]
    assert all(any(name.startswith(library) for name in names) for library in ("libhdf5", "libopenblas", "libyaml"))
    assert [path for path in new if path not in ours and not SYSTEM.match(path.name)] == []


def test_nothing_of_a_network_is_inside():
    """What stands in for libcurl and OpenSSL is a page or two."""
    names = [path.name for path in inside().iterdir()]
    assert not [name for name in names if re.match("lib(ssl|gnutls|ldap|krb5|ssh2|gssapi)", name)]
    assert len(names) < 20
    for path in inside().iterdir():
        if path.name.startswith(("libcurl", "libcrypto")):
            assert path.stat().st_size < 40000


def test_every_library_has_its_licence():
    files = [pathlib.Path(str(file)) for file in importlib.metadata.files("rnnchaos") or []]
    licences = {file.stem for file in files if "bundled" in file.parts}
    libraries = {re.sub(r"(-r[0-9].*)?(-[0-9a-f]{8})?\.so.*", "", file.name) for file in files if file.parent.name == "rnnchaos.libs"}
    assert libraries - {"libcurl", "libcrypto"} <= licences and len(licences) > 5
    assert any(file.name == "LICENSE" for file in files)
    for file in importlib.metadata.files("rnnchaos"):
        if "bundled" in file.parts:
            assert "opyright" in file.locate().read_text()


@pytest.mark.parametrize("first", ["h5py", "rnnchaos"])
def test_two_hdf5_in_one_process(first, tmp_path):
    """Ours and h5py's are different libraries; each reads what the other wrote, whichever came first."""
    code = f"""
import {first}, sys
import h5py, numpy as np, rnnchaos
path = sys.argv[1]
results = rnnchaos.Study(**{SMALL!r}).run(path, progress=False)
with h5py.File(path + "/results.h5") as file:
    assert np.array_equal(file["lyapunov_exponent"][()], results.lyapunov_exponent, equal_nan=True)
    assert rnnchaos.open(path).identical(results)
W = np.random.default_rng(1).standard_normal((20, 20)) / 9
with h5py.File(path + "/W.h5", "w") as file:
    file["W"] = W
a, b = (rnnchaos.spectrum(weights, k=3, trials=1, transient=100, duration=500) for weights in (path + "/W.h5", W))
assert np.array_equal(a.exponents, b.exponents)
print(h5py.version.hdf5_version)
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "run")], check=True)


def test_two_hdf5_in_threads(tmp_path):
    h5py = pytest.importorskip("h5py")
    results = rnnchaos.Study(**SMALL).run(tmp_path / "run", progress=False)
    wrong = []

    def ours():
        wrong.extend(1 for _ in range(30) if not rnnchaos.open(tmp_path / "run").identical(results))

    def theirs():
        for _ in range(30):
            with h5py.File(tmp_path / "run" / "results.h5") as file:
                wrong.extend([] if np.array_equal(file["final_distance"][()], results.final_distance) else [2])

    threads = [threading.Thread(target=work) for work in (ours, theirs) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_five_lines(tmp_path):
    """Those of the README, which end in a picture."""
    matplotlib = pytest.importorskip("matplotlib")
    readme = (pathlib.Path(__file__).parents[2] / "README.md").read_text()
    (code,) = re.findall(r"```python\n(import numpy as np, rnnchaos\n.*?)```", readme, re.S)
    assert len(code.strip().splitlines()) <= 5 and matplotlib
    W = np.random.default_rng(1).standard_normal((100, 100)) / 10
    np.save(tmp_path / "my_weights.npy", W)
    environment = os.environ | {"MPLBACKEND": "Agg"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, env=environment)
    assert (tmp_path / "exponents.png").read_bytes().startswith(b"\x89PNG")
