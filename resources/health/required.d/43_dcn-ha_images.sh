#!/bin/sh
# greenboot, required: the container images that bootc pulls with the system lie on this node, so that no registry is needed when a workload
# moves here. Where dcn-ha-pull pulls them after the boot, one that is missing is its registry's or the network's fault.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
root=''

missing=''
for list in "$root"/usr/lib/dcn-ha/image/images/*; do
    [ -f "$list" ] || continue
    while read -r image; do
        [ -n "$image" ] || continue
        podman image exists "$image" </dev/null && continue
        # Images that bootc pulled with the system are in a store of their own.
        if [ -d "$root/usr/lib/bootc/storage" ] &&
            podman --storage-opt=additionalimagestore=/usr/lib/bootc/storage image exists "$image" </dev/null; then
            continue
        fi
        missing="$missing $image"
    done <"$list"
done
if [ -z "$missing" ]; then
    echo 'dcn-ha images: all there'
    exit 0
fi
echo "dcn-ha images: not on this node:$missing" >&2
[ ! -d "$root/usr/lib/bootc/storage" ] || exit 1
echo 'dcn-ha images: dcn-ha-pull.service pulls them; no fault of this image' >&2
