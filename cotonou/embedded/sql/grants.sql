-- Rights inside the portal's database, as superuser or owner, before the first migration.
-- Safe to repeat. Append-only tables take rights back from the app in their migrations.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO portail_app, portail_reader;
GRANT ALL ON SCHEMA public TO portail_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE portail_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portail_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portail_owner IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO portail_app;
ALTER DEFAULT PRIVILEGES FOR ROLE portail_owner IN SCHEMA public
    GRANT SELECT ON TABLES TO portail_reader;
