/*
 * Loading a policy: the text, its sections in their order, the documents that it names, the plans.
 *
 * The generation lies in one arena, with its own `struct mrl_arena` in it. Everything that is wrong
 * is told in one run; plans are made only when nothing is.
 */
#include "keys.h"

#include <merlon/crypto.h>

#include <errno.h>

#define BLOCK_BYTES    (64U << 10)
#define MEMORY_DEFAULT ((size_t)1 << 30)
#define TEXT_BYTES_MAX (4U << 20)

struct raw {
	int64_t merlon;
	const struct mrl_node *listeners;
	const struct mrl_node *tls;
	const struct mrl_node *apis;
	const struct mrl_node *controls;
	const struct mrl_node *exemptions;
	const struct mrl_node *audit;
	const struct mrl_node *limits;
	const struct mrl_node *issuers;
	struct mrl_setting problem_base;
};

struct raw_audit {
	int on_overload;
};

static const char *const overloads[] = {
	[MRL_OVERLOAD_REFUSE] = "refuse", [MRL_OVERLOAD_PASS] = "pass", NULL};

static const struct mrl_key audit_keys[] = {
	{.name = "on_overload",
         .kind = MRL_KEY_ENUM,
         .fallback = "refuse",
         .choices = overloads,
         .meaning = "a call that cannot be recorded: refused with 503, or served unrecorded",
         .offset = offsetof(struct raw_audit, on_overload)},
	{0},
};

const struct mrl_key mrl_policy_keys[] = {
	{.name = "merlon",
         .kind = MRL_KEY_NUMBER,
         .min = 1,
         .max = 1,
         .required = true,
         .meaning = "form of the policy; begin the file with `merlon: 1`",
         .offset = offsetof(struct raw, merlon)},
	{.name = "listeners",
         .kind = MRL_KEY_OBJECTS,
         .max = 64,
         .keys = mrl_listener_keys,
         .meaning = "addresses to listen on",
         .offset = offsetof(struct raw, listeners)},
	{.name = "tls",
         .kind = MRL_KEY_OBJECT,
         .keys = mrl_tls_keys,
         .meaning = "certificates and HTTP/3",
         .offset = offsetof(struct raw, tls)},
	{.name = "apis",
         .kind = MRL_KEY_OBJECTS,
         .min = 1,
         .max = 256,
         .required = true,
         .keys = mrl_api_keys,
         .meaning = "the APIs behind Merlon",
         .offset = offsetof(struct raw, apis)},
	{.name = "controls",
         .kind = MRL_KEY_CONTROLS,
         .meaning = "settings of all APIs; the nearest layer wins per key",
         .offset = offsetof(struct raw, controls)},
	{.name = "exemptions",
         .kind = MRL_KEY_OBJECTS,
         .max = 1000,
         .keys = mrl_exemption_keys,
         .meaning = "deviations with name, reason and end",
         .offset = offsetof(struct raw, exemptions)},
	{.name = "limits",
         .kind = MRL_KEY_OBJECT,
         .keys = mrl_limits_keys,
         .meaning = "how often an address, a user, a client and all together may call",
         .offset = offsetof(struct raw, limits)},
	{.name = "issuers",
         .kind = MRL_KEY_MAP,
         .keys = mrl_issuer_keys,
         .meaning = "whose access tokens are accepted, by name",
         .offset = offsetof(struct raw, issuers)},
	{.name = "problem_base",
         .kind = MRL_KEY_TEXT,
         .min = 3,
         .max = 200,
         .fallback = MRL_PROBLEM_BASE,
         .meaning = "URI that begins the type of every error",
         .offset = offsetof(struct raw, problem_base)},
	{.name = "audit",
         .kind = MRL_KEY_OBJECT,
         .keys = audit_keys,
         .meaning = "what happens when calls cannot be recorded",
         .offset = offsetof(struct raw, audit)},
	{0},
};

/* ---- Sections ---------------------------------------------------------------------------------
 */

