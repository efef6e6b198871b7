"""Mistakes in study files and in --set: status 2, the place, and what was expected."""

import pytest
from command import refused, settings, succeeds


@pytest.fixture
def refused_file(tmp_path):
    """A function: text of a study file -> the message without the path, refused by run and by network."""

    def check(text, *more):
        path = tmp_path / "study.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        message = refused("run", path, "-o", tmp_path / "out", *more)
        assert refused("network", path, "--session", "1", "-o", tmp_path / "n.npz", *more) == message
        assert sorted(tmp_path.iterdir()) == [path]
        assert message.startswith(f"{path}:") and message.count("\n") == 1
        return message.removeprefix(f"{path}:")

    return check


@pytest.mark.parametrize(
    "text, place, said",
    [
        # unknown keys, with the nearest one
        ("trails: 20\n", "1:1", "unknown key 'trails'; the nearest known key is 'trials'"),
        ("seed: 1\nnetwork:\n  neuron: 20\n", "3:3", "the nearest known key is 'network.neurons'"),
        ("dynamics:\n  tau: 20\n", "2:3", "the nearest known key is 'dynamics.tau_ms'"),
        ("tau_ms: 20\n", "1:1", "the nearest known key is 'dynamics.tau_ms'"),
        ("netwrok:\n  neurons: 20\n", "1:1", "the nearest known key is 'network'"),
        ("network.neurons: 20\n", "1:1", "write 'network.neurons' as 'neurons:' inside the block 'network:'"),
        # repeated
        ("trials: 20\nseed: 1\ntrials: 20\n", "3:1", "the key 'trials' is repeated; it has a value on line 1"),
        ("network:\n  neurons: 9\nnetwork:\n  neurons: 9\n", "3:1", "the key 'network' is repeated"),
        ("sessions: [1, 2, 1]\n", "1:18", "sessions: expected distinct values, found 1 again"),
        ("gains: [1, 1.0]\n", "1:12", "gains: expected distinct values, found 1 again"),
        # missing
        ("seed: 1\ntrials:\n", "2:8", "trials: expected an integer from 1 to 2147483648, found nothing"),
        ("gains: []\n", "1:8", "found an empty list"),
        # ill-typed
        ("trials: many\n", "1:9", "trials: expected an integer from 1 to 2147483648, found 'many'"),
        ("trials: 20.0\n", "1:9", "found '20.0'"),
        ("trials: 2e1\n", "1:9", "found '2e1'"),
        ("trials: '20'\n", "1:9", "found the quoted text '20'"),
        ("trials: [20]\n", "1:9", "found a list"),
        ("trials: {a: 1}\n", "1:9", "found a mapping"),
        ("trials: 2x0\n", "1:9", "found '2x0'"),
        ("gains: 10\n", "1:8", "gains: expected a list of distinct numbers"),
        ("gains: [1, [2]]\n", "1:12", "found a list"),
        ("network: 200\n", "1:10", "network: expected a block of keys, found a single value"),
        ("- trials\n", "1:1", "expected the keys of a study"),
        ("trials: true\n", "1:9", "found 'true'"),
        ("trials: ~\n", "1:9", "found '~'"),
        # out of range
        ("trials: 0\n", "1:9", "found '0'"),
        ("trials: -3\n", "1:9", "found '-3'"),
        ("trials: 99999999999999999999\n", "1:9", "trials: expected an integer"),
        ("seed: -1\n", "1:7", "seed: expected an integer from 0"),
        ("sessions: [1, -2]\n", "1:15", "sessions: expected"),
        ("sessions: [4294967296]\n", "1:12", "from 0 to 4294967295"),
        ("gains: [-1]\n", "1:9", "gains: expected"),
        ("network:\n  connection_probability: 1.1\n", "2:27", "expected a number from 0 to 1, found '1.1'"),
        ("network:\n  weight_std: -0.1\n", "2:15", "network.weight_std: expected a number from 0 up"),
        ("network:\n  neurons: 0\n", "2:12", "network.neurons: expected"),
        ("dynamics:\n  tau_ms: 0\n", "2:11", "expected a number above 0, found '0'"),
        ("dynamics:\n  dt_ms: -1\n", "2:10", "expected a number above 0"),
        ("perturbation: 0\n", "1:15", "expected a number other than 0"),
        ("divergence:\n  saturation: 0\n", "2:15", "expected a number above 0 up to 1"),
        # not finite
        ("network:\n  weight_std: .nan\n", "2:15", "found '.nan'"),
        ("network:\n  weight_std: nan\n", "2:15", "found 'nan'"),
        ("gains: [1, .inf]\n", "1:12", "found '.inf'"),
        ("gains: [1, Infinity]\n", "1:12", "found 'Infinity'"),
        ("gains: [1, 1e999]\n", "1:12", "found '1e999'"),
        ("perturbation: -.inf\n", "1:15", "found '-.inf'"),
        # keys that do not go together
        ("dynamics:\n  dt_ms: 40\n", "2:10", "dynamics.dt_ms: expected less than twice dynamics.tau_ms = 40, found 40"),
        ("dynamics:\n  tau_ms: 0.5\n", "2:11", "expected less than twice dynamics.tau_ms = 1, found 1"),
        ("dynamics:\n  duration_ms: 10.5\n", "2:16", "expected a whole number of steps"),
        ("dynamics:\n  duration_ms: 0.1\n", "2:16", "the nearest is 1"),
        ("record:\n  neuron: 200\n", "2:11", "record.neuron: expected less than network.neurons = 200, found 200"),
        ("record:\n  trial: 20\n", "2:10", "record.trial: expected less than trials = 20, found 20"),
        ("record:\n  session: 9\n", "2:12", "record.session: expected one of the sessions of this study, found 9"),
        ("record:\n  duration_ms: 7001\n", "2:16", "expected at most dynamics.duration_ms = 7000, found 7001"),
        # not a study at all
        ("gains: [1\n", "2:1", "this is not YAML"),
        ("trials: 1\n\tseed: 2\n", "2:1", "this is not YAML"),
        (b"seed: 1\ntrials: \xff\n", "2:9", "this is not UTF-8 text"),
        (b"\x89HDF\r\n\x1a\n\0\0", "1:1", "this is not UTF-8 text"),
        ("trials: 1\n---\ntrials: 2\n", "2:1", "second YAML document"),
        ("trials: &a 1\n", "1:9", "found an anchor"),
        ("trials: !!int 1\n", "1:9", "found a tag"),
    ],
)
def test_a_mistake_in_a_file(text, place, said, refused_file):
    message = refused_file(text)
    assert message.startswith(f"{place}: ") and said in message


