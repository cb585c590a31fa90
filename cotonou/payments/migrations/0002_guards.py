from django.db import migrations

from cotonou.core.database import append_only, chained

# What was agreed never changes, settled is final, a closed attempt never reopens,
# and cash is taken only while its session is open.
PAYMENT = """
CREATE FUNCTION payments_payment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a payment is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.cash_session_id IS NOT NULL THEN
            PERFORM 1 FROM payments_cashsession
              WHERE id = NEW.cash_session_id AND closed_at IS NULL FOR SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the cash session is closed' USING ERRCODE = 'restrict_violation';
            END IF;
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.public_id, OLD.reference, OLD.purpose, OLD.subject_uuid, OLD.contact_id, OLD.amount_xof, OLD.provider)
       IS DISTINCT FROM
       (NEW.public_id, NEW.reference, NEW.purpose, NEW.subject_uuid, NEW.contact_id, NEW.amount_xof, NEW.provider)
       OR (OLD.cash_session_id IS DISTINCT FROM NEW.cash_session_id)
       OR (OLD.provider_id IS NOT NULL AND OLD.provider_id IS DISTINCT FROM NEW.provider_id) THEN
        RAISE EXCEPTION 'the terms of a payment never change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.state = 'SETTLED' AND (NEW.state <> 'SETTLED' OR NEW.settled_at <> OLD.settled_at))
       OR (OLD.state NOT IN ('STARTED', 'PENDING') AND NEW.state IN ('STARTED', 'PENDING')) THEN
        RAISE EXCEPTION 'payment states only move forward' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_payment_guard BEFORE INSERT OR UPDATE OR DELETE ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION payments_payment_guard();
"""
PAYMENT_REVERSE = """
DROP TRIGGER payments_payment_guard ON payments_payment;
DROP FUNCTION payments_payment_guard();
"""

ALLOCATION = """
CREATE FUNCTION payments_allocated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE payment bigint; total bigint; shared numeric;
BEGIN
    IF TG_TABLE_NAME = 'payments_payment' THEN
        payment := NEW.id;
    ELSE
        payment := NEW.payment_id;
    END IF;
    SELECT amount_xof INTO total FROM payments_payment WHERE id = payment;
    SELECT coalesce(sum(amount_xof), 0) INTO shared FROM payments_paymentallocation WHERE payment_id = payment;
    IF shared <> total THEN
        RAISE EXCEPTION 'payment %: allocations add up to %, not %', payment, shared, total
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payments_payment_allocated AFTER INSERT ON payments_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_allocated();
CREATE CONSTRAINT TRIGGER payments_allocation_allocated AFTER INSERT ON payments_paymentallocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_allocated();
"""
ALLOCATION_REVERSE = """
DROP TRIGGER payments_allocation_allocated ON payments_paymentallocation;
DROP TRIGGER payments_payment_allocated ON payments_payment;
DROP FUNCTION payments_allocated();
"""

# Abomey-Calavi 2017: the receipt said less than the payer gave.
RECEIPT = """
CREATE FUNCTION payments_receipt_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    PERFORM 1 FROM payments_payment
      WHERE id = NEW.payment_id AND state = 'SETTLED' AND amount_xof = NEW.amount_xof;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a receipt states a settled payment of the same amount'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_receipt_guard BEFORE INSERT ON payments_receipt
    FOR EACH ROW EXECUTE FUNCTION payments_receipt_guard();
"""
RECEIPT_REVERSE = """
DROP TRIGGER payments_receipt_guard ON payments_receipt;
DROP FUNCTION payments_receipt_guard();
"""

# A series only counts up, one by one.
SERIES = """
CREATE FUNCTION payments_series_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.last_number <> OLD.last_number + 1
       OR (NEW.code, NEW.year) IS DISTINCT FROM (OLD.code, OLD.year) THEN
        RAISE EXCEPTION 'a receipt series only counts up' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_series_guard BEFORE UPDATE OR DELETE ON payments_receiptseries
    FOR EACH ROW EXECUTE FUNCTION payments_series_guard();
"""
SERIES_REVERSE = """
DROP TRIGGER payments_series_guard ON payments_receiptseries;
DROP FUNCTION payments_series_guard();
"""

SESSION = """
CREATE FUNCTION payments_cashsession_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL
       OR (OLD.desk_id, OLD.opened_by_id, OLD.opened_at, OLD.float_xof)
          IS DISTINCT FROM (NEW.desk_id, NEW.opened_by_id, NEW.opened_at, NEW.float_xof) THEN
        RAISE EXCEPTION 'a cash session is closed once and never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_cashsession_guard BEFORE UPDATE OR DELETE ON payments_cashsession
    FOR EACH ROW EXECUTE FUNCTION payments_cashsession_guard();
"""
SESSION_REVERSE = """
DROP TRIGGER payments_cashsession_guard ON payments_cashsession;
DROP FUNCTION payments_cashsession_guard();
"""

REFUND = """
CREATE FUNCTION payments_refund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total bigint; others numeric;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a refund is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (
        OLD.state IN ('PAID', 'REFUSED')
        OR (OLD.payment_id, OLD.amount_xof, OLD.proposed_by_id)
           IS DISTINCT FROM (NEW.payment_id, NEW.amount_xof, NEW.proposed_by_id)) THEN
        RAISE EXCEPTION 'the terms of a refund never change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> 'REFUSED' THEN
        -- The payment's lock makes two refunds at once count each other.
        SELECT amount_xof INTO total FROM payments_payment
         WHERE id = NEW.payment_id AND state = 'SETTLED' FOR UPDATE;
        SELECT coalesce(sum(amount_xof), 0) INTO others FROM payments_refund
         WHERE payment_id = NEW.payment_id AND state <> 'REFUSED' AND id <> NEW.id;
        IF total IS NULL OR others + NEW.amount_xof > total THEN
            RAISE EXCEPTION 'refunds go beyond the payment' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_refund_guard BEFORE INSERT OR UPDATE OR DELETE ON payments_refund
    FOR EACH ROW EXECUTE FUNCTION payments_refund_guard();
"""
REFUND_REVERSE = """
DROP TRIGGER payments_refund_guard ON payments_refund;
DROP FUNCTION payments_refund_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [
        append_only("payments_providerevent"),
        append_only("payments_paymentallocation"),
        append_only("payments_receipt"),
        chained("payments_receipt"),
        migrations.RunSQL(PAYMENT, PAYMENT_REVERSE),
        migrations.RunSQL(ALLOCATION, ALLOCATION_REVERSE),
        migrations.RunSQL(RECEIPT, RECEIPT_REVERSE),
        migrations.RunSQL(SERIES, SERIES_REVERSE),
        migrations.RunSQL(SESSION, SESSION_REVERSE),
        migrations.RunSQL(REFUND, REFUND_REVERSE),
    ]
