#!/bin/sh
# Puts the settings into the files of nginx, then becomes nginx. `start.sh health`: exit status 0 when nginx answers.
#   DOMAIN        the name of the site; without it, plain HTTP for the names of this machine (local.conf)
#   API_SERVERS   the API's replicas: "172.28.7.11:8000 172.28.7.12:8000"
#   PUBLIC_PORT   the port people see, when it is not that of the protocol
#   MEDIA_ORIGIN  where the page loads recordings from, with STORAGE_SIGNED_URLS: https://fra1.digitaloceanspaces.com
#   TLS_FOLDER    where fullchain.pem and privkey.pem are (/etc/rehearsal/tls)
set -eu

if [ "${1:-}" = health ]; then
  # Perl is in every Debian. Any answer will do: under TLS it is the way to https.
  exec perl -MIO::Socket::INET -e '
    my $to = IO::Socket::INET->new(PeerAddr => "127.0.0.1:8080", Timeout => 3) or exit 1;
    print $to "GET / HTTP/1.0\r\nHost: $ARGV[0]\r\n\r\n";
    exit(<$to> =~ m{^HTTP/1} ? 0 : 1);' "${DOMAIN:-localhost}"
fi

source=${NGINX_SOURCE:-/etc/rehearsal/nginx}
target=${NGINX_TARGET:-/tmp/nginx}
tls=${TLS_FOLDER:-/etc/rehearsal/tls}

# What is put into a configuration must not be able to say more than it should.
check() {
  if printf '%s\n' "$2" | grep -Evqx "$3"; then echo "$1 is not what it should be: $4" >&2; exit 1; fi
}
check DOMAIN "${DOMAIN:-}" '([A-Za-z0-9-]+\.)*[A-Za-z0-9-]*' 'a name such as rehearsal.example'
check PUBLIC_PORT "${PUBLIC_PORT:-}" '[0-9]{0,5}' 'a port number'
check MEDIA_ORIGIN "${MEDIA_ORIGIN:-}" '(https?://[A-Za-z0-9.-]+(:[0-9]+)?)?' 'an origin such as https://fra1.digitaloceanspaces.com'
check API_SERVERS "${API_SERVERS:-}" '[A-Za-z0-9_.-]+:[0-9]+( [A-Za-z0-9_.-]+:[0-9]+)*' 'addresses such as 172.28.7.11:8000'

mkdir -p "$target"
if [ -n "${DOMAIN:-}" ] && [ ! -s "$tls/fullchain.pem" ]; then
  # Without a certificate nginx would not start, and without nginx there would be no way to get one.
  echo "No certificate in $tls yet: one that browsers do not trust is used until there is, at the latest an hour later." >&2
  mkdir -p "$target/tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=$DOMAIN" \
    -addext "subjectAltName=DNS:$DOMAIN" -keyout "$target/tls/privkey.pem" -out "$target/tls/fullchain.pem" 2>/dev/null
  placeholder=yes
fi

write() {
  folder=$tls
  [ -z "${placeholder:-}" ] || [ -s "$tls/fullchain.pem" ] || folder=$target/tls
  for file in "$source"/*.conf; do
    sed -e "s|@DOMAIN@|${DOMAIN:-localhost}|g" -e "s|@PUBLIC_PORT@|${PUBLIC_PORT:+:$PUBLIC_PORT}|g" \
      -e "s|@MEDIA_ORIGIN@|${MEDIA_ORIGIN:+ $MEDIA_ORIGIN}|g" -e "s|@TLS@|$folder|g" "$file" > "$target/${file##*/}"
  done
  # A replica that failed twice is passed over for five seconds. Each is here again as a spare, which is never passed
  # over: when the other one is stopped within those seconds (an upgrade does that), the first may be back already.
  for server in $API_SERVERS; do
    echo "server $server max_fails=2 fail_timeout=5s;"
    echo "server $server max_fails=0 backup;"
  done > "$target/api_servers.conf"
  [ -n "${DOMAIN:-}" ] || cp "$target/local.conf" "$target/nginx.conf"
}

write
[ "${1:-}" != write ] || exit 0
if [ -n "${DOMAIN:-}" ]; then
  # A renewed certificate is read within the hour; connections go on.
  (while sleep "${TLS_RELOAD_S:-3600}"; do write; nginx -s reload -c "$target/nginx.conf" 2>/dev/null; done) &
fi
exec nginx -c "$target/nginx.conf" -g 'daemon off;'
