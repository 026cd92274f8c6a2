// The loop nest of a layer's mapping, as compiler/layers lowers it: how often each loop turns, what is moved in each
// turn, and what stays where meanwhile.

// Loops from the outermost to the innermost: [what a turn is, turns, what it moves, what stays].
function contractionLoops(of) {
  const {grid, tiles, window, array, mapping, loaded} = of;
  const lanes = Math.max(array.rows, array.cols);
  const diagonal = of.kind === 'map'; // a sum over windows on the array
  const columns = Math.ceil((diagonal ? Math.ceil(grid.outC / lanes) * lanes : grid.outC) / array.cols);
  const steps = of.planes * window[0] * (of.windows ? Math.ceil(window[1] * grid.inC / array.rows)
    : window[1] * Math.ceil((diagonal ? lanes : grid.inC) / array.rows));
  const chunks = mapping.chunks.reduce((all, one) => all * one, 1);
  const sums = `partial sums of ${tiles.pixels} pixels x ${array.cols} in the accumulators`;
  const held = mapping.pieces ? 'the piece of input in the scratchpad' : 'the input tile in the scratchpad';
  const group = mapping.columnTiles > 1;
  const perGroup = [mapping.pieces && 'loads parameters', loaded.residual && 'loads a residual tile',
    loaded.output && 'stores a result tile'];
  const column = (turns, moves, stays) => [`column tile of ${array.cols} channels`, turns, moves, stays];
  const loops = [tiles.loop([!mapping.pieces && loaded.input && 'loads an input tile'],
    mapping.streamed ? [] : ['all weights in the scratchpad, loaded with the first tile'])];
  if (group)
    loops.push([`group of ${mapping.columnTiles} column tiles`, Math.ceil(columns / mapping.columnTiles), perGroup,
      [!mapping.pieces && held]]);
  const inner = group ? mapping.columnTiles : columns;
  const chunk = (moves) => ['chunk of the summed index', chunks, moves, [mapping.pieces && group
    ? `partial sums of ${mapping.columnTiles} column tiles in the accumulators` : sums]];
  if (mapping.pieces) {
    if (!group)
      loops.push(column(columns, perGroup, []));
    loops.push(chunk([loaded.input && 'loads a piece of the input', !group && 'loads weights']));
    if (group)
      loops.push(column(inner, ['loads weights'], [held]));
  } else {
    loops.push(column(inner, ['requantises into the result tile', ...(group ? [] : perGroup)], [held]));
    if (mapping.streamed)
      loops.push(chunk(['loads weights']));
  }
  loops.push([`step: ${array.rows} values of the summed index`, steps / chunks,
    [`${array.rows} x ${array.cols} weights into the array`], [sums]],
  ['result pixel', tiles.pixels, [`a row of ${array.rows} input values into the array`], ['the weights in the array']]);
  return loops;
}

function mapLoops(of) {
  const {grid, tiles, window, array, mapping, loaded} = of;
  const summed = /^map (vdw|vsum)/.test(of.text); // with parameters of each channel
  const taps = window[0] * window[1];
  const parts = mapping.pieces ? mapping.chunks[0] * mapping.chunks[1] : 1;
  const constants = summed && (of.text.startsWith('map vdw') ? 'weights and parameters' : 'parameters');
  const perTile = [loaded.input && 'loads an input tile', loaded.output && 'stores a result tile'];
  const loops = [tiles.loop(mapping.pieces ? [] : perTile,
    [!mapping.pieces && constants && `${constants} in the scratchpad`])];
  if (mapping.pieces || summed)
    loops.push([`block of ${array.cols} channels`, Math.ceil(grid.outC / array.cols),
      mapping.pieces ? [loaded.output && 'stores a result tile'] : [],
      [!mapping.pieces && 'the input tile in the scratchpad']]);
  if (mapping.pieces)
    loops.push(['part of the window', parts,
      [loaded.input && 'loads a piece of the input', constants && `loads ${constants}`],
      [parts > 1 && 'results so far in the scratchpad']]);
  else if (!summed)
    loops.push([`block of ${array.cols} channels, in one instruction`, Math.ceil(grid.outC / array.cols), [],
      ['the input tile in the scratchpad']]);
  loops.push(['result pixel', tiles.pixels, [`writes ${array.cols} values`], []]);
  if (taps / parts > 1)
    loops.push(['tap of the window', taps / parts, [`reads ${array.cols} values`], ['the result so far in the lanes']]);
  return loops;
}

// Null if the report does not say: of hand-written programs, and of moves, which have no tiles.
function layerLoops(run, index) {
  const {layer} = run.layers[index];
  const group = run.report.workload && run.report.workload.groups[index];
  const yaml = layer.code ? layer.code.mapping_yaml : '';
  const field = (name) => (new RegExp(`^${name}: (.*)$`, 'm').exec(yaml) || [])[1];
  const chunks = (field('chunks') || '').match(/\d+/g);
  if (!group || !group.attributes.result || !chunks)
    return null;
  const axes = (grid) => [0, 3, 6, 9].map((axis) => grid[axis]); // images, rows, columns, channels
  const [images, outH, outW, outC] = axes(group.attributes.result);
  const rows = Math.min(Number(field('tile_rows')), outH), cols = Math.min(Number(field('tile_cols')) || outW, outW);
  const buffered = (use) => (run.report.memory_map || []).some((range) =>
    range.memory === 'scratchpad' && range.use === use && range.first_layer <= index && index <= range.last_layer);
  const of = {kind: group.kind, text: layer.mapping, planes: group.attributes.planes[0], window: group.attributes.kernel,
    windows: layer.mapping.includes('windows'), array: run.report.machine.description.array,
    grid: {outC, inC: axes(group.attributes.grid0)[3]},
    loaded: {input: buffered('input_tiles'), output: buffered('output_tiles'), residual: buffered('residual_tiles')},
    mapping: {streamed: field('weights') === 'streamed', pieces: field('input') === 'pieces',
      columnTiles: Number(field('column_tiles')), chunks: chunks.map(Number)},
    tiles: {pixels: rows * cols, loop: (moves, stays) => [`tile of ${rows} x ${cols} result pixels`,
      images * Math.ceil(outH / rows) * Math.ceil(outW / cols), moves, stays]}};
  const onArray = of.kind === 'contraction' || /on the array/.test(of.text);
  const loops = onArray ? contractionLoops(of) : mapLoops(of);
  const words = (list) => list.filter(Boolean).join('; ');
  const stays = [!of.loaded.input && 'its input', !of.loaded.output && 'its result'].filter(Boolean);
  return html('div', {class: 'loops'}, html('p', {class: 'dim'}, 'Loops, outermost first; tiles at the edges are smaller. ' +
    (stays.length > 0 ? `In the scratchpad between layers: ${stays.join(', ')}.` : '')),
  plainTable(['for each', 'turns', 'moves', 'stays meanwhile'], loops.map(([what, turns, moves, stays], depth) =>
    [html('td', {style: `padding-left:${6 + 14 * depth}px`}, what),
      html('td', {class: 'number', 'data-turns': turns}, format.count(turns)),
      html('td', {}, words(moves)), html('td', {}, words(stays))])));
}
