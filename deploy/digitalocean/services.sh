#!/bin/sh
# `docker compose` with the files and services of this machine's role: services.sh up | stop | ps | logs | run ...
#   up                 start what is this machine's, newer images first built
#   roll               the same for a new version: migrations, then one API after the other, then the rest
#   stop-work          stop everything that uses the database, for a restore
#   anything else      goes to `docker compose`
set -eu
env_file=${INSTALL_ENV:-/etc/rehearsal/install.env}
# shellcheck source=/dev/null
. "$env_file"
deploy=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
compose() {
  if [ "$ROLE" = front ]; then set -- -f "$deploy/digitalocean/front.yml" "$@"; fi
  docker compose -f "$deploy/docker-compose.prod.yml" "$@"
}

workers="worker-interactive worker-media worker-vision worker-listening worker-cloud"
case $ROLE in
  single) services="" ;;
  # `beat` is the clock: exactly one of an installation, on the machine that hand-over.sh names first.
  front) services="web api-1 api-2 flows migrate"; [ ! -e "$deploy/secrets/beat" ] || services="$services beat" ;;
  # Their flow server asks for language models at the API beside it.
  worker) services="api-1 flows $workers" ;;
  *) echo "ROLE in $env_file is not what it should be." >&2; exit 1 ;;
esac

# shellcheck disable=SC2086  # lists of words
case ${1:-} in
  up) shift; compose up -d --build --remove-orphans "$@" $services ;;
  roll)
    compose build
    if [ "$ROLE" != worker ]; then compose run --rm migrate; fi
    compose up -d --no-deps --wait api-1
    if [ "$ROLE" != worker ]; then compose up -d --no-deps --wait api-2; fi
    compose up -d --remove-orphans $services ;;
  stop-work) compose stop beat api-1 api-2 flows $workers ;;
  "") echo "services.sh up | roll | stop-work | ps | logs SERVICE | run --rm beat backup list" >&2; exit 2 ;;
  *) compose "$@" ;;
esac
