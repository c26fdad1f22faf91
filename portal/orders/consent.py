"""Hold what people agree to who order, by version: whoever changes the text gives it a new one.

The text stands in templates/privacy/page.html, and in short beside the tick; an order keeps which version was
shown. Sources: PIPL Art. 13, 17.
"""

from flask import Flask

ORDER = "2026-11"


def init_app(app: Flask) -> None:
    """Let the page on privacy, which stands below orders, say which version it shows."""
    app.jinja_env.globals["ORDER_CONSENT"] = ORDER
