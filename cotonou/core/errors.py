"""The one family of errors that people can be shown.

A ``DomainError`` says in French what went wrong and what to do; ``code`` is a
stable identifier for the API and for tests. Views put the message on the form
(422); ``core.middleware`` and ``core.api`` answer for what no form caught.
"""

from django.utils.translation import gettext as _


class DomainError(Exception):
    code = "refused"
    status = 422

    def __init__(self, message: str, *, code: str | None = None):
        super().__init__(message)
        self.message = message
        if code:
            self.code = code


class Conflict(DomainError):
    """Somebody else, or another request, was first."""

    code = "conflict"
    status = 409


class IllegalTransition(Conflict):
    code = "illegal_transition"

    def __init__(self, current: str, target: str):
        super().__init__(
            _("Cette action n’est plus possible : le dossier a changé d’état. Rechargez la page.")
        )
        self.current, self.target = current, target


class NotAllowed(DomainError):
    code = "not_allowed"
    status = 403
