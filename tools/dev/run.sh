# ./dev run: the example API, which leaks on purpose, with Merlon in front of it; Ctrl-C ends both.
# ./dev run --try makes the three calls itself and ends.
# shellcheck shell=sh

gateway=https://localhost:8443

run_end() {
	trap - EXIT INT TERM
	for pid in ${gateway_pid:-} ${api_pid:-}; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$stage_folder" "$fast_folder"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	left=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.1
	done
}

# A folder that the account can read and one on tmpfs that it can write; for a user of a machine the
# usual places are used, so that the local authority stays from run to run.
run_folders() {
	stage_folder=$(mktemp -d)
	fast_folder=$(mktemp -d /dev/shm/merlon-dev.XXXXXX)
	trap run_end EXIT
	trap 'exit 130' INT TERM
	chmod 755 "$stage_folder"
	cp -R examples/orders "$stage_folder/orders"
	chmod -R a+rX "$stage_folder/orders"
	state=${XDG_STATE_HOME:-$HOME/.local/state}
	if [ "$(id -u)" = 0 ]; then
		state=$stage_folder/state
		mkdir "$state"
		chown "$account:" "$state" "$fast_folder"
		XDG_RUNTIME_DIR=$fast_folder
		export XDG_RUNTIME_DIR
	fi
	XDG_STATE_HOME=$state
	export XDG_STATE_HOME
	authority=$state/merlon/dev/ca/ca.crt
}

run_api() {
	become_account "$python" -u "$stage_folder/orders/server.py" --listen 127.0.0.1:0 \
		>"$stage_folder/api.log" 2>&1 &
	api_pid=$!
	wait_for 10 grep -q 'http://' "$stage_folder/api.log" || {
		cat "$stage_folder/api.log" >&2
		fail "the example API did not start"
	}
	api=$(sed -n 's|.*\(http://[0-9.]*:[0-9]*\).*|\1|p' "$stage_folder/api.log" | head -n 1)
}

run_gateway() {
	programs=$(stage build "$stage_folder/build")
	set -- --upstream "$api" --openapi "$stage_folder/orders/openapi.yaml" --instance dev
	[ "$(id -u)" != 0 ] || set -- "$@" --user "$account"
	say "merlon up $*"
	"$programs/cli/merlon" up "$@" >"$stage_folder/up.log" 2>&1 &
	gateway_pid=$!
	wait_for 30 answers_or_ended || true
	if ! kill -0 "$gateway_pid" 2>/dev/null || ! answers; then
		cat "$stage_folder/up.log" >&2
		fail "merlon up did not come up on $gateway"
	fi
}

answers() {
	curl -s --max-time 2 --cacert "$authority" -o "$stage_folder/answer" "$gateway/v1/health"
}

answers_or_ended() {
	answers || ! kill -0 "$gateway_pid"
}

# show WHAT PATH [CURL OPTION...]
show() {
	what=$1
	path=$2
	shift 2
	options=
	for word in "$@"; do
		options="$options $(case $word in *" "*) printf "'%s'" "$word" ;; *) printf '%s' "$word" ;; esac)"
	done
	printf '\n%s\n' "$what"
	printf '  the API itself:   curl -i%s %s%s\n' "$options" "$api" "$path"
	printf '  through Merlon:   curl -i --cacert %s%s %s%s\n' "$authority" "$options" "$gateway" "$path"
	if [ "${try:-no}" = yes ]; then
		printf '\n'
		curl -si "$@" "$api$path" | sed 's/^/    | /'
		printf '\n    -> through Merlon:\n'
		curl -si --cacert "$authority" "$@" "$gateway$path" | sed 's/^/    | /'
		printf '\n'
	fi
}

run_say() {
	say "Merlon answers on $gateway, in front of the example API on $api. Three calls to try:"
	show "1. An order whose handling fails: a stack trace; through Merlon one schema of errors, every
   security header, and an id by which the log has the rest." /v1/orders/1004
	show "2. A page of a foreign origin calls: it is served; through Merlon it is refused, and the API
   never sees the call." /v1/orders/1002 -H "Origin: https://evil.test"
	show "3. A path that no document names: all users with their tokens; through Merlon 404." /v1/admin
	printf '\nEach call is one line of %s/merlon/dev/audit/audit.jsonl\n' "$XDG_STATE_HOME"
}

dev_run() {
	. tools/dev/setup.sh
	. tools/dev/build.sh
	case ${1:-} in
	"") try=no ;;
	--try) try=yes ;;
	*) fail "run knows --try, not $1" ;;
	esac
	dev_setup run
	build_plain
	run_folders
	run_api
	run_gateway
	run_say
	if [ "$try" = yes ]; then
		sleep 1
		say "and the records:"
		cat "$XDG_STATE_HOME/merlon/dev/audit/audit.jsonl"
		return 0
	fi
	say "Ctrl-C ends both"
	wait "$gateway_pid"
}
