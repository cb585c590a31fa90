"""Who lives what in the last two weeks: the whole list of live stories."""

from collections.abc import Iterator
from datetime import timedelta

from civil_acts.models import ActRequest, RegisterAct, SearchSlip
from civil_acts.services import archive, relay, treatment
from cotonou.accounts.permissions import Role
from cotonou.payments.models import FakeTransaction
from cotonou.portal.demo import drawers, present
from cotonou.portal.demo.calendar import Moment
from cotonou.portal.demo.city import City
from cotonou.portal.demo.present import Amounts, Present
from cotonou.portal.demo.stage import Story, ensure_done, play
from cotonou.portal.demo.town import MINUTE, Town, photo
from cotonou.territory.dates import COTONOU

MAIN = 5  # the arrondissement with a full desk; 1 and 12 have a little of everything
Answers = FakeTransaction.State


def live(city: City, *, now: Moment, amounts: Amounts) -> None:
    """Live the last two weeks up to ``now``; afterwards no job is left but two told below."""
    scenes = Scenes(city, now=now, amounts=amounts)
    play(scenes.all(), city.clock)
    ensure_done(parked=1)  # paid too late: a person must decide
    city.clock.moment = now
    play([scenes.signing_now()], city.clock, work=False)


class Scenes:
    def __init__(self, city: City, *, now: Moment, amounts: Amounts) -> None:
        self.city, self.now, self.amounts = city, now, amounts
        self.town = Town(city, "present")
        self.present = Present(self.town, now=now)
        self._acts: dict[int, list[RegisterAct]] = {}

    def act(self, number: int) -> RegisterAct:
        if not self._acts.get(number):
            self._acts[number] = self.town.acts(number, 120)
        return self._acts[number].pop()

    def all(self) -> Iterator[Story]:
        yield from drawers.last_days(self.city, self.town.rng, now=self.now - 30 * MINUTE)
        yield from self.to_sign()
        yield from self.new()
        yield from self.in_hand()
        yield from self.waiting()
        yield from self.archive()
        yield from self.documents()
        yield from self.relay()
        yield from self.endings()
        yield from self.account_holders()

    def to_sign(self) -> Iterator[Story]:
        scene, rng = self.present, self.town.rng
        for number, count in ((MAIN, self.amounts.to_sign), (1, 3), (12, 3)):
            for _ in range(count):
                act = self.act(number)
                prepared = scene.prepared(number, act, ago=rng.choice((1, 1, 2)))
                beginning = scene.at_counter if rng.random() < 0.25 else scene.birth
                yield beginning(number, act, ago=rng.choice((3, 3, 4)), then=prepared)
        act = self.act(MAIN)
        back = scene.prepared(MAIN, act, ago=3, then=scene.sent_back(MAIN, ago=2))
        yield scene.birth(MAIN, act, ago=4, then=back)

    def new(self) -> Iterator[Story]:
        """Nobody has opened these; the oldest are late."""
        scene = self.present
        for number in (MAIN, 1, 12):
            for ago in (8, 6, 5)[: 3 if number == MAIN else 1]:
                yield scene.birth(number, self.act(number), ago=ago)
        for place in range(self.amounts.new):
            number = (MAIN, 1, 12, MAIN, 3, 9, 11)[place % 7]
            yield scene.birth(number, self.act(number), ago=1 + place % 2)
        yield scene.at_counter(MAIN, self.act(MAIN), ago=1)

    def in_hand(self) -> Iterator[Story]:
        scene = self.present
        for number in (MAIN, MAIN, 12):
            yield scene.birth(number, self.act(number), ago=2, then=scene.claimed_now(number))
        for number in (MAIN, 1):
            act = self.act(number)
            yield scene.birth(number, act, ago=3, then=scene.given_back(number, act, ago=1))

    def waiting(self) -> Iterator[Story]:
        scene = self.present
        for number, ago in ((MAIN, 4), (MAIN, 2), (1, 3), (12, 2)):
            yield scene.birth(number, self.act(number), ago=ago + 1, then=scene.asked(number, ago=ago))
        answered = scene.asked(MAIN, ago=5, answered=2)
        yield scene.birth(MAIN, self.act(MAIN), ago=6, then=answered)
        yield scene.residence(MAIN, ago=3, then=scene.asked(MAIN, ago=2))

    def archive(self) -> Iterator[Story]:
        """One search at each of its steps."""
        scene = self.present
        for number, then in (
            (MAIN, None),
            (MAIN, None),
            (12, None),
            (1, None),
            (MAIN, self._found),
            (MAIN, self._typed),
            (MAIN, self._absent),
        ):
            act = self.act(number)
            yield scene.birth(number, act, ago=7, then=scene.searched(number, ago=6, then=then))

    def _slip(self, request: ActRequest) -> SearchSlip:
        return SearchSlip.objects.get(request_uuid=request.public_id)

    def _found(self, request: ActRequest) -> Story:
        yield self.city.calendar.in_office_hours(self.present.day(4))
        by = self.town.staff.of(Role.ARCHIVIST, MAIN)
        lines = (f"Acte de naissance : {request.subject_name}"[:40], "Registre de 1962, folio 18")
        page = photo("page", lines)
        slip = self._slip(request)
        archive.answer_found(public_id=slip.public_id, by=by, photo=page, answer="Volume 2, folio 18")

    def _typed(self, request: ActRequest) -> Story:
        """Typed by the archivist; a clerk must verify it."""
        yield from self._found(request)
        yield self.city.clock.moment + 30 * MINUTE
        surname, _space, given = request.subject_name.partition(" ")
        data = {
            "year": "1962",
            "act_number": "77",
            "volume": "2",
            "folio": "18",
            "surname": surname,
            "given_names": given,
            "sex": "F",
            "event_date": "vers 1962",
            "event_place": "Cotonou",
            "drawn_up_on": "14/05/1962",
        }
        archive.transcribe(
            slip_id=self._slip(request).public_id, by=self.town.staff.of(Role.ARCHIVIST, MAIN), data=data
        )

    def _absent(self, request: ActRequest) -> Story:
        """Not found: the document becomes the certificate of non-registration."""
        yield self.city.calendar.in_office_hours(self.present.day(3))
        archive.answer_absent(
            public_id=self._slip(request).public_id,
            by=self.town.staff.of(Role.ARCHIVIST, MAIN),
            state="NOT_FOUND",
            answer="Registres et tables annuelles dépouillés sur dix ans : aucun acte à ce nom.",
        )
        yield self.city.calendar.in_office_hours(self.present.day(2))
        clerk = self.town.staff.of(Role.CLERK, MAIN)
        treatment.claim(public_id=request.public_id, by=clerk)
        others = [
            act.public_id for act in treatment.lookalikes(request, clerk)
        ]  # namesakes: they were opened
        treatment.prepare_non_registration(public_id=request.public_id, by=clerk, dismissed=others)

    def documents(self) -> Iterator[Story]:
        """Ready, handed over, downloaded; cancelled, replaced, and in the hands of those who replace them."""
        scene = self.present
        for place in range(self.amounts.ready):
            number = (MAIN, 1, 12)[place % 3]
            yield self._signed(number, asked=6, ago=3 - place % 3)
        for number, handed in ((MAIN, scene.handed_over(MAIN, ago=2)), (1, scene.downloaded(ago=2))):
            yield self._signed(number, asked=8, ago=4, then=handed)
        for number in (MAIN, 1, 12):
            yield self._signed(number, asked=8, ago=5, then=scene.revoked(number, ago=3))
            again = scene.made_again(number, ago=2)
            yield self._signed(number, asked=8, ago=5, then=scene.replacing(number, ago=3, then=again))
        for number in (MAIN, 12):
            yield self._signed(number, asked=7, ago=4, then=scene.replacing(number, ago=1))

    def _signed(self, number: int, *, asked: int, ago: int, then: present.Then | None = None) -> Story:
        scene, act = self.present, self.act(number)
        signed = scene.signed(number, ago=ago, then=then)
        return scene.birth(number, act, ago=asked, then=scene.prepared(number, act, ago=ago + 1, then=signed))

    def relay(self) -> Iterator[Story]:
        """New, checked, handed to the UCIP in a batch, answered."""
        scene = self.present
        for number in (MAIN, 1, 12, 7):
            yield scene.residence(number, ago=2)
        for number in (MAIN, MAIN, 1, 12, 10):
            yield scene.residence(number, ago=3, then=self._relay_checked(number, ago=1))
        sent: list[ActRequest] = []
        for number in (MAIN, 1, 4, 12, 13):
            yield scene.residence(number, ago=7, then=self._relay_checked(number, ago=6, into=sent))
        yield self._batch(sent)

    def _relay_checked(self, number: int, *, ago: int, into: list[ActRequest] | None = None) -> present.Then:
        def story(request: ActRequest) -> Story:
            at = self.city.calendar.in_office_hours(self.present.day(ago))
            yield from self.town.check(request, number, at=at)
            yield at + 4 * MINUTE
            treatment.release(public_id=request.public_id, by=self.town.clerk(request, number))
            if into is not None:
                into.append(request)

        return story

    def _batch(self, requests: list[ActRequest]) -> Story:
        """Sent on one day; the UCIP answers for some a few days later."""
        by = self.town.staff.of(Role.RELAY_AGENT, 0)
        yield self.city.calendar.at(self.present.day(5), 9, 30)
        relay.create_batch(by=by, public_ids=[request.public_id for request in requests])
        yield self.city.calendar.at(self.present.day(1), 10, 15)
        day = self.city.clock.moment.astimezone(COTONOU).date()
        answers = [
            relay.Answer(line, request.tracking_code, f"UCIP-{4100 + line}", day, line != 3, "")
            for line, request in enumerate(requests[:3], start=2)
        ]
        relay.apply_answers(answers=answers, by=by)

    def endings(self) -> Iterator[Story]:
        scene = self.present
        yield scene.unpaid(MAIN, self.act(MAIN), ago=1)
        yield scene.unpaid(MAIN, self.act(MAIN), ago=2, answer=Answers.INSUFFICIENT)
        yield scene.unpaid(1, self.act(1), ago=0, answer=Answers.WAITING)
        yield scene.expired(12, self.act(12))
        yield scene.withdrawn(1, self.act(1), ago=4)
        yield scene.paid_too_late(MAIN, self.act(MAIN), ago=3)
        yield scene.mischarged(MAIN, self.act(MAIN), ago=2)
        yield scene.birth(MAIN, self.act(MAIN), ago=5, then=scene.rejected(MAIN, ago=4))
        for number, granted in ((1, True), (12, False)):
            refused = scene.rejected(number, ago=5, then=scene.refunded(number, ago=3, granted=granted))
            yield scene.birth(number, self.act(number), ago=6, then=refused)
        yield scene.birth(12, self.act(12), ago=6, then=scene.rejected(12, ago=5, reopened=2))

    def account_holders(self) -> Iterator[Story]:
        """Three people with an account, each with requests at several steps."""
        for number in (MAIN, 1, 12):
            yield self._account_holder(number)

    def _account_holder(self, number: int) -> Story:
        calendar, day = self.city.calendar, self.present.day
        at = calendar.any_time(day(8))
        yield at
        who = self.town.account(number)
        act = self.act(number)
        request = self.town.ask_birth(act, who=who)
        yield from self.town.pay(request, at=at + 2 * MINUTE)
        prepared = self.present.prepared(number, act, ago=6, then=self.present.signed(number, ago=6))
        yield from prepared(request)
        at = calendar.any_time(day(2))
        yield at
        home = self.town.ask_residence(number, who=who)
        yield from self.town.pay(home, at=at + 2 * MINUTE)
        yield at + timedelta(hours=1)
        self.town.ask_birth(self.act(number), who=who)

    def signing_now(self) -> Story:
        """Signed as the city opens its doors: the worker makes the document."""
        waiting = ActRequest.objects.filter(state="TO_SIGN", office__arrondissement=1)
        request = waiting.order_by("due_on", "pk").first()
        if request is None:
            raise RuntimeError("nothing to sign in the first arrondissement")
        return self.present.seal_pending(1, at=self.now)(request)
