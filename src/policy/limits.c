/*
 * `limits` of a policy [RATE-1]: those that hold on every operation, named ones, and how answers
 * tell of them. There is no way to switch one off: an address and all together are always counted.
 */
#include "limits.h"

#define ZONE_ENTRIES_MAX (INT64_C(1) << 24)
#define CELLS_FEW        14
#define CELLS_MANY       30
#define NAME_MAX         30

struct raw {
	const struct mrl_node *defaults;
	const struct mrl_node *named;
	const struct mrl_node *zones;
	const struct mrl_node *login;
	const struct mrl_node *redis;
	int fields;
	bool legacy_fields;
	int64_t ipv6_prefix;
};

struct raw_default {
	struct mrl_setting rates[5];
};

struct raw_named {
	struct mrl_settings key;
	struct mrl_setting rate;
	bool is_public;
};

#define RATE(key, part, rate, told)                                                         \
	{                                                                                   \
		.name = key, .kind = MRL_KEY_TEXT, .min = 3, .max = 16, .fallback = (rate), \
		.pattern = MRL_RATE_PATTERN, .meaning = (told),                             \
		.offset = offsetof(struct raw_default, rates) +                             \
		          (part) * sizeof(struct mrl_setting)                               \
	}

/* In the order of `builtins`. */
static const struct mrl_key default_keys[] = {
	RATE("ip", 0, "1200/60s", "of one address (IPv6: one /64)"),
	{.name = "ip48",
         .kind = MRL_KEY_TEXT,
         .min = 3,
         .max = 16,
         .fallback = "76800/60s",
         .pattern = MRL_RATE_PATTERN "|^none$",
         .meaning = "of one /48 of IPv6; `none`: not counted",
         .offset = offsetof(struct raw_default, rates) + sizeof(struct mrl_setting)},
	RATE("user", 2, "600/60s", "of one user that a token names"),
	RATE("client", 3, "12000/60s", "of one client that a token, key or certificate names"),
	RATE("global", 4, "600000/60s", "of all calls together"),
	{0},
};

static const struct {
	const char *name;
	enum mrl_limit_part part;
	bool is_public;
} builtins[] = {
	{"ip", MRL_LIMIT_IP, true},          {"ip48", MRL_LIMIT_IP48, true},
	{"user", MRL_LIMIT_USER, true},      {"client", MRL_LIMIT_CLIENT, true},
	{"global", MRL_LIMIT_GLOBAL, false},
};

static const struct mrl_key named_keys[] = {
	{.name = "key",
         .kind = MRL_KEY_LIST,
         .min = 1,
         .max = MRL_LIMIT_PARTS_MAX,
         .fallback = "[]",
         .required = true,
         .meaning = "what is counted apart: global, ip, ip48, user, client, operation",
         .offset = offsetof(struct raw_named, key)},
	{.name = "rate",
         .kind = MRL_KEY_TEXT,
         .min = 3,
         .max = 16,
         .fallback = "",
         .required = true,
         .pattern = MRL_RATE_PATTERN,
         .meaning = "units in a window: \"100/1h\"",
         .offset = offsetof(struct raw_named, rate)},
	{.name = "public",
         .kind = MRL_KEY_BOOL,
         .fallback = "on",
         .meaning = "may be named to clients; never those of global or operation alone",
         .offset = offsetof(struct raw_named, is_public)},
	{0},
};

static const struct mrl_key zone_keys[] = {
	{.name = "entries",
         .kind = MRL_KEY_NUMBER,
         .min = 256,
         .max = ZONE_ENTRIES_MAX,
         .fallback = "131072",
         .required = true,
         .meaning = "keys that it has room for (core: 1024)"},
	{0},
};

static const char *const field_modes[] = {[MRL_LIMIT_FIELDS_ALL] = "all",
                                          [MRL_LIMIT_FIELDS_DENIED] = "denied",
                                          [MRL_LIMIT_FIELDS_NONE] = "none",
                                          NULL};

