/* `merlon status`: what a running gateway is doing, from its own state, its workers and its policy.
 */
#include "edge_status.h"
#include "instance.h"
#include "json_out.h"
#include "limit_status.h"
#include "load.h"
#include "text.h"
#include "tools.h"

#include <inttypes.h>

struct view {
	struct mrl_cli *cli;
	const struct mrl_instance *instance;
	struct mrl_edge_worker workers[MRL_EDGE_WORKERS_MAX];
	size_t worker_count;
	struct mrl_policy *policy; /* NULL: it cannot be read any more */
	struct mrl_tools tools;
	struct mrl_limit_status limits[MRL_LIMIT_ZONES];
	int64_t now_us;
};

static struct mrl_policy *load(struct mrl_cli *cli, const struct mrl_instance *instance)
{
	struct mrl_loading loading;
	const struct mrl_load_request request = {
		.file = mrl_text(cli->arena, "%s/current/merlon.yaml", instance->places.state)};
	return mrl_load(cli->arena, &request, &loading) == MRL_OK ? loading.policy : NULL;
}

static const char *http3_text(const struct view *view)
{
	if (view->policy != NULL && view->policy->http3) {
		return "on";
	}
	return view->tools.facts.http3 ? "off (could be on)" : "off (this nginx has none)";
}

static bool over(const struct view *view, const struct mrl_exemption *exemption)
{
	return exemption->until_us <= view->now_us;
}

static void print_children(const struct view *view)
{
	for (unsigned i = 0;; i++) {
		const char *at = mrl_text(view->cli->arena, "/children/%u", i);
		struct mrl_slice name = mrl_instance_text(
			view->instance, mrl_text(view->cli->arena, "%s/name", at));
		if (name.size == 0) {
			return;
		}
		printf("%-16s%" PRIu64 " (started again %" PRIu64 " times)\n",
		       mrl_text_of(view->cli->arena, name),
		       mrl_instance_number(view->instance,
		                           mrl_text(view->cli->arena, "%s/pid", at)),
		       mrl_instance_number(view->instance,
		                           mrl_text(view->cli->arena, "%s/restarts", at)));
	}
}

/* RATE-3: keys that found no room share one allowance, which a larger zone mends. */
static void print_limits(const struct view *view)
{
	for (unsigned id = 0; id < MRL_LIMIT_ZONES; id++) {
		const struct mrl_limit_status *status = &view->limits[id];
		if (status->there) {
			printf("limits          zone %s: %" PRIu32 " of %" PRIu32 " keys, %" PRIu64
			       " calls found no room\n",
			       mrl_limit_zone_names[id], status->counts.used, status->entries,
			       status->counts.overflows);
		}
	}
}

/* RATE-5: whether gateways share their limits now, and if not, why. */
static const char *redis_text(const struct view *view)
{
	const struct mrl_limit_server *server = &view->limits[MRL_LIMIT_ZONE_CORE].server;
	uint32_t unfit = server->unfit < MRL_LIMIT_UNFITS ? server->unfit : 0;
	if (unfit != MRL_LIMIT_FIT) {
		return mrl_limit_unfit_texts[unfit];
	}
	return server->ready != 0 ? "counts" : "not connected";
}

static bool has_redis(const struct view *view)
{
	return view->policy != NULL && view->policy->limits.redis != NULL;
}

static void print_redis(const struct view *view)
{
	if (has_redis(view)) {
		printf("redis           %.*s: %s (%" PRIu32 " workers connected)\n",
		       MRL_PRINT(view->policy->limits.redis->node), redis_text(view),
		       view->limits[MRL_LIMIT_ZONE_CORE].server.ready);
	}
}

static void json_redis(const struct view *view, struct mrl_out *json)
{
	if (has_redis(view)) {
		mrl_out_open(json, "redis", '{');
		mrl_out_slice(json, "node", view->policy->limits.redis->node);
		mrl_out_text(json, "state", redis_text(view));
		mrl_out_number(json, "workers", view->limits[MRL_LIMIT_ZONE_CORE].server.ready);
		mrl_out_close(json);
	}
}

static void json_limits(const struct view *view, struct mrl_out *json)
{
	mrl_out_open(json, "limits", '[');
	for (unsigned id = 0; id < MRL_LIMIT_ZONES; id++) {
		const struct mrl_limit_status *status = &view->limits[id];
		if (!status->there) {
			continue;
		}
		mrl_out_open(json, NULL, '{');
		mrl_out_text(json, "zone", mrl_limit_zone_names[id]);
		mrl_out_number(json, "keys", status->counts.used);
		mrl_out_number(json, "entries", status->entries);
		mrl_out_number(json, "overflows", (int64_t)status->counts.overflows);
		mrl_out_number(json, "lock_recoveries", (int64_t)status->counts.recoveries);
		mrl_out_number(json, "lock_busy", (int64_t)status->counts.busy);
		mrl_out_close(json);
	}
	mrl_out_close(json);
}

