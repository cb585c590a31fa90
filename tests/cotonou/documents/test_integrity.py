import time
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connections

from cotonou.accounts.actors import SYSTEM
from cotonou.audit import chains, sealing
from cotonou.documents import integrity, services
from cotonou.documents.models import SerialCounter
from tests.cotonou.documents import papers
from tests.support.databases import owner_connection


def chain(name):
    return next(chain for chain in chains.all_chains() if chain.name == name)


def seal_all(name, rows):
    """Rows wait for every older transaction of the server, those of other databases included."""
    sealed, limit = 0, time.monotonic() + 20
    while sealed < rows and time.monotonic() < limit:
        sealed += sealing.seal(chain(name))
        time.sleep(0.05)
    assert sealed == rows


def as_owner(statement, *parameters):
    """What somebody with the owner's password could do: switch the guards off and edit."""
    with owner_connection(connections["default"].settings_dict["NAME"]) as connection:
        for table in ("documents_issueddocument", "documents_documenthistory"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.execute(statement, parameters)
        for table in ("documents_issueddocument", "documents_documenthistory"):
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.django_db
def test_files_as_sealed_raise_nothing(sealed):
    papers.issue()
    assert list(integrity.altered_files()) == []
    assert list(integrity.serial_gaps()) == []


@pytest.mark.django_db
def test_an_altered_or_missing_file_is_named(sealed):
    path = Path(default_storage.path(sealed.pdf.name))
    path.write_bytes(path.read_bytes() + b"x")
    (sentence,) = integrity.altered_files()
    assert sealed.serial in sentence
    assert "modifié" in sentence
    path.unlink()
    (sentence,) = integrity.altered_files()
    assert "manque" in sentence


@pytest.mark.django_db
def test_a_counter_that_disagrees_is_named(sealed):
    SerialCounter.objects.update(last=7)
    (sentence,) = integrity.serial_gaps()
    assert "A05" in sentence
    assert "7" in sentence


@pytest.mark.django_db(transaction=True)
def test_an_altered_row_is_named_by_its_chain():
    documents = [papers.seal(papers.issue()) for _ in range(3)]
    services.revoke(document=documents[0], by=SYSTEM, reason="fraude")
    seal_all("documents", 3)
    seal_all("document_history", 7)
    assert not list(sealing.verify(chain("documents")))
    as_owner("UPDATE documents_issueddocument SET snapshot = '{}' WHERE id = %s", documents[1].pk)
    (broken,) = sealing.verify(chain("documents"))
    assert (broken.row_id, broken.reason) == (documents[1].pk, "altered")
    as_owner("UPDATE documents_documenthistory SET reason = '' WHERE event = 'REVOKED'")
    (broken,) = sealing.verify(chain("document_history"))
    assert broken.reason == "altered"


@pytest.mark.django_db(transaction=True)
def test_a_state_changed_behind_the_history_is_named():
    document = papers.seal(papers.issue())
    services.revoke(document=document, by=SYSTEM, reason="fraude")
    as_owner(
        "UPDATE documents_issueddocument SET state = 'VALID', revoked_at = NULL, revocation_reason = ''"
        " WHERE id = %s",
        document.pk,
    )
    (sentence,) = integrity.altered_files()
    assert document.serial in sentence
