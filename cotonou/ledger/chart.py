"""The internal chart of accounts: codes that the services name, and what each account is.

A project convention, mapped to the commune's official nomenclature by a dated
table once the treasurer has given it. Who owes, which drawer, which operator
or which third party is the *auxiliary* of a line, never an account.
"""

from dataclasses import dataclass
from enum import StrEnum


class AccountCode(StrEnum):
    DEBTORS = "101"
    CUSTOMER_CREDITS = "102"
    CASH = "201"
    COLLECTOR_CASH = "202"
    TRANSIT = "203"
    BANK = "204"
    TREASURY = "205"
    INTERNAL_TRANSFERS = "206"
    CIVIL_ACT_FEES = "301"
    MARKET_FEES = "302"
    PUBLIC_SPACE_FEES = "303"
    LOCAL_TAXES = "304"
    OTHER_REVENUE = "308"
    PENALTIES = "309"
    WAIVERS = "401"
    PROVIDER_FEES = "402"
    CASH_GAPS = "403"
    UNIDENTIFIED = "501"
    HELD_FOR_OTHERS = "502"
    REFUNDS_PAYABLE = "503"
    TICKETS_ENTRUSTED = "901"
    TICKETS_CONTRA = "902"


@dataclass(frozen=True)
class ChartRow:
    code: AccountCode
    name: str
    kind: str
    normal_side: str


C = AccountCode
# Names are data that the comptable may reword; migration 0003 loads them once.
CHART: tuple[ChartRow, ...] = tuple(
    ChartRow(*row)
    for row in (
        (C.DEBTORS, "Redevables", "ASSET", "DEBIT"),
        (C.CUSTOMER_CREDITS, "Avoirs des usagers", "LIABILITY", "CREDIT"),
        (C.CASH, "Caisses", "ASSET", "DEBIT"),
        (C.COLLECTOR_CASH, "Espèces détenues par les collecteurs", "ASSET", "DEBIT"),
        (C.TRANSIT, "Paiements mobiles en transit", "ASSET", "DEBIT"),
        (C.BANK, "Banque", "ASSET", "DEBIT"),
        (C.TREASURY, "Dépôts au Trésor", "ASSET", "DEBIT"),
        (C.INTERNAL_TRANSFERS, "Virements internes", "ASSET", "DEBIT"),
        (C.CIVIL_ACT_FEES, "Droits sur les actes et certificats", "REVENUE", "CREDIT"),
        (C.MARKET_FEES, "Droits de place des marchés", "REVENUE", "CREDIT"),
        (C.PUBLIC_SPACE_FEES, "Occupation du domaine public", "REVENUE", "CREDIT"),
        (C.LOCAL_TAXES, "Taxes locales", "REVENUE", "CREDIT"),
        (C.OTHER_REVENUE, "Autres recettes", "REVENUE", "CREDIT"),
        (C.PENALTIES, "Pénalités", "REVENUE", "CREDIT"),
        (C.WAIVERS, "Remises accordées", "EXPENSE", "DEBIT"),
        (C.PROVIDER_FEES, "Frais des opérateurs", "EXPENSE", "DEBIT"),
        (C.CASH_GAPS, "Écarts de caisse", "EXPENSE", "DEBIT"),
        (C.UNIDENTIFIED, "Recettes à identifier", "LIABILITY", "CREDIT"),
        (C.HELD_FOR_OTHERS, "Sommes détenues pour des tiers", "LIABILITY", "CREDIT"),
        (C.REFUNDS_PAYABLE, "Remboursements à payer", "LIABILITY", "CREDIT"),
        (C.TICKETS_ENTRUSTED, "Tickets confiés", "MEMO", "DEBIT"),
        (C.TICKETS_CONTRA, "Tickets confiés, contrepartie", "MEMO", "CREDIT"),
    )
)
