// Type a word: the filters that decide its class, where they respond, to which pieces, for which classes.

// As `as_typed` in words.py: JavaScript's own trim leaves U+001C … U+001F and U+0085, and takes U+FEFF.
const SPACES = "(?:[^\\S\\ufeff]|[\\x1c-\\x1f\\x85])+";
const ENDS = new RegExp(`^${SPACES}|${SPACES}$`, "g");
const asTyped = text => text.replace(ENDS, "").toLowerCase().normalize("NFC");

function begin(figure) {
  const { data } = figure, { length, padding, width, depth, classes } = data;
  const input = figure.get("input"), grid = figure.get(".live-grid"), words = data.words.split("\n");
  const numbers = new Map([...data.characters].map((c, i) => [c, i + 2]));
  const embedding = floats(data.embedding), rows = embedding.length / depth;
  const kernel = floats(data.kernel), bias = floats(data.bias), m = bias.length;
  const [output] = unpackLayers([data.output]), places = length + 2 * padding, windows = places - width + 1;
  // Embedding and convolution are both linear: one table of responses for each place of a filter.
  const table = new Float32Array(width * rows * m);
  for (let o = 0; o < width; o++) for (let v = 0; v < rows; v++) for (let d = 0; d < depth; d++) {
    const e = embedding[v * depth + d], at = (o * rows + v) * m, from = (o * depth + d) * m;
    for (let j = 0; j < m; j++) table[at + j] += e * kernel[from + j];
  }
  /** The letters that are kept of a word, and their numbers between zeros. */
  function encode(word) {
    let letters = [...word];
    if (letters.length > length) {
      const head = length >> 1;
      letters = [...letters.slice(0, head), ...letters.slice(head - length)];
    }
    const row = new Uint8Array(places);
    letters.forEach((c, i) => { row[padding + i] = numbers.get(c) ?? 1; });
    return [row, letters];
  }
  /** The response of filter j to the window that begins at a place. */
  function response(row, at, j) {
    let sum = bias[j];
    for (let o = 0; o < width; o++) sum += table[(o * rows + row[at + o]) * m + j];
    return Math.max(sum, 0);
  }
  function read(row) {
    const best = new Float32Array(m);
    for (let at = 0; at < windows; at++) {
      const sum = Float32Array.from(bias);
      for (let o = 0; o < width; o++) {
        const from = (o * rows + row[at + o]) * m;
        for (let j = 0; j < m; j++) sum[j] += table[from + j];
      }
      for (let j = 0; j < m; j++) if (sum[j] > best[j]) best[j] = sum[j];
    }
    return [best, dense(best, output)];
  }
  function softmax(logits) {
    const top = Math.max(...logits), odds = Array.from(logits, v => Math.exp(v - top));
    const all = odds.reduce((a, b) => a + b);
    return odds.map(v => v / all);
  }
  const piece = (letters, at) =>
    Array.from({ length: width }, (_, o) => letters[at - padding + o] ?? "·").join("");
  /** The pieces of all words to which filter j responds most, with the response. */
  function grams(j, n = 6) {
    const found = new Map();
    for (const word of words) {
      const [row, letters] = encode(word);
      for (let at = 0; at < Math.min(windows, letters.length + 2 * padding - width + 1); at++) {
        const name = piece(letters, at);
        if (!found.has(name)) found.set(name, response(row, at, j));
      }
    }
    return [...found].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, n);
  }
  const weight = (j, k) => output.kernel[j * classes.length + k];

  let shown = [], word = "", letters = [], row = null, chosen = 0;
  const LEFT = 92, TOP = 34, CELL = 26;
  const list = (selector, items) => figure.get(selector).replaceChildren(...items.map(text => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
  function tell() { // about the chosen filter
    const j = shown[chosen];
    if (j === undefined) {
      figure.get(".live-chosen").textContent = "";
      list(".live-grams", []); list(".live-weights", []);
      return;
    }
    let at = 0;
    for (let i = 1; i < windows; i++) if (response(row, i, j) > response(row, at, j)) at = i;
    figure.get(".live-chosen").textContent = `Filter ${j} responds most to “${piece(letters, at)}”, with ${signed(response(row, at, j))}.`;
    list(".live-grams", grams(j).map(([name, value]) => `${name}  ${signed(value)}`));
    const order = classes.map((_, k) => k).sort((a, b) => Math.abs(weight(j, b)) - Math.abs(weight(j, a)));
    list(".live-weights", order.slice(0, 6).map(k => `${classes[k]}  ${signed(weight(j, k))} × response`));
  }
  figure.redraw = () => {
    const columns = letters.length + 2 * padding;
    grid.width = LEFT + columns * CELL + 2; // which also clears it
    const g = grid.getContext("2d");
    g.fillStyle = figure.ink;
    g.font = "20px sans-serif";
    g.textAlign = "center";
    const letter = i => letters[i - padding] ?? "·";
    for (let i = 0; i < columns; i++) g.fillText(letter(i), LEFT + (i + 0.5) * CELL, TOP - 12);
    const half = (width - 1) / 2;
    shown.forEach((j, r) => {
      const values = Array.from({ length: Math.max(columns - width + 1, 0) }, (_, at) => response(row, at, j));
      const most = Math.max(...values, 1e-9), y = TOP + r * CELL;
      g.textAlign = "right";
      g.font = "17px sans-serif";
      g.fillText(`filter ${j}`, LEFT - 8, y + 19);
      values.forEach((value, at) => {
        g.globalAlpha = 0.06 + 0.94 * value / most;
        g.fillRect(LEFT + (at + half) * CELL + 1, y + 1, CELL - 2, CELL - 2);
        g.globalAlpha = 1;
      });
      if (r === chosen) {
        g.strokeStyle = figure.ink;
        g.lineWidth = 2;
        g.strokeRect(2, y, LEFT + columns * CELL - 3, CELL);
      }
    });
  };
  function choose(r) {
    if (!shown.length) return;
    chosen = clamp(r, 0, shown.length - 1);
    grid.dataset.filter = shown[chosen];
    figure.redraw();
    tell();
  }
  function answer() {
    word = asTyped(input.value);
    const say = figure.get(".live-text");
    if (!word) {
      shown = []; letters = []; row = null;
      say.textContent = "Type a word.";
      figure.redraw(); tell();
      return;
    }
    [row, letters] = encode(word);
    const [best, logits] = read(row), shares = softmax(logits);
    const order = classes.map((_, k) => k).sort((a, b) => logits[b] - logits[a]);
    say.textContent = "Read as " + order.slice(0, 3)
      .map(k => `${classes[k]} (${(100 * shares[k]).toFixed(0)}%)`).join(", then ") + ".";
    const strange = letters.filter(c => !numbers.has(c));
    if (strange.length) say.textContent += ` Unknown to the net: ${strange.join(" ")}.`;
    const added = Array.from(best, (v, j) => v * weight(j, order[0]));
    shown = added.map((_, j) => j).sort((a, b) => added[b] - added[a]).slice(0, data.shown);
    choose(0);
  }
  input.addEventListener("input", answer);
  figure.all("button").forEach(button => button.addEventListener("click", () => { input.value = button.textContent; answer(); }));
  figure.pointer(grid, (x, y) => choose(Math.floor((y - TOP) / CELL)));
  figure.arrows(grid, (dx, dy) => choose(chosen + (dy || dx)));
  const stored = floats(data.check.shares);
  let largest = 0;
  data.check.words.forEach((text, i) => softmax(read(encode(text)[0])[1]).forEach((v, k) => {
    largest = Math.max(largest, Math.abs(v - stored[i * classes.length + k]));
  }));
  tellDifference(figure, largest);
  Object.assign(figure.root, { asTyped, logitsOf: text => [...read(encode(asTyped(text))[0])[1]], grams });
  answer();
}
