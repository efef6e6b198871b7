"""A real disk that is too small, then space is made."""

import shutil
import subprocess

import pytest
from laboratory import LARGE, LONG, PROGRAM, ENVIRONMENT, SMALL, Outcome, Scene, ending_of, fingerprints, run, settings

# In a mount namespace of its own: run; keep what is there; make space; run again; keep what is there.
SCRIPT = """
set -e
mount -t tmpfs -o size="$1" small "$2"
shift
disk=$1 before=$2 after=$3
shift 3
status=0
"$@" >"$before.out" 2>"$before.err" || status=$?
cp -r "$disk/out" "$before" 2>/dev/null || mkdir "$before"
mount -o remount,size=256M "$disk"
again=0
"$@" >"$after.out" 2>"$after.err" || again=$?
cp -r "$disk/out" "$after"
echo $status $again
"""


def can_mount(folder):
    folder.mkdir()
    probe = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "small", str(folder)]
    try:
        return subprocess.run(probe, capture_output=True, timeout=30).returncode == 0
    except FileNotFoundError:
        return False


def try_size(lab, scene, size, k):
    disk = lab.new_folder()
    disk.mkdir()
    before, after = disk.with_suffix(".before"), disk.with_suffix(".after")
    command = lab.crossing(scene.arguments(disk / "out"), k)
    words = ["unshare", "-m", "bash", "-c", SCRIPT, "bash", size, disk, before, after, PROGRAM, *command]
    done = subprocess.run([str(w) for w in words], env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        return Outcome("wrong", f"size {size}: {done.stderr}")
    first, second = (
        subprocess.CompletedProcess([], int(status), stderr=folder.with_suffix(folder.suffix + ".err").read_text())
        for status, folder in zip(done.stdout.split(), (before, after))
    )
    kind, complaint = ending_of(first)
    wrong = [complaint] if complaint else []
    wrong += scene.complaints(before, kind == "finished")
    if second.returncode != 0:
        wrong.append(f"with space it ended with {second.returncode}: {second.stderr}")
    wrong += scene.complaints(after, True)
    if wrong:
        return Outcome("wrong", f"a disk of {size}: {'; '.join(wrong)}")
    for folder in (disk, before, after):
        shutil.rmtree(folder)
    return Outcome(kind)


def scene_of(lab, name, study):
    folder = lab.folder / f"on-a-large-disk-{name}"
    command = ["run", *settings(study), "-o", "FOLDER", "--quiet", "--resume"]
    done = run(*[word.replace("FOLDER", str(folder)) for word in command])
    assert done.returncode == 0, done.stderr
    return Scene(name, None, command, fingerprints(folder))


def test_a_disk_that_is_too_small(lab, table):
    if not can_mount(lab.new_folder()):
        pytest.skip("no tmpfs can be mounted here: that takes root")
    small = scene_of(lab, "small", SMALL)
    cases = [(small, f"{kilobytes}k") for kilobytes in range(4, 260, 8)]
    cases = lab.choose(cases, short=2)
    cases += [(scene_of(lab, "large", LARGE), size) for size in (["256k", "512k", "1M", "2M", "3M"] if LONG else ["1M"])]
    jobs = [lambda scene=scene, size=size, k=k: try_size(lab, scene, size, k) for k, (scene, size) in enumerate(cases)]
    table.add("a tmpfs of 4 kB to 3 MiB, then of 256 MiB", lab.try_all(jobs))
