"""Energy of a block's netlist, by the toggles of its nets: synthesis, simulation of the gates, the library's figures.

A module for scripts: synthesise() maps a block with Yosys, Netlist simulates 64 copies of it per word of its inputs, with
their own operands, and adds up the energy that switching takes.

    per toggle of a net   C * V^2 / 2 + internal energy of the output that drives it, at that load
    per cycle and register   2 * (C * V^2 / 2) of the clock pin + its internal energies at both edges
    per toggle of a register's data pin   its internal energy

C is the sum of the input pins at the net: wires have none. Of a table over slews the third is taken, of several tables (by
input and state) the mean, of rise and fall the mean. Gates have no delay, so nothing glitches.
"""

import json
import re
import statistics

import numpy

import netlist

SLEW = 2  # index of the input transition time


# --- Library ------------------------------------------------------------------------------------------------------------

# An attribute ends at its semicolon or, where that was forgotten, with its line.
TOKEN = re.compile(r'\s*(?:/\*.*?\*/\s*|\\\s*)*(:[^;\n]*;?|"[^"]*"|[(){};,]|[^\s(){};:,"]+)', re.DOTALL)


class Group:
    """name (arguments) { attributes and groups }"""

    def __init__(self, arguments):
        self.arguments = arguments
        self.attributes = {}  # name: value, or the arguments of a complex one
        self.groups = []  # (name, Group)

    def all(self, name):
        return [group for kind, group in self.groups if kind == name]

    def number(self, name):
        return float(self.attributes[name])


def parse_group(tokens, arguments):
    group = Group(arguments)
    for name in tokens:
        if name == "}":
            break
        if name == ";":
            continue
        mark = next(tokens)
        if mark[0] == ":":
            group.attributes[name] = mark.strip(':; "')
            continue
        values = []
        while (token := next(tokens)) != ")":
            if token != ",":
                values.append(token.strip('"'))
        following = next(tokens)
        if following == "{":
            group.groups.append((name, parse_group(tokens, values)))
        else:
            group.attributes[name] = values
            tokens.back(following)
    return group


class Tokens:
    def __init__(self, text):
        self.found = (match.group(1) for match in TOKEN.finditer(text))
        self.returned = []

    def __iter__(self):
        return self

    def __next__(self):
        return self.returned.pop() if self.returned else next(self.found)

    def back(self, token):
        self.returned.append(token)


class Library:
    """The cells of a Liberty text that are asked for; energies in pJ, capacitances in fF."""

    def __init__(self, text):
        self.text = text
        head = text[:re.search(r"^\s*cell\s*\(", text, re.MULTILINE).start()]
        self.voltage = float(re.search(r"nom_voltage\s*:\s*([\d.]+)", head).group(1))
        number, unit = re.search(r"capacitive_load_unit\s*\(\s*([\d.]+)\s*,\s*\"?(\w+)", head).groups()
        self.farads = float(number) * {"ff": 1.0, "pf": 1000.0}[unit.lower()]
        # A table's energies are in load unit * V^2: of fF they are fJ.
        self.energy = self.farads * 1e-3
        self.templates = {}
        for match in re.finditer(r"(?:power_lut_template|lu_table_template)\s*\(\s*\"?([\w.]+)\"?\s*\)\s*{(.*?)}", head, re.DOTALL):
            self.templates[match.group(1)] = {axis: numbers(values) for axis, values in
                                              re.findall(r"(index_\d)\s*\(\s*\"([^\"]*)\"", match.group(2))}
        self.starts = {match.group(1): match.start() for match in
                       re.finditer(r"^\s*cell\s*\(\s*\"?(\w+)\"?\s*\)", text, re.MULTILINE)}
        self.ends = dict(zip(self.starts, [*list(self.starts.values())[1:], len(text)]))
        self.cells = {}

    def cell(self, name):
        if name not in self.cells:
            if name not in self.starts:
                raise netlist.NetlistError(f"the library has no cell '{name}'")
            self.cells[name] = Cell(self._group(name), self)
        return self.cells[name]


    def _group(self, name):
        tokens = Tokens(self.text[self.starts[name]:self.ends[name]])
        while next(tokens) != "{":
            pass
        return parse_group(tokens, [name])


def numbers(text):
    return [float(value) for value in re.split(r"[\s,]+", text.strip()) if value]


