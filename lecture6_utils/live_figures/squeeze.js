// Type a word: its codings as sliders, and the word that is rebuilt from them.

// As `as_typed` in words.py: JavaScript's own trim leaves U+001C … U+001F and U+0085, and takes U+FEFF.
const SPACES = "(?:[^\\S\\ufeff]|[\\x1c-\\x1f\\x85])+";
const ENDS = new RegExp(`^${SPACES}|${SPACES}$`, "g");
const asTyped = text => text.replace(ENDS, "").toLowerCase().normalize("NFC");

function begin(figure) {
  const { data } = figure, { places, depth } = data;
  const embedding = floats(data.embedding), encoder = unpackLayers(data.encoder), decoder = unpackLayers(data.decoder);
  const names = ["end", "unknown", ...data.characters], symbols = names.length, known = new Set(data.known);
  const input = figure.get("input[type=text]"), sliders = figure.all("input[type=range]");
  const say = figure.get(".live-text"), cells = figure.get(".live-rebuilt"), restore = figure.get(".live-restore");
  let row = null, own = null, z = null, moved = null; // letter numbers; the word's codings; those shown; the last one moved

  function numbersOf(word) {
    const numbers = new Uint16Array(places);
    [...word].forEach((c, i) => { numbers[i] = names.indexOf(c, 2); });
    return numbers;
  }
  function encode(numbers) {
    const x = new Float32Array(places * depth);
    numbers.forEach((v, i) => x.set(embedding.subarray(v * depth, (v + 1) * depth), i * depth));
    return encoder.reduce(dense, x);
  }
  /** For each place the probabilities of the end (no letter), of an unknown letter, and of each letter. */
  function decode(codings) {
    const logits = decoder.reduce(dense, codings);
    return Array.from({ length: places }, (_, i) => {
      const own = logits.subarray(i * symbols, (i + 1) * symbols), top = Math.max(...own);
      const odds = Array.from(own, v => Math.exp(v - top)), all = odds.reduce((a, b) => a + b);
      return odds.map(v => v / all);
    });
  }
  const percent = p => p >= 0.0995 ? `${(100 * p).toFixed(0)}%` : `${(100 * p).toFixed(1)}%`;

  /** The letters that the codings give, and what has become of the word. */
  function rebuild() {
    const p = decode(z), best = p.map(odds => odds.indexOf(Math.max(...odds)));
    const length = best.reduce((last, k, i) => k ? i + 1 : last, 0), typed = row.filter(k => k).length;
    const shown = Math.min(places, Math.max(length, typed) + 1); // with the end
    cells.replaceChildren(...Array.from({ length: shown }, (_, i) => {
      const cell = document.createElement("li");
      cell.innerHTML = '<span class="live-letter"></span><span class="live-percent"></span>';
      cell.firstChild.textContent = names[best[i]];
      cell.lastChild.textContent = percent(p[i][best[i]]);
      cell.classList.toggle("live-other", best[i] !== row[i]);
      return cell;
    }));
    sliders.forEach((slider, i) => {
      slider.value = z[i];
      slider.nextElementSibling.value = signed(z[i], 1);
      slider.setAttribute("aria-valuetext", signed(z[i], 1));
    });
    const word = best.slice(0, length).map(k => k ? names[k] : "·").join("");
    const wrong = best.filter((k, i) => k !== row[i]).length;
    const least = Array.from({ length: shown }, (_, i) => i).reduce((a, b) => p[b][best[b]] < p[a][best[a]] ? b : a);
    const as = wrong ? `${wrong} of ${places} places differ${wrong === 1 ? "s" : ""} from what was typed (dashed)` : "exactly as it was typed";
    say.textContent = (moved === null ? "" : `Coding ${moved + 1} was ${signed(own[moved], 1)} and is ${signed(z[moved], 1)}. `)
      + `Rebuilt: “${word}”, ${as}. The net is least sure of place ${least + 1} (${percent(p[least][best[least]])}).`;
  }
  function refuse(why) {
    row = own = z = moved = null;
    cells.replaceChildren();
    sliders.forEach(slider => { slider.value = 0; slider.nextElementSibling.value = ""; slider.removeAttribute("aria-valuetext"); });
    for (const control of [...sliders, restore]) control.disabled = true;
    say.textContent = why;
  }
  function answer() {
    const word = asTyped(input.value), letters = [...word], strange = [...new Set(letters.filter(c => !known.has(c)))];
    if (!letters.length) return refuse(`Nothing is typed: type a word of 1 to ${places} letters.`);
    if (strange.length) {
      const list = strange.map(c => c === " " ? "the space" : `“${c}”`).join(", ");
      return refuse(`No training word has ${list}. Delete it to go on. The net knows ${[...known].join(" ")}.`);
    }
    if (letters.length > places) return refuse(`“${word}” has ${letters.length} letters, and the net reads ${places} at most: delete some.`);
    for (const control of [...sliders, restore]) control.disabled = false;
    row = numbersOf(word);
    own = encode(row);
    back();
  }
  function back() {
    z = own.slice();
    moved = null;
    rebuild();
  }
  input.addEventListener("input", answer);
  figure.all(".live-examples button").forEach(b => b.addEventListener("click", () => { input.value = b.textContent; answer(); }));
  sliders.forEach((slider, i) => slider.addEventListener("input", () => { z[i] = +slider.value; moved = i; rebuild(); }));
  restore.addEventListener("click", back);
  const { words } = data.check, codings = floats(data.check.codings), shares = floats(data.check.shares);
  let largest = 0;
  words.forEach((word, i) => {
    const found = encode(numbersOf(word));
    found.forEach((v, j) => { largest = Math.max(largest, Math.abs(v - codings[i * found.length + j])); });
    decode(found).flat().forEach((v, j) => { largest = Math.max(largest, Math.abs(v - shares[i * places * symbols + j])); });
  });
  tellDifference(figure, largest);
  Object.assign(figure.root, { asTyped, codingsOf: text => [...encode(numbersOf(asTyped(text)))], sharesOf: z => decode(Float32Array.from(z)) });
  answer();
}
