// Entry: the runs, and the choice between them.

function main() {
  const runs = JSON.parse(document.getElementById('reports').textContent).map(makeRun);
  const body = html('div');
  const views = runs.map((run) => [runs.length > 1 ? `${letter(run)}: ${run.file}` : run.file, () => runPage(run)]);
  if (runs.length > 1)
    views.unshift(['Compare', () => comparePage(runs)]);
  const buttons = views.map(([name], i) => html('button', {onclick: () => show(i)}, name));
  function show(index) {
    buttons.forEach((button, i) => button.setAttribute('aria-pressed', i === index));
    body.replaceChildren(...views[index][1]().flat(Infinity));
  }
  document.title = `Weft report: ${[...new Set(runs.map((run) => run.report.run.network))].join(', ')}`;
  document.getElementById('page').append(runs.length > 1 ? html('nav', {}, buttons) : '', body);
  // #N shows the N-th run of a comparison, #layer=N (or #N&layer=M) chooses a layer.
  const wanted = Number((/^#(\d+)/.exec(location.hash) || [])[1]);
  show(wanted > 0 && wanted < views.length ? wanted : 0);
}

main();
