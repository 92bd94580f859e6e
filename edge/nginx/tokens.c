/*
 * What a worker has in order to judge tokens: keys of the policy's issuers and a cache of its own.
 * A reload starts new workers, so that both are of one policy.
 */
#include "ngx_http_merlon.h"

/* Slots, and entries that are touched only when they are used. */
#define ARENA_BYTES ((size_t)64 << 20)

static struct mrl_arena arena;
static struct mrl_tokens tokens;
static bool is_open;

static const struct mrl_policy *policy_of(ngx_cycle_t *cycle)
{
	const ngx_http_merlon_main_conf_t *http = ngx_http_cycle_get_module_main_conf(
		cycle, ngx_http_merlon_module);
	return http == NULL ? NULL : http->policy;
}

struct mrl_tokens *ngx_merlon_open_tokens(ngx_cycle_t *cycle, const ngx_merlon_conf_t *conf)
{
	const struct mrl_policy *policy = policy_of(cycle);
	if (policy == NULL || policy->issuers.count == 0) {
		return NULL;
	}
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, ARENA_BYTES);
	enum mrl_err err = mrl_tokens_init(&tokens, &policy->issuers, policy->seed, &arena);
	if (err != MRL_OK) {
		/* Without them every call that needs a token is refused with 503. */
		ngx_log_error(NGX_LOG_ALERT, cycle->log, 0, "merlon: tokens cannot be judged: %s",
		              mrl_err_name(err));
		mrl_arena_release(&arena);
		return NULL;
	}
	is_open = true;
	ngx_merlon_trust_host(&tokens, conf);
	return &tokens;
}

void ngx_merlon_close_tokens(void)
{
	if (is_open) {
		mrl_tokens_release(&tokens);
		mrl_arena_release(&arena);
		is_open = false;
	}
}
