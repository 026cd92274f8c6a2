'use strict';
// Elements and numbers. Names come from anywhere: they enter the page as text nodes only, never as markup.

function fill(element, attributes, children = []) {
  for (const [key, value] of Object.entries(attributes || {}))
    if (key.startsWith('on'))
      element.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false)
      element.setAttribute(key, value);
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined)
      element.append(child);
  return element;
}
const html = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

const sum = (values) => values.reduce((total, value) => total + value, 0);

const format = {
  count: (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ','),
  percent: (n) => (100 * n).toFixed(1) + ' %',
  // Four significant digits and a prefix.
  scaled(n, unit) {
    if (n === 0)
      return '0 ' + unit;
    const prefixes = ['p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P'];
    const step = Math.max(-4, Math.min(5, Math.floor(Math.log10(Math.abs(n)) / 3 + 1e-12)));
    return Number((n / 10 ** (3 * step)).toPrecision(4)) + ' ' + prefixes[step + 4] + unit;
  },
  bytes(n) {
    const units = ['B', 'KiB', 'MiB', 'GiB'];
    let unit = 0;
    for (; n >= 1024 && unit < 3; ++unit)
      n /= 1024;
    return (unit === 0 ? n : n.toFixed(1)) + ' ' + units[unit];
  },
  energy: (pj) => format.scaled(pj * 1e-12, 'J'),
  power: (mw) => format.scaled(mw * 1e-3, 'W'),
  seconds: (s) => format.scaled(s, 's'),
  area: (um2) => Number((um2 * 1e-6).toPrecision(4)) + ' mm²',
  number: (n) => String(Number(n.toPrecision(4))),
};

// A figure of the JSON: its text, and where it comes from for readers of the page's source. `path` names the field.
function figure(tag, run, path, value, text, attributes) {
  return html(tag, {...attributes, 'data-run': run.index, 'data-path': path, 'data-value': String(value),
    title: `${value} (${path}; ${run.fidelity})`}, text);
}

// What made a section's figures.
const fidelity = (text) => html('span', {class: 'fidelity'}, text);

const kColours = ['#0072b2', '#e69f00', '#d55e00', '#cc79a7', '#009e73', '#56b4e9', '#8c6bb1', '#b0a000', '#7f5539', '#7a8794'];
const kStateColours = {busy: '#0072b2', semaphore: '#e69f00', dram: '#d55e00', bank: '#cc79a7', weights: '#8c6bb1',
  fence: '#56b4e9', fetch: '#009e73', queue: '#b0a000', memory: '#7f5539', 'waits for load': '#e69f00',
  'waits for store': '#f6cf6b', 'waits for matrix': '#b87d00', 'waits for vector': '#fbe7b2', 'waits for sequencer': '#7f5539'};

function legend(names, colourOf) {
  return html('div', {class: 'legend'}, names.map((name) =>
    html('span', {}, html('i', {style: `background:${colourOf(name)}`}), name)));
}
