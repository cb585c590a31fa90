"""Who may do what where: one row per route, written by hand, apart from the code it judges.

A role is one letter, below; "*" is anyone, "+" anyone logged in. A method that
a row does not list is refused (405). ``own`` makes what the route is about, in
the 5th arrondissement; the same thing in the 6th answers 404 to agents of the
5th when the row is ``scoped``. ``private``: of citizens, only the holder of the
request sees it. A route that takes an argument has ``own`` or says ``why`` not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from cotonou.accounts.permissions import Role
from tests.architecture import things

LETTERS = {
    "G": Role.COUNTER_AGENT,
    "C": Role.CLERK,
    "O": Role.OFFICER,
    "A": Role.ARCHIVIST,
    "U": Role.RELAY_AGENT,
    "K": Role.CASHIER,
    "R": Role.REGISSEUR,
    "F": Role.FINANCE,
    "D": Role.CATALOGUE,
    "V": Role.AUDITOR,
    "M": Role.ADMINISTRATOR,
}
ANYONE, LOGGED_IN, STAFF = "*", "+", "".join(LETTERS)


@dataclass(frozen=True)
class Row:
    get: str = ""
    post: str = ""
    own: Callable[[int], dict] | None = None
    scoped: bool = False
    private: bool = False
    # Of those who may enter, who finds only what is their own (a drawer), else nothing.
    personal: str = ""
    # The page itself decides, by what the thing belongs to: whoever may not enter may be told it is missing.
    inner: bool = False
    # For a route whose argument names nothing that belongs to somebody, and why that is so.
    kwargs: dict = field(default_factory=dict)
    why: str = ""

    @property
    def methods(self) -> dict[str, str]:
        return {name: who for name, who in (("GET", self.get), ("POST", self.post)) if who}


# Routes of others: allauth decides for its own pages, Django's admin is for
# superusers (tests/cotonou/portal/test_technical.py), the component page and
# the language switch hold nothing.
OTHERS = ("compte/", "gestion-technique/", "i18n/", "dev/")

JOB, SERVICE, FACT = things.parked_job, things.service, things.fact
REQUEST, PREPARED, TRACKED = things.request, things.prepared_request, things.tracked
PAYMENT, DRAWER = things.payment, things.cash_session

PUBLISHED = "a page of the City, the same for everyone"
BEARER = "whoever holds the paper or its code may look"
WHOLE_CITY = "one for the whole City, of no arrondissement"

ROWS = {
    "schema": Row(get=ANYONE),
    "api-root": Row(get=ANYONE),
    "service-list": Row(get=ANYONE),
    "service-detail": Row(get=ANYONE, kwargs={"slug": "mariage"}, why=PUBLISHED),
    # The pages everyone meets.
    "portal:home": Row(get=ANYONE),
    "portal:contact": Row(get=ANYONE),
    "portal:accessibility": Row(get=ANYONE),
    "portal:privacy": Row(get=ANYONE),
    "portal:integrity": Row(get=ANYONE),
    "portal:published_heads": Row(get=ANYONE),
    "portal:robots": Row(get=ANYONE),
    "portal:favicon": Row(get=ANYONE),
    "portal:security": Row(get=ANYONE),
    "portal:tracking": Row(get=ANYONE, post=ANYONE),
    "portal:live": Row(get=ANYONE),
    "portal:ready": Row(get=ANYONE),
    "portal:metrics": Row(get=ANYONE),
    "portal:space": Row(get=LOGGED_IN),
    "portal:profile": Row(get=LOGGED_IN, post=LOGGED_IN),
    "catalogue:services": Row(get=ANYONE),
    "catalogue:service": Row(get=ANYONE, kwargs={"slug": "mariage"}, why=PUBLISHED),
    "notifications:demo_messages": Row(get=ANYONE),
    # The pages of those who run the portal; they belong to no arrondissement.
    "portal:staff": Row(get=STAFF),
    "portal:jobs": Row(get="VM"),
    "portal:retry_job": Row(post="M", own=JOB),
    "portal:messages": Row(get="VM"),
    "portal:journal": Row(get="VM"),
    "portal:team": Row(get="M", post="M"),
    "portal:end_membership": Row(post="M", own=things.membership),
    "portal:holidays": Row(get="M", post="M"),
    "portal:remove_holiday": Row(post="M", kwargs={"day": "2026-08-01"}, why=WHOLE_CITY),
    "portal:golive": Row(get="M"),
    "portal:record_operation": Row(post="M"),
    "portal:open_portal": Row(post="M"),
    "portal:close_portal": Row(post="M"),
    "portal:catalogue": Row(get="DM"),
    "portal:service": Row(get="DM", own=SERVICE),
    "portal:edit_service": Row(post="D", own=SERVICE),
    "portal:add_level": Row(post="D", own=SERVICE),
    "portal:add_fact": Row(post="D", own=SERVICE),
    "portal:end_fact": Row(post="D", own=FACT),
    # Documents.
    "documents:service_worker": Row(get=ANYONE),
    "documents:verify": Row(get=ANYONE),
    "documents:published_keys": Row(get=ANYONE),
    "documents:revocations": Row(get=ANYONE),
    "documents:verify_file": Row(get=ANYONE, post=ANYONE),
    "documents:verify_code": Row(get=ANYONE, kwargs={"code": "ABCDE12345"}, why=BEARER),
    "documents:verify_state": Row(get=ANYONE, kwargs={"code": "ABCDE12345"}, why=BEARER),
    "documents:document": Row(get="U", own=things.slip_document, scoped=True, inner=True),
    "documents:upload": Row(get="GCO", own=things.upload, scoped=True, inner=True),
    "documents:preview": Row(get="GCO", own=things.upload_page, scoped=True, inner=True),
    "formbuilder:resume": Row(get=ANYONE, post=ANYONE),
    # Accounts of the City.
    "ledger:trial_balance": Row(get="RFV"),
    "ledger:journal": Row(get="RFV"),
    "ledger:entry": Row(get="RFV", own=things.entry, scoped=True),
    "ledger:account": Row(get="RFV", kwargs={"code": "521"}, why=WHOLE_CITY),
    # Payments.
    "payments:status": Row(get=ANYONE, own=PAYMENT, private=True),
    "payments:retry": Row(post=ANYONE, own=PAYMENT, private=True),
    "payments:otherwise": Row(get=ANYONE, post=ANYONE, own=PAYMENT, private=True),
    "payments:cancel": Row(post=ANYONE, own=PAYMENT, private=True),
    "payments:events": Row(post=ANYONE, kwargs={"provider": "fake"}, why="machines, judged by signature"),
    "payments:receipt": Row(get=ANYONE, kwargs={"code": "ABCDE12345"}, why=BEARER),
    "payments:fake_operator": Row(
        get=ANYONE,
        post=ANYONE,
        kwargs={"reference": "ABCDE12345"},
        why="the payer’s phone; never in production",
    ),
    "payments:cash_home": Row(get="GK", post="GK"),
    "payments:cash_journal": Row(get="GKR"),
    "payments:cash_desks": Row(get="R", post="R"),
    "payments:cash_session": Row(get="GKR", own=DRAWER, scoped=True, personal="GK"),
    "payments:cash_close": Row(get="GKR", post="GKR", own=DRAWER, scoped=True, personal="GK"),
    "payments:staff_index": Row(get="GKRFV"),
    "payments:unapplied": Row(get="GKRFV"),
    "payments:cases": Row(get="GKRFV"),
    "payments:case": Row(get="R", post="R", own=things.money_case, scoped=True),
    "payments:staff_detail": Row(get="GKRFV", own=PAYMENT, scoped=True),
    "payments:propose_refund": Row(post="R", own=PAYMENT, scoped=True),
    "payments:reapply": Row(post="R", own=things.unapplied_payment, scoped=True),
    "payments:refunds": Row(get="GKRFV"),
    "payments:refund": Row(get="GKRFV", own=things.refund, scoped=True),
    "payments:decide_refund": Row(post="R", own=things.refund, scoped=True),
    # From one's own open drawer, which the agents of the matrix have not.
    "payments:pay_refund_in_cash": Row(post="GK", own=things.approved_refund, scoped=True, personal="GK"),
    "payments:pay_refund_by_operator": Row(post="R", own=things.approved_refund, scoped=True),
    # Civil acts: the citizen.
    "civil_acts:start": Row(get=ANYONE, post=ANYONE, kwargs={"slug": "acte-de-naissance"}, why=PUBLISHED),
    "civil_acts:page": Row(get=ANYONE, post=ANYONE, own=things.draft_page, private=True),
    "civil_acts:resume": Row(get=ANYONE, own=things.draft, private=True),
    "civil_acts:tracking": Row(get=ANYONE, own=TRACKED, private=True),
    "civil_acts:pay": Row(get=ANYONE, post=ANYONE, own=TRACKED, private=True),
    "civil_acts:answer": Row(post=ANYONE, own=TRACKED, private=True),
    "civil_acts:withdraw": Row(get=ANYONE, post=ANYONE, own=TRACKED, private=True),
    "civil_acts:document": Row(get=ANYONE, post=ANYONE, own=TRACKED, private=True),
    # Civil acts: the clerk. The agent of the UCIP finds the files of the UCIP, and this is another one.
    "civil_acts:queue": Row(get="GCOU"),
    "civil_acts:save-view": Row(post="GCOU"),
    "civil_acts:delete-view": Row(post="GCOU", own=things.saved_view, scoped=True, personal="GCOU"),
    "civil_acts:request": Row(get="GCOU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:claim": Row(post="CU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:release": Row(post="CU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:check": Row(post="CU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:attach-act": Row(post="CU", own=things.request_and_act, scoped=True, personal="U"),
    "civil_acts:ask-archive": Row(post="CU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:non-registration": Row(post="CU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:prepare": Row(post="CU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:ask": Row(post="CU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:reject": Row(post="CU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:reopen": Row(post="CU", own=REQUEST, scoped=True, personal="U"),
    "civil_acts:project": Row(get="CO", own=PREPARED, scoped=True),
    "civil_acts:transfer": Row(post="C", own=REQUEST, scoped=True),
    # Civil acts: the officer.
    "civil_acts:to-sign": Row(get="O"),
    "civil_acts:sign": Row(post="O"),
    "civil_acts:review": Row(get="O", own=PREPARED, scoped=True),
    "civil_acts:send-back": Row(post="O", own=PREPARED, scoped=True),
    # Civil acts: documents that were issued.
    "civil_acts:documents": Row(get="O"),
    "civil_acts:issued": Row(get="O", own=things.issued_document, scoped=True),
    "civil_acts:revoke": Row(get="O", post="O", own=things.issued_document, scoped=True),
    "civil_acts:replace": Row(get="O", post="O", own=things.issued_document, scoped=True),
    "civil_acts:give-up": Row(post="O", own=things.issued_document, scoped=True),
    # Civil acts: the counter.
    "civil_acts:counter": Row(get="GC"),
    "civil_acts:counter-start": Row(post="G", kwargs={"slug": "acte-de-naissance"}, why=PUBLISHED),
    "civil_acts:counter-resume": Row(get="G", own=things.counter_draft, scoped=True, personal="G"),
    "civil_acts:counter-page": Row(
        get="G", post="G", own=things.counter_draft_page, scoped=True, personal="G"
    ),
    "civil_acts:counter-request": Row(get="GC", own=REQUEST, scoped=True),
    # A cashier sees payments, not requests: only an agent of the counter has both.
    "civil_acts:counter-cash": Row(post="GK", own=REQUEST, scoped=True, personal="K"),
    "civil_acts:hand-over": Row(post="GC", own=REQUEST, scoped=True),
    "civil_acts:counter-answer": Row(get="G", post="G", own=REQUEST, scoped=True),
    # Civil acts: what the ANIP issues.
    "civil_acts:relay": Row(get="U"),
    "civil_acts:relay-create": Row(post="U"),
    "civil_acts:relay-batch": Row(get="U", own=things.relay_batch, scoped=True),
    "civil_acts:relay-file": Row(get="U", own=things.relay_batch, scoped=True),
    "civil_acts:relay-slip": Row(get="U", own=things.relay_file, scoped=True),
    "civil_acts:relay-answers": Row(get="U", post="U"),
    # Civil acts: completing and publishing the procedures.
    "civil_acts:procedure": Row(get="DM", kwargs={"slug": "acte-de-naissance"}, own=things.procedure),
    "civil_acts:procedure-new": Row(post="D", kwargs={"slug": "acte-de-naissance"}, own=things.procedure),
    "civil_acts:procedure-draft": Row(
        get="D", post="D", kwargs={"slug": "acte-de-naissance"}, own=things.procedure
    ),
    "civil_acts:procedure-publish": Row(
        get="D", post="D", kwargs={"slug": "acte-de-naissance", "number": 1}, own=things.procedure
    ),
    "civil_acts:rule-add": Row(get="D", post="D", kwargs={"slug": "acte-de-naissance"}, own=things.procedure),
    "civil_acts:rule-end": Row(get="D", post="D", kwargs={"slug": "acte-de-naissance"}, own=things.rule),
    "civil_acts:rule-replace": Row(get="D", post="D", kwargs={"slug": "acte-de-naissance"}, own=things.rule),
    "civil_acts:model-confirm": Row(
        get="D",
        post="D",
        kwargs={"slug": "acte-de-naissance", "kind": "civil_acts.birth_copy"},
        own=things.procedure,
    ),
    "civil_acts:model-specimen": Row(
        get="DM",
        kwargs={"slug": "acte-de-naissance", "kind": "civil_acts.birth_copy"},
        own=things.procedure,
    ),
    # Registers and archives.
    "registers:index": Row(get="COA"),
    "registers:imports": Row(get="A", post="A"),
    "registers:import": Row(get="A", own=things.import_batch, scoped=True),
    "registers:import-progress": Row(get="A", own=things.import_batch, scoped=True),
    "registers:rejected-rows": Row(get="A", own=things.import_batch, scoped=True),
    "registers:act": Row(get="COA", own=things.act, scoped=True),
    "registers:mention": Row(get="COA", post="COA", own=things.act, scoped=True),
    "registers:correct": Row(get="O", post="O", own=things.act, scoped=True),
    "registers:cancel": Row(post="O", own=things.act, scoped=True),
    "registers:slips": Row(get="CA"),
    "registers:new-slip": Row(get="CA", post="CA"),
    "registers:slip": Row(get="CA", own=things.slip, scoped=True),
    "registers:printed-slip": Row(get="CA", own=things.slip, scoped=True),
    "registers:take-slip": Row(post="A", own=things.slip, scoped=True),
    "registers:slip-found": Row(post="A", own=things.slip, scoped=True),
    "registers:slip-absent": Row(post="A", own=things.slip, scoped=True),
    "registers:reopen-slip": Row(post="CA", own=things.slip, scoped=True),
    "registers:transcriptions": Row(get="CA"),
    "registers:type-page": Row(get="CA", post="CA", own=things.photographed, scoped=True),
    "registers:verify": Row(get="CA", post="CA", own=things.transcription, scoped=True),
    "registers:send-back": Row(post="CA", own=things.transcription, scoped=True),
}
