"""Derive the word tables in this folder from their sources; run it with `make words`.

Every table is a function of the packages pinned in requirements.txt and of WordNet 3.0
(Debian's package wordnet-base, or the folder named by WORDNET), so a second run gives
the same bytes. README.txt tells what the tables mean and how they are licensed.
"""

import gzip
import json
import logging
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
FINNISH = re.compile(r"[a-zåäö]{3,}")
TURKISH = re.compile(r"[a-zçğıöşü]{3,}")
ENGLISH = re.compile(r"[a-z]{2,}")

# Voikko's names, the grammars' names. The accusative is spelled like the nominative or the
# genitive, and the analyzer does not tell it apart.
FINNISH_CASES = {
    "nimento": "nominative",
    "omanto": "genitive",
    "osanto": "partitive",
    "sisaolento": "inessive",
    "sisaeronto": "elative",
    "sisatulento": "illative",
    "ulkoolento": "adessive",
    "ulkoeronto": "ablative",
    "ulkotulento": "allative",
    "olento": "essive",
    "tulento": "translative",
    "vajanto": "abessive",
    "keinonto": "instructive",
    "seuranto": "comitative",
}
PARADIGM_CASES = {
    "nominatiivi": "nominative",
    "genetiivi": "genitive",
    "partitiivi": "partitive",
    "inessiivi": "inessive",
    "elatiivi": "elative",
    "illatiivi": "illative",
    "adessiivi": "adessive",
    "ablatiivi": "ablative",
    "allatiivi": "allative",
    "essiivi": "essive",
    "translatiivi": "translative",
    "abessiivi": "abessive",
    "instruktiivi": "instructive",
}
TURKISH_CASES = {
    None: "nominative",
    "Acc": "accusative",
    "Dat": "dative",
    "Loc": "locative",
    "Abl": "ablative",
    "Gen": "genitive",
    "Ins": "instrumental",
}
NOMINALS = {
    "nimisana": "noun",
    "laatusana": "adjective",
    "nimisana_laatusana": "noun or adjective",
}


def frequent(language, n, letters):
    """The n most frequent words of wordfreq that consist of these letters, with their rank."""
    from wordfreq import top_n_list

    words = top_n_list(language, n)
    return [(rank, word) for rank, word in enumerate(words, 1) if letters.fullmatch(word)]


def only(readings):
    """The one reading on which all agree, or None."""
    distinct = set(readings)
    return distinct.pop() if len(distinct) == 1 else None


def finnish_reading(analysis):
    lemma = analysis.BASEFORM.replace("=", "").lower()
    focus = analysis.FOCUS or ""
    return (
        lemma,
        NOMINALS.get(analysis.CLASS),
        FINNISH_CASES.get(analysis.SIJAMUOTO),
        analysis.NUMBER,
        analysis.POSSESSIVE or "",
        focus,
    )


def last_part(analysis):
    """The base form of a compound's last part; empty for a word that is no compound."""
    if analysis.COMPOUND_PARTS:
        return analysis.COMPOUND_PARTS[-1].BASEFORM.replace("=", "").lower()
    return analysis.BASEFORM.rpartition("=")[2].lower() if "=" in analysis.BASEFORM else ""


def finnish_nouns():
    """Nouns and adjectives (positive, no participles) with exactly one reading."""
    from pyvoikko import analyse

    for rank, word in frequent("fi", 150_000, FINNISH):
        analyses = analyse(word)
        reading = only(map(finnish_reading, analyses))
        plain = all(a.PARTICIPLE is None and a.COMPARISON in (None, "positive") for a in analyses)
        if reading and plain and all(reading[:4]):
            yield (word, *reading, last_part(analyses[0]), rank)


def finnish_paradigms(nouns, n=500):
    """All forms of the n most frequent lemmas that are no compounds and inflect in one way."""
    from voikko.inflect_word import WORD_CLASSES, generate_forms

    done = set()
    for _, lemma, pos, *_, compound, _ in nouns:
        classes = WORD_CLASSES.get(lemma, [])
        if lemma in done or compound or pos != "noun" or len(classes) != 1:
            continue
        if not classes[0].startswith("subst-") or len(done) == n:
            continue
        forms = generate_forms(lemma)[0]
        if "nominatiivi" in forms:  # a few classes have no rules, such as that of "lapsi"
            done.add(lemma)
        for number, ending in (("singular", ""), ("plural", "_mon")):
            for name, case in PARADIGM_CASES.items():
                for form in forms.get(name + ending, [])[:1]:  # the first is the usual one
                    yield lemma, case, number, form


def turkish_reading(analysis):
    morphemes = [morpheme.id_ for morpheme, _ in analysis.morphemes]
    derived = any(morpheme.derivational for morpheme, _ in analysis.morphemes)
    if derived or analysis.pos.name not in ("Noun", "ProperNoun"):
        return None
    case = only([m for m in morphemes if m in TURKISH_CASES] or [None])
    possessor = next((m for m in morphemes if re.fullmatch(r"P[123](sg|pl)", m)), "")
    plural = "plural" if "A3pl" in morphemes else "singular"
    rest = set(morphemes) - {"Noun", "A3sg", "A3pl", "Pnon", "Nom", case, possessor}
    lemma = analysis.dict_item.lemma.replace("I", "ı").replace("İ", "i").lower()
    return None if rest else (lemma, TURKISH_CASES[case], plural, possessor)


