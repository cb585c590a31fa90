from civil_acts.models.archive import NO_ACT, SearchSlip, SlipState, Transcription
from civil_acts.models.issued import Replacement, Revocation
from civil_acts.models.procedures import EntitlementRule, Procedure, ProcedureVersion
from civil_acts.models.registers import (
    DETAILS,
    ActKind,
    DatePrecision,
    ImportBatch,
    Mention,
    NameWord,
    RegisterAct,
    Sex,
)
from civil_acts.models.requests import ActRequest, Complement, RelayBatch, SavedView

__all__ = [
    "DETAILS",
    "NO_ACT",
    "ActKind",
    "ActRequest",
    "Complement",
    "DatePrecision",
    "EntitlementRule",
    "ImportBatch",
    "Mention",
    "NameWord",
    "Procedure",
    "ProcedureVersion",
    "RegisterAct",
    "RelayBatch",
    "Replacement",
    "Revocation",
    "SavedView",
    "SearchSlip",
    "Sex",
    "SlipState",
    "Transcription",
]
