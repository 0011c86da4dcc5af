// A plane of two codings: drag, and the decoder answers.
function begin(figure) {
  const { data } = figure, plot = figure.get(".live-plot"), size = plot.width, range = data.range;
  const layers = unpackLayers(data.layers), points = shorts(data.points), labels = bytes(data.labels);
  const decode = z => layers.reduce(dense, z);
  const z = Float32Array.of(0, 0);
  const toPixel = v => (v + range) / (2 * range) * size, toCoding = x => x / size * 2 * range - range;
  const place = (p, i) => [p[2 * i] / 65535 * size, size - p[2 * i + 1] / 65535 * size];
  let layer = null;
  function background() {
    layer = figure.dots(plot, points, labels, place);
    const g = layer.getContext("2d");
    g.globalCompositeOperation = "destination-over"; // the axes lie under the dots
    g.strokeStyle = g.fillStyle = figure.ink; g.globalAlpha = 0.35; g.lineWidth = 1.5;
    g.beginPath();
    g.moveTo(size / 2, 0); g.lineTo(size / 2, size); g.moveTo(0, size / 2); g.lineTo(size, size / 2);
    g.stroke();
    g.globalAlpha = 0.9; g.font = `${size / 28}px sans-serif`;
    for (let v = -Math.floor(range); v <= range; v++) {
      if (v === 0) continue;
      g.textAlign = "center"; g.fillText(signed(v, 0), toPixel(v), size - 8);
      if (v === -Math.floor(range)) continue; // the corner has one number already
      g.textAlign = "left"; g.fillText(signed(v, 0), 6, size - toPixel(v) + size / 90);
    }
  }
  function draw() {
    const g = plot.getContext("2d");
    g.clearRect(0, 0, size, size);
    g.drawImage(layer, 0, 0);
    figure.ring(plot, toPixel(z[0]), size - toPixel(z[1]), 14, 5);
    figure.picture(figure.get(".live-picture"), decode(z));
    figure.get(".live-text").textContent = `Decoded from z = (${signed(z[0])}, ${signed(z[1])}).`;
  }
  function move(a, b) {
    z[0] = clamp(a, -range, range); z[1] = clamp(b, -range, range);
    draw();
  }
  figure.pointer(plot, (x, y) => move(toCoding(x), -toCoding(y)));
  figure.arrows(plot, (dx, dy) => move(z[0] + 0.05 * dx, z[1] - 0.05 * dy));
  figure.redraw = () => { background(); draw(); };
  figure.root.decode = decode;
  checkDecoder(figure, decode);
  figure.redraw();
}
