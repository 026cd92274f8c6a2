"""The pages in a real browser: browser_test.py WRITE_SAMPLES FOLDER, the browser in WEFT_CHROMIUM or on the path.

Are the figures that the scripts show those of the JSON, and does the page do what visitors ask of it? Screenshots and
prints stay in FOLDER. Exit code 77: no browser.
"""

import base64
import csv
import html.parser
import io
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys


class Browser:
    """Chromium, told over pipes what to do (the DevTools protocol: a JSON text with a zero byte behind it)."""

    def __init__(self, program, profile):
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{commands} 4>&{answers}', "sh", program, "--headless", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", f"--user-data-dir={profile}",
             "--remote-debugging-pipe", "about:blank"], pass_fds=(commands, answers), stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.number, self.session, self.pending = 0, {}, b""
        target = next(item for item in self.send("Target.getTargets")["targetInfos"] if item["type"] == "page")
        attached = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = {"sessionId": attached["sessionId"]}
        self.send("Runtime.enable")

    def send(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters, **self.session}
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.pending:
                check(select.select([self.answers], [], [], 120)[0], f"the browser does not answer {method}")
                self.pending += os.read(self.answers, 1 << 20)
            text, self.pending = self.pending.split(b"\0", 1)
            answer = json.loads(text)
            check(answer.get("method") != "Runtime.exceptionThrown", f"the page fails: {text}")
            if answer.get("id") == self.number:
                check("error" not in answer, f"{method}: {answer.get('error')}")
                return answer["result"]

    def run(self, body):
        """What a function with this body returns in the page."""
        result = self.send("Runtime.evaluate", expression="(async () => {" + body + "})()", awaitPromise=True,
                           returnByValue=True)
        check("exceptionDetails" not in result, f"the page fails: {result}")
        return result["result"].get("value")

    def open(self, path, place="", width=1366, height=3000):
        """The page at an address with `place` behind it, in a window of this size."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=path.resolve().as_uri() + place)
        self.run("await new Promise((done) => "
                 "document.readyState === 'complete' ? done() : addEventListener('load', done));")

    def save(self, path, method, **parameters):
        path.write_bytes(base64.b64decode(self.send(method, **parameters)["data"]))

    def close(self):
        self.send("Browser.close")
        self.process.wait()


class Page(html.parser.HTMLParser):
    """Elements with figures as {(run, path): (value, text)}, the headings, the title, the notes, the images."""

    def __init__(self, text):
        super().__init__()
        self.figures, self.headings, self.notes, self.tags, self.title = {}, [], [], set(), ""
        self.listings, self.turns = [], []
        self.open = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        if "data-turns" in attributes:
            self.turns.append(int(attributes["data-turns"]))
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
            self.figures.setdefault(figure[:2], (figure[2], text))
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
            if name not in layer: # bytes of a run without time
                continue
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
        shown = float(shown)
        check(abs(shown - value) <= 1e-9 * abs(value), f"run {run}: '{path}' is {value}, shown is {shown}")
        if path.endswith(("own_cycles", "useful_macs")):
            check(text == f"{value:,}", f"run {run}: '{path}' is {value}, its text is '{text}'")


# What visitors do, as the bodies of functions in the page; each gives what is to be checked.
# Clicks on a column and on a row, then back and forward: address, heading of the layer, what is marked.
CLICKS = """
const seen = [];
const note = () => seen.push([location.hash, (document.querySelector('.detail h3') || {textContent: ''}).textContent,
  [...new Set([...document.querySelectorAll('.selected')].map((element) => element.dataset.layer))].join()]);
