# ./dev test debian13: a clean Debian 13, made by debootstrap for this run, in which Merlon is built
# without a warning and tested: another nginx, another OpenSSL, another compiler.
#
# Namespaces of its own keep it apart: nothing of this machine is mounted inside, and whatever is
# left running or mounted goes with them. Only the network is shared, for Debian's mirror.
# shellcheck shell=sh

mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

# What the build and the tests need, by the names that Debian 13 has; compilers, load generators and
# what npm would install stay out.
debian13_packages() {
	sed -e 's/#.*//' tools/dev/packages.txt | while read -r name use _; do
		case $use:$name in
		run:* | test:python3-* | test:openssl) printf '%s ' "${name#*/}" ;;
		esac
	done
}

# Runs inside the namespaces, as their root. The rings of calls must lie on tmpfs, hence /dev/shm.
debian13_inside() {
	root=$1
	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LANG=C.UTF-8 \
		PACKAGES="$(debian13_packages)" sh /merlon/tools/dev/debian13_steps.sh
}

debian13_fetch() {
	say "debootstrap trixie from $mirror"
	as_root debootstrap --variant=minbase trixie "$1" "$mirror" >"$counts/debian13.log" 2>&1 || {
		tail -n 20 "$counts/debian13.log" >&2
		fail "debootstrap failed; all of it is in $counts/debian13.log"
	}
}

# The sources as they stand, without what git ignores.
debian13_copy() {
	as_root mkdir "$1/merlon"
	git ls-files -z --cached --others --exclude-standard |
		tar --null --files-from=- --ignore-failed-read -cf - 2>/dev/null |
		as_root tar -xf - --no-same-owner -C "$1/merlon"
}

# Debian's debootstrap leaves device nodes in it, so it lies where those may be: not on a tmpfs.
debian13() {
	root=$(mktemp -d /var/tmp/merlon-debian13.XXXXXX)
	trap 'as_root rm -rf --one-file-system "$root"' EXIT
	trap 'exit 130' INT TERM
	as_root chown root:root "$root"
	as_root chmod 755 "$root"
	debian13_fetch "$root"
	debian13_copy "$root"
	code=0
	as_root unshare --mount --pid --fork --kill-child --propagation private \
		sh -c '. tools/dev/debian13.sh && debian13_inside "$1"' sh "$root" || code=$?
	cat "$root/merlon/build/test/counts" >"$counts/$name.count" 2>/dev/null || true
	return $code
}
