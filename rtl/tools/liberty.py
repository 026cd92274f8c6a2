"""Libraries of standard cells in Liberty files: merged to one, if not asked for without their tables of power, which are most of
the text."""

import gzip
import os
import pathlib
import re
import zlib

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
MARK = re.compile(r'"[^"]*"|/\*.*?\*/|[{}]', re.DOTALL)


class LibraryError(Exception):
    pass


def default_library():
    data = pathlib.Path(os.environ.get("WEFT_DATA") or pathlib.Path("..", "shared", "data").resolve())
    folder = data / "liberty" / "asap7"
    if not folder.is_dir():
        raise LibraryError(f"there is no cell library in '{folder}': name a Liberty file with --liberty")
    return [folder]


def library_files(names):
    for name in names:
        files = [name]
        if name.is_dir():
            files = sorted([*name.glob("*.lib"), *name.glob("*.lib.gz")])
        if not files or not files[0].is_file():
            raise LibraryError(f"there is no Liberty file '{name}'")
        yield from files


def read_library(path):
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise LibraryError(f"cannot read the Liberty file '{path}': {getattr(error, 'strerror', None) or error}") from error
    if not re.search(r"^\s*library\s*\(", text, re.MULTILINE) or not re.search(r"^\s*cell\s*\(", text, re.MULTILINE):
        raise LibraryError(f"'{path}' is no Liberty file with cells")
    last = end_of_group(text, text.find("{") + 1)
    if last is None or COMMENT.sub("", text[last:]).strip() or COMMENT.sub("", text).count('"') % 2:
        raise LibraryError(f"the Liberty file '{path}' is damaged: its braces or quotes do not match")
    return text


def end_of_group(text, position):
    """Where the group ends whose first brace is before the position; None if it does not."""
    depth = 1
    for match in MARK.finditer(text, position):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return match.end()
    return None


def without(text, *groups):
    """The library without groups of these names."""
    kept, position = [], 0
    for match in re.finditer(rf"[ \t]*\b(?:{'|'.join(groups)})\s*\([^)\n]*\)\s*\{{", text):
        if match.start() < position:
            continue
        kept.append(text[position:match.start()])
        position = end_of_group(text, match.end())
        position += text[position:position + 1] == "\n"
    return "".join(kept) + text[position:]


def outline(library):
    """What Yosys itself wants to know: functions and areas. It reads tables slowly; ABC is fast."""
    return without(library, "timing")


def merge_libraries(paths, power=False):
    """One library: the first one's head and the cells of all. (ABC of Yosys 0.23 takes one file.)"""
    texts = [read_library(path) for path in paths]
    if not power:
        texts = [without(text, "internal_power", "leakage_power") for text in texts]
    bodies = []
    for text in texts:
        first = re.search(r"^\s*cell\s*\(", text, re.MULTILINE).start()
        bodies.append(text[first:text.rindex("}")])
    return texts[0][:re.search(r"^\s*cell\s*\(", texts[0], re.MULTILINE).start()] + "\n".join(bodies) + "\n}\n"


def sequential_cells(library):
    """{cell: {pin: direction}} of the cells that have a state."""
    cells = re.split(r"^\s*cell\s*\(\s*\"?(\w+)\"?\s*\)", library, flags=re.MULTILINE)
    pin = re.compile(r"^\s*pin\s*\(\s*\"?(\w+)\"?\s*\)\s*\{.*?\bdirection\s*:\s*\"?(\w+)\"?", re.MULTILINE | re.DOTALL)
    return {name: dict(pin.findall(body)) for name, body in zip(cells[1::2], cells[2::2])
            if re.search(r"^\s*(ff|latch)\s*\(", body, re.MULTILINE)}
