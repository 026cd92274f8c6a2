// Two or more runs side by side; differences are from the first.

function difference(value, base, lessIsBetter) {
  if (value === undefined || base === undefined)
    return html('td', {class: 'number'}, '–');
  const change = value - base;
  const kind = change === 0 || lessIsBetter === undefined ? '' : change < 0 === lessIsBetter ? ' better' : ' worse';
  const part = base === 0 ? '' : `${change > 0 ? '+' : change < 0 ? '−' : '±'}${(100 * Math.abs(change / base)).toFixed(1)} %`;
  return html('td', {class: 'number' + kind, 'data-change': String(change)}, part || (change === 0 ? '±0' : 'new'));
}

// What one should know before reading the differences.
function compareNotes(runs) {
  const differ = (what) => new Set(runs.map(what)).size > 1;
  const listed = (what) => runs.map((run) => `${letter(run)}: ${what(run)}`).join('; ');
  const notes = [];
  const network = (run) => run.report.run.network || '(hand-written program)';
  if (differ(network))
    notes.push(`Different networks (${listed(network)}): totals and layers do not compare like with like.`);
  if (differ((run) => run.fidelity))
    notes.push(`Different fidelity (${listed((run) => run.fidelity)}).`);
  const machine = (run) => run.report.machine;
  if (differ((run) => machine(run).hash))
    notes.push(`Different machines (${listed((run) => `${machine(run).name} ${machine(run).hash}`)}).`);
  if (runs.some((run) => run.report.energy) && differ((run) => run.energyFidelity && run.report.energy.table.name))
    notes.push(`Different energy tables (${listed((run) => run.report.energy ? run.report.energy.table.name : 'none')}).`);
  if (runs.some((run) => run.report.energy) && differ((run) => run.report.energy && ofData(run.report)))
    notes.push(`Different sources of switching (${listed((run) => run.report.energy ? run.report.energy.switching || 'assumed' : 'none')}).`);
  return notes;
}

const letter = (run) => String.fromCharCode(65 + run.index % 26) + (run.index < 26 ? '' : Math.floor(run.index / 26));

// Every parameter of a machine by its path in the description's YAML.
const parameters = (value, path = '') => Object.entries(value).flatMap(([name, inner]) =>
  inner instanceof Object ? parameters(inner, `${path}${name}.`) : [[path + name, inner]]);

// The parameters that the machines do not share.
function machineDifferences(runs) {
  const machines = runs.map((run) => new Map(parameters(run.report.machine.description)));
  const paths = [...new Set(machines.flatMap((machine) => [...machine.keys()]))];
  const differing = paths.filter((path) => new Set(machines.map((machine) => machine.get(path))).size > 1);
  return section('Machines', 'descriptions of the machines', differing.length === 0
    ? html('p', {}, `All ${paths.length} parameters are the same.`)
    : [html('p', {class: 'dim'}, `${differing.length} of ${paths.length} parameters differ.`),
      plainTable(['parameter', ...runs.map(letter)], differing.map((path) => [html('code', {}, path),
        ...machines.map((machine, i) => figure('td', runs[i], `machine.description.${path}`, machine.get(path),
          String(machine.get(path) ?? '–')))]))]);
}

// What the runs cost, one bar for each; where the reports say what it is made of, in parts.
function comparisonCharts(runs) {
  const plain = (name, value) => value === undefined ? [] : [[name, value, kColours[0]]];
  const reasons = (run) => Object.entries(run.report.dram ? run.report.dram.by_reason : {}).map(([name, bytes]) =>
    [name, bytes, kReasonColours[name]]);
  const matrix = (run) => run.engines.filter((item) => item.engine.name === 'matrix').flatMap(({engine, states}) =>
    states.map((state) => [state, stateCycles(run.report, engine.name, state), stateColour(state)]));
  const groups = (run) => Object.entries(run.report.energy ? run.report.energy.groups : {}).map(([name, pj]) =>
    [name, pj, groupColour(run, name)]);
  const charts = [
    ['Cycles by state of the matrix engine', (run) => run.timed ? matrix(run) : [], format.count],
    ['Time', (run) => run.timed ? plain('seconds', run.report.totals.seconds) : [], format.seconds],
    ['Utilisation', (run) => run.timed ? plain('utilisation', run.report.totals.utilisation) : [], format.percent],
    ['Energy by group', groups, format.energy],
    ['DRAM bytes by reason', reasons, format.bytes]];
  return charts.flatMap(([name, parts, unit]) => {
    const bars = runs.map((run) => ({labels: [letter(run)], parts: parts(run)}));
    const colours = new Map(bars.flatMap((bar) =>
      bar.parts.filter((part) => part[1] > 0).map((part) => [part[0], part[2]])));
    return colours.size === 0 ? [] : [stackedBars('compare', name, 'report', bars, unit),
      colours.size > 1 ? legend([...colours.keys()], (part) => colours.get(part)) : null];
  });
}

