"""The pages in a real browser: browser_test.py WRITE_SAMPLES FOLDER, the browser in WEFT_CHROMIUM or on the path.

Are the figures that the scripts show those of the JSON? Screenshots and prints stay in FOLDER. Exit code 77: no browser.
"""

import html.parser
import json
import os
import pathlib
import shutil
import subprocess
import sys


class Page(html.parser.HTMLParser):
    """Elements with figures as {(run, path): (value, text)}, the headings, the title, the notes, the images."""

    def __init__(self, text):
        super().__init__()
        self.figures, self.headings, self.notes, self.tags, self.title = {}, [], [], set(), ""
        self.listings, self.load_ms = [], None
        self.open = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        self.load_ms = attributes.get("data-load-ms", self.load_ms)
        if "data-path" in attributes:
            self.open = ("figure", (int(attributes["data-run"]), attributes["data-path"], attributes["data-value"]))
        elif tag in ("h1", "h2", "h3", "pre", "title"):
            self.open = (tag, None)
        elif attributes.get("class") == "note":
            self.open = ("note", None)

    def handle_data(self, text):
        if self.open is None:
            return
        (kind, figure), self.open = self.open, None
        if kind == "figure":
            self.figures.setdefault(figure[:2], (float(figure[2]), text))
        elif kind == "pre":
            self.listings.append(text)
        elif kind == "title":
            self.title = self.title or text  # later ones are tooltips in pictures
        else:
            (self.notes if kind == "note" else self.headings).append(text)


def figures_of(report):
    """What a page of one run must show, from the JSON alone."""
    wanted = {"totals.useful_macs": report["totals"]["useful_macs"]}
    for name, value in report["memory_plan"].items():
        wanted[f"memory_plan.{name}"] = value
    for i, layer in enumerate(report["layers"]):
        for name in ("useful_macs", "dram_bytes_read", "dram_bytes_written"):
            wanted[f"layers.{i}.{name}"] = layer[name]
    if not report["run"]["timed"]:
        return wanted
    dram = report["dram"]
    for name, value in dram["by_reason"].items():
        if value > 0:
            wanted[f"dram.by_reason.{name}"] = value
    for i, tensor in enumerate(dram["tensors"]):
        for name in ("read", "written", "compulsory", "refetch", "spill"):
            wanted[f"dram.tensors.{i}.{name}"] = tensor[name]
    for i, layer in enumerate(report["layers"]):
        for name in ("refetch", "spill"):
            wanted[f"layers.{i}.dram_by_reason.{name}"] = layer["dram_by_reason"].get(name, 0)
    for name in ("seconds", "utilisation"):
        wanted[f"totals.{name}"] = report["totals"][name]
    wanted["1/totals.seconds"] = 1 / report["totals"]["seconds"]
    for engine in report["engines"]:
        for name in ("busy", "idle", "instructions"):
            wanted[f"engines.{engine['name']}.{name}"] = engine[name]
    for i, layer in enumerate(report["layers"]):
        wanted[f"layers.{i}.own_cycles"] = layer["own_cycles"]
        wanted[f"layers.{i}.utilisation"] = layer["utilisation"]
        wanted[f"layers.{i}.energy"] = sum(layer["energy"].values())
    for name in ("total_pj", "average_mw", "tops_per_watt"):
        wanted[f"energy.{name}"] = report["energy"][name]
    for name, pj in report["energy"]["groups"].items():
        wanted[f"energy.groups.{name}"] = pj
    for i, part in enumerate(report["energy"]["components"]):
        wanted[f"energy.components.{i}.pj"] = part["pj"]
    for i, block in enumerate(report["area"]):
        wanted[f"area.{i}.um2"] = block["um2"]
    wanted["sum(area.um2)"] = sum(block["um2"] for block in report["area"])
    return wanted


def check(condition, message):
    if not condition:
        sys.exit(f"FAILED: {message}")


def check_figures(page, run, wanted):
    for path, value in wanted.items():
        check((run, path) in page.figures, f"run {run}: '{path}' is not shown")
        shown, text = page.figures[run, path]
        check(abs(shown - value) <= 1e-9 * abs(value), f"run {run}: '{path}' is {value}, shown is {shown}")
        if path.endswith(("own_cycles", "useful_macs")):
            check(text == f"{value:,}", f"run {run}: '{path}' is {value}, its text is '{text}'")


def main():
    samples, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    browser = os.environ.get("WEFT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        print("skipped: no chromium is installed")
        sys.exit(77)
    subprocess.run([samples, folder], check=True)

    def browse(name, *arguments, place=""):
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                   f"--user-data-dir={folder / 'profile'}", *arguments, (folder / f"{name}.html").resolve().as_uri() + place]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=True)
        return done.stdout.decode("utf-8")

    def shown(name, place="", size="1366,3000", picture=None):
        return Page(browse(name, f"--window-size={size}", f"--screenshot={folder / ((picture or name) + '.png')}", "--dump-dom",
                           place=place))

    def report(name):
        return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))

    for name in ("small", "hostile", "large", "untimed"):
        page = shown(name)
        check_figures(page, 0, figures_of(report(name)))
        check(page.headings[0] == report(name)["run"]["network"], f"{name}: the heading is {page.headings[0]!r}")
        check("img" not in page.tags and page.title.startswith("Weft report: "), f"{name}: a name became markup")
        for heading in ("Summary", "Layers", "Assumptions"):
            check(heading in page.headings, f"{name}: no section '{heading}'")
        for heading in ("Timeline", "Roofline", "Where the DRAM bytes go", "Memory over time"):
            check((heading in page.headings) == (name != "untimed"), f"{name}: '{heading}' needs time")
        check(not page.listings, f"{name}: no layer was chosen")

    page = shown("small", "#layer=1", picture="layer")
    check(any(heading.startswith("Layer 1: conv_1") for heading in page.headings), "a layer of the address is not chosen")
    code = report("small")["layers"][1]["code"]
    check(page.listings == [code["mapping_yaml"], "\n".join(code["listing"])], "mapping and instructions are not the layer's")

    # A laptop's screen, paper, and the time to open; the time is for the reader only.
    large = folder / "large.html"
    check(large.stat().st_size < 5_000_000, f"a page of 200 layers has {large.stat().st_size} bytes")
    shown("large", size="1366,768", picture="laptop")
    browse("large", "--no-pdf-header-footer", f"--print-to-pdf={folder / 'large.pdf'}")
    check((folder / "large.pdf").read_bytes().startswith(b"%PDF"), "the page cannot be printed")
    measure = ("<script>addEventListener('load', () => setTimeout(() => "
               "document.body.setAttribute('data-load-ms', Math.round(performance.now()))))</script>")
    (folder / "timed.html").write_text(large.read_text(encoding="utf-8").replace("</body>", measure + "</body>"),
                                       encoding="utf-8")
    milliseconds = Page(browse("timed", "--dump-dom")).load_ms
    print(f"a page of 200 layers: {large.stat().st_size} bytes, drawn after {milliseconds} ms")

    page = shown("compare")
    for run, name in enumerate(("small", "slower")):
        totals, layers = report(name)["totals"], report(name)["layers"]
        check_figures(page, run, {"totals.cycles": totals["cycles"], "energy.total_pj": report(name)["energy"]["total_pj"],
                                  **{f"layers.{i}.own_cycles": layer["own_cycles"] for i, layer in enumerate(layers)}})
    check(not page.notes, f"the same network on the same machine needs no note: {page.notes}")
    check(any("Different networks" in note for note in shown("networks").notes), "two networks need a note")


if __name__ == "__main__":
    main()
