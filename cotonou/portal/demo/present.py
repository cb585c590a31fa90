"""The last two weeks, lived through the real services: what clerks find when they arrive."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from civil_acts import durations
from civil_acts.models import ActRequest, RegisterAct
from civil_acts.services import (
    archive_answers,
    delivery,
    intake,
    registers,
    replacement,
    revocation,
    signing,
    treatment,
)
from civil_acts.states import RejectionReason, ReplacementReason, RevocationReason
from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Role
from cotonou.jobs import services as jobs
from cotonou.payments import refunds
from cotonou.payments.models import FakeTransaction, Payment
from cotonou.payments.providers import fake
from cotonou.portal.demo.calendar import Moment
from cotonou.portal.demo.stage import Story
from cotonou.portal.demo.town import GUEST, MINUTE, Town, photo

Then = Callable[[ActRequest], Story]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Amounts:
    """How many stories of the kinds that come in numbers; the others come once or twice."""

    to_sign: int = 46  # in the fifth arrondissement: forty can be signed at once
    new: int = 7
    ready: int = 5


class Present:
    """Stories of one office each; ``day(n)`` is n working days ago."""

    def __init__(self, town: Town, *, now: Moment) -> None:
        self.town, self.now, self.staff, self.rng = town, now, town.staff, town.rng
        self.day, self.calendar = town.day, town.calendar

    # -- the beginnings that all share ---------------------------------------------

    def birth(self, number: int, act: RegisterAct, *, ago: int, then: Then | None = None) -> Story:
        """Asked and paid online, ``ago`` working days ago."""
        at = self.calendar.any_time(self.day(ago))
        yield at
        request = self.town.ask_birth(act)
        yield from self.town.pay(request, at=at + 3 * MINUTE)
        if then:
            yield from then(request)

    def at_counter(self, number: int, act: RegisterAct, *, ago: int, then: Then | None = None) -> Story:
        """Somebody came, paid in cash at the agent's drawer."""
        agent = self.staff.of(Role.COUNTER_AGENT, number)
        at = self.calendar.in_office_hours(self.day(ago))
        yield at
        request = self.town.ask_birth(act, by=agent)
        yield at + 2 * MINUTE
        self.town.take_cash(request, by=agent)
        if then:
            yield from then(request)

    def residence(self, number: int, *, ago: int, then: Then | None = None) -> Story:
        at = self.calendar.any_time(self.day(ago))
        yield at
        request = self.town.ask_residence(number)
        yield from self.town.pay(request, at=at + 2 * MINUTE)
        if then:
            yield from then(request)

    # -- what a clerk did ----------------------------------------------------------

    def checked(self, number: int, act: RegisterAct, *, ago: int, then: Then | None = None) -> Then:
        def story(request: ActRequest) -> Story:
            at = self.calendar.in_office_hours(self.day(ago))
            yield from self.town.check(request, number, at=at, act=act)
            if then:
                yield from then(request)

        return story

    def prepared(self, number: int, act: RegisterAct, *, ago: int, then: Then | None = None) -> Then:
        def story(request: ActRequest) -> Story:
            yield self.town.city.clock.moment + 2 * MINUTE
            treatment.prepare(public_id=request.public_id, by=self.staff.of(Role.CLERK, number))
            if then:
                yield from then(request)

        return self.checked(number, act, ago=ago, then=story)

    def signed(self, number: int, *, ago: int, then: Then | None = None) -> Then:
        """In the officer's hour, late in the afternoon."""

        def story(request: ActRequest) -> Story:
            yield self.calendar.at(self.day(ago), 17, self.rng.randrange(20, 40))
            signing.sign_one(public_id=request.public_id, by=self.staff.of(Role.OFFICER, number))
            if then:
                yield from then(request)

        return story

    def handed_over(self, number: int, *, ago: int) -> Then:
        def story(request: ActRequest) -> Story:
            yield self.calendar.in_office_hours(self.day(ago))
            agent = self.staff.of(Role.COUNTER_AGENT, number)
            delivery.hand_over(public_id=request.public_id, by=agent, identity_seen=True)

        return story

    def downloaded(self, *, ago: int) -> Then:
        def story(request: ActRequest) -> Story:
            yield self.calendar.at(self.day(ago), 19, self.rng.randrange(60))
            delivery.record_download(request=request, by=GUEST)

        return story

    def claimed_now(self, number: int) -> Then:
        """In a clerk's hands when the city opens its doors."""

        def story(request: ActRequest) -> Story:
            yield self.now - 5 * MINUTE
            treatment.claim(public_id=request.public_id, by=self.town.clerk(request, number))

        return story

    def given_back(self, number: int, act: RegisterAct, *, ago: int) -> Then:
        """Checked, then left for a colleague."""

        def story(request: ActRequest) -> Story:
            yield self.town.city.clock.moment + 4 * MINUTE
            treatment.release(public_id=request.public_id, by=self.staff.of(Role.CLERK, number))

        return self.checked(number, act, ago=ago, then=story)

    def asked(self, number: int, *, ago: int, answered: int | None = None) -> Then:
        """The clock stands still until the citizen sends the missing piece."""

        def story(request: ActRequest) -> Story:
            clerk = self.town.clerk(request, number)
            at = self.calendar.in_office_hours(self.day(ago))
            yield at
            treatment.claim(public_id=request.public_id, by=clerk)
            yield at + 6 * MINUTE
            message = "La photo de la pièce d’identité est floue. Envoyez une photo nette, prise de jour."
            treatment.ask_complement(public_id=request.public_id, by=clerk, message=message)
            if answered is not None:
                yield self.calendar.any_time(self.day(answered))
                self._answer(request)

        return story

    def _answer(self, request: ActRequest) -> None:
        citizen = Actor(grants=frozenset({request.contact.public_id}))
        text = "Voici une meilleure photo."
        treatment.answer_with_file(public_id=request.public_id, by=citizen, text=text, file=photo("answer"))

    def rejected(
        self, number: int, *, ago: int, reopened: int | None = None, then: Then | None = None
    ) -> Then:
        def story(request: ActRequest) -> Story:
            clerk = self.town.clerk(request, number)
            at = self.calendar.in_office_hours(self.day(ago))
            yield at
            treatment.claim(public_id=request.public_id, by=clerk)
            yield at + 7 * MINUTE
            treatment.reject(
                public_id=request.public_id,
                by=clerk,
                reason=RejectionReason.IDENTITY,
                text="Le nom sur la pièce n’est pas celui de l’acte. Refaites la demande avec votre CIP, "
                "ou venez au bureau avec une pièce d’identité.",
            )
            if reopened is not None:
                yield self.calendar.in_office_hours(self.day(reopened))
                reason = "La personne est venue avec son CIP : les noms concordent."
                treatment.reopen(public_id=request.public_id, by=clerk, reason=reason)
            if then:
                yield from then(request)

        return story

    def sent_back(self, number: int, *, ago: int) -> Then:
        def story(request: ActRequest) -> Story:
            yield self.calendar.at(self.day(ago), 17, 15)
            reason = "Le nom de la mère n’est pas celui du registre : vérifiez l’acte choisi."
            officer = self.staff.of(Role.OFFICER, number)
            signing.send_back(public_id=request.public_id, by=officer, reason=reason)

        return story

    def searched(self, number: int, *, ago: int, then: Then | None = None) -> Then:
        """The act is still on paper: the archive is asked."""

        def story(request: ActRequest) -> Story:
            at = self.calendar.in_office_hours(self.day(ago))
            yield from self.town.check(request, number, at=at)
            yield at + 8 * MINUTE
            clerk = self.staff.of(Role.CLERK, number)
            archive_answers.ask_archive(public_id=request.public_id, by=clerk)
            yield at + 9 * MINUTE
            treatment.release(public_id=request.public_id, by=clerk)
            if then:
                yield from then(request)

        return story

    # -- what an officer decides of a document that was given out ------------------

    def revoked(self, number: int, *, ago: int) -> Then:
        def story(request: ActRequest) -> Story:
            yield self.calendar.in_office_hours(self.day(ago))
            revocation.revoke_one(
                public_id=_paper(request),
                by=self.staff.of(Role.OFFICER, number),
                reason=RevocationReason.ACT_CHANGED,
                text="Un jugement a annulé cet acte après la délivrance.",
            )

        return story

    def replacing(self, number: int, *, ago: int, then: Then | None = None) -> Then:
        """The mairie finds a mention missing; the arrondissement makes the document again."""

        def story(request: ActRequest) -> Story:
            yield self.calendar.in_office_hours(self.day(ago))
            replacement.ask_one(
                public_id=_paper(request),
                by=self.staff.of(Role.OFFICER, 0),
                reason=ReplacementReason.MENTION,
                text="Le jugement no 214, en marge du registre, n’est pas sur le document.",
            )
            if then:
                yield from then(request)

        return story

    def made_again(self, number: int, *, ago: int) -> Then:
        """The clerk copies the mention from the volume, prepares the document, and the officer signs."""

        def story(request: ActRequest) -> Story:
            at = self.calendar.in_office_hours(self.day(ago))
            clerk = self.staff.of(Role.CLERK, number)
            yield at
            treatment.claim(public_id=request.public_id, by=clerk)
            yield at + 5 * MINUTE
            request.refresh_from_db()
            act = request.register_act
            if act is None:
                raise RuntimeError(f"{request} has no act")
            registers.record_mention(
                public_id=act.public_id,
                by=clerk,
                kind="RECTIFICATION",
                text="La profession du père est rectifiée par jugement : menuisier ébéniste",
                source_reference="Tribunal de Cotonou, jugement n° 214",
                dated_on=self.town.city.opened,
            )
            yield at + 9 * MINUTE
            treatment.prepare(public_id=request.public_id, by=clerk)
            yield from self.signed(number, ago=ago)(request)

        return story

    # -- endings that the citizen or the clock brings ------------------------------

    def unpaid(self, number: int, act: RegisterAct, *, ago: int, answer: str = "") -> Story:
        """Confirmed, and not paid: never tried, refused on the phone, or still without an answer."""
        at = self.calendar.any_time(self.day(ago)) if ago else self.now - 20 * MINUTE
        yield at
        request = self.town.ask_birth(act)
        if answer:
            yield from self.town.pay(request, at=at + 4 * MINUTE, answer=answer)

    def expired(self, number: int, act: RegisterAct) -> Story:
        """Left unpaid for a week; the clock of the portal closes it."""
        at = self.calendar.any_time(self.calendar.before(self.day(1), 8))
        yield at
        self.town.ask_birth(act)
        yield at + timedelta(days=durations.UNPAID_DAYS, hours=1)
        jobs.enqueue("civil_acts.expire_unpaid", key="demonstration:expire_unpaid")

    def withdrawn(self, number: int, act: RegisterAct, *, ago: int) -> Story:
        at = self.calendar.any_time(self.day(ago))
        yield at
        request = self.town.ask_birth(act)
        yield from self.town.pay(request, at=at + 3 * MINUTE)
        yield at + 2 * HOUR
        citizen = Actor(grants=frozenset({request.contact.public_id}))
        intake.withdraw(public_id=request.public_id, by=citizen)

    def paid_too_late(self, number: int, act: RegisterAct, *, ago: int) -> Story:
        """Given up, then paid all the same: the money stays, and staff see « payé, non appliqué »."""
        at = self.calendar.any_time(self.day(ago))
        yield at
        request = self.town.ask_birth(act)
        yield from self.town.pay(request, at=at + 3 * MINUTE, answer=FakeTransaction.State.WAITING)
        yield at + 6 * MINUTE
        citizen = Actor(grants=frozenset({request.contact.public_id}))
        intake.withdraw(public_id=request.public_id, by=citizen)
        yield at + 8 * MINUTE
        payment = Payment.objects.of(intake.PURPOSE, request.public_id).get()
        fake.decide(reference=payment.reference, answer=FakeTransaction.State.ACCEPTED)
        for _attempt in range(8):  # the job tries again, ever later, then parks
            yield self.town.city.clock.moment + HOUR

    def mischarged(self, number: int, act: RegisterAct, *, ago: int) -> Story:
        """The operator took less than was asked: the money is kept apart until somebody looks."""
        at = self.calendar.any_time(self.day(ago))
        yield at
        request = self.town.ask_birth(act)
        yield from self.town.pay(request, at=at + 3 * MINUTE, answer=FakeTransaction.State.WAITING)
        payment = Payment.objects.of(intake.PURPOSE, request.public_id).get()
        taken = FakeTransaction.objects.filter(reference=payment.reference)
        taken.update(amount_xof=payment.amount_xof - 100)
        yield at + 5 * MINUTE
        fake.decide(reference=payment.reference, answer=FakeTransaction.State.ACCEPTED)

    def refunded(self, number: int, *, ago: int, granted: bool) -> Then:
        """Proposed by the finance office; granted by the régisseur and sent back, or waiting."""

        def story(request: ActRequest) -> Story:
            payment = Payment.objects.settled().get(subject_uuid=request.public_id)
            finance, regisseur = self.staff.of(Role.FINANCE, number), self.staff.of(Role.REGISSEUR, number)
            yield self.calendar.in_office_hours(self.day(ago))
            refund = refunds.propose(
                payment=payment,
                amount_xof=payment.amount_xof,
                reason="Demande refusée avant toute recherche.",
                by=finance,
            )
            if not granted:
                return
            yield self.calendar.at(self.day(ago), 17, 45)
            refunds.decide(refund=refund, approve=True, by=regisseur)
            yield self.calendar.at(self.day(ago), 17, 50)
            refund.refresh_from_db()
            refunds.pay_by_operator(refund=refund, by=finance)

        return story

    def seal_pending(self, number: int, *, at: Moment) -> Then:
        """Signed as the city opens: the worker makes the document."""

        def story(request: ActRequest) -> Story:
            yield at
            signing.sign_one(public_id=request.public_id, by=self.staff.of(Role.OFFICER, number))

        return story


def _paper(request: ActRequest) -> UUID:
    request.refresh_from_db()
    return request.issued.public_id
