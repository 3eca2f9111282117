#!/bin/sh
# Makes the keys that nobody needs to know, where they are not yet: sh deploy/make-secrets.sh [FOLDER]
# Every container gets the files that are its business, and may be a user of its own: so the files can be read by all and
# the folder by its owner alone. A managed database or queue: write its address into database_url or redis_url.
set -eu
umask 077
beside=$(dirname "$0")
folder=${1:-$beside/secrets}
mkdir -p "$folder"

# put NAME TEXT: a file that is there stays as it is; it appears whole or not at all.
put() {
  [ ! -e "$folder/$1" ] || return 0
  printf '%s\n' "$2" > "$folder/.$1"
  chmod 0444 "$folder/.$1"
  mv "$folder/.$1" "$folder/$1"
}
# 32 random bytes in letters that need no quoting in an address.
random() { openssl rand -hex 32; }

put secret_key "$(random)"
# The flow server prints the first eight letters of its key at every start: they are always these.
put langflow_api_key "rehearsal-$(random)"
put gateway_key "$(random)"
put postgres_password "$(random)"
put database_url "postgresql://rehearsal:$(cat "$folder/postgres_password")@postgres:5432/rehearsal"
put valkey_password "$(random)"
# An append-only file keeps the queue over a restart; what is lost all the same is found again in the database.
put valkey_conf "requirepass $(cat "$folder/valkey_password")
dir /data
appendonly yes
save \"\"
maxmemory 384mb
maxmemory-policy noeviction"
put redis_url "redis://:$(cat "$folder/valkey_password")@valkey:6379/0"
# Empty until recordings go to a bucket.
put storage_access_key ""
put storage_secret_key ""

if [ -z "${1:-}" ]; then
  mkdir -p "$beside/tls" "$beside/acme" "$beside/nginx.local"
  chmod 0755 "$beside/acme" "$beside/nginx.local" "$beside/tls"
  [ -e "$beside/settings.env" ] || : > "$beside/settings.env"
fi
