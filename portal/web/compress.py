"""Compress public pages on their way out.

Personal pages stay as they are: compressed, they could give a private link away to somebody who can make the
page repeat what he sends. A page that holds nothing but a masked form token (see csrf.py) may say so.
"""

import gzip

import brotli
from flask import Flask, Response, request

from portal.web.csrf import has_only_masked_secrets
from portal.web.form_session import is_personal

SMALLEST = 600  # bytes; below this the header costs more than it saves
KINDS = ("text/html", "text/calendar", "application/rss+xml", "application/atom+xml", "text/plain")


def init_app(app: Flask) -> None:
    """Compress after every request that touched no session."""

    @app.after_request
    def compress(response: Response) -> Response:
        if (
            response.mimetype not in KINDS
            or response.is_streamed
            or response.content_encoding
            or (is_personal() and not has_only_masked_secrets())
            or request.method == "HEAD"
        ):
            return response
        body = response.get_data()
        accepted = request.accept_encodings
        if len(body) < SMALLEST:
            return response
        if accepted.quality("br") > 0:
            response.set_data(brotli.compress(body, quality=5))
            response.content_encoding = "br"
        elif accepted.quality("gzip") > 0:
            response.set_data(gzip.compress(body, 6, mtime=0))
            response.content_encoding = "gzip"
        return response
