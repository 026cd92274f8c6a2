#!/usr/bin/env python3
"""Is the design in the SystemVerilog subset that Verilator and Yosys read, and read alike?

    check_subset.py FILE_OR_FOLDER...

Prints a line "file:line: rule: what is wrong" for each construct outside the subset and exits with 1 if there is one.
A folder stands for the .sv files in it, without rtl/sim, which is not part of the design. Give all files at once: types
are known by the packages that declare them.

Besides what Yosys 0.23 rejects (an early and clear message) the rules catch what it accepts and gets wrong: unpacked
arrays of structs, packed dimensions on a named type, member-wise assignment to a function's name, and interfaces.
"""

import pathlib
import re
import sys
from collections import namedtuple

Token = namedtuple("Token", "kind text line")
Finding = namedtuple("Finding", "path line rule message")

TOKEN = re.compile(r"""
    (?P<space>\s+)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<directive>`\w+)
  | (?P<number>\d[\d_]*\s*'[sS]?[bodhBODH]\s*[\da-fA-FxXzZ_?]+|'[sS]?[bodhBODH][\da-fA-FxXzZ_?]+|'[01xXzZ](?!\w)
      |\d[\d_]*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d[\d_]*)
  | (?P<word>[A-Za-z_$][\w$]*|\\\S+)
  | (?P<symbol>::|\#\#|'\{|'\(|<<<|>>>|<<|>>|<=|>=|==|!=|&&|\|\||\|->|\|=>|\+:|-:|.)
""", re.VERBOSE | re.DOTALL)

# Words that no file of the design has, with the rule that they break.
WORDS = {}
for rule, message, words in (
    ("real", "there is no hardware for real numbers", "real shortreal realtime"),
    ("simulation", "only a simulator can do this",
     "initial final program class string chandle event fork force release wait forever time covergroup"),
    ("always", "write always_comb or always_ff", "always always_latch"),
    ("interface", "Yosys connects interfaces wrongly; write ports", "interface modport virtual clocking"),
    ("statement", "Yosys does not read this statement", "return break continue foreach while do repeat inside task void"),
    ("union", "Yosys does not read unions", "union"),
    ("casex", "an x in the value matches everything; write casez", "casex"),
    ("logic", "write logic", "wire reg tri"),
    ("assertion", "properties are in wrappers outside the design (tests/rtl/formal)",
     "assert assume cover property sequence"),
):
    WORDS.update({word: (rule, f"'{word}': {message}") for word in words.split()})

SYSTEM_FUNCTIONS = {"$clog2", "$bits", "$signed", "$unsigned", "$error", "$fatal"}
BUILT_IN_TYPES = {"logic", "bit", "byte", "shortint", "int", "longint", "integer"}
DIRECTIONS = {"input", "output", "inout"}


class Source:
    """The tokens of a file and, for each, what encloses it."""

    def __init__(self, path, text):
        self.path = path
        self.lines = text.split("\n")
        self.tokens = []
        self.comments = []
        line = 1
        for match in TOKEN.finditer(text):
            kind = match.lastgroup
            if kind == "comment":
                self.comments.append(Token(kind, match.group(), line))
            elif kind != "space":
                self.tokens.append(Token(kind, match.group(), line))
            line += match.group().count("\n")
        self.end = Token("symbol", "", line)

    def at(self, i):
        return self.tokens[i] if 0 <= i < len(self.tokens) else self.end

    def text(self, i):
        return self.at(i).text

    def closing(self, i):
        """Index of the bracket that closes the one at i (or of the end of the file)."""
        pairs = {"(": ")", "[": "]", "{": "}", "'(": ")", "'{": "}"}
        depth = 0
        for j in range(i, len(self.tokens)):
            if self.text(j) in pairs:
                depth += 1
            elif self.text(j) in pairs.values():
                depth -= 1
                if depth == 0:
                    return j
        return len(self.tokens)

    def find(self, text, i):
        while i < len(self.tokens) and self.text(i) != text:
            i += 1
        return i

    def skip_dimensions(self, i):
        """Index after the bracketed ranges that begin at i, and how many there are."""
        count = 0
        while self.text(i) == "[":
            i = self.closing(i) + 1
            count += 1
        return i, count


