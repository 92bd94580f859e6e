/*
 * Loading policies in tests: documents in memory, and a table of controls of the test's own, so
 * that layers and findings do not depend on what the real controls say.
 */
#ifndef MRL_UNIT_POLICY_FIXTURE_H
#define MRL_UNIT_POLICY_FIXTURE_H

#include "../check.h"

#include <merlon/policy.h>

/* 2026-11-23 12:00:00 UTC */
#define NOW_US INT64_C(1795435200000000)

/* The smallest policy; lines that follow belong to its API (4 blanks) or to the top. */
#define BASE                             \
	"merlon: 1\n"                    \
	"apis:\n"                        \
	"  - name: orders\n"             \
	"    hosts: [api.example.com]\n" \
	"    openapi: orders.yaml\n"     \
	"    upstream: {url: \"http://127.0.0.1:3000\"}\n"
#define BASE_LINES 6

struct loaded {
	enum mrl_err err;
	struct mrl_arena arena; /* of the findings */
	struct mrl_diagnostics diagnostics;
	struct mrl_policy *policy; /* NULL: not loaded */
};

/* Of these texts: "orders.yaml", "pets.yaml", "more.yaml", "bad.yaml"; "locked.yaml" cannot be
 * read. */
extern const struct mrl_files fixture_files;
struct mrl_policy_options fixture_options(void);

/* As "etc/merlon.yaml", whose documents are seen from "etc/". Release it in the end. */
void load(const char *text, struct loaded *ret_loaded);
void release(struct loaded *loaded);

const struct mrl_operation *operation_of(const struct loaded *loaded, const char *name);

/* What the fake controls are configured by. */
struct fake_cors {
	struct mrl_settings origins;
	int64_t max_age;
	bool credentials;
	const struct mrl_operation *compiled_for;
	const struct mrl_node *compiled_at;
};
struct fake_fields {
	int64_t header_count;
	int64_t header_bytes;
};
struct fake_preset {
	int profile;
	struct mrl_setting csp;
};

#endif
