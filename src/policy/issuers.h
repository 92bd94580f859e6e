/* What the parts of the section `issuers` share. */
#ifndef MRL_POLICY_ISSUERS_H
#define MRL_POLICY_ISSUERS_H

#include "keys.h"

enum mrl_issuer_preset_id {
	MRL_ISSUER_CUSTOM,
	MRL_ISSUER_MERLON,
	MRL_ISSUER_KEYCLOAK,
	MRL_ISSUER_ENTRA,
	MRL_ISSUER_AUTH0,
	MRL_ISSUER_OKTA,
};
#define MRL_ISSUER_PRESETS 6

/* NULL: as for custom. */
struct mrl_issuer_preset {
	const char *name;
	const char *typs[4];
	bool rfc9068;
	const char *keys;
	const char *scope_claim, *client_claim;
	enum mrl_require_kind require; /* one rule, if `claims` has a first */
	const char *claims[MRL_REQUIRE_CLAIMS_MAX];
	const char *value;
};
extern const struct mrl_issuer_preset mrl_issuer_presets[MRL_ISSUER_PRESETS];

struct mrl_raw_issuer {
	struct mrl_setting url, keys, ca, scope_claim, client_claim;
	int preset;
	int revocation;
	struct mrl_settings audiences, algs, typs;
	int64_t leeway_s, skew_s, lifetime_max_s;
	const struct mrl_node *longer;
	const struct mrl_node *require;
};

extern const struct mrl_key mrl_issuer_longer_keys[];
extern const struct mrl_key mrl_issuer_require_keys[];

/* `require` and `longer`. */
MRL_CHECKED enum mrl_err mrl_issuer_rules(struct mrl_loader *loader,
                                          const struct mrl_raw_issuer *raw,
                                          struct mrl_issuer *issuer);

#endif