def turkish_nouns():
    """Nouns with exactly one reading.

    "okulun" is *of the school* and, rarely in writing, *your school*: a reading with a
    second-person possessor counts only if there is no other.
    """
    from zeyrek import MorphAnalyzer

    analyzer = MorphAnalyzer()
    for rank, word in frequent("tr", 100_000, TURKISH):
        readings = {turkish_reading(analysis) for analysis in analyzer._parse(word)}
        first_choice = {r for r in readings if r is None or not r[3].startswith("P2")}
        reading = only(first_choice or readings)
        if reading:
            yield (word, *reading, rank)


def english_inflections():
    """Frequent words whose dictionary entry is another word."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    entries = DefaultDictionaryFactory().get_dictionary("en")
    for rank, word in frequent("en", 80_000, ENGLISH):
        lemma = entries.get(word)
        if lemma and lemma != word and ENGLISH.fullmatch(lemma):
            yield word, lemma, rank


def english_derivations():
    """Pairs that WordNet calls derivationally related, the longer word first."""
    folder = Path(os.environ.get("WORDNET", "/usr/share/wordnet"))
    if not (folder / "data.noun").exists():
        sys.exit(
            f"No WordNet in {folder}. Install Debian's wordnet-base, or set WORDNET to "
            "the folder with data.noun, data.verb, data.adj and data.adv of WordNet 3.0."
        )
    ranks = {word: rank for rank, word in frequent("en", 80_000, ENGLISH)}
    lemmas, links = {}, []
    for pos, name in (("n", "noun"), ("v", "verb"), ("a", "adj"), ("r", "adv")):
        for line in (folder / f"data.{name}").read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):  # the licence
                continue
            fields = line.split(" | ")[0].split()
            n_words = int(fields[3], 16)
            lemmas[fields[0], pos] = [w.split("(")[0] for w in fields[4 : 4 + 2 * n_words : 2]]
            pointers = fields[5 + 2 * n_words :]
            for i in range(int(fields[4 + 2 * n_words])):
                kind, offset, other, numbers = pointers[4 * i : 4 * i + 4]
                if kind == "+":
                    links.append(((fields[0], pos), (offset, other), numbers))
    pairs = set()
    for source, target, numbers in links:
        one = lemmas[source][int(numbers[:2], 16) - 1]
        other = lemmas[target][int(numbers[2:], 16) - 1]
        ends = sorted([(one, source[1]), (other, target[1])], key=lambda e: (-len(e[0]), e))
        (derived, pos), (base, base_pos) = ends
        if derived != base and derived in ranks and base in ranks:
            pairs.add((ranks[derived], derived, pos, base, base_pos))
    return [(*pair[1:], pair[0]) for pair in sorted(pairs)]


def english_misspellings():
    """Misspellings that codespell corrects to one frequent word."""
    import codespell_lib

    lines = (Path(codespell_lib.__file__).parent / "data/dictionary.txt").read_text(
        encoding="utf-8"
    )
    ranks = {word: rank for rank, word in frequent("en", 80_000, ENGLISH)}
    for line in lines.splitlines():
        typo, _, word = line.partition("->")
        if ENGLISH.fullmatch(typo) and word in ranks and typo not in ranks:
            yield typo, word, ranks[word]


def english_sentiment():
    """Words and emoticons of VADER's lexicon with the ratings of ten people, -4 to 4."""
    import vaderSentiment

    lexicon = Path(vaderSentiment.__file__).parent / "vader_lexicon.txt"
    done = set()
    for line in lexicon.read_text(encoding="utf-8").splitlines():
        word, _, _, ratings = line.split("\t")
        if word not in done:  # a few are listed twice
            done.add(word)
            yield word, " ".join(map(str, json.loads(ratings)))


TABLES = {
    "finnish_nouns": "word lemma pos case number possessive clitic last_part rank",
    "finnish_paradigms": "lemma case number form",
    "turkish_nouns": "word lemma case number possessor rank",
    "english_inflections": "word lemma rank",
    "english_derivations": "word pos base base_pos rank",
    "english_misspellings": "typo word rank",
    "english_sentiment": "word ratings",
}


def write(name, rows):
    """As gzipped TSV without a time stamp; replaced in one step."""
    lines = ["\t".join(TABLES[name].split()), *("\t".join(map(str, row)) for row in rows)]
    path = HERE / f"{name}.tsv.gz"
    new = path.with_suffix(".new")
    new.write_bytes(gzip.compress("\n".join([*lines, ""]).encode(), 9, mtime=0))
    new.replace(path)
    print(f"{name}: {len(lines) - 1:,} rows, {path.stat().st_size / 1024:,.0f} KiB")


def main():
    # Zeyrek walks through sets of strings, and finds or misses some rare readings by their
    # order, which Python draws by lot for each process.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, __file__], {**os.environ, "PYTHONHASHSEED": "0"})
    # Zeyrek logs every word that it does not know; such a word has no reading, that is all.
    logging.disable(logging.WARNING)
    derivations = english_derivations()  # first, because its source may be missing
    nouns = list(finnish_nouns())
    write("finnish_nouns", nouns)
    write("finnish_paradigms", finnish_paradigms(nouns))
    write("turkish_nouns", turkish_nouns())
    write("english_inflections", english_inflections())
    write("english_derivations", derivations)
    write("english_misspellings", english_misspellings())
    write("english_sentiment", english_sentiment())


if __name__ == "__main__":
    main()
