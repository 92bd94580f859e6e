# ./dev lint: the checks of the sources. Some look into build, so that is made first.
# shellcheck shell=sh

dev_lint() {
	. tools/dev/setup.sh
	. tools/dev/build.sh
	case " $* " in
	*" --list "*) ;;
	*)
		dev_setup test
		build_plain
		;;
	esac
	$python tools/lint/run.py "$@"
}
