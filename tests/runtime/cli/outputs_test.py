"""Is every output of every subcommand written whole, to what its name stands for, and never over an input?

    outputs_test.py WEFT NETWORK.onnx MACHINE.yaml CACHE

MACHINE is the one that the waveform is of; CACHE keeps its compiled model.
"""

import os
import pathlib
import re
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

WEFT, NETWORK, MACHINE, CACHE = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:])
OLD = b"what was there before\n"
PROGRAM = """.globl _start
_start:
  addi a0, zero, 0
  halt a0
"""


def unsigned(content):
    """Without what the provenance says of one run: its date, and the command line with the output's name."""
    return re.sub(rb'"(date|command)": ?"[^"]*"', b"", content)


class Output:
    """An option that names a file: the command with {} for that, how the file's name ends, and the inputs that it could destroy."""

    def __init__(self, command, ending, *inputs, stdout=True):
        self.command, self.ending, self.inputs, self.stdout = command.split(), ending, inputs, stdout

    def __str__(self):
        return " ".join(self.command)


OUTPUTS = [
    Output("compile net.onnx -o {}", ".weft", "net.onnx"),
    Output("compile net.onnx --mapping m.yaml --arch arch.yaml -o {}", ".weft", "net.onnx", "m.yaml", "arch.yaml"),
    Output("compile net.onnx --emit mapping -o {}", ".yaml", "net.onnx"),
    Output("asm a.s -o {}", ".o", "a.s"),
    Output("link a.o --arch arch.yaml -o {}", ".weft", "a.o", "arch.yaml"),
    Output("run net.weft --random-input 1 -q --output {}", ".npz", "net.weft", stdout=False),
    Output("run a.weft --arch arch.yaml --energy e.yaml -q --report {}", ".json", "a.weft", "arch.yaml", "e.yaml"),
    Output("run net.weft --input image=x.npy -q --report {}", ".json", "x.npy"),
    Output("run a.weft --arch edge-16 -q --trace {}", ".json", "a.weft"),
    Output("report r.json --html {}", ".html", "r.json"),
    Output("report r.json --csv {}", ".csv", "r.json"),
    Output("energy --arch arch.yaml --energy e.yaml -q --ert {}", ".yaml", "arch.yaml", "e.yaml"),
    Output("energy --arch arch.yaml -q --art {}", ".yaml", "arch.yaml"),
]
if shutil.which("verilator"):
    OUTPUTS += [Output("run a.weft --arch wave.yaml --device rtl -q --wave {}", ".fst", "a.weft", "wave.yaml", stdout=False)]
PRINTING = ["compile net.onnx -o {}", "compile net.onnx --emit asm", "run net.weft --random-input 1", "report r.json",
            "report r.json --json", "explain r.json", "disasm net.weft", "verify net.weft", "arch list", "arch show edge-16",
            "arch check arch.yaml", "energy", "energy --table", "version", "--help", "run --help"]


def weft(*arguments, **settings):
    return subprocess.run([WEFT, *arguments], capture_output=True, timeout=600, env={**os.environ, "WEFT_CACHE": CACHE}, **settings)


