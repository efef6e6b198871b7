"""Jobs of the cluster, and what they leave."""

import h5py
from cluster import PATIENCE_S, wait_until

# A run may take this long on a machine with other things to do.
RUN_PATIENCE_S = 1800

# Slurm lets a requeued job rest for minutes, lest a node take its old credential, which has been revoked, for the new
# one. Seconds suffice: a node tells them apart by the second in which they were made.
SOON = "now+3"


class Job:
    """A job, or one of an array: JOBID_INDEX."""

    def __init__(self, cluster, name, log):
        self.cluster, self.name, self.log_path = cluster, str(name), log

    def __getitem__(self, field):
        return self.cluster.show("job", self.name).get(field)

    @property
    def log(self):
        return self.log_path.read_text() if self.log_path.exists() else ""

    def update(self, **fields):
        self.cluster.run("scontrol", "update", f"JobId={self.name}", *(f"{k}={v}" for k, v in fields.items()))

    def wait_for(self, state, patience_s=PATIENCE_S):
        final = {"COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"}
        found = wait_until(lambda: (s := self["JobState"]) in final | {state} and s, f"job {self.name}", patience_s)
        assert found == state, f"job {self.name} is {found}, not {state}; its log:\n{self.log}"

    def wait_until_requeued(self):
        wait_until(lambda: self["JobState"] != "RUNNING", f"the end of the first turn of job {self.name}")
        wait_until(lambda: self["JobState"] != "COMPLETING", f"the end of the first turn of job {self.name}")
        assert (self["JobState"], self["Restarts"]) == ("PENDING", "1"), self.log

    def finish(self):
        self.wait_for("COMPLETED", RUN_PATIENCE_S)


def wait_for_tasks(folder, journals="journal*.rcj"):
    """Until a finished task is in the journals: docs/file-formats.md."""
    wait_until(lambda: any(b"rcj task" in path.read_bytes() for path in folder.glob(journals)), f"tasks in {folder}")


def datasets(folder):
    """Every dataset of results.h5: type, shape and bytes."""
    found = {}

    def keep(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = (item.dtype, item.shape, item[()].tobytes())

    with h5py.File(folder / "results.h5") as file:
        file.visititems(keep)
    return found
