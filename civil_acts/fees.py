"""What a request costs, line by line, as the published version says it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cotonou.core.errors import DomainError
from cotonou.core.money import format_xof
from cotonou.formbuilder.definition import say
from cotonou.ledger.chart import AccountCode
from cotonou.payments.services import Allocation

# Above this a fee of the civil registers is a slip of the hand.
LARGEST_XOF = 1_000_000


@dataclass(frozen=True)
class FeeLine:
    label: str
    unit_xof: int
    quantity: int
    allocations: tuple[Allocation, ...]  # for one unit
    source: str

    @property
    def amount_xof(self) -> int:
        return self.unit_xof * self.quantity

    @property
    def explanation(self) -> str:
        """ "3 × 500 F", in the words of the receipt."""
        if self.quantity == 1:
            return format_xof(self.unit_xof)
        return f"{self.quantity} × {format_xof(self.unit_xof)}"


class FeeUnknown(DomainError):
    code = "fee_unknown"


def check(fees: Sequence[dict]) -> None:
    """Raises DomainError for a fee that nobody could book: negative, too large, or shared out wrongly.

    fees: ``ProcedureVersion.fees``; an amount that is not known yet is not wrong.
    """
    for fee in fees:
        amount, label = fee["amount_xof"], {"label": say(fee["label"])}
        shares = [part["amount_xof"] for part in fee.get("allocations", [])]
        if amount is not None and not 0 <= amount <= LARGEST_XOF:
            raise DomainError(
                _("Corrigez le montant de « %(label)s » : de %(least)s à %(most)s.")
                % (label | {"least": format_xof(0), "most": format_xof(LARGEST_XOF)}),
                code="amount",
            )
        if any(share < 0 for share in shares) or (amount is not None and shares and sum(shares) != amount):
            raise DomainError(
                _("Corrigez les parts de « %(label)s » : ensemble, elles font son montant.") % label,
                code="shares",
            )


def quote(fees: list[dict], *, variant: str, copies: int) -> list[FeeLine]:
    """The fee lines of one request; whole F CFA, nothing to round.

    fees: ``ProcedureVersion.fees``. Raises FeeUnknown when an amount is not
    known: no payment may start on a figure that nobody has decided.
    """
    lines = []
    for fee in fees:
        if fee.get("variant") not in (None, "", variant):
            continue
        if fee["amount_xof"] is None:
            raise FeeUnknown(
                _("Le tarif de cette démarche reste à confirmer par la Mairie. Adressez-vous au guichet.")
            )
        own = [{"account": AccountCode.CIVIL_ACT_FEES, "amount_xof": fee["amount_xof"]}]
        lines.append(
            FeeLine(
                label=say(fee["label"]),
                unit_xof=fee["amount_xof"],
                quantity=copies if fee.get("per_copy") else 1,
                allocations=tuple(
                    Allocation(a["account"], a["amount_xof"], a.get("held_for", ""))
                    for a in fee.get("allocations") or own
                ),
                source=fee.get("source", ""),
            )
        )
    return lines


def total(lines: list[FeeLine]) -> int:
    return sum(line.amount_xof for line in lines)


def allocations(lines: list[FeeLine]) -> list[Allocation]:
    """What each account gets from all lines together; adds up to ``total(lines)``, without empty shares."""
    amounts: dict[tuple[str, str], int] = {}
    for line in lines:
        for part in line.allocations:
            key = (part.account_code, part.held_for)
            amounts[key] = amounts.get(key, 0) + part.amount_xof * line.quantity
    return [Allocation(account, amount, held) for (account, held), amount in amounts.items() if amount]


def held_for_others(lines: list[FeeLine]) -> int:
    """XOF of these lines that are not the City's."""
    return sum(part.amount_xof for part in allocations(lines) if part.held_for)