def setUpModule():
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    os.chdir(folder.name)
    shutil.copy(NETWORK, "net.onnx")
    shutil.copy(MACHINE, "wave.yaml")
    pathlib.Path("a.s").write_text(PROGRAM, encoding="ascii")
    for command, output in (("arch show edge-16", "arch.yaml"), ("energy --table", "e.yaml"),
                            ("compile net.onnx --emit mapping", "m.yaml")):
        pathlib.Path(output).write_bytes(weft(*command.split()).stdout)
    for command in ("asm a.s -o a.o", "link a.o -o a.weft", "compile net.onnx -o net.weft",
                    "run net.weft --random-input 1 --report r.json"):
        done = weft(*command.split())
        assert done.returncode == 0, done.stderr
    shape = [line for line in weft("run", "net.weft").stderr.decode().splitlines() if "float32" in line][0]
    name, sizes = shape.split(":")[0].strip(), [int(size) for size in shape.split("[")[1].rstrip("]").split(",")]
    count = 1
    for size in sizes:
        count *= size
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(sizes)}, }}".ljust(117) + "\n"
    pathlib.Path("x.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(4 * count))
    for output in OUTPUTS:
        output.command = [word.replace("image=", f"{name}=") for word in output.command]


class Case(unittest.TestCase):
    """Each test gets each output, in an empty folder `out`."""

    def each(self, check, only=lambda output: True):
        for output in filter(only, OUTPUTS):
            with self.subTest(str(output)), tempfile.TemporaryDirectory(dir=".", prefix="out") as folder:
                check(output, pathlib.Path(folder) / f"y{output.ending}")

    def write(self, output, path, code=0, **settings):
        done = weft(*(word.replace("{}", str(path)) for word in output.command), **settings)
        self.assertEqual(done.returncode, code, done.stderr)
        if code:
            self.assertRegex(done.stderr, b"^weft: error: [^\n]*\n$")
        return done

    def names(self, path):
        """What is in the output's folder; what is on its way out has some time to go."""
        end = time.monotonic() + 30
        while list(path.parent.glob(".weft-*")) and time.monotonic() < end:
            time.sleep(0.05)
        return sorted(item.name for item in path.parent.iterdir())

    def device(self, path, minor):
        """A device of its own: a mistake would replace it."""
        try:
            os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, minor))
            with open(path, "wb"):
                return
        except OSError:
            path.unlink(missing_ok=True)
        if os.access("/dev", os.W_OK):
            self.skipTest("devices cannot be made here, and those of /dev can be replaced")
        path.symlink_to({3: "/dev/null", 7: "/dev/full"}[minor])


class Places(Case):
    def test_a_new_file(self):
        def check(output, path):
            self.write(output, path)
            self.assertGreater(path.stat().st_size, 0)
            umask = os.umask(0)
            os.umask(umask)
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o666 & ~umask)
            self.assertEqual(self.names(path), [path.name])
        self.each(check)

    def test_an_older_file_keeps_its_mode_and_links_lead_to_it(self):
        def check(output, path):
            older, link, chain, nowhere = (path.with_stem(name) for name in ("older", "link", "chain", "nowhere"))
            older.write_bytes(OLD)
            older.chmod(0o600)
            link.symlink_to(older.name)
            chain.symlink_to(link.resolve().parent / link.name)
            nowhere.symlink_to("made" + output.ending)
            for name in (older, chain, nowhere):
                self.write(output, name)
                self.assertNotEqual(name.read_bytes(), OLD)
            self.assertEqual(stat.S_IMODE(older.stat().st_mode), 0o600)
            self.assertTrue(link.is_symlink() and chain.is_symlink() and nowhere.is_symlink())
            self.assertEqual(len(self.names(path)), 5)
        self.each(check)

    def test_a_fifo(self):
        def check(output, path):
            os.mkfifo(path)
            read = []
            reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
            reader.start()
            self.write(output, path)
            reader.join()
            self.assertGreater(len(read[0]), 0)
            self.assertTrue(path.is_fifo())
            self.assertEqual(self.names(path), [path.name])
        self.each(check)

    def test_devices(self):
        def check(output, path):
            self.device(path, 3)
            self.write(output, path)
            full = path.with_stem("full")
            self.device(full, 7)
            self.assertIn(b"No space left on device", self.write(output, full, 1).stderr)
            self.assertTrue(path.is_char_device() and full.is_char_device())
            self.assertEqual(len(self.names(path)), 2)
        self.each(check)

    def test_stdout(self):
        def check(output, path):
            self.write(output, path)
            same = unsigned(self.write(output, "-").stdout)
            self.assertEqual(same, unsigned(path.read_bytes()))
            # As /dev/stdout is, but where a mistake can replace nothing. After it is what is printed.
            self.assertTrue(unsigned(self.write(output, "/proc/self/fd/1").stdout).startswith(same))
        self.each(check, lambda output: output.stdout)
        self.each(lambda output, path: self.write(output, "-", 1), lambda output: not output.stdout)

    def test_a_network_from_stdin(self):
        with open("net.onnx", "rb") as file:
            program = weft("compile", "-", "-o", "-", stdin=file).stdout
        self.assertEqual(weft("disasm", "net.weft").stdout.count(b"\n"),
                         subprocess.run([WEFT, "disasm", "/dev/stdin"], input=program, capture_output=True).stdout.count(b"\n"))


