"""SQL that several rooms need in their migrations, and normalised names.

The three roles (owner, app, reader) may be absent in a throw-away database,
so every grant is guarded by the role's existence.
"""

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.migrations.operations import RunSQL

APP_ROLE, READER_ROLE = "portail_app", "portail_reader"


def _if_role(role: str, statement: str) -> str:
    return (
        f"DO $do$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
        f"THEN {statement} END IF; END $do$;"
    )


def period_of(starts: str, ends: str) -> models.Func:
    """The days from one date column to another, both included; an empty end is no end."""
    return models.Func(
        models.F(starts),
        models.F(ends),
        models.Value("[]"),
        function="daterange",
        output_field=DateRangeField(),
    )


def append_only(table: str) -> RunSQL:
    """The app role may insert and read ``table``, nobody may update or delete a row.

    TRUNCATE is left to grants: a trigger for it would break every test that
    flushes. Raises IntegrityError (restrict_violation) on UPDATE and DELETE.
    """
    forward = f"""
CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
{_if_role(APP_ROLE, f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP_ROLE};")}
"""
    reverse = f"""
DROP TRIGGER {table}_append_only ON {table};
DROP FUNCTION {table}_append_only();
{_if_role(APP_ROLE, f"GRANT UPDATE, DELETE ON {table} TO {APP_ROLE};")}
"""
    return RunSQL(forward, reverse)


GRANTS = "\n".join(
    [
        _if_role(
            APP_ROLE,
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}; "
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}; "
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP_ROLE}; "
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP_ROLE};",
        ),
        _if_role(
            READER_ROLE,
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER_ROLE}; "
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {READER_ROLE};",
        ),
    ]
)


class NormalisedName(models.Func):
    """portail_name(text): lower case, no accents, for searching and sorting names.

    unaccent turns Ɖ and Ɛ into d and e but leaves Ɔ, hence the translate.
    """

    function = "portail_name"
    output_field = models.TextField()


NORMALISED_NAME_SQL = """
CREATE FUNCTION portail_name(x text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT translate(public.unaccent('public.unaccent', lower(normalize(x, NFC))), 'ɔ', 'o')
$$;
"""


def chained(table: str) -> RunSQL:
    """Give ``table`` the transaction id that the sealer of ``audit`` orders rows by.

    A trigger fills the column whatever the insert says, and no model mentions
    it: nobody can slip a row behind the seal or out of its reach. (xid, id) is
    a total order in which nothing can appear behind a finished transaction,
    which id order is not: a small id may commit late.
    """
    return RunSQL(
        f"""
ALTER TABLE {table} ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX {table}_xid ON {table} (xid, id);
CREATE FUNCTION {table}_own_xid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_own_xid BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_own_xid();
""",
        f"""
DROP TRIGGER {table}_own_xid ON {table};
DROP FUNCTION {table}_own_xid();
ALTER TABLE {table} DROP COLUMN xid;
""",
    )


def frozen_once_published(table: str) -> RunSQL:
    """Rows of ``table`` with a ``published_at`` can never be changed or deleted again (trigger)."""
    return RunSQL(
        f"""
CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published row of {table} cannot change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_frozen();
""",
        f"DROP TRIGGER {table}_frozen ON {table}; DROP FUNCTION {table}_frozen();",
    )
