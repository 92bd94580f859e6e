# ./dev build: meson and ninja, into one folder a kind.
# shellcheck shell=sh

# Configures once; Meson itself sees later changes of its files.
configure() {
	folder=$1
	shift
	if [ ! -f "$folder/build.ninja" ]; then
		say "meson setup $folder $*"
		meson setup "$folder" "$@" >"$folder.log" 2>&1 || {
			tail -n 20 "$folder.log" >&2
			fail "meson setup failed; all of it is in $folder.log"
		}
		mv "$folder.log" "$folder/setup.log"
	fi
}

compile() {
	say "ninja -C $1"
	ninja -C "$1" -j "$(jobs)"
}

werror() {
	if [ "${CI:-}" = true ]; then echo true; else echo false; fi
}

build_plain() {
	configure build -Dwerror="$(werror)"
	compile build
}

# nginx itself is not instrumented: tests that load the module preload the sanitizers' libraries.
build_asan() {
	configure build-asan -Db_sanitize=address,undefined -Db_lundef=false -Dinvariants=true \
		-Dwerror="$(werror)"
	compile build-asan
}

build_fuzz() {
	clang=clang-14
	command -v "$clang" >/dev/null 2>&1 || clang=clang-19
	CC=$clang
	export CC
	configure build-fuzz -Dfuzz=true -Dedge=false -Db_sanitize=address,undefined -Db_lundef=false \
		-Dinvariants=true -Dc_args=-fsanitize=fuzzer-no-link
	unset CC
	compile build-fuzz
}

# Apart, as this module knows a directive that no gateway should have.
build_bench() {
	configure build-bench -Dbench=true -Dbuildtype=debugoptimized
	compile build-bench
}

dev_build() {
	. tools/dev/setup.sh
	dev_setup run
	case ${1:-} in
	"") build_plain ;;
	--asan) build_asan ;;
	--fuzz) build_fuzz ;;
	--bench) build_bench ;;
	*) fail "build knows --asan, --fuzz and --bench, not $1" ;;
	esac
}
