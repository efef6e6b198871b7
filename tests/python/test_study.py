"""Studies: every key, YAML, mistakes."""

import copy
import inspect
import pickle
import pydoc
import runpy

import h5py
import numpy as np
import pytest
from conftest import ROOT, SMALL, command, study_options
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnchaos
from rnnchaos import study as module


def test_every_key_of_the_reference_is_a_keyword():
    reference = (ROOT / "docs/study-file.md").read_text()
    rows = [line.split("|")[1].strip(" `") for line in reference.splitlines() if line.startswith("| `")]
    keys = rnnchaos.keys()
    assert [key.yaml_name for key in keys.values()] == rows and len(rows) > 20
    assert all(key.meaning and key.expected for key in keys.values())


def test_the_types_of_keywords_are_those_of_the_schema():
    """What mypy and editors read is what python/make_keys.py makes of the extension."""
    made = runpy.run_path(str(ROOT / "python/make_keys.py"))["stub"]()
    assert (ROOT / "python/rnnchaos/_keys.pyi").read_text() == made


def test_help_names_and_explains_every_key():
    signature = inspect.signature(rnnchaos.Study).parameters
    assert {name: parameter.default for name, parameter in signature.items()} == {name: key.default for name, key in rnnchaos.keys().items()}
    page = pydoc.plain(pydoc.render_doc(rnnchaos.Study))
    for key in rnnchaos.keys().values():
        assert f"{key.name} : {key.expected}, default" in page and key.meaning.split(".")[0][:40] in page
    assert "seed=1234" in page


def test_the_default_is_the_published_study():
    study = rnnchaos.Study()
    assert repr(study) == "Study()"
    assert study == rnnchaos.Study.from_yaml(ROOT / "examples/published.yaml")
    for name, key in rnnchaos.keys().items():
        assert getattr(study, name) == key.default


def test_keywords_blocks_and_attributes():
    study = rnnchaos.Study(gains=np.array([1, 2.5]), network={"neurons": 50}, record_neuron=7, exponents_count="all")
    assert (study.gains, study.network_neurons, study.record_neuron) == ((1, 2.5), 50, 7)
    assert study.exponents_count == "all"
    assert study.replace(trials=3).trials == 3 and study.replace(trials=3).network_neurons == 50
    assert "network_neurons" in dir(study)


values = {
    "seed": st.integers(0, 2**200),
    "sessions": st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4, unique=True),
    "gains": st.lists(st.floats(0, 1e6), min_size=1, max_size=4, unique=True),
    "trials": st.integers(1, 2**31),
    "network_weight_std": st.floats(0, 1e300),
    "perturbation": st.floats(-1e300, 1e300).filter(bool),
    "exponents_count": st.one_of(st.integers(0, 2**31), st.just("all")),
    "divergence_saturation": st.floats(1e-300, 1),
}


@settings(max_examples=100, deadline=None)
@given(st.fixed_dictionaries({}, optional=values))
def test_text_and_repr_give_the_study_back(keys):
    study = rnnchaos.Study(**keys)
    for name, value in keys.items():
        assert getattr(study, name) == (tuple(value) if isinstance(value, list) else value)
    assert rnnchaos.Study.from_yaml(study.to_yaml()) == study
    assert eval(repr(study), {"Study": rnnchaos.Study}) == study
    assert rnnchaos.Study(**study.to_dict()) == study


def test_it_is_frozen_hashable_and_can_be_sent():
    study = rnnchaos.Study(trials=3)
    with pytest.raises(AttributeError, match="frozen"):
        study.trials = 4
    assert len({study, rnnchaos.Study(trials=3), rnnchaos.Study()}) == 2
    assert study != "study" and study != rnnchaos.Study()
    for other in (pickle.loads(pickle.dumps(study)), copy.deepcopy(study), copy.copy(study)):
        assert other == study and type(other) is rnnchaos.Study
    with pytest.raises(AttributeError, match="no key 'trails'"):
        study.trails


