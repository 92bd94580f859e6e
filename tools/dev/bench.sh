# ./dev bench [NAME...]: each prints a table, writes build/bench/NAME.json and fails below its bar.
# shellcheck shell=sh

# bench_one NAME [--rounds N ...]
bench_one() {
	name=$1
	shift
	[ -f "bench/$name.py" ] || fail "bench: there is no bench/$name.py"
	mkdir -p build/bench
	$python "bench/$name.py" --build build-bench --json "build/bench/$name.json" "$@"
}

# Names come first; what begins with a dash, and all after it, goes to each of them.
dev_bench() {
	. tools/dev/setup.sh
	. tools/dev/build.sh
	names=
	while [ $# -gt 0 ]; do
		case $1 in -*) break ;; esac
		names="$names $1"
		shift
	done
	dev_setup test bench
	build_bench
	failed=0
	for bench in ${names:-ladder}; do
		bench_one "$bench" "$@" || failed=1
	done
	return $failed
}
