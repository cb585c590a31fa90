"""A queue with its filters, under a name: a bookmark of one person, with nothing of a request in it."""

from civil_acts.models import SavedView
from cotonou.accounts.actors import Actor


def keep(*, name: str, query: str, by: Actor) -> SavedView:
    """The same name again replaces the filters kept under it."""
    view, _created = SavedView.objects.update_or_create(user=by.person, name=name, defaults={"query": query})
    return view


def forget(*, pk: int, by: Actor) -> bool:
    """False when the person has no such view."""
    deleted, _rows = SavedView.objects.filter(pk=pk, user=by.person).delete()
    return bool(deleted)
