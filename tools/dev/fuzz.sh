# ./dev fuzz TARGET [SECONDS]: libFuzzer, from the seeds. What it finds lies in build-fuzz/findings;
# what breaks a parser belongs into tests/fuzz/seeds/TARGET with the fix.
# shellcheck shell=sh

dev_fuzz() {
	. tools/dev/setup.sh
	. tools/dev/build.sh
	target=${1:-}
	seconds=${2:-60}
	if [ ! -f "tests/fuzz/fuzz_$target.c" ]; then
		find tests/fuzz -name 'fuzz_*.c' | sed 's/.*fuzz_\(.*\)\.c/   \1/' | sort >&2
		fail "fuzz: name one of the targets above"
	fi
	dev_setup test
	build_fuzz
	corpus=build-fuzz/corpus/$target
	findings=build-fuzz/findings/$target
	mkdir -p "$corpus" "$findings"
	say "fuzz $target for $seconds s; findings go to $findings"
	"build-fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$findings/" "$corpus" "tests/fuzz/seeds/$target"
}