const after = (action) => new Promise((done) => {
  addEventListener('hashchange', () => setTimeout(() => { note(); done(); }), {once: true});
  action();
});
note();
const click = new MouseEvent('click', {bubbles: true});
await after(() => document.querySelector('svg g[data-layer="2"]').dispatchEvent(click));
await after(() => document.querySelector('tr[data-layer="1"]').click());
await after(() => history.back());
await after(() => history.back());
await after(() => history.forward());
return seen;
"""
# The alternatives of all charts, and what their buttons save.
CHARTS = """
const saved = [];
URL.createObjectURL = (blob) => { saved.push({blob}); return 'data:,'; };
HTMLAnchorElement.prototype.click = function() { saved.at(-1).name = this.download; };
const charts = [];
for (const figure of document.querySelectorAll('figure')) {
  const picture = figure.querySelector('svg'), data = figure.querySelector('details');
  figure.querySelectorAll('button').forEach((button) => button.click());
  data.open = true;
  await new Promise((done) => setTimeout(done, 50));
  const [drawing, table] = await Promise.all(saved.splice(0).map(
    async ({blob, name}) => ({name, text: await blob.text()})));
  const parsed = new DOMParser().parseFromString(drawing.text, 'image/svg+xml').documentElement;
  charts.push({role: picture.getAttribute('role'), label: picture.getAttribute('aria-label'), table,
    drawing: drawing.name, variables: drawing.text.includes('var('),
    marks: [picture, parsed].map((root) => root.querySelectorAll('rect').length),
    rows: data.querySelectorAll('tbody tr').length});
}
return {charts, pictures: document.querySelectorAll('svg').length};
"""
# What sticks out of a page that is as wide as a phone.
WIDTHS = """
const wide = [...document.querySelectorAll('main *')].filter((element) =>
  !element.closest('.scroll, .wide, svg, pre') && element.getBoundingClientRect().right > innerWidth + 1)
  .map((element) => element.outerHTML.slice(0, 80));
