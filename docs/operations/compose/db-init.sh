#!/bin/sh
# First start of the db container: roles, database, default rights, and a role for backups.
set -eu

run() { psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" "$@"; }

run --dbname=postgres --file=/portail-sql/roles.sql
run --dbname=postgres \
    --set=owner="$OWNER_PASSWORD" --set=app="$APP_PASSWORD" \
    --set=reader="$READER_PASSWORD" --set=backup="$BACKUP_PASSWORD" <<'SQL'
ALTER ROLE portail_owner PASSWORD :'owner';
ALTER ROLE portail_app PASSWORD :'app';
ALTER ROLE portail_reader PASSWORD :'reader';
CREATE ROLE portail_backup LOGIN REPLICATION PASSWORD :'backup';
CREATE DATABASE portail OWNER portail_owner;
SQL
run --dbname=portail --file=/portail-sql/grants.sql

# Base backups come from the private network of the compose project.
printf 'host replication portail_backup samenet scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
