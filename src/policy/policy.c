/* A loaded policy: references, look-ups. */
#include <merlon/policy.h>

struct mrl_policy *mrl_policy_ref(struct mrl_policy *policy)
{
	if (policy != NULL) {
		policy->references++;
	}
	return policy;
}

void mrl_policy_unref(struct mrl_policy *policy)
{
	if (policy == NULL || --policy->references != 0) {
		return;
	}
	/* The policy and the arena itself lie in the arena. */
	struct mrl_arena arena = *policy->arena;
	mrl_arena_release(&arena);
}

const struct mrl_host *mrl_policy_host(const struct mrl_policy *policy, struct mrl_slice name)
{
	uint32_t low = 0;
	uint32_t high = policy->host_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = mrl_slice_compare(name, policy->hosts[middle].name);
		if (order == 0) {
			return &policy->hosts[middle];
		}
		if (order > 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

const void *mrl_plan_config(const struct mrl_plan *plan, enum mrl_control_id control)
{
	for (int stage = 0; stage < MRL_STAGE_COUNT; stage++) {
		for (uint16_t i = 0; i < plan->counts[stage]; i++) {
			if (plan->steps[stage][i].control == mrl_controls[control]) {
				return plan->steps[stage][i].config;
			}
		}
	}
	return NULL;
}

bool mrl_plan_number(const struct mrl_plan *plan, enum mrl_control_id control, const char *key,
                     int64_t *ret_number)
{
	const uint8_t *config = mrl_plan_config(plan, control);
	const struct mrl_key *row = mrl_controls[control]->keys;
	for (; config != NULL && row != NULL && row->name != NULL; row++) {
		if (row->kind == MRL_KEY_NUMBER && strcmp(row->name, key) == 0) {
			memcpy(ret_number, config + row->offset, sizeof(*ret_number));
			return true;
		}
	}
	return false;
}