/* RFC 3986: a scheme, then what needs no escape, also not in JSON. */
static bool is_problem_base(struct mrl_slice base)
{
	size_t colon = mrl_slice_find(base, ':');
	bool valid = colon > 0 && colon < base.size && mrl_lower(base.data[0]) >= 'a' &&
	             mrl_lower(base.data[0]) <= 'z';
	for (size_t i = 0; valid && i < base.size; i++) {
		uint8_t byte = base.data[i];
		bool letter = mrl_lower(byte) >= 'a' && mrl_lower(byte) <= 'z';
		const char *others = i < colon ? "+-." : "-._~:/?#[]@!$&'()*+,;=%";
		valid = letter || mrl_is_digit(byte) || i == colon || strchr(others, byte) != NULL;
	}
	return valid;
}

static void load_problem_base(struct mrl_loader *loader, const struct mrl_setting *base)
{
	loader->policy->problem_base = base->text;
	if (!is_problem_base(base->text)) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-value", base->node,
		             "write it like \"https://api.example.com/problems/\"",
		             "\"%.*s\" is no URI that a type can begin with",
		             MRL_PRINT(base->text));
	}
}

static enum mrl_err load_audit(struct mrl_loader *loader, const struct mrl_node *node)
{
	struct raw_audit raw;
	enum mrl_err err = mrl_keys_read(loader, audit_keys, node, &raw);
	if (err == MRL_OK) {
		loader->policy->on_overload = (enum mrl_overload)raw.on_overload;
	}
	return err;
}

/* Exemptions come after the operations that they name; hosts after the documents. */
static enum mrl_err load_sections(struct mrl_loader *loader, const struct raw *raw)
{
	loader->controls = raw->controls;
	load_problem_base(loader, &raw->problem_base);
	enum mrl_err err = load_audit(loader, raw->audit);
	if (err == MRL_OK) {
		err = mrl_load_limits(loader, raw->limits);
	}
	if (err == MRL_OK) {
		err = mrl_load_issuers(loader, raw->issuers);
	}
	if (err == MRL_OK) {
		err = mrl_load_listeners(loader, raw->listeners);
	}
	if (err == MRL_OK) {
		err = mrl_load_tls(loader, raw->tls);
	}
	if (err == MRL_OK) {
		err = mrl_load_apis(loader, raw->apis);
	}
	if (err == MRL_OK) {
		err = mrl_load_operations(loader);
	}
	if (err == MRL_OK) {
		err = mrl_load_layer(loader, raw->controls);
	}
	if (err == MRL_OK) {
		err = mrl_load_exemptions(loader, raw->exemptions);
	}
	return err == MRL_OK ? mrl_load_hosts(loader) : err;
}

static enum mrl_err load_root(struct mrl_loader *loader, const struct mrl_node *root)
{
	struct raw raw = {0};
	const struct mrl_node *form = mrl_node_member(root, mrl_policy_keys[0].name);
	enum mrl_err err = mrl_key_read(loader, &mrl_policy_keys[0], form, &raw);
	/* Of another form nothing can be understood. */
	if (err != MRL_OK || (form != NULL && raw.merlon != 1)) {
		return err;
	}
	err = mrl_keys_read(loader, mrl_policy_keys, root, &raw);
	if (err != MRL_OK || raw.merlon != 1) {
		return err;
	}
	err = load_sections(loader, &raw);
	if (err != MRL_OK || mrl_loader_failed(loader)) {
		return err;
	}
	err = mrl_leak_scanner_new(loader->arena, &loader->policy->leak_scanner);
	return err != MRL_OK ? err : mrl_load_plans(loader);
}

/* ---- The whole --------------------------------------------------------------------------------
 */

