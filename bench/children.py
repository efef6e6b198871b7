"""bench/peers/serve.py for several tools: started and checked together, then asked in turns."""
import json
import statistics
import subprocess
import sys
import tempfile

from common import ROOT, least

SERVE = str(ROOT / "bench" / "peers" / "serve.py")


class Child:
    def __init__(self, python, tool, work, n_threads, arguments):
        self.tool = tool
        self.errors = tempfile.TemporaryFile("w+")
        options = {"tool": tool, "work": work, "n_threads": n_threads, "arguments": arguments}
        self.process = subprocess.Popen([python, SERVE, json.dumps(options)], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors)

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            sys.exit(f"bench: {self.tool} ended with status {self.process.wait()}\n{self.errors.read()[-3000:]}")
        return json.loads(line)

    def ask(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()


class Tools:
    """peers: {label: {"tool", "gap", …}}; missing: {label or tool: reason}."""

    def __init__(self, python, tools, work, n_threads, arguments):
        self.children = [Child(python, tool, work, n_threads, arguments) for tool in tools]
        self.peers, self.missing, self.versions, self.blas, self.times = {}, {}, {}, set(), {}
        for child in self.children:
            self.meet(child, child.answer())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.close()

    def meet(self, child, answer):
        self.versions.update(answer.get("versions", {}))
        self.blas.update(answer.get("blas", []))
        found = answer["peers"] if "peers" in answer else {child.tool: answer}
        for label, about in found.items():
            if "missing" in about:
                self.missing[label] = about["missing"]
            else:
                self.peers[label] = {"tool": child.tool, **about}
        child.peers = [label for label, about in found.items() if "missing" not in about]

    def turn(self, seconds):
        """All peers, one after another, each for so long."""
        for child in self.children:
            for label, times in (child.ask(seconds) if child.peers else {}).items():
                self.times.setdefault(label, []).append({"min": min(times), "median": statistics.median(times)})

    def rows(self, unit):
        """{label: {unit: {"min", "median"}, …}}, from what all turns measured."""
        return {label: {unit: least(self.times[label]), **about} for label, about in self.peers.items()}