const struct mrl_key mrl_limits_keys[] = {
	{.name = "default",
         .kind = MRL_KEY_OBJECT,
         .keys = default_keys,
         .meaning = "on every operation",
         .offset = offsetof(struct raw, defaults)},
	{.name = "named",
         .kind = MRL_KEY_MAP,
         .keys = named_keys,
         .meaning = "limits that operations add by `controls: {limit: {add: [NAME]}}`",
         .offset = offsetof(struct raw, named)},
	{.name = "login",
         .kind = MRL_KEY_OBJECT,
         .keys = mrl_login_keys,
         .meaning = "failed sign-ins, where the control `login` is told of them",
         .offset = offsetof(struct raw, login)},
	{.name = "zones",
         .kind = MRL_KEY_MAP,
         .keys = zone_keys,
         .meaning = "memory by zone (core, ip, user, login), fixed at start",
         .offset = offsetof(struct raw, zones)},
	{.name = "redis",
         .kind = MRL_KEY_OBJECT,
         .keys = mrl_redis_keys,
         .meaning = "a Redis or Valkey in which several gateways count together",
         .offset = offsetof(struct raw, redis)},
	{.name = "fields",
         .kind = MRL_KEY_ENUM,
         .fallback = "all",
         .choices = field_modes,
         .meaning = "RateLimit and RateLimit-Policy: on all answers, on 429 alone, never",
         .offset = offsetof(struct raw, fields)},
	{.name = "legacy_fields",
         .kind = MRL_KEY_BOOL,
         .fallback = "off",
         .meaning = "X-RateLimit-Limit, -Remaining and -Reset too",
         .offset = offsetof(struct raw, legacy_fields)},
	{.name = "ipv6_prefix",
         .kind = MRL_KEY_NUMBER,
         .min = 48,
         .max = 128,
         .fallback = "64",
         .meaning = "bits of an IPv6 address that count as one client",
         .offset = offsetof(struct raw, ipv6_prefix)},
	{0},
};

static enum mrl_limit_zone_id zone_of(const struct mrl_limit_spec *spec)
{
	enum mrl_limit_zone_id zone = MRL_LIMIT_ZONE_CORE;
	for (uint8_t i = 0; i < spec->part_count; i++) {
		switch ((enum mrl_limit_part)spec->parts[i]) {
		case MRL_LIMIT_USER:
		case MRL_LIMIT_CLIENT: return MRL_LIMIT_ZONE_USER;
		case MRL_LIMIT_IP:
		case MRL_LIMIT_IP48: zone = MRL_LIMIT_ZONE_IP; break;
		case MRL_LIMIT_USERNAME: return MRL_LIMIT_ZONE_LOGIN;
		case MRL_LIMIT_GLOBAL:
		case MRL_LIMIT_OPERATION: break;
		}
	}
	return zone;
}

enum mrl_err mrl_limit_spec_finish(struct mrl_loader *loader, struct mrl_limit_spec *spec)
{
	size_t capacity = spec->name.size + 32;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(loader->arena, capacity, 1), capacity);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	MRL_PUT(&text, "\"");
	mrl_buffer_put(&text, spec->name);
	MRL_PUT(&text, "\";q=");
	mrl_buffer_u64(&text, spec->rate.units);
	MRL_PUT(&text, ";w=");
	mrl_buffer_u64(&text, spec->rate.window_ms / 1000);
	spec->policy_field = mrl_buffer_slice(&text);
	spec->zone = (uint8_t)(mrl_slice_starts(spec->name, MRL_SLICE("login-"))
	                               ? MRL_LIMIT_ZONE_LOGIN
	                               : zone_of(spec));
	loader->policy->limits.count++;
	return MRL_OK;
}

