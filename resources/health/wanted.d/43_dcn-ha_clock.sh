#!/bin/sh
# greenboot, wanted: the clock follows the site's time source (timedatectl(1)). Only told: the source may be down.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

if [ "$(timedatectl show --property=NTPSynchronized --value 2>/dev/null)" = yes ]; then
    echo 'dcn-ha clock: synchronised'
    exit 0
fi
echo 'dcn-ha clock: not synchronised' >&2
exit 1
