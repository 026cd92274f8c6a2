"""Is an installed Weft whole? Installs the build, moves the tree, and uses it as a user would: the command without any file of
the source tree, and projects that find each component with find_package(weft).

usage: install_test.py BUILD_FOLDER SOURCE_FOLDER
"""
import os
import pathlib
import subprocess
import sys
import tempfile

BUILD, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
CONSUMER = pathlib.Path(__file__).resolve().parent / "consumer"
LIBERTY = pathlib.Path(os.environ.get("WEFT_DATA", SOURCE.parent / "shared" / "data")) / "liberty" / "asap7"
NETWORK = SOURCE / "workloads" / "digits" / "digits_int8_qdq.onnx"


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def check(condition, message):
    if not condition:
        sys.exit(message)


def consumer(component, prefix, folder, *arguments):
    """Builds a user's project against the installed component and runs it."""
    build = folder / component
    run("cmake", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCOMPONENT={component}",
        "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", build)
    return run(build / "consumer", *arguments)


def main():
    with tempfile.TemporaryDirectory(prefix="weft install ") as name:
        folder = pathlib.Path(name)
        run("cmake", "--install", BUILD, "--prefix", folder / "first", "--strip")
        prefix = (folder / "first").rename(folder / "moved")
        for path in prefix.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                for tree in (SOURCE, BUILD):
                    check(f"{tree}/".encode() not in content, f"{path.relative_to(prefix)} names {tree}")
        weft, program = prefix / "bin" / "weft", folder / "net.weft"
        run(weft, "compile", NETWORK, "-o", program, cwd=folder)
        run(weft, "run", program, "--random-input", 1, "--report", "r.json", cwd=folder)
        run(weft, "report", "r.json", "--html", "r.html", cwd=folder)
        check("<script" in (folder / "r.html").read_text(encoding="utf-8"), "the page has no scripts")
        run(weft, "cosim", program, "--random-input", 1, cwd=folder)
        if LIBERTY.is_dir():
            run(weft, "area", "--arch", "edge-16", "--block", "weft_pe_int8", "--liberty", LIBERTY, cwd=folder)

        copy = folder / "copy.weft"
        consumer("compiler", prefix, folder, NETWORK, copy)
        check(copy.read_bytes() == program.read_bytes(), "the library compiles another program than the command")
        results = [consumer(component, prefix, folder, program) for component in ("reference", "runtime")]
        check(results[0] and results[0] == results[1], f"reference and runtime differ: {results}")


if __name__ == "__main__":
    main()
