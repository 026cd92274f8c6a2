// The sections of the page of one run, in their order.

const section = (title, made, ...children) =>
  html('section', {}, html('h2', {}, title, made && fidelity(made)), children);

function summary(run) {
  const {totals, energy, power, machine} = run.report;
  const tile = (name, path, value, text, by) => html('div', {class: 'tile'}, name, figure('b', run, path, value, text),
    html('span', {class: 'by'}, by));
  const one = run.layers.length > 0 ? 'inference' : 'run'; // a program written by hand infers nothing
  const tiles = [];
  if (run.timed)
    tiles.push(
      tile('Latency', 'totals.seconds', totals.seconds, format.seconds(totals.seconds),
        `${format.count(totals.cycles)} cycles at ${machine.clock_mhz} MHz · ${run.report.run.device}`),
      tile(`${one === 'run' ? 'Runs' : 'Inferences'} per second`, '1/totals.seconds', 1 / totals.seconds, format.number(1 / totals.seconds),
        `one after the other, host operators not counted · ${run.report.run.device}`),
      tile('Utilisation', 'totals.utilisation', totals.utilisation, format.percent(totals.utilisation),
        `useful MACs of cycles x ${machine.rows} x ${machine.cols} · ${run.report.run.device}`));
  tiles.push(tile('Useful MACs', 'totals.useful_macs', totals.useful_macs, format.count(totals.useful_macs),
    `the array did ${format.count(totals.array_macs)}, with padding · ${run.report.run.device}`));
  if (energy) {
    const by = `table '${energy.table.name}', ${energy.table.node_nm} nm, counts of ${run.report.run.device}`;
    tiles.push(
      tile(`Energy per ${one}`, 'energy.total_pj', energy.total_pj, format.energy(energy.total_pj), by),
      tile('Average power', 'energy.average_mw', energy.average_mw, format.power(energy.average_mw),
        `idle ${format.power(power.idle_mw)}, peak ${format.power(power.peak_mw)} · ${by}`),
      tile('Efficiency', 'energy.tops_per_watt', energy.tops_per_watt, `${format.number(energy.tops_per_watt)} TOPS/W`,
        `two operations per useful MAC · ${by}`),
      tile('Area', 'sum(area.um2)', run.area, format.area(run.area), `sum of ${run.report.area.length} blocks · table '${energy.table.name}', ${energy.table.node_nm} nm`));
  }
  return section('Summary', run.fidelity, html('div', {class: 'tiles'}, tiles),
    html('p', {class: 'dim'}, `program ${run.report.run.program} · exit code ${run.report.run.exit_code}`),
    html('p', {class: 'dim'}, Object.entries(run.report.provenance || {}).map(([name, value]) => `${name} ${value}`)
      .join(' · ')));
}

// What goes to and fro between host and device, and what that takes at least.
function crossingsInWords(crossings) {
  if (crossings.length === 0)
    return [];
  const steps = new Set(crossings.map((item) => item.device_step)).size;
  const list = crossings.map((item) => `${item.tensor} ${item.to_device ? 'to the device' : 'to the host'}` +
    `${steps > 1 ? `, step ${item.device_step + 1}` : ''} (${format.bytes(item.bytes)}, ${format.count(item.cycles_at_peak)} cycles)`);
  return [`The device runs in ${steps} step${steps > 1 ? 's' : ''}. Not in the time either is what the host writes before and reads ` +
    `after each, at least (bytes at the DRAM's peak bandwidth): ${list.join('; ')}.`];
}