@pytest.mark.parametrize(
    "keys, words",
    [
        ({"trials": 0}, "trials=0: trials: expected an integer from 1 to 2147483648, found '0'"),
        ({"trials": "none"}, "trials=none"),
        ({"trials": 2.5}, "trials=2.5"),
        ({"trials": True}, "trials=true"),
        ({"gains": []}, "gains="),
        ({"gains": [1, 1]}, "gains="),
        ({"gains": 3}, "gains=3"),
        ({"network_neuron": 5}, "network.neurons"),
        ({"network": {"neuron": 5}}, "network.neurons"),
        ({"dynamics_dt_ms": float("nan")}, "dynamics.dt_ms=nan"),
        ({"record_session": 9}, "record.session"),
    ],
)
def test_mistakes_are_told(keys, words):
    with pytest.raises(ValueError) as failure:
        rnnchaos.Study(**keys)
    assert words in str(failure.value) and "--set" not in str(failure.value)


def test_mistakes_in_files_have_a_place(tmp_path):
    (tmp_path / "s.yaml").write_text("trials: 3\nnetwork:\n  neuron: 7\n")
    with pytest.raises(ValueError, match=r"s\.yaml:3:3: .*network\.neurons"):
        rnnchaos.Study.from_yaml(tmp_path / "s.yaml")
    with pytest.raises(FileNotFoundError):
        rnnchaos.Study.from_yaml(tmp_path / "none.yaml")
    assert rnnchaos.Study.from_yaml("trials: 3\n", trials=5).trials == 5


def test_what_notebooks_show():
    html = rnnchaos.Study(trials=3)._repr_html_()
    assert "<b>3</b>" in html and "network_neurons" in html and html.count("<tr>") == len(rnnchaos.keys()) + 1
    assert str(rnnchaos.Study()) == rnnchaos.Study().to_yaml()
    assert module.Key._fields


def test_files_that_are_none(tmp_path):
    (tmp_path / "results.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    with pytest.raises(rnnchaos.Error, match=r"results\.h5"):
        rnnchaos.open(tmp_path)
    with pytest.raises(OSError, match=r"none\.h5"):
        rnnchaos.open(tmp_path / "none.h5")


def test_a_run_that_cannot_be():
    with pytest.raises(ValueError, match="threads: expected 1 to 65536"):
        rnnchaos.Study().run(threads=0)
    with pytest.raises(ValueError, match="sse9"):
        rnnchaos.Study().run(kernels="sse9")


def datasets(path):
    with h5py.File(path) as file:
        return {name: file[name][()].tobytes() for name in file}


def test_a_folder_is_what_the_command_leaves(tmp_path):
    results = rnnchaos.Study(**SMALL).run(tmp_path / "new" / "ours", threads=2)
    command("run", "-o", tmp_path / "its", "--no-figure", "--quiet", *study_options(SMALL))
    names = {path.name for path in (tmp_path / "its").iterdir()}
    assert {path.name for path in (tmp_path / "new/ours").iterdir()} == names
    assert datasets(tmp_path / "new/ours/results.h5") == datasets(tmp_path / "its/results.h5")
    for name in ("study.yaml", "data_curation.pickle"):
        assert (tmp_path / "new/ours" / name).read_bytes() == (tmp_path / "its" / name).read_bytes()
    assert rnnchaos.open(tmp_path / "new/ours").identical(results)


def test_a_stopped_run_goes_on_in_its_folder(tmp_path):
    """Begun by the package, ended by the command; and the other way round."""
    study = rnnchaos.Study(**SMALL, dynamics_tau_ms=21)
    whole = study.run(threads=1)
    long = study.replace(exponents_duration_ms=4000)
    with pytest.raises(rnnchaos.RunStopped):
        long.run(tmp_path / "a", threads=1, progress=lambda p: p.fraction < 0.3)
    assert (tmp_path / "a/journal.rcj").exists() and not (tmp_path / "a/results.h5").exists()
    keys = SMALL | {"dynamics_tau_ms": 21, "exponents_duration_ms": 4000}
    command("run", "--resume", "-o", tmp_path / "a", "--no-figure", "--quiet", *study_options(keys))
    assert rnnchaos.open(tmp_path / "a").equals(long.run(tmp_path / "b"))
    began = rnnchaos.open(tmp_path / "b").attrs["started"]
    assert long.run(tmp_path / "b").attrs["started"] >= began  # all from the journal
    with pytest.raises(FileExistsError, match=r"study\.yaml is another study"):
        study.run(tmp_path / "b")
    assert rnnchaos.open(tmp_path / "b").attrs["study"] == str(long) and whole.sizes == long.run(tmp_path / "b").sizes
    with pytest.raises(OSError):
        study.run("/dev/null/folder")
