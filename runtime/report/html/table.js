// Tables that sort and filter.

// columns: [{title, value(item), cell(item), number, explain}]; select(index) is called for the row that is clicked.
// Returns {element, show(index)}; the latter scrolls to a row.
function sortedTable(items, columns, searchable, select) {
  const state = {column: -1, down: false, filter: ''};
  const body = html('tbody');
  const rows = items.map((item, i) => html('tr', {'data-layer': i, onclick: () => select(i)}, columns.map((column) => column.cell(item))));
  const texts = items.map((item) => searchable(item).toLowerCase());
  const shown = html('span', {class: 'dim'});
  const heads = columns.map((column, i) => html('th', {class: column.number && 'number', title: column.explain,
    'aria-sort': 'none'}, html('button', {onclick: () => sort(i)}, column.title)));
  function draw() {
    const words = state.filter.toLowerCase().split(/\s+/).filter(Boolean);
    let order = items.map((_, i) => i).filter((i) => words.every((word) => texts[i].includes(word)));
    if (state.column >= 0) {
      const {value} = columns[state.column];
      const compare = (a, b) => typeof a === 'string' ? a.localeCompare(b) : a - b;
      order.sort((a, b) => (state.down ? -1 : 1) * compare(value(items[a]), value(items[b])) || a - b);
    }
    body.replaceChildren(...order.map((i) => rows[i]));
    mark();
    shown.textContent = `${order.length} of ${items.length}`;
    heads.forEach((head, i) => {
      head.setAttribute('aria-sort', i !== state.column ? 'none' : state.down ? 'descending' : 'ascending');
      head.firstChild.textContent = columns[i].title + (i !== state.column ? '' : state.down ? ' ▾' : ' ▴');
    });
  }
  function sort(column) {
    // Numbers: largest first.
    state.down = state.column === column ? !state.down : Boolean(columns[column].number);
    state.column = column;
    draw();
  }
  draw();
  const element = html('div', {}, html('div', {class: 'tools screen'},
    html('label', {}, 'filter ', html('input', {type: 'search', placeholder: 'name or mapping', oninput: (event) => {
      state.filter = event.target.value;
      draw();
    }})), shown), html('div', {class: 'scroll'}, html('table', {}, html('thead', {}, html('tr', {}, heads)), body)));
  return {element, show(index) {
    if (rows[index].isConnected)
      rows[index].scrollIntoView({block: 'nearest'});
  }};
}

// Rows of cells without sorting; the first `names` columns are text, the others numbers where their cells do not say
// otherwise.
function plainTable(titles, rows, names = 1) {
  const isText = (cell) => cell instanceof Element && cell.tagName === 'TD' && !cell.classList.contains('number');
  const kind = (i) => i < names || (rows.length > 0 && isText(rows[0][i])) ? undefined : 'number';
  const heads = titles.map((title, i) => html('th', {class: kind(i)}, title));
  return html('div', {class: 'wide'}, html('table', {}, html('thead', {}, html('tr', {}, heads)),
    html('tbody', {}, rows.map((row) => html('tr', {}, row.map((cell, i) =>
      cell instanceof Element && cell.tagName === 'TD' ? cell : html('td', {class: kind(i)}, cell)))))));
}
