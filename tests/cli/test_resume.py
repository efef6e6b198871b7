"""A run is never lost: killed, stopped or damaged, it goes on to the same results."""

import random
import shlex
import signal
import subprocess
import time

import pytest
from command import ENVIRONMENT, PRODUCTS, ROOT, SMALL, command, contents, datasets, refused, settings, start, succeeds

# Thirty tasks, which may take a tenth of a second each.
MANY = settings(SMALL, {"sessions": "[1,2,3]", "gains": "[1,4,7,10,13,14,15,16,19,22]"})
SLOWER = settings(SMALL, {"sessions": "[1,2,3]", "gains": "[1,4,7,10,13,14,15,16,19,22]",
                          "exponents.duration_ms": 8000, "exponents.count": 5})  # fmt: skip
N_TASKS = 30


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    succeeds("run", *MANY, "-o", folder)
    return folder


@pytest.fixture(scope="module")
def slower_undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    succeeds("run", *SLOWER, "-o", folder, "--no-figure")
    return folder


def cut_journal(undisturbed, folder, share):
    """A run that left the beginning of a journal."""
    folder.mkdir()
    whole = (undisturbed / "journal.rcj").read_bytes()
    (folder / "journal.rcj").write_bytes(whole[: int(share * len(whole))])
    return folder


# --- Going on -------------------------------------------------------------------------


