/* The limits of a policy in the zones of a gateway. */
#include <merlon/limit.h>

const char *const mrl_limit_zone_names[MRL_LIMIT_ZONES] = {
	[MRL_LIMIT_ZONE_CORE] = "core",
	[MRL_LIMIT_ZONE_IP] = "ip",
	[MRL_LIMIT_ZONE_USER] = "user",
	[MRL_LIMIT_ZONE_LOGIN] = "login",
};

const char *const mrl_limit_part_names[MRL_LIMIT_PARTS] = {
	[MRL_LIMIT_GLOBAL] = "global",     [MRL_LIMIT_IP] = "ip",
	[MRL_LIMIT_IP48] = "ip48",         [MRL_LIMIT_USER] = "user",
	[MRL_LIMIT_CLIENT] = "client",     [MRL_LIMIT_OPERATION] = "operation",
	[MRL_LIMIT_USERNAME] = "username",
};

#define SALT_DOMAIN 0x20

struct mrl_limit_hash mrl_limit_salt(const uint8_t key[16], struct mrl_slice name)
{
	uint8_t bytes[3 + MRL_LIMIT_NAME_BYTES] = {SALT_DOMAIN, 0, (uint8_t)name.size};
	memcpy(bytes + 3, name.data, name.size);
	return mrl_limit_hash(key, mrl_slice(bytes, 3 + name.size));
}

/* What a key in Redis is of: u, c, i (address), j (/48), n (name), o, g; l: several parts. */
static char kind_of(const struct mrl_limit_spec *spec)
{
	static const char kinds[MRL_LIMIT_PARTS] = {
		[MRL_LIMIT_GLOBAL] = 'g',   [MRL_LIMIT_IP] = 'i',     [MRL_LIMIT_IP48] = 'j',
		[MRL_LIMIT_USER] = 'u',     [MRL_LIMIT_CLIENT] = 'c', [MRL_LIMIT_OPERATION] = 'o',
		[MRL_LIMIT_USERNAME] = 'n',
	};
	return spec->part_count == 1 ? kinds[spec->parts[0]] : 'l';
}

/* The row of what Redis was not told; no limit can have its name. */
static enum mrl_err open_debts(struct mrl_limit_store *store, const struct mrl_limit_spec *spec,
                               uint32_t at, uint64_t now_ms)
{
	uint8_t memory[MRL_LIMIT_NAME_BYTES];
	struct mrl_buffer name = mrl_buffer(memory, sizeof(memory));
	store->kinds[at] = kind_of(spec);
	mrl_buffer_put(&name, spec->name);
	MRL_PUT(&name, "!");
	return mrl_limit_zone_row(&store->zones[spec->zone], mrl_buffer_slice(&name),
	                          &store->rules[at], now_ms, &store->debts[at]);
}

enum mrl_err mrl_limit_store_open(struct mrl_limit_store *store, const struct mrl_limits *limits,
                                  enum mrl_limit_zone_id *ret_zone)
{
	uint32_t kept[MRL_LIMIT_ZONES] = {0};
	uint64_t now_ms = store->host.now_ms(store->host.context);
	for (uint32_t i = 0; i < limits->count; i++) {
		const struct mrl_limit_spec *spec = &limits->specs[i];
		const struct mrl_limit_zone *zone = &store->zones[spec->zone];
		store->rules[i] = mrl_limit_rule(spec->rate, zone->slots);
		store->salts[i] = mrl_limit_salt(store->hash_key, spec->name);
		enum mrl_err err = mrl_limit_zone_row(zone, spec->name, &store->rules[i], now_ms,
		                                      &store->ordinals[i]);
		if (err == MRL_OK && store->redis != NULL) {
			err = open_debts(store, spec, i, now_ms);
			kept[spec->zone] |= 1U << store->debts[i];
		}
		if (err != MRL_OK) {
			*ret_zone = (enum mrl_limit_zone_id)spec->zone;
			return err;
		}
		kept[spec->zone] |= 1U << store->ordinals[i];
	}
	for (uint32_t i = 0; i < MRL_LIMIT_ZONES; i++) {
		mrl_limit_zone_retire(&store->zones[i], kept[i], now_ms);
	}
	return MRL_OK;
}
