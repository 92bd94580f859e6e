#!/bin/bash
# Makes ngx_auto_config.h and ngx_auto_headers.h, which nginx-dev leaves out, by running nginx's own
# configure with the flags of Debian's build. Compiles nothing of nginx and writes only below BUILD.
#
# bash, because Debian's conf_flags holds an array. One --with more or less changes the module's
# signature, and nginx then refuses to load it, so the flags are taken as they are.
set -eu

if [ $# -ne 2 ]; then
	echo "usage: ngx-autoconf.sh NGINX_SRC BUILD" >&2
	exit 64
fi
src=$1
mkdir -p "$2"
build=$(cd "$2" && pwd)

for file in configure conf_flags src/core/nginx.h; do
	if [ ! -f "$src/$file" ]; then
		echo "ngx-autoconf: $src/$file is missing; install nginx-dev or set -Dnginx_src" >&2
		exit 1
	fi
done

# Five seconds of CPU: done once for each nginx, not at each set-up of a build.
cd "$src"
want=$(cat conf_flags src/core/nginx.h | sha256sum)
if [ -f "$build/ngx_auto_config.h" ] && [ "$(cat "$build/configured" 2>/dev/null)" = "$want" ]; then
	exit 0
fi
rm -f "$build/configured"

. ./conf_flags
if ! ./configure --with-cc-opt='-g -O2 -fPIC' "${NGX_CONF_FLAGS[@]}" --builddir="$build" \
	>"$build/configure.log" 2>&1; then
	tail -n 20 "$build/configure.log" >&2
	echo "ngx-autoconf: configure failed; the whole log is in $build/configure.log" >&2
	exit 1
fi
for file in ngx_auto_config.h ngx_auto_headers.h; do
	if [ ! -f "$build/$file" ]; then
		echo "ngx-autoconf: configure made no $file" >&2
		exit 1
	fi
done
echo "$want" >"$build/configured"
