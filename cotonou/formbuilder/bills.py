"""What a request costs, in words, for the page where the answers are checked and for the one that pays."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cotonou.formbuilder.definition import Text


@dataclass(frozen=True)
class Bill:
    """rows: (what, how it is worked out or "", amount), all in words.

    send_label: of the last button, when there is nothing to pay.
    """

    rows: tuple[tuple[str, str, str], ...]
    total: str
    note: str = ""
    send_label: Text = ""

    def table(self) -> dict[str, Any]:
        """{"columns", "rows", "totals", "note"} for components/table.html."""
        explained = any(worked_out for _what, worked_out, _amount in self.rows)
        columns: list[dict[str, Any]] = [{"label": _("Droit")}]
        columns += [{"label": _("Calcul")}] if explained else []
        return {
            "columns": [*columns, {"label": _("Montant"), "numeric": True}],
            "rows": [_cells(row, explained) for row in self.rows],
            "totals": _cells((_("Total"), "", self.total), explained) if self.total else None,
            "note": self.note,
        }


def _cells(row: tuple[str, str, str], explained: bool) -> list[str]:
    what, worked_out, amount = row
    return [what, worked_out, amount] if explained else [what, amount]
