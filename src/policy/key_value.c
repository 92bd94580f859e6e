/* One value by its row: type, range, choice. */
#include "keys.h"

static void wrong_type(struct mrl_loader *loader, const struct mrl_key *key,
                       const struct mrl_node *node, const char *wanted)
{
	mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-type", node, key->meaning,
	             "\"%s\" must be %s, not %s", key->name, wanted,
	             mrl_node_kind_name(node->kind));
}

static void out_of_range(struct mrl_loader *loader, const struct mrl_key *key,
                         const struct mrl_node *node, const char *unit)
{
	mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-range", node, key->meaning,
	             "\"%s\" is out of range: %lld to %lld%s", key->name, (long long)key->min,
	             (long long)key->max, unit);
}

static bool parse_bool(struct mrl_slice text, bool *ret_value)
{
	bool yes = mrl_slice_equal_nocase(text, MRL_SLICE("true")) || mrl_slice_is(text, "on");
	bool no = mrl_slice_equal_nocase(text, MRL_SLICE("false")) || mrl_slice_is(text, "off");
	if (!yes && !no) {
		return false;
	}
	*ret_value = yes;
	return true;
}

/* Decimal digits with '-' or without; what needs more than 62 bits is out of any row's range. */
static bool parse_number(struct mrl_slice text, int64_t *ret_number)
{
	bool negative = text.size > 0 && text.data[0] == '-';
	uint64_t number;
	if (!mrl_parse_u64(mrl_slice_from(text, negative ? 1 : 0), &number) || number > INT64_MAX) {
		return false;
	}
	*ret_number = negative ? -(int64_t)number : (int64_t)number;
	return true;
}

static bool find_choice(const struct mrl_key *key, struct mrl_slice text, int *ret_choice)
{
	for (int i = 0; key->choices[i] != NULL; i++) {
		if (mrl_slice_is(text, key->choices[i])) {
			*ret_choice = i;
			return true;
		}
	}
	return false;
}

static void read_bool(struct mrl_loader *loader, const struct mrl_key *key,
                      const struct mrl_node *node, bool *value)
{
	bool scalar = node->kind == MRL_NODE_BOOL || node->kind == MRL_NODE_STRING;
	bool is_word = node->kind == MRL_NODE_STRING && node->text.size > 3;
	if (!scalar || is_word || !parse_bool(node->text, value)) {
		wrong_type(loader, key, node, "on or off");
	}
}

static void read_number(struct mrl_loader *loader, const struct mrl_key *key,
                        const struct mrl_node *node, int64_t *value)
{
	int64_t number;
	if (node->kind != MRL_NODE_NUMBER) {
		wrong_type(loader, key, node, "a whole number");
		return;
	}
	if (!parse_number(node->text, &number)) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-type", node, key->meaning,
		             "\"%s\" must be a whole number in decimal digits", key->name);
		return;
	}
	if (number < key->min || number > key->max) {
		out_of_range(loader, key, node, "");
		return;
	}
	*value = number;
}

static void read_enum(struct mrl_loader *loader, const struct mrl_key *key,
                      const struct mrl_node *node, int *value)
{
	struct mrl_hint hint;
	size_t count = 0;
	if (node->kind != MRL_NODE_STRING) {
		wrong_type(loader, key, node, "a word (in quotes, if it looks like a number)");
		return;
	}
	if (find_choice(key, node->text, value)) {
		return;
	}
	while (key->choices[count] != NULL) {
		count++;
	}
	mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-value", node,
	             mrl_hint_nearest(&hint, node->text, key->choices, count),
	             "\"%.*s\" is no value of \"%s\"", MRL_PRINT(node->text), key->name);
}

static int64_t count_characters(struct mrl_slice text)
{
	int64_t count = 0;
	for (size_t i = 0; i < text.size; i++) {
		count += (text.data[i] & 0xC0) != 0x80 ? 1 : 0;
	}
	return count;
}

/* What is told to clients, logs or nginx must not bring lines of its own. */
static bool has_control_character(struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < 0x20 || text.data[i] == 0x7F) {
			return true;
		}
	}
	return false;
}

