"""The heads of the chains, published once a day where the City cannot take them back.

An owner of the database can disable the triggers, alter a row and compute its
whole chain again: nothing inside would tell. What was published tells: at
/integrite.json for anyone to keep, and in the folder of bin/backup. Each
publication names the one before and is signed by whoever keeps the keys.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cotonou.audit import sealing
from cotonou.audit.models import ChainLink, PublishedHeads
from cotonou.jobs.models import Job

# What is signed begins with a line that no QR code holds: a signature for one is none for the other.
PREFIX = b"integrite.json\n"


class Notary(Protocol):
    """Who signs what is published: the room that keeps the keys, registered at startup."""

    def sign(self, message: bytes) -> tuple[str, bytes]:
        """(name of the key, signature)."""
        ...

    def holds(self, key_id: str, message: bytes, signature: bytes, moment: datetime) -> bool:
        """True when a key of that name, trusted at ``moment``, signed ``message``."""
        ...


_notaries: list[Notary] = []


def register_notary(notary: Notary) -> None:
    """Raises ValueError when there is one already."""
    if _notaries:
        raise ValueError("the published heads have a notary already")
    _notaries.append(notary)


@dataclass(frozen=True)
class Published:
    """One day's publication, from the table or from a copy kept elsewhere."""

    text: str
    key_id: str
    signature: str  # base64url

    @cached_property
    def content(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def day(self) -> date:
        return date.fromisoformat(self.content["day"])

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.content["at"])

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def signed(self) -> bool:
        try:
            signature = base64.urlsafe_b64decode(self.signature + "=" * (-len(self.signature) % 4))
        except ValueError:
            return False
        return _notaries[0].holds(self.key_id, PREFIX + self.text.encode(), signature, self.at)


# -- publishing -------------------------------------------------------------------


def publish_job(job: Job) -> None:
    """Publish today's heads, once; asked every hour, so that a stopped clock costs no day."""
    if PublishedHeads.objects.filter(day=timezone.localdate()).exists():
        return
    sealing.seal_all()
    text = _text_now()
    key_id, signature = _notaries[0].sign(PREFIX + text.encode())  # a token may be slow: nothing is open here
    with transaction.atomic():
        job.finish()
        content = json.loads(text)
        PublishedHeads.objects.create(
            day=content["day"],
            text=text,
            previous=content["previous"],
            key_id=key_id,
            signature=base64.urlsafe_b64encode(signature).rstrip(b"=").decode(),
        )


def _text_now() -> str:
    last = PublishedHeads.objects.order_by("pk").last()
    content = {
        "day": timezone.localdate().isoformat(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "heads": {name: {"rows": rows, "hash": head} for name, (rows, head) in sealing.heads().items()},
        "previous": hashlib.sha256(last.text.encode()).hexdigest() if last else sealing.GENESIS,
    }
    return json.dumps(content, separators=(",", ":"))


def in_table() -> list[Published]:
    """Everything published so far, oldest first."""
    rows = PublishedHeads.objects.order_by("pk").values_list("text", "key_id", "signature")
    return [Published(*row) for row in rows]


def as_json(published: Published) -> dict[str, str]:
    return {"text": published.text, "key": published.key_id, "signature": published.signature}


def read_copy(path: Path) -> list[Published]:
    """A copy kept elsewhere: /integrite.json as it was downloaded, or the file of bin/backup.

    Raises ValueError for anything else.
    """
    content = path.read_text(encoding="utf-8")
    try:
        whole = json.loads(content)
    except json.JSONDecodeError:
        whole = {"published": [json.loads(line) for line in content.splitlines() if line]}
    try:
        found = whole.get("published", [whole])
        copied = [Published(entry["text"], entry["key"], entry["signature"]) for entry in found]
        for published in copied:
            published.day, published.at, published.content["heads"], published.content["previous"]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} holds no published heads") from error
    return copied


# -- comparing ----------------------------------------------------------------------


def broken(copies: Iterable[Published] = ()) -> Iterator[str]:
    """One sentence per publication that the database no longer agrees with.

    copies: what others kept; without them, only the table itself is compared.
    """
    table = in_table()
    copied = list(copies)
    yield from _broken_table(table)
    yield from _withdrawn(table, copied)
    everything = {published.text: published for published in [*copied, *table]}
    kept = sorted(everything.values(), key=lambda published: published.at)
    for published in kept:
        if not published.signed():
            yield _("Publication du %(day)s : sa signature n’est pas la nôtre.") % {"day": _said(published)}
    for chain in sorted({name for published in kept for name in published.content["heads"]}):
        yield from _rewritten(chain, [p for p in kept if chain in p.content["heads"]])


def _said(published: Published) -> str:
    return date_format(published.day, "j F Y")


def _broken_table(table: list[Published]) -> Iterator[str]:
    previous = sealing.GENESIS
    for published in table:
        if published.content["previous"] != previous:
            yield _("Publication du %(day)s : elle ne suit plus celle d’avant.") % {"day": _said(published)}
        previous = published.digest


def _withdrawn(table: list[Published], copies: list[Published]) -> Iterator[str]:
    known = {published.text for published in table}
    for published in copies:
        if published.text not in known:
            yield _("Publication du %(day)s : la copie la garde, la base ne l’a plus.") % {
                "day": _said(published)
            }


def _rewritten(chain: str, published: list[Published]) -> Iterator[str]:
    """The first day whose head the chain no longer has; every later one differs because of it."""
    heads = [(p, p.content["heads"][chain]) for p in published]
    links = ChainLink.objects.filter(chain=chain, position__in={head["rows"] for _p, head in heads})
    now = dict(links.values_list("position", "link_hash")) | {0: sealing.GENESIS}
    agreed = 0
    for one, head in heads:
        if now.get(head["rows"]) != head["hash"]:
            yield _(
                "%(chain)s : la tête publiée le %(day)s n’est plus celle de la chaîne. "
                "Ce qui a été réécrit est entre les lignes scellées n° %(first)s et n° %(last)s."
            ) % {"chain": chain, "day": _said(one), "first": agreed + 1, "last": head["rows"]}
            return
        agreed = max(agreed, head["rows"])
