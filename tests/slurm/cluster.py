"""A Slurm cluster on this machine: munged, slurmctld, and a slurmd for each virtual node.

Everything it writes is in one folder, and every port is of 127.0.0.1. It runs as the user who
starts it, root or not, and needs no systemd, cgroup or database.
"""

import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import time

DAEMONS = ["munged", "slurmctld", "slurmd"]
# For what takes a moment on a quiet machine.
PATIENCE_S = 300

# %n is the name of a node.
CONFIGURATION = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=5
ReturnToService=2
MailProg=/bin/true
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
NODE = "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2 RealMemory=16000 State=UNKNOWN\n"


def programs():
    """The daemons' paths; sbin is not on everybody's path."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return {name: shutil.which(name, path=path) for name in [*DAEMONS, "sbatch"]}


def free_ports(n):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def wait_until(condition, what, patience_s=PATIENCE_S):
    """The first true value of condition()."""
    end = time.monotonic() + patience_s
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {patience_s} s")
        time.sleep(0.2)
    return value


class Cluster:
    def __init__(self, folder, nodes=("n1", "n2")):
        self.folder = pathlib.Path(folder)
        self.nodes = nodes
        self.daemons = {}
        self.environment = os.environ | {"SLURM_CONF": str(self.folder / "slurm.conf")}
        for name in list(self.environment):
            if name.startswith(("SLURM_", "SBATCH_")) and name != "SLURM_CONF" or name == "OMP_NUM_THREADS":
                del self.environment[name]

    # --- The daemons ----------------------------------------------------------

    def start(self):
        (self.folder / "state").mkdir(parents=True)
        self.write_configuration()
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        file = {name: self.folder / f"munge.{name}" for name in ("socket", "pid", "log", "seed")}
        # --force: our folder may be closed to others, who have no business here
        self.spawn("munged", "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={file['socket']}",
                   f"--pid-file={file['pid']}", f"--log-file={file['log']}", f"--seed-file={file['seed']}")
        wait_until(file["socket"].exists, "the socket of munged")
        self.spawn("slurmctld", "slurmctld", "-D")
        for node in self.nodes:
            self.start_node(node)
        wait_until(lambda: all(self.node_state(node) == "IDLE" for node in self.nodes), "idle nodes")

    def start_node(self, node):
        # the variable, which Slurm gives to the jobs itself, marks the node's own processes
        self.spawn(node, "slurmd", "-D", "-N", node, SLURMD_NODENAME=node)

    def write_configuration(self):
        host = socket.gethostname().split(".")[0]
        ports = free_ports(1 + len(self.nodes))
        text = "".join(NODE.format(name=n, host=host, port=p) for n, p in zip(self.nodes, ports[1:]))
        text += CONFIGURATION.format(host=host, port=ports[0], folder=self.folder, user=os.getuid())
        (self.folder / "slurm.conf").write_text(text)

    def spawn(self, name, program, *arguments, **variables):
        with open(self.folder / f"{name}.output", "a") as output:
            self.daemons[name] = subprocess.Popen(
                [programs()[program], *arguments], env=self.environment | variables, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )

    def stop(self):
        """Ends every process, whatever state the cluster is in."""
        for process in self.daemons.values():
            process.kill()
            process.wait()
        wait_until(lambda: not kill(self.processes()), "the end of all processes")

    def logs(self):
        return [*sorted(self.folder.glob("*.output")), *sorted(self.folder.glob("*.log"))]

    # --- Processes ------------------------------------------------------------

    def processes(self, **variables):
        """Pids that have our configuration, and these variables, in their environment."""
        variables["SLURM_CONF"] = self.environment["SLURM_CONF"]
        wanted = {f"{name}={value}".encode() for name, value in variables.items()}
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if wanted <= set(path.read_bytes().split(b"\0")):
                    found.append(int(path.parent.name))
            except OSError:
                pass  # ended meanwhile, or somebody else's
        return found

    def programs_of(self, job, node=None):
        """The pids of rnnchaos in a job, on all nodes or one."""
        variables = {"SLURM_JOB_ID": job} | ({"SLURMD_NODENAME": node} if node else {})
        return [pid for pid in self.processes(**variables) if name_of(pid).startswith("rnnchaos")]

    def cut_power(self, node):
        """Nothing on the node can say good-bye."""
        self.daemons[node].kill()
        self.daemons[node].wait()
        wait_until(lambda: not kill(self.processes(SLURMD_NODENAME=node)), f"the end of {node}")
        self.run("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")

    def repair(self, node):
        self.start_node(node)
        wait_until(lambda: self.node_state(node) == "IDLE", f"the repair of {node}")

    # --- Commands -------------------------------------------------------------

    def run(self, *command, **options):
        done = subprocess.run([*map(str, command)], env=self.environment | options.pop("environment", {}),
                              capture_output=True, text=True, timeout=PATIENCE_S, **options)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def show(self, kind, name):
        """The fields of scontrol show."""
        try:
            words = self.run("scontrol", "--oneliner", "show", kind, name).split()
        except AssertionError:
            return {}  # slurmctld is not up yet
        return dict(word.split("=", 1) for word in words if "=" in word)

    def node_state(self, node):
        return self.show("node", node).get("State")


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return pids


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
