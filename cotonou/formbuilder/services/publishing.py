import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.core.errors import DomainError
from cotonou.formbuilder.checking import Problem, problems
from cotonou.formbuilder.models import FormDefinition, FormVersion


class BadDefinitionError(DomainError):
    """``problems`` lists everything that is wrong, each with its path."""

    code = "bad_definition"

    def __init__(self, found: list[Problem]) -> None:
        heading = _("Ce formulaire ne peut pas être publié :")
        super().__init__(heading + " " + " ".join(map(str, found)))
        self.problems = found


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON, so that equal documents are recognised."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@transaction.atomic
def publish(*, slug: str, content: dict[str, Any], by: Actor) -> FormVersion:
    """Publish a definition as the next version of the form ``slug``; it can never change again.

    The same document as the version in force gives that version back.
    The version in the making becomes what is published.
    Raises BadDefinitionError.
    """
    _check(content)
    definition = _locked(slug)
    in_force = FormVersion.objects.newest_of(slug).first()
    digest = digest_of(content)
    if in_force is not None and in_force.digest == digest:
        return in_force
    # The row in the making is the one published: a procedure being prepared points at it.
    version = FormVersion.objects.filter(definition=definition, published_at=None).first()
    version = version or FormVersion(definition=definition, number=_next_number(definition))
    version.content, version.digest, version.published_at = content, digest, timezone.now()
    version.published_by_uuid, version.published_by_label = by.uuid, by.label
    version.save()
    audit.record("formbuilder.published", subject=version, actor=by, form=slug, number=version.number)
    return version


@transaction.atomic
def save_in_the_making(*, slug: str, content: dict[str, Any], by: Actor) -> FormVersion:
    """Keep the one unpublished version of a form, to be previewed and corrected.

    It must already be well formed. Raises BadDefinitionError.
    """
    _check(content)
    definition = _locked(slug)
    version = FormVersion.objects.filter(definition=definition, published_at=None).first()
    version = version or FormVersion(definition=definition, number=_next_number(definition))
    version.content, version.digest = content, digest_of(content)
    version.save()
    audit.record("formbuilder.drafted", subject=version, actor=by, form=slug, number=version.number)
    return version


def current(slug: str) -> FormVersion:
    """The published version in force. Raises FormVersion.DoesNotExist when there is none."""
    version = FormVersion.objects.newest_of(slug).first()
    if version is None:
        raise FormVersion.DoesNotExist(slug)
    return version


def _check(content: dict[str, Any]) -> None:
    if found := problems(content):
        raise BadDefinitionError(found)


def _locked(slug: str) -> FormDefinition:
    definition, _created = FormDefinition.objects.get_or_create(slug=slug)
    return FormDefinition.objects.select_for_update().get(pk=definition.pk)


def _next_number(definition: FormDefinition) -> int:
    last = FormVersion.objects.filter(definition=definition).order_by("-number").first()
    return last.number + 1 if last else 1
