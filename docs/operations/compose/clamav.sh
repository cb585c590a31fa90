#!/bin/sh
# Signatures first, then the scanner beside the updater.
set -eu
[ -e /var/lib/clamav/main.cvd ] || [ -e /var/lib/clamav/main.cld ] || freshclam --stdout
freshclam --daemon --foreground --stdout --checks=6 &
exec clamd --config-file=/etc/clamav/clamd.conf
