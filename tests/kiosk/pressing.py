"""Type on a screen as a finger does, without script: every key is a request."""

from tests.browser import Page

PHONE = "13800135678"


def press(page: Page, *keys: str) -> Page:
    """Press keys of the keypad, one after the other."""
    for key in keys:
        page = page.form().submit(key=key)
        assert page.status == 200
    return page


def agree_and_send(page: Page) -> Page:
    """Tick the consent, and press the button that sends."""
    return page.form().fill(consent=True).submit(do="send")
