"""What a reader looks for is found: by its names in use, whole words, in its section, on a phone."""

from axe import faults
from built import HTML, Recorder, served, turn

#: What readers type → the lessons of which one is to be among the first three results.
WANTED = {
    "KL": ("sparse_autoencoders", "variational_autoencoders"),
    "t-SNE": ("tsne",),
    "tsne": ("tsne",),
    "ELBO": ("variational_autoencoders",),
    "evidence lower bound": ("variational_autoencoders",),
    "spelling": ("words_from_pieces", "word_autoencoders"),
    "Finnish": ("character_models", "named_entities", "words_from_pieces"),
    "SAE": ("sparse_autoencoders",),
    "reparametrization": ("variational_autoencoders",),
    "reparameterization": ("variational_autoencoders",),
    "VAE": ("variational_autoencoders",),
    "OOV": ("words_from_pieces", "sentiment_of_words"),
    "PCA": ("undercomplete_autoencoders", "tsne"),
    "tied weights": ("training_autoencoders",),
    "pretrain": ("unsupervised_pretraining",),
}


def search(page, base, query):
    """The results: address and text of each."""
    page.goto(f"{base}search.html?q={query}")
    page.locator("#search-results [role=status]").wait_for()
    return page.locator("#search-results li > a").evaluate_all(
        "links => links.map(a => [a.href, a.textContent])"
    )


def test_every_query_finds_its_lesson_among_the_first_three(new_page, base):
    page = new_page()
    recorder = Recorder(page, base)
    missed = {}
    for query, lessons in WANTED.items():
        first = [address for address, _ in search(page, base, query)[:3]]
        if not any(f"/{lesson}.html" in address for address in first for lesson in lessons):
            missed[query] = first
    assert missed == {}
    assert recorder.foreign == []
    assert recorder.complaints == []


def test_a_result_leads_to_its_section_whose_words_are_marked(new_page, base):
    page = new_page(viewport={"width": 390, "height": 800})
    results = search(page, base, "KL")
    assert len(results) > 4
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    address, text = next(r for r in results if "sparse_autoencoders.html#" in r[0])
    page.locator("#search-results li > a").nth(results.index([address, text])).click()
    page.wait_for_function("location.hash && scrollY > 0")
    heading = page.locator("section:target > :is(h2, h3)")
    assert text.partition(" › ")[2] in heading.inner_text()
    page.wait_for_selector("section:target .highlighted", state="attached")
    assert "KL" in page.locator("section:target").inner_text()


def test_words_are_whole_in_the_results_and_on_the_page(new_page):
    page = new_page()
    results = search(page, HTML.as_uri() + "/", "KL")
    shown = page.locator("#search-results .highlighted").all_inner_texts()
    names = {"kl", "kl’s", "kullback–leibler", "divergence", "kl_divergence", "relative", "entropy"}
    assert len(shown) > 9 and {word.lower() for word in shown} <= names
    page.goto(results[1][0])
    page.wait_for_selector("article .highlighted", state="attached")
    around = page.locator("article .highlighted").evaluate_all(
        "list => list.map(e => [e.previousSibling?.textContent.slice(-1) ?? '',"
        " e.nextSibling?.textContent.slice(0, 1) ?? ''])"
    )
    assert around and not any(sign.isalnum() for pair in around for sign in pair)


def test_all_forms_of_a_word_are_found_and_no_other_word(new_page):
    page = new_page()
    page.goto((HTML / "search.html").as_uri())
    found = page.evaluate(
        """() => {
            const { sections } = prepare({ names: [], pages: [["a", "A", false, [
                ["1", "One", "She reads sklearn formats."], ["2", "Two", "A reading of form, KL and kesä."],
            ]]] });
            const look = query => find(parse(query, []), sections).hits.map(hit => hit.anchor);
            return ["read", "form", "kl", "kesa", "sklea", "learn", "the"].map(look);
        }"""
    )
    assert found == [["1", "2"], ["2"], ["2"], ["2"], ["1"], [], []]


def test_what_is_not_there_is_said_and_how_to_go_on(new_page, base):
    page = new_page()
    for query in ("anagram", "qwxz", "?"):
        assert search(page, base, query) == []
        said = page.locator("#search-results [role=status]")
        assert said.inner_text().startswith("Nothing in the book matches this.")
        target = said.locator("a").get_attribute("href")
        assert (HTML / target).exists()


def test_words_that_no_section_has_together_are_said_to_be_so(new_page):
    page = new_page()
    assert search(page, HTML.as_uri() + "/", "perplexity Turku")
    said = page.locator("#search-results [role=status]").inner_text()
    assert said.startswith("No section has all of these words.")


def test_axe_finds_no_fault_in_results(new_page):
    page = new_page()
    with served() as base:
        search(page, base, "ELBO")
        for scheme in ("light", "dark"):
            turn(page, scheme)
            assert faults(page) == [], scheme