static enum mrl_err take_defaults(struct mrl_loader *loader, const struct mrl_node *node)
{
	struct mrl_limits *limits = &loader->policy->limits;
	struct raw_default raw;
	enum mrl_err err = mrl_keys_read(loader, default_keys, node, &raw);
	for (size_t i = 0; i < MRL_COUNT(builtins) && err == MRL_OK; i++) {
		struct mrl_limit_spec *spec = &limits->specs[limits->count];
		bool may_be_none = builtins[i].part == MRL_LIMIT_IP48;
		if ((may_be_none && mrl_slice_is(raw.rates[i].text, "none")) ||
		    !mrl_limit_setting_read(loader, &raw.rates[i], &spec->rate)) {
			continue;
		}
		spec->name = mrl_slice_text(builtins[i].name);
		spec->parts[0] = (uint8_t)builtins[i].part;
		spec->part_count = 1;
		spec->is_public = builtins[i].is_public;
		spec->everywhere = true;
		err = mrl_limit_spec_finish(loader, spec);
	}
	return err;
}

static bool is_reserved(struct mrl_slice name)
{
	for (size_t i = 0; i < MRL_COUNT(builtins); i++) {
		if (mrl_slice_is(name, builtins[i].name)) {
			return true;
		}
	}
	return mrl_slice_starts(name, MRL_SLICE("login"));
}

static bool check_name(struct mrl_loader *loader, const struct mrl_node *node)
{
	struct mrl_slice name = node->text;
	bool valid = name.size != 0 && name.size <= NAME_MAX && name.data[0] >= 'a' &&
	             name.data[0] <= 'z';
	for (size_t i = 0; valid && i < name.size; i++) {
		uint8_t byte = name.data[i];
		valid = (byte >= 'a' && byte <= 'z') || mrl_is_digit(byte) || byte == '-';
	}
	if (!valid || is_reserved(name)) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "limit-name", node,
		             valid ? "ip, ip48, user, client, global and login* are Merlon's own"
		                   : "a small letter, then at most 29 of a-z, 0-9 and -",
		             "a limit cannot be called \"%.*s\"", MRL_PRINT(name));
		return false;
	}
	return true;
}

static bool read_parts(struct mrl_loader *loader, const struct mrl_settings *key,
                       struct mrl_limit_spec *spec)
{
	static const char *const names[] = {"global", "ip", "ip48", "user", "client", "operation"};
	for (uint32_t i = 0; i < key->count; i++) {
		struct mrl_hint hint;
		uint8_t part = 0;
		while (part < MRL_COUNT(names) && !mrl_slice_is(key->items[i].text, names[part])) {
			part++;
		}
		if (part == MRL_COUNT(names)) {
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "limit-syntax",
			             key->items[i].node,
			             mrl_hint_nearest(&hint, key->items[i].text, names,
			                              MRL_COUNT(names)),
			             "\"%.*s\" is no part of a key", MRL_PRINT(key->items[i].text));
			return false;
		}
		spec->parts[spec->part_count++] = part;
	}
	return key->count != 0;
}

static enum mrl_err take_named(struct mrl_loader *loader, const struct mrl_node *key)
{
	struct mrl_limits *limits = &loader->policy->limits;
	struct mrl_limit_spec spec = {.name = key->text};
	struct raw_named raw;
	enum mrl_err err = mrl_keys_read(loader, named_keys, mrl_node_value(key), &raw);
	if (err != MRL_OK || !check_name(loader, key) || !read_parts(loader, &raw.key, &spec) ||
	    !mrl_limit_setting_read(loader, &raw.rate, &spec.rate)) {
		return err;
	}
	spec.is_public = raw.is_public && zone_of(&spec) != MRL_LIMIT_ZONE_CORE;
	limits->specs[limits->count] = spec;
	return mrl_limit_spec_finish(loader, &limits->specs[limits->count]);
}

/* One row of a zone stays free, so that a limit can be renamed by a reload. */
static void check_rows(struct mrl_loader *loader, const struct mrl_node *named)
{
	const struct mrl_limits *limits = &loader->policy->limits;
	uint32_t counts[MRL_LIMIT_ZONES] = {0};
	for (uint32_t i = 0; i < limits->count; i++) {
		/* With Redis each has another row, of what it was not told yet. */
		counts[limits->specs[i].zone] += limits->redis == NULL ? 1 : 2;
	}
	for (uint32_t i = 0; i < MRL_LIMIT_ZONES; i++) {
		if (counts[i] > MRL_LIMIT_ROWS_MAX) {
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "limit-many", named,
			             "let operations share a limit, or put `operation` in its key",
			             "%u rows in zone %s, at most %u fit", counts[i],
			             mrl_limit_zone_names[i], MRL_LIMIT_ROWS_MAX);
		}
	}
}

