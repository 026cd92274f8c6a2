// Memories: DRAM bytes by reason and tensor, and what lies in them over the run.

const kReasonColours = {compulsory: '#0072b2', padding: '#56b4e9', refetch: '#e69f00', spill: '#d55e00', unknown: '#000000',
  instructions: '#8c6bb1', scalar_data: '#7a8794'};
const kReasonTexts = {
  compulsory: 'constants and the network\'s inputs read once, its outputs written once',
  padding: 'moved with them: padding to rows, tiles, borders and beats',
  refetch: 'read or written before: overlapping tiles, constants loaded again',
  spill: 'activations between layers that did not stay in the scratchpad, written and read back',
  unknown: 'of nothing in the program\'s memory map',
  instructions: 'fetched by the sequencer\'s cache',
  scalar_data: 'of the sequencer\'s loads and stores',
};
const kUseColours = {activation: '#0072b2', input: '#009e73', output: '#cc79a7', weights: '#e69f00', parameters: '#b0a000',
  input_tiles: '#56b4e9', residual_tiles: '#8c6bb1', output_tiles: '#d55e00', partial_sums: '#0072b2', reserved: '#7a8794'};

const tensorName = (tensor) => tensor.use === undefined ? '(unknown)' : `${tensor.name} (${tensor.use})`;

// The tensor's cells of a table from column 'read' on; `i` is its place in the JSON.
function tensorCells(run, tensor, i) {
  return ['network_bytes', 'read', 'written', 'compulsory', 'padding', 'refetch', 'spill'].map((name) =>
    tensor[name] === undefined ? html('td', {class: 'number'}, '–')
      : figure('td', run, `dram.tensors.${i}.${name}`, tensor[name], format.bytes(tensor[name]), {class: 'number'}));
}

function dramPart(run, select) {
  const {dram} = run.report;
  const reasons = Object.entries(dram.by_reason).filter(([, bytes]) => bytes > 0);
  const total = sum(reasons.map(([, bytes]) => bytes));
  const colour = (name) => kReasonColours[name];
  const share = (bytes) => format.percent(total > 0 ? bytes / total : 0);
  const coloured = (list) => list.map(([name, bytes]) => [name, bytes, colour(name)]);
  const parts = [stackedBars(run.title, 'DRAM bytes by reason', 'what', [{labels: ['DRAM'], parts: coloured(reasons)}],
    format.bytes),
  legend(reasons.map(([name]) => name), colour),
  plainTable(['reason', 'bytes', 'of all', 'what'], reasons.map(([name, bytes]) => [name,
    figure('td', run, `dram.by_reason.${name}`, bytes, format.bytes(bytes), {class: 'number'}),
    html('td', {class: 'number'}, share(bytes)), html('td', {}, kReasonTexts[name])]))];
  if (run.layers.length > 0)
    parts.push(layerColumns(run, 'DRAM bytes of each layer by reason (padding is in compulsory)',
      (item) => coloured(Object.entries(item.layer.dram_by_reason)), format.bytes, select));
  const tensors = dram.tensors.map((tensor, i) => ({tensor, i}));
  const excess = ({tensor}) => (tensor.refetch || 0) + (tensor.spill || 0) + (tensor.unknown || 0);
  tensors.sort((a, b) => excess(b) - excess(a) || b.tensor.read + b.tensor.written - a.tensor.read - a.tensor.written);
  parts.push(html('details', {}, html('summary', {}, `${tensors.length} tensors, those with most refetch and spill first`),
    html('div', {class: 'scroll'}, plainTable(['tensor', 'layers', 'of the network', 'read', 'written', 'compulsory', 'padding',
      'refetch', 'spill'], tensors.map(({tensor, i}) => [html('td', {class: 'name'}, tensorName(tensor)),
      tensor.first_layer === undefined ? '' : tensor.first_layer === tensor.last_layer ? tensor.first_layer
        : `${tensor.first_layer}–${tensor.last_layer}`, ...tensorCells(run, tensor, i)]), 2))));
  return section('Where the DRAM bytes go', run.fidelity, parts);
}

