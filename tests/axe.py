"""axe on a page: all its rules, and those of color for each look of its text."""

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe

COLOR = ["color-contrast", "link-in-text-block"]

# On a page of thousands of pieces of code the rule of contrast takes half a minute. Whether text
# can be read depends on its own style and on those of what it lies in: so of all the texts
# that agree in these the first three are marked, to be asked for.
MARK = """() => {
    const STYLES = ["color", "backgroundColor", "backgroundImage", "opacity", "fontSize", "fontWeight",
        "textShadow", "textDecorationLine", "filter", "mixBlendMode", "visibility", "position",
        "overflow", "clip", "clipPath"];
    const numbers = new Map(), looks = new Map([[null, 0]]), seen = new Map();
    const number = text => numbers.get(text) ?? numbers.set(text, numbers.size + 1).get(text);
    const look = e => {
        if (!looks.has(e)) {
            const style = getComputedStyle(e);
            looks.set(e, number([look(e.parentElement), ...STYLES.map(name => style[name])].join()));
        }
        return looks.get(e);
    };
    document.querySelectorAll("[data-looks-new]").forEach(e => e.removeAttribute("data-looks-new"));
    for (const e of document.body.querySelectorAll("*")) {
        const own = [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
        if (!own || !e.checkVisibility({visibilityProperty: true})) continue;
        const n = (seen.get(look(e)) ?? 0) + 1;
        seen.set(look(e), n);
        if (n <= 3) e.dataset.looksNew = "";
    }
}"""


MARKED = 'axe.configure({rules: [{id: "color-contrast", selector: "[data-looks-new]"}]});'
AXE = Axe(f"{AXE_SCRIPT};{MARKED}")


def faults(page, *more, context=None, **options):
    """The faults of a page as it looks at this moment, as rule and HTML.

    `more` are rules that are off by themselves.
    """
    page.evaluate(MARK)
    rules = {rule: {"enabled": True} for rule in more}
    options = {"resultTypes": ["violations"], "rules": rules, **options}
    return [
        (fault["id"], node["html"][:120])
        for fault in AXE.run(page, context, options).response["violations"]
        for node in fault["nodes"]
    ]


def color_faults(page):
    """Text and links that are too pale, as the page looks at this moment."""
    return faults(page, runOnly=COLOR)
