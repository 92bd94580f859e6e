/*
 * Of an issuer: what only its access tokens say, and for how long tokens may live past 900 seconds
 * [AUTH-2 AUTH-5]. The latter is a deviation, so it has a reason and an end, and the end is kept at
 * run time too.
 */
#include "issuers.h"

#define LIFETIME_MAX 900
#define DAY_S        86400

struct raw_longer {
	struct mrl_setting reason, until;
};

struct raw_require {
	struct mrl_setting claim, equals, holds;
	struct mrl_settings present, absent;
};

const struct mrl_key mrl_issuer_longer_keys[] = {
	{.name = "reason",
         .kind = MRL_KEY_TEXT,
         .min = 8,
         .max = 400,
         .required = true,
         .meaning = "why, for whoever reads a report",
         .offset = offsetof(struct raw_longer, reason)},
	{.name = "until",
         .kind = MRL_KEY_TEXT,
         .min = 10,
         .max = 10,
         .required = true,
         .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
         .meaning = "the last day (UTC) on which longer tokens are accepted",
         .offset = offsetof(struct raw_longer, until)},
	{0},
};

#define TEXT(key, told, part)                                                                     \
	{                                                                                         \
		.name = key, .kind = MRL_KEY_TEXT, .max = 255, .fallback = "", .meaning = (told), \
		.offset = offsetof(struct raw_require, part)                                      \
	}
#define LIST(key, told, part)                                                                     \
	{                                                                                         \
		.name = key, .kind = MRL_KEY_LIST, .max = MRL_REQUIRE_CLAIMS_MAX,                 \
		.fallback = "[]", .meaning = (told), .offset = offsetof(struct raw_require, part) \
	}

const struct mrl_key mrl_issuer_require_keys[] = {
	TEXT("claim", "the claim that `equals` or `holds` is about", claim),
	TEXT("equals", "the claim is this text", equals),
	TEXT("holds", "the claim is a list with this text in it", holds),
	LIST("present", "one of these claims is there", present),
	LIST("absent", "none of these claims is there", absent),
	{0},
};

static void set_claims(struct mrl_require *require, const struct mrl_settings *claims)
{
	for (uint32_t i = 0; i < claims->count; i++) {
		require->claims[require->claim_count++] = claims->items[i].text;
	}
}

static enum mrl_err take_require(struct mrl_loader *loader, const struct mrl_node *node,
                                 struct mrl_issuer *issuer)
{
	struct raw_require raw;
	struct mrl_require require = {0};
	enum mrl_err err = mrl_keys_read(loader, mrl_issuer_require_keys, node, &raw);
	bool equals = raw.equals.text.size != 0;
	bool holds = raw.holds.text.size != 0;
	int kinds = equals + holds + (raw.present.count != 0) + (raw.absent.count != 0);
	if (err != MRL_OK) {
		return err;
	}
	if (kinds != 1 || (equals || holds) != (raw.claim.text.size != 0)) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "issuer-require", node,
		             "{claim: C, equals: V}, {claim: C, holds: V}, {present: [C]} or "
		             "{absent: [C]}",
		             "a rule says one thing of a token");
		return MRL_OK;
	}
	require.kind = equals                   ? MRL_REQUIRE_EQUALS
	               : holds                  ? MRL_REQUIRE_HOLDS
	               : raw.present.count != 0 ? MRL_REQUIRE_PRESENT
	                                        : MRL_REQUIRE_ABSENT;
	if (equals || holds) {
		require.claims[require.claim_count++] = raw.claim.text;
		require.value = equals ? raw.equals.text : raw.holds.text;
	}
	set_claims(&require, &raw.present);
	set_claims(&require, &raw.absent);
	issuer->requires[issuer->require_count++] = require;
	return MRL_OK;
}

static void take_preset(const struct mrl_issuer_preset *preset, struct mrl_issuer *issuer)
{
	struct mrl_require require = {.kind = preset->require};
	for (uint32_t i = 0; i < MRL_REQUIRE_CLAIMS_MAX && preset->claims[i] != NULL; i++) {
		require.claims[require.claim_count++] = mrl_slice_text(preset->claims[i]);
	}
	if (preset->value != NULL) {
		require.value = mrl_slice_text(preset->value);
	}
	if (require.claim_count != 0) {
		issuer->requires[issuer->require_count++] = require;
	}
}

static enum mrl_err read_longer(struct mrl_loader *loader, const struct mrl_raw_issuer *raw,
                                struct mrl_issuer *issuer)
{
	struct raw_longer longer;
	int64_t day = 0;
	if (raw->lifetime_max_s <= LIFETIME_MAX) {
		return MRL_OK;
	}
	if (raw->longer == NULL) {
		mrl_diagnose(
			loader->diagnostics, MRL_ERROR, "issuer-lifetime", raw->url.node,
			"add `longer: {reason: ..., until: YYYY-MM-DD}`, or shorten its tokens",
			"tokens over 900 seconds need a reason and an end");
		return MRL_OK;
	}
	enum mrl_err err = mrl_keys_read(loader, mrl_issuer_longer_keys, raw->longer, &longer);
	if (err != MRL_OK) {
		return err;
	}
	if (!mrl_date_parse(longer.until.text, &day)) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-value", longer.until.node,
		             "write it like \"2030-12-31\"", "there is no such day");
		return MRL_OK;
	}
	issuer->longer_until_s = (day + 1) * DAY_S;
	if (issuer->longer_until_s <= loader->options->now_us / 1000000) {
		mrl_diagnose(loader->diagnostics, MRL_WARNING, "issuer-lifetime", longer.until.node,
		             "shorten its tokens, or decide anew until when",
		             "the time for longer tokens is over: 900 seconds hold");
	}
	return MRL_OK;
}

enum mrl_err mrl_issuer_rules(struct mrl_loader *loader, const struct mrl_raw_issuer *raw,
                              struct mrl_issuer *issuer)
{
	const struct mrl_node *list = raw->require;
	enum mrl_err err = MRL_OK;
	take_preset(&mrl_issuer_presets[raw->preset], issuer);
	for (const struct mrl_node *item = list == NULL ? NULL : mrl_node_first(list);
	     item != NULL && err == MRL_OK && issuer->require_count < MRL_REQUIRE_MAX;
	     item = mrl_node_after(list, item)) {
		err = take_require(loader, item, issuer);
	}
	return err == MRL_OK ? read_longer(loader, raw, issuer) : err;
}
