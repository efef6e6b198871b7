"""Journals and checkpoints are cut off or altered: what is wrong is told, nothing wrong is believed."""

import shutil
import subprocess

import pytest
from laboratory import BUILD, LONG, Fault, Outcome, ending_of, run

HOW = {
    "`journal.rcj` cut off after every byte": ("cut", 211),
    "`journal.rcj`: every bit flipped": ("flip", 2503),
    "`journal.rcj`: 64 bytes zeroed, from every byte on": ("zero", 211),
    "`journal.rcj`: two neighbouring bytes swapped, everywhere": ("swap", 211),
}


@pytest.mark.parametrize("text", HOW)
def test_a_reader_of_a_damaged_journal(text, lab, reference, table, tmp_path):
    how, stride = HOW[text]
    words = [BUILD / "tests/faults/journal_damage", reference / "study.yaml", reference / "journal.rcj"]
    words += [tmp_path / "scratch.rcj", how, str(1 if LONG else stride)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr
    counts = map(int, done.stdout.split())
    kinds = ["finished", "refused", "wrong"]
    table.add(text, [Outcome(kind, done.stderr) for kind, n in zip(kinds, counts) for _ in range(n)])


def try_damage(lab, scene, data, k):
    """Resumed; or, where nothing of the journal can be believed, begun again with --force."""
    folder = lab.new_folder()
    folder.mkdir()
    (folder / "journal.rcj").write_bytes(data)
    command = scene.arguments(folder, scene.again)
    done = run(*lab.crossing(command, k))
    kind, complaint = ending_of(done)
    if done.returncode == 2:
        done = run(*lab.crossing([*command, "--force"], k))
    wrong = [complaint] if complaint else []
    wrong += [f"status {done.returncode}: {done.stderr}"] if done.returncode else []
    wrong += scene.complaints(folder, is_done=True)
    if wrong:
        return Outcome("wrong", f"{'; '.join(wrong)}\n    in {folder}")
    shutil.rmtree(folder)
    return Outcome("refused" if done.stderr else "finished")


def test_a_damaged_journal_is_resumed(lab, reference, scenes, table):
    whole = (reference / "journal.rcj").read_bytes()
    cuts = [whole[:n] for n in range(len(whole))]
    flips = [bytearray(whole) for _ in range(200 if LONG else 4)]
    for k, data in enumerate(flips):
        place = lab.random.randrange(len(data)) if k % 4 else lab.random.randrange(600)
        data[place] ^= 1 << lab.random.randrange(8)
    cases = lab.choose(cuts, long=200, short=2) + lab.choose(flips, long=200, short=2)
    jobs = [lambda data=data, k=k: try_damage(lab, scenes["run"], bytes(data), k) for k, data in enumerate(cases)]
    table.add("`journal.rcj` cut off, or a bit flipped, then `--resume`", lab.try_all(jobs))


@pytest.fixture(scope="module")
def saved(lab, scenes, counts):
    """What a run leaves that was killed when it had saved a task in the middle."""
    scene = scenes["saving"]
    n_renames = counts["saving"]["rename"]
    for n in sorted(range(1, n_renames + 1), key=lambda n: abs(n - n_renames // 2)):  # from the middle outwards
        folder = lab.new_folder()
        environment = Fault("rename", n, "kill-after").environment(folder) | scene.environment
        run(*scene.arguments(folder), "--threads", "1", environment=environment)
        if list(folder.glob("*.rck")):
            return folder
    pytest.fail("no run leaves a checkpoint")


def try_checkpoint(lab, scene, saved, damage, k):
    folder = lab.new_folder()
    shutil.copytree(saved, folder)
    (path,) = folder.glob("*.rck")
    path.write_bytes(damage(path.read_bytes()))
    done = run(*lab.crossing(scene.arguments(folder, scene.again), k))
    wrong = [f"status {done.returncode}: {done.stderr}"] if done.returncode else []
    wrong += scene.complaints(folder, is_done=True)
    if wrong:
        return Outcome("wrong", f"{'; '.join(wrong)}\n    in {folder}")
    shutil.rmtree(folder)
    return Outcome("refused" if "begins again" in done.stderr else "finished")


def flipped(data, place):
    return data[: place // 8] + bytes([data[place // 8] ^ 1 << place % 8]) + data[place // 8 + 1 :]


def test_a_damaged_checkpoint(lab, scenes, saved, table):
    scene = scenes["saving"]
    n = next(saved.glob("*.rck")).stat().st_size
    cuts = [lambda data, at=at: data[:at] for at in range(n)]
    flips = [lambda data, at=at: flipped(data, at) for at in range(8 * n)]
    cases = lab.choose(cuts, long=150, short=2) + lab.choose(flips, long=150, short=2)
    jobs = [lambda damage=damage, k=k: try_checkpoint(lab, scene, saved, damage, k) for k, damage in enumerate(cases)]
    outcomes = lab.try_all(jobs)
    for outcome in outcomes:
        if outcome.kind == "finished":
            outcome.kind, outcome.why = "wrong", "a damaged checkpoint was used without a word"
    table.add("a checkpoint cut off, or a bit flipped, then `--resume`", outcomes)