class Refused(Case):
    def test_an_input_is_no_output(self):
        def check(output, path):
            for name in output.inputs:
                content = pathlib.Path(name).read_bytes()
                link = path.with_name("l" + output.ending)
                link.symlink_to(pathlib.Path(name).resolve())
                for same in (name, f"./{name}", link):
                    self.write(output, same, 1)
                    self.assertEqual(pathlib.Path(name).read_bytes(), content)
                link.unlink()
        self.each(check)

    def test_weights_in_a_file_of_their_own_are_an_input_too(self):
        def field(number, content):
            return bytes([number << 3 | 2, len(content)]) + content
        place = field(13, field(1, b"location") + field(2, b"w.bin"))
        tensor = field(8, b"w") + b"\x08\x04" + b"\x10\x01" + place + b"\x70\x01" # float32 [4], in an external file
        value = field(1, b"x") + field(2, field(1, b"\x08\x01" + field(2, field(1, b"\x08\x04"))))
        node = field(1, b"x") + field(1, b"w") + field(2, b"y") + field(4, b"Add")
        graph = field(1, node) + field(5, tensor) + field(11, value) + field(12, field(1, b"y"))
        pathlib.Path("w.onnx").write_bytes(b"\x08\x08" + field(7, graph) + field(8, b"\x10\x0d"))
        pathlib.Path("w.bin").write_bytes(bytes(16))
        done = weft("compile", "w.onnx", "-o", "w.bin")
        self.assertIn(b"cannot write 'w.bin' (--output): it is an input", done.stderr)
        self.assertEqual((done.returncode, pathlib.Path("w.bin").read_bytes()), (1, bytes(16)))

    def test_two_outputs_are_two_files(self):
        for command in ("run net.weft --random-input 1 --report {0} --trace {1}", "report r.json --html {0} --csv {1}",
                        "energy --ert {0} --art {1}", "run net.weft --random-input 1 --output {0} --report {1}"):
            for names in (("y.npz", "./y.npz"), ("y.npz", "y.npz")):
                done = weft(*command.format(*names).split())
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, rb"weft: error: --\w+ and --\w+ both name ")
                self.assertFalse(pathlib.Path("y.npz").exists())
        self.assertEqual(weft("run", "net.weft", "--random-input", "1", "--report", "-", "--trace", "-").returncode, 1)

    def test_a_missing_folder_and_a_folder(self):
        def check(output, path):
            self.assertIn(b"there is no folder", self.write(output, path.parent / "no" / path.name, 1).stderr)
            path.mkdir()
            self.assertIn(b"it is a directory", self.write(output, path, 1).stderr)
            self.assertEqual(self.names(path), [path.name])
        self.each(check)

    def test_a_full_disk(self):
        def check(output, path):
            path.write_bytes(OLD)
            self.write(output, path, 1, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)))
            self.assertEqual(path.read_bytes(), OLD)
            self.assertEqual(self.names(path), [path.name])
        self.each(check)


class Streams(Case):
    def test_stdout_that_is_full_or_closed(self):
        for command in PRINTING:
            arguments = [word.replace("{}", "made.weft") for word in command.split()]
            for redirection in (">/dev/full", ">&-"):
                with self.subTest(command + redirection):
                    done = subprocess.run(["sh", "-c", f'exec "$0" "$@" {redirection}', WEFT, *arguments], stderr=subprocess.PIPE)
                    self.assertEqual(done.returncode, 1)
                    self.assertRegex(done.stderr, b"^weft: error: cannot write to stdout: [^\n]*\n$")

    def test_stderr_that_is_full_or_closed(self):
        for redirection in ("2>/dev/full", "2>&-", "2>&- >&- <&-"):
            for code, arguments in ((1, "run nothing.weft"), (2, "run --soup"), (0, "asm a.s -o made.o")):
                done = subprocess.run(["sh", "-c", f'exec "$0" "$@" {redirection}', WEFT, *arguments.split()])
                self.assertEqual(done.returncode, code, redirection + arguments)
        self.assertEqual(pathlib.Path("made.o").read_bytes(), pathlib.Path("a.o").read_bytes())

    def test_control_characters_of_names_are_escapes(self):
        name = "a\x1b[2J\r\x7f\u009b\u202e\udcff.weft" # clear the screen, ...; no UTF-8
        for command in (["run", name], ["compile", name, "-o", "y.weft"], ["run", "net.weft", "--device", name]):
            text = weft(*map(os.fsencode, command)).stderr.decode()
            self.assertIn(r"a\x1b[2J\x0d\x7f\u009b\u202e\xff.weft", text)
            self.assertTrue(all(letter == "\n" or letter.isprintable() for letter in text), text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
