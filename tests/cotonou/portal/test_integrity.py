"""What the City publishes about its sealed registers can be kept and checked by anyone, alone."""

import base64
import json
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cotonou.audit import chains
from cotonou.jobs import runner
from cotonou.jobs import services as jobs
from cotonou.portal.views.integrity import LABELS

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(sealing_keys):
    assert runner.run_job(jobs.enqueue("audit.publish_heads", key=str(uuid.uuid4())).pk)


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.usefixtures("published")
def test_the_file_can_be_checked_with_the_published_keys_alone(client):
    file = client.get("/integrite.json").json()
    keys = {key["id"]: key["x"] for key in client.get("/v/cles.json").json()["keys"]}
    (one,) = file["published"]
    public = Ed25519PublicKey.from_public_bytes(unpadded(keys[one["key"]]))
    public.verify(unpadded(one["signature"]), b"integrite.json\n" + one["text"].encode())
    assert json.loads(one["text"])["heads"].keys() == {chain.name for chain in chains.all_chains()}


@pytest.mark.usefixtures("published")
def test_the_page_shows_the_latest_publication_and_leads_to_the_file(client):
    said = client.get("/integrite/", headers={"Accept-Language": "fr"}).content.decode()
    for label in LABELS.values():
        assert str(label) in said
    assert 'href="/integrite.json"' in said


def test_before_the_first_publication_the_page_says_so(client):
    assert (
        "Aucune publication" in client.get("/integrite/", headers={"Accept-Language": "fr"}).content.decode()
    )
    assert client.get("/integrite.json").json()["published"] == []


def test_every_chain_has_a_name_that_people_understand():
    assert LABELS.keys() == {chain.name for chain in chains.all_chains()}
