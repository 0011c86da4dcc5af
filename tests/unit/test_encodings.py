"""Every file says its encoding."""

import ast

from helpers import ROOT


def nameless(tree):
    """Lines that open a text file and do not say its encoding."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        owner = getattr(getattr(node.func, "value", None), "id", "")
        texts = [
            a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        binary = name == "open" and any("b" in text for text in texts[-1:] if len(text) <= 3)
        if name in ("read_text", "write_text") or (name == "open" and not owner and not binary):
            if "encoding" not in {keyword.arg for keyword in node.keywords}:
                yield node.lineno


def test_a_file_opened_without_encoding_would_be_found():
    code = "open('x')\nopen('x', 'rb')\np.read_text()\np.write_text('x', encoding='utf-8')\ngzip.open('x')\n"
    assert [*nameless(ast.parse(code))] == [1, 3]


def test_every_file_is_opened_with_its_encoding():
    paths = [
        p
        for folder in ("lecture6_utils", "chapters", "tests")
        for p in (ROOT / folder).rglob("*.py")
    ]
    assert len(paths) > 50
    found = {
        p.name: lines
        for p in paths
        if (lines := [*nameless(ast.parse(p.read_text(encoding="utf-8")))])
    }
    assert found == {}
