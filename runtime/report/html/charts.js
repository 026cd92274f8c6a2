// What all charts have: a text for those who do not see the picture, the data as a table, files to save. Bars, columns.

// As wide as the page, so that words keep their size on a phone.
const chartWidth = () => Math.max(320, Math.min(1280, document.documentElement.clientWidth - 40));

// Ticks of an axis whose labels are counts.
const ticksIn = (pixels) => Math.max(2, Math.min(8, Math.floor(pixels / 110)));

function saveFile(name, type, text) {
  const link = URL.createObjectURL(new Blob([text], {type}));
  html('a', {href: link, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(link));
}

// RFC 4180.
function csvText(titles, rows) {
  const cell = (value) => /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  return [titles, ...rows].map((row) => row.map((value) => cell(String(value ?? ''))).join(',') + '\r\n').join('');
}

// The picture as it looks now. Style sheets and their variables do not go along: each mark gets its own style.
function svgText(picture) {
  const copy = picture.cloneNode(true);
  const copies = copy.querySelectorAll('*');
  picture.querySelectorAll('*').forEach((element, i) => {
    const style = getComputedStyle(element);
    copies[i].setAttribute('style', ['fill', 'fill-opacity', 'stroke', 'stroke-width']
      .map((name) => `${name}:${style.getPropertyValue(name)}`).join(';'));
  });
  const [, , width, height] = picture.getAttribute('viewBox').split(' ');
  const {backgroundColor} = getComputedStyle(document.body);
  fill(copy, {width, height, style: `background:${backgroundColor};font:11px sans-serif`});
  return new XMLSerializer().serializeToString(copy);
}

// data: {text, titles, rows}: what the picture shows in a sentence, and its figures as they are. The names of files
// begin with `owner`.
function chart(owner, name, picture, {text, titles, rows}) {
  fill(picture, {role: 'img', 'aria-label': `${name}. ${text}`});
  const file = `${owner} ${name}`.replace(/[^\w.]+/g, '-');
  const button = (kind, type, make) => html('button', {'aria-label': `save '${name}' as ${kind}`,
    onclick: () => saveFile(`${file}.${kind.toLowerCase()}`, type, make())}, kind);
  const table = html('details', {ontoggle: () => {
    if (table.open && table.children.length === 1) // made when it is wanted
      table.append(html('div', {class: 'scroll'},
        plainTable(titles, rows.map((row) => row.map((value) => value ?? '–')))));
  }}, html('summary', {'aria-label': `data of '${name}'`}, 'data'));
  return html('figure', {}, html('figcaption', {}, name), picture, html('div', {class: 'screen saving'},
    button('SVG', 'image/svg+xml', () => svgText(picture)),
    button('CSV', 'text/csv', () => csvText(titles, rows)), table));
}

// Bars: [{labels, parts: [[name, value, colour]...]}...], each with as many labels as there are in `titles`.
const barTotal = (bar) => sum(bar.parts.map((part) => part[1]));
const barTitle = (bar, name, text) => svg('title', {}, `${bar.labels.join(': ')}\n${name}: ${text}`);

function barData(titles, bars, unit) {
  const names = [...new Set(bars.flatMap((bar) => bar.parts.map((part) => part[0])))];
  const longest = bars.reduce((a, b) => barTotal(b) > barTotal(a) ? b : a);
  return {
    text: `${bars.length} bars of ${names.join(', ')}; the longest: ${longest.labels.join(' ')}, ` +
      `${unit(barTotal(longest))}.`,
    titles: [...titles, ...names],
    rows: bars.map((bar) => [...bar.labels,
      ...names.map((name) => (bar.parts.find((part) => part[0] === name) || [])[1])])};
}

// One bar below the other, from left to right, with their totals.
function stackedBars(owner, name, title, bars, unit) {
  const width = chartWidth(), left = 80, right = 110, lane = 26, high = 18;
  const scale = (width - left - right) / (Math.max(...bars.map(barTotal)) || 1);
  const picture = svg('svg', {viewBox: `0 0 ${width} ${bars.length * lane}`});
  bars.forEach((bar, i) => {
    const y = i * lane + 4;
    let x = left;
    picture.append(svg('text', {x: left - 8, y: y + 13, 'text-anchor': 'end'}, bar.labels[0]));
    for (const [part, value, colour] of bar.parts) {
      if (value > 0)
        picture.append(svg('rect', {x, y, width: value * scale, height: high, style: `fill:${colour}`},
          barTitle(bar, part, `${unit(value)} (${format.percent(value / barTotal(bar))})`)));
      x += value * scale;
    }
    picture.append(svg('text', {x: x + 6, y: y + 13}, unit(barTotal(bar))));
  });
  return chart(owner, name, picture, barData([title], bars, unit));
}

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

// A column for each layer: one bar from the bottom up, or several beside each other.
function stackedColumns(owner, name, titles, columns, unit, select) {
  const width = chartWidth(), height = 230, left = 70, bottom = 24, top = 8;
  const round = unit === format.bytes ? roundUpBytes : roundUp;
  const peak = round(Math.max(...columns.flat().map(barTotal)));
  const step = (width - left) / columns.length;
  const y = (value) => top + (height - top - bottom) * (1 - value / peak);
  const picture = svg('svg', {viewBox: `0 0 ${width} ${height}`});
  for (let i = 0; i <= 4; ++i) {
    const value = peak * i / 4;
    picture.append(svg('line', {class: 'grid', x1: left, x2: width, y1: y(value), y2: y(value)}),
      svg('text', {x: left - 6, y: y(value) + 4, 'text-anchor': 'end'}, unit(value)));
  }
  const every = Math.ceil(34 / step);
  columns.forEach((bars, i) => {
    const column = svg('g', {class: 'hit', 'data-layer': i, onclick: () => select(i)});
    const wide = step * 0.84 / bars.length;
    bars.forEach((bar, j) => {
      let base = 0;
      for (const [part, value, colour] of bar.parts) {
        if (value > 0)
          column.append(svg('rect', {x: left + i * step + step * 0.08 + j * wide, width: wide, y: y(base + value),
            height: y(base) - y(base + value), style: `fill:${colour}`}, barTitle(bar, part, unit(value))));
        base += value;
      }
    });
    picture.append(column);
    if (i % every === 0)
      picture.append(svg('text', {x: left + (i + 0.5) * step, y: height - 8, 'text-anchor': 'middle'}, i));
  });
  return chart(owner, name, picture, barData(titles, columns.flat(), unit));
}

// One column for each layer of a run; parts(item) as those of a bar.
const layerColumns = (run, name, parts, unit, select) => stackedColumns(run.title, name, ['layer', 'ONNX nodes'],
  run.layers.map((item) => [{labels: [item.index, item.nodes], parts: parts(item)}]), unit, select);

// A choice of what is drawn: draw(value) makes it.
function chosen(text, values, first, draw) {
  const drawn = html('div');
  const show = (value) => {
    drawn.replaceChildren(...[draw(value)].flat(Infinity));
    mark();
  };
  show(first);
  const select = html('select', {onchange: (event) => show(event.target.value)}, values.map((value) =>
    html('option', {value, selected: value === first && 'selected'}, value)));
  return [html('div', {class: 'tools'}, html('label', {}, `${text} `, select)), drawn];
}
