"""The spreadsheet that goes back to the office: rejected rows, as they were, with the reasons."""

from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from civil_acts.registers.problems import Problem
from civil_acts.registers.rows import as_text

MAX_CELL = 32_000  # Excel's own limit is 32,767
_EXECUTED = ("=", "+", "-", "@", "\t", "\r")


def inert(text: str) -> str:
    """The text, never a formula: not here, nor when the sheet is saved as CSV and opened again."""
    return f"'{text}" if text.startswith(_EXECUTED) else text


class RejectedRows:
    """Written row by row in constant memory. Corrected, the same file can be imported again."""

    def __init__(self, path: Path, headers: list[str]):
        self.book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        bold = self.book.add_format({"bold": True, "bg_color": "#E8F1EE", "text_wrap": True, "valign": "top"})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.sheet = self.book.add_worksheet(_("Lignes à corriger"))
        self.sheet.set_column(0, 0, 10)
        self.sheet.set_column(1, 1, 60)
        self.sheet.set_column(2, len(headers) + 1, 18)
        self.sheet.freeze_panes(1, 2)
        for column, header in enumerate([_("Ligne du fichier"), _("Ce qu’il faut corriger"), *headers]):
            self.sheet.write_string(0, column, inert(header), bold)
        self.count = 0

    def add(self, line: str, cells: list[Any], problems: list[Problem]) -> None:
        self.count += 1
        self.sheet.write_string(self.count, 0, line)
        self.sheet.write_string(self.count, 1, "\n".join(p.sentence() for p in problems), self.wrapped)
        for column, cell in enumerate(cells, 2):
            if text := as_text(cell):
                self.sheet.write_string(self.count, column, inert(text[:MAX_CELL]))

    def close(self) -> None:
        self.book.close()
