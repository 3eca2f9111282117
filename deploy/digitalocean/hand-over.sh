#!/bin/sh
# Brings the keys to the machines that Terraform made, and starts them: hand-over.sh, in this folder, after
# `terraform apply`. Run it again after a key was changed. Keys are in ./secrets here (mode 600; keep a copy of
# secret_key in a safe place: without it the stored keys of cloud services cannot be read).
set -eu
umask 077
cd "$(dirname "$0")"
terraform=${TERRAFORM:-terraform}
command -v "$terraform" >/dev/null || terraform=tofu
out() { "$terraform" -chdir=terraform output -raw "$1"; }
lines() { "$terraform" -chdir=terraform output -json "$1" | tr -d '[]" \n' | tr ',' '\n'; }

mkdir -p secrets
put() { printf '%s\n' "$2" > "secrets/$1"; }
for name in secret_key gateway_key langflow_api_key; do
  # The flow server prints the first eight letters of its key at every start: they are always these.
  if [ "$name" = langflow_api_key ]; then begin=rehearsal-; else begin=""; fi
  [ -s "secrets/$name" ] || put "$name" "$begin$(openssl rand -hex 32)"
done
put database_url "$(out database_url)"
put redis_url "$(out redis_url)"
put storage_access_key "$(out storage_access_key)"
put storage_secret_key "$(out storage_secret_key)"
# The compose file names them; nothing reads them where the database is a managed one.
put postgres_password unused
put valkey_conf unused
{
  printf 'STORAGE_URL=s3://%s\n' "$(out media_bucket)"
  printf 'STORAGE_ENDPOINT=%s\n' "$(out storage_endpoint)"
  printf 'STORAGE_ACCESS_KEY_FILE=/run/secrets/storage_access_key\n'
  printf 'STORAGE_SECRET_KEY_FILE=/run/secrets/storage_secret_key\n'
} > secrets/storage.env
[ -e settings.env ] || printf 'REHEARSAL_BACKUP_URL=s3://%s/nightly\n' "$(out backup_bucket)" > settings.env

cp settings.env secrets/settings.env

beat=beat
for host in $(lines front_addresses) $(lines worker_addresses); do
  echo "$host"
  # A machine that is still installing itself has no folder yet. Three connections each: the firewall counts them.
  ssh "root@$host" 'cloud-init status --wait >/dev/null; mkdir -p /opt/rehearsal/deploy/secrets'
  tar -C secrets -cf - . | ssh "root@$host" '
    set -eu
    cd /opt/rehearsal/deploy
    tar -xf - --no-same-owner -C secrets
    # Each container gets the files that are its business, and is a user of its own; the folder is root'"'"'s alone.
    chmod 0444 secrets/*
    chmod 0700 secrets
    sed -i "/^STORAGE_/d" .env
    cat secrets/storage.env >> .env
    cp secrets/settings.env settings.env
    touch secrets/complete '"${beat:+secrets/$beat}"
  ssh "root@$host" 'sh /opt/rehearsal/deploy/digitalocean/install.sh'
  beat=""
done
