"""A small city for tests of civil acts: real services all along, nothing invented beside them."""

import datetime
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from civil_acts import reference
from civil_acts.models import ActRequest, RegisterAct
from civil_acts.services import intake, signing, treatment
from civil_acts.services.paying import pay_cash
from cotonou.accounts.actors import SYSTEM, Actor, actor_for
from cotonou.accounts.models import Membership, Office, User
from cotonou.accounts.permissions import Role
from cotonou.core.models import Contact
from cotonou.documents.services import store_upload
from cotonou.formbuilder import services as forms
from cotonou.formbuilder.models import Draft, DraftUpload
from cotonou.payments import desks
from cotonou.payments.models import CashDesk

LONG_AGO = datetime.date(2024, 1, 1)
BIRTH_ANSWERS = {
    "applicant_surname": "Dossou",
    "applicant_given_names": "Afi",
    "phone": "+2290197000001",
    "email": "afi@example.org",
    "variant": "extrait",
    "copies": 1,
    "relation": "HOLDER",
    "subject_surname": "Dossou",
    "subject_given_names": "Afi Rose",
    "birth_date": {"year": 1984, "month": 3, "day": 27},
    "arrondissement": 5,
}
RESIDENCE_ANSWERS = {
    "subject_surname": "Hounsou",
    "subject_given_names": "Koffi",
    "phone": "+2290197000002",
    "npi": "1234567890",
    "birth_date": {"year": 1990},
    "address": "carré 12",
    "resident_since": {"year": 2010},
}


def office(number: int = 5) -> Office:
    return Office.objects.get(arrondissement_id=number, kind="ARRONDISSEMENT")


def staff(*roles: str, number: int | None = 5, name: str = "") -> Actor:
    """Somebody with these roles, in an arrondissement or (number=None) at the mairie; second factor used."""
    name = name or " ".join(str(role) for role in roles).title()
    count = User.objects.count()
    user = User.objects.create_user(full_name=name, email=f"agent{count}@example.org", password="x" * 14)
    where = office(number) if number else Office.objects.get(code="MAIRIE")
    for role in roles:
        Membership.objects.create(user=user, office=where, role=role, starts_on=LONG_AGO)
    return actor_for(user, second_factor=True)


def guest(contact: Contact) -> Actor:
    """The citizen who proved code and phone."""
    return Actor(grants=frozenset({contact.public_id}))


def load() -> None:
    reference.load(demonstration=True, on=LONG_AGO)


def photo(color: str = "navy") -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), color).save(buffer, "PNG")
    return SimpleUploadedFile("piece.png", buffer.getvalue(), "image/png")


def draft(slug: str = "acte-de-naissance", **answers) -> Draft:
    """A draft that could be sent now, its pieces given."""
    from civil_acts.models import ProcedureVersion
    from cotonou.territory.models import Quartier

    version = ProcedureVersion.objects.in_force(slug)
    base = dict(BIRTH_ANSWERS if slug == "acte-de-naissance" else RESIDENCE_ANSWERS)
    if slug != "acte-de-naissance":
        base["quartier"] = Quartier.objects.filter(arrondissement_id=5).first().pk
    base |= answers
    made = forms.start(
        form_version=version.form_version,
        purpose="civil_acts",
        subject_label=version.procedure.service.title,
        by=SYSTEM,
        context={"procedure_version": version.pk, "slug": slug},
    )
    name = f"{base.get('applicant_given_names', base['subject_given_names'])} {base['subject_surname']}"
    made.answers = base
    made.contact = Contact.objects.create(name=name, phone=base["phone"], email=base.get("email", ""))
    made.save()
    for piece in made.form.pages:
        if piece.kind == "piece":
            upload = store_upload(
                file=photo(),
                purpose=piece.id,
                by=SYSTEM,
                subject_kind="formbuilder.draft",
                subject_uuid=made.public_id,
            )
            DraftUpload.objects.create(draft=made, piece=piece.id, upload=upload, sha256=upload.sha256)
    return made


def to_pay(slug: str = "acte-de-naissance", **answers) -> ActRequest:
    return intake.confirm(draft=draft(slug, **answers), by=SYSTEM)


def open_drawer(user: User, number: int = 5) -> None:
    """A cash desk of the office, opened empty by this agent."""
    code = f"C{number}{CashDesk.objects.count()}"
    desk = CashDesk.objects.create(office=office(number), code=code, name="Caisse")
    desks.open_session(desk=desk, float_xof=0, by=actor_for(user, second_factor=True))


def cashier(number: int = 5) -> Actor:
    """An agent with an open drawer."""
    by = staff(Role.COUNTER_AGENT, number=number)
    open_drawer(by.user, number)
    return by


def submitted(run_jobs, slug: str = "acte-de-naissance", **answers) -> ActRequest:
    """Paid in cash and handed to the clerks by the job that follows."""
    item, by = to_pay(slug, **answers), cashier()
    pay_cash(request=item, session=desks.session_of(by), by=by)
    run_jobs()
    item.refresh_from_db()
    return item


def birth_act(**columns) -> RegisterAct:
    defaults = {
        "kind": "BIRTH",
        "office": office(5),
        "year": 1984,
        "act_number_text": "312",
        "act_number": 312,
        "surname": "DOSSOU",
        "given_names": "Afi Rose",
        "sex": "F",
        "event_date": datetime.date(1984, 3, 27),
        "event_date_precision": "DAY",
        "event_year": 1984,
        "event_place": "Cotonou",
        "father_name": "DOSSOU Kossi",
        "mother_name": "AHOUANSOU Reine",
        "source": "IMPORT",
        "drawn_up_on": datetime.date(1984, 4, 2),
        "officer_name": "Gbaguidi Pierre",
    }
    return RegisterAct.objects.create(**(defaults | columns))


def prepared(run_jobs, clerk: Actor | None = None, **answers) -> ActRequest:
    """Checked and prepared by a clerk, waiting for an officer."""
    return prepare(submitted(run_jobs, **answers), clerk or staff(Role.CLERK, name="Clerk"))


def prepare(item: ActRequest, by: Actor) -> ActRequest:
    """What a clerk does with a paid request, act 312 in hand."""
    treatment.claim(public_id=item.public_id, by=by)
    rule = treatment.rule_for(item)
    treatment.check_entitlement(public_id=item.public_id, by=by, proofs_seen=rule.proofs)
    act = RegisterAct.objects.filter(act_number=312).first() or birth_act()
    treatment.attach_act(public_id=item.public_id, by=by, act_uuid=act.public_id)
    return treatment.prepare(public_id=item.public_id, by=by)


def sign(item: ActRequest, officer: Actor) -> None:
    """Sign without the second factor's form: the use case behind it."""
    signing.sign_one(public_id=item.public_id, by=officer)
