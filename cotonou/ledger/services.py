"""Writing in the books. There is one way in, ``post``, and one way to correct, ``reverse``."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.models import Office
from cotonou.audit import services as audit
from cotonou.audit.services import Acting
from cotonou.core.errors import Conflict, DomainError
from cotonou.ledger.models import Account, Entry, Line, Period
from cotonou.territory.dates import local_today


@dataclass(frozen=True)
class NewLine:
    """One side of an entry to post, in whole XOF; exactly one of the two amounts is > 0."""

    account_code: str
    debit_xof: int = 0
    credit_xof: int = 0
    auxiliary: str = ""
    party_uuid: UUID | None = None


def debit(account_code: str, amount_xof: int, *, auxiliary: str = "", party: UUID | None = None) -> NewLine:
    return NewLine(account_code, debit_xof=amount_xof, auxiliary=auxiliary, party_uuid=party)


def credit(account_code: str, amount_xof: int, *, auxiliary: str = "", party: UUID | None = None) -> NewLine:
    return NewLine(account_code, credit_xof=amount_xof, auxiliary=auxiliary, party_uuid=party)


class KeyReused(Conflict):
    """The key belongs to an entry with other lines: a bug upstream, never silently accepted."""

    code = "ledger_key_reused"


@transaction.atomic
def post(
    *,
    key: str,
    journal: str,
    date: datetime.date,
    label: str,
    lines: Sequence[NewLine],
    by: Acting,
    office: Office | None = None,
    source: models.Model | None = None,
    reverses: Entry | None = None,
) -> Entry:
    """Write one balanced entry; the same key again returns the first entry.

    lines: at least two, debits equal to credits. office: whose books, None for the City's.
    source: the row that caused it, with a ``public_id``.
    Raises KeyReused for a known key with other lines, DomainError for an
    unbalanced entry, an unknown account or a date in a closed period.
    """
    _check_balance(lines)
    entry = Entry(
        key=key,
        journal=journal,
        date=date,
        label=label[:200],
        source_kind=source._meta.label_lower if source else "",
        source_uuid=getattr(source, "public_id", None),
        author_uuid=by.uuid,
        author_label=by.label[:200],
        office=office,
        reverses=reverses,
    )
    known = Entry.objects.filter(key=key).first() or _insert(entry, lines)
    if known is not entry and not _same_lines(known, lines):
        raise KeyReused(_("Cette opération a déjà été comptabilisée autrement."))
    return known


def _check_balance(lines: Sequence[NewLine]) -> None:
    if len(lines) < 2 or sum(line.debit_xof - line.credit_xof for line in lines) != 0:
        raise DomainError(_("L’écriture n’est pas équilibrée."), code="unbalanced")


def _insert(entry: Entry, lines: Sequence[NewLine]) -> Entry:
    """The entry just written, or the one that a concurrent call wrote under the same key."""
    accounts = _accounts(lines)
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
            Line.objects.bulk_create(
                Line(
                    entry=entry,
                    account_id=accounts[line.account_code],
                    debit_xof=line.debit_xof,
                    credit_xof=line.credit_xof,
                    date=entry.date,
                    office_id=entry.office_id,
                    auxiliary=line.auxiliary,
                    party_uuid=line.party_uuid,
                )
                for line in lines
            )
    except IntegrityError as error:
        if winner := Entry.objects.filter(key=entry.key).first():
            return winner
        if Period.objects.filter(
            starts_on__lte=entry.date, ends_on__gte=entry.date, closed_at__isnull=False
        ).exists():
            raise DomainError(
                _("Cette date appartient à une période comptable fermée."), code="period_closed"
            ) from error
        raise
    return entry


def _accounts(lines: Sequence[NewLine]) -> dict[str, int]:
    codes = {str(line.account_code) for line in lines}
    found = dict(Account.objects.filter(code__in=codes).values_list("code", "pk"))
    if missing := codes - found.keys():
        raise DomainError(
            _("Compte inconnu : %(code)s.") % {"code": ", ".join(sorted(missing))}, code="unknown_account"
        )
    return found


def _same_lines(entry: Entry, lines: Sequence[NewLine]) -> bool:
    stored = entry.lines.values_list("account__code", "debit_xof", "credit_xof", "auxiliary")
    wanted = [(str(x.account_code), x.debit_xof, x.credit_xof, x.auxiliary) for x in lines]
    return sorted(stored) == sorted(wanted)


@transaction.atomic
def reverse(*, entry: Entry, by: Acting, reason: str, date: datetime.date | None = None) -> Entry:
    """Cancel ``entry`` by its mirror, dated today unless told; twice gives the first reversal.

    Raises DomainError for an entry that is itself a reversal, or without a reason.
    """
    if entry.reverses_id:
        raise DomainError(_("Une annulation ne s’annule pas : passez l’écriture juste."), code="is_reversal")
    if not reason.strip():
        raise DomainError(_("Dites pourquoi cette écriture est annulée."), code="reason_missing")
    mirror = post(
        key=f"reversal:{entry.pk}",
        journal=entry.journal,
        date=date or local_today(),
        label=f"Annulation : {reason}",  # the books are in French, whatever the screen
        lines=[_mirrored(line) for line in as_new_lines(entry)],
        by=by,
        office=entry.office,
        source=entry,
        reverses=entry,
    )
    audit.record("ledger.reversed", subject=entry, actor=by, reason=reason, reversal=str(mirror.public_id))
    return mirror


def as_new_lines(entry: Entry) -> list[NewLine]:
    rows = entry.lines.select_related("account").order_by("pk")
    return [NewLine(x.account.code, x.debit_xof, x.credit_xof, x.auxiliary, x.party_uuid) for x in rows]


def _mirrored(line: NewLine) -> NewLine:
    return replace(line, debit_xof=line.credit_xof, credit_xof=line.debit_xof)


@transaction.atomic
def close_period(*, period: Period, by: Acting) -> Period:
    """Close a period that is over; no entry may ever be dated in it again.

    Waits for the entries being written in it. Closing twice changes nothing.
    Raises DomainError while the period still runs.
    """
    period = Period.objects.select_for_update().get(pk=period.pk)
    if period.closed_at:
        return period
    if period.ends_on >= local_today():
        raise DomainError(_("Cette période n’est pas terminée."), code="period_running")
    period.closed_at, period.closed_by_uuid, period.closed_by_label = timezone.now(), by.uuid, by.label
    period.save(update_fields=["closed_at", "closed_by_uuid", "closed_by_label"])
    audit.record("ledger.period_closed", subject=period, actor=by)
    return period
