"""Files of strangers: small ones get little memory, none makes us read another file."""

import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from conftest import BUILD
from matrices import npy_bytes, zip_bytes

h5py = pytest.importorskip("h5py")
HUGE = 1 << 60


# --- How much it takes ---------------------------------------------------------------


# A process counts the memory of those that it was copied from: a small one starts the command, with less
# memory than a claim of 2^32 bytes would take.
LAUNCHER = """import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def footprint(*arguments):
    """(exit status, message, bytes of memory at most) of the command."""
    command = [sys.executable, "-S", "-E", "-c", LAUNCHER, BUILD / "rnnchaos", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    status, kilobytes = map(int, done.stdout.split())
    return status, done.stderr, kilobytes * 1024


@pytest.fixture(scope="module")
def usual():
    """Memory of a command that reads nothing of note."""
    status, _, used = footprint("spectrum", "--weights", "/nowhere.npy")
    assert status == 2 and used < (80 << 20)
    return used


def assert_cheap(usual, *arguments, status=None):
    """Refused in one line (with status 1 or 2), with little memory."""
    found, message, used = footprint(*arguments)
    assert found == status or (status is None and found in (1, 2)), message
    assert message.count("\n") == 1
    assert used < usual + (32 << 20), (used, message)
    return message


def spectrum(path):
    return "spectrum", "--weights", path


# --- Weights that claim to be huge -----------------------------------------------------


def npy_header(text, version=1):
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode()


def claims():
    shape = "{{'descr': '<f8', 'fortran_order': False, 'shape': ({}), }}\n"
    yield "npy", npy_header(shape.format(f"{1 << 30}, {1 << 30}"))
    yield "npy-vector", npy_header(shape.format(f"{HUGE},"))
    yield "npy-overflow", npy_header(shape.format(f"{1 << 32}, {1 << 32}"))
    yield "npy-one-by-huge", npy_header(shape.format(f"0, {HUGE}"))
    yield "npy-header", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'"
    yield "mtx", f"%%MatrixMarket matrix coordinate real general\n{HUGE} {HUGE} {HUGE}\n1 1 1\n".encode()
    yield "mtx-entries", f"%%MatrixMarket matrix coordinate real general\n9 9 {HUGE}\n1 1 1\n".encode()
    yield "mtx-neurons", b"%%MatrixMarket matrix coordinate real general\n4000000000 4000000000 1\n1 1 1\n"
    yield "mtx-array", f"%%MatrixMarket matrix array real general\n{1 << 30} {1 << 30}\n1\n".encode()


@pytest.mark.parametrize("name, content", claims(), ids=dict(claims()))
def test_a_small_file_that_claims_to_be_huge(name, content, usual, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert "expected" in assert_cheap(usual, *spectrum(tmp_path / name))


# --- Archives --------------------------------------------------------------------------


def member(name, data, size=None, packed=None, method=0):
    """(local header and data, entry of the directory without its offset), with sizes of 64 bits."""
    size = len(data) if size is None else size
    packed = len(data) if packed is None else packed
    extra = struct.pack("<HHQQ", 1, 16, size, packed)
    common = struct.pack("<HHHHHIIIHH", 45, 0, method, 0, 0, zlib.crc32(data), 2**32 - 1, 2**32 - 1, len(name), 20)
    local = b"PK\3\4" + common + name + extra + data
    entry = b"PK\1\2" + struct.pack("<H", 45) + common + struct.pack("<HHHI", 0, 0, 0, 0)
    return local, entry, name + extra


def archive(*members, n_entries=None, same_place=False):
    body, directory = b"", b""
    for local, entry, rest in members:
        directory += entry + struct.pack("<I", 0 if same_place else len(body)) + rest
        body = local if same_place else body + local
    n = len(members) if n_entries is None else n_entries
    start = len(body)
    end64 = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, n, n, len(directory), start)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, start + len(directory), 1)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, min(n, 65535), min(n, 65535), len(directory), start, 0)
    return body + directory + end64 + locator + end


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def test_the_archives_of_these_tests_are_sound(tmp_path):
    data = npy_bytes(0.1 * np.ones((2, 2)))
    (tmp_path / "x.npz").write_bytes(archive(member(b"weights.npy", data)))
    assert np.load(tmp_path / "x.npz")["weights"].shape == (2, 2)
    status, message, _ = footprint(*spectrum(tmp_path / "x.npz"), "--trials", 1, "--duration-ms", 100)
    assert status == 0, message


def archive_claims():
    data = npy_bytes(np.ones((2, 2)))
    zeros = deflated(bytes(100000))
    yield "size", archive(member(b"weights.npy", data, size=HUGE))
    yield "packed", archive(member(b"weights.npy", data, packed=HUGE))
    yield "both", archive(member(b"weights.npy", data, size=HUGE, packed=HUGE))
    yield "ratio", archive(member(b"weights.npy", zeros, size=HUGE, method=8))
    yield "longer", archive(member(b"weights.npy", deflated(bytes(1 << 20)), size=100, method=8))
    yield "entries", archive(member(b"weights.npy", data), n_entries=HUGE)
    many = [member(b"%d.npy" % i, zeros, size=100000, method=8) for i in range(2000)]
    yield "shared bytes", archive(*many, same_place=True)


@pytest.mark.parametrize("name, content", archive_claims(), ids=dict(archive_claims()))
def test_archives_that_claim_to_be_huge(name, content, usual, tmp_path):
    (tmp_path / "x.npz").write_bytes(content)
    assert "expected" in assert_cheap(usual, *spectrum(tmp_path / "x.npz"))


@pytest.mark.parametrize("name", ["../weights", "/tmp/weights", "a/../../weights", "C:\\weights", "weights.npy/../weights"])
def test_paths_in_archives_are_only_names(name, tmp_path):
    from native import read

    inside = tmp_path / "inside"
    inside.mkdir()
    W = np.array([[0, 0.5], [0.25, 0]])
    (tmp_path / "weights.npy").write_bytes(npy_bytes(np.ones((3, 3))))
    (inside / "x.npz").write_bytes(archive(member(name.encode() + b".npy", npy_bytes(W))))
    _, _, weights = read(inside / "x.npz", name)
    assert list(weights) == [0.5, 0.25]
    assert sorted(os.listdir(inside)) == ["x.npz"] and sorted(os.listdir(tmp_path)) == ["inside", "weights.npy"]


# --- HDF5 ------------------------------------------------------------------------------


def chunks_of_gigabytes(file):
    """One chunk of 2^31 bytes around four written numbers, of which deflate leaves little."""
    space = h5py.h5s.create_simple((2, 2), (h5py.h5s.UNLIMITED, h5py.h5s.UNLIMITED))
    creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    creation.set_chunk((1 << 14, 1 << 14))
    creation.set_alloc_time(h5py.h5d.ALLOC_TIME_INCR)
    h5py.h5d.create(file.id, b"weights", h5py.h5t.IEEE_F64LE, space, creation)


def sparse_group(file, n):
    group = file.create_group("weights")
    group.attrs["encoding-type"] = "csr_matrix"
    group.attrs["shape"] = (n, n)
    group["data"], group["indices"], group["indptr"] = np.ones(2), np.array([0, 1]), np.array([0, 1, 2])


HDF5_CLAIMS = {
    "contiguous": lambda file: file.create_dataset("weights", (1 << 29, 1 << 29), "f8"),
    "chunked": lambda file: file.create_dataset("weights", (1 << 29, 1 << 29), "f8", chunks=(16, 16)),
    "one element": lambda file: file.create_dataset("weights", (1 << 29, 1 << 29), "f8", chunks=(16, 16)).__setitem__(
        (0, 0), 1
    ),
    "vector": lambda file: file.create_dataset("weights", (HUGE,), "u1", chunks=(16,)),
    "large chunk": chunks_of_gigabytes,
    "sparse": lambda file: sparse_group(file, HUGE),
    "sparse, 4e9": lambda file: sparse_group(file, 4000000000),
    "cycle": lambda file: file.__setitem__("weights", h5py.SoftLink("/weights")),
}


@pytest.mark.parametrize("make", HDF5_CLAIMS.values(), ids=HDF5_CLAIMS)
def test_hdf5_that_claims_to_be_huge(make, usual, tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        make(file)
    assert os.path.getsize(tmp_path / "x.h5") < 20000
    assert "expected" in assert_cheap(usual, *spectrum(tmp_path / "x.h5"))


def test_hdf5_with_a_deep_tree(usual, tmp_path):
    with h5py.File(tmp_path / "x.h5", "w", libver="latest") as file:
        group = file
        for _ in range(3000):
            group = group.create_group("g")
    message = assert_cheap(usual, *spectrum(tmp_path / "x.h5"))
    assert "expected" in message


def test_hdf5_that_runs_in_circles(usual, tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["a/b"] = file["/"]
        file["a/c"] = h5py.SoftLink("/a")
    assert "found none" in assert_cheap(usual, *spectrum(tmp_path / "x.h5"))


# --- results.h5 --------------------------------------------------------------------------


def replace(file, name, **options):
    old = file[name]
    shape, dtype = old.shape, old.dtype
    del file[name]
    return shape, dtype


def external_storage(file, folder):
    (folder / "secret").write_bytes(bytes(1 << 16))
    shape, dtype = replace(file, "rates1")
    file.create_dataset("rates1", shape, dtype, external=[(str(folder / "secret"), 0, 1 << 16)])


def virtual_dataset(file, folder):
    shape, dtype = replace(file, "rates1")
    layout = h5py.VirtualLayout(shape, dtype)
    layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "rates1", shape)
    file.create_virtual_dataset("rates1", layout)


def external_link(file, folder):
    replace(file, "rates1")
    file["rates1"] = h5py.ExternalLink(str(folder / "other.h5"), "rates1")


def soft_link_to_external_link(file, folder):
    replace(file, "rates1")
    file["elsewhere"] = h5py.ExternalLink(str(folder / "other.h5"), "/")
    file["rates1"] = h5py.SoftLink("/elsewhere/rates1")


ELSEWHERE = {
    "external storage": (external_storage, "rates1 has its elements in another file"),
    "virtual": (virtual_dataset, "rates1 has its elements in another file"),
    "external link": (external_link, "rates1 is missing"),
    "soft link": (soft_link_to_external_link, "rates1 is missing"),
}


@pytest.mark.parametrize("make, reason", ELSEWHERE.values(), ids=ELSEWHERE)
def test_results_that_point_to_other_files(make, reason, small, tmp_path):
    for name in ("other.h5", "x.h5"):
        (tmp_path / name).write_bytes((small / "results.h5").read_bytes())
    with h5py.File(tmp_path / "x.h5", "r+") as file:
        make(file, tmp_path)
        assert file["rates1"].shape  # a reader that follows would find it
    status, message, _ = footprint("info", tmp_path / "x.h5")
    assert status == 1 and reason in message


def many_trials(file):
    """A study of 2^40 trials whose text and hash are in order."""
    text = file.attrs["study"].replace("trials: 3\n", "trials: 1000000000\n")
    assert text != file.attrs["study"]
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    file.attrs["study"], file.attrs["study_hash"] = text, f"{value:016x}"
    return 1000000000


def resized(file, compression):
    """Every array of trials, with no element written."""
    n = many_trials(file)
    n_old = len(file["trial"])
    for name, dataset in list(file.items()):
        if n_old not in dataset.shape:
            continue
        shape = tuple(n if size == n_old else size for size in dataset.shape)
        dtype = dataset.id.get_type()
        del file[name]
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        creation.set_chunk(tuple(min(size, 8) for size in shape))
        if compression:
            creation.set_deflate(9)
        h5py.h5d.create(file.id, name.encode(), dtype, h5py.h5s.create_simple(shape), creation)


@pytest.mark.parametrize("compression", [False, True])
def test_results_that_claim_to_be_huge(compression, small, usual, tmp_path):
    (tmp_path / "x.h5").write_bytes((small / "results.h5").read_bytes())
    with h5py.File(tmp_path / "x.h5", "r+") as file:
        resized(file, compression)
    assert "is larger than what the file holds" in assert_cheap(usual, "info", tmp_path / "x.h5")


def test_results_whose_arrays_share_their_bytes(make_results, usual, tmp_path):
    """As a zip bomb does: one well compressed array under many names."""
    (tmp_path / "x.h5").write_bytes((make_results("sessions=[1]", "gains=[1]", "trials=20000", "dynamics.duration_ms=1", "exponents.count=1") / "results.h5").read_bytes())
    with h5py.File(tmp_path / "x.h5", "r") as old, h5py.File(tmp_path / "y.h5", "w") as file:
        for name, value in old.attrs.items():
            file.attrs[name] = value
        first = {}
        for name, dataset in old.items():
            key = (dataset.shape, dataset.dtype.str, dataset.id.get_type().get_class())
            if dataset.attrs.get("CLASS") != b"DIMENSION_SCALE" and key in first:
                file[name] = file[first[key]]
                continue
            old.copy(dataset, file, name, without_attrs=True)
            if dataset.attrs.get("CLASS") != b"DIMENSION_SCALE":
                first[key] = name
    assert len(first) < 12
    assert "is larger than what the file holds" in assert_cheap(usual, "info", tmp_path / "y.h5")


@pytest.mark.parametrize("shift", range(6))
def test_odd_values_in_results_do_no_harm(shift, small, tmp_path):
    """Flags without names, times that are none, texts that are none: said or drawn somehow, never a crash."""
    (tmp_path / "x.h5").write_bytes((small / "results.h5").read_bytes())
    with h5py.File(tmp_path / "x.h5", "r+") as file:
        for number, (name, dataset) in enumerate(file.items()):
            if dataset.attrs.get("CLASS") == b"DIMENSION_SCALE":
                continue
            if dataset.dtype.kind == "i":
                dataset[...] = [-(2**31), 2**31 - 1, 99][(number + shift) % 3]
            elif dataset.dtype.kind == "f":
                dataset[...] = [np.inf, -np.inf, np.nan, 1e308, -1e308, 5e-324][(number + shift) % 6]
            else:
                texts = np.full(dataset.shape, b"\xff" * 256)
                dataset.id.write(h5py.h5s.ALL, h5py.h5s.ALL, texts, dataset.id.get_type())
    for arguments in (
        ("info", tmp_path / "x.h5"),
        *(("export", tmp_path / "x.h5", "--to", to, "-o", tmp_path / "out") for to in ("csv", "npz", "pickle")),
        ("plot", tmp_path / "x.h5", "-o", tmp_path / "x.svg"),
        ("plot", tmp_path / "x.h5", "--figure", "exponents", "-o", tmp_path / "x.svg"),
    ):
        status, message, _ = footprint(*arguments)
        assert (status, message) == (0, ""), arguments


def test_results_send_no_commands_to_the_terminal(small, tmp_path):
    (tmp_path / "x.h5").write_bytes((small / "results.h5").read_bytes())
    with h5py.File(tmp_path / "x.h5", "r+") as file:
        file.attrs["host"] = "a\x1b[2Jb\x07c\x9bd\r\n\x7fé"
    done = subprocess.run([BUILD / "rnnchaos", "info", tmp_path / "x.h5"], capture_output=True, check=True)
    assert "host       a?[2Jb?c?d???é\n" in done.stdout.decode()
    with h5py.File(tmp_path / "x.h5", "r+") as file:
        file.attrs["study_hash"] = "\x1b[2J\n"
    done = subprocess.run([BUILD / "rnnchaos", "info", tmp_path / "x.h5"], capture_output=True)
    assert done.returncode == 1 and b"\x1b" not in done.stderr and done.stderr.count(b"\n") == 1


# --- Studies -----------------------------------------------------------------------------


YAML = {
    "deep": b"[" * 1000000,
    "deep blocks": b"- " * 1000000,
    "deep maps": b"{a: " * 300000,
    "questions": b"? " * 1000000,
    "laughs": b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (c + 1, c + 1, c, c) for c in range(97, 122)),
    "long": b"seed: " + b"9" * 4000000,
    "list": b"gains: [" + b"1," * 1900000 + b"1]",
    "large": b"#" * (64 << 20),
    "lines": b"\n" * 4000000,
    "anchors": b"".join(b"- &a%d x\n" % i for i in range(200000)),
}


@pytest.mark.parametrize("content", YAML.values(), ids=YAML)
def test_a_study_that_wants_too_much(content, usual, tmp_path):
    (tmp_path / "study.yaml").write_bytes(content)
    status, message, used = footprint("network", tmp_path / "study.yaml", "--session", 1, "-o", tmp_path / "x.npz")
    if content.strip():
        assert status == 2 and f"{tmp_path}/study.yaml:" in message
    assert used < usual + (32 << 20)


# --- Journals ----------------------------------------------------------------------------


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def journal_of(header, program=None, **changes):
    """A journal's header with another study, or written by another program."""
    n_program, n_study = struct.unpack_from("<II", header, 32)
    old_program, study = header[40 : 40 + n_program], header[40 + n_program :][:n_study].decode()
    program = old_program if program is None else program
    for old, new in changes.values():
        assert old in study
        study = study.replace(old, new)
    value = 0xCBF29CE484222325
    for byte in study.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    body = program + study.encode()
    n = (44 + len(body) + 7) // 8 * 8
    made = header[:12] + struct.pack("<IQ", n, value) + header[24:32]
    made += struct.pack("<II", len(program), len(study)) + body
    made = made.ljust(n - 4, b"\0")
    return made + struct.pack("<I", crc32c(made))


