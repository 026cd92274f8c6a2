// What the page shows is in its address, so that links and the browser's history lead there: #2 is the second run of a
// comparison, #layer=5 a layer, #2&layer=5 both.

function place() {
  const number = (pattern) => {
    const found = pattern.exec(location.hash);
    return found ? Number(found[1]) : undefined;
  };
  return {view: number(/^#(\d+)/) ?? 0, layer: number(/\blayer=(\d+)/)};
}

const address = (view, layer) =>
  '#' + [...(view > 0 ? [view] : []), ...(layer === undefined ? [] : [`layer=${layer}`])].join('&');

// Marks whatever stands for the layer of the address. To be called by those who draw it, too.
function mark() {
  const {layer} = place();
  for (const element of document.querySelectorAll('[data-layer]'))
    element.classList.toggle('selected', Number(element.dataset.layer) === layer);
}
