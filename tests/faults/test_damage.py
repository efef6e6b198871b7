"""results.h5 is cut off or altered after it was written: that must be said, never shown."""

import shutil

import pytest
from laboratory import Outcome, ending_of, run

COMMANDS = {
    "info": ["info", "FOLDER/results.h5"],
    "export": ["export", "FOLDER/results.h5", "--to", "npz", "-o", "FOLDER/made"],
    "csv": ["export", "FOLDER/results.h5", "--to", "csv", "-o", "FOLDER/made"],
    "plot": ["plot", "FOLDER/results.h5", "-o", "FOLDER/made.svg"],
}


def flip(data, k):
    return data[: k // 8] + bytes([data[k // 8] ^ 1 << k % 8]) + data[k // 8 + 1 :]


def zero(data, k):
    return data[:k] + bytes(min(512, len(data) - k)) + data[k + 512 :]


DAMAGES = {
    "cut off": (lambda data, k: data[:k], 1, 400),
    "one bit flipped": (flip, 8, 600),
    "512 bytes zeroed": (zero, 1, 200),
    "bytes appended": (lambda data, k: data + bytes(k % 5000 + 1), 1, 50),
}


def shown(folder, name):
    """What the command shows, and what it makes."""
    done = run(*[word.replace("FOLDER", str(folder)) for word in COMMANDS[name]])
    made = [path.read_bytes() for path in (folder / "made", folder / "made.svg") if path.exists()]
    return done, (done.stdout.replace(str(folder), "FOLDER"), made)


def read_damaged(lab, scene, right, name, folder):
    """A reader of it must refuse, or show what is right all the same."""
    done, seen = shown(folder, name)
    kind, complaint = ending_of(done)
    if complaint:
        return Outcome("wrong", complaint)
    if kind == "finished":
        return Outcome("finished") if seen == right[name] else Outcome("wrong", "shows something wrong")
    return Outcome("refused") if seen == ("", []) else Outcome("wrong", "refuses and shows something")


def resume_damaged(lab, scene, folder, k):
    """It must be made again, with a word."""
    done = run(*lab.crossing(scene.arguments(folder), k))
    wrong = [f"status {done.returncode}: {done.stderr}"] if done.returncode else []
    wrong += scene.complaints(folder, is_done=True)
    if wrong:
        return Outcome("wrong", "; ".join(wrong))
    return Outcome("refused" if "making it again" in done.stderr else "finished")


def try_damage(lab, scene, right, name, data, k, original):
    folder = lab.new_folder()
    scene.prepare(folder)
    (folder / "results.h5").write_bytes(data)
    is_same = data == original
    if name == "resume":
        outcome = resume_damaged(lab, scene, folder, k)
    else:
        outcome = read_damaged(lab, scene, right, name, folder)
    if is_same:
        outcome = Outcome("finished") if outcome.kind == "finished" else Outcome("wrong", "refuses what is whole")
    if outcome.kind == "wrong":
        outcome.why += f"\n    {name} in {folder}"
    else:
        shutil.rmtree(folder)
    return outcome


@pytest.fixture(scope="module")
def right(scenes, lab):
    """What the readers show of the whole file."""
    seen = {}
    for name in COMMANDS:
        folder = lab.new_folder()
        scenes["products"].prepare(folder)
        done, seen[name] = shown(folder, name)
        assert done.returncode == 0, done.stderr
    return seen


@pytest.mark.parametrize("text", DAMAGES)
def test_results_are_damaged(text, lab, scenes, right, table):
    damage, per_byte, most = DAMAGES[text]
    scene = scenes["products"]
    original = (scene.before / "results.h5").read_bytes()
    n = len(original) * per_byte
    places = {0, 1, n - 1, n - per_byte, *range(n - 30 * per_byte, n, per_byte)} | set(lab.random.sample(range(n), most))
    places = lab.choose(sorted(places), long=most, short=2)
    names = [*COMMANDS, "resume"]
    jobs = [
        lambda k=k, at=at: try_damage(lab, scene, right, names[k % len(names)], damage(original, at), k, original)
        for k, at in enumerate(places)
    ]
    table.add(f"`results.h5`: {text}", lab.try_all(jobs))