class Cell:
    def __init__(self, group, library):
        self.area = group.number("area")
        self.capacitance, self.functions, self.internal = {}, {}, {}
        registers = group.all("ff")
        self.clock = self.next_state = None
        state = {}
        if registers:
            state = dict(zip(registers[0].arguments, ("Q", "~Q")))
            self.next_state = expression(registers[0].attributes["next_state"])
            self.clock = registers[0].attributes["clocked_on"].strip("() ")
        for pin in group.all("pin"):
            name = pin.arguments[0]
            self.internal[name] = internal_tables(pin, library)
            if pin.attributes["direction"] == "output":
                function = pin.attributes["function"]
                self.functions[name] = state.get(function) or f"({expression(function)})"
            else:
                self.capacitance[name] = pin.number("capacitance") * library.farads

    def internal_pj(self, pin, load):
        """Of one edge of the pin, the mean of rise and fall; load in fF."""
        tables = self.internal[pin]
        return statistics.fmean(float(numpy.interp(load, loads, energies)) for loads, energies in tables) if tables else 0.0


def internal_tables(pin, library):
    """[(loads in fF, pJ)] of every internal power table, at one slew. Of several supplies the first one's, the positive."""
    found = []
    groups = pin.all("internal_power")
    supplies = [group.attributes["related_pg_pin"] for group in groups if "related_pg_pin" in group.attributes]
    for group in groups:
        if supplies and group.attributes.get("related_pg_pin", supplies[0]) != supplies[0]:
            continue
        for edge in ("rise_power", "fall_power"):
            for table in group.all(edge):
                rows = [numbers(row) for row in table.attributes["values"]]
                template = library.templates.get(table.arguments[0] if table.arguments else "", {})
                second = table.attributes.get("index_2")
                loads = numbers(second[0]) if second else template.get("index_2", [])
                if len(rows) > 1:
                    row = rows[min(SLEW, len(rows) - 1)]
                else:  # over the slew only, or a scalar
                    row = [rows[0][min(SLEW, len(rows[0]) - 1)]]
                loads = loads if len(loads) == len(row) and len(row) > 1 else [0.0] * len(row)
                found.append(([load * library.farads for load in loads], [value * library.energy for value in row]))
    return found


def expression(function):
    """A Liberty function as Python on words of bits."""
    text = re.sub(r"(\w+|\))\s*'", r"(~\1)", function) if "'" in function else function
    return re.sub(r"\s+", " ", text.replace("!", "~").replace("*", "&").replace("+", "|"))


# --- Netlist ------------------------------------------------------------------------------------------------------------

def synthesise(yosys, sources, top, library_text, clock_mhz, folder):
    """Maps module `top` of the files `sources`, flat; returns Yosys' JSON of it. `folder` is for scratch files."""
    library = folder / "cells.lib"
    library.write_text(library_text, encoding="utf-8")
    netlist.yosys(yosys, f"""read_verilog -sv {" ".join(f'"{path}"' for path in sources)}
hierarchy -check -top {top}
proc
flatten
synth -run coarse: -noabc -noshare
dfflibmap -liberty {library}
abc -D {1000000 // clock_mhz} -liberty {library} -script +{netlist.MAPPING.replace(" ", ",")}
splitnets -ports
opt_clean -purge
write_json netlist.json
""", folder)
    return json.loads((folder / "netlist.json").read_text(encoding="utf-8"))["modules"][top]


