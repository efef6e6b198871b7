"""The forms of --set, and the study that a run resolves."""

import pytest
from command import QUICK, ROOT, SMALL, settings, succeeds

TINY = settings({"sessions": "[1]", "gains": "[13]", "trials": 2, "dynamics.duration_ms": 10,
                 "record.duration_ms": 5})


def resolved(tmp_path, *arguments):
    succeeds("run", *arguments, "-o", tmp_path / "out", "--no-figure", "--quiet")
    return (tmp_path / "out/study.yaml").read_text()


@pytest.mark.parametrize(
    "form, line",
    [
        (["--set", "trials=3"], "trials: 3\n"),
        (["--set=trials=3"], "trials: 3\n"),
        (["--set", "trials= 3"], "trials: 3\n"),
        (["--set", "trials=0x10"], "trials: 16\n"),
        (["--set", "trials=5", "--set", "trials=3"], "trials: 3\n"),
        (["--set", "gains=[1,4,7]"], "gains: [1, 4, 7]\n"),
        (["--set", "gains=[ 7, .5 ]"], "gains: [7, 0.5]\n"),
        (["--set", "gains=\n- 1\n- 1e1\n"], "gains: [1, 10]\n"),
        (["--set", "sessions=[4294967295, 0]"], "sessions: [4294967295, 0]\n"),
        (["--set", "seed=340282366920938463463374607431768211456"], "seed: 340282366920938463463374607431768211456\n"),
        (["--set", "network.weight_std=2.5e-1"], "  weight_std: 0.25\n"),
        (["--set", "perturbation=-1e-6"], "perturbation: -1e-06\n"),
    ],
)
def test_a_form(form, line, tmp_path):
    assert line in resolved(tmp_path, *TINY, *form)


def test_options_and_study_come_in_any_order(tmp_path):
    first = resolved(tmp_path, QUICK, *TINY, "--set", "record.neuron=3")
    assert resolved(tmp_path, *TINY, "--set", "record.neuron=3", QUICK) == first
    assert "  neurons: 100\n" in first and "trials: 2\n" in first


def test_settings_override_the_file_and_leave_the_rest(tmp_path):
    text = resolved(tmp_path, QUICK, *settings(SMALL, {"network.neurons": 70, "record.neuron": 5}))
    assert "  neurons: 70\n" in text and "  connection_probability: 0.3\n" in text and "  neuron: 5\n" in text


def test_init_reads_back_as_the_default_study(tmp_path):
    path = tmp_path / "default.yaml"
    path.write_text(succeeds("init").stdout)
    from_init = resolved(tmp_path, path, *TINY)
    assert resolved(tmp_path, *TINY) == from_init
    assert resolved(tmp_path, ROOT / "examples/published.yaml", *TINY) == from_init


def test_init_explains_every_key():
    text = succeeds("init").stdout
    for key in [
        "seed", "sessions", "gains", "trials", "neurons", "connection_probability", "weight_std", "tau_ms", "dt_ms",
        "duration_ms", "perturbation", "minimum_gain", "minimum_distance", "saturation", "session", "trial", "neuron",
    ]:  # fmt: skip
        assert f"\n{key}: " in text or f"\n  {key}: " in text or text.startswith(f"{key}: ")
    assert text.count("#") > 15


def test_the_reference_is_the_documentation():
    assert succeeds("init", "--reference").stdout == (ROOT / "docs/study-file.md").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.name)
def test_every_example_is_a_study(path, tmp_path):
    assert resolved(tmp_path, path, *settings({"trials": 2, "dynamics.duration_ms": 10, "record.duration_ms": 5}))
