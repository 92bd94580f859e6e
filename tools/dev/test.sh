# ./dev test: everything, or a part by name. The last line is "N passed, N failed".
#
# Each step leaves its counts in build/test/STEP.count; a step that leaves none counts as one failure,
# so that nothing fails in silence.
# shellcheck shell=sh

counts=build/test

# step NAME COMMAND...: runs it, goes on whatever it returns.
step() {
	name=$1
	shift
	say "$name"
	started=$(date +%s)
	printf '%s\n' "$name" >>"$counts/steps"
	rm -f "$counts/$name.count"
	code=0
	(set -e; "$@") || code=$?
	printf '%s\n' "$code" >"$counts/$name.code"
	say "$name: $(($(date +%s) - started)) s"
}

# unit FOLDER [TEST...]: Meson's tests, the replayed fuzz seeds among them.
unit() {
	folder=$1
	shift
	code=0
	meson test -C "$folder" --no-rebuild --print-errorlogs --num-processes "$(jobs)" "$@" || code=$?
	$python tools/dev/tally.py meson "$folder/meson-logs/testlog.json" >"$counts/$name.count"
	return $code
}

# e2e FOLDER [ARGUMENT...]: the end-to-end tests against the programs of that folder.
e2e() {
	staged=$(mktemp -d)
	chmod 755 "$staged"
	MERLON_BUILD=$(stage "$1" "$staged")
	export MERLON_BUILD
	shift
	code=0
	$python -m pytest -c pytest.ini -p no:cacheprovider --junitxml="$counts/$name.xml" "$@" ||
		code=$?
	rm -rf "$staged"
	$python tools/dev/tally.py pytest "$counts/$name.xml" >"$counts/$name.count"
	return $code
}

# The whole suite twice takes too long; these meet every hook of the module with sanitizers on.
e2e_asan() {
	e2e build-asan -m smoke
}

lint() {
	code=0
	$python tools/lint/run.py --counts "$counts/$name.count" "$@" || code=$?
	return $code
}

signature() {
	module=build/edge/nginx/ngx_http_merlon_module.so
	tools/ngx-signature "$module" && echo "1 0" >"$counts/$name.count"
}

built() {
	"$@" && echo "0 0" >"$counts/$name.count"
}

test_all() {
	step build built build_plain
	step build-asan built build_asan
	step lint lint
	step signature signature
	step unit unit build
	step unit-asan unit build-asan
	step e2e e2e build
	step e2e-asan e2e_asan
}

# A name is a folder of unit tests, one unit test, a file of end-to-end tests or a word for -k.
test_named() {
	step build built build_plain
	if meson test -C build --list 2>/dev/null | sed 's/^[^/]* \/ //' >"$counts/known" &&
		grep -q -e "^$1\$" -e "^$1/" "$counts/known"; then
		# shellcheck disable=SC2046
		step "unit-$(echo "$1" | tr / -)" unit build $(grep -e "^$1\$" -e "^$1/" "$counts/known")
		return
	fi
	case $1 in
	tests/e2e/*) step e2e e2e build "$1" ;;
	*) step e2e e2e build -k "$1" ;;
	esac
}

test_part() {
	case $1 in
	unit)
		step build built build_plain
		step build-asan built build_asan
		step unit unit build
		step unit-asan unit build-asan
		;;
	e2e)
		step build built build_plain
		step e2e e2e build
		;;
	asan)
		step build-asan built build_asan
		step unit-asan unit build-asan
		step e2e-asan e2e_asan
		;;
	fuzz-seeds)
		step build-asan built build_asan
		# shellcheck disable=SC2046
		step fuzz-seeds unit build-asan $(meson test -C build-asan --list 2>/dev/null |
			sed -n 's/^[^/]* \/ \(fuzz\/.*\)/\1/p')
		;;
	lint)
		step build built build_plain
		step lint lint
		;;
	debian13)
		. tools/dev/debian13.sh
		step debian13 debian13
		;;
	*) test_named "$1" ;;
	esac
}

dev_test() {
	. tools/dev/setup.sh
	. tools/dev/build.sh
	case " $* " in *" debian13 "*) dev_setup debian13 ;; *) dev_setup test ;; esac
	mkdir -p "$counts"
	: >"$counts/steps"
	if [ $# = 0 ]; then
		test_all
	fi
	for part in "$@"; do
		test_part "$part"
	done
	$python tools/dev/tally.py sum "$counts"
}
