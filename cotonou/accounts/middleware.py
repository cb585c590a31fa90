from allauth.account.authentication import get_authentication_records
from django.utils.functional import SimpleLazyObject

from cotonou.accounts import grants
from cotonou.accounts.actors import Actor, actor_for


class ActorMiddleware:
    """Gives every request its ``actor``; nothing is read from the database until it is used."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = SimpleLazyObject(lambda: _actor(request))
        return self.get_response(request)


def _actor(request) -> Actor:
    held = grants.current(request)
    if not request.user.is_authenticated:
        return Actor(grants=held)
    return actor_for(request.user, grants=held, second_factor=_second_factor_used(request))


def _second_factor_used(request) -> bool:
    """allauth notes in the session each method that this very user logged in with."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))
