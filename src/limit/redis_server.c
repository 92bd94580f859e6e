/*
 * Which Redis is fit to count [RATE-5], and since when it knows all that was charged. One that
 * evicts would forget counts; one that lost its data, by a restart or a failover, is known by
 * another run id or replication id.
 */
#include "zone.h"

#include <merlon/limit_redis.h>

const char *const mrl_limit_unfit_texts[MRL_LIMIT_UNFITS] = {
	[MRL_LIMIT_FIT] = "",
	[MRL_LIMIT_UNFIT_POLICY] = "its maxmemory-policy evicts keys: set it to noeviction",
	[MRL_LIMIT_UNFIT_ROLE] = "it is a replica: name the master",
	[MRL_LIMIT_UNFIT_CLUSTER] = "it is a node of a cluster: name a standalone server",
	[MRL_LIMIT_UNFIT_VERSION] = "it is too old: Redis 6.2 or Valkey 7.2 is needed",
	[MRL_LIMIT_UNFIT_SCRIPTS] = "its scripts do not do what those of Redis do",
	[MRL_LIMIT_UNFIT_ACCESS] =
		"it refuses the user, the password or a command: see docs/limits.md",
	[MRL_LIMIT_UNFIT_TLS] = "its certificate is not valid for its name",
	[MRL_LIMIT_UNFIT_INFO] = "its INFO lacks what it is judged by",
};

_Static_assert(sizeof(struct mrl_limit_server) <= 128, "its place in the header");

struct mrl_limit_server *mrl_limit_server(const struct mrl_limit_zone *core)
{
	return (struct mrl_limit_server *)(void *)mrl_limit_header(core)->server;
}

/* The value of a line "name:value"; empty: there is none. */
static struct mrl_slice field_of(struct mrl_slice text, const char *name)
{
	struct mrl_slice wanted = mrl_slice_text(name);
	while (text.size != 0) {
		size_t end = mrl_slice_find(text, '\n');
		struct mrl_slice line = mrl_slice_sub(text, 0, end);
		text = end < text.size ? mrl_slice_from(text, end + 1) : MRL_SLICE_NONE;
		if (line.size > wanted.size && line.data[wanted.size] == ':' &&
		    mrl_slice_starts(line, wanted)) {
			struct mrl_slice value = mrl_slice_from(line, wanted.size + 1);
			bool cr = value.size != 0 && value.data[value.size - 1] == '\r';
			return mrl_slice_sub(value, 0, value.size - cr);
		}
	}
	return MRL_SLICE_NONE;
}

/* "7.0.15" is 700. */
static uint32_t version_of(struct mrl_slice text)
{
	uint64_t major = 0;
	uint64_t minor = 0;
	size_t dot = mrl_slice_find(text, '.');
	struct mrl_slice rest = dot < text.size ? mrl_slice_from(text, dot + 1) : MRL_SLICE_NONE;
	if (!mrl_parse_u64(mrl_slice_sub(text, 0, dot), &major) || major > 1000 ||
	    !mrl_parse_u64(mrl_slice_sub(rest, 0, mrl_slice_find(rest, '.')), &minor)) {
		return 0;
	}
	return (uint32_t)(major * 100 + (minor < 99 ? minor : 99));
}

static bool is_old(struct mrl_slice text)
{
	struct mrl_slice valkey = field_of(text, "valkey_version");
	return valkey.size != 0 ? version_of(valkey) < 702
	                        : version_of(field_of(text, "redis_version")) < 602;
}

static uint64_t dataset_of(struct mrl_slice run_id, struct mrl_slice replication_id)
{
	static const uint8_t key[16] = {0};
	uint8_t memory[128];
	struct mrl_buffer both = mrl_buffer(memory, sizeof(memory));
	mrl_buffer_put(&both, run_id);
	mrl_buffer_put(&both, replication_id);
	uint64_t low = mrl_limit_hash(key, mrl_buffer_slice(&both)).low;
	return low == 0 ? 1 : low;
}

enum mrl_limit_unfit mrl_limit_info_read(struct mrl_slice text, struct mrl_limit_info *ret_info)
{
	struct mrl_slice run_id = field_of(text, "run_id");
	struct mrl_slice replication_id = field_of(text, "master_replid");
	struct mrl_slice policy = field_of(text, "maxmemory_policy");
	struct mrl_slice role = field_of(text, "role");
	struct mrl_limit_info info = {.dataset = dataset_of(run_id, replication_id)};
	if (run_id.size == 0 || replication_id.size == 0 || policy.size == 0 || role.size == 0 ||
	    !mrl_parse_u64(field_of(text, "uptime_in_seconds"), &info.uptime_s)) {
		return MRL_LIMIT_UNFIT_INFO;
	}
	*ret_info = info;
	if (is_old(text)) {
		return MRL_LIMIT_UNFIT_VERSION;
	}
	if (!mrl_slice_is(role, "master")) {
		return MRL_LIMIT_UNFIT_ROLE;
	}
	if (!mrl_slice_is(field_of(text, "cluster_enabled"), "0")) {
		return MRL_LIMIT_UNFIT_CLUSTER;
	}
	return mrl_slice_is(policy, "noeviction") ? MRL_LIMIT_FIT : MRL_LIMIT_UNFIT_POLICY;
}

void mrl_limit_server_seen(struct mrl_limit_server *server, const struct mrl_limit_info *info,
                           uint64_t now_ms, bool was_out)
{
	uint64_t before = __atomic_exchange_n(&server->dataset, info->dataset, __ATOMIC_RELAXED);
	uint64_t since_ms = now_ms;
	if (before == info->dataset && !was_out) {
		return;
	}
	if (before == 0) {
		/* It may have lost data before we came, but not while it ran. */
		uint64_t up_ms = info->uptime_s * 1000;
		since_ms = up_ms < now_ms ? now_ms - up_ms : 0;
	}
	__atomic_store_n(&server->since_ms, since_ms, __ATOMIC_RELAXED);
}
