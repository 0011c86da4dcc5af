// Every live figure in the browser: reads what packing.py packed, draws, handles, starts. No library, no
// request. Around these files common.py puts a function of `id`, the figure's own; `begin` is in the
// file of its kind.

// --- data -------------------------------------------------------------------------------------
const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const shorts = text => new Uint16Array(bytes(text).buffer);
const floats = text => { // float32 less its last byte, as three planes of bytes
  const b = bytes(text), n = b.length / 3, words = new Uint32Array(n);
  for (let i = 0; i < n; i++) words[i] = (b[i] << 24) | (b[n + i] << 16) | (b[2 * n + i] << 8);
  return new Float32Array(words.buffer);
};

// --- drawing and handling ---------------------------------------------------------------------
const signed = (v, digits = 2) => v.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "−");
const clamp = (v, low, high) => Math.min(high, Math.max(low, v));
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Figure {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.redraw = () => {};
  }
  get(selector) { return this.root.querySelector(selector); }
  all(selector) { return [...this.root.querySelectorAll(selector)]; }
  get ink() { return getComputedStyle(this.root).color; }
  get ground() { return getComputedStyle(this.root).backgroundColor; }
  /** The colors of classes or curves on this ground: the ink is light where it is dark. */
  get colors() {
    const [red, green, blue] = this.ink.match(/[\d.]+/g).map(Number);
    return this.data.colors[red + green + blue > 382 ? "dark" : "light"];
  }

  /** Call `act(x, y)` in the canvas's own units where it is pressed and dragged, or touched. */
  pointer(canvas, act, hover) {
    const at = (event, call) => {
      const box = canvas.getBoundingClientRect();
      call((event.clientX - box.left) * canvas.width / box.width,
           (event.clientY - box.top) * canvas.height / box.height);
    };
    canvas.addEventListener("pointerdown", event => {
      canvas.setPointerCapture(event.pointerId);
      at(event, act);
    });
    canvas.addEventListener("pointermove", event => {
      if (canvas.hasPointerCapture(event.pointerId)) at(event, act);
      else if (hover) at(event, hover);
    });
  }
  /** Call `step(dx, dy)` for the arrow keys, ten times as far with Shift. */
  arrows(canvas, step) {
    canvas.addEventListener("keydown", event => {
      const direction = ARROWS[event.key];
      if (!direction) return;
      const far = event.shiftKey ? 10 : 1;
      step(direction[0] * far, direction[1] * far);
      event.preventDefault();
    });
  }
  /** Gray values 0 … 1, ink on white. */
  picture(canvas, values) {
    const g = canvas.getContext("2d"), image = g.createImageData(28, 28);
    for (let i = 0; i < 784; i++) {
      image.data.fill(255 * (1 - values[i]), 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    }
    g.putImageData(image, 0, 0);
  }
  /** Image number i of the sheet. */
  thumb(canvas, i, x = 0, y = 0, size = 28) {
    const columns = this.sheet.width / 28, g = canvas.getContext("2d");
    g.drawImage(this.sheet, (i % columns) * 28, Math.floor(i / columns) * 28, 28, 28, x, y, size, size);
  }
  /** Points (n pairs in 0 … 65535) as a picture of dots, with the classes' names. */
  dots(canvas, points, labels, place) {
    const { names } = this.data, { colors } = this, size = canvas.width;
    const layer = Object.assign(document.createElement("canvas"), { width: size, height: canvas.height });
    const g = layer.getContext("2d"), radius = size / 210;
    labels.forEach((label, i) => {
      const [x, y] = place(points, i);
      g.fillStyle = colors[label];
      g.beginPath(); g.arc(x, y, radius, 0, 7); g.fill();
    });
    const median = list => list.sort((a, b) => a - b)[list.length >> 1];
    const taken = [];
    g.font = `${size / 26}px sans-serif`;
    g.textAlign = "center";
    names.map((name, k) => {
      const own = [...labels.keys()].filter(i => labels[i] === k).map(i => place(points, i));
      return { name, x: median(own.map(p => p[0])), y: median(own.map(p => p[1])) };
    }).sort((a, b) => b.y - a.y).forEach(({ name, x, y }) => {
      const half = g.measureText(name).width / 2 + 4;
      x = clamp(x, half, size - half);
      while (taken.some(t => Math.abs(t.x - x) < t.half + half && Math.abs(t.y - y) < size / 24)) y -= 4;
      taken.push({ x, y, half });
      this.write(g, name, x, y, size / 90);
    });
    return layer;
  }
  /** Text that can be read on top of dots and curves. */
  write(g, text, x, y, halo) {
    Object.assign(g, { lineJoin: "round", lineWidth: halo, strokeStyle: this.ground, fillStyle: this.ink });
    g.strokeText(text, x, y); g.fillText(text, x, y);
  }
  ring(canvas, x, y, radius, width = 4) {
    const g = canvas.getContext("2d");
    for (const [color, w] of [[this.ground, width + 4], [this.ink, width]]) {
      g.beginPath(); g.arc(x, y, radius, 0, 7); g.lineWidth = w; g.strokeStyle = color; g.stroke();
    }
  }
}

// --- start: when the figure comes near the screen, not before ---------------------------------
const root = document.querySelector(`#${id}:not([data-begun])`); // a copied cell has the same id
root.dataset.begun = "yes";
async function start() {
  const data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  const figure = new Figure(root, data);
  if (data.sheet) {
    figure.sheet = new Image();
    figure.sheet.src = data.sheet;
    await figure.sheet.decode();
  }
  begin(figure);
  // else JupyterLab takes a key for one of its own: d, pressed twice, deletes the cell
  for (const control of figure.all("canvas, input, button")) control.dataset.lmSuppressShortcuts = "";
  const redraw = () => figure.redraw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  const themes = new MutationObserver(redraw); // of the book; of JupyterLab and VS Code
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind"] });
  root.dataset.live = "yes";
}
new IntersectionObserver((entries, observer) => {
  if (entries.some(entry => entry.isIntersecting)) { observer.disconnect(); start(); }
}, { rootMargin: "400px" }).observe(root);
