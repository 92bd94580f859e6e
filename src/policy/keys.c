/*
 * The declarative reader of mappings: names against tables, then each value by its row.
 *
 * Every row has its default stored first, so an object is complete whatever the policy says.
 */
#include "keys.h"

#define NAMES_MAX 48

/* All names of both tables. */
static size_t list_names(const struct mrl_key *keys, const struct mrl_key *also,
                         const char *ret_names[NAMES_MAX])
{
	const struct mrl_key *tables[] = {keys, also};
	size_t count = 0;
	for (size_t i = 0; i < MRL_COUNT(tables); i++) {
		for (const struct mrl_key *key = tables[i];
		     key != NULL && key->name != NULL && count < NAMES_MAX; key++) {
			ret_names[count++] = key->name;
		}
	}
	return count;
}

static bool has_name(const char *const *names, size_t count, struct mrl_slice name)
{
	for (size_t i = 0; i < count; i++) {
		if (mrl_slice_is(name, names[i])) {
			return true;
		}
	}
	return false;
}

static void check_required(struct mrl_loader *loader, const struct mrl_key *keys,
                           const struct mrl_node *node)
{
	for (const struct mrl_key *key = keys; key != NULL && key->name != NULL; key++) {
		if (key->required && mrl_node_member(node, key->name) == NULL) {
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-missing", node,
			             key->meaning, "\"%s\" is missing", key->name);
		}
	}
}

bool mrl_keys_check(struct mrl_loader *loader, const struct mrl_key *keys,
                    const struct mrl_key *also, const struct mrl_node *node)
{
	const char *names[NAMES_MAX];
	size_t count = list_names(keys, also, names);
	struct mrl_hint hint;
	if (node->kind != MRL_NODE_OBJECT) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-type", node, NULL,
		             "this must be a mapping, not %s", mrl_node_kind_name(node->kind));
		return false;
	}
	for (const struct mrl_node *key = mrl_node_first(node); key != NULL;
	     key = mrl_node_after(node, key)) {
		if (!has_name(names, count, key->text)) {
			mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-key", key,
			             mrl_hint_nearest(&hint, key->text, names, count),
			             "\"%.*s\" is no key here", MRL_PRINT(key->text));
		}
	}
	check_required(loader, keys, node);
	return true;
}

enum mrl_err mrl_keys_read(struct mrl_loader *loader, const struct mrl_key *keys,
                           const struct mrl_node *node, void *ret_object)
{
	bool is_mapping = node != NULL && mrl_keys_check(loader, keys, NULL, node);
	for (const struct mrl_key *key = keys; key->name != NULL; key++) {
		const struct mrl_node *value = is_mapping ? mrl_node_member(node, key->name) : NULL;
		enum mrl_err err = mrl_key_read(loader, key, value, ret_object);
		if (err != MRL_OK) {
			return err;
		}
	}
	return MRL_OK;
}

enum mrl_err mrl_section_read(struct mrl_loader *loader, const struct mrl_section *section,
                              const struct mrl_node *node)
{
	void *raw = mrl_arena_array(loader->arena, 1, section->raw_bytes, _Alignof(max_align_t));
	enum mrl_err err = raw == NULL ? MRL_ERR_MEMORY : MRL_OK;
	uint32_t index = 0;
	for (const struct mrl_node *item = mrl_node_first(node); item != NULL && err == MRL_OK;
	     item = mrl_node_after(node, item)) {
		err = mrl_keys_read(loader, section->keys, item, raw);
		if (err == MRL_OK) {
			err = section->take(loader, raw, item, index++);
		}
	}
	return err;
}

bool mrl_name_check(struct mrl_loader *loader, const struct mrl_setting *name)
{
	struct mrl_slice text = name->text;
	bool valid = text.size >= 1 && text.size <= 24 && text.data[0] >= 'a' &&
	             text.data[0] <= 'z';
	for (size_t i = 0; valid && i < text.size; i++) {
		uint8_t byte = text.data[i];
		valid = (byte >= 'a' && byte <= 'z') || mrl_is_digit(byte) || byte == '-';
	}
	if (!valid && name->node != NULL) {
		mrl_diagnose(
			loader->diagnostics, MRL_ERROR, "policy-name", name->node,
			"a letter first, then letters, digits and '-', all lower case, at most 24",
			"\"%.*s\" is no name", MRL_PRINT(text));
	}
	return valid;
}
