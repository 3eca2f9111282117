#!/bin/sh
# A certificate for DOMAIN, or its renewal: what is there and good for 30 days is left alone. The timer runs it.
set -eu
umask 077
# shellcheck source=/dev/null
. "${INSTALL_ENV:-/etc/rehearsal/install.env}"
deploy=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
certbot certonly --quiet --non-interactive --agree-tos --keep-until-expiring --email "$EMAIL" --domain "$DOMAIN" \
  --webroot --webroot-path "$deploy/acme"
live=${LETSENCRYPT:-/etc/letsencrypt}/live/$DOMAIN
if cmp -s "$live/fullchain.pem" "$deploy/tls/fullchain.pem"; then exit 0; fi
# The web server's user in its container is the only one to read the key.
for file in privkey.pem fullchain.pem; do
  cp "$live/$file" "$deploy/tls/$file.new"
  chown 10001:10001 "$deploy/tls/$file.new"
  chmod 0400 "$deploy/tls/$file.new"
done
for file in privkey.pem fullchain.pem; do mv "$deploy/tls/$file.new" "$deploy/tls/$file"; done
# It reads a certificate that is new within the hour by itself; the first one should not wait.
sh "$deploy/digitalocean/services.sh" restart web
