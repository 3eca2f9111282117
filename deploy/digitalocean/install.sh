#!/bin/sh
# Makes a server of an Ubuntu with a checkout of the project in /opt/rehearsal. cloud-init runs it; it may be run again.
# What it knows is in /etc/rehearsal/install.env (cloud-init.yaml says what each line means). Takes 10 to 20 minutes the
# first time: the images are built here.
set -eu
umask 077

env_file=${INSTALL_ENV:-/etc/rehearsal/install.env}
# shellcheck source=/dev/null
. "$env_file"
root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
deploy=$root/deploy
ocean=$deploy/digitalocean
say() { echo "rehearsal: $*"; }

# What is put into files of others must not be able to say more than it should.
check() {
  if printf '%s\n' "$2" | grep -Evqx "$3"; then say "$1 in $env_file is not what it should be."; exit 1; fi
}
check DOMAIN "${DOMAIN:-}" '([A-Za-z0-9-]+\.)+[A-Za-z]{2,}'
check EMAIL "${EMAIL:-}" '[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+'
check VERSION "${VERSION:-}" '[A-Za-z0-9._-]+'
check ROLE "${ROLE:-}" 'single|front|worker'
check CALLERS "${CALLERS:-}" '([0-9.]+/[0-9]+)?'

say "firewall"
ufw --force default deny incoming >/dev/null
ufw --force default allow outgoing >/dev/null
ufw limit 22/tcp >/dev/null
if [ "$ROLE" != worker ]; then
  ufw allow 80/tcp >/dev/null
  ufw allow 443/tcp >/dev/null
fi
ufw --force enable >/dev/null

say "units"
install -m 0644 "$ocean"/units/*.service "$ocean"/units/*.timer "${UNITS:-/etc/systemd/system}/"
systemctl daemon-reload
# Containers have no business with the service that tells a Droplet about itself.
systemctl enable --now rehearsal-metadata.service

say "settings and keys"
[ -e "$deploy/.env" ] || install -m 0600 /dev/null "$deploy/.env"
setting() { grep -q "^$1=" "$deploy/.env" || printf '%s=%s\n' "$1" "$2" >> "$deploy/.env"; }
setting DOMAIN "$DOMAIN"
setting VERSION "$VERSION"
if [ "$ROLE" = single ]; then setting COMPOSE_PROFILES local; fi
if [ "$ROLE" = single ]; then
  sh "$deploy/make-secrets.sh"
  # Beside the recordings: against mistakes, not against the loss of the machine. docs/operations.md: a bucket.
  [ -s "$deploy/settings.env" ] || echo "REHEARSAL_BACKUP_URL=file:///data/backups" > "$deploy/settings.env"
elif [ ! -e "$deploy/secrets/complete" ]; then
  mkdir -p "$deploy/secrets" "$deploy/tls" "$deploy/acme" "$deploy/nginx.local"
  say "building the images; then hand-over.sh has to bring the keys"
  docker compose -f "$deploy/docker-compose.prod.yml" build
  exit 0
fi

if [ "$ROLE" = front ]; then
  # The load balancer has the certificate that browsers see. What it encrypts with on its way here it does not check.
  if [ ! -s "$deploy/tls/fullchain.pem" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$DOMAIN" \
      -addext "subjectAltName=DNS:$DOMAIN" -keyout "$deploy/tls/privkey.pem" -out "$deploy/tls/fullchain.pem" 2>/dev/null
  fi
  sed -e "s|@DOMAIN@|$DOMAIN|g" -e "s|@CALLERS@|$CALLERS|g" "$ocean/load-balancer.conf" > "$deploy/nginx.local/load-balancer.conf"
fi
# The web server's user in its container.
chown -R 10001:10001 "$deploy/tls"
chmod 0755 "$deploy/acme" "$deploy/nginx.local"
find "$deploy/nginx.local" -type f -exec chmod 0644 {} +

say "images and services"
sh "$ocean/services.sh" up

if [ "$ROLE" = single ]; then
  # Tries every quarter of an hour until the name leads here, then keeps it renewed.
  systemctl enable --now rehearsal-certificate.timer
  systemctl start --no-block rehearsal-certificate.service
fi
say "done. https://$DOMAIN answers once the name leads to this machine."
