// What one unit pays for missing the target.
function begin(figure) {
  const plots = figure.all(".live-plot"), [target, mean] = figure.all("input");
  const rules = [
    ["KL", (p, q) => p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q)), (p, q) => q - p],
    ["MSE", (p, q) => (q - p) ** 2, (p, q) => 2 * (q - p) * q * (1 - q)],
  ];
  function curve(plot, which, low, high, title) {
    const g = plot.getContext("2d"), { width, height } = plot, p = +target.value, q = +mean.value;
    const top = 44, bottom = height - 44, left = 66, right = width - 14;
    const x = v => left + v * (right - left), y = v => bottom - (v - low) / (high - low) * (bottom - top);
    g.clearRect(0, 0, width, height);
    g.font = "24px sans-serif"; g.fillStyle = g.strokeStyle = figure.ink;
    g.textAlign = "left"; g.fillText(title, left, 28);
    g.lineWidth = 1; g.globalAlpha = 0.5;
    g.strokeRect(left, top, right - left, bottom - top);
    g.beginPath(); g.moveTo(left, y(0)); g.lineTo(right, y(0));
    g.moveTo(x(p), top); g.lineTo(x(p), bottom); g.stroke();
    g.globalAlpha = 1;
    g.textAlign = "center";
    for (const v of [0, 0.5, 1]) g.fillText(v, clamp(x(v), left + 8, right - 8), height - 14);
    g.textAlign = "right";
    for (const v of [low, 0, high]) g.fillText(signed(v, 1), left - 8, clamp(y(v) + 8, top + 18, bottom));
    g.save();
    g.beginPath(); g.rect(left, top, right - left, bottom - top); g.clip();
    rules.forEach((rule, k) => {
      g.strokeStyle = g.fillStyle = figure.colors[k]; g.lineWidth = 5; g.setLineDash(k ? [14, 8] : []);
      g.beginPath();
      for (let i = 0; i <= 300; i++) {
        const v = 0.001 + 0.998 * i / 300;
        g.lineTo(x(v), y(rule[which](p, v)));
      }
      g.stroke(); g.setLineDash([]);
      const dot = [x(q), clamp(y(rule[which](p, q)), top + 8, bottom - 8)];
      g.beginPath(); g.arc(...dot, 10, 0, 7); g.fill();
      g.textAlign = q > 0.5 ? "right" : "left";
      figure.write(g, rule[0], dot[0] + (q > 0.5 ? -16 : 16), clamp(dot[1] - 14, top + 22, bottom - 8), 8);
    });
    g.restore();
  }
  function draw() {
    const p = +target.value, q = +mean.value;
    curve(plots[0], 1, 0, 2, "penalty");
    curve(plots[1], 2, -0.5, 1, "gradient in z");
    for (const input of [target, mean]) input.nextElementSibling.value = (+input.value).toFixed(3);
    const cells = figure.all("tbody td");
    figure.all("tbody th").forEach((head, k) => { head.style.borderLeftColor = figure.colors[k]; });
    rules.forEach(([, value, gradient], k) => {
      cells[2 * k].textContent = signed(value(p, q), 4);
      cells[2 * k + 1].textContent = signed(gradient(p, q), 4);
    });
  }
  for (const input of [target, mean]) input.addEventListener("input", draw);
  plots.forEach(plot => {
    const set = v => { mean.value = v; draw(); };
    figure.pointer(plot, x => set((x - 66) / (plot.width - 80)));
  });
  figure.redraw = draw;
  draw();
}