function assumptions(run) {
  const {machine, host, energy} = run.report;
  const {description} = machine;
  const windows = run.layers.filter((item) => item.layer.mapping.includes('windows')).length;
  const items = [
    `Preload overlap: the array has shadow weights. The next weight tile loads while the present one works and swaps in ` +
      `one cycle; a step of M rows takes max(M, ${machine.rows} + 1) cycles if nothing collides. What does not overlap is ` +
      `the stall 'weights'.`,
    `Row packing: one activation row of up to ${machine.rows} values enters the array per cycle. Reductions are padded to ` +
      `multiples of ${machine.rows}, output channels to multiples of ${machine.cols}: array MACs against useful MACs. ` +
      `${windows} of ${run.layers.length} layers ('windows' in the mapping) pack a window's row of several pixels into one.`,
    `Partial sums stay in the accumulators (${format.bytes(description.accumulator.bytes)}, int32) until they are ` +
      `requantised; none travel through scratchpad or DRAM.`,
    `DRAM: ${machine.dram}. ` + (description.dram.model === 'ideal'
      ? 'This model has no banks, rows or refresh: every request waits the latency, and all share the bandwidth.'
      : 'Banks, rows, bus turn-around and refresh are modelled.'),
    `Parts of layers: a layer's own cycles and energy run from the dispatch of its first instruction to that of the next ` +
      `layer's, so they add up to the run; 'first' to 'last' is its own work and overlaps with its neighbours'.`,
    `Time and energy are of the accelerator and its DRAM. On the host, not counted: ` +
      `${host.steps.flatMap((step) => step.operators.map((op) => op.name)).join(', ') || 'nothing'}.`,
    ...crossingsInWords(host.crossings),
  ];
  if (energy)
    items.push(`Energy: counts of the run times the actions of table '${energy.table.name}' (${energy.table.node_nm} nm, ` +
      `${energy.table.voltage_v} V), and leakage and clock over time. ` + (ofData(run.report) ?
        `Array and DMA wires: the bits of the run's data that toggle; on other wires random bits are assumed. ` :
        `The operands are assumed (half of the activations zero, bits on wires random), not the run's own. `) +
      `Sources are in the component table.`);
  return section('Assumptions', run.fidelity, html('ul', {}, items.map((item) => html('li', {}, item))));
}

function time(run, select) {
  const cycles = run.report.totals.cycles;
  const states = [...new Set(run.engines.flatMap((item) => item.states))].filter((state) => state !== 'idle').concat('idle');
  const bars = [];
  const rows = run.engines.map(({engine, states: own}) => {
    const of = (state) => stateCycles(run.report, engine.name, state);
    bars.push({labels: [engine.name], parts: own.map((state) => [state, of(state), stateColour(state)])});
    return [engine.name, figure('td', run, `engines.${engine.name}.instructions`, engine.instructions, format.count(engine.instructions),
        {class: 'number'}),
      figure('td', run, `engines.${engine.name}.busy`, engine.busy, format.percent(engine.busy / cycles), {class: 'number'}),
      figure('td', run, `engines.${engine.name}.idle`, engine.idle, format.percent(engine.idle / cycles), {class: 'number'}),
      html('td', {}, own.filter((state) => of(state) > 0 && state !== 'busy' && state !== 'idle')
        .map((state) => `${state} ${format.percent(of(state) / cycles)}`).join(', '))];
  });
  const parts = [stackedBars(run.title, 'Cycles of each engine by state', 'engine', bars, format.count),
    legend(states.filter((state) => bars.some((bar) => bar.parts.some((part) => part[0] === state && part[1] > 0))),
    stateColour), plainTable(['engine', 'instructions', 'busy', 'idle', 'stalls'], rows)];
  if (run.divided && run.layers.length > 0) {
    parts.push(chosen('of engine', run.engines.map(({engine}) => engine.name), 'matrix', (name) => {
      const {states: own} = run.engines.find((item) => item.engine.name === name);
      return layerColumns(run, `Own cycles of each layer by state of ${name}`, (item) =>
        own.map((state) => [state, stateCycles(item.layer, name, state), stateColour(state)]), format.count, select);
    }));
  }
  return section('Where the time goes', run.fidelity, parts);
}

function energyParts(run, select) {
  const {energy, totals} = run.report;
  const names = groupNames(run);
  const colour = (name) => groupColour(run, name);
  const share = (pj) => format.percent(energy.total_pj > 0 ? pj / energy.total_pj : 0);
  const coloured = (groups) => Object.entries(groups).map(([name, pj]) => [name, pj, colour(name)]);
  const parts = [stackedBars(run.title, 'Energy by group', 'what', [{labels: ['energy'], parts: coloured(energy.groups)}],
    format.energy),
  legend(names, colour),
  plainTable(['group', ...names], [['energy', ...names.map((name) =>
    figure('td', run, `energy.groups.${name}`, energy.groups[name], format.energy(energy.groups[name]), {class: 'number'}))],
  ['of all', ...names.map((name) => share(energy.groups[name]))],
  ['average power', ...names.map((name) => format.power(energy.groups[name] * 1e-9 / totals.seconds))]])];
  if (run.divided && run.layers.length > 0)
    parts.push(layerColumns(run, 'Energy of each layer by group', (item) => coloured(groupEnergy(run, item.layer)),
      format.energy, select));
  const used = energy.components.map((part, i) => ({part, i})).sort((a, b) => b.part.pj - a.part.pj);
  parts.push(html('details', {}, html('summary', {}, `${used.length} components with their sources`),
    html('div', {class: 'scroll'}, plainTable(['component', 'actions', 'pJ per action', 'energy', 'of all', 'source'],
      used.map(({part, i}) => [part.name, html('td', {class: 'number'}, format.number(part.actions)),
        html('td', {class: 'number'}, format.number(part.pj_per_action)),
        figure('td', run, `energy.components.${i}.pj`, part.pj, format.energy(part.pj), {class: 'number'}),
        html('td', {class: 'number'}, share(part.pj)), html('td', {class: 'long'}, part.source)])))));
  return section('Where the energy goes', run.energyFidelity, parts);
}

