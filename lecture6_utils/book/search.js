/* search.py puts this behind Sphinx's searchtools.js. The index has the text of every section, so
   that results lead to sections also where no page may be read, as from a disk (file://). A word
   is found whole, in any of its forms; a name in the glossary stands for its other names, too. */

const WORD = /[\p{L}\p{N}]+(?:[-‐‑–'’_]+[\p{L}\p{N}]+)*/gu;
const PER_PAGE = 3, AT_MOST = 30, AROUND = 110; // results, results, characters of text

const stems = new Map();

/** What is the same in all forms of a word, in lower case and without accents. */
function stem(word) {
  if (!stems.has(word)) {
    const plain = word.toLowerCase().normalize("NFD").replace(/[^\p{L}\p{N}]/gu, "");
    stems.set(word, new Stemmer().stemWord(plain));
  }
  return stems.get(word);
}

/** “t-SNE” is “tsne”, and behind its parts: either may be looked for. */
function stemsOf(word) {
  const parts = word.split(/[-‐‑–'’_]+/u);
  return parts.length > 1 ? [...parts.map(stem), stem(word)] : [stem(word)];
}

const wordsOf = text => [...text.matchAll(WORD)].map(match => match[0]);
const phrase = text => wordsOf(text).map(stem).join(" ");
const searchable = text => ` ${wordsOf(text).flatMap(stemsOf).join(" ")} `;

/** The query as a list of what has to be found; each by any of several phrases. */
function parse(query, names) {
  const all = wordsOf(query), telling = all.filter(w => !stopwords.includes(w.toLowerCase()));
  const words = telling.length ? telling : all, wanted = [];
  while (words.length) {
    let n = words.length, known;
    for (; n > 1 && !known; n -= !known) {
      const said = phrase(words.slice(0, n).join(" "));
      known = names.find(group => group.includes(said));
    }
    const parts = stemsOf(words[0]).slice(0, -1).join(" ");
    known ??= names.find(group => group.includes(stem(words[0]))) ?? [stem(words[0]), parts];
    wanted.push(known.filter(Boolean));
    words.splice(0, n);
  }
  return wanted;
}

/** All sections, each with what a search looks at. */
function prepare({ pages, names }) {
  const sections = pages.flatMap(([url, title, isLesson, list]) =>
    list.map(([anchor, heading, text]) => ({
      url, title, isLesson, anchor, heading, text,
      inTitle: searchable(title), inHeading: searchable(heading), inText: searchable(text),
      name: ` ${phrase(heading)} `,
    })));
  return { sections, names: names.map(group => group.map(phrase)) };
}

/** Phrases that are nowhere a whole word are taken for the beginning of one. */
function withEnds(phrases, sections) {
  const whole = phrases.map(p => ` ${p} `);
  const there = whole.some(p => sections.some(s => s.inText.includes(p) || s.inHeading.includes(p)));
  return there ? whole : phrases.filter(p => p.length > 2).map(p => ` ${p}`);
}

/** The sections with the most of the words, the best first, and how many of the words these are. */
function find(wanted, sections) {
  const looked = wanted.map(phrases => withEnds(phrases, sections));
  const hits = sections.map(section => {
    let matched = 0, score = 0;
    for (const phrases of looked) {
      const count = phrases.reduce((n, p) => n + section.inText.split(p).length - 1, 0);
      const inHeading = phrases.some(p => section.inHeading.includes(p));
      const inTitle = phrases.some(p => section.inTitle.includes(p));
      const isTerm = phrases.includes(section.name); // of the glossary
      matched += count > 0 || inHeading || (inTitle && wanted.length > 1);
      score += Math.log2(1 + count) + 3 * inHeading + 2 * inTitle + 6 * isTerm;
    }
    return { section, matched, score: section.isLesson ? 2 * score : score };
  });
  const most = Math.max(1, ...hits.map(hit => hit.matched));
  const perPage = new Map(), best = hits.filter(hit => hit.matched === most)
    .sort((a, b) => b.score - a.score)
    .filter(({ section }) => {
      perPage.set(section.url, 1 + (perPage.get(section.url) ?? 0));
      return perPage.get(section.url) <= PER_PAGE;
    });
  return { most, hits: best.slice(0, AT_MOST).map(hit => hit.section), looked };
}

/** The piece of a text in which the first find lies, its words marked; `forms` learns those that
    are marked on the page, too: not the words of a longer name, which may stand alone there. */
function excerpt({ text, inText }, looked, forms) {
  const there = looked.flat().filter(p => inText.includes(p));
  const isOf = (word, phrases) => stemsOf(word).some(s =>
    phrases.some(p => (p.endsWith(" ") ? p.split(" ").includes(s) : ` ${s}`.startsWith(p))));
  const found = [...text.matchAll(WORD)].filter(match => isOf(match[0], there));
  const from = Math.max(0, (found[0]?.index ?? 0) - AROUND);
  const start = from && text.indexOf(" ", from) + 1;
  const end = text.indexOf(" ", start + 2 * AROUND + 40);
  const to = end < 0 ? text.length : end;
  const line = document.createElement("p");
  line.className = "context";
  let at = start;
  for (const { 0: word, index } of found.filter(match => match.index + match[0].length <= to)) {
    const mark = document.createElement("span");
    mark.className = "highlighted";
    mark.textContent = word;
    if (isOf(word, there.filter(p => !p.trim().includes(" ")))) forms.add(word.toLowerCase());
    line.append(text.slice(at, index), mark);
    at = index + word.length;
  }
  line.append(text.slice(at, to), to < text.length ? " …" : "");
  if (start) line.prepend("… ");
  return line;
}

const NOTHING = `Nothing in the book matches this. Try another word for it, fewer words, or only the
  beginning of a word; or look through <a href="genindex.html">the terms of the book</a>.`;

Search.query = query => {
  const { sections, names } = prepare(Search._index);
  const wanted = parse(query, names), forms = new Set();
  const { most, hits, looked } = find(wanted, sections);
  for (const section of hits) {
    const { url, title, anchor, heading } = section;
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = url + (anchor && `#${anchor}`);
    link.textContent = heading === title ? title : `${title} › ${heading}`;
    item.append(link, excerpt(section, looked, forms));
    Search.output.append(item);
  }
  localStorage.setItem("sphinx_highlight_terms", [...forms].join(" ")); // for the page it leads to
  Search.stopPulse();
  Search.title.textContent = "Search results";
  Search.status.setAttribute("role", "status");
  if (!hits.length) Search.status.innerHTML = NOTHING;
  else if (most < wanted.length) Search.status.textContent = "No section has all of these words. Some have part of them:";
  else Search.status.textContent = hits.length === 1 ? "One section:" : `${hits.length} sections, the best first:`;
};
