// What the page shows that is not a field of the JSON: sums and quotients of its fields.

// Is the energy of array and DMA wires that of the run's own data? Otherwise operands are assumed.
const ofData = (report) => report.energy.switching === 'data';

function makeRun(item, index) {
  const report = item.report;
  const run = {index, report, file: item.file, peak: item.peak, why: item.why, timed: report.run.timed,
    title: `${report.run.network || 'program'} ${report.machine.name}`,
    fidelity: `${report.run.device}: ${report.run.fidelity}`};
  run.energyFidelity = report.energy &&
    `energy table '${report.energy.table.name}' (${report.energy.table.node_nm} nm, ${report.energy.table.voltage_v} V) ` +
    `x counts of ${report.run.device}: ${report.run.fidelity}` + (ofData(report) ? ', toggles of its data' : '');
  run.divided = 'prologue' in report;
  // The run in the order of dispatch: the prologue and the layers share out its cycles.
  let start = run.divided ? report.prologue.own_cycles : 0;
  run.layers = report.layers.map((layer, i) => {
    const nodes = layer.onnx_nodes.join(' + ') || layer.function;
    const pj = layer.energy ? sum(Object.values(layer.energy)) : undefined;
    const bytes = layer.dram_bytes_read + layer.dram_bytes_written;
    const own = run.divided ? layer.own_cycles : layer.cycles;
    const made = {index: i, layer, nodes, pj, bytes, own, start, intensity: layer.useful_macs / bytes,
      rate: own > 0 ? layer.useful_macs / own : 0};
    start += own;
    return made;
  });
  run.engines = report.engines.map((engine) => ({engine, states: ['busy', ...Object.keys(engine.stalls), 'idle']}));
  run.area = report.area && sum(report.area.map((block) => block.um2));
  return run;
}

// Cycles of an engine in a state within a share of the run.
function stateCycles(share, engine, state) {
  const counter = state === 'busy' || state === 'idle' ? `${engine}_${state}` : `${engine}_stall_${state}`;
  return share.counters[counter] || 0;
}

const engineCycles = (engine, state) => state === 'busy' || state === 'idle' ? engine[state] : engine.stalls[state];

const stateColour = (state) => kStateColours[state] || (state === 'idle' ? 'var(--idle)' : '#7a8794');

const groupNames = (run) => Object.keys(run.report.energy.groups);
const groupColour = (run, group) => kColours[groupNames(run).indexOf(group) % kColours.length];

// pJ of a layer by group of components.
function groupEnergy(run, share) {
  const groups = Object.fromEntries(groupNames(run).map((name) => [name, 0]));
  run.groupOf = run.groupOf || new Map(run.report.energy.components.map((part) => [part.name, part.group]));
  for (const [name, pj] of Object.entries(share.energy || {}))
    groups[run.groupOf.get(name)] += pj;
  return groups;
}
