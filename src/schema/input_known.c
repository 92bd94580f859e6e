/* Names that the documents themselves say: others are the client's, and no record repeats them. */
#include "input.h"

static const struct mrl_node *properties_of(const struct mrl_node *node)
{
	const struct mrl_node *properties = node->kind == MRL_NODE_OBJECT
	                                            ? mrl_node_member(node, "properties")
	                                            : NULL;
	return properties != NULL && properties->kind == MRL_NODE_OBJECT ? properties : NULL;
}

static uint32_t count_names(const struct mrl_oas_file *files)
{
	uint32_t count = 0;
	for (const struct mrl_oas_file *file = files; file != NULL; file = file->next) {
		for (uint32_t i = 0; file->document != NULL && i < file->document->node_count;
		     i++) {
			const struct mrl_node *properties = properties_of(
				&file->document->nodes[i]);
			count += properties == NULL ? 0 : properties->count;
		}
	}
	return count;
}

/* The slot of the name, or the free one where it belongs. */
static uint32_t find_slot(const struct mrl_inputs *inputs, struct mrl_slice name)
{
	uint32_t slot = mrl_hash_text(name) & inputs->known_mask;
	while (inputs->known[slot].data != NULL && !mrl_slice_equal(inputs->known[slot], name)) {
		slot = (slot + 1) & inputs->known_mask;
	}
	return slot;
}

bool mrl_inputs_know(const struct mrl_inputs *inputs, struct mrl_slice name)
{
	return name.data != NULL && inputs->known[find_slot(inputs, name)].data != NULL;
}

static void learn(struct mrl_inputs *inputs, struct mrl_slice *table,
                  const struct mrl_node *properties)
{
	for (const struct mrl_node *key = mrl_node_first(properties); key != NULL;
	     key = mrl_node_after(properties, key)) {
		if (key->text.data != NULL) {
			table[find_slot(inputs, key->text)] = key->text;
		}
	}
}

enum mrl_err mrl_inputs_learn(const struct mrl_oas_file *files, struct mrl_arena *arena,
                              struct mrl_inputs *inputs)
{
	uint32_t count = count_names(files);
	uint32_t slots = 16;
	while (slots < count * 2) {
		slots *= 2;
	}
	struct mrl_slice *table = MRL_NEW_ARRAY(arena, slots, struct mrl_slice);
	if (table == NULL) {
		return MRL_ERR_MEMORY;
	}
	inputs->known = table;
	inputs->known_mask = slots - 1;
	for (const struct mrl_oas_file *file = files; file != NULL; file = file->next) {
		for (uint32_t i = 0; file->document != NULL && i < file->document->node_count;
		     i++) {
			const struct mrl_node *properties = properties_of(
				&file->document->nodes[i]);
			if (properties != NULL) {
				learn(inputs, table, properties);
			}
		}
	}
	return MRL_OK;
}