// The layers of all runs beside each other; rows of matchLayers().
function layerComparison(runs, rows, select) {
  const values = {'own cycles': [(item) => item.own, format.count, runs.every((run) => run.divided)],
    'DRAM bytes': [(item) => item.bytes, format.bytes, true],
    energy: [(item) => item.pj, format.energy, runs.every((run) => run.divided && run.report.energy)]};
  const known = Object.keys(values).filter((name) => values[name][2]);
  const colour = (run) => kColours[run.index % kColours.length];
  return rows.length === 0 ? null : [chosen('of each layer', known, known[0], (name) => {
    const [of, unit] = values[name];
    const bar = (row, i, run) => ({labels: [i, row.nodes, letter(run)],
      parts: row.items[run.index] ? [[name, of(row.items[run.index]), colour(run)]] : []});
    return stackedColumns('compare', `Layers of all reports: ${name}`, ['layer', 'ONNX nodes', 'report'],
      rows.map((row, i) => runs.map((run) => bar(row, i, run))), unit, select);
  }), legend(runs.map(letter), (name) => colour(runs.find((run) => letter(run) === name)))];
}

// Layers with the same ONNX nodes, in order; [item or undefined of each run].
function matchLayers(runs) {
  const rows = new Map();
  for (const run of runs) {
    const seen = new Map();
    for (const item of run.layers) {
      const count = seen.get(item.nodes) || 0;
      seen.set(item.nodes, count + 1);
      const key = JSON.stringify([item.nodes, count]);
      if (!rows.has(key))
        rows.set(key, {nodes: item.nodes, items: runs.map(() => undefined)});
      rows.get(key).items[run.index] = item;
    }
  }
  return [...rows.values()];
}