static enum mrl_err take_zone(struct mrl_loader *loader, const struct mrl_node *key)
{
	struct mrl_hint hint;
	int64_t entries;
	uint32_t at = 0;
	while (at < MRL_LIMIT_ZONES && !mrl_slice_is(key->text, mrl_limit_zone_names[at])) {
		at++;
	}
	if (at == MRL_LIMIT_ZONES) {
		mrl_diagnose(
			loader->diagnostics, MRL_ERROR, "limit-unknown", key,
			mrl_hint_nearest(&hint, key->text, mrl_limit_zone_names, MRL_LIMIT_ZONES),
			"there is no zone \"%.*s\"", MRL_PRINT(key->text));
		return MRL_OK;
	}
	enum mrl_err err = mrl_keys_read(loader, zone_keys, mrl_node_value(key), &entries);
	if (err == MRL_OK) {
		loader->policy->limits.zones[at].entries = (uint32_t)entries;
	}
	return err;
}

static void set_zones(struct mrl_limits *limits)
{
	static const struct mrl_limit_zone_sizes sizes[MRL_LIMIT_ZONES] = {
		[MRL_LIMIT_ZONE_CORE] = {1024, CELLS_MANY, MRL_LIMIT_ZONE_CORE},
		[MRL_LIMIT_ZONE_IP] = {131072, CELLS_FEW, MRL_LIMIT_ZONE_IP},
		[MRL_LIMIT_ZONE_USER] = {131072, CELLS_FEW, MRL_LIMIT_ZONE_USER},
		[MRL_LIMIT_ZONE_LOGIN] = {16384, CELLS_MANY, MRL_LIMIT_ZONE_LOGIN},
	};
	memcpy(limits->zones, sizes, sizeof(sizes));
}

static enum mrl_err each(struct mrl_loader *loader, const struct mrl_node *map, uint32_t max,
                         enum mrl_err (*take)(struct mrl_loader *, const struct mrl_node *))
{
	uint32_t count = 0;
	enum mrl_err err = MRL_OK;
	for (const struct mrl_node *key = map == NULL ? NULL : mrl_node_first(map);
	     key != NULL && err == MRL_OK && count < max; key = mrl_node_after(map, key)) {
		err = take(loader, key);
		count++;
	}
	return err;
}

enum mrl_err mrl_load_limits(struct mrl_loader *loader, const struct mrl_node *node)
{
	struct mrl_limits *limits = &loader->policy->limits;
	struct raw raw;
	limits->specs = MRL_NEW_ARRAY(loader->arena, MRL_LIMIT_SPECS_MAX + 1U,
	                              struct mrl_limit_spec);
	enum mrl_err err = limits->specs == NULL
	                           ? MRL_ERR_MEMORY
	                           : mrl_keys_read(loader, mrl_limits_keys, node, &raw);
	if (err != MRL_OK) {
		return err;
	}
	set_zones(limits);
	limits->fields = (enum mrl_limit_fields)raw.fields;
	limits->legacy_fields = raw.legacy_fields;
	limits->ipv6_prefix = (uint32_t)raw.ipv6_prefix;
	err = take_defaults(loader, raw.defaults);
	if (err == MRL_OK) {
		err = mrl_load_logins(loader, raw.login);
	}
	if (err == MRL_OK) {
		err = each(loader, raw.named,
		           MRL_LIMIT_SPECS_MAX - MRL_COUNT(builtins) - MRL_LOGINS, take_named);
	}
	if (err == MRL_OK) {
		err = mrl_load_redis(loader, raw.redis);
	}
	if (err == MRL_OK) {
		check_rows(loader, raw.named);
		err = each(loader, raw.zones, MRL_LIMIT_ZONES, take_zone);
	}
	return err;
}
