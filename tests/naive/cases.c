/* Reads a case: finds the operation's schema and turns policy keys into options. */
#include "cases.h"
#include "tape.h"

#define BASE "https://api.example/openapi.json"

static struct mrl_slice text_at(const struct mrl_node *node, const char *name)
{
	const struct mrl_node *member = mrl_node_member(node, name);
	return member == NULL ? MRL_SLICE_NONE : member->text;
}

static const struct mrl_node *below(const struct mrl_node *node, const char *const *names)
{
	for (; *names != NULL; names++) {
		node = mrl_node_member(node, *names);
	}
	return node;
}

/* "POST /pets": the schema of its JSON body, or of its reply 200. */
static const struct mrl_node *schema_of(const struct mrl_node *openapi, struct mrl_slice operation,
                                        bool reply)
{
	static const char *const request[] = {"requestBody", "content", "application/json",
	                                      "schema", NULL};
	static const char *const replies[] = {"responses",        "200",    "content",
	                                      "application/json", "schema", NULL};
	uint8_t method[16] = {0};
	size_t space = mrl_slice_find(operation, ' ');
	for (size_t i = 0; i < space && i < sizeof(method); i++) {
		method[i] = mrl_lower(operation.data[i]);
	}
	const struct mrl_node *paths = mrl_node_member(openapi, "paths");
	const struct mrl_node *path = mrl_node_member_slice(paths,
	                                                    mrl_slice_from(operation, space + 1));
	const struct mrl_node *found = mrl_node_member_slice(path, mrl_slice(method, space));
	return below(found, reply ? replies : request);
}

static uint32_t number_at(const struct mrl_node *policy, const char *name, uint32_t otherwise)
{
	uint64_t number;
	const struct mrl_node *node = mrl_node_member(policy, name);
	return node != NULL && mrl_parse_u64(node->text, &number) ? (uint32_t)number : otherwise;
}

/* The position of the value among the names; 0 where the key is absent. */
static unsigned choice(const struct mrl_node *policy, const char *key, const char *const *names)
{
	struct mrl_slice text = text_at(policy, key);
	unsigned found = 0;
	for (unsigned i = 0; text.size != 0 && names[i] != NULL; i++) {
		found = mrl_slice_is(text, names[i]) ? i : found;
	}
	return found;
}

static bool is_policy_key(struct mrl_slice name)
{
	static const char *const keys[] = {
		"free_form",   "case_variants",  "read_only", "read_only_required",
		"numbers",     "cap_body_chars", "cap_items", "discriminator_unknown",
		"cap_members", "bounds",
	};
	for (size_t i = 0; i < MRL_COUNT(keys); i++) {
		if (mrl_slice_is(name, keys[i])) {
			return true;
		}
	}
	return false;
}

static void set_policy(struct mrl_schema_options *options, const struct mrl_node *policy)
{
	static const char *const free_form[] = {"error", "allow", "empty", NULL};
	static const char *const allow[] = {"refuse", "allow", NULL};
	static const char *const strict[] = {"waived", "strict", NULL};
	static const char *const bounds[] = {"cap", "require", NULL};
	static const char *const numbers[] = {"int64", "exact", "ijson", NULL};
	static const enum mrl_numbers policies[] = {MRL_NUMBERS_INT64, MRL_NUMBERS_EXACT,
	                                            MRL_NUMBERS_IJSON};
	options->free_form = (enum mrl_free_form)choice(policy, "free_form", free_form);
	options->case_variants = choice(policy, "case_variants", allow) != 0;
	options->read_only = (enum mrl_read_only)choice(policy, "read_only", allow);
	options->read_only_required_strict = choice(policy, "read_only_required", strict) != 0;
	options->discriminator_unknown = choice(policy, "discriminator_unknown", allow) != 0;
	options->bounds_required = choice(policy, "bounds", bounds) != 0;
	options->numbers = policies[choice(policy, "numbers", numbers)];
	options->caps = (struct mrl_schema_caps){
		.string_chars = number_at(policy, "cap_body_chars", 4096),
		.array_items = number_at(policy, "cap_items", 10000),
		.object_members = number_at(policy, "cap_members", 256),
	};
}

static const char *read_expectation(const struct mrl_node *expect, struct closed_case *closed)
{
	struct mrl_slice verdict = text_at(expect, "verdict");
	closed->keyword = text_at(expect, "keyword");
	closed->pointer = text_at(expect, "pointer");
	closed->verdict = mrl_slice_is(verdict, "accept")   ? CLOSED_ACCEPT
	                  : mrl_slice_is(verdict, "refuse") ? CLOSED_REFUSE
	                                                    : CLOSED_LOAD_ERROR;
	if (closed->verdict == CLOSED_LOAD_ERROR && !mrl_slice_is(verdict, "load-error")) {
		return "verdict: accept, refuse or load-error";
	}
	return closed->verdict != CLOSED_ACCEPT && closed->keyword.size == 0 ? "no keyword" : NULL;
}

const char *closed_case_read(const struct mrl_node *node, const struct mrl_node **openapi,
                             struct mrl_arena *arena, struct closed_case *ret_case)
{
	const struct mrl_node *own = mrl_node_member(node, "openapi");
	const struct mrl_node *policy = mrl_node_member(node, "policy");
	struct mrl_slice direction = text_at(node, "direction");
	bool reply = mrl_slice_is(direction, "reply");
	if (own != NULL) {
		*openapi = load_text(text_of_node(own, arena), arena);
	}
	for (const struct mrl_node *key = policy == NULL ? NULL : mrl_node_first(policy);
	     key != NULL; key = mrl_node_after(policy, key)) {
		if (!is_policy_key(key->text)) {
			return "unknown policy key";
		}
	}
	*ret_case = (struct closed_case){
		.name = text_at(node, "name"),
		.source = {.uri = MRL_SLICE(BASE), .root = *openapi},
		.entry = {.uri = MRL_SLICE(BASE),
	                  .node = schema_of(*openapi, text_at(node, "operation"), reply)},
		.value = mrl_node_member(node, "value"),
	};
	ret_case->options = (struct mrl_schema_options){
		.dialect = mrl_slice_starts(text_at(*openapi, "openapi"), MRL_SLICE("3.0"))
	                           ? MRL_DIALECT_OAS_30
	                           : MRL_DIALECT_OAS_31,
		.world = MRL_WORLD_CLOSED,
		.direction = reply ? MRL_DIRECTION_REPLY : MRL_DIRECTION_REQUEST,
		.assert_formats = true,
	};
	set_policy(&ret_case->options, policy);
	if (ret_case->entry.node == NULL || (!reply && !mrl_slice_is(direction, "request"))) {
		return "no such operation or direction";
	}
	const char *wrong = read_expectation(mrl_node_member(node, "expect"), ret_case);
	return wrong != NULL || ret_case->verdict == CLOSED_LOAD_ERROR || ret_case->value != NULL
	               ? wrong
	               : "no value";
}
