# Debian roots of their own: sourced by deploy/test-trixie, deploy/deb/build and deploy/deb/test, which
# set $cache, a folder, and define `cannot`, which says why nothing can be done and ends.
# shellcheck shell=sh disable=SC2154

# make_root RELEASE ARCHITECTURE ROOT PACKAGES: with debootstrap, another architecture's by qemu-user
make_root() {
    command -v debootstrap >/dev/null || install_here debootstrap
    emulate "$2"
    rm -rf --one-file-system "$3.new"
    mkdir -p "$(dirname "$3")"
    # the first mirror that apt uses here; without one, debootstrap's own choice
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' \
        2>/dev/null | head -n 1)
    debootstrap --arch="$2" --variant=minbase --include="$4" \
        "$1" "$3.new" ${mirror:+"$mirror"} >"$cache/log" 2>&1 ||
        cannot "debootstrap failed: $(tail -n 1 "$cache/log")"
    mv "$3.new" "$3"
}

install_here() {
    { apt-get update -qq && apt-get install -qq --yes --no-install-recommends "$1"; } \
        >"$cache/log" 2>&1 || cannot "$1 cannot be installed: $(tail -n 1 "$cache/log")"
}

# emulate ARCHITECTURE: this kernel runs its programs, also inside of roots
emulate() {
    [ "$1" != "$(dpkg --print-architecture)" ] || return 0
    registry=/proc/sys/fs/binfmt_misc
    [ "$1" = arm64 ] || cannot "no emulation of $1 is known"
    [ -e $registry/register ] || mount -t binfmt_misc binfmt_misc $registry 2>/dev/null ||
        cannot "this kernel runs no other architecture's programs (binfmt_misc)"
    [ ! -e $registry/qemu-aarch64 ] || return 0
    command -v qemu-aarch64-static >/dev/null || install_here qemu-user-static
    [ -e $registry/qemu-aarch64 ] || printf '%s%s%s' ':qemu-aarch64:M::' \
        '\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:' \
        '\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-aarch64-static:F' \
        >$registry/register || cannot "this kernel does not take qemu-aarch64-static (binfmt_misc)"
}

# This machine's settings for apt and pip, and the certificates it trusts, for $root.
settle_in() {
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    apt-config dump |
        grep -E '^Acquire::(Check|ForceIPv|Retries|ftp::|https?::)' >"$root/etc/apt/apt.conf.d/90host" ||
        true
    if [ -r /etc/ssl/certs/ca-certificates.crt ]; then
        cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    fi
    for settings in etc/apt/auth.conf etc/apt/auth.conf.d etc/pip.conf etc/xdg/pip; do
        if [ -e "/$settings" ]; then
            mkdir -p "$(dirname "$root/$settings")"
            cp -rT "/$settings" "$root/$settings"
        fi
    done
}

# What a running system has, in $root; in the mount namespace of whoever calls.
mount_all() {
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    mount -t tmpfs -o mode=1777,size=4g tmpfs "$root/tmp"
}

# layer BASE: makes $root a running system over BASE; what is written into it is gone afterwards
layer() {
    layers=$(mktemp -d "$cache/layer.XXXXXX")
    trap 'umount --recursive "$layers" 2>/dev/null; rm -rf --one-file-system "$layers"' EXIT
    mount -t tmpfs tmpfs "$layers"
    root=$layers/root
    mkdir "$layers/upper" "$layers/work" "$root"
    mount -t overlay -o "lowerdir=$1,upperdir=$layers/upper,workdir=$layers/work" overlay "$root"
    settle_in
    mount_all
}

# as WHO COMMAND: in $root, with nothing of this machine's environment but apt's and pip's
as() {
    who=$1
    home=$(chroot "$root" getent passwd "$who" | cut -d: -f6)
    mkdir -p "$root/var/cache/pip"
    chroot "$root" chown -R "$who" /var/cache/pip # pip uses its owner's only
    env | grep -E '^(PIP_|SSL_CERT_|CURL_CA_|REQUESTS_CA_|[a-zA-Z_]*_(proxy|PROXY)=)' |
        grep -v '^PIP_FIND_LINKS=' | # a folder that is not there
        sed 's/^\([^=]*\)=\(.*\)$/export \1='"'\2'"'/' >"$root/run/settings"
    chroot --userspec="$who:" "$root" env -i HOME="$home" USER="$who" LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        PIP_CACHE_DIR=/var/cache/pip sh -c ". /run/settings; cd \"\$HOME\"; $2" </dev/null
}
