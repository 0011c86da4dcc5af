// Type a beginning: a GRU's probabilities of the next letter; choose a letter, or draw one.

// As `as_typed` in words.py: JavaScript's own trim leaves U+001C … U+001F and U+0085, and takes U+FEFF.
const SPACES = "(?:[^\\S\\ufeff]|[\\x1c-\\x1f\\x85])+";
const ENDS = new RegExp(`^${SPACES}|${SPACES}$`, "g");
const asTyped = text => text.replace(ENDS, "").toLowerCase().normalize("NFC");

function begin(figure) {
  const { data } = figure, { depth, units, longest } = data;
  const input = figure.get("input[type=text]"), slider = figure.get("input[type=range]");
  const say = figure.get(".live-text"), bars = figure.get(".live-bars"), shownTemperature = figure.get("output");
  const letters = [...data.characters], numbers = new Map(letters.map((c, i) => [c, i + 1]));
  const n = letters.length + 1, wide = 3 * units;
  const recurrent = floats(data.recurrent), bias = floats(data.bias), [output] = unpackLayers([data.output]);
  // Embedding and the input's part of the gates are both linear: one row of gates for each letter.
  const embedding = floats(data.embedding), kernel = floats(data.kernel), gates = new Float64Array(n * wide);
  for (let v = 0; v < n; v++) for (let j = 0; j < wide; j++) {
    let sum = bias[j];
    for (let d = 0; d < depth; d++) sum += embedding[v * depth + d] * kernel[d * wide + j];
    gates[v * wide + j] = sum;
  }
  /** The state after one more letter: Keras orders the gates as update, reset, candidate. */
  function step(state, v) {
    const own = Float64Array.from({ length: wide }, (_, j) => bias[wide + j]);
    for (let i = 0; i < units; i++) for (let j = 0, at = i * wide; j < wide; j++) own[j] += state[i] * recurrent[at + j];
    return state.map((old, i) => {
      const g = k => gates[v * wide + k * units + i], o = k => own[k * units + i];
      const update = sigmoid(g(0) + o(0)), reset = sigmoid(g(1) + o(1));
      return update * old + (1 - update) * Math.tanh(g(2) + reset * o(2));
    });
  }
  /** The probabilities of what follows: the end of the word, then each letter. */
  function shares(beginning, temperature = 1) {
    let state = step(new Float64Array(units), 0);
    for (const c of beginning) state = step(state, numbers.get(c));
    const logits = Array.from(dense(state, output), v => v / temperature), top = Math.max(...logits);
    const odds = logits.map(v => Math.exp(v - top)), all = odds.reduce((a, b) => a + b);
    return odds.map(v => v / all);
  }
  /** The first number at which the probabilities, added up, exceed u in 0 … 1. */
  function drawn(p, u) {
    let sum = 0;
    for (let k = 0; k < n; k++) if ((sum += p[k]) > u) return k;
    return p.lastIndexOf(Math.max(...p)); // rounding left the sum just below 1
  }
  const temperature = () => Number(slider.value);
  const percent = p => p >= 0.0995 ? `${(100 * p).toFixed(0)}%` : `${(100 * p).toFixed(1)}%`;
  const strange = text => [...new Set([...text].filter(c => !numbers.has(c)))];
  const long = text => [...text].length >= longest;
  const ended = text => say.textContent = `The word ends here: “${text}”. Choose a letter to go on all the same, or start anew.`;

  function bar(name, p, act) {
    const row = document.createElement(act ? "button" : "div");
    row.className = "live-bar";
    if (act) { row.type = "button"; row.addEventListener("click", act); row.dataset.lmSuppressShortcuts = ""; }
    row.innerHTML = '<span class="live-letter"></span><span class="live-track"><span></span></span><span class="live-percent"></span>';
    row.children[0].textContent = name;
    row.children[1].firstChild.style.width = `${100 * p}%`;
    row.children[2].textContent = percent(p);
    return row;
  }
  /** What the net expects after the text in the field, or why it cannot say. */
  function answer() {
    const word = asTyped(input.value), unknown = strange(word);
    shownTemperature.textContent = temperature().toFixed(1);
    if (unknown.length) {
      bars.replaceChildren();
      say.textContent = `The net does not know ${unknown.map(c => c === " " ? "the space" : `“${c}”`).join(", ")}. `
        + `Delete it to go on. It knows ${letters.join(" ")}.`;
      return;
    }
    const p = shares(word, temperature()), order = p.map((_, k) => k).sort((a, b) => p[b] - p[a] || a - b);
    const shown = order.slice(0, data.shown), rest = order.slice(data.shown);
    const name = k => k ? letters[k - 1] : "end";
    const rows = shown.map(k => bar(name(k), p[k], () => choose(k)));
    rows.push(bar("others", rest.reduce((sum, k) => sum + p[k], 0)));
    bars.replaceChildren(...rows);
    const length = [...word].length, best = `${shown[0] ? `“${name(shown[0])}”` : "the end of the word"} (${percent(p[shown[0]])})`;
    say.textContent = !length ? `Nothing is typed yet: these are the first letters of words. The likeliest is ${best}.`
      : long(word) ? `More than ${longest} letters are not taken: start anew, or delete some.`
      : length > data.longest_seen ? `“${word}” is longer than every training word (${data.longest_seen} letters), so do not trust the net here. It says: ${best}.`
      : `After “${word}” the likeliest is ${best}.`;
  }
  function choose(k) {
    const word = asTyped(input.value);
    if (!k) return word ? ended(word) : (say.textContent = "A word without letters is no word: choose a letter first.");
    if (!long(word)) input.value = word + letters[k - 1];
    const focus = document.activeElement?.className === "live-bar";
    answer();
    if (focus) bars.firstChild.focus(); // the button that was pressed is gone
  }
  /** One draw; true if the word goes on. The empty word is not drawn. */
  function draw(u = Math.random()) {
    const word = asTyped(input.value);
    if (strange(word).length || long(word)) { answer(); return false; }
    const p = shares(word, temperature());
    if (!word) { p[0] = 0; const all = p.reduce((a, b) => a + b); p.forEach((v, k) => { p[k] = v / all; }); }
    const k = drawn(p, u);
    choose(k);
    return k > 0;
  }
  input.addEventListener("input", answer);
  slider.addEventListener("input", answer);
  figure.all(".live-examples button").forEach(b => b.addEventListener("click", () => { input.value = b.textContent; answer(); }));
  const acts = [() => draw(), () => { while (draw()); }, () => { input.value = ""; answer(); }];
  figure.all(".live-draw button").forEach((b, i) => b.addEventListener("click", acts[i]));
  const stored = floats(data.check.shares);
  let largest = 0;
  data.check.words.forEach((word, i) => shares(word).forEach((v, k) => {
    largest = Math.max(largest, Math.abs(v - stored[i * n + k]));
  }));
  tellDifference(figure, largest);
  Object.assign(figure.root, { asTyped, sharesOf: (text, t) => shares(asTyped(text), t), drawn, draw });
  answer();
}
