-- The three roles of the portal, once per server, as superuser. Safe to repeat.
-- Passwords are set apart: ALTER ROLE … PASSWORD.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['portail_owner', 'portail_app', 'portail_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I', role);
        END IF;
    END LOOP;
END $$;

-- Runs migrations and bulk loads; no time limits of its own.
ALTER ROLE portail_owner LOGIN NOSUPERUSER CREATEDB NOCREATEROLE;
-- A database can be dropped while the app or autovacuum still looks at it.
GRANT pg_signal_backend TO portail_owner;
-- Web and workers. PgBouncer refuses start-up options, so the limits belong to the role.
ALTER ROLE portail_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
ALTER ROLE portail_app SET statement_timeout = '15s';
ALTER ROLE portail_app SET lock_timeout = '3s';
ALTER ROLE portail_app SET idle_in_transaction_session_timeout = '30s';
-- Exports and reports; may point to a replica.
ALTER ROLE portail_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
ALTER ROLE portail_reader SET default_transaction_read_only = on;