static void print_text(const struct view *view)
{
	const struct mrl_instance *instance = view->instance;
	printf("instance        %s\nsupervisor      %d\n", instance->name, (int)instance->pid);
	print_children(view);
	for (size_t i = 0; i < view->worker_count; i++) {
		printf("worker          %d, generation %" PRIu64 "\n", (int)view->workers[i].pid,
		       view->workers[i].generation);
	}
	printf("generation      %" PRIu64 "\n", mrl_instance_number(instance, "/generation"));
	for (uint32_t i = 0; view->policy != NULL && i < view->policy->listener_count; i++) {
		const struct mrl_listener *listener = &view->policy->listeners[i];
		printf("listener        %.*s%s\n", MRL_PRINT(listener->address),
		       listener->plain ? " (plain)" : "");
	}
	printf("http3           %s\n", http3_text(view));
	print_limits(view);
	print_redis(view);
	for (uint32_t i = 0; view->policy != NULL && i < view->policy->exemption_count; i++) {
		const struct mrl_exemption *exemption = &view->policy->exemptions[i];
		if (over(view, exemption)) {
			printf("EXPIRED         exemption %.*s from %s no longer applies\n",
			       MRL_PRINT(exemption->name), mrl_controls[exemption->control]->name);
		}
	}
	printf("state           %s\nrun             %s\n", instance->places.state,
	       instance->places.run);
}

static void json_policy(const struct view *view, struct mrl_out *json)
{
	const struct mrl_policy *policy = view->policy;
	mrl_out_open(json, "listeners", '[');
	for (uint32_t i = 0; policy != NULL && i < policy->listener_count; i++) {
		mrl_out_open(json, NULL, '{');
		mrl_out_slice(json, "address", policy->listeners[i].address);
		mrl_out_bool(json, "plain", policy->listeners[i].plain);
		mrl_out_close(json);
	}
	mrl_out_close(json);
	mrl_out_open(json, "expired_exemptions", '[');
	for (uint32_t i = 0; policy != NULL && i < policy->exemption_count; i++) {
		if (over(view, &policy->exemptions[i])) {
			mrl_out_slice(json, NULL, policy->exemptions[i].name);
		}
	}
	mrl_out_close(json);
	mrl_out_bool(json, "http3", policy != NULL && policy->http3);
	mrl_out_bool(json, "http3_possible", view->tools.facts.http3);
}

static void print_json(const struct view *view)
{
	struct mrl_out json = mrl_out_begin(stdout);
	const struct mrl_document *document = view->instance->state == NULL
	                                              ? NULL
	                                              : view->instance->state->document;
	mrl_out_open(&json, NULL, '{');
	mrl_out_bool(&json, "running", true);
	mrl_out_text(&json, "instance", view->instance->name);
	mrl_out_number(&json, "pid", view->instance->pid);
	mrl_out_number(&json, "generation",
	               (int64_t)mrl_instance_number(view->instance, "/generation"));
	if (document != NULL) {
		struct mrl_slice text = document->text;
		while (text.size != 0 && text.data[text.size - 1] == '\n') {
			text.size--;
		}
		mrl_out_raw(&json, "supervisor", text);
	}
	mrl_out_open(&json, "workers", '[');
	for (size_t i = 0; i < view->worker_count; i++) {
		mrl_out_open(&json, NULL, '{');
		mrl_out_number(&json, "pid", view->workers[i].pid);
		mrl_out_number(&json, "generation", (int64_t)view->workers[i].generation);
		mrl_out_close(&json);
	}
	mrl_out_close(&json);
	json_policy(view, &json);
	json_limits(view, &json);
	json_redis(view, &json);
	mrl_out_finish(&json);
}

static enum mrl_exit not_running(const struct mrl_cli *cli, const struct mrl_instance *instance)
{
	if (cli->json) {
		struct mrl_out json = mrl_out_begin(stdout);
		mrl_out_open(&json, NULL, '{');
		mrl_out_bool(&json, "running", false);
		mrl_out_text(&json, "instance", instance->name);
		mrl_out_finish(&json);
	} else {
		printf("no gateway named \"%s\" runs here (%s)\n", instance->name,
		       instance->places.run);
	}
	return MRL_EXIT_FAILED;
}

enum mrl_exit mrl_cmd_status(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	struct mrl_instance instance;
	if (!mrl_instance_find(cli, arguments, &instance)) {
		return MRL_EXIT_USAGE;
	}
	if (instance.pid == 0) {
		return not_running(cli, &instance);
	}
	struct view view = {.cli = cli, .instance = &instance, .now_us = mrl_time_s() * 1000000};
	view.worker_count = mrl_edge_workers(instance.places.run, view.workers);
	view.policy = load(cli, &instance);
	mrl_tools_find(cli->arena, &view.tools);
	mrl_limit_status(instance.places.run, view.limits);
	if (cli->json) {
		print_json(&view);
	} else {
		print_text(&view);
	}
	mrl_policy_unref(view.policy);
	return MRL_EXIT_OK;
}