def test_the_file_is_checked_where_set_overrides_it(refused_file):
    assert refused_file("trials: 0\n", "--set", "trials=3").startswith("1:9: trials: expected")


def test_a_clash_is_blamed_on_what_came_last(refused_file, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("dynamics:\n  tau_ms: 5\n")
    message = refused("run", path, "--set", "dynamics.dt_ms=10", "-o", tmp_path / "out")
    assert message.startswith("--set dynamics.dt_ms=10: ")


@pytest.mark.parametrize(
    "setting, said",
    [
        ("trails=20", "unknown key 'trails'; the nearest known key is 'trials'"),
        ("network.neuron=20", "the nearest known key is 'network.neurons'"),
        ("neurons=20", "the nearest known key is 'network.neurons'"),
        ("network={neurons: 20}", "'network' is a block of keys"),
        ("trials", "expected KEY=VALUE, such as trials=20"),
        ("", "expected KEY=VALUE"),
        ("=3", "unknown key ''"),
        ("trials=", "found nothing"),
        ("trials==3", "found '=3'"),
        ("trials=three", "trials: expected an integer from 1 to 2147483648, found 'three'"),
        ("trials=0", "found '0'"),
        ("trials=1.5", "found '1.5'"),
        ("trials='3'", "found the quoted text '3'"),
        ("trials=[3]", "found a list"),
        ("trials={}", "found a mapping"),
        ("gains=10", "expected a list"),
        ("gains=1,4,7", "found '1,4,7'"),
        ("gains=[1,4", "this is not YAML"),
        ("gains=[]", "found an empty list"),
        ("gains=[1,1]", "expected distinct values, found 1 again"),
        ("gains=[nan]", "found 'nan'"),
        ("gains=[.inf]", "found '.inf'"),
        ("network.weight_std=NaN", "found 'NaN'"),
        ("network.weight_std=inf", "found 'inf'"),
        ("network.weight_std=1e400", "found '1e400'"),
        ("network.connection_probability=-0.1", "expected a number from 0 to 1"),
        ("dynamics.dt_ms=40", "expected less than twice dynamics.tau_ms = 40, found 40"),
        ("dynamics.dt_ms=100", "expected less than twice dynamics.tau_ms = 40, found 100"),
        ("record.neuron=200", "expected less than network.neurons = 200, found 200"),
        ("record.neuron=-1", "found '-1'"),
        ("record.session=6", "expected one of the sessions of this study, found 6"),
        ("record.trial=20", "expected less than trials = 20"),
    ],
)
def test_a_mistake_in_a_setting(setting, said, tmp_path):
    message = refused("run", "--set", setting, "-o", tmp_path / "out")
    assert message.startswith(f"--set {setting}: ") and said in message
    assert refused("network", "--session", "1", f"--set={setting}", "-o", tmp_path / "n.npz") == message
    assert list(tmp_path.iterdir()) == []


def test_terminals_are_safe_from_settings(tmp_path):
    message = refused("run", "--set", "trials=\x1b[31m3", "-o", tmp_path / "out")
    assert "\x1b" not in message and message.count("\n") == 1


@pytest.mark.parametrize("name", ["run", "network"])
def test_a_study_that_is_not_there_is_the_callers_mistake(name, tmp_path):
    more = ["--session", "1"] if name == "network" else []
    out = tmp_path / "out"
    missing = tmp_path / "mising.yaml"
    assert f"{missing}: cannot read it: No such file" in refused(name, missing, "-o", out, *more)
    assert f"{tmp_path}: cannot read it: Is a directory" in refused(name, tmp_path, "-o", out, *more)
    assert "cannot read it: Not a directory" in refused(name, "/dev/null/study.yaml", "-o", out, *more)
    assert list(tmp_path.iterdir()) == []


def test_an_endless_file_is_refused(tmp_path):
    assert "at most" in refused("run", "/dev/zero", "-o", tmp_path / "out")


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "network:\n", "\ufeffseed: 1234\n", "seed: 1234\r\n", "{}"])
def test_little_is_enough(text, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(text, newline="")
    small = settings({"trials": 2, "dynamics.duration_ms": 10, "sessions": "[1]"})
    succeeds("run", path, *small, "-o", tmp_path / "out", "--no-figure")
