# What all parts of ./dev share. Sourced from the repository's root.
# shellcheck shell=sh

# Debian's python3, for which the packages of setup are; another one may stand before it in PATH.
python=/usr/bin/python3
# nginx is in sbin, which an ordinary user's PATH lacks.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export PATH
# Nothing is written beside the sources.
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

say() {
	printf '== %s\n' "$*"
}

fail() {
	printf './dev: %s\n' "$*" >&2
	exit 1
}

# Two at once, as the least machine that this is made for has two cores.
jobs() {
	cores=$(nproc 2>/dev/null || echo 2)
	[ "$cores" -lt 8 ] || cores=8
	echo "$cores"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Root runs nothing of Merlon: it gives this account to whatever serves calls.
account=nobody

# Replaces the shell that calls it, so that in the background $! is the program's own id.
become_account() {
	[ "$(id -u)" = 0 ] || exec "$@"
	exec setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups "$@"
}

# The programs of a build where the account can read them: the build itself, or if root cloned this
# into a folder of its own, a copy in $staged, which the caller removes.
stage() {
	built=$(cd "$1" && pwd)
	if (become_account test -x "$built/cli/merlon") 2>/dev/null; then
		echo "$built"
		return
	fi
	for part in cli edge/nginx daemon/auditd meson-info; do
		mkdir -p "$2/$part"
	done
	cp "$built/cli/merlon" "$2/cli/"
	cp "$built/edge/nginx/ngx_http_merlon_module.so" "$2/edge/nginx/"
	cp "$built/daemon/auditd/merlon-auditd" "$2/daemon/auditd/"
	cp "$built/meson-info/intro-buildoptions.json" "$2/meson-info/"
	chmod -R a+rX "$2"
	echo "$2"
}
