"""One headless Chromium for each worker, and for each test a context of its own."""

import pytest
from built import ARGUMENTS, CHROMIUM, require_browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The browser of the machine; without it the tests are skipped, or fail in CI."""
    require_browser()
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture
def new_page(new_context, built_book):
    """Opens a page in a new context, with the settings of one; both end with the test."""
    return lambda **settings: new_context(**settings).new_page()
