#!/bin/sh
# What docker-compose.yml and deploy/docker-compose.prod.yml use of the official image's entry point, and no more.
set -eu
# The sockets are in /tmp: podman 4.3 gives a tmpfs the mode of the folder below it, not the one that is asked for.
export PATH=/opt/wheel/pg/bin:$PATH PGDATA=/var/lib/postgresql/18/docker
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA"
  initdb -D "$PGDATA" -U "$POSTGRES_USER" --auth-local=trust --auth-host=scram-sha-256 --pwfile="$POSTGRES_PASSWORD_FILE" \
    --encoding=UTF8 --no-locale 
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses= -k /tmp" -w start 
  psql -h /tmp -U "$POSTGRES_USER" -d postgres -q -c "CREATE DATABASE \"$POSTGRES_DB\""
  pg_ctl -D "$PGDATA" -m fast -w stop 
fi
exec postgres -D "$PGDATA" -k /tmp -c listen_addresses='*' "$@"
