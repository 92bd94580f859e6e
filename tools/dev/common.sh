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
