"""Drawers and the people at them: open with a count, close with a blind count."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Permission
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict, DomainError, NotAllowed
from cotonou.ledger.balances import balance
from cotonou.ledger.chart import AccountCode
from cotonou.payments import booking
from cotonou.payments.models import CashDesk, CashSession
from cotonou.payments.receipts import ONLINE_SERIES


@transaction.atomic
def add_desk(*, office: Office, code: str, name: str, by: Actor) -> CashDesk:
    """A new drawer. Raises NotAllowed outside the actor's offices, Conflict for a code in use."""
    if not by.scope(Permission.CASH_SUPERVISE).covers(office.pk):
        raise NotAllowed(_("Cette caisse n’est pas dans vos bureaux."))
    code = code.upper()
    if code == ONLINE_SERIES or CashDesk.objects.filter(code=code).exists():
        raise Conflict(_("Ce code de caisse est déjà pris."), code="desk_code_taken")
    desk = CashDesk.objects.create(office=office, code=code, name=name)
    audit.record("payments.desk_added", subject=desk, actor=by, office=str(office.public_id))
    return desk


def open_session(*, desk: CashDesk, float_xof: int, by: Actor) -> CashSession:
    """Open ``desk`` with the money counted in it, in XOF.

    What the count differs from the books was moved between two sessions; it is
    booked as an internal transfer. Raises Conflict when the desk, or the cashier,
    already has an open session.
    """
    if by.user is None or not by.scope(Permission.CASH_DESK).covers(desk.office_id):
        raise NotAllowed(_("Cette caisse n’est pas dans vos bureaux."))
    if float_xof < 0:
        raise DomainError(_("Le fonds de caisse ne peut pas être négatif."), code="float")
    if desk.closed_on:
        raise Conflict(_("Cette caisse est supprimée."), code="desk_closed")
    try:
        with transaction.atomic():
            session = CashSession.objects.create(desk=desk, opened_by=by.user, float_xof=float_xof)
            moved = float_xof - balance(AccountCode.CASH, auxiliary=desk.code)
            if moved:
                booking.post_float(session, moved, by)
            audit.record("payments.session_opened", subject=session, actor=by, float_xof=float_xof)
            return session
    except IntegrityError as error:
        if "one_open_per_desk" in str(error):
            raise Conflict(_("Cette caisse est déjà ouverte."), code="desk_open") from error
        if "one_open_per_cashier" in str(error):
            raise Conflict(
                _("Vous avez déjà une caisse ouverte. Fermez-la d’abord."), code="cashier_open"
            ) from error
        raise


def open_session_of(session_id: int, by: Actor) -> CashSession:
    """The actor's own open session, locked so that nobody closes it meanwhile.

    Raises Conflict (session_closed) or NotAllowed.
    """
    rows = CashSession.objects.select_for_update(of=("self",)).select_related("desk__office")
    session = rows.get(pk=session_id)
    if by.user is None or session.opened_by_id != by.user.pk:
        raise NotAllowed(_("Cette caisse a été ouverte par une autre personne."))
    if session.closed_at:
        raise Conflict(_("Votre caisse est fermée. Ouvrez-la avant d’encaisser."), code="session_closed")
    return session


@transaction.atomic
def close_session(*, session: CashSession, counted_xof: int, by: Actor, gap_reason: str = "") -> CashSession:
    """Close with what was counted; a difference goes to the account of cash gaps, with its reason.

    By the cashier who opened it, or by a supervisor of the office. Raises
    DomainError (gap_reason_missing, gap in the message) when the count differs
    and no reason is given, Conflict when already closed.
    """
    rows = CashSession.objects.select_for_update(of=("self",)).select_related("desk__office")
    session = rows.get(pk=session.pk)
    if by.user is None or not _may_close(session, by):
        raise NotAllowed(_("Cette caisse a été ouverte par une autre personne."))
    if session.closed_at:
        raise Conflict(_("Cette caisse est déjà fermée."), code="session_closed")
    if counted_xof < 0:
        raise DomainError(_("Le montant compté ne peut pas être négatif."), code="counted")
    expected = balance(AccountCode.CASH, auxiliary=session.desk.code)
    gap = counted_xof - expected
    if gap and not gap_reason.strip():
        raise DomainError(
            _("Le montant compté ne correspond pas aux encaissements. Recomptez, puis dites pourquoi."),
            code="gap_reason_missing",
        )
    session.closed_at, session.closed_by = timezone.now(), by.user
    session.expected_xof, session.counted_xof, session.gap_xof = expected, counted_xof, gap
    session.gap_reason = gap_reason.strip() if gap else ""
    if gap:
        booking.post_gap(session, gap, by)
    session.save()
    audit.record("payments.session_closed", subject=session, actor=by, counted_xof=counted_xof, gap_xof=gap)
    return session


def _may_close(session: CashSession, by: Actor) -> bool:
    own = by.user is not None and session.opened_by_id == by.user.pk
    return own or by.scope(Permission.CASH_SUPERVISE).covers(session.desk.office_id)


def session_of(by: Actor) -> CashSession | None:
    """The drawer this person has open now, if any."""
    if by.user is None:
        return None
    return (
        CashSession.objects.select_related("desk__office").filter(opened_by=by.user, closed_at=None).first()
    )