class Netlist:
    def __init__(self, module, library):
        self.library = library
        self.inputs, self.outputs = {}, {}
        for name, port in module["ports"].items():
            kind = self.inputs if port["direction"] == "input" else self.outputs
            base, _, index = name.partition("[")
            kind.setdefault(base, {})[int(index[:-1]) if index else 0] = port["bits"][0]
        self.registers, gates = [], []
        self.area = 0.0
        loads, drivers = {}, {}
        for cell in module["cells"].values():
            kind = library.cell(cell["type"])
            self.area += kind.area
            pins = {pin: bits[0] for pin, bits in cell["connections"].items()}
            for pin, net in pins.items():
                if pin in kind.functions:
                    drivers[net] = (kind, pin)
                elif pin != kind.clock:
                    loads[net] = loads.get(net, 0.0) + kind.capacitance[pin]
            (self.registers if kind.next_state else gates).append((kind, pins))
        self.order = self._sort(gates)
        self.nets = sorted({net for net in [*loads, *drivers] if isinstance(net, int)})
        self.number = {net: i for i, net in enumerate(self.nets)}
        square = library.voltage ** 2 / 2 * 1e-3  # fF * V^2 = fJ
        self.toggle_pj = numpy.zeros(len(self.nets))
        for net, index in self.number.items():
            load = loads.get(net, 0.0)
            internal = drivers[net][0].internal_pj(drivers[net][1], load) if net in drivers else 0.0
            self.toggle_pj[index] = load * square + internal
        self.clock_pj = 0.0
        for kind, pins in self.registers:
            self.clock_pj += 2 * (kind.capacitance[kind.clock] * square + kind.internal_pj(kind.clock, 0.0))
            for pin, net in pins.items():
                if pin in kind.capacitance and pin != kind.clock and net in self.number:
                    self.toggle_pj[self.number[net]] += kind.internal_pj(pin, 0.0)
        self._compile()

    def _sort(self, gates):
        known = {net for port in self.inputs.values() for net in port.values()} | {"0", "1"}
        known |= {net for kind, pins in self.registers for pin, net in pins.items() if pin in kind.functions}
        order, waiting = [], gates
        while waiting:
            ready, later = [], []
            for kind, pins in waiting:
                done = all(net in known for pin, net in pins.items() if pin not in kind.functions)
                (ready if done else later).append((kind, pins))
            if not ready:
                raise netlist.NetlistError("the netlist has a loop of gates")
            known |= {net for kind, pins in ready for pin, net in pins.items() if pin in kind.functions}
            order += ready
            waiting = later
        return order

    def _compile(self):
        """One function for a cycle: from inputs and state (rows of words) to all nets and the next state."""
        def substitute(text, pins, state=None):
            def value(match):
                name = match.group(0)
                if name in ("Q", "0", "1") and name not in pins:
                    return {"Q": state, "0": "zero", "1": "ones"}[name]
                return net(pins[name])
            return re.sub(r"\w+", value, text)

        def net(bit):
            return {"0": "zero", "1": "ones"}.get(bit) or f"n{bit}"

        lines = ["def cycle(inputs, state, zero, ones):"]
        places = [bit for name in sorted(self.inputs) for bit in self.inputs[name].values()]
        lines += [f"  n{bit} = inputs[{i}]" for i, bit in enumerate(places)]
        for i, (kind, pins) in enumerate(self.registers):
            lines += [f"  {net(pins[pin])} = {substitute(function, {}, f'state[{i}]')}"
                      for pin, function in kind.functions.items() if pin in pins]
        for kind, pins in self.order:
            lines += [f"  {net(pins[pin])} = {substitute(function, pins)}"
                      for pin, function in kind.functions.items() if pin in pins]
        values = ", ".join(net(bit) for bit in self.nets)
        following = ", ".join(substitute(kind.next_state, pins) for kind, pins in self.registers)
        lines.append(f"  return [{values}], [{following}]")
        scope = {}
        exec("\n".join(lines), scope)  # pylint: disable=exec-used
        self._cycle = scope["cycle"]
        self._places = {name: list(self.inputs[name]) for name in sorted(self.inputs)}

    def simulate(self, operands, warm_up=2):
        """Energy of switching in pJ per copy and cycle, without the clock: an array over words, the mean of its 64 copies.

        operands: {input port: integers [cycles, 64 * words]}; what is not named is 0. The first `warm_up` cycles do not count.
        Also returns the outputs of the last cycle, {port: integers [64 * words]}.
        """
        cycles, copies = next(iter(operands.values())).shape
        words = copies // 64
        zero = numpy.zeros(words, numpy.uint64)
        state = [zero] * len(self.registers)
        before, energy = None, numpy.zeros(words)
        for t in range(cycles):
            rows = []
            for name, bits in self._places.items():
                values = operands[name][t] if name in operands else numpy.zeros(copies, numpy.int64)
                rows += [pack(values >> bit & 1) for bit in bits]
            values, state = self._cycle(rows, state, zero, ~zero)
            values = numpy.stack(values)
            if t >= warm_up:
                energy += self.toggle_pj @ numpy.bitwise_count(values ^ before)
            before = values
        outputs = {}
        for name, bits in self.outputs.items():
            outputs[name] = sum(unpack(before[self.number[net]]).astype(numpy.int64) << bit for bit, net in bits.items()
                                if net in self.number)
        return energy / (64 * (cycles - warm_up)), outputs


def pack(bits):
    return numpy.packbits(bits.astype(numpy.uint8), bitorder="little").view(numpy.uint64)


def unpack(words):
    return numpy.unpackbits(words.view(numpy.uint8), bitorder="little")