@pytest.mark.parametrize("options", [["--threads", 1], ["--threads", 5], ["--kernels", "scalar"]], ids=str)
def test_what_is_missing_is_computed(options, undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", 0.6)
    done = succeeds("run", *MANY, "-o", folder, "--resume", *options)
    assert "30 tasks on" in done.stderr and "17 found in the journal, 13 left" in done.stderr
    assert "are no whole record" in done.stderr
    assert datasets(folder) == datasets(undisturbed)
    assert contents(folder) == PRODUCTS


@pytest.mark.parametrize("seed", range(5))
def test_killed_at_any_time(seed, undisturbed, tmp_path):
    rng = random.Random(seed)
    process = start("run", *MANY, "-o", tmp_path, "--quiet")
    for _ in range(200):
        time.sleep(rng.uniform(0, 0.6))
        process.kill()
        process.communicate()
        if (tmp_path / "results.h5").exists():  # whole, if it is there at all
            assert datasets(tmp_path) == datasets(undisturbed)
        process = start("run", *MANY, "-o", tmp_path, "--quiet", "--resume")
        if rng.random() < 0.2:
            break
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == 0, errors
    assert datasets(tmp_path) == datasets(undisturbed)
    assert contents(tmp_path) == PRODUCTS  # no temporary file either
    for name in {"data_curation.pickle", "study.yaml"}:
        assert (tmp_path / name).read_bytes() == (undisturbed / name).read_bytes()


def test_results_are_made_from_the_journal_alone(undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", 1)
    done = succeeds("run", *MANY, "-o", folder, "--resume", "--no-figure")
    assert "30 found in the journal, 0 left" in done.stderr
    assert datasets(folder) == datasets(undisturbed)


def test_resuming_changes_nothing_more(undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", 0.5)
    succeeds("run", *MANY, "-o", folder, "--resume")
    before = {name: (folder / name).read_bytes() for name in PRODUCTS}
    succeeds("run", *MANY, "-o", folder, "--resume")
    assert before == {name: (folder / name).read_bytes() for name in contents(folder)}


def test_damage_is_said_and_made_good(undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", 1)
    with open(folder / "journal.rcj", "r+b") as file:
        file.seek(20000)
        file.write(b"!" * 5000)
    done = succeeds("run", *MANY, "-o", folder, "--resume", "--no-figure")
    assert "are damaged" in done.stderr and "computed again" in done.stderr
    assert datasets(folder) == datasets(undisturbed)


# --- What is not gone on with ---------------------------------------------------------


def test_an_unfinished_run_is_not_thrown_away_silently(undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", 0.5)
    before = (folder / "journal.rcj").read_bytes()
    message = refused("run", *MANY, "-o", folder, "--quiet", "--threads", 1)
    # what it cut off was no record
    assert "of 30 tasks" in message and "--resume" in message and "--force" in message
    assert before.startswith((folder / "journal.rcj").read_bytes())
    done = succeeds("run", *MANY, "-o", folder, "--force", "--no-figure")
    assert "found" not in done.stderr and datasets(folder) == datasets(undisturbed)


def test_finished_tasks_without_results_are_not_thrown_away_either(undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", 1)
    assert "30 of 30 tasks" in refused("run", *MANY, "-o", folder, "--quiet")


@pytest.mark.parametrize("share", [0.5, 1])
def test_a_finished_run_may_be_run_again(share, undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", share)
    for name in ("results.h5", "study.yaml"):
        (folder / name).write_bytes((undisturbed / name).read_bytes())
    done = succeeds("run", *MANY, "-o", folder, "--no-figure")
    assert "found" not in done.stderr
    assert datasets(folder) == datasets(undisturbed)


def test_a_journal_of_another_study_is_refused(undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", 0.5)
    before = (folder / "journal.rcj").read_bytes()
    other = [*MANY, "--set", "seed=99", "-o", folder, "--no-figure"]
    for more in ([], ["--resume"], ["--shard", "1/2"], ["--shard", "1/2", "--force"]):
        message = refused("run", *other, *more, "--quiet")
        assert "journal.rcj is of another study" in message and "--force" in message
    assert {"journal.rcj": before} == {name: (folder / name).read_bytes() for name in contents(folder)}
    succeeds("run", *other, "--force")
    assert contents(folder) == ["data_curation.pickle", "journal.rcj", "results.h5", "study.yaml"]
    assert "has the results" in succeeds("run", *other, "--resume").stderr


def test_a_stopped_forced_run_can_be_gone_on_with(undisturbed, tmp_path):
    """The other study's journal is there until the end."""
    folder = cut_journal(undisturbed, tmp_path / "out", 0.5)
    before = (folder / "journal.rcj").read_bytes()
    other = [*SLOWER, "--set", "seed=99", "-o", folder, "--no-figure", "--force"]
    process = start("run", *other, "--threads", 1)
    wait_for_records(folder / "journal.2.rcj", 2)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 3 and (folder / "journal.rcj").read_bytes() == before
    done = succeeds("run", *other, "--resume")
    assert "found in the journal" in done.stderr
    assert contents(folder) == ["data_curation.pickle", "journal.rcj", "results.h5", "study.yaml"]
    assert (folder / "journal.rcj").read_bytes() != before


def test_a_journal_of_a_later_version_is_refused(undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", 0.5)
    content = bytearray((folder / "journal.rcj").read_bytes())
    length = int.from_bytes(content[12:16], "little")
    content[8] = 2
    content[length - 4 : length] = crc32c(content[: length - 4]).to_bytes(4, "little")
    (folder / "journal.rcj").write_bytes(content)
    message = refused("run", *MANY, "-o", folder, "--resume")
    assert "is a journal of format 2" in message
    assert (folder / "journal.rcj").read_bytes() == content


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_two_runs_never_share_a_journal(tmp_path):
    process = start("run", *SLOWER, "-o", tmp_path, "--threads", 1)
    wait_for_records(tmp_path / "journal.rcj", 1)
    for more in ([], ["--resume"], ["--force"]):
        assert "journal.rcj is in use by another run" in refused("run", *SLOWER, "-o", tmp_path, "--quiet", *more)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 3


def test_info_tells_how_far_it_is(undisturbed, tmp_path):
    folder = cut_journal(undisturbed, tmp_path / "out", 0.6)
    said = succeeds("info", folder / "journal.rcj").stdout
    assert "tasks      17 of 30\n" in said and (undisturbed / "study.yaml").read_text() in said
    assert "are no whole record" in said
    assert "30 of 30" in succeeds("info", undisturbed / "journal.rcj").stdout
    assert "cannot open it" in refused("info", tmp_path / "journal.rcj")


# --- Stopping -------------------------------------------------------------------------


def records(path):
    try:
        return path.read_bytes().count(b"rcj task")
    except FileNotFoundError:
        return 0


def wait_for_records(path, n):
    end = time.monotonic() + 60
    while records(path) < n:
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1])
def test_the_printed_command_goes_on(number, slower_undisturbed, tmp_path):
    folder = tmp_path / "it's here"
    process = start("run", *SLOWER, "-o", folder, "--threads", 1, "--no-figure")
    wait_for_records(folder / "journal.rcj", 2)
    sent = time.monotonic()
    process.send_signal(number)
    errors = process.communicate(timeout=30)[1]
    assert process.returncode == 3 and time.monotonic() - sent < 5
    assert contents(folder) == ["journal.rcj"]
    said, command_line = errors.splitlines()[-2:]
    assert said.startswith("rnnchaos: stopped after ") and said.endswith("this goes on:")
    done = subprocess.run(command_line, shell=True, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "found in the journal" in done.stderr
    words = shlex.split(command_line)
    assert words[-1] == "--resume" and str(folder) in words
    assert datasets(folder) == datasets(slower_undisturbed)


def test_a_stop_in_the_middle_of_linear_algebra(tmp_path):
    """Whatever a task does, the process ends in time."""
    heavy = settings({"network.neurons": 2500, "gains": "[1]", "sessions": "[1]", "trials": 1, "exponents.count": "all",
                      "dynamics.duration_ms": 2, "record.duration_ms": 0, "exponents.transient_ms": 1,
                      "exponents.duration_ms": 200})  # fmt: skip
    process = start("run", *heavy, "-o", tmp_path, "--threads", 1)
    time.sleep(6)
    sent = time.monotonic()
    process.terminate()
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 3 and time.monotonic() - sent < 5
    assert errors.endswith(" --resume\n")


@pytest.mark.parametrize("time_text", ["1", "00:01", "0:00:01", "0-00:00:01"])
def test_a_time_limit(time_text, tmp_path):
    begun = time.monotonic()
    done = command("run", *SLOWER, "-o", tmp_path, "--threads", 1, "--max-walltime", time_text, "--quiet")
    assert done.returncode == 3 and 0.9 < time.monotonic() - begun < 6
    assert f"--max-walltime {time_text} " in done.stderr and done.stderr.endswith("--resume\n")


def test_a_time_limit_that_is_not_reached(tmp_path):
    succeeds("run", *settings(SMALL), "-o", tmp_path, "--max-walltime", "1-00:00:00", "--no-figure")


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "5m", "1:60", "1:2:3:4", "1-2", "1-24:00:00", "00:00", ":5", "5:",
                                  "99999999999", " 5", "1-00:00:00x"])  # fmt: skip
def test_a_mistaken_time_limit(text, tmp_path):
    message = refused("run", "-o", tmp_path / "out", f"--max-walltime={text}")
    assert f"--max-walltime '{text}'" in message and "HH:MM:SS" in message
    assert not (tmp_path / "out").exists()


# --- Shards ---------------------------------------------------------------------------


def run_shards(folders, n, which=None):
    for i in which or range(1, n + 1):
        done = succeeds("run", *MANY, "-o", folders(i), "--shard", f"{i}/{n}")
        assert f"journal.{i}-of-{n}.rcj" in done.stdout and "rnnchaos merge" in done.stdout
        assert f"{N_TASKS // n} tasks on" in done.stderr


@pytest.mark.parametrize("apart", [False, True], ids=["one folder", "a folder each"])
def test_shards_make_the_whole(apart, undisturbed, tmp_path):
    run_shards(lambda i: tmp_path / (f"part {i}" if apart else "all"), 3)
    parts = sorted(tmp_path.iterdir())
    done = succeeds("merge", *parts, "-o", tmp_path / "merged")
    assert datasets(tmp_path / "merged") == datasets(undisturbed)
    assert contents(tmp_path / "merged") == [name for name in PRODUCTS if name != "journal.rcj"]
    assert done.stdout.count(str(tmp_path / "merged")) == 5
    for name in ("data_curation.pickle", "study.yaml"):
        assert (tmp_path / "merged" / name).read_bytes() == (undisturbed / name).read_bytes()
    if not apart:
        succeeds("merge", parts[0])
        assert datasets(parts[0]) == datasets(undisturbed)


def test_a_missing_shard_is_said(undisturbed, tmp_path):
    run_shards(lambda i: tmp_path, 5, [1, 2, 4, 5])
    before = contents(tmp_path)
    message = refused("merge", tmp_path, status=3)
    assert "6 of 30 tasks are missing, counted from 0: 2, 7, 12, 17, 22, 27\n" in message
    assert contents(tmp_path) == before
    # the rest may be done by anybody
    assert "24 found in the journal, 6 left" in succeeds("run", *MANY, "-o", tmp_path, "--resume").stderr
    assert datasets(tmp_path) == datasets(undisturbed)


def test_another_number_of_shards_goes_on(undisturbed, tmp_path):
    run_shards(lambda i: tmp_path, 3, [1, 2])
    for i in (1, 2):
        done = succeeds("run", *MANY, "-o", tmp_path, "--shard", f"{i}/2", "--resume")
        assert "15 tasks on" in done.stderr and "10 found in the journal, 5 left" in done.stderr
    succeeds("merge", tmp_path, "--no-figure")
    assert datasets(tmp_path) == datasets(undisturbed)


def test_shards_side_by_side(undisturbed, tmp_path):
    running = [start("run", *MANY, "-o", tmp_path, "--shard", f"{i}/6", "--quiet", "--threads", 1) for i in range(1, 7)]
    for process in running:
        errors = process.communicate(timeout=120)[1]
        assert process.returncode == 0, errors
    succeeds("merge", tmp_path, "--no-figure")
    assert datasets(tmp_path) == datasets(undisturbed)


def test_a_shard_twice(tmp_path):
    run_shards(lambda i: tmp_path, 3, [2])
    before = (tmp_path / "journal.2-of-3.rcj").read_bytes()
    assert "--resume" in refused("run", *MANY, "-o", tmp_path, "--shard", "2/3")
    succeeds("run", *MANY, "-o", tmp_path, "--shard", "2/3", "--resume")
    assert (tmp_path / "journal.2-of-3.rcj").read_bytes() == before
    succeeds("run", *MANY, "-o", tmp_path, "--shard", "2/3", "--force")
    assert len((tmp_path / "journal.2-of-3.rcj").read_bytes()) == len(before)


def test_shards_of_two_studies_do_not_merge(tmp_path):
    succeeds("run", *MANY, "-o", tmp_path / "a", "--shard", "1/2")
    succeeds("run", *MANY, "-o", tmp_path / "b", "--shard", "2/2", "--set", "seed=99")
    message = refused("merge", tmp_path / "a", tmp_path / "b", "-o", tmp_path / "c")
    assert "a/journal.1-of-2.rcj" in message and "b/journal.2-of-2.rcj" in message
    assert not (tmp_path / "c").exists()


def test_merging_nothing(tmp_path):
    assert "there is no journal in it" in refused("merge", tmp_path)
    assert "cannot list the folder" in refused("merge", tmp_path / "nowhere", status=1)
    assert "expected folders" in refused("merge")


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/3", "1/3x", " 1/3"])
def test_a_mistaken_shard(text, tmp_path):
    assert f"--shard '{text}'" in refused("run", "-o", tmp_path / "out", f"--shard={text}")
    assert not (tmp_path / "out").exists()


def test_the_quick_example_resumes(tmp_path):
    quick = ["run", ROOT / "examples/quick.yaml", "-o", tmp_path, "--no-figure", "--set", "exponents.count=0"]
    succeeds(*quick)
    before = datasets(tmp_path)
    (tmp_path / "results.h5").unlink()
    succeeds(*quick, "--resume")
    assert datasets(tmp_path) == before
