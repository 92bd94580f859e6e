#!/bin/sh
# What ./dev test debian13 does inside the Debian 13 it made: versions, build, tests.
set -u
cd /merlon
. tools/dev/common.sh
mkdir -p build/test

# No service starts here, and nothing is asked. debootstrap cannot do this: it knows no virtual packages.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	-o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io $PACKAGES >build/setup.log 2>&1 || {
	tail -n 20 build/setup.log >&2
	exit 1
}

# shellcheck disable=SC1091
say "$(. /etc/os-release && echo "$PRETTY_NAME")"
nginx -v
openssl version
gcc --version | head -n 1

# The compiler is two years younger than Debian 12's: a warning fails the run, the tests run all the same.
failed=0
meson setup build-debian13 >build/setup.log 2>&1 || {
	tail -n 20 build/setup.log >&2
	exit 1
}
ninja -C build-debian13 -j "$(jobs)" >build/ninja.log 2>&1 || {
	tail -n 40 build/ninja.log >&2
	exit 1
}
if grep -A 3 'warning:' build/ninja.log; then
	failed=1
fi
tools/ngx-signature build-debian13/edge/nginx/ngx_http_merlon_module.so || exit 1

meson test -C build-debian13 --no-rebuild --print-errorlogs --num-processes "$(jobs)" || failed=1
MERLON_BUILD=/merlon/build-debian13
export MERLON_BUILD
$python -m pytest -c pytest.ini -p no:cacheprovider --junitxml=build/test/e2e.xml \
	-m smoke --ignore=tests/e2e/test_guest.py || failed=1
$python -m pytest -c pytest.ini -p no:cacheprovider --junitxml=build/test/guest.xml \
	tests/e2e/test_guest.py || failed=1

meson_counts=$($python tools/dev/tally.py meson build-debian13/meson-logs/testlog.json)
smoke_counts=$($python tools/dev/tally.py pytest build/test/e2e.xml)
guest_counts=$($python tools/dev/tally.py pytest build/test/guest.xml)
echo "$meson_counts $smoke_counts $guest_counts" | awk '{ print $1 + $3 + $5, $2 + $4 + $6 }' >build/test/counts
exit $failed