// As runPage().
function comparePage(runs) {
  const metrics = [
    ['cycles', 'totals.cycles', (r) => r.timed ? r.report.totals.cycles : undefined, format.count, true],
    ['latency', 'totals.seconds', (r) => r.timed ? r.report.totals.seconds : undefined, format.seconds, true],
    ['utilisation', 'totals.utilisation', (r) => r.timed ? r.report.totals.utilisation : undefined, format.percent, false],
    ['useful MACs', 'totals.useful_macs', (r) => r.report.totals.useful_macs, format.count],
    ['array MACs', 'totals.array_macs', (r) => r.report.totals.array_macs, format.count],
    ['DRAM bytes of the layers', 'sum(layers.dram_bytes)', (r) => r.timed ? sum(r.layers.map((item) => item.bytes)) : undefined, format.bytes, true],
    ['energy', 'energy.total_pj', (r) => r.report.energy && r.report.energy.total_pj, format.energy, true],
    ['average power', 'energy.average_mw', (r) => r.report.energy && r.report.energy.average_mw, format.power, true],
    ['TOPS/W', 'energy.tops_per_watt', (r) => r.report.energy && r.report.energy.tops_per_watt, format.number, false],
    ['area', 'sum(area.um2)', (r) => r.area, format.area, true],
    ['scratchpad peak', 'memory_plan.scratchpad_peak', (r) => r.report.memory_plan.scratchpad_peak, format.bytes],
  ];
  const engines = [...new Set(runs.flatMap((run) => run.timed ? run.engines.map((item) => item.engine.name) : []))];
  for (const name of engines) {
    const of = (run) => run.timed ? (run.engines.find((item) => item.engine.name === name) || {}).engine : undefined;
    metrics.push([`${name} busy`, `engines.${name}.busy`, (r) => of(r) && of(r).busy, format.count]);
    const causes = [...new Set(runs.flatMap((run) => of(run) ? Object.keys(of(run).stalls) : []))];
    for (const cause of causes)
      if (runs.some((run) => of(run) && of(run).stalls[cause] > 0))
        metrics.push([`${name} stalled: ${cause}`, `engines.${name}.stalls.${cause}`, (r) => of(r) && of(r).stalls[cause],
          format.count, true]);
  }
  const reasons = [...new Set(runs.flatMap((run) => Object.keys(run.report.dram ? run.report.dram.by_reason : {})))];
  for (const name of reasons)
    metrics.push([`DRAM: ${name}`, `dram.by_reason.${name}`, (r) => r.report.dram && r.report.dram.by_reason[name],
      format.bytes, true]);
  const groups = [...new Set(runs.flatMap((run) => run.report.energy ? groupNames(run) : []))];
  for (const name of groups)
    metrics.push([`energy: ${name}`, `energy.groups.${name}`, (r) => r.report.energy && r.report.energy.groups[name],
      format.energy, true]);

  const cell = (run, path, value, text) => value === undefined ? html('td', {class: 'number'}, '–')
    : figure('td', run, path, value, text(value), {class: 'number'});
  const titles = runs.flatMap((run) => run.index === 0 ? [letter(run)] : [letter(run), `${letter(run)} − A`]);
  const totals = plainTable(['metric', ...titles], metrics.map(([name, path, value, text, less]) => [name,
    ...runs.flatMap((run) => {
      const shown = cell(run, path, value(run), text);
      return run.index === 0 ? [shown] : [shown, difference(value(run), value(runs[0]), less)];
    })]));

  const rows = matchLayers(runs);
  const partial = rows.filter((row) => row.items.includes(undefined)).length;
  const columns = [{title: 'ONNX nodes', value: (row) => row.nodes, cell: (row) => html('td', {class: 'name'}, row.nodes)}];
  const both = (title, path, of, text) => runs.forEach((run) => {
    const value = (row) => row.items[run.index] === undefined ? undefined : of(row.items[run.index]);
    columns.push({title: `${title} ${letter(run)}`, number: true, value: (row) => value(row) ?? -1,
      cell: (row) => cell(run, row.items[run.index] && `layers.${row.items[run.index].index}.${path}`, value(row), text)});
    if (run.index > 0) {
      const first = (row) => row.items[0] === undefined ? undefined : of(row.items[0]);
      columns.push({title: `${letter(run)} − A`, number: true, value: (row) => (value(row) ?? 0) - (first(row) ?? 0),
        cell: (row) => difference(value(row), first(row), true)});
    }
  });
  if (runs.every((run) => run.divided))
    both('own cycles', 'own_cycles', (item) => item.own, format.count);
  if (runs.every((run) => run.timed))
    both('DRAM', 'dram_bytes', (item) => item.bytes, format.bytes);
  if (runs.every((run) => run.divided && run.report.energy))
    both('energy', 'energy', (item) => item.pj, format.energy);
  const mappings = (row) => [...new Set(row.items.map((item) => item ? item.layer.mapping : '–'))].join(' | ');
  columns.push({title: 'mapping', value: mappings, cell: (row) => html('td', {class: 'long'}, mappings(row))});
  const made = [...new Set(runs.map((run) => run.fidelity))].join(' / ');
  const select = (index) => location.hash = address(0, index);
  const table = sortedTable(rows, columns, (row) => `${row.nodes} ${mappings(row)}`, select);
  const detail = html('div', {class: 'detail'});
  function show(index) {
    detail.replaceChildren(...(index === undefined
      ? [html('p', {class: 'dim'}, 'Choose a layer, here or in the picture, to see it in each run.')]
      : [html('h3', {}, rows[index].nodes), ...runs.map((run) => {
        const item = rows[index].items[run.index];
        return html('p', {}, item ? [html('a', {href: address(run.view, item.index)}, `${letter(run)}: layer ${item.index}`),
          `, ${item.layer.mapping}`] : `${letter(run)}: it has no such layer`);
      })]));
    if (index !== undefined)
      table.show(index);
  }
  const parts = [html('h1', {}, 'Comparison'),
    plainTable(['', 'network', 'machine', 'fidelity', 'file'], runs.map((run) => [letter(run),
      run.report.run.network || '(hand-written program)', run.report.machine.name, run.fidelity, run.file]), 5),
    compareNotes(runs).map((note) => html('p', {class: 'note'}, note)),
    machineDifferences(runs),
    section('Costs', made, comparisonCharts(runs)),
    section('Differences', made, totals),
    section('Layers', made, partial > 0 ? html('p', {class: 'note'},
      `${partial} of ${rows.length} layers are not in every run: layers are matched by their ONNX nodes.`) : null,
    layerComparison(runs, rows, select), table.element, detail)];
  return {parts, layers: rows.length, show};
}