static bool check_text(struct mrl_loader *loader, const struct mrl_key *key,
                       const struct mrl_node *node)
{
	if (node->kind != MRL_NODE_STRING) {
		wrong_type(loader, key, node, "a text");
		return false;
	}
	if (has_control_character(node->text)) {
		mrl_diagnose(loader->diagnostics, MRL_ERROR, "policy-value", node, NULL,
		             "\"%s\" holds a control character", key->name);
		return false;
	}
	return true;
}

static void read_text(struct mrl_loader *loader, const struct mrl_key *key,
                      const struct mrl_node *node, struct mrl_setting *value)
{
	if (!check_text(loader, key, node)) {
		return;
	}
	int64_t count = count_characters(node->text);
	if (count < key->min || count > key->max) {
		out_of_range(loader, key, node, " characters");
		return;
	}
	*value = (struct mrl_setting){.text = node->text, .node = node};
}

static bool check_items(struct mrl_loader *loader, const struct mrl_key *key,
                        const struct mrl_node *node)
{
	if (node->kind != MRL_NODE_ARRAY) {
		wrong_type(loader, key, node, "a list");
		return false;
	}
	if (node->count < key->min || node->count > key->max) {
		out_of_range(loader, key, node, " items");
		return false;
	}
	return true;
}

static enum mrl_err read_list(struct mrl_loader *loader, const struct mrl_key *key,
                              const struct mrl_node *node, struct mrl_settings *value)
{
	if (!check_items(loader, key, node)) {
		return MRL_OK;
	}
	struct mrl_setting *items = MRL_NEW_ARRAY(loader->arena, node->count, struct mrl_setting);
	uint32_t count = 0;
	if (items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *item = mrl_node_first(node); item != NULL;
	     item = mrl_node_after(node, item)) {
		if (check_text(loader, key, item)) {
			items[count++] = (struct mrl_setting){.text = item->text, .node = item};
		}
	}
	*value = (struct mrl_settings){.items = items, .count = count};
	return MRL_OK;
}

static void read_node(struct mrl_loader *loader, const struct mrl_key *key,
                      const struct mrl_node *node, const struct mrl_node **value)
{
	if (key->kind == MRL_KEY_OBJECTS) {
		*value = check_items(loader, key, node) ? node : NULL;
		return;
	}
	if (node->kind != MRL_NODE_OBJECT) {
		wrong_type(loader, key, node, "a mapping");
		return;
	}
	*value = node;
}

static void store_default(const struct mrl_key *key, void *value)
{
	struct mrl_slice text = mrl_slice_text(key->fallback == NULL ? "" : key->fallback);
	switch (key->kind) {
	case MRL_KEY_BOOL:
		*(bool *)value = false;
		(void)parse_bool(text, value);
		return;
	case MRL_KEY_NUMBER:
		*(int64_t *)value = 0;
		(void)parse_number(text, value);
		return;
	case MRL_KEY_ENUM:
		*(int *)value = 0;
		(void)find_choice(key, text, value);
		return;
	case MRL_KEY_TEXT:
		*(struct mrl_setting *)value = (struct mrl_setting){.text = text};
		return;
	case MRL_KEY_LIST: *(struct mrl_settings *)value = (struct mrl_settings){0}; return;
	case MRL_KEY_OBJECT:
	case MRL_KEY_OBJECTS:
	case MRL_KEY_MAP:
	case MRL_KEY_CONTROLS: *(const struct mrl_node **)value = NULL; return;
	}
}

enum mrl_err mrl_key_read(struct mrl_loader *loader, const struct mrl_key *key,
                          const struct mrl_node *node, void *object)
{
	void *value = (uint8_t *)object + key->offset;
	store_default(key, value);
	if (node == NULL) {
		return MRL_OK;
	}
	switch (key->kind) {
	case MRL_KEY_BOOL: read_bool(loader, key, node, value); return MRL_OK;
	case MRL_KEY_NUMBER: read_number(loader, key, node, value); return MRL_OK;
	case MRL_KEY_ENUM: read_enum(loader, key, node, value); return MRL_OK;
	case MRL_KEY_TEXT: read_text(loader, key, node, value); return MRL_OK;
	case MRL_KEY_LIST: return read_list(loader, key, node, value);
	case MRL_KEY_OBJECT:
	case MRL_KEY_OBJECTS:
	case MRL_KEY_MAP:
	case MRL_KEY_CONTROLS: read_node(loader, key, node, value); return MRL_OK;
	}
	return MRL_ERR_BUG;
}
