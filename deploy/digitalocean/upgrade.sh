#!/bin/sh
# To another version and back: upgrade.sh VERSION. A backup is made first (single, or where `beat` runs), images are
# built while the old version answers, migrations run, then one API is replaced after the other and the rest follows.
# Several machines: first those with ROLE=front, one after the other, then the workers. Back: the same with the former
# version; the database stays as it is, the former version works with it (docs/operations.md: when not).
set -eu
umask 077
env_file=${INSTALL_ENV:-/etc/rehearsal/install.env}
# shellcheck source=/dev/null
. "$env_file"
ocean=$(CDPATH='' cd "$(dirname "$0")" && pwd)
deploy=$ocean/..
new=${1:?upgrade.sh VERSION}
case $new in *[!A-Za-z0-9._-]*) echo "VERSION is a tag." >&2; exit 2 ;; esac

if [ "$ROLE" = single ] || [ -e "$deploy/secrets/beat" ]; then
  sh "$ocean/services.sh" run --rm --no-deps beat backup create
fi
git -C "$deploy" fetch --depth 1 origin "refs/tags/$new:refs/tags/$new"
git -C "$deploy" -c advice.detachedHead=false checkout "$new"
sed -i "s|^VERSION=.*|VERSION=$new|" "$env_file" "$deploy/.env"
sh "$ocean/services.sh" roll
sh "$ocean/install.sh"
sh "$ocean/services.sh" ps
