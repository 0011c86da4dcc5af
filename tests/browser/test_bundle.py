"""The book's one file, unpacked elsewhere, opens from disk and asks nobody."""

import zipfile

from built import HTML, Recorder
from helpers import ROOT

from lecture6_utils.book.bundle import bundle


def test_unpacked_elsewhere_it_opens_without_a_network(new_page, tmp_path):
    book, target = tmp_path / "book", tmp_path / "else where"
    (book / "_build").mkdir(parents=True)
    (book / "_build/html").symlink_to(HTML)
    (book / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    with zipfile.ZipFile(bundle(book)) as file:
        file.extractall(target)
    (folder,) = target.iterdir()
    page = new_page(offline=True)
    recorder = Recorder(page, folder.as_uri())
    page.goto((folder / "index.html").as_uri())
    page.wait_for_url("**/chapters/index.html")
    page.get_by_role("link", name="t-SNE").first.click()
    page.wait_for_selector("mjx-container")
    page.goto((folder / "search.html").as_uri() + "?q=ELBO")
    page.locator("#search-results li").first.wait_for()
    page.goto((folder / "slides/index.html").as_uri())
    page.wait_for_function("window.Reveal?.isReady()")
    assert (recorder.foreign, recorder.failed, recorder.complaints) == ([], [], [])