function rooflinePart(run, select) {
  const {picture, missing, resident} = roofline(run, select);
  return section('Roofline', run.fidelity, picture, legend(['matrix engine', 'other'], (name) =>
    name === 'other' ? '#d55e00' : '#0072b2'), html('p', {class: 'dim'},
    'One point per layer: useful MACs per own cycle; its area is its part of the run. The roof is what the array and the ' +
    `DRAM can do; the DMA bus carries ${run.peak.bus_bytes_per_cycle} bytes per cycle in each direction. ` +
    `${missing} layers without MACs are not shown; ${resident} without DRAM traffic are at the right edge.`));
}

// A cell of one line: what does not fit is in the tooltip.
const shortCell = (whole, content) => html('td', {class: 'short', title: whole}, content);

// The first ONNX node of a layer and how many follow.
function shortNodes({layer, nodes}) {
  const more = layer.onnx_nodes.length - 1;
  return more > 0 ? [layer.onnx_nodes[0], html('span', {class: 'dim'}, ` + ${more}`)] : nodes;
}

function layerTable(run, select) {
  const number = (title, path, value, text, explain) => ({title, number: true, explain, value,
    cell: (item) => figure('td', run, `layers.${item.index}.${path}`, value(item), text(value(item), item), {class: 'number'})});
  const columns = [
    {title: '#', number: true, value: (item) => item.index, cell: (item) => html('td', {class: 'number'}, item.index)},
    {title: 'ONNX nodes', value: (item) => item.nodes, cell: (item) => shortCell(item.nodes, shortNodes(item))},
    {title: 'mapping', value: (item) => item.layer.mapping, explain: 'how the layer was tiled; its YAML is below the table',
      cell: (item) => shortCell(item.layer.mapping, html('a', {href: address(run.view, item.index)}, item.layer.mapping))}];
  if (run.divided)
    columns.push(number('own cycles', 'own_cycles', (item) => item.layer.own_cycles, format.count,
      'from its first dispatch to that of the next layer; they add up to the run'));
  if (run.timed)
    columns.push(
      {title: 'of run', number: true, value: (item) => item.own, explain: 'own cycles of the run',
        cell: (item) => html('td', {class: 'number'}, format.percent(item.own / run.report.totals.cycles))},
      number('utilisation', 'utilisation', (item) => item.layer.utilisation, format.percent,
        'useful MACs of what the array could do from first start to last retirement'),
      number('matrix busy', 'matrix_busy', (item) => item.layer.matrix_busy, format.count,
        'cycles in which the array took a row for it'));
  columns.push(number('useful MACs', 'useful_macs', (item) => item.layer.useful_macs, format.count, 'without padding'));
  if (run.timed)
    columns.push(number('DRAM read', 'dram_bytes_read', (item) => item.layer.dram_bytes_read, format.bytes, 'bytes of its loads'),
    number('DRAM written', 'dram_bytes_written', (item) => item.layer.dram_bytes_written, format.bytes, 'bytes of its stores'));
  if (run.report.dram)
    for (const [title, explain] of [['refetch', kReasonTexts.refetch], ['spill', kReasonTexts.spill]])
      columns.push(number(title, `dram_by_reason.${title}`, (item) => item.layer.dram_by_reason[title] || 0, format.bytes, explain));
  if (run.report.energy && run.divided)
    columns.push(number('energy', 'energy', (item) => item.pj, format.energy, 'of its part of the run'));
  columns.push({title: 'function', value: (item) => item.layer.function, explain: 'its instructions are below the table',
    cell: (item) => shortCell(item.layer.function, html('a', {href: address(run.view, item.index)}, html('code', {}, item.layer.function)))});
  if (run.timed)
    columns.push(number('ran', 'instructions', (item) => item.layer.instructions, format.count, 'tensor instructions that ran'));
  const detail = html('div', {class: 'detail'});
  const table = sortedTable(run.layers, columns,
    (item) => `${item.index} ${item.nodes} ${item.layer.mapping} ${item.layer.function}`, select);
  return {element: [table.element, detail], show(index) {
    detail.replaceChildren(...(index === undefined
      ? [html('p', {class: 'dim'}, 'Choose a layer, here or in a picture, for its loops, mapping, instructions and tensors.')]
      : layerDetail(run, index)));
    if (index !== undefined)
      table.show(index);
  }};
}

