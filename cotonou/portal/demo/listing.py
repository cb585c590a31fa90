"""var/demo.json: how to get in, for people and for the tests that drive a browser."""

import json
import os
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.conf import settings

from civil_acts.models import ActRequest
from civil_acts.states import RequestState
from cotonou.accounts.models import Membership, User
from cotonou.documents.models import IssuedDocument
from cotonou.documents.states import DocumentState
from cotonou.portal.demo.staff import HOST, password_of


def path() -> Path:
    return Path(os.environ.get("DEMO_FILE") or settings.VAR_DIR / "demo.json")


def write(seed: int) -> Path:
    """Replace the file whole; it holds passwords, so only its owner reads it."""
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(content(seed), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    partial.replace(target)
    return target


def content(seed: int) -> dict[str, Any]:
    """Read from the database, so that a second run says the same."""
    return {
        "base_url": settings.PORTAL_URL,
        "accounts": _accounts(password_of(seed)),
        "citizens": _citizens(),
        "verification_codes": _papers(),
    }


def _accounts(password: str) -> list[dict[str, Any]]:
    secrets = {
        device.user_id: decrypt(device.data["secret"])
        for device in Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    }
    memberships = Membership.objects.filter(user__in=secrets, user__email__endswith=f"@{HOST}")
    return [
        {
            "role": membership.role,
            "role_label": membership.get_role_display(),
            "login": membership.user.email,
            "password": password,
            "totp_secret": secrets[membership.user_id],
            "arrondissement": membership.office.arrondissement_id,
            "name": membership.user.full_name,
        }
        for membership in memberships.select_related("user", "office").order_by("pk")
    ]


def _citizens() -> list[dict[str, Any]]:
    """Those with an account, then, for each state, the latest request of somebody without one."""
    people = User.objects.filter(memberships=None).exclude(phone=None).order_by("pk")
    found = [
        {
            "name": user.full_name,
            "phone": str(user.phone),
            "email": user.email or "",
            "account": True,
            "requests": _requests(contact__user_uuid=user.public_id),
        }
        for user in people
    ]
    for state in RequestState.values:
        request = (
            ActRequest.objects.filter(state=state, contact__user_uuid=None)
            .select_related("contact")
            .order_by("-created_at", "-pk")
            .first()
        )
        if request:
            contact = request.contact
            found.append(
                {
                    "name": contact.name,
                    "phone": str(contact.phone),
                    "email": contact.email,
                    "account": False,
                    "requests": _requests(pk=request.pk),
                }
            )
    return found


def _requests(**which: Any) -> list[dict[str, str]]:
    return [
        {"tracking_code": request.tracking_code, "state": request.state}
        for request in ActRequest.objects.filter(**which).order_by("pk")
    ]


def _papers() -> list[dict[str, str]]:
    """The code of the latest document of each state."""
    latest = (
        IssuedDocument.objects.sealed().filter(state=state).order_by("-issued_at", "-pk").first()
        for state in DocumentState.values
    )
    return [
        {"code": paper.code, "state": paper.state, "serial": paper.serial, "payload": paper.qr_payload}
        for paper in latest
        if paper
    ]
