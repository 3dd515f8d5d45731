#!/bin/sh
# Makes the certificates of the TLS tests: a test authority and what it signed. Worthless outside these tests.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
new_key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"; }
new_key authority.key
new_key server.key
mkdir signed && : >index.txt
cat >ca.conf <<CONF
[ca]
default_ca = it
[it]
new_certs_dir = signed
database = index.txt
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
CONF
sign() { # name, key, from, until, signer's options, extensions
    printf '%s\n' "$6" >ext.conf
    openssl req -new -config ca.conf -key "$2" -subj "/CN=Bellwether test $1" -out "$1.csr"
    # shellcheck disable=SC2086
    openssl ca -batch -notext -config ca.conf -keyfile authority.key $5 -in "$1.csr" -out "$1.pem" \
        -startdate "$3" -enddate "$4" -extfile ext.conf
}
leaf() { # name, from, until, subjectAltName
    sign "$1" server.key "$2" "$3" "-cert authority.pem" "basicConstraints=critical,CA:FALSE
extendedKeyUsage=serverAuth
subjectAltName=$4"
}
sign authority authority.key 20200101000000Z 21200101000000Z -selfsign "basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
subjectKeyIdentifier=hash"
leaf good 20200101000000Z 21200101000000Z IP:127.0.0.1
leaf expired 20200101000000Z 20210203000000Z IP:127.0.0.1
leaf other 20200101000000Z 21200101000000Z DNS:other.example
cp ./*.pem server.key "$here"