class Types:
    """The named types of all files: which names there are, and which of them are structs."""

    def __init__(self, sources):
        self.names = set()
        self.structs = set()
        for source in sources:
            for i, token in enumerate(source.tokens):
                if token.text == "typedef":
                    self.declare(source, i)

    def declare(self, source, i):
        j = i + 1
        while source.text(j) not in (";", ""):
            j = source.closing(j) + 1 if source.text(j) in ("{", "[") else j + 1
        name = next((source.at(k) for k in range(j - 1, i, -1) if source.at(k).kind == "word"), None)
        if name:
            self.names.add(name.text)
            if source.text(i + 1) in ("struct", "union") or source.text(i + 1) in self.structs:
                self.structs.add(name.text)

    def type_at(self, source, i):
        """(name, index after it) of the named type that is written at i, with or without its package."""
        if source.at(i).kind == "word" and source.text(i + 1) == "::":
            i += 2
        word = source.text(i)
        return (word, i + 1) if word in self.names or word.endswith("_t") else (None, i)


class Checker:
    def __init__(self, source, types):
        self.source = source
        self.types = types
        self.findings = []

    def report(self, token, rule, message):
        self.findings.append(Finding(self.source.path, token.line, rule, message))

    def run(self):
        self.check_words()
        self.check_types()
        self.check_structs()
        self.check_packages()
        self.check_functions()
        self.check_headers()
        self.check_outputs()
        self.check_waivers()
        return sorted(self.findings, key=lambda finding: finding.line)

    def check_words(self):
        source = self.source
        for i, token in enumerate(source.tokens):
            before, after = source.text(i - 1), source.text(i + 1)
            if token.kind == "word" and before != ".":
                if token.text in WORDS:
                    self.report(token, *WORDS[token.text])
                elif token.text in ("import", "export"):
                    rule = "dpi" if source.at(i + 1).kind == "string" else "import"
                    self.report(token, rule, f"'{token.text}': name what is in a package by 'package::name'")
                elif token.text in ("unique", "unique0", "priority") and after == "if":
                    self.report(token, "statement", f"'{token.text} if': Yosys reads only 'unique case'")
                elif token.text == "automatic" and before != "function":
                    self.report(token, "automatic", "Yosys does not read automatic variables")
                elif token.text[0] == "$" and token.text not in SYSTEM_FUNCTIONS:
                    self.report(token, "system", f"'{token.text}' is nothing that can be built")
                elif token.text in ("parameter", "localparam"):
                    self.check_parameter(i)
            elif token.kind == "number" and re.fullmatch(r"[\d_]+(\.\d+)?([eE][+-]?\d+)?", token.text):
                if re.search(r"[.eE]", token.text):
                    self.report(token, "real", f"'{token.text}': there is no hardware for real numbers")
            elif token.kind == "directive":
                self.report(token, "directive", f"'{token.text}': both tools must read the same text")
            elif token.text == "#" and (after != "(" or source.at(i - 1).kind != "word" or before in ("begin", "else")):
                self.report(token, "delay", "a delay; the only time is the clock's")
            elif token.text == "##":
                self.report(token, "delay", "a delay; the only time is the clock's")
            elif token.text == "@" and before != "always_ff":
                if before not in ("always", "always_latch"):
                    self.report(token, "delay", "waiting for an event; the only one is the clock of an always_ff")
            elif token.text == "'{":
                self.report(token, "pattern", "Yosys does not read assignment patterns")
            elif token.text == "{" and after in ("<<", ">>", "<<<", ">>>"):
                self.report(token, "streaming", "Yosys does not read streaming operators")
            elif token.text == "'(" and self.types.type_at(source, i - 1)[0]:
                self.report(token, "cast", f"Yosys does not read casts to a named type ('{before}')")
            if token.text == "$bits" and after == "(":
                if source.text(i + 2) in BUILT_IN_TYPES or self.types.type_at(source, i + 2)[0]:
                    self.report(token, "bits", "Yosys reads $bits of a variable, not of a type")

    def check_parameter(self, i):
        source = self.source
        token, j = source.at(i), i + 1
        if source.text(j) == "type":
            self.report(token, "parameter", "Yosys does not read type parameters")
            return
        name, j = self.types.type_at(source, j)
        while source.text(j) in BUILT_IN_TYPES | {"signed", "unsigned"}:
            j += 1
        j, _ = source.skip_dimensions(j)
        if source.text(j + 1) == "[":
            self.report(token, "parameter", f"'{source.text(j)}': Yosys does not read parameters that are arrays")
        if source.text(j + 1) == "=" and source.at(j + 2).kind == "string":
            self.report(token, "parameter", f"'{source.text(j)}': Yosys does not read string parameters")

    def check_types(self):
        """Declarations: packed dimensions, and unpacked arrays of structs."""
        source = self.source
        struct_end = 0
        for i, token in enumerate(source.tokens):
            if token.text == "struct":
                struct_end = max(struct_end, source.closing(source.find("{", i)))
            limit = 2 if i < struct_end else 1
            if token.text in BUILT_IN_TYPES:
                j = i + 1 + (source.text(i + 1) in ("signed", "unsigned"))
                _, count = source.skip_dimensions(j)
                if count > limit:
                    where = "" if limit == 2 else " outside a struct"
                    self.report(token, "dimensions", f"Yosys does not read {count} packed dimensions{where}")
            if source.text(i - 1) == "::" or source.text(i - 1) == ".":
                continue
            name, j = self.types.type_at(source, i)
            if not name:
                continue
            if source.text(j) == "[":
                self.report(token, "typedef-array", f"'{name} [...]': Yosys accepts packed dimensions on a named type, "
                            "and the netlist is wrong")
            elif name in self.types.structs:
                self.check_declarators(name, j)

    def check_declarators(self, name, i):
        source = self.source
        while source.at(i).kind == "word":
            if source.text(i + 1) == "[":
                self.report(source.at(i), "struct-array", f"'{source.text(i)}': Yosys accepts whole-element reads of an "
                            f"unpacked array of '{name}', and the netlist is wrong; make it an array of vectors")
            i, _ = source.skip_dimensions(i + 1)
            if source.text(i) != "," or self.types.type_at(source, i + 1)[0] or source.text(i + 1) in DIRECTIONS:
                return
            i += 1

    def check_structs(self):
        source = self.source
        for i, token in enumerate(source.tokens):
            if token.text != "struct":
                continue
            if source.text(i + 1) != "packed":
                self.report(token, "struct", "structs are packed")
            begin = source.find("{", i)
            for j in range(begin, source.closing(begin)):
                if source.text(j) in ("{", ";") and source.text(j + 2) == "::":
                    self.report(source.at(j + 1), "struct", "Yosys does not read a package's type inside a struct")

    def check_packages(self):
        source = self.source
        for i, token in enumerate(source.tokens):
            if token.text != "package":
                continue
            for j in range(i, source.find("endpackage", i)):
                if source.text(j) == "::":
                    self.report(source.at(j), "package", f"'{source.text(j - 1)}': Yosys does not let a package use another")

    def check_functions(self):
        source = self.source
        i = source.find("function", 0)
        while i < len(source.tokens):
            end = source.find("endfunction", i)
            body = source.find(";", i)
            arguments = min(source.find("(", i), body)
            name = source.text(arguments - 1)
            for j in range(arguments, body):
                argument, _ = self.types.type_at(source, j)
                if argument in self.types.structs and source.text(j - 1) != "::":
                    self.report(source.at(j), "function", f"Yosys does not read function arguments of struct type ('{argument}')")
            for j in range(body, end):
                local, after = self.types.type_at(source, j)
                if local in self.types.structs and source.text(j - 1) != "::" and source.at(after).kind == "word":
                    self.report(source.at(j), "function", f"Yosys does not read local variables of struct type ('{local}')")
                if source.text(j) == name and source.text(j + 1) == "." and source.text(j - 1) != ".":
                    self.report(source.at(j), "function", f"'{name}.{source.text(j + 2)}': Yosys accepts assignments to a "
                                "member of the function's name, and the netlist is wrong")
            i = source.find("function", end)

    def check_headers(self):
        """Ports are vectors or structs."""
        source = self.source
        i = source.find("module", 0)
        while i < len(source.tokens):
            j = i + 2
            if source.text(j) == "#":
                j = source.closing(j + 1) + 1
            end = source.closing(j) if source.text(j) == "(" else j
            k = j + 1
            while k < end:
                if source.text(k) == "[":
                    k = source.closing(k)
                elif source.at(k).kind == "word" and source.text(k + 1) == "[":
                    is_type = source.text(k) in BUILT_IN_TYPES | DIRECTIONS | {"signed", "unsigned"}
                    if not is_type and not self.types.type_at(source, k)[0]:
                        self.report(source.at(k), "port", f"'{source.text(k)}': Yosys does not read ports that are arrays")
                k += 1
            i = source.find("module", end)

    def check_outputs(self):
        """Outputs of instances (ports *_o) that drive an element of an unpacked array."""
        source = self.source
        arrays = set()
        for i, token in enumerate(source.tokens):
            if token.text not in BUILT_IN_TYPES:
                continue
            j, _ = source.skip_dimensions(i + 1 + (source.text(i + 1) in ("signed", "unsigned")))
            while source.at(j).kind == "word":
                end, dimensions = source.skip_dimensions(j + 1)
                if dimensions:
                    arrays.add(source.text(j))
                j = end + 1 if source.text(end) == "," else len(source.tokens)
        for i, token in enumerate(source.tokens):
            driven = source.text(i + 3)
            if (token.text == "." and source.text(i + 1).endswith("_o") and source.text(i + 2) == "(" and driven in arrays
                    and source.text(i + 4) == "["):
                self.report(token, "output-array", f"'{driven}[...]' at an output: Yosys takes it for a read of the array, "
                            "and the netlist is wrong; use a wire and assign it")

    def check_waivers(self):
        open_waivers = {}
        for comment in self.source.comments:
            if re.search(r"\b(synthesis|synopsys|pragma)\s+translate_off\b", comment.text):
                self.report(comment, "directive", "'translate_off': both tools must read the same text")
            match = re.search(r"\bverilator\s+(lint_off|lint_on)\b\s*(\w*)", comment.text)
            if not match:
                continue
            action, warning = match.groups()
            if action == "lint_on":
                open_waivers.pop(warning, None)
                continue
            open_waivers[warning] = comment
            if not warning:
                self.report(comment, "waiver", "lint_off without the name of a warning")
            if warning == "UNOPTFLAT":
                self.report(comment, "waiver", "UNOPTFLAT is never waived: it is a combinational loop")
            if not self.has_reason(comment.line):
                self.report(comment, "waiver", f"lint_off {warning} has no reason in its line or the line before")
        for warning, comment in open_waivers.items():
            self.report(comment, "waiver", f"lint_off {warning} is not ended by lint_on")

    def has_reason(self, line):
        said = [re.sub(r"/\*|\*/|//", "", comment.text) for comment in self.source.comments
                if comment.line + comment.text.count("\n") in (line, line - 1)]
        return any(re.search(r"[a-z]{2}", text) and "verilator" not in text for text in said)


def files(arguments):
    for argument in map(pathlib.Path, arguments):
        if not argument.exists():
            sys.exit(f"check_subset: error: there is no file or folder '{argument}'")
        yield from (path for path in sorted(argument.rglob("*.sv")) if "sim" not in path.relative_to(argument).parts) \
            if argument.is_dir() else [argument]


def check(texts):
    """The findings in a dictionary of path to text."""
    sources = [Source(path, text) for path, text in texts.items()]
    types = Types(sources)
    return [finding for source in sources for finding in Checker(source, types).run()]


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    texts = {path: path.read_text(encoding="utf-8") for path in files(arguments)}
    if not texts:
        sys.exit("check_subset: error: no .sv files")
    findings = check(texts)
    for finding in findings:
        print(f"{finding.path}:{finding.line}: {finding.rule}: {finding.message}")
    print(f"{len(texts)} files, {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
