from django.db import migrations

from cotonou.core.database import APP_ROLE, _if_role, append_only, chained

# A period's dates are read under a share lock: closing waits for the entries
# being written, and a transaction that began before the closing cannot slip in.
ENTRY = """
CREATE FUNCTION ledger_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closed timestamptz;
BEGIN
    NEW.xid := pg_current_xact_id();
    SELECT closed_at INTO closed FROM ledger_period
     WHERE NEW.date BETWEEN starts_on AND ends_on FOR SHARE;
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'the period of % is closed', NEW.date USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_guard BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_guard();
"""
ENTRY_REVERSE = """
DROP TRIGGER ledger_entry_guard ON ledger_entry;
DROP FUNCTION ledger_entry_guard();
"""

# A line joins only in its entry's own transaction, and repeats the entry's date and office.
LINE = """
CREATE FUNCTION ledger_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    PERFORM 1 FROM ledger_entry e
      WHERE e.id = NEW.entry_id AND e.xid = NEW.xid AND e.date = NEW.date
        AND e.office_id IS NOT DISTINCT FROM NEW.office_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'line does not belong to an entry of this transaction'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_line_guard BEFORE INSERT ON ledger_line
    FOR EACH ROW EXECUTE FUNCTION ledger_line_guard();
"""
LINE_REVERSE = """
DROP TRIGGER ledger_line_guard ON ledger_line;
DROP FUNCTION ledger_line_guard();
"""

# One check at the entry refuses an entry without lines; the one at each line
# refuses a line added after SET CONSTRAINTS has already spent the entry's.
BALANCE = """
CREATE FUNCTION ledger_entry_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
    lines int;
    gap numeric;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entry' THEN
        entry := NEW.id;
    ELSE
        entry := NEW.entry_id;
    END IF;
    SELECT count(*), coalesce(sum(debit_xof - credit_xof), 0) INTO lines, gap
      FROM ledger_line WHERE entry_id = entry;
    IF lines < 2 OR gap <> 0 THEN
        RAISE EXCEPTION 'entry % is not balanced', entry USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balanced();
CREATE CONSTRAINT TRIGGER ledger_line_balanced AFTER INSERT ON ledger_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balanced();
"""
BALANCE_REVERSE = """
DROP TRIGGER ledger_line_balanced ON ledger_line;
DROP TRIGGER ledger_entry_balanced ON ledger_entry;
DROP FUNCTION ledger_entry_balanced();
"""

# Closed is for ever, and only what is over can be closed.
PERIOD = """
CREATE FUNCTION ledger_period_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'period % is closed', OLD.name USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.closed_at IS NOT NULL
       AND NEW.ends_on >= (now() AT TIME ZONE 'Africa/Porto-Novo')::date THEN
        RAISE EXCEPTION 'period % is not over', NEW.name USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_period_guard BEFORE INSERT OR UPDATE OR DELETE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION ledger_period_guard();
"""
PERIOD_REVERSE = """
DROP TRIGGER ledger_period_guard ON ledger_period;
DROP FUNCTION ledger_period_guard();
"""

# Renaming an account is harmless; giving it another code or side would rewrite the books.
_T = "ledger_account"
ACCOUNT = _if_role(
    APP_ROLE,
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {_T} FROM {APP_ROLE}; GRANT UPDATE (name) ON {_T} TO {APP_ROLE};",
)
ACCOUNT_REVERSE = _if_role(APP_ROLE, f"GRANT UPDATE, DELETE ON {_T} TO {APP_ROLE};")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        chained("ledger_account"),
        chained("ledger_entry"),
        chained("ledger_line"),
        append_only("ledger_entry"),
        append_only("ledger_line"),
        migrations.RunSQL(ENTRY, ENTRY_REVERSE),
        migrations.RunSQL(LINE, LINE_REVERSE),
        migrations.RunSQL(BALANCE, BALANCE_REVERSE),
        migrations.RunSQL(PERIOD, PERIOD_REVERSE),
        migrations.RunSQL(ACCOUNT, ACCOUNT_REVERSE),
    ]
