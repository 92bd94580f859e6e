/*
 * What an operation's `security` asks for: its own list, else the document's. A list of nothing, or
 * of nothing but the empty requirement, asks for nothing.
 */
#include "oas.h"

struct collecting {
	struct mrl_oas_load *load;
	struct mrl_operation *operation;
	struct mrl_oas_list headers;
};

static bool is_text(const struct mrl_node *node, const char *text)
{
	return node != NULL && node->kind == MRL_NODE_STRING && mrl_slice_is(node->text, text);
}

static enum mrl_err add_scheme(struct collecting *collecting, const struct mrl_node *scheme)
{
	static const char *const authorizing[] = {"http", "oauth2", "openIdConnect"};
	const struct mrl_node *type = mrl_node_member(scheme, "type");
	const struct mrl_node *name = mrl_node_member(scheme, "name");
	for (size_t i = 0; i < MRL_COUNT(authorizing); i++) {
		if (is_text(type, authorizing[i])) {
			collecting->operation->authorization = true;
			return MRL_OK;
		}
	}
	if (!is_text(type, "apiKey") || !is_text(mrl_node_member(scheme, "in"), "header") ||
	    name == NULL) {
		return MRL_OK;
	}
	struct mrl_slice lower;
	enum mrl_err err = mrl_oas_lower(collecting->load, name->text, &lower);
	return err == MRL_OK ? mrl_oas_list_add_once(collecting->load, &collecting->headers, lower)
	                     : err;
}

static enum mrl_err add_requirement(struct collecting *collecting, const struct mrl_node *entry)
{
	struct mrl_oas_load *load = collecting->load;
	const struct mrl_node *schemes = mrl_node_member(mrl_node_member(load->root, "components"),
	                                                 "securitySchemes");
	const struct mrl_node *scheme = mrl_node_member_slice(schemes, entry->text);
	if (scheme == NULL) {
		if (mrl_oas_is_new(load, "oa-ref", entry)) {
			mrl_diagnose(load->diagnostics, MRL_ERROR, "oa-ref", entry,
			             "define it under components.securitySchemes",
			             "there is no security scheme \"%.*s\"",
			             MRL_PRINT(mrl_slice_sub(entry->text, 0, 100)));
		}
		return MRL_OK;
	}
	enum mrl_err err = mrl_oas_resolve(load, scheme, &scheme);
	return err == MRL_OK && scheme != NULL ? add_scheme(collecting, scheme) : err;
}

/* The scopes that one requirement asks for, of all its schemes together; empty: none. */
static enum mrl_err scopes_of(struct collecting *collecting, const struct mrl_node *requirement,
                              struct mrl_slice *ret_scopes)
{
	size_t capacity = 0;
	for (const struct mrl_node *entry = mrl_node_first(requirement); entry != NULL;
	     entry = mrl_node_after(requirement, entry)) {
		const struct mrl_node *list = mrl_node_value(entry);
		for (const struct mrl_node *item = mrl_node_first(list); item != NULL;
		     item = mrl_node_after(list, item)) {
			capacity += item->kind == MRL_NODE_STRING ? item->text.size + 1 : 0;
		}
	}
	struct mrl_buffer text = mrl_buffer(
		mrl_arena_alloc(collecting->load->arena, capacity + 1, 1), capacity);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *entry = mrl_node_first(requirement); entry != NULL;
	     entry = mrl_node_after(requirement, entry)) {
		const struct mrl_node *list = mrl_node_value(entry);
		for (const struct mrl_node *item = mrl_node_first(list); item != NULL;
		     item = mrl_node_after(list, item)) {
			if (item->kind == MRL_NODE_STRING && item->text.size != 0) {
				mrl_buffer_put(&text,
				               text.size == 0 ? MRL_SLICE("") : MRL_SLICE(" "));
				mrl_buffer_put(&text, item->text);
			}
		}
	}
	*ret_scopes = mrl_buffer_slice(&text);
	return MRL_OK;
}

/* Requirements are alternatives: if one asks for no scope, none is needed. */
static enum mrl_err add_scopes(struct collecting *collecting, const struct mrl_node *security)
{
	struct mrl_operation *operation = collecting->operation;
	uint32_t count = 0;
	struct mrl_slice *sets = MRL_NEW_ARRAY(collecting->load->arena, security->count + 1U,
	                                       struct mrl_slice);
	if (sets == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *requirement = mrl_node_first(security); requirement != NULL;
	     requirement = mrl_node_after(security, requirement)) {
		if (requirement->kind != MRL_NODE_OBJECT) {
			continue;
		}
		enum mrl_err err = scopes_of(collecting, requirement, &sets[count]);
		if (err != MRL_OK || sets[count].size == 0) {
			return err;
		}
		count++;
	}
	operation->scope_sets = sets;
	operation->scope_set_count = count;
	return MRL_OK;
}

static enum mrl_err add_requirements(struct collecting *collecting,
                                     const struct mrl_node *requirement)
{
	enum mrl_err err = MRL_OK;
	if (requirement->kind != MRL_NODE_OBJECT) {
		return MRL_OK;
	}
	for (const struct mrl_node *entry = mrl_node_first(requirement);
	     err == MRL_OK && entry != NULL; entry = mrl_node_after(requirement, entry)) {
		collecting->operation->secured = true;
		err = add_requirement(collecting, entry);
	}
	return err;
}

enum mrl_err mrl_oas_security(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                              struct mrl_operation *operation)
{
	struct collecting collecting = {.load = load, .operation = operation};
	const struct mrl_node *security = mrl_node_member(source->operation, "security");
	enum mrl_err err = MRL_OK;
	if (security == NULL) {
		security = mrl_node_member(load->root, "security");
	}
	if (security == NULL || security->kind != MRL_NODE_ARRAY) {
		return MRL_OK;
	}
	for (const struct mrl_node *requirement = mrl_node_first(security);
	     err == MRL_OK && requirement != NULL;
	     requirement = mrl_node_after(security, requirement)) {
		err = add_requirements(&collecting, requirement);
	}
	if (err == MRL_OK) {
		err = add_scopes(&collecting, security);
	}
	return err == MRL_OK
	               ? mrl_oas_list_end(load, &collecting.headers, &operation->api_key_headers)
	               : err;
}
