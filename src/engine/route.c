/*
 * Routing: host, path, method, plan.
 *
 * It is total: what fits nothing gets a default plan, whose controls refuse it. Even a host that is
 * not configured has one.
 */
#include <merlon/engine.h>

/* Whether the base path, "/v1/b", is a prefix of the target by whole segments. */
static bool has_base_path(const struct mrl_target *target, struct mrl_slice base_path)
{
	uint16_t index = 0;
	while (base_path.size != 0) {
		struct mrl_slice rest = mrl_slice_from(base_path, 1);
		struct mrl_slice segment = mrl_slice_sub(rest, 0, mrl_slice_find(rest, '/'));
		if (index == target->segment_count ||
		    !mrl_slice_equal(target->segments[index], segment)) {
			return false;
		}
		base_path = mrl_slice_from(rest, segment.size);
		index++;
	}
	return true;
}

static const struct mrl_api *find_api(const struct mrl_host *host, const struct mrl_target *target)
{
	for (uint32_t i = 0; i < host->api_count && target->segment_count != 0; i++) {
		if (has_base_path(target, host->apis[i]->base_path)) {
			return host->apis[i];
		}
	}
	return NULL;
}

static void route_known_path(struct mrl_route *route, const struct mrl_path *path,
                             enum mrl_method method)
{
	route->path = path;
	route->api = path->api;
	route->operation = path->operations[method];
	route->plan = route->operation != NULL ? route->operation->plan : path->api->default_plan;
}

static void route_unknown_path(struct mrl_route *route, const struct mrl_host *host,
                               const struct mrl_target *target)
{
	route->api = find_api(host, target);
	route->plan = route->api != NULL ? route->api->default_plan : host->fallback;
}

enum mrl_err mrl_engine_route(struct mrl_call *call)
{
	const struct mrl_host *host = mrl_policy_host(call->policy, call->view->host);
	call->route = (struct mrl_route){.plan = call->policy->fallback,
	                                 .host_known = host != NULL};
	/* `;` is judged by `target`, which knows the operation's matrix parameters. */
	enum mrl_err err = mrl_target_parse_with(call->view->target, MRL_TARGET_MATRIX, call->arena,
	                                         &call->target);
	call->body_limit = call->route.plan->body_bytes;
	if (err != MRL_OK || host == NULL) {
		return err;
	}
	/* A target with a fault has no segments: it is no path. */
	const struct mrl_path *path = call->target.segment_count == 0
	                                      ? NULL
	                                      : mrl_router_find(host->router, &call->target);
	if (path == NULL) {
		route_unknown_path(&call->route, host, &call->target);
	} else {
		route_known_path(&call->route, path, call->view->method);
	}
	call->body_limit = call->route.plan->body_bytes;
	return MRL_OK;
}
