# ./dev setup: installs by apt what is missing, and says what it does and why.
# shellcheck shell=sh

policy_file=/usr/sbin/policy-rc.d

debian_version() {
	# shellcheck disable=SC1091
	(. /etc/os-release && echo "${VERSION_ID:-0}")
}

# Names and reasons of what is missing for the given uses, tab-separated.
missing_packages() {
	release=$(debian_version 2>/dev/null || echo 0)
	sed -e 's/#.*//' tools/dev/packages.txt | while read -r name use program why; do
		[ -n "$name" ] || continue
		case " $* " in *" $use "*) ;; *) continue ;; esac
		case $name in
		*/*) if [ "$release" = 12 ]; then name=${name%/*}; else name=${name#*/}; fi ;;
		esac
		if [ "$program" != - ] && command -v "$program" >/dev/null 2>&1; then
			continue
		fi
		state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
		[ "$state" = installed ] || printf '%s\t%s\n' "$name" "$why"
	done
}

# Debian starts a service as soon as its package is installed. While this file is there it does not:
# Merlon runs an nginx of its own, and port 80 stays as it was.
services_stay_off() {
	[ ! -e "$policy_file" ] || return 0
	say "for the time of the installation $policy_file keeps Debian from starting services"
	trap services_as_before EXIT
	trap 'exit 130' INT TERM
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy_file" >/dev/null
	as_root chmod 755 "$policy_file"
	policy_made=yes
}

services_as_before() {
	[ "${policy_made:-no}" = no ] || as_root rm -f "$policy_file"
	policy_made=no
}

# Nor do they start at the next boot, if it was this script that installed them.
services_not_at_boot() {
	command -v systemctl >/dev/null 2>&1 || return 0
	for service in nginx haproxy caddy; do
		case " $* " in *" $service "*) ;; *) continue ;; esac
		say "Debian's service $service is switched off; systemctl enable $service switches it on"
		as_root systemctl disable --quiet "$service" || true
	done
}

install_packages() {
	command -v apt-get >/dev/null 2>&1 ||
		fail "this is no Debian: install by hand what is listed above"
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
		fail "neither root nor sudo. As root: apt-get install --no-install-recommends $*"
	fi
	services_stay_off
	say "apt-get update"
	as_root apt-get update -qq </dev/null
	say "apt-get install --no-install-recommends $*"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		-o Dpkg::Use-Pty=0 "$@" </dev/null >build/setup.log 2>&1 || {
		tail -n 20 build/setup.log >&2
		fail "apt-get failed; all of it is in build/setup.log"
	}
	services_as_before
	services_not_at_boot "$@"
}

dev_setup() {
	uses=run
	for what in "${@:-test}"; do
		case $what in
		run) ;;
		test | bench | debian13) uses="$uses $what" ;;
		all) uses="run test bench debian13" ;;
		*) fail "setup knows run, test, bench, debian13 and all, not $what" ;;
		esac
	done
	mkdir -p build
	# shellcheck disable=SC2086
	missing_packages $uses >build/setup.missing
	if [ ! -s build/setup.missing ]; then
		say "setup: nothing is missing ($uses)"
		return 0
	fi
	say "setup: missing, to be installed by apt:"
	while IFS='	' read -r name why; do printf '   %-24s %s\n' "$name" "$why"; done <build/setup.missing
	# shellcheck disable=SC2046
	install_packages $(cut -f 1 build/setup.missing)
}
