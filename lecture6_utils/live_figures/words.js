// Type a word: its pieces, and its nearest words.

// As `as_typed` in words.py: JavaScript's own trim leaves U+001C … U+001F and U+0085, and takes U+FEFF.
const SPACES = "(?:[^\\S\\ufeff]|[\\x1c-\\x1f\\x85])+";
const ENDS = new RegExp(`^${SPACES}|${SPACES}$`, "g");
const asTyped = text => text.replace(ENDS, "").toLowerCase().normalize("NFC");

function begin(figure) {
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
    let letters = [...word];
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
  const cost = floats(data.cost), m = data.characters.length + 2, swap = data.swap;
  const typedAs = (before, meant, typed) => cost[(before * m + meant) * m + typed];
  /** The noisy channel: the cost of the cheapest way from the word that is meant to the typed one. */
  function channel(meant, typed) {
    const a = [...meant].map(c => numbers.get(c) ?? 1), b = [...typed].map(c => numbers.get(c) ?? 1), best = [];
    for (let i = 0; i <= a.length; i++) {
      best.push([]);
      for (let j = 0; j <= b.length; j++) {
        let least = i + j ? Infinity : 0;
        if (j) least = Math.min(least, best[i][j - 1] + typedAs(a[i - 1] ?? 0, 0, b[j - 1]));
        if (i) least = Math.min(least, best[i - 1][j] + typedAs(a[i - 2] ?? 0, a[i - 1], 0));
        if (i && j) least = Math.min(least, best[i - 1][j - 1] + typedAs(a[i - 2] ?? 0, a[i - 1], b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, best[i - 2][j - 2] + swap);
        best[i].push(least);
      }
    }
    return best[a.length][b.length];
  }
  function prefix(a, b) {
    let n = 0;
    while (n < a.length && n < b.length && a[n] === b[n]) n++;
    return n;
  }
  function list(selector, found, text) {
    figure.get(selector).replaceChildren(...found.map(([score, i]) => {
      const item = document.createElement("li");
      item.textContent = `${words[i]}  ${text(score)}`;
      return item;
    }));
  }
  function answer() {
    const word = asTyped(input.value);
    if (done < words.length) return;
    const say = figure.get(".live-text");
    if (!word) {
      say.textContent = "Type a word.";
      for (const part of ["ol.live-by-net", "ol.live-by-channel", "ol.live-by-edits", ".live-pieces"]) figure.get(part).replaceChildren();
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
    const near = words.map((w, i) => [edits(typed, w), i, prefix(typed, w)])
      .sort((a, b) => a[0] - b[0] || b[2] - a[2] || a[1] - b[1]).slice(0, 20);
    list("ol.live-by-channel", near.map(([, i]) => [channel(words[i], word), i]).sort((a, b) => a[0] - b[0]).slice(0, 6),
         s => s.toFixed(1));
    list("ol.live-by-edits", near.slice(0, 6), s => `${s} edit${s === 1 ? "" : "s"}`);
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
  tellDifference(figure, largest);
  Object.assign(figure.root, { asTyped, vectorOf: text => read(encode(asTyped(text))[0]), channel });
  readSome();
}