// What of a memory is given to whom while each layer runs; a stacked area over the cycles of the run.
function occupancyChart(run, memory, select) {
  const ranges = run.report.memory_map.filter((range) => range.memory === memory);
  const uses = [...new Set(ranges.map((range) => range.use))];
  const {scratchpad, accumulator} = run.report.machine.description;
  const capacity = {scratchpad: scratchpad.bytes, accumulators: accumulator.bytes}[memory];
  const alive = run.layers.map((item) => ranges.filter((range) =>
    range.first_layer <= item.index && item.index <= range.last_layer));
  const peak = Math.max(...alive.map((list) => sum(list.map((range) => range.bytes))));
  const width = chartWidth(), height = 230, left = 70, bottom = 24, top = 14;
  const high = capacity === undefined ? roundUpBytes(peak) : capacity;
  const total = run.report.totals.cycles;
  const x = (cycle) => left + (width - left) * cycle / total;
  const y = (bytes) => top + (height - top - bottom) * (1 - bytes / high);
  const picture = svg('svg', {viewBox: `0 0 ${width} ${height}`});
  for (let i = 0; i <= 4; ++i)
    picture.append(svg('line', {class: 'grid', x1: left, x2: width, y1: y(high * i / 4), y2: y(high * i / 4)}),
      svg('text', {x: left - 6, y: y(high * i / 4) + 4, 'text-anchor': 'end'}, format.bytes(high * i / 4)));
  for (const item of run.layers) {
    const column = svg('g', {class: 'hit', 'data-layer': item.index, onclick: () => select(item.index)});
    let base = 0;
    for (const use of uses) {
      const own = alive[item.index].filter((range) => range.use === use);
      const bytes = sum(own.map((range) => range.bytes));
      if (bytes > 0)
        column.append(svg('rect', {x: x(item.start), width: Math.max(0.3, x(item.start + item.own) - x(item.start)),
          y: y(base + bytes), height: y(base) - y(base + bytes), style: `fill:${kUseColours[use]}`},
        svg('title', {}, `${item.index}: ${item.nodes}\n${use}: ${format.bytes(bytes)}` +
          own.map((range) => `\n  ${range.name || 'reserved'}: ${format.bytes(range.bytes)}`).join(''))));
      base += bytes;
    }
    picture.append(column);
  }
  const ticks = ticksIn(width - left);
  for (let i = 0; i <= ticks; ++i)
    picture.append(svg('text', {x: x(total * i / ticks), y: height - 6,
      'text-anchor': i === ticks ? 'end' : i === 0 ? 'start' : 'middle'}, format.count(total * i / ticks)));
  const made = chart(run.title, `Bytes of ${memory} over the run`, picture, {
    text: `At most ${format.bytes(peak)} are given to ${uses.join(', ')}.`,
    titles: ['layer', 'ONNX nodes', 'first own cycle', 'own cycles', ...uses],
    rows: run.layers.map((item) => [item.index, item.nodes, item.start, item.own, ...uses.map((use) =>
      sum(alive[item.index].filter((range) => range.use === use).map((range) => range.bytes)))])});
  return [made, legend(uses, (use) => kUseColours[use]), html('p', {class: 'dim'}, `most: ${format.bytes(peak)}` +
    (capacity === undefined ? '' : ` of ${format.bytes(capacity)} (${format.percent(peak / capacity)})`) + '; over cycles')];
}

function occupancyPart(run, select) {
  const memories = [...new Set(run.report.memory_map.map((range) => range.memory))];
  const first = memories.includes('scratchpad') ? 'scratchpad' : memories[0];
  return section('Memory over time', `memory plan of the compiler over the cycles of device '${run.report.run.device}'`,
    html('p', {class: 'dim'}, 'What the program\'s memory plan gives to buffers and tensors while each layer runs, from its ' +
      'first dispatch to the next layer\'s. Buffers count whole, filled or not, gaps between them do not; constants in DRAM are there throughout ' +
      `(${format.bytes(run.report.memory_plan.constant_bytes)}).`),
    chosen('bytes of', memories, first, (memory) => occupancyChart(run, memory, select)));
}

// Everything about one layer: its bound, its mapping, the beginning of its instructions, its tensors.
function layerDetail(run, index) {
  const {layer, nodes} = run.layers[index];
  const parts = [html('h3', {}, `Layer ${index}: ${nodes}`), html('p', {}, layer.mapping)];
  if (run.why.layers.length > 0)
    parts.push(html('p', {}, run.why.layers[index]));
  parts.push(layerLoops(run, index));
  if (layer.code) {
    const {code} = layer;
    const more = code.instructions - code.listing.length;
    parts.push(html('div', {class: 'columns'},
      html('div', {}, html('p', {class: 'dim'}, 'mapping'), html('pre', {}, code.mapping_yaml)),
      html('div', {}, html('p', {class: 'dim'}, `instructions of ${layer.function}: ${format.count(code.instructions)}, ` +
        `${format.count(code.tensor_instructions)} of them for engines`), html('pre', {}, code.listing.join('\n')),
      more > 0 ? html('p', {class: 'dim'}, `${format.count(more)} more: `,
        html('code', {}, `weft disasm ${run.report.run.program} --function ${layer.function}`)) : null)));
  }
  const {dram} = run.report;
  if (dram) {
    const rows = dram.tensors.flatMap((tensor) => tensor.layers.filter((part) => part.layer === index).map((part) =>
      [tensorName(tensor), ...['read', 'read_again', 'written', 'written_again'].map((name) => format.bytes(part[name] || 0))]));
    if (rows.length > 0)
      parts.push(plainTable(['DRAM bytes of tensor', 'read', 'of which again', 'written', 'of which again'], rows));
  }
  return parts;
}