@pytest.fixture(scope="module")
def header(tmp_path_factory):
    folder = tmp_path_factory.mktemp("journal")
    small = ["sessions=[1]", "gains=[1]", "trials=3", "network.neurons=5", "dynamics.duration_ms=5", "exponents.count=0"]
    command = [BUILD / "rnnchaos", "run", "-o", folder, "--no-figure"]
    subprocess.run([*command, *(word for key in small for word in ("--set", key))], check=True, capture_output=True)
    data = (folder / "journal.rcj").read_bytes()
    return data[: struct.unpack_from("<I", data, 12)[0]]


@pytest.mark.parametrize("trials", [100000000, 1000000000])
@pytest.mark.parametrize("steps", [5, 1000000000000])
def test_a_journal_of_a_study_that_is_huge(trials, steps, header, usual, tmp_path):
    data = journal_of(header, trials=("trials: 3", f"trials: {trials}"), steps=("duration_ms: 5\n", f"duration_ms: {steps}\n"))
    (tmp_path / "journal.rcj").write_bytes(data)
    message = assert_cheap(usual, "merge", tmp_path, status=3)
    assert "1 of 1 tasks are missing" in message


def test_a_journal_sends_no_commands_to_the_terminal(header, tmp_path):
    (tmp_path / "journal.rcj").write_bytes(journal_of(header, program=b"9.9.9 \x1b[2J\n\x07"))
    done = subprocess.run([BUILD / "rnnchaos", "merge", tmp_path], capture_output=True)
    assert done.returncode == 2 and b"9.9.9 ?[2J??" in done.stderr and done.stderr.count(b"\n") == 1
