"""The nets that a fault in the RTL can be caught by: random programs, proofs, unit tests."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[3]
FORMAL = ROOT / "tests/rtl/formal"
MACHINES = ROOT / "tests/rtl/machines"
sys.path.append(str(FORMAL))
from proofs import PROOFS
import prove

RANDOM, PROOF, UNIT, LINT = "random programs", "proof", "unit test", "lint"
NETS = (RANDOM, PROOF, UNIT, LINT)

# Programs on a small machine, whose model is quick to compile, and on machines of other shapes.
SMALL = (("s4x4", 400),)
OTHERS = (("s8x16", 300), ("s16x8", 300))
TIMEOUT = 1800  # seconds; what the fault makes endless is caught


class Stopped(Exception):
    pass


class Commands:
    """Runs commands that can all be stopped from another thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.running = set()
        self.stopped = False

    def run(self, command, **environment):
        """Exit code (None after TIMEOUT) and what was printed."""
        with self.lock:
            if self.stopped:
                raise Stopped
            process = subprocess.Popen(
                [str(word) for word in command], env=dict(os.environ, **environment), stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
            self.running.add(process)
        try:
            output, _ = process.communicate(timeout=TIMEOUT)
            code = process.returncode
        except subprocess.TimeoutExpired:
            self._kill(process)
            output, _ = process.communicate()
            code = None
        with self.lock:
            self.running.discard(process)
            if self.stopped:
                raise Stopped
        return code, output

    def stop(self):
        with self.lock:
            self.stopped = True
            for process in self.running:
                self._kill(process)

    @staticmethod
    def _kill(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Nets:
    """All nets for the RTL in the folder `rtl` below `work`, which always has the same name: ccache then knows most of
    what is compiled. `build` is a build folder of the project with weft_cosim_random and the tests' parameters."""

    def __init__(self, commands, build, work):
        self.commands = commands
        self.build = build
        self.work = work
        self.rtl = work / "rtl"
        self.launcher = {"OBJCACHE": "ccache"} if shutil.which("ccache") else {}

    def catch(self, paths):
        """Net that catches what is wrong in the files `paths` of the RTL, and how; ("", "") if none does. The cheapest
        come first."""
        for net in (lambda: self.random_programs(SMALL), lambda: self.proofs(paths), lambda: self.unit_tests(paths),
                    lambda: self.random_programs(OTHERS)):
            name, how = net()
            if name:
                return name, how
        return "", ""

    def random_programs(self, rounds):
        for machine, programs in rounds:
            for folder in ("cache", "cosim"):
                shutil.rmtree(self.work / folder, ignore_errors=True)
            code, output = self.commands.run(
                [self.build / "bin/weft_cosim_random", "--programs", programs, "--folder", self.work / "cosim",
                 "--no-shrink", "--machine", MACHINES / f"{machine}.yaml"],
                WEFT_RTL=str(self.rtl), WEFT_CACHE=str(self.work / "cache"), WEFT_RTL_OPT="-O1", **self.launcher)
            if code is None:
                return RANDOM, f"never ends ({machine})"
            if code == 3:
                seed = re.search(r"^seed (\d+)", output, re.MULTILINE)
                return RANDOM, f"{difference(output)} ({machine}, program {seed.group(1)})"
            if "could not be compiled" in output:
                return RANDOM, "does not elaborate"
            if code != 0:
                error = re.search(r"\berror: (.*)", output)
                return RANDOM, f"stops: {error.group(1) if error else f'exit code {code}'} ({machine})"
        return "", ""

    def proofs(self, paths):
        stems = {pathlib.Path(path).stem for path in paths}
        for name, proof in PROOFS.items():
            files = prove.sources(proof.top, [FORMAL, self.rtl])
            if not stems & {file.stem for file in files}:
                continue
            code, output = self.commands.run(
                [sys.executable, "-B", FORMAL / "prove.py", name, "--rtl", self.rtl, "--generated",
                 self.build / "isa/generated", "--machines", self.build / "tests/rtl/formal"])
            if code != 0 and "prove: error" not in output: # what Yosys cannot read proves nothing
                return PROOF, name
        return "", ""

    def unit_tests(self, paths):
        """Tests of the files' folder, a floating point unit's own one first; built in a folder of their own."""
        folder = self.work / "build"
        if not (folder / "build.ninja").exists():
            self.must(["cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DCMAKE_BUILD_TYPE=Release",
                       f"-DWEFT_TESTED_RTL={self.rtl}"])
        _, listing = self.commands.run(["ninja", "-C", folder, "-t", "targets", "all"])
        targets = re.findall(r"^(rtl_\w+_test): phony", listing, re.MULTILINE)
        for test in sorted(targets, key=lambda name: not any(own(path) in name for path in paths)):
            if not any(belongs(test, path) for path in paths):
                continue
            code, output = self.commands.run(["ninja", "-C", folder, "-j", "1", test])
            if code != 0 and "%Warning-" in output + log(folder, test):
                return LINT, f"verilator -Wall ({test})"
            if code != 0:
                sys.exit(f"mutate.py: error: {test} cannot be built\n{output[-3000:]}")
            code, _ = self.commands.run([folder / "bin" / test], WEFT_RTL=str(self.rtl), WEFT_RTL_OPT="-O1", **self.launcher)
            if code != 0:
                return UNIT, test
        return "", ""

    def must(self, command):
        code, output = self.commands.run(command)
        if code != 0:
            sys.exit(f"mutate.py: error: {command[0]} failed\n{output[-3000:]}")


def difference(output):
    """What the comparison found first, in a word."""
    if "no event differs, but counters do" in output:
        return "counters"
    if "no event differs, but the end does" in output:
        return "end"
    return "bytes" if re.search(r": \d+ bytes differ, the first at", output) else "events"


def own(path):
    """The part of a unit test's name that says which file it is about."""
    return pathlib.Path(path).stem.removeprefix("weft_") + "_test"


def belongs(test, path):
    """Whether the unit test is about the file: by its folder, or by the file's name."""
    folder = pathlib.Path(path).parent.name
    users = {"common": ("dma", "matrix", "vector"), "control": ("model",), "": ("model",), "dispatch": ("model",),
             "memory": ("model",)}.get(folder, (folder,))
    return own(path) in test or any(test.startswith(f"rtl_{user}_") for user in users)


def log(folder, test):
    """What Verilator said."""
    files = list(folder.rglob(f"{test}.log"))
    return files[0].read_text(errors="replace") if files else ""
