// Entry: the runs, the choice between them, and what the address asks for.

function main() {
  const runs = JSON.parse(document.getElementById('reports').textContent).map(makeRun);
  const views = runs.map((run) => [runs.length > 1 ? `${letter(run)}: ${run.file}` : run.file, () => runPage(run)]);
  if (runs.length > 1)
    views.unshift(['Compare', () => comparePage(runs)]);
  for (const run of runs)
    run.view = run.index + views.length - runs.length;
  const body = html('div');
  const buttons = views.map(([name], i) => html('button', {onclick: () => location.hash = address(i)}, name));
  let shown, page;
  function follow() {
    const {view, layer} = place();
    const wanted = view < views.length ? view : 0;
    if (wanted !== shown) {
      shown = wanted;
      page = views[shown][1]();
      body.replaceChildren(...page.parts.flat(Infinity));
      buttons.forEach((button, i) => button.setAttribute('aria-pressed', i === shown));
    }
    page.show(layer < page.layers ? layer : undefined);
    mark();
  }
  document.title = `Weft report: ${[...new Set(runs.map((run) => run.report.run.network))].join(', ')}`;
  document.getElementById('page').append(runs.length > 1 ? html('nav', {}, buttons) : '', body);
  addEventListener('hashchange', follow);
  follow();
}

main();
