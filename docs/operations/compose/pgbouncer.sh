#!/bin/sh
set -eu
umask 077
printf '"portail_app" "%s"\n' "$APP_PASSWORD" >/tmp/userlist.txt
exec pgbouncer /etc/pgbouncer/pgbouncer.ini