return [innerWidth, document.documentElement.scrollWidth, wide];
"""


def main():
    samples, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    program = os.environ.get("WEFT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        print("skipped: no chromium is installed")
        sys.exit(77)
    subprocess.run([samples, folder], check=True)

    browser = Browser(program, folder / "profile")

    def shown(name, place="", picture=None, height=3000):
        browser.open(folder / f"{name}.html", place, height=height)
        browser.save(folder / f"{picture or name}.png", "Page.captureScreenshot")
        return Page(browser.run("return document.documentElement.outerHTML"))

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
    check(any(heading.startswith("Layer 1: conv_1") for heading in page.headings), "the layer is not chosen")
    code = report("small")["layers"][1]["code"]
    listings = [code["mapping_yaml"], "\n".join(code["listing"])]
    check(page.listings == listings, "mapping and instructions are not the layer's")

    # Turns of the loops of sample.cpp's three kinds of layers.
    for layer, turns in ((0, [4, 1, 3, 6, 3, 32]), (1, [4, 3, 18, 32]), (2, [4, 3, 32, 9])):
        page = shown("small", f"#layer={layer}", picture="layer")
        check(page.turns == turns, f"layer {layer} has loops of {turns} turns, shown are {page.turns}")

    # The address follows what is chosen, and the page follows the address.
    def chosen(layer):
        return [f"#layer={layer}", f"Layer {layer}: conv_{layer} + relu", str(layer)]

    nothing = ["", "", ""]
    path = [nothing, chosen(2), chosen(1), chosen(2), nothing, chosen(2)]
    browser.open(folder / "small.html")
    seen = browser.run(CLICKS)
    check(seen == path, f"clicks, back and forward lead to {seen}")
    page = shown("compare", "#2&layer=1", picture="layer")
    check(any(heading.startswith("Layer 1: conv_1") for heading in page.headings), "the run's layer is not chosen")
    check((1, "totals.seconds") in page.figures, "the address chooses the second run")
    browser.open(folder / "compare.html")
    seen = browser.run(CLICKS)
    check([(place, mark) for place, _, mark in seen] == [(place, mark) for place, _, mark in path],
          f"clicks in a comparison lead to {seen}")

    # Everyone can read the charts and take them along.
    for name in ("small", "hostile", "compare"):
        browser.open(folder / f"{name}.html")
        found = browser.run(CHARTS)
        check(found["pictures"] == len(found["charts"]) >= 6, f"{name}: {len(found['charts'])} charts of all pictures")
        for chart in found["charts"]:
            lines = list(csv.reader(io.StringIO(chart["table"]["text"])))
            what = f"{name}: chart '{chart['label']}'"
            check(chart["role"] == "img" and len(chart["label"]) > 20, f"{what} has no text")
            check(chart["rows"] == len(lines) - 1 > 0, f"{what}: {chart['rows']} rows, {len(lines)} lines in the file")
            check(chart["marks"][0] == chart["marks"][1] and not chart["variables"], f"{what} is not saved as drawn")
            names = (chart["drawing"], chart["table"]["name"])
            check(names[0].endswith(".svg") and names[1].endswith(".csv"), f"{what} is saved as {names}")
        if name != "compare":
            table, = [item["table"]["text"] for item in found["charts"] if item["label"].startswith("Cycles of each")]
            states = {row["engine"]: row for row in csv.DictReader(io.StringIO(table))}
            for engine in report(name)["engines"]:
                row, activity = states[engine["name"]], report(name)["activity"]
                waits = [activity.get(f"{engine['name']}_waits_for_{other}", 0) for other in ("load", "vector")]
                wanted = [*map(str, waits), ""] if sum(waits) else ["", "", str(engine["stalls"]["semaphore"])]
                shown_waits = [row["waits for load"], row["waits for vector"], row["semaphore"]]
                check(shown_waits == wanted, f"{name}: {engine['name']} waits {shown_waits}, not {wanted}")
            table, = [item["table"]["text"] for item in found["charts"] if item["label"].startswith("Energy of each")]
            for layer, row in zip(report(name)["layers"], list(csv.reader(io.StringIO(table)))[1:], strict=True):
                wanted, energy = sum(layer["energy"].values()), sum(map(float, row[2:]))
                check(row[1] == " + ".join(layer["onnx_nodes"]), f"{name}: a row of {row[1]!r}")
                check(abs(energy - wanted) < 1e-9 * wanted, f"{name}: the energy file has {energy} pJ, not {wanted}")

    # A phone shows the page without scrolling sideways.
    for name, place in (("small", "#layer=1"), ("large", ""), ("machines", "#layer=1"), ("hostile", "#layer=0")):
        browser.open(folder / f"{name}.html", place, width=360, height=700)
        inner, content, wide = browser.run(WIDTHS)
        check(inner == 360 and content <= 360 and not wide, f"{name}: {content} pixels on {inner}: {wide}")

    # A laptop's screen, paper, and the time to open; the time is for the reader only.
    large = folder / "large.html"
    check(large.stat().st_size < 5_000_000, f"a page of 200 layers has {large.stat().st_size} bytes")
    shown("large", picture="laptop", height=768)
    milliseconds = browser.run("return Math.round(performance.now())")
    browser.save(folder / "large.pdf", "Page.printToPDF", preferCSSPageSize=True)
    check((folder / "large.pdf").read_bytes().startswith(b"%PDF"), "the page cannot be printed")
    print(f"a page of 200 layers: {large.stat().st_size} bytes, drawn after {milliseconds} ms")

    page = shown("compare")
    for run, name in enumerate(("small", "slower")):
        totals, layers = report(name)["totals"], report(name)["layers"]
        check_figures(page, run, {"totals.cycles": totals["cycles"],
                                  "energy.total_pj": report(name)["energy"]["total_pj"],
                                  **{f"layers.{i}.own_cycles": layer["own_cycles"] for i, layer in enumerate(layers)}})
    check(not any(path.startswith("machine.") for _, path in page.figures), "equal parameters are listed")
    check(not page.notes, f"the same network on the same machine needs no note: {page.notes}")
    page = shown("machines")
    descriptions = [report(name)["machine"]["description"] for name in ("small", "cloud")]
    for part, values in descriptions[0].items():
        for field, value in (values if isinstance(values, dict) else {"": values}).items():
            other = descriptions[1][part][field] if field else descriptions[1][part]
            path = f"machine.description.{part}" + (f".{field}" if field else "")
            listed = [page.figures.get((run, path), (None,))[0] for run in (0, 1)]
            wanted = [None, None] if value == other else [str(value), str(other)]
            check(listed == wanted, f"'{path}' is listed as {listed}")
    check(any("Different networks" in note for note in shown("networks").notes), "two networks need a note")
    browser.close()


if __name__ == "__main__":
    main()