function memory(run) {
  const plan = run.report.memory_plan;
  const bytes = (path, value) => figure('td', run, path, value, format.bytes(value), {class: 'number'});
  const scratchpad = run.report.machine.description.scratchpad.bytes;
  return section('Memory', run.fidelity, html('div', {class: 'columns'},
    plainTable(['memory', 'by', 'read', 'written', 'accesses'], run.report.traffic.flatMap((item, i) =>
      item.bytes_read + item.bytes_written === 0 ? [] : [[item.memory, item.user, bytes(`traffic.${i}.bytes_read`, item.bytes_read),
        bytes(`traffic.${i}.bytes_written`, item.bytes_written), format.count(item.reads + item.writes)]]), 2),
    plainTable(['memory plan', 'size'], [
      ['constants in DRAM', bytes('memory_plan.constant_bytes', plan.constant_bytes)],
      ['activations in DRAM', bytes('memory_plan.activation_bytes', plan.activation_bytes)],
      ['  lower bound if all were in DRAM', bytes('memory_plan.activation_lower_bound', plan.activation_lower_bound)],
      [`scratchpad peak (of ${format.bytes(scratchpad)})`, bytes('memory_plan.scratchpad_peak', plan.scratchpad_peak)]])));
}

function area(run) {
  const rows = run.report.area.map((block, i) => [block.block,
    figure('td', run, `area.${i}.um2`, block.um2, format.area(block.um2), {class: 'number'}),
    html('td', {class: 'number'}, format.percent(block.um2 / run.area)),
    html('td', {class: 'number'}, block.synthesised_um2 === undefined ? '–' : format.area(block.synthesised_um2)),
    html('td', {class: 'long'}, block.source)]);
  return section('Area', `energy table '${run.report.energy.table.name}'; does not depend on the run`,
    html('details', {open: 'open'}, html('summary', {}, `${rows.length} blocks, ${format.area(run.area)}`),
      plainTable(['block', 'area', 'of all', 'synthesised', 'source'], rows)));
}

// {parts, layers: how many can be chosen, show(layer or undefined)}
function runPage(run) {
  const select = (index) => location.hash = address(run.view, index);
  const table = layerTable(run, select);
  const {machine} = run.report;
  const parts = [
    html('h1', {}, run.report.run.network || '(hand-written program)'),
    html('div', {class: 'dim'}, `${machine.name}: ${machine.rows} x ${machine.cols} array, ${machine.clock_mhz} MHz, DRAM ` +
      `${machine.dram} · ${run.file}`), html('div', {}, fidelity(run.fidelity)), summary(run)];
  if (run.why.network)
    parts.push(section('Why', `'weft explain', from the counts of ${run.report.run.device}`, html('p', {}, run.why.network)));
  if (run.timed)
    parts.push(time(run, select));
  if (run.report.energy)
    parts.push(energyParts(run, select));
  if (run.report.dram)
    parts.push(dramPart(run, select));
  if (run.layers.length > 0)
    parts.push(section('Layers', run.fidelity, table.element));
  if (run.timed && run.layers.length > 0)
    parts.push(rooflinePart(run, select));
  if (run.divided)
    parts.push(section('Timeline', run.fidelity, html('p', {class: 'dim'}, 'Within the part of a layer, each engine\'s ' +
      'states are stacked by their share of its cycles, not in the order in which they happened.'), timeline(run, select)));
  if (run.divided && run.layers.length > 0 && (run.report.memory_map || []).length > 0)
    parts.push(occupancyPart(run, select));
  parts.push(memory(run));
  if (run.report.energy)
    parts.push(area(run));
  parts.push(assumptions(run));
  return {parts, layers: run.layers.length, show: table.show};
}
