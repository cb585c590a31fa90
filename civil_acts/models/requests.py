import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from civil_acts.models.procedures import EntitlementRule, ProcedureVersion
from civil_acts.querysets.requests import ActRequestQuerySet, ComplementQuerySet, RelayBatchQuerySet
from civil_acts.states import (
    NO_ACT_RELATIONS,
    SIGNED_STATES,
    STAFF_RELATIONS,
    TRANSITIONS,
    RejectionReason,
    Relation,
    RequestState,
)
from cotonou.accounts.models import Office
from cotonou.core import states
from cotonou.core.errors import Conflict
from cotonou.core.models import Contact
from cotonou.documents.models import IssuedDocument


def _person(**extra):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", **extra
    )


class ActRequest(models.Model):
    """One citizen's request, from payment to delivery. ``states`` holds the legal moves."""

    class Channel(models.TextChoices):
        ONLINE = "ONLINE", "en ligne"
        COUNTER = "COUNTER", "au guichet"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tracking_code = models.CharField(max_length=12, unique=True)
    procedure_version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="+")
    variant = models.CharField(max_length=40)
    document_kind = models.CharField(max_length=120)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="act_requests")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.ONLINE)
    entered_by = _person()
    answers = models.JSONField(default=dict)
    copies = models.PositiveSmallIntegerField(default=1)
    fee_xof = models.BigIntegerField(default=0)
    relation = models.CharField(max_length=20, choices=Relation)
    # Shown in queues: the person the document is about.
    subject_name = models.CharField(max_length=200)
    # What a queue is searched by: that name and the applicant's, normalised. A trigger
    # fills it, whatever is written: the applicant's name lies in another table.
    search_names = models.TextField(default="", db_default="", editable=False)

    state = models.CharField(max_length=20, choices=RequestState, default=RequestState.TO_PAY)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)

    # Overlays
    claimed_by = _person()
    claimed_until = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    # The citizen answered and no clerk has opened the file since.
    reply_received_at = models.DateTimeField(null=True, blank=True)

    # Treatment
    entitlement_rule = models.ForeignKey(
        EntitlementRule, models.PROTECT, null=True, blank=True, related_name="+"
    )
    proofs_seen = models.JSONField(default=list)
    checked_by, checked_at = _person(), models.DateTimeField(null=True, blank=True)
    register_act = models.ForeignKey(
        "civil_acts.RegisterAct", models.PROTECT, null=True, blank=True, related_name="+"
    )
    snapshot = models.JSONField(null=True, blank=True)
    prepared_by, prepared_at = _person(), models.DateTimeField(null=True, blank=True)
    returned_reason = models.TextField(blank=True)
    signed_by, signed_at = _person(), models.DateTimeField(null=True, blank=True)
    document = models.OneToOneField(
        "documents.IssuedDocument", models.PROTECT, null=True, blank=True, related_name="+"
    )
    rejected_by, rejected_at = _person(), models.DateTimeField(null=True, blank=True)
    rejection_reason = models.CharField(max_length=20, choices=RejectionReason, blank=True)
    rejection_text = models.TextField(blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # expired or withdrawn

    # Authority mode RELAY: what the UCIP said
    relay_batch = models.ForeignKey(
        "civil_acts.RelayBatch", models.PROTECT, null=True, blank=True, related_name="requests"
    )
    transmitted_at = models.DateTimeField(null=True, blank=True)
    relay_reference = models.CharField(max_length=60, blank=True)
    relay_answered_on = models.DateField(null=True, blank=True)
    relay_answer = models.CharField(max_length=200, blank=True)
    # The certificate waits at the UCIP (True) or was refused (False); None until it answers.
    relay_available = models.BooleanField(null=True, blank=True)

    objects = ActRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="act_request_submitted_has_dates",
                condition=Q(state__in=["TO_PAY", "EXPIRED", "WITHDRAWN"])
                | Q(submitted_at__isnull=False, due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="act_request_rejected_has_reason",
                condition=~Q(state="REJECTED")
                | (~Q(rejection_reason="") & ~Q(rejection_text="") & Q(rejected_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="act_request_signer_is_not_preparer",
                condition=Q(signed_by=None) | ~Q(signed_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="act_request_signed_has_all",
                condition=~Q(state__in=SIGNED_STATES)
                | Q(
                    signed_by__isnull=False,
                    signed_at__isnull=False,
                    prepared_by__isnull=False,
                    document__isnull=False,
                    entitlement_rule__isnull=False,
                    checked_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="act_request_to_sign_was_checked",
                condition=~Q(state="TO_SIGN")
                | Q(
                    snapshot__isnull=False,
                    prepared_by__isnull=False,
                    checked_by__isnull=False,
                    entitlement_rule__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="act_request_transmitted_in_batch",
                condition=~Q(state__in=["TRANSMITTED", "READY_ELSEWHERE"])
                | Q(relay_batch__isnull=False, transmitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="act_request_relay_answer_whole",
                condition=~Q(state="READY_ELSEWHERE")
                | (
                    Q(relay_available__isnull=False, relay_answered_on__isnull=False)
                    & ~Q(relay_reference="")
                    & ~Q(relay_answer="")
                ),
            ),
            models.CheckConstraint(
                name="act_request_claim_whole",
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
            ),
            models.CheckConstraint(
                name="act_request_waits_in_review", condition=Q(waiting_since=None) | Q(state="IN_REVIEW")
            ),
            # Signed, or back with the clerks to be replaced: no other request has a document.
            models.CheckConstraint(
                name="act_request_with_document",
                condition=Q(document=None) | Q(state__in=[*SIGNED_STATES, "IN_REVIEW", "TO_SIGN"]),
            ),
            models.CheckConstraint(name="act_request_search_names", condition=~Q(search_names="")),
            models.CheckConstraint(name="act_request_fee", condition=Q(fee_xof__gte=0)),
            models.CheckConstraint(name="act_request_copies", condition=Q(copies__gte=1, copies__lte=20)),
        ]
        indexes = [
            # The clerk's queue: oldest due first among what is open, per office.
            models.Index(
                name="act_request_queue",
                fields=["office", "due_on", "id"],
                condition=Q(state__in=["SUBMITTED", "IN_REVIEW"]),
            ),
            # The same queue for the mairie, whose rows are everywhere.
            models.Index(
                name="act_request_queue_all",
                fields=["due_on", "id"],
                condition=Q(state__in=["SUBMITTED", "IN_REVIEW"]),
            ),
            models.Index(
                name="act_request_to_sign", fields=["office", "due_on", "id"], condition=Q(state="TO_SIGN")
            ),
            models.Index(name="act_request_office_state", fields=["office", "state", "-id"]),
            models.Index(name="act_request_state", fields=["state", "-id"]),
            GinIndex(OpClass("search_names", name="gin_trgm_ops"), name="act_request_names"),
            models.Index(
                name="act_request_answered",
                fields=["due_on", "id"],
                condition=Q(reply_received_at__isnull=False),
            ),
            models.Index(name="act_request_expiring", fields=["created_at"], condition=Q(state="TO_PAY")),
        ]

    def __str__(self):
        return self.tracking_code

    def move(self, target: str) -> None:
        """Caller holds the row lock and saves. Raises IllegalTransition."""
        states.check(TRANSITIONS, self.state, target)
        self.state = target

    def may_move(self, target: str) -> bool:
        return target in TRANSITIONS.get(self.state, ())

    @property
    def issued(self) -> "IssuedDocument":
        """The document of a signed request. Raises Conflict before."""
        if self.document is None:
            raise Conflict(_("Ce document n’est pas encore prêt."))
        return self.document

    @property
    def is_replacing(self) -> bool:
        """Its document is being made again; the one that was issued counts until the new one is signed."""
        return self.document_id is not None and self.state not in SIGNED_STATES

    @property
    def relation_words(self) -> str:
        """What the applicant is to the person concerned, in the words of the office."""
        words = NO_ACT_RELATIONS if self.is_relay else STAFF_RELATIONS
        return str(words[Relation(self.relation)])

    @property
    def is_relay(self) -> bool:
        return self.procedure_version.procedure.service.authority_mode == "RELAY"


class Complement(models.Model):
    """Something the citizen was asked for; while one is open the clock stands still."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(ActRequest, models.PROTECT, related_name="complements")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    message = models.TextField()
    wants_file = models.BooleanField(default=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_text = models.TextField(blank=True)
    upload_uuid = models.UUIDField(null=True, blank=True)
    # The request ended (refused, withdrawn) before anybody answered.
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = ComplementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="complement_one_open",
                fields=["request"],
                condition=Q(answered_at=None, dropped_at=None),
            ),
            models.CheckConstraint(
                name="complement_answered_or_dropped", condition=Q(answered_at=None) | Q(dropped_at=None)
            ),
            models.CheckConstraint(name="complement_has_message", condition=~Q(message="")),
        ]

    def __str__(self):
        return self.message[:60]


class SavedView(models.Model):
    """A clerk's own filter of the queue, under a name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_name_once")]

    def __str__(self):
        return self.name


class RelayBatch(models.Model):
    """Files handed to the UCIP together, with one slip each and one list."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = RelayBatchQuerySet.as_manager()

    def __str__(self):
        return f"UCIP-{self.number:05d}"
