"""How long somebody stays logged in: an hour without doing anything, half a day whatever they do.

Judged when the page asks who is there. docs/security/README.md says why these figures.
"""

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

SEEN = "seen_at"
# Not more often is a visit written down.
NOTE_SECONDS = 300


def user_of(request: HttpRequest):
    """The person of this session; nobody, and an empty session, once its time is over."""
    user = get_user(request)
    if not user.is_authenticated:
        return user
    proofs = get_authentication_records(request, user)
    if not proofs:
        return user  # nobody logged in through the pages: the cookie's age alone counts
    now, proved = time.time(), proofs[-1]["at"]
    seen = max(request.session.get(SEEN, 0), proved)
    if now - seen > settings.SESSION_IDLE_SECONDS or now - proved > settings.SESSION_ABSOLUTE_SECONDS:
        request.session.flush()
        return AnonymousUser()
    if now - seen > NOTE_SECONDS:
        request.session[SEEN] = now
    return user
