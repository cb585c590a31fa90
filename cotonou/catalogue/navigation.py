"""The menu of the staff: rooms register their entries, each actor sees those of their permissions."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission


@dataclass(frozen=True)
class Entry:
    label: Any  # a lazy translation
    url_name: str
    permissions: tuple[Permission, ...]  # any of them
    order: int


_entries: dict[str, Entry] = {}


def register(url_name: str, *, label: Any, permissions: tuple[Permission, ...], order: int = 100) -> None:
    """``url_name`` takes no argument; small ``order`` first. Raises ValueError when it is taken."""
    if url_name in _entries:
        raise ValueError(f"{url_name} is already in the menu")
    _entries[url_name] = Entry(label, url_name, permissions, order)


def entries_for(actor: Actor) -> list[Entry]:
    allowed = [e for e in _entries.values() if any(actor.has(p) for p in e.permissions)]
    return sorted(allowed, key=lambda e: (e.order, e.url_name))


def menu(actor: Actor, path: str) -> list[dict]:
    """{href, label, current} for layout/staff.html; the longest matching address is the current one."""
    items = [{"href": reverse(e.url_name), "label": e.label, "current": False} for e in entries_for(actor)]
    here = [item for item in items if path.startswith(item["href"])]
    if here:
        max(here, key=lambda item: len(item["href"]))["current"] = True
    return items
