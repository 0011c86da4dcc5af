// The rate–distortion plane: choose a point, and see what its net rebuilds and invents.
function begin(figure) {
  const { data } = figure, plot = figure.get(".live-plot"), strip = figure.get(".live-strip");
  const { rates, distortions } = data, sum = i => rates[i] + distortions[i];
  const curves = []; // the points of each, by their rate
  for (let k = 0, at = 0; k < data.sizes.length; at += data.sizes[k++]) {
    curves.push([...Array(data.sizes[k]).keys()].map(i => at + i).sort((a, b) => rates[a] - rates[b]));
  }
  const curveOf = i => curves.findIndex(curve => curve.includes(i));
  const all = [...rates.keys()];
  let chosen = all.reduce((a, b) => (sum(b) < sum(a) ? b : a));
  const left = 84, right = plot.width - 24, top = 16, bottom = plot.height - 76;
  const range = values => {
    const low = Math.min(...values), high = Math.max(...values), room = 0.06 * (high - low) || 1;
    return [low - room, high + room];
  };
  const [r0, r1] = range(rates), [d0, d1] = range(distortions);
  const x = rate => left + (rate - r0) / (r1 - r0) * (right - left);
  const y = distortion => bottom - (distortion - d0) / (d1 - d0) * (bottom - top);
  function ticks(low, high) {
    const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= rough), found = [];
    for (let v = Math.ceil(low / step) * step; v <= high; v += step) found.push(+v.toPrecision(6));
    return found;
  }
  function draw() {
    const g = plot.getContext("2d");
    g.clearRect(0, 0, plot.width, plot.height);
    g.font = "24px sans-serif"; g.fillStyle = g.strokeStyle = figure.ink; g.lineWidth = 1;
    g.textAlign = "center";
    for (const v of ticks(r0, r1)) g.fillText(v, x(v), bottom + 30);
    g.fillText("rate, nats", (left + right) / 2, plot.height - 12);
    g.textAlign = "right";
    for (const v of ticks(d0, d1)) g.fillText(v, left - 10, y(v) + 8);
    g.save();
    g.translate(22, (top + bottom) / 2); g.rotate(-Math.PI / 2); g.textAlign = "center";
    g.fillText("distortion, nats", 0, 0);
    g.restore();
    g.globalAlpha = 0.5; g.strokeRect(left, top, right - left, bottom - top); g.globalAlpha = 1;
    g.save();
    g.beginPath(); g.rect(left, top, right - left, bottom - top); g.clip();
    g.setLineDash([10, 8]); g.lineWidth = 2; // where the sum is the same
    g.beginPath(); g.moveTo(x(r0), y(sum(chosen) - r0)); g.lineTo(x(r1), y(sum(chosen) - r1)); g.stroke();
    g.setLineDash([]);
    curves.forEach((curve, k) => {
      g.strokeStyle = g.fillStyle = figure.colors[k]; g.lineWidth = 4;
      g.beginPath();
      for (const i of curve) g.lineTo(x(rates[i]), y(distortions[i]));
      g.stroke();
      for (const i of curve) { g.beginPath(); g.arc(x(rates[i]), y(distortions[i]), 8, 0, 7); g.fill(); }
    });
    g.restore();
    figure.ring(plot, x(rates[chosen]), y(distortions[chosen]), 14, 4);
    g.textAlign = "left"; g.font = "bold 24px sans-serif";
    curves.forEach((curve, k) => {
      const middle = curve[curve.length >> 1];
      figure.write(g, data.names[k], x(rates[middle]) + 12, y(distortions[middle]) - 12, 8);
    });
    strip.getContext("2d").clearRect(0, 0, strip.width, strip.height);
    for (let j = 0; j < 10; j++) figure.thumb(strip, 10 * chosen + j, (j % 5) * 30, Math.floor(j / 5) * 30);
    figure.get(".live-text").textContent =
      `${data.names[curveOf(chosen)]}, ${data.settings[chosen]}: rate ${rates[chosen].toFixed(1)} + distortion ` +
      `${distortions[chosen].toFixed(1)} = ${sum(chosen).toFixed(1)} nats. Above: five images rebuilt; below: five new ones.`;
    figure.root.dataset.point = chosen;
  }
  const choose = i => { if (i !== chosen) { chosen = i; draw(); } };
  figure.pointer(plot, (px, py) => {
    const far = i => (x(rates[i]) - px) ** 2 + (y(distortions[i]) - py) ** 2;
    choose(all.reduce((a, b) => (far(b) < far(a) ? b : a)));
  });
  figure.arrows(plot, (dx, dy) => {
    const k = curveOf(chosen), curve = curves[k];
    if (dx) return choose(curve[clamp(curve.indexOf(chosen) + dx, 0, curve.length - 1)]);
    const other = curves[clamp(k + Math.sign(dy), 0, curves.length - 1)]; // its point of most similar rate
    const off = i => Math.abs(rates[i] - rates[chosen]);
    choose(other.includes(chosen) ? chosen : other.reduce((a, b) => (off(b) < off(a) ? b : a)));
  });
  figure.redraw = draw;
  draw();
}