static enum mrl_err begin(const struct mrl_policy_options *options, struct mrl_slice file,
                          struct mrl_diagnostics *diagnostics, struct mrl_loader *ret_loader)
{
	struct mrl_arena first;
	size_t cap = options->memory_max == 0 ? MEMORY_DEFAULT : options->memory_max;
	mrl_arena_init(&first, &options->memory, BLOCK_BYTES, cap);
	struct mrl_arena *arena = MRL_NEW(&first, struct mrl_arena);
	struct mrl_policy *policy = arena == NULL ? NULL : MRL_NEW(&first, struct mrl_policy);
	struct mrl_slice copy = MRL_SLICE_NONE;
	if (policy == NULL || mrl_arena_copy(&first, file, &copy) != MRL_OK) {
		mrl_arena_release(&first);
		return MRL_ERR_MEMORY;
	}
	*arena = first;
	*policy = (struct mrl_policy){
		.file = copy,
		.generation = options->generation,
		.json_scan = mrl_json_scan_best(),
		.arena = arena,
		.references = 1,
	};
	memcpy(policy->seed, options->seed, sizeof(policy->seed));
	*ret_loader = (struct mrl_loader){.options = options,
	                                  .arena = arena,
	                                  .diagnostics = diagnostics,
	                                  .errors_before = diagnostics->errors,
	                                  .policy = policy};
	return MRL_OK;
}

static enum mrl_err load_text(struct mrl_loader *loader, struct mrl_slice text)
{
	struct mrl_document_limits limits = MRL_DOCUMENT_LIMITS;
	const struct mrl_document *document;
	struct mrl_policy *policy = loader->policy;
	loader->files = (struct mrl_files){.read = mrl_loader_read, .host = loader};
	limits.bytes_max = TEXT_BYTES_MAX;
	enum mrl_err err = mrl_sha256(text, policy->digest);
	if (err == MRL_OK) {
		err = mrl_document_read(&limits, policy->file, text, loader->arena,
		                        loader->diagnostics, &document);
	}
	return err != MRL_OK ? err : load_root(loader, mrl_document_root(document));
}

static enum mrl_err finish(struct mrl_loader *loader, enum mrl_err err,
                           struct mrl_policy **ret_policy)
{
	if (err == MRL_OK && mrl_loader_failed(loader)) {
		err = MRL_ERR_INVALID;
	}
	if (err != MRL_OK) {
		mrl_policy_unref(loader->policy);
		return err;
	}
	*ret_policy = loader->policy;
	return MRL_OK;
}

static enum mrl_err read_policy(struct mrl_loader *loader, struct mrl_slice *ret_text)
{
	struct mrl_slice file = loader->policy->file;
	enum mrl_err err = mrl_loader_read(loader, file, TEXT_BYTES_MAX, loader->arena, ret_text);
	const char *why = err == MRL_ERR_NOT_FOUND ? "there is no such file"
	                  : err == MRL_ERR_LIMIT   ? "it is larger than 4 MiB"
	                  : err == MRL_ERR_IO      ? strerrordesc_np(errno)
	                                           : NULL;
	if (err == MRL_OK || err == MRL_ERR_MEMORY) {
		return err;
	}
	mrl_diagnose_file(loader->diagnostics, MRL_ERROR, "policy-file", file, 0, 0, NULL,
	                  "the policy cannot be read: %s", why == NULL ? mrl_err_name(err) : why);
	return MRL_ERR_INVALID;
}

enum mrl_err mrl_policy_load(const struct mrl_policy_options *options, struct mrl_slice file,
                             struct mrl_diagnostics *diagnostics, struct mrl_policy **ret_policy)
{
	struct mrl_loader loader;
	struct mrl_slice text;
	enum mrl_err err = begin(options, file, diagnostics, &loader);
	if (err != MRL_OK) {
		return err;
	}
	err = read_policy(&loader, &text);
	return finish(&loader, err == MRL_OK ? load_text(&loader, text) : err, ret_policy);
}

enum mrl_err mrl_policy_load_text(const struct mrl_policy_options *options, struct mrl_slice file,
                                  struct mrl_slice text, struct mrl_diagnostics *diagnostics,
                                  struct mrl_policy **ret_policy)
{
	struct mrl_loader loader;
	struct mrl_slice copy;
	enum mrl_err err = begin(options, file, diagnostics, &loader);
	if (err != MRL_OK) {
		return err;
	}
	err = mrl_loader_note(&loader, loader.policy->file);
	if (err == MRL_OK) {
		err = mrl_arena_copy(loader.arena, text, &copy);
	}
	return finish(&loader, err == MRL_OK ? load_text(&loader, copy) : err, ret_policy);
}
