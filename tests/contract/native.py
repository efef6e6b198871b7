"""The library through ctypes: what the contract tests call without the command."""

import ctypes

import numpy as np

from conftest import BUILD

lib = ctypes.CDLL(str(BUILD / "tests/contract/librnnchaos_contract.so"))
lib.rc_message.restype = ctypes.c_char_p
lib.rc_status_text.restype = ctypes.c_char_p
lib.rc_pairwise_sum.restype = ctypes.c_double

OK = 0


class Failure(Exception):
    """A call that failed; `status` is the general text of its status."""

    def __init__(self, code):
        self.status = lib.rc_status_text(code).decode()
        super().__init__(lib.rc_message().decode(errors="replace"))


def check(code):
    if code != OK:
        raise Failure(code)


class Stream(ctypes.Structure):
    """rc_stream, opened on (entropy, spawn_key) of any size."""

    _fields_ = [("state", ctypes.c_uint64 * 2), ("increment", ctypes.c_uint64 * 2)]

    def __init__(self, entropy, spawn_key=()):
        super().__init__()
        words, key = words_of(entropy), [word for part in spawn_key for word in words_of(part) or [0]]
        lib.rc_stream_open(
            (ctypes.c_uint32 * len(words))(*words),
            ctypes.c_size_t(len(words)),
            (ctypes.c_uint32 * len(key))(*key),
            ctypes.c_size_t(len(key)),
            ctypes.byref(self),
        )

    def draw(self, what, n):
        """n of bits, uniforms, normals or exponentials."""
        out = np.empty(n, np.uint64 if what == "bits" else np.float64)
        getattr(lib, f"rc_contract_{what}")(ctypes.byref(self), ctypes.c_size_t(n), pointer_to(out))
        return out


class NetworkStruct(ctypes.Structure):
    """rc_network."""

    _fields_ = [
        ("n_neurons", ctypes.c_size_t),
        ("n_connections", ctypes.c_size_t),
        ("row_start", ctypes.POINTER(ctypes.c_size_t)),
        ("column", ctypes.POINTER(ctypes.c_uint32)),
        ("weight", ctypes.POINTER(ctypes.c_double)),
    ]


def words_of(natural):
    """32-bit words, least significant first; none for 0."""
    words = []
    while natural:
        words.append(natural & 0xFFFFFFFF)
        natural >>= 32
    return words


def pointer_to(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def copied(pointer, n, dtype):
    return np.ctypeslib.as_array(pointer, (n,)).astype(dtype) if n else np.empty(0, dtype)


def pairwise_sum(array):
    return lib.rc_pairwise_sum(pointer_to(array), ctypes.c_size_t(array.size))


def taken_network(network):
    """(row_start, column, weight) of a POINTER(NetworkStruct), which is destroyed."""
    W = network.contents
    parts = (
        copied(W.row_start, W.n_neurons + 1, np.uint64),
        copied(W.column, W.n_connections, np.uint32),
        copied(W.weight, W.n_connections, np.float64),
    )
    lib.rc_network_destroy(ctypes.byref(network))
    return parts


def generate(settings, session, n_trials):
    """The CSR parts of W and the initial states of one session of a study."""
    study, network, initial = ctypes.c_void_p(), ctypes.POINTER(NetworkStruct)(), ctypes.POINTER(ctypes.c_double)()
    texts = (ctypes.c_char_p * len(settings))(*(text.encode() for text in settings))
    check(lib.rc_study_read(None, texts, ctypes.c_size_t(len(settings)), ctypes.byref(study)))
    try:
        call = lib.rc_network_generate(study, ctypes.c_uint32(session), ctypes.byref(network), ctypes.byref(initial))
        check(call)
    finally:
        lib.rc_study_destroy(ctypes.byref(study))
    n_neurons = network.contents.n_neurons
    states = copied(initial, n_trials * n_neurons, np.float64).reshape(n_trials, n_neurons)
    ctypes.CDLL(None).free(initial)
    return (*taken_network(network), states)


def network_call(function, *arguments):
    """The CSR parts that rc_network_read or rc_network_parse gives."""
    network = ctypes.POINTER(NetworkStruct)()
    code = function(*arguments, ctypes.byref(network))
    assert bool(network) == (code == OK)
    check(code)
    return taken_network(network)


def read(path, dataset=None):
    return network_call(lib.rc_network_read, str(path).encode(), dataset and dataset.encode())


def parse(data, dataset=None, name=b"file"):
    exact = (ctypes.c_char * len(data)).from_buffer_copy(data) if data else None
    return network_call(lib.rc_network_parse, exact, ctypes.c_size_t(len(data)), name, dataset and dataset.encode())


def read_vector(path, n):
    out = ctypes.POINTER(ctypes.c_double)()
    code = lib.rc_vector_read(str(path).encode(), ctypes.c_size_t(n), ctypes.byref(out))
    check(code)
    values = copied(out, n, np.float64)
    ctypes.CDLL(None).free(out)
    return values
