"""One headless Chromium for each worker, and for each test a context of its own."""

import pytest
from built import ARGUMENTS, CHROMIUM, HTML, TIMEOUT, require_browser, served
from playwright.sync_api import expect

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The browser of the machine; without it the tests are skipped, or fail in CI."""
    require_browser()
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture
def new_page(new_context, built_book):
    """Opens a page in a new context, with the settings of one; both end with the test."""

    def open_page(**settings):
        page = new_context(**settings).new_page()
        page.set_default_timeout(TIMEOUT)
        return page

    return open_page


@pytest.fixture(scope="module", params=["http", "file"])
def base(request):
    """The address of the built book, over http and from disk."""
    if request.param == "file":
        yield HTML.as_uri() + "/"
    else:
        with served() as address:
            yield address
