"""Rows of the past, kept until they are written together."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import models

from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Role
from cotonou.audit import actions
from cotonou.audit.models import Event
from cotonou.audit.services import Acting
from cotonou.core.models import Contact
from cotonou.notifications import rendering
from cotonou.notifications.models import Message
from cotonou.notifications.services import address_of
from cotonou.notifications.states import Channel, MessageState
from cotonou.portal.demo.calendar import Moment
from cotonou.portal.demo.copying import copy_rows, give_ids
from cotonou.portal.demo.past.plans import SECOND
from cotonou.portal.demo.staff import Staff


class Past:
    """The trail and the messages of every room, in the order of their moments."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.offices: dict[int, Office] = {
            number: actor.memberships[0].office
            for (role, number), actor in staff.actors.items()
            if role == Role.CLERK
        }
        self.events: list[Event] = []
        self.messages: list[Message] = []

    def note(self, at: Moment, action: str, *, subject: models.Model, actor: Acting, **data: Any) -> Event:
        """What ``audit.record`` would have written then."""
        actions.check(action, data)
        event = Event(
            at=at,
            action=action,
            actor_uuid=actor.uuid,
            actor_label=actor.label,
            office_uuid=actor.office_uuid,
            subject_kind=subject._meta.label_lower,
            subject_uuid=getattr(subject, "public_id", None),
            subject_label=str(subject)[:200],
            data=data,
        )
        self.events.append(event)
        return event

    def tell(self, at: Moment, template: str, *, to: Contact, subject: models.Model, **context: Any) -> None:
        """What ``notify`` would have written then, and sent."""
        for channel in (Channel.SMS, Channel.EMAIL):
            address = address_of(to, channel)
            text = (
                rendering.render(template, channel, language=to.language, context=context)
                if address
                else None
            )
            if text is None:
                continue
            public_id = uuid.uuid4()
            self.messages.append(
                Message(
                    public_id=public_id,
                    channel=channel,
                    to=address,
                    contact=to,
                    template=template,
                    language=to.language,
                    subject_line=text.subject_line,
                    body=text.body,
                    subject_kind=subject._meta.label_lower,
                    subject_uuid=getattr(subject, "public_id", None),
                    state=MessageState.SENT,
                    provider_id=f"inbox-{public_id}" if channel == Channel.SMS else str(public_id),
                    created_at=at,
                    sent_at=at + 2 * SECOND,
                )
            )

    def number_events(self) -> None:
        """Ids follow the moments, as the pages of the trail expect."""
        self.events.sort(key=lambda event: event.at)
        give_ids(self.events)

    def write_messages(self) -> None:
        self.messages.sort(key=lambda message: message.created_at)
        give_ids(self.messages)
        copy_rows(self.messages)


def numbered(rows: Sequence[models.Model]) -> None:
    give_ids(rows)
    copy_rows(rows)
