/* Rates as a policy writes them, and `limits: {login: ...}`, which cannot be made so loose that
 * they protect nobody. */
#include "limits.h"

bool mrl_limit_setting_read(struct mrl_loader *loader, const struct mrl_setting *setting,
                            struct mrl_limit_rate *ret_rate)
{
	static const char *const off[] = {"off", "none", "0", "null", ""};
	enum mrl_err err = mrl_limit_rate_read(setting->text, ret_rate);
	/* One that is missing has been told. */
	if (err == MRL_OK || setting->node == NULL) {
		return err == MRL_OK;
	}
	bool is_off = false;
	for (size_t i = 0; i < MRL_COUNT(off); i++) {
		is_off = is_off || mrl_slice_is(setting->text, off[i]);
	}
	if (is_off) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "limit-off", setting->node,
		             "raise the rate instead, or state an exemption of `limit`",
		             "no limit can be switched off");
	} else if (err == MRL_ERR_LIMIT) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "limit-range", setting->node,
		             "1 to 1000000000 units in a window of 1 s to 1 d",
		             "\"%.*s\" is out of range", MRL_PRINT(setting->text));
	} else {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "limit-syntax", setting->node,
		             "write it like \"600/60s\" or \"100/1h\": a window of 1 s to 1 d",
		             "\"%.*s\" is no rate", MRL_PRINT(setting->text));
	}
	return false;
}

struct raw_login {
	struct mrl_setting rates[MRL_LOGINS];
};

#define LOGIN_RATE(key, at, rate, told)                                                         \
	{                                                                                       \
		.name = key, .kind = MRL_KEY_TEXT, .min = 3, .max = 16, .fallback = (rate),     \
		.pattern = MRL_RATE_PATTERN, .meaning = (told),                                 \
		.offset = offsetof(struct raw_login, rates) + (at) * sizeof(struct mrl_setting) \
	}

/* In the order of `logins`. */
const struct mrl_key mrl_login_keys[] = {
	LOGIN_RATE("ip", 0, "20/15m", "failures of one address"),
	LOGIN_RATE("user", 1, "10/15m", "failures under one name, from everywhere"),
	LOGIN_RATE("pair", 2, "5/15m", "failures of one address under one name"),
	{0},
};

/* Above it a limit of sign-ins protects nobody (for a name: NIST SP 800-63B 5.2.2). */
static const struct {
	const char *name;
	uint8_t parts[2];
	uint8_t part_count;
	uint32_t units_max;
} logins[] = {
	{"login-ip", {MRL_LIMIT_IP}, 1, 1000},
	{"login-user", {MRL_LIMIT_USERNAME}, 1, 100},
	{"login-pair", {MRL_LIMIT_IP, MRL_LIMIT_USERNAME}, 2, 100},
};
#define LOGIN_WINDOW_MS (15U * 60 * 1000)

/* Per 15 minutes at most so many, whatever the window. */
static bool is_strict(const struct mrl_limit_rate *rate, uint32_t units_max)
{
	return (uint64_t)rate->units * LOGIN_WINDOW_MS <= (uint64_t)units_max * rate->window_ms;
}

enum mrl_err mrl_load_logins(struct mrl_loader *loader, const struct mrl_node *node)
{
	struct mrl_limits *limits = &loader->policy->limits;
	struct raw_login raw;
	enum mrl_err err = mrl_keys_read(loader, mrl_login_keys, node, &raw);
	for (size_t i = 0; i < MRL_COUNT(logins) && err == MRL_OK; i++) {
		struct mrl_limit_spec *spec = &limits->specs[limits->count];
		if (!mrl_limit_setting_read(loader, &raw.rates[i], &spec->rate)) {
			continue;
		}
		if (!is_strict(&spec->rate, logins[i].units_max)) {
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "limit-login",
			             raw.rates[i].node, "lower it",
			             "more than %u failures in 15 minutes protect nobody",
			             logins[i].units_max);
			continue;
		}
		spec->name = mrl_slice_text(logins[i].name);
		memcpy(spec->parts, logins[i].parts, sizeof(logins[i].parts));
		spec->part_count = logins[i].part_count;
		err = mrl_limit_spec_finish(loader, spec);
	}
	return err;
}
