// A map of images: point at a dot.
function begin(figure) {
  const { data } = figure, plot = figure.get(".live-plot"), size = plot.width, pad = 16;
  const maps = data.maps.map(shorts), labels = bytes(data.labels), n = labels.length;
  let shown = data.maps.length - 1, chosen = 0, layers = [];
  const scale = v => pad + v / 65535 * (size - 2 * pad);
  const place = (points, i) => [scale(points[2 * i]), size - scale(points[2 * i + 1])];
  function nearest(x, y, count, skip) {
    const found = [];
    for (let i = 0; i < n; i++) {
      const [a, b] = place(maps[shown], i);
      if (!skip || !skip(a - x, b - y, i)) found.push([(a - x) ** 2 + (b - y) ** 2, i]);
    }
    return found.sort((a, b) => a[0] - b[0]).slice(0, count).map(pair => pair[1]);
  }
  function draw() {
    layers[shown] ??= figure.dots(plot, maps[shown], labels, place);
    const g = plot.getContext("2d"), [x, y] = place(maps[shown], chosen);
    const around = nearest(x, y, 10, (dx, dy, i) => i === chosen);
    g.clearRect(0, 0, size, size);
    g.drawImage(layers[shown], 0, 0);
    around.forEach(i => figure.ring(plot, ...place(maps[shown], i), 7, 2));
    figure.ring(plot, x, y, 14);
    figure.thumb(figure.get(".live-picture"), chosen);
    const strip = figure.get(".live-strip");
    strip.getContext("2d").clearRect(0, 0, strip.width, strip.height);
    around.forEach((i, k) => figure.thumb(strip, i, (k % 5) * 30, Math.floor(k / 5) * 30));
    const alike = around.filter(i => labels[i] === labels[chosen]).length;
    figure.get(".live-text").textContent =
      `${data.names[labels[chosen]]}, image ${chosen}. Of its ${around.length} nearest dots here, ${alike} ` +
      `${alike === 1 ? "has" : "have"} the same label:`;
    figure.root.dataset.chosen = chosen;
  }
  const choose = i => { if (i !== undefined && i !== chosen) { chosen = i; draw(); } };
  figure.pointer(plot, (x, y) => choose(nearest(x, y, 1)[0]), (x, y) => choose(nearest(x, y, 1)[0]));
  figure.arrows(plot, (dx, dy) => {
    const [x, y] = place(maps[shown], chosen);
    const behind = (ax, ay, i) => i === chosen || ax * dx + ay * dy <= Math.abs(ax * dy) + Math.abs(ay * dx);
    choose(nearest(x, y, 1, behind)[0]);
  });
  figure.all("input[type=radio]").forEach((radio, k) => {
    radio.addEventListener("change", () => { shown = k; draw(); });
  });
  figure.redraw = () => { layers = []; draw(); };
  draw();
}
