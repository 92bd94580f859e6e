/* What the parts of the section `limits` share. */
#ifndef MRL_POLICY_LIMITS_H
#define MRL_POLICY_LIMITS_H

#include "keys.h"

#define MRL_RATE_PATTERN "^[1-9][0-9]{0,9}/[1-9][0-9]{0,4}[smhd]$"

/* False, and told: it is no rate, or none that a limit can have. */
bool mrl_limit_setting_read(struct mrl_loader *loader, const struct mrl_setting *setting,
                            struct mrl_limit_rate *ret_rate);
/* Keeps the spec, which stands behind the last of the policy. */
MRL_CHECKED enum mrl_err mrl_limit_spec_finish(struct mrl_loader *loader,
                                               struct mrl_limit_spec *spec);

#define MRL_LOGINS 3
extern const struct mrl_key mrl_login_keys[];
MRL_CHECKED enum mrl_err mrl_load_logins(struct mrl_loader *loader, const struct mrl_node *node);

extern const struct mrl_key mrl_redis_keys[];
MRL_CHECKED enum mrl_err mrl_load_redis(struct mrl_loader *loader, const struct mrl_node *node);

#endif
