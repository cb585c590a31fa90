import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField


class Contact(models.Model):
    """Who a request, a payment or a message is for: reachable, perhaps with an account.

    ``user_uuid`` is the account's public id; not a foreign key, because this
    room lies below ``accounts``.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("nom"), max_length=200)
    phone = PhoneNumberField(_("téléphone"), blank=True, db_index=True)
    email = models.EmailField(_("courriel"), blank=True)
    language = models.CharField(max_length=5, default="fr")
    user_uuid = models.UUIDField(null=True, blank=True, db_index=True)
    # Served in person, with no phone and no e-mail: the printed paper is what they follow it with.
    in_person = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="contact_reachable",
                condition=~Q(phone="", email="") | Q(in_person=True),
                violation_error_message=_("Donnez un numéro de téléphone ou une adresse électronique."),
            )
        ]

    def __str__(self):
        return self.name


class Submission(models.Model):
    """The first answer to a form or API call that carried an idempotency key.

    The same key and body get the same answer again; another body is refused.
    """

    key = models.CharField(max_length=80)
    scope = models.CharField(max_length=120)  # who and which route
    body_digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True)  # null while the first call still runs
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="submission_once")]

    def __str__(self):
        return self.key
