"""axe on a page: all its rules once, and those of color for each look of its text."""

from axe_playwright_python.sync_playwright import Axe

COLOR = ["color-contrast", "link-in-text-block"]

# On a page of thousands of pieces of code the rules of color take half a minute. Whether text
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
    return seen.size;
}"""


def run(page, context=None, **options):
    """The faults that axe finds, as rule and HTML."""
    response = Axe().run(page, context, {"resultTypes": ["violations"], **options}).response
    return [
        (fault["id"], node["html"][:120])
        for fault in response["violations"]
        for node in fault["nodes"]
    ]


def color_faults(page):
    """Text and links that are too pale, as the page looks at this moment."""
    if page.evaluate(MARK) == 0:
        return []
    return run(page, {"include": [["[data-looks-new]"]]}, runOnly=COLOR)


def faults(page, *more):
    """All faults; `more` are rules that are off by themselves."""
    rules = {rule: {"enabled": False} for rule in COLOR} | {
        rule: {"enabled": True} for rule in more
    }
    return run(page, rules=rules) + color_faults(page)
