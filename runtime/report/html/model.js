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
  run.engines = report.engines.map((engine) => ({engine, states: ['busy',
    ...Object.keys(engine.stalls).flatMap((cause) => cause === 'semaphore' ? waitStates(report, engine) : [cause]), 'idle']}));
  run.area = report.area && sum(report.area.map((block) => block.um2));
  return run;
}

// The stall for semaphores by the engine that is waited for, if the report says so for all of it.
const kWaits = 'waits for ';
function waitStates(report, engine) {
  const prefix = `${engine.name}_waits_for_`;
  const waits = Object.entries(report.activity).filter(([name]) => name.startsWith(prefix));
  return waits.length > 0 && sum(waits.map((wait) => wait[1])) === engine.stalls.semaphore
    ? waits.map(([name]) => kWaits + name.slice(prefix.length)) : ['semaphore'];
}

// Cycles of an engine in a state within a share of the run, or in the run.
function stateCycles(share, engine, state) {
  if (state.startsWith(kWaits))
    return share.activity[`${engine}_waits_for_${state.slice(kWaits.length)}`] || 0;
  return share.counters[state === 'busy' || state === 'idle' ? `${engine}_${state}` : `${engine}_stall_${state}`] || 0;
}

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
