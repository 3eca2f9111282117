#!/bin/sh
# A certificate for DOMAIN, or its renewal: what is there and good for 30 days is left alone. The timer runs it.
set -eu
umask 077
# shellcheck source=/dev/null
. "${INSTALL_ENV:-/etc/rehearsal/install.env}"
deploy=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
certbot certonly --quiet --non-interactive --agree-tos --keep-until-expiring --email "$EMAIL" --domain "$DOMAIN" \
  --webroot --webroot-path "$deploy/acme"
live=/etc/letsencrypt/live/$DOMAIN
cmp -s "$live/fullchain.pem" "$deploy/tls/fullchain.pem" && exit 0
# The web server's user in its container, which is the only one to read the key.
install -o 10001 -g 10001 -m 0400 "$live/privkey.pem" "$deploy/tls/privkey.pem.new"
install -o 10001 -g 10001 -m 0444 "$live/fullchain.pem" "$deploy/tls/fullchain.pem.new"
mv "$deploy/tls/privkey.pem.new" "$deploy/tls/privkey.pem"
mv "$deploy/tls/fullchain.pem.new" "$deploy/tls/fullchain.pem"
# It reads a certificate that is new within the hour by itself; the first one should not wait.
sh "$deploy/digitalocean/services.sh" restart web
