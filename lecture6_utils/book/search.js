/* search.py puts this behind Sphinx's searchtools.js: where Sphinx found words somewhere in a page,
   the result leads to the section that has most of them, and shows them there. Without a server
   (file://) a script may not read other pages, and the result leads to the page. */

const summaryOfPage = Search.makeSearchSummary;

Search.makeSearchSummary = (html, stems, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll(".headerlink, script, style").forEach(element => element.remove());
  const words = [...stems].map(stem => new RegExp(`(?<![\\p{L}\\p{N}_])${stem}`, "giu"));
  const found = [...page.querySelectorAll("section section[id]")].map(section => {
    section.querySelectorAll("section").forEach(inner => inner.remove());
    const text = section.textContent;
    const counts = words.map(word => (text.match(word) ?? []).length);
    const score = 1000 * counts.filter(Boolean).length + counts.reduce((a, b) => a + b, 0);
    return { section, text, score };
  });
  const best = found.reduce((a, b) => (b.score > a.score ? b : a), { score: 0 });
  if (anchor || best.score === 0) return summaryOfPage(html, stems, anchor);

  const starts = words.map(word => best.text.search(word)).filter(start => start >= 0);
  const from = Math.max(Math.min(...starts) - 120, 0);
  const summary = document.createElement("p");
  summary.className = "context";
  summary.textContent = `${from ? "…" : ""}${best.text.slice(from, from + 240).trim()}…`;
  queueMicrotask(() => {  // when it is in the list
    const link = summary.parentElement.querySelector("a");
    link.hash = best.section.id;
    link.append(` › ${best.section.querySelector("h2, h3, h4").textContent.trim()}`);
  });
  return summary;
};
