"""What this book does not write, and what it writes instead: `make check` names each place."""

import re

#: A pattern of words → what to write in their place.
INSTEAD = {
    "obviously|clearly|of course|naturally|evidently|needless to say": "nothing, or the reason",
    "trivial|trivially|easy to see|as everyone knows": "nothing, or the reason",
    "simply|just|merely": "“only”, or nothing",
    "basically|actually|in fact": "nothing",
    "note that|it is worth noting|it should be noted|interestingly|surprisingly": "the fact itself",
    "in order to": "“to”",
    "due to the fact that": "“because”",
    "in the event that": "“if”",
    "utili[sz]\\w*|leverag\\w*|make use of": "“use”",
    "delv\\w*": "“look at”",
    "prior to": "“before”",
    "subsequent|subsequently": "“later” or “next”",
    "furthermore|moreover|additionally": "“also”, or nothing",
    "hence|thus|thereby|wherefore": "“so”",
    "albeit|whilst|notwithstanding": "“although” or “while”",
    "amongst|upon": "“among”, “on”",
    "lest|ere|oft|betwixt|withal|forsooth|anon": "a word of today",
    "e\\.g\\.|i\\.e\\.|etc\\.|viz\\.|cf\\.": "“for example”, “that is”, “and so on”, “see”",
    "state[- ]of[- ]the[- ]art|cutting[- ]edge|seamless\\w*": "what was measured",
    "at a glance|hand in hand|in a nutshell|boils? down|under the hood|out of the box": "what it means",
    "rule of thumb|sweet spot|on the fly|low-hanging|silver bullet|by leaps": "what it means",
    "tricks? of the trade|again and again|by and large|all and sundry": "what it means",
    "pays? off|get away with|comes? in handy|falls? flat|stands? to reason": "what it means",
    "gladly|stumbles?|whispers?|speaks? up|wobbles?|by lot": "the plain or the technical word",
    "all but|but for|save for": "“almost”, or “except”",
}
LIST = [
    (re.compile(rf"(?<![\w-])(?:{words})(?![\w-])".replace(" ", r"\s+"), re.I), instead)
    for words, instead in INSTEAD.items()
]
#: Code, formulas, what others said, and where links lead: nobody rewords these.
NOT_OURS = re.compile(
    r"^(?P<fence>`{3,}|~{3,})(?!\{).*?^(?P=fence)"
    r"|(?<!`)(?P<tick>`{1,2})(?!`).*?(?<!`)(?P=tick)(?!`)"
    r"|\$\$.*?\$\$|\$[^$\n]+\$|“[^”]*”|\]\([^)]*\)|https?://\S+",
    re.S | re.M,
)


def unwanted(text):
    """Words of a text that the book does not write.

    Yields
    ------
    (int, str, str)
        The line, from 0; the words; what to write instead.
    """
    ours = NOT_OURS.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for pattern, instead in LIST:
        for found in pattern.finditer(ours):
            yield ours.count("\n", 0, found.start()), " ".join(found[0].split()), instead
