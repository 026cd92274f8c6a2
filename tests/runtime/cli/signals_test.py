"""Does a command that is ended at any moment leave no half output, no process and no folder, and does the next one work?

    signals_test.py WEFT NETWORK.onnx MACHINE.yaml CACHE [MOMENTS [SEED]]

Each command is ended at so many moments (by default 4), by KILL, TERM, INT and HUP in turn. With 20 or more, as in the test of
label `long`, those that build with Verilator and Yosys also come to their end at last.
"""

import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

WEFT, NETWORK, MACHINE, CACHE = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:5])
MOMENTS, SEED = (int(number) for number in (sys.argv[5:] + ["4", "1"][len(sys.argv[5:]):]))
LONG = MOMENTS >= 20
SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
PATIENCE = 60 # seconds until processes have to be gone; it takes moments
PROGRAM = """.globl _start
_start:
  addi a0, zero, 0
  halt a0
"""


def living(mark):
    """The processes that were started with the mark in their environment; not those that have ended and were not waited for."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes() and (process / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                found.append((process / "cmdline").read_bytes())
        except OSError:
            pass
    return found


class Signals(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.out, self.temporary, self.cache = (self.folder / name for name in ("out", "tmp", "cache"))
        for made in (self.out, self.temporary, self.cache):
            made.mkdir()
        for name, text in (("net.onnx", pathlib.Path(NETWORK).read_bytes()), ("a.s", PROGRAM.encode())):
            (self.folder / name).write_bytes(text)
        self.mark = f"WEFT_TEST_MARK={folder.name}"
        name, value = self.mark.split("=")
        self.environment = {**os.environ, name: value, "TMPDIR": str(self.temporary), "WEFT_CACHE": CACHE, "WEFT_RTL_OPT": "-O0"}

    def start(self, command):
        return subprocess.Popen([WEFT, *command.split()], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=True)

    def finish(self, command):
        process = self.start(command)
        _, error = process.communicate()
        self.assertEqual(process.returncode, 0, error)

    def outputs(self):
        """By name; without the date that reports and traces have."""
        return {path.name: re.sub(rb'"date": ?"[^"]*"', b"", path.read_bytes()) for path in self.out.iterdir()}

    def check_nothing_is_left(self, kept):
        end = time.monotonic() + PATIENCE
        while (processes := living(self.mark.encode())) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(processes, [])
        self.assertEqual(list(self.temporary.iterdir()), [])
        for path in self.cache.rglob("*"):
            self.assertTrue(path.is_dir() and path.parent == self.cache or path.suffix in kept, path)

    def end(self, command, seconds, kept=(".lock",), whole=None):
        """Ends the command at seeded moments of its first seconds; its outputs are none or `whole`."""
        for number in range(MOMENTS):
            number = SIGNALS[number % len(SIGNALS)]
            moment = self.random.uniform(0, seconds)
            with self.subTest(command, signal=number.name, moment=moment):
                process = self.start(command)
                try:
                    process.wait(moment)
                except subprocess.TimeoutExpired:
                    process.send_signal(number)
                _, error = process.communicate()
                if number == signal.SIGKILL:
                    self.assertIn(process.returncode, (0, -number), error)
                elif process.returncode not in (0, -number): # the latter in its first milliseconds
                    self.assertEqual((process.returncode, error.decode().splitlines()[-1]),
                                     (128 + number, "weft: error: interrupted"))
                self.check_nothing_is_left(kept)
                for name, content in self.outputs().items():
                    self.assertIn(name, whole or {})
                    self.assertEqual(content, whole[name])
                for path in self.out.iterdir():
                    path.unlink()

    def complete(self, command):
        """The outputs of the command, and how long it takes."""
        begin = time.monotonic()
        self.finish(command)
        whole = self.outputs()
        for path in self.out.iterdir():
            path.unlink()
        return time.monotonic() - begin, whole

    def whole(self, command):
        seconds, whole = self.complete(command)
        self.end(command, seconds, whole=whole)
        self.assertEqual(self.complete(command)[1], whole)

    def test_compile(self):
        self.whole("compile net.onnx -o out/net.weft")

    def test_run(self):
        self.finish("compile net.onnx -o net.weft")
        self.whole("run net.weft --random-input 1 --output out/y.npz --report out/r.json --trace out/t.json")

    def test_report(self):
        self.finish("compile net.onnx -o net.weft")
        self.finish("run net.weft --random-input 1 --report r.json")
        self.whole("report r.json --html out/r.html --csv out/r.csv")

    def build(self, command):
        """A command that builds the RTL first: ended while Verilator and while the compilers run."""
        if not shutil.which("verilator"):
            self.skipTest("verilator is not installed")
        shutil.copy(MACHINE, self.folder / "machine.yaml")
        self.finish("asm a.s -o a.o")
        self.finish("link a.o -o a.weft")
        self.environment["WEFT_CACHE"] = str(self.cache)
        self.end(command, 40 if LONG else 5)
        if LONG:
            self.finish(command)

    def test_run_on_the_rtl(self):
        self.build("run a.weft --arch machine.yaml --device rtl --wave out/w.fst")

    def test_cosim(self):
        self.build("cosim a.weft --arch machine.yaml")

    def test_area(self):
        data = os.environ.get("WEFT_DATA") or pathlib.Path(__file__).resolve().parents[4] / "shared" / "data"
        library = pathlib.Path(data) / "liberty" / "ihp-sg13g2"
        if not shutil.which("yosys") or not library.is_dir():
            self.skipTest("there is no Yosys or no cell library")
        shutil.copy(MACHINE, self.folder / "machine.yaml")
        self.environment["WEFT_CACHE"] = str(self.cache)
        command = f"area --arch machine.yaml --liberty {library} --block weft_array"
        self.end(command, 10 if LONG else 4, kept=(".json",))
        if LONG:
            self.finish(command)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
