// Stacked columns and the roofline.

// A round upper end for an axis.
function roundUp(value) {
  if (!(value > 0))
    return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].find((step) => step * power >= value * 0.999) * power;
}

// The same for bytes.
function roundUpBytes(value) {
  const power = 2 ** Math.floor(Math.log2(Math.max(1, value)));
  return [1, 1.25, 1.5, 2].find((step) => step * power >= value) * power;
}

// One column for each layer; stack(layer) = [[name, value, colour]...].
function stackedColumns(run, stack, unit, select) {
  const width = 1280, height = 230, left = 70, bottom = 24, top = 8;
  const stacks = run.layers.map(stack);
  const round = unit === format.bytes ? roundUpBytes : roundUp;
  const peak = round(Math.max(...stacks.map((parts) => sum(parts.map((part) => part[1])))));
  const step = (width - left) / Math.max(1, stacks.length);
  const y = (value) => top + (height - top - bottom) * (1 - value / peak);
  const picture = svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img'});
  for (let i = 0; i <= 4; ++i) {
    const value = peak * i / 4;
    picture.append(svg('line', {class: 'grid', x1: left, x2: width, y1: y(value), y2: y(value)}),
      svg('text', {x: left - 6, y: y(value) + 4, 'text-anchor': 'end'}, unit(value)));
  }
  const every = Math.ceil(34 / step);
  stacks.forEach((parts, i) => {
    const x = left + i * step;
    const column = svg('g', {class: 'hit', onclick: () => select(i)});
    let base = 0;
    for (const [name, value, colour] of parts) {
      if (value > 0)
        column.append(svg('rect', {x: x + step * 0.08, width: step * 0.84, y: y(base + value),
          height: y(base) - y(base + value), style: `fill:${colour}`},
          svg('title', {}, `${i}: ${run.layers[i].nodes}\n${name}: ${unit(value)}`)));
      base += value;
    }
    picture.append(column);
    if (i % every === 0)
      picture.append(svg('text', {x: x + step / 2, y: height - 8, 'text-anchor': 'middle'}, i));
  });
  return picture;
}

function roofline(run, select) {
  const {macs_per_cycle: macs, dram_bytes_per_cycle: bandwidth} = run.peak;
  const points = run.layers.filter((item) => item.layer.useful_macs > 0 && item.own > 0);
  const ridge = macs / bandwidth;
  const finite = points.filter((item) => item.bytes > 0);
  const lowX = Math.min(ridge / 10, ...finite.map((item) => item.intensity / 2));
  const highX = Math.max(ridge * 10, ...finite.map((item) => item.intensity * 2)) * 2;
  const lowY = Math.min(macs / 100, ...points.map((item) => item.rate / 2));
  const width = 1280, height = 400, left = 80, bottom = 40, top = 10, right = 14;
  const clock = run.report.machine.clock_mhz * 1e6;
  const place = (value, low, high) => (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
  const x = (value) => left + (width - left - right) * place(value, lowX, highX);
  const y = (value) => top + (height - top - bottom) * (1 - place(value, lowY, macs * 2));
  const picture = svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img'});
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
    svg('text', {x: x(ridge) - 8, y: y(macs) + 4, 'text-anchor': 'end'},
      `DRAM: ${format.number(bandwidth)} bytes/cycle = ${format.scaled(bandwidth * clock, 'B/s')}`),
    svg('text', {x: (width + left) / 2, y: height - 6, 'text-anchor': 'middle'}, 'useful MACs per DRAM byte'),
    svg('text', {x: 14, y: height / 2, 'text-anchor': 'middle', transform: `rotate(-90 14 ${height / 2})`},
      'useful MACs per cycle'));
  for (const item of points) {
    const radius = 3 + 9 * Math.sqrt(item.own / run.report.totals.cycles);
    picture.append(svg('circle', {class: 'hit', cx: item.bytes > 0 ? x(item.intensity) : width - right - 6,
      cy: y(item.rate), r: radius, 'fill-opacity': 0.65, onclick: () => select(item.index),
      style: `fill:${item.layer.mapping.startsWith('matrix') ? '#0072b2' : '#d55e00'}`},
      svg('title', {}, `${item.index}: ${item.nodes}\n${item.layer.mapping}\n${format.number(item.rate)} MACs/cycle, ` +
        (item.bytes > 0 ? `${format.number(item.intensity)} MACs/byte` : 'no DRAM traffic'))));
  }
  return {picture, missing: run.layers.length - points.length, resident: points.length - finite.length};
}
