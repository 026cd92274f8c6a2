// Useful MACs per cycle over useful MACs per DRAM byte, under the roof of array and DRAM.
function roofline(run, select) {
  const {macs_per_cycle: macs, dram_bytes_per_cycle: bandwidth} = run.peak;
  const points = run.layers.filter((item) => item.layer.useful_macs > 0 && item.own > 0);
  const ridge = macs / bandwidth;
  const finite = points.filter((item) => item.bytes > 0);
  const lowX = Math.min(ridge / 10, ...finite.map((item) => item.intensity / 2));
  const highX = Math.max(ridge * 10, ...finite.map((item) => item.intensity * 2)) * 2;
  const lowY = Math.min(macs / 100, ...points.map((item) => item.rate / 2));
  const width = chartWidth(), height = 400, left = 80, bottom = 40, top = 10, right = 14;
  const clock = run.report.machine.clock_mhz * 1e6;
  const along = (value, low, high) => (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
  const x = (value) => left + (width - left - right) * along(value, lowX, highX);
  const y = (value) => top + (height - top - bottom) * (1 - along(value, lowY, macs * 2));
  const picture = svg('svg', {viewBox: `0 0 ${width} ${height}`});
  for (let p = Math.ceil(Math.log10(lowX)); 10 ** p <= highX; ++p)
    picture.append(svg('line', {class: 'grid', x1: x(10 ** p), x2: x(10 ** p), y1: top, y2: height - bottom}),
      svg('text', {x: x(10 ** p), y: height - bottom + 14, 'text-anchor': 'middle'}, format.number(10 ** p)));
  for (let p = Math.ceil(Math.log10(lowY)); 10 ** p <= macs * 2; ++p)
    picture.append(svg('line', {class: 'grid', x1: left, x2: width - right, y1: y(10 ** p), y2: y(10 ** p)}),
      svg('text', {x: left - 6, y: y(10 ** p) + 4, 'text-anchor': 'end'}, format.number(10 ** p)));
  picture.append(
    svg('path', {class: 'roof', d: `M${x(Math.max(lowX, lowY / bandwidth))} ${y(Math.max(lowX * bandwidth, lowY))}` +
      `L${x(ridge)} ${y(macs)}L${x(highX)} ${y(macs)}`}),
    svg('text', {x: width - right, y: y(macs) - 6, 'text-anchor': 'end'},
      `${format.count(macs)} MACs/cycle = ${format.scaled(2 * macs * clock, 'op/s')}`),
    svg('text', {x: Math.max(x(ridge) - 8, left + 240), y: y(macs) + (x(ridge) < left + 248 ? 16 : 4),
      'text-anchor': 'end'},
      `DRAM: ${format.number(bandwidth)} bytes/cycle = ${format.scaled(bandwidth * clock, 'B/s')}`),
    svg('text', {x: (width + left) / 2, y: height - 6, 'text-anchor': 'middle'}, 'useful MACs per DRAM byte'),
    svg('text', {x: 14, y: height / 2, 'text-anchor': 'middle', transform: `rotate(-90 14 ${height / 2})`},
      'useful MACs per cycle'));
  for (const item of points) {
    const radius = 3 + 9 * Math.sqrt(item.own / run.report.totals.cycles);
    picture.append(svg('circle', {class: 'hit', 'data-layer': item.index, cx: item.bytes > 0 ? x(item.intensity) : width - right - 6,
      cy: y(item.rate), r: radius, 'fill-opacity': 0.65, onclick: () => select(item.index),
      style: `fill:${item.layer.mapping.startsWith('contraction') ? '#0072b2' : '#d55e00'}`},
      svg('title', {}, `${item.index}: ${item.nodes}\n${item.layer.mapping}\n${format.number(item.rate)} MACs/cycle, ` +
        (item.bytes > 0 ? `${format.number(item.intensity)} MACs/byte` : 'no DRAM traffic'))));
  }
  return {missing: run.layers.length - points.length, resident: points.length - finite.length,
    picture: chart(run.title, 'Roofline', picture, {
      text: `${points.length} layers; the roof is ${format.count(macs)} MACs per cycle and ` +
        `${format.number(bandwidth)} DRAM bytes per cycle.`,
      titles: ['layer', 'ONNX nodes', 'useful MACs per DRAM byte', 'useful MACs per cycle'],
      rows: points.map((item) => [item.index, item.nodes, item.bytes > 0 ? item.intensity : undefined, item.rate])})};
}
