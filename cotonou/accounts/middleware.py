import uuid

import structlog
from allauth.account.authentication import get_authentication_records
from django.utils.functional import SimpleLazyObject

from cotonou.accounts import grants, sessions
from cotonou.accounts.actors import Actor, actor_for


class ActorMiddleware:
    """Gives every request its ``actor``; nothing is read from the database until it is used.

    Log lines of the request carry a number of their own and, once known, the person's public id.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=uuid.uuid4().hex[:12])
        request.user = SimpleLazyObject(lambda: _user(request))
        request.actor = SimpleLazyObject(lambda: _actor(request))
        response = self.get_response(request)
        if request.session.accessed and not request.session.is_empty():
            # Somebody's own page: the next person at this screen does not find it again.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _user(request):
    user = sessions.user_of(request)
    if user.is_authenticated:
        structlog.contextvars.bind_contextvars(user=str(user.public_id))
    return user


def _actor(request) -> Actor:
    user = request.user  # first: a session whose time is over loses its grants too
    authenticated = user.is_authenticated
    held = grants.current(request)
    if not authenticated:
        return Actor(grants=held)
    return actor_for(user, grants=held, second_factor=_second_factor_used(request))


def _second_factor_used(request) -> bool:
    """allauth notes in the session each method that this very user logged in with."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))
