// Engines over the run: within a layer's part of the run each engine's states are stacked by their share. Zooms.

function timeline(run, select) {
  const total = run.report.totals.cycles;
  const width = chartWidth(), left = 90, lane = 34, gap = 6, spans = 3, spanHeight = 15, axis = 22;
  const engines = run.engines;
  const spanTop = engines.length * (lane + gap);
  const height = spanTop + spans * spanHeight + axis;
  const view = {from: 0, to: total};
  const parts = [{nodes: 'before the first layer', start: 0, own: run.report.prologue.own_cycles,
    layer: run.report.prologue}, ...run.layers];
  const picture = svg('svg', {viewBox: `0 0 ${width} ${height}`, tabindex: 0});
  const ticks = ticksIn(width - left);
  const x = (cycle) => left + (width - left) * (cycle - view.from) / (view.to - view.from);

  function rectangle(from, to, y, high, colour, title, index) {
    const begin = Math.max(left, x(from)), end = Math.min(width, x(to));
    return end <= begin ? null : svg('rect', {x: begin, width: end - begin, y, height: high, style: `fill:${colour}`,
      class: index === undefined ? undefined : 'hit', 'data-layer': index, onclick: () => index !== undefined && !dragged && select(index)},
      svg('title', {}, title));
  }
  function draw() {
    const marks = [];
    engines.forEach(({engine, states}, row) => {
      const top = row * (lane + gap);
      marks.push(svg('text', {x: left - 8, y: top + lane / 2 + 4, 'text-anchor': 'end'}, engine.name));
      for (const part of parts) {
        if (part.own === 0 || part.start + part.own < view.from || part.start > view.to)
          continue;
        let base = top + lane;
        for (const state of states) {
          const cycles = stateCycles(part.layer, engine.name, state);
          const high = lane * cycles / part.own;
          base -= high;
          if (cycles > 0)
            marks.push(rectangle(part.start, part.start + part.own, base, high, stateColour(state),
              `${part.nodes}\n${engine.name} ${state}: ${format.count(cycles)} of ${format.count(part.own)} cycles ` +
              `(${format.percent(cycles / part.own)})`, part.index));
        }
      }
    });
    marks.push(svg('text', {x: left - 8, y: spanTop + spans * spanHeight / 2 + 4, 'text-anchor': 'end'}, 'layers'));
    for (const item of run.layers) {
      if (item.layer.first_cycle === undefined)
        continue;
      const top = spanTop + (item.index % spans) * spanHeight;
      const from = item.layer.first_cycle, to = item.layer.last_cycle + 1;
      marks.push(rectangle(from, to, top, spanHeight - 2, kColours[item.index % 2 ? 5 : 0],
        `${item.index}: ${item.nodes}\n${item.layer.mapping}\ncycles ${format.count(from)} to ${format.count(to - 1)}`,
        item.index));
      const begin = Math.max(left, x(from)), shown = Math.min(width, x(to)) - begin;
      if (shown > 40)
        marks.push(svg('text', {x: begin + 4, y: top + 11, style: 'fill:#fff;pointer-events:none'},
          `${item.index} ${item.nodes}`.slice(0, Math.floor(shown / 7))));
    }
    for (let i = 0; i <= ticks; ++i) {
      const cycle = view.from + (view.to - view.from) * i / ticks;
      marks.push(svg('line', {class: 'grid', x1: x(cycle), x2: x(cycle), y1: 0, y2: height - axis}),
        svg('text', {x: x(cycle), y: height - 6, 'text-anchor': i === ticks ? 'end' : 'middle'}, format.count(cycle)));
    }
    picture.replaceChildren(...marks.filter((made) => made !== null));
    mark();
  }
  function show(from, to) {
    const span = Math.min(total, Math.max(16, to - from));
    view.from = Math.max(0, Math.min(total - span, from));
    view.to = view.from + span;
    draw();
  }
  function zoom(factor, at) {
    const centre = at === undefined ? (view.from + view.to) / 2 : at;
    show(centre - (centre - view.from) * factor, centre + (view.to - centre) * factor);
  }
  const move = (part) => show(view.from + part * (view.to - view.from), view.to + part * (view.to - view.from));
  const cycleAt = (event) => {
    const box = picture.getBoundingClientRect();
    const place = (event.clientX - box.left) / box.width * width;
    return view.from + Math.max(0, place - left) / (width - left) * (view.to - view.from);
  };

  let pressed, dragged = false;
  picture.addEventListener('pointerdown', (event) => { pressed = cycleAt(event); dragged = false; });
  picture.addEventListener('pointerup', (event) => {
    const end = cycleAt(event);
    if (pressed !== undefined && Math.abs(end - pressed) > (view.to - view.from) / 200) {
      dragged = true;
      show(Math.min(pressed, end), Math.max(pressed, end));
    }
    pressed = undefined;
  });
  picture.addEventListener('dblclick', () => show(0, total));
  picture.addEventListener('wheel', (event) => {
    if (!event.ctrlKey)
      return; // plain turns scroll the page
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, cycleAt(event));
  }, {passive: false});
  picture.addEventListener('keydown', (event) => {
    const action = {ArrowLeft: () => move(-0.25), ArrowRight: () => move(0.25), '+': () => zoom(0.5), '-': () => zoom(2),
      0: () => show(0, total)}[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  });
  draw();
  function timelineChart() {
    const states = [...new Set(engines.flatMap((item) => item.states))];
    return chart(run.title, 'Timeline', picture, {
      text: `Cycles 0 to ${format.count(total)}: the states of ${engines.map(({engine}) => engine.name).join(', ')} in ` +
        `each layer's part.`,
      titles: ['layer', 'ONNX nodes', 'first own cycle', 'own cycles', 'engine', ...states],
      rows: parts.flatMap((part) => engines.map(({engine, states: own}) => [part.index, part.nodes, part.start, part.own,
        engine.name, ...states.map((state) => own.includes(state) ? stateCycles(part.layer, engine.name, state) : undefined)]))});
  }
  const button = (text, action) => html('button', {onclick: action}, text);
  return html('div', {}, html('div', {class: 'tools'}, button('zoom in', () => zoom(0.5)), button('zoom out', () => zoom(2)),
    button('◀', () => move(-0.25)), button('▶', () => move(0.25)), button('all', () => show(0, total)),
    html('span', {class: 'dim'}, 'drag over a range, Ctrl + wheel, or + − ← → 0 on the keyboard')), timelineChart());
}
