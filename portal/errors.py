"""Name what an action can refuse; the web answers each with its own page."""


class Missing(Exception):
    """There is no such thing, or it is not theirs to see: 404."""


class Forbidden(Exception):
    """They are known, but this is not their role's to do: 403."""


class Refused(Exception):
    """The rules of the moment do not allow it; the message says why and what to do: 409.

    `field` names the form field the message belongs to, when there is one.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class OutOfDate(Refused):
    """Somebody else has moved the thing on since this page was loaded: 409."""


class Busy(Exception):
    """The write queue is too long just now; trying again helps: 503."""
