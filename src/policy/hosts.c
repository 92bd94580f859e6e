/* Hosts: each with the APIs that name it and the router over their paths. */
#include "keys.h"

#include <stdlib.h>

static int compare_hosts(const void *a, const void *b)
{
	return mrl_slice_compare(((const struct mrl_host *)a)->name,
	                         ((const struct mrl_host *)b)->name);
}

/* Longest base path first; the policy's order where they are as long. */
static int compare_apis(const void *a, const void *b)
{
	const struct mrl_api *left = *(const struct mrl_api *const *)a;
	const struct mrl_api *right = *(const struct mrl_api *const *)b;
	if (left->base_path.size != right->base_path.size) {
		return left->base_path.size > right->base_path.size ? -1 : 1;
	}
	return left < right ? -1 : left > right;
}

static bool names_host(const struct mrl_api *api, struct mrl_slice name)
{
	for (uint32_t i = 0; i < api->hosts.count; i++) {
		if (mrl_slice_equal(api->hosts.items[i], name)) {
			return true;
		}
	}
	return false;
}

static struct mrl_host *find_host(const struct mrl_policy *policy, struct mrl_slice name)
{
	for (uint32_t i = 0; i < policy->host_count; i++) {
		if (mrl_slice_equal(policy->hosts[i].name, name)) {
			return &policy->hosts[i];
		}
	}
	return NULL;
}

static enum mrl_err list_hosts(struct mrl_loader *loader)
{
	struct mrl_policy *policy = loader->policy;
	size_t most = 0;
	for (uint32_t i = 0; i < policy->api_count; i++) {
		most += policy->apis[i].hosts.count;
	}
	policy->hosts = MRL_NEW_ARRAY(loader->arena, most, struct mrl_host);
	if (policy->hosts == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_names *names = &policy->apis[i].hosts;
		for (uint32_t j = 0; j < names->count; j++) {
			if (find_host(policy, names->items[j]) == NULL) {
				policy->hosts[policy->host_count++].name = names->items[j];
			}
		}
	}
	qsort(policy->hosts, policy->host_count, sizeof(*policy->hosts), compare_hosts);
	return MRL_OK;
}

static enum mrl_err list_apis(struct mrl_loader *loader, struct mrl_host *host)
{
	const struct mrl_policy *policy = loader->policy;
	host->apis = MRL_NEW_ARRAY(loader->arena, policy->api_count, const struct mrl_api *);
	if (host->apis == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < policy->api_count; i++) {
		const struct mrl_api *api = &policy->apis[i];
		if (api->document != NULL && names_host(api, host->name)) {
			host->apis[host->api_count++] = api;
		}
	}
	qsort(host->apis, host->api_count, sizeof(*host->apis), compare_apis);
	return MRL_OK;
}

/* Whether their paths can be told apart. */
static bool check_base_paths(struct mrl_loader *loader, const struct mrl_host *host)
{
	struct mrl_hint hint;
	bool differ = true;
	for (uint32_t i = 1; i < host->api_count; i++) {
		for (uint32_t j = 0; j < i; j++) {
			const struct mrl_api *first = host->apis[j];
			const struct mrl_api *second = host->apis[i];
			if (!mrl_slice_equal(first->base_path, second->base_path)) {
				continue;
			}
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-base-path",
			             second->node, mrl_hint_place(&hint, first->node),
			             "\"%.*s\" and \"%.*s\" have the same host \"%.*s\" and base "
			             "path \"%.*s\"",
			             MRL_PRINT(first->name), MRL_PRINT(second->name),
			             MRL_PRINT(host->name), MRL_PRINT(second->base_path));
			differ = false;
		}
	}
	return differ;
}

static bool has_same_apis(const struct mrl_host *a, const struct mrl_host *b)
{
	return a->api_count == b->api_count &&
	       memcmp(a->apis, b->apis, a->api_count * sizeof(*a->apis)) == 0;
}

static enum mrl_err list_paths(struct mrl_loader *loader, const struct mrl_host *host,
                               struct mrl_path ***ret_paths, uint32_t *ret_count)
{
	uint32_t count = 0;
	uint32_t used = 0;
	for (uint32_t i = 0; i < host->api_count; i++) {
		count += host->apis[i]->document->path_count;
	}
	struct mrl_path **paths = MRL_NEW_ARRAY(loader->arena, count, struct mrl_path *);
	if (paths == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < host->api_count; i++) {
		const struct mrl_api_document *document = host->apis[i]->document;
		for (uint32_t j = 0; j < document->path_count; j++) {
			paths[used++] = &document->paths[j];
		}
	}
	*ret_paths = paths;
	*ret_count = count;
	return MRL_OK;
}

static enum mrl_err make_router(struct mrl_loader *loader, struct mrl_host *host)
{
	struct mrl_diagnostics findings = {.arena = loader->diagnostics->arena};
	struct mrl_path **paths;
	uint32_t count;
	for (const struct mrl_host *other = loader->policy->hosts; other != host; other++) {
		if (has_same_apis(other, host)) {
			host->router = other->router;
			return MRL_OK;
		}
	}
	enum mrl_err err = list_paths(loader, host, &paths, &count);
	if (err != MRL_OK) {
		return err;
	}
	struct mrl_router_input input = {.paths = paths, .count = count};
	err = mrl_router_new(&input, loader->arena, &findings, &host->router);
	return mrl_findings_take(loader, &findings, err);
}

enum mrl_err mrl_load_hosts(struct mrl_loader *loader)
{
	struct mrl_policy *policy = loader->policy;
	enum mrl_err err = list_hosts(loader);
	for (uint32_t i = 0; i < policy->host_count && err == MRL_OK; i++) {
		err = list_apis(loader, &policy->hosts[i]);
		if (err == MRL_OK && check_base_paths(loader, &policy->hosts[i])) {
			err = make_router(loader, &policy->hosts[i]);
		}
	}
	return err;
}
