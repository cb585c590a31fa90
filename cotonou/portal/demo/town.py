"""What stories need of the city: acts to ask for, citizens, and the first steps of a request."""

import random
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile

from civil_acts.models import ActRequest, ProcedureVersion, RegisterAct
from civil_acts.services import intake, paying, treatment
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import User
from cotonou.accounts.permissions import Role
from cotonou.core.models import Contact
from cotonou.documents.services import store_upload
from cotonou.formbuilder import services as forms
from cotonou.formbuilder.models import Draft, DraftUpload
from cotonou.payments import desks
from cotonou.payments.models import FakeTransaction
from cotonou.payments.providers import fake
from cotonou.portal.demo import answers, pieces
from cotonou.portal.demo.answers import Citizen
from cotonou.portal.demo.calendar import Moment
from cotonou.portal.demo.city import City
from cotonou.portal.demo.stage import Story
from cotonou.territory.models import Quartier

GUEST = Actor()
MINUTE = timedelta(minutes=1)


class Town:
    """``rng`` belongs to one group of stories."""

    def __init__(self, city: City, part: str) -> None:
        self.city, self.calendar, self.people, self.staff = city, city.calendar, city.people, city.staff
        self.rng: random.Random = city.rng(part)
        self.versions: dict[str, Any] = {
            slug: ProcedureVersion.objects.in_force(slug) for slug in (answers.BIRTH, answers.RESIDENCE)
        }
        self.quartiers: dict[int, list[int]] = {}
        for pk, number in Quartier.objects.order_by("pk").values_list("pk", "arrondissement_id"):
            self.quartiers.setdefault(number, []).append(pk)

    def day(self, working_days_ago: int) -> Any:
        return self.calendar.before(self.city.today, working_days_ago)

    def acts(self, number: int, count: int) -> list[RegisterAct]:
        """Births of an arrondissement that nobody has asked for yet, old and young."""
        births = (
            RegisterAct.objects.valid()
            .filter(kind="BIRTH", office__arrondissement=number, year__gte=1955, created_at__lte=self.opened)
            .exclude(pk__in=ActRequest.objects.exclude(register_act=None).values("register_act"))
        )
        ids = list(births.order_by("pk").values_list("pk", flat=True))
        chosen = self.rng.sample(ids, min(count, len(ids)))
        found = RegisterAct.objects.select_related("office").prefetch_related("mentions").in_bulk(chosen)
        return [found[pk] for pk in chosen]

    @property
    def opened(self) -> Moment:
        """The end of the day when the old registers were loaded."""
        return self.calendar.at(self.city.opened, 23)

    def account(self, number: int) -> Citizen:
        """A citizen who logs in by a code on their phone."""
        who = answers.citizen(self.people, self.people.person())
        email = answers.email_of(who.person, number)
        user = User.objects.create_user(
            full_name=who.person.name, phone=who.phone, email=email, phone_verified=True
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return Citizen(who.person, who.phone, email, user)

    # -- asking and paying ---------------------------------------------------------

    def ask_birth(self, act: RegisterAct, *, by: Actor = GUEST, who: Citizen | None = None) -> ActRequest:
        """Somebody who may asks for a copy or an extract. by: a counter agent types for them."""
        link = answers.relation(self.rng, act)
        who = who or answers.citizen(self.people, answers.applicant(self.people, act, link))
        variant = "extrait" if link in ("MANDATE", "OTHER") else self.rng.choice(("extrait", "copie"))
        written = answers.birth(
            self.rng, who, act, link=link, variant=variant, copies=self.rng.choice((1, 1, 1, 2, 3))
        )
        return self._confirm(answers.BIRTH, who, written, link, by)

    def ask_residence(self, number: int, *, by: Actor = GUEST, who: Citizen | None = None) -> ActRequest:
        who = who or answers.citizen(self.people, self.people.person())
        written = answers.residence(self.rng, self.people, who, self.rng.choice(self.quartiers[number]))
        return self._confirm(answers.RESIDENCE, who, written, "HOLDER", by)

    def _confirm(self, slug: str, who: Citizen, written: dict[str, Any], link: str, by: Actor) -> ActRequest:
        actor = Actor(user=who.account) if who.account and by is GUEST else by
        draft = self._draft(slug, who, written, link, actor)
        return intake.confirm(draft=draft, by=actor, channel="COUNTER" if by.is_staff else "ONLINE")

    def _draft(self, slug: str, who: Citizen, written: dict[str, Any], link: str, by: Actor) -> Draft:
        version = self.versions[slug]
        draft = forms.start(
            form_version=version.form_version,
            purpose="civil_acts.counter" if by.is_staff else "civil_acts",
            subject_label=version.procedure.service.title,
            by=by,
            context={"procedure_version": version.pk, "slug": slug},
        )
        draft.answers = written
        draft.contact = Contact.objects.create(
            name=who.contact_name,
            phone=who.phone,
            email=who.email,
            user_uuid=who.account.public_id if who.account else None,
        )
        draft.save()
        for piece in answers.pieces(slug, link):
            upload = store_upload(
                file=photo(piece),
                purpose=piece,
                by=by,
                subject_kind="formbuilder.draft",
                subject_uuid=draft.public_id,
            )
            DraftUpload.objects.create(draft=draft, piece=piece, upload=upload, sha256=upload.sha256)
        return draft

    def pay(self, request: ActRequest, *, at: Moment, answer: str = FakeTransaction.State.ACCEPTED) -> Story:
        """By mobile money; what the payer answers on the phone comes a minute later."""
        yield at
        payment = paying.pay_online(request=request, provider="fake", by=GUEST)
        if answer != FakeTransaction.State.WAITING:
            yield at + MINUTE
            fake.decide(reference=payment.reference, answer=answer)

    def take_cash(self, request: ActRequest, *, by: Actor) -> None:
        session = desks.session_of(by)
        if session is None:
            raise RuntimeError(f"{by.label} has no open drawer")
        paying.pay_cash(request=request, session=session, by=by)

    # -- a clerk's first sitting ---------------------------------------------------

    def check(self, request: ActRequest, number: int, *, at: Moment, act: RegisterAct | None = None) -> Story:
        """Claimed, entitlement checked, act chosen: a few minutes of one clerk, or of the UCIP's agent."""
        by = self.clerk(request, number)
        yield at
        treatment.claim(public_id=request.public_id, by=by)
        yield at + 3 * MINUTE
        rule = treatment.rule_for(request)
        treatment.check_entitlement(
            public_id=request.public_id, by=by, proofs_seen=rule.proofs if rule else []
        )
        if act is not None:
            yield at + 5 * MINUTE
            treatment.attach_act(public_id=request.public_id, by=by, act_uuid=act.public_id)

    def clerk(self, request: ActRequest, number: int) -> Actor:
        return self.staff.of(Role.RELAY_AGENT if request.is_relay else Role.CLERK, number)


def photo(piece: str, lines: tuple[str, ...] = ()) -> SimpleUploadedFile:
    return SimpleUploadedFile(pieces.FILE_NAMES[piece], pieces.picture(piece, lines), "image/jpeg")
