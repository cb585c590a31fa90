from django.db import migrations

from cotonou.core.database import append_only, chained

ISSUED = """
CREATE FUNCTION documents_issueddocument_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'documents are never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.public_id, NEW.kind, NEW.subject_kind, NEW.subject_uuid, NEW.office_id,
        NEW.template_version_id, NEW.snapshot, NEW.serial, NEW.serial_series, NEW.serial_year,
        NEW.serial_number, NEW.code, NEW.issued_at, NEW.issued_by_uuid, NEW.issued_by_label, NEW.replaces_id)
       IS DISTINCT FROM
       (OLD.id, OLD.public_id, OLD.kind, OLD.subject_kind, OLD.subject_uuid, OLD.office_id,
        OLD.template_version_id, OLD.snapshot, OLD.serial, OLD.serial_series, OLD.serial_year,
        OLD.serial_number, OLD.code, OLD.issued_at, OLD.issued_by_uuid, OLD.issued_by_label, OLD.replaces_id)
    THEN
        RAISE EXCEPTION 'an issued document never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.sealed_at IS NOT NULL AND
       (NEW.sealed_at, NEW.pdf, NEW.pdf_sha256, NEW.pdf_size, NEW.qr_payload, NEW.qr_key_id, NEW.seal_fingerprint)
       IS DISTINCT FROM
       (OLD.sealed_at, OLD.pdf, OLD.pdf_sha256, OLD.pdf_size, OLD.qr_payload, OLD.qr_key_id, OLD.seal_fingerprint)
    THEN
        RAISE EXCEPTION 'a seal is written once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
       (('VALID', 'REPLACED'), ('VALID', 'REVOKED'), ('REPLACED', 'REVOKED'))
    THEN
        RAISE EXCEPTION 'a document does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.replaced_at IS NOT NULL AND NEW.replaced_at IS DISTINCT FROM OLD.replaced_at)
       OR (OLD.state = 'REVOKED' AND (NEW.revoked_at, NEW.revocation_reason)
                                     IS DISTINCT FROM (OLD.revoked_at, OLD.revocation_reason))
    THEN
        RAISE EXCEPTION 'what happened to a document is not rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_issueddocument_guard BEFORE UPDATE OR DELETE ON documents_issueddocument
    FOR EACH ROW EXECUTE FUNCTION documents_issueddocument_guard();
"""
ISSUED_REVERSE = """
DROP TRIGGER documents_issueddocument_guard ON documents_issueddocument;
DROP FUNCTION documents_issueddocument_guard();
"""

TEMPLATE = """
CREATE FUNCTION documents_templateversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR
       (NEW.id, NEW.public_id, NEW.template_id, NEW.number, NEW.layout, NEW.source, NEW.css, NEW.variables,
        NEW.legal_reference, NEW.starts_on, NEW.published_at, NEW.published_by_uuid, NEW.published_by_label)
       IS DISTINCT FROM
       (OLD.id, OLD.public_id, OLD.template_id, OLD.number, OLD.layout, OLD.source, OLD.css, OLD.variables,
        OLD.legal_reference, OLD.starts_on, OLD.published_at, OLD.published_by_uuid, OLD.published_by_label)
    THEN
        RAISE EXCEPTION 'a published template never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_templateversion_guard BEFORE UPDATE OR DELETE ON documents_templateversion
    FOR EACH ROW EXECUTE FUNCTION documents_templateversion_guard();
"""
TEMPLATE_REVERSE = """
DROP TRIGGER documents_templateversion_guard ON documents_templateversion;
DROP FUNCTION documents_templateversion_guard();
"""

KEY = """
CREATE FUNCTION documents_publickey_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.use, NEW.key_id, NEW.material, NEW.valid_from, NEW.valid_until)
                           IS DISTINCT FROM (OLD.use, OLD.key_id, OLD.material, OLD.valid_from, OLD.valid_until)
       OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
    THEN
        RAISE EXCEPTION 'a public key is kept as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_publickey_guard BEFORE UPDATE OR DELETE ON documents_publickey
    FOR EACH ROW EXECUTE FUNCTION documents_publickey_guard();
"""
KEY_REVERSE = """
DROP TRIGGER documents_publickey_guard ON documents_publickey;
DROP FUNCTION documents_publickey_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [
        migrations.RunSQL(ISSUED, ISSUED_REVERSE),
        migrations.RunSQL(TEMPLATE, TEMPLATE_REVERSE),
        migrations.RunSQL(KEY, KEY_REVERSE),
        chained("documents_issueddocument"),
        chained("documents_documenthistory"),
        append_only("documents_documenthistory"),
        append_only("documents_documentprint"),
    ]
