// The browser's side of live_figures.py: no library, no request; each kind of figure below.
(function (id) {
  "use strict";

  // --- data: what live_figures.py packed -------------------------------------------------
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const shorts = text => new Uint16Array(bytes(text).buffer);
  const floats = text => { // float32 less its last byte, as three planes of bytes
    const b = bytes(text), n = b.length / 3, words = new Uint32Array(n);
    for (let i = 0; i < n; i++) words[i] = (b[i] << 24) | (b[n + i] << 16) | (b[2 * n + i] << 8);
    return new Float32Array(words.buffer);
  };

  // --- nets: a stack of dense layers, as Keras computes it ----------------------------------
  const sigmoid = v => 1 / (1 + Math.exp(-v));
  const ACTIVATIONS = {
    linear: v => v,
    relu: v => Math.max(v, 0),
    sigmoid,
    silu: v => v * sigmoid(v),
    selu: v => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v)),
  };
  const unpackLayers = layers =>
    layers.map(l => ({ kernel: floats(l.kernel), bias: floats(l.bias), f: ACTIVATIONS[l.activation] }));
  function dense(x, { kernel, bias, f }) {
    const m = bias.length, y = Float32Array.from(bias);
    for (let i = 0; i < x.length; i++) {
      const xi = x[i];
      if (xi !== 0) for (let j = 0, at = i * m; j < m; j++) y[j] += xi * kernel[at + j];
    }
    for (let j = 0; j < m; j++) y[j] = f(y[j]);
    return y;
  }

  // --- drawing and handling, shared by all kinds --------------------------------------------
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
    /** How far this page's numbers are from those that Keras stored in it. */
    check(largest) {
      this.root.dataset.largestDifference = largest;
      const bound = 10 ** Math.ceil(Math.log10(Math.max(largest, 1e-7))); // the power of ten above it
      this.get(".live-check").textContent =
        `Checked as the page opened: this browser and Keras differ by less than ${bound.toFixed(7).replace(/0+$/, "")}.`;
    }
    checkDecoder(decode) {
      const { codings, pictures } = this.data.check, width = this.data.n_codings;
      const z = floats(codings), stored = shorts(pictures);
      let largest = 0;
      for (let i = 0; i * width < z.length; i++) {
        decode(z.subarray(i * width, (i + 1) * width)).forEach((v, j) => {
          largest = Math.max(largest, Math.abs(v - stored[784 * i + j] / 65535));
        });
      }
      this.check(largest);
    }
  }

  const KINDS = {
    // --- a map of images: point at a dot ------------------------------------------------------
    map(figure) {
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
          `${data.names[labels[chosen]]}, image ${chosen}. Of its 10 nearest dots here, ${alike} ` +
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
    },

    // --- a plane of two codings: drag, and the decoder answers --------------------------------
    plane(figure) {
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
      figure.checkDecoder(decode);
      figure.redraw();
    },

    // --- all codings as sliders, and a walk between two images --------------------------------
    walk(figure) {
      const { data } = figure, layers = unpackLayers(data.layers), codings = floats(data.codings);
      const decode = z => layers.reduce(dense, z), width = data.n_codings;
      const z = new Float32Array(width), sliders = figure.all(".live-coding input");
      const ends = figure.all(".live-end input"), walk = figure.get(".live-walk input");
      const coding = i => codings.subarray(i * width, (i + 1) * width);
      let walking = false, start = null;
      function draw() {
        figure.picture(figure.get(".live-picture"), decode(z));
        sliders.forEach((slider, i) => { slider.value = z[i]; slider.nextElementSibling.value = signed(z[i]); });
      }
      function step() {
        const [from, to] = ends.map(end => coding(+end.value)), t = +walk.value;
        for (let i = 0; i < width; i++) z[i] = (1 - t) * from[i] + t * to[i];
        walk.nextElementSibling.value = `${Math.round(100 * t)}%`;
        draw();
      }
      ends.forEach(end => {
        const show = () => {
          const canvas = end.closest(".live-end").querySelector("canvas");
          figure.thumb(canvas, +end.value);
          end.setAttribute("aria-valuetext", data.names[data.labels[+end.value]]);
        };
        end.addEventListener("input", () => { walking = false; show(); step(); });
        show();
      });
      walk.addEventListener("input", () => { walking = false; step(); });
      sliders.forEach((slider, i) => slider.addEventListener("input", () => { walking = false; z[i] = +slider.value; draw(); }));
      function frame(now) {
        if (!walking) return; // a hand on a control ends the walk
        start ??= now;
        walk.value = Math.min((now - start) / 2000, 1);
        step();
        if (+walk.value < 1) requestAnimationFrame(frame);
        else walking = false;
      }
      figure.get(".live-go").addEventListener("click", () => {
        start = null;
        if (!walking) requestAnimationFrame(frame);
        walking = true;
      });
      figure.get(".live-zero").addEventListener("click", () => { walking = false; z.fill(0); draw(); });
      figure.root.decode = decode;
      figure.checkDecoder(decode);
      step();
    },

    // --- the codings of several nets, side by side --------------------------------------------
    codings(figure) {
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
    },

    // --- what one unit pays for missing the target --------------------------------------------
    penalty(figure) {
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
    },

    // --- type a word: its pieces, and its nearest words ---------------------------------------
    words(figure) {
      const { data } = figure, input = figure.get("input"), words = data.words.split("\n");
      const numbers = new Map([...data.characters].map((c, i) => [c, i + 2]));
      const embedding = floats(data.embedding), depth = data.depth, rows = embedding.length / depth;
      // Embedding and convolution are both linear: one table of responses for each place of a filter.
      const filters = data.filters.map(({ width, kernel, bias }) => {
        const k = floats(kernel), b = floats(bias), m = b.length, table = new Float32Array(width * rows * m);
        for (let o = 0; o < width; o++) for (let v = 0; v < rows; v++) for (let d = 0; d < depth; d++) {
          const e = embedding[v * depth + d], at = (o * rows + v) * m, from = (o * depth + d) * m;
          for (let j = 0; j < m; j++) table[at + j] += e * k[from + j];
        }
        return { width, m, table, bias: b, left: (width - 1) >> 1 };
      });
      const mix = unpackLayers([data.mix])[0], length = data.length, head = length >> 1;
      function encode(word) {
        let letters = [...word.normalize("NFC")];
        if (letters.length > length) letters = [...letters.slice(0, head), ...letters.slice(head - length)];
        const row = new Uint8Array(length);
        letters.forEach((c, i) => { row[i] = numbers.get(c) ?? 1; });
        return [row, letters];
      }
      /** The vector of a word; and into `won`, where each filter found its strongest piece. */
      function read(row, won) {
        const strongest = [];
        for (const { width, m, table, bias, left } of filters) {
          const best = new Float32Array(m), place = new Int16Array(m).fill(-1), sum = new Float32Array(m);
          for (let i = 0; i < length; i++) {
            sum.set(bias);
            for (let o = 0; o < width; o++) {
              const at = i - left + o;
              if (at < 0 || at >= length) continue; // zeros beyond the array
              const from = (o * rows + row[at]) * m;
              for (let j = 0; j < m; j++) sum[j] += table[from + j];
            }
            for (let j = 0; j < m; j++) if (sum[j] > best[j]) { best[j] = sum[j]; place[j] = i - left; }
          }
          strongest.push(...best);
          if (won) place.forEach((at, j) => { if (best[j] > 0) won.push([at, width]); });
        }
        const vector = dense(strongest, mix);
        const norm = Math.sqrt(vector.reduce((s, v) => s + v * v, 0));
        return vector.map(v => v / norm);
      }
      const vectors = new Float32Array(words.length * data.n_outputs);
      let done = 0;
      function pieces(letters, won) {
        const counts = new Map();
        for (const [at, width] of won) {
          let piece = "";
          for (let i = at; i < at + width; i++) piece += letters[i] ?? (i < 0 ? "" : "·");
          piece = piece.replace(/·+$/, "·");
          if (piece.replace("·", "")) counts.set(piece, (counts.get(piece) ?? 0) + 1);
        }
        return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 8);
      }
      /** Optimal string alignment: letters left out, put in, replaced, or swapped with the next. */
      function edits(a, b) {
        let before = null, last = [...Array(b.length + 1).keys()];
        for (let i = 1; i <= a.length; i++) {
          const now = [i];
          for (let j = 1; j <= b.length; j++) {
            now[j] = Math.min(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) now[j] = Math.min(now[j], before[j - 2] + 1);
          }
          before = last; last = now;
        }
        return last[b.length];
      }
      function list(selector, found, text) {
        figure.get(selector).replaceChildren(...found.map(([score, i]) => {
          const item = document.createElement("li");
          item.textContent = `${words[i]}  ${text(score)}`;
          return item;
        }));
      }
      function answer() {
        const word = input.value.trim().toLowerCase();
        if (done < words.length) return;
        const say = figure.get(".live-text");
        if (!word) {
          say.textContent = "Type a word.";
          for (const part of ["ol.live-by-net", "ol.live-by-edits", ".live-pieces"]) figure.get(part).replaceChildren();
          return;
        }
        const [row, letters] = encode(word), won = [], vector = read(row, won), width = data.n_outputs;
        const scores = words.map((_, i) => {
          let s = 0;
          for (let j = 0; j < width; j++) s += vector[j] * vectors[i * width + j];
          return [s, i];
        });
        const strange = letters.filter(c => !numbers.has(c));
        say.textContent = words.includes(word) ? `“${word}” is in the vocabulary.`
          : `“${word}” is not among the ${words.length.toLocaleString("en")} words.`;
        if (strange.length) say.textContent += ` Unknown to the net: ${strange.join(" ")}.`;
        figure.get(".live-pieces").replaceChildren(...pieces(letters, won).map(([piece, count]) => {
          const chip = document.createElement("span");
          chip.className = "live-piece";
          chip.textContent = `${piece} × ${count}`;
          return chip;
        }));
        list("ol.live-by-net", scores.sort((a, b) => b[0] - a[0]).slice(0, 6), s => signed(s));
        const typed = [...word];
        list("ol.live-by-edits", words.map((w, i) => [edits(typed, w), i]).sort((a, b) => a[0] - b[0]).slice(0, 6),
             s => `${s} edit${s === 1 ? "" : "s"}`);
      }
      function readSome() { // a slice at a time, so that the page stays alive
        const stop = performance.now() + 12;
        while (done < words.length && performance.now() < stop) {
          vectors.set(read(encode(words[done])[0]), done * data.n_outputs);
          done++;
        }
        if (done < words.length) return setTimeout(readSome, 0);
        figure.root.dataset.ready = "yes";
        answer();
      }
      input.addEventListener("input", answer);
      figure.all("button").forEach(button => button.addEventListener("click", () => { input.value = button.textContent; answer(); }));
      const stored = floats(data.check.vectors);
      let largest = 0;
      data.check.words.forEach((word, i) => read(encode(word)[0]).forEach((v, j) => {
        largest = Math.max(largest, Math.abs(v - stored[i * data.n_outputs + j]));
      }));
      figure.check(largest);
      figure.root.vectorOf = word => read(encode(word)[0]);
      readSome();
    },
  };

  // --- start: when the figure comes near the screen, not before -------------------------------
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
    KINDS[data.kind](figure);
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
})
