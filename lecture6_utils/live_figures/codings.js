// The codings of several nets, side by side.
function begin(figure) {
  const { data } = figure, sheet = figure.get(".live-sheet"), nets = data.nets.map(bytes);
  const panels = figure.all(".live-heat"), columns = panels[0].width / 14, rows = panels[0].height / 14;
  const n = nets[0].length / data.n_units, across = sheet.width / 28;
  let image = 0, unit = [0, 0];
  function heat(panel, k) {
    const g = panel.getContext("2d"), own = nets[k].subarray(image * data.n_units, (image + 1) * data.n_units);
    g.clearRect(0, 0, panel.width, panel.height);
    g.fillStyle = figure.ink;
    own.forEach((v, i) => {
      const x = (i % columns) * 14, y = Math.floor(i / columns) * 14;
      g.globalAlpha = 0.07; g.fillRect(x + 1, y + 1, 12, 12);
      g.globalAlpha = v / 255; g.fillRect(x + 1, y + 1, 12, 12);
    });
    g.globalAlpha = 1;
    const active = own.filter(v => v >= data.threshold).length;
    panel.nextElementSibling.textContent = `${active} of ${data.n_units} active`;
    if (unit[0] === k) {
      g.strokeStyle = data.accent; g.lineWidth = 4;
      g.strokeRect((unit[1] % columns) * 14, Math.floor(unit[1] / columns) * 14, 14, 14);
    }
  }
  function draw() {
    const g = sheet.getContext("2d"), x = (image % across) * 28, y = Math.floor(image / across) * 28;
    g.clearRect(0, 0, sheet.width, sheet.height);
    g.drawImage(figure.sheet, 0, 0);
    g.strokeStyle = data.accent; g.lineWidth = 5;
    g.strokeRect(x, y, 28, 28);
    figure.thumb(figure.get(".live-picture"), image);
    panels.forEach(heat);
    const [k, u] = unit, values = [...Array(n).keys()].map(i => [nets[k][i * data.n_units + u], i]);
    const strip = figure.get(".live-strip"), s = strip.getContext("2d");
    const best = values.sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, 10).filter(pair => pair[0] >= data.threshold);
    s.clearRect(0, 0, strip.width, strip.height);
    best.forEach(([, i], j) => figure.thumb(strip, i, (j % 5) * 30, Math.floor(j / 5) * 30));
    const own = nets[k][image * data.n_units + u] / 255;
    figure.get(".live-text").textContent =
      `${data.names[k]}, unit ${u}: ${own.toFixed(2)} for this image. ` +
      (best.length ? `Its strongest images of these ${n} (from ${(best[0][0] / 255).toFixed(2)} down):`
                   : `It is active for none of these ${n} images.`);
    Object.assign(figure.root.dataset, { image, unit: unit.join(" "), strongest: best.map(pair => pair[1]).join(" ") });
  }
  const pick = (x, y) => { image = clamp(Math.floor(y / 28) * across + clamp(Math.floor(x / 28), 0, across - 1), 0, n - 1); draw(); };
  figure.pointer(sheet, pick);
  figure.arrows(sheet, (dx, dy) => { image = clamp(image + dx + dy * across, 0, n - 1); draw(); });
  panels.forEach((panel, k) => {
    const choose = (x, y) => { unit = [k, clamp(y, 0, rows - 1) * columns + clamp(x, 0, columns - 1)]; draw(); };
    figure.pointer(panel, (x, y) => choose(Math.floor(x / 14), Math.floor(y / 14)));
    figure.arrows(panel, (dx, dy) => {
      const u = unit[0] === k ? unit[1] : 0;
      choose(u % columns + dx, Math.floor(u / columns) + dy);
    });
  });
  figure.redraw = draw;
  draw();
}
