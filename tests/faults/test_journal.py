"""The journal is cut off or altered: what is wrong is told, nothing wrong is believed."""

import shutil
import subprocess

import pytest
from laboratory import BUILD, LONG, Outcome, ending_of, run

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
