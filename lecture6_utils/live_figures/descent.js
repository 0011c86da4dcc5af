// Points that move: a slider over the steps of a descent.
function begin(figure) {
  const { data } = figure, plot = figure.get(".live-plot"), size = plot.width, pad = 24;
  const slider = figure.get("input[type=range]"), play = figure.get("button"), text = figure.get(".live-text");
  const runs = data.maps.map(shorts), labels = bytes(data.labels), n = labels.length;
  let run = 0, playing = 0;
  const scale = v => pad + v / 65535 * (size - 2 * pad);
  const place = (points, i) => [scale(points[2 * i]), size - scale(points[2 * i + 1])];
  function draw() {
    const k = +slider.value, points = runs[run].subarray(2 * n * k, 2 * n * (k + 1));
    const g = plot.getContext("2d"), { colors } = figure;
    g.clearRect(0, 0, size, size);
    labels.forEach((label, i) => { // few dots, so larger ones than those of a map of thousands
      g.fillStyle = colors[label];
      g.beginPath(); g.arc(...place(points, i), size / 110, 0, 7); g.fill();
    });
    g.drawImage(figure.dots(plot, points, labels, place), 0, 0); // with the names
    const step = `${data.steps[k]}`;
    slider.nextElementSibling.value = step;
    slider.setAttribute("aria-valuetext", `step ${step}`);
    text.textContent = `Step ${step} of ${data.steps.at(-1)}: the divergence is ` +
      `${data.losses[run][k].toFixed(3)}, and the map is ${width(data.widths[run][k])} wide.`;
    Object.assign(figure.root.dataset, { step, run });
  }
  const width = v => v >= 1 ? v.toFixed(1) : v.toPrecision(2);
  function stop() {
    playing = 0;
    play.textContent = "Play";
    text.setAttribute("aria-live", "polite");
  }
  function start() {
    if (slider.value === slider.max) slider.value = 0;
    const begun = playing = performance.now(), from = +slider.value;
    play.textContent = "Stop";
    text.setAttribute("aria-live", "off"); // else each step would be read out
    const frame = now => {
      if (playing !== begun) return; // a hand on a control ends it
      const k = Math.min(from + Math.floor((now - begun) / 120), +slider.max);
      if (k > +slider.value) { slider.value = k; draw(); }
      if (k < +slider.max) requestAnimationFrame(frame);
      else { stop(); draw(); }
    };
    draw();
    requestAnimationFrame(frame);
  }
  slider.addEventListener("input", () => { stop(); draw(); });
  play.addEventListener("click", () => { if (playing) stop(); else start(); });
  figure.all("input[type=radio]").forEach((radio, k) => {
    radio.addEventListener("change", () => { run = k; draw(); });
  });
  figure.redraw = draw;
  draw();
}
