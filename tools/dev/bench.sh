# ./dev bench [NAME...]: each prints a table, writes build/bench/NAME.json and fails below its bar.
# shellcheck shell=sh

# bench_one NAME [--rounds N ...]: a script of its own, or a C program whose bars are looked at here.
bench_one() {
	name=$1
	result=build/bench/$1.json
	shift
	mkdir -p build/bench
	rm -f "$result"
	if [ -f "bench/$name.py" ]; then
		$python "bench/$name.py" --build build-bench --json "$result" "$@"
		return
	fi
	[ -f "bench/$name.c" ] || fail "bench: there is neither bench/$name.py nor bench/$name.c"
	ninja -C build-bench "bench/bench_$name"
	"build-bench/bench/bench_$name" --json "$result" "$@" || return
	[ ! -f "$result" ] || $python bench/report.py "$result"
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
