/*
 * What a document itself shows of an operation: descriptions, examples, defaults, enums. A reply
 * that says what stands there betrays nothing (reply_leak).
 *
 * The Operation Object, its Path Item's parameters and, breadth first, all that `$ref` reaches from
 * them, each target once. Bounded by texts and by nodes; a note says where it was cut.
 */
#include "oas.h"

#define TEXTS_MAX      2048
#define NODES_MAX      100000
#define TEXT_BYTES_MIN 4 /* no signature is shorter */
#define BUCKETS        256

struct target {
	struct target *next_in_bucket;
	struct target *next;
	const struct mrl_node *node;
};

struct collecting {
	struct mrl_oas_load *load;
	struct mrl_oas_list texts;
	struct target *buckets[BUCKETS];
	struct target *last;
	uint32_t nodes;
	bool cut;
};

static enum mrl_err add_text(struct collecting *collecting, struct mrl_slice text)
{
	if (text.size < TEXT_BYTES_MIN) {
		return MRL_OK;
	}
	if (collecting->texts.count == TEXTS_MAX) {
		collecting->cut = true;
		return MRL_OK;
	}
	return mrl_oas_list_add(collecting->load, &collecting->texts, text);
}

/* Behind all that are waiting; a target that was there before is not added again. */
static enum mrl_err add_target(struct collecting *collecting, const struct mrl_node *node)
{
	uintptr_t hash = (uintptr_t)node / sizeof(struct mrl_node);
	struct target **bucket = &collecting->buckets[hash % BUCKETS];
	for (const struct target *known = *bucket; known != NULL; known = known->next_in_bucket) {
		if (known->node == node) {
			return MRL_OK;
		}
	}
	struct target *target = MRL_NEW(&collecting->load->scratch, struct target);
	if (target == NULL) {
		return MRL_ERR_MEMORY;
	}
	target->node = node;
	target->next_in_bucket = *bucket;
	*bucket = target;
	collecting->last->next = target;
	collecting->last = target;
	return MRL_OK;
}

static bool is_one_of(struct mrl_slice text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (mrl_slice_is(text, words[i])) {
			return true;
		}
	}
	return false;
}

/* Members whose whole value is shown. */
static bool shows_all(struct mrl_slice name)
{
	static const char *const names[] = {"example", "examples", "default", "enum", "const"};
	return is_one_of(name, names, MRL_COUNT(names));
}

/* The reply of that name, which is no default of anything. */
static bool is_default_reply(const struct mrl_node *object, const struct mrl_node *key)
{
	bool has_key = object != object->document->nodes;
	return has_key && mrl_slice_is(key->text, "default") &&
	       mrl_slice_is(object[-1].text, "responses");
}

static bool shows_text(struct mrl_slice name)
{
	static const char *const names[] = {"description", "summary", "title"};
	return is_one_of(name, names, MRL_COUNT(names));
}

/* All strings from the node on, names of members too. */
static enum mrl_err add_all(struct collecting *collecting, const struct mrl_node *node)
{
	enum mrl_err err = MRL_OK;
	const struct mrl_node *end = &node->document->nodes[node->next];
	for (; err == MRL_OK && node != end && !collecting->cut; node++) {
		if (node->kind == MRL_NODE_STRING) {
			err = add_text(collecting, node->text);
		}
		collecting->cut = collecting->cut || ++collecting->nodes > NODES_MAX;
	}
	return err;
}

static enum mrl_err add_reference(struct collecting *collecting, const struct mrl_node *object)
{
	const struct mrl_node *target;
	enum mrl_err err = mrl_oas_ref_step(collecting->load, object, true, &target);
	return err == MRL_OK && target != NULL ? add_target(collecting, target) : err;
}

static enum mrl_err add_members(struct collecting *collecting, const struct mrl_node *object)
{
	enum mrl_err err = mrl_oas_is_ref(object) ? add_reference(collecting, object) : MRL_OK;
	for (const struct mrl_node *key = mrl_node_first(object); err == MRL_OK && key != NULL;
	     key = mrl_node_after(object, key)) {
		const struct mrl_node *value = mrl_node_value(key);
		if (shows_all(key->text) && !is_default_reply(object, key)) {
			err = add_all(collecting, value);
		} else if (value->kind == MRL_NODE_STRING && shows_text(key->text)) {
			err = add_text(collecting, value->text);
		}
	}
	return err;
}

static enum mrl_err add_subtree(struct collecting *collecting, const struct mrl_node *node)
{
	enum mrl_err err = MRL_OK;
	const struct mrl_node *end = &node->document->nodes[node->next];
	for (; err == MRL_OK && node != end && !collecting->cut; node++) {
		if (node->kind == MRL_NODE_OBJECT) {
			err = add_members(collecting, node);
		}
		collecting->cut = collecting->cut || ++collecting->nodes > NODES_MAX;
	}
	return err;
}

static enum mrl_err collect(struct collecting *collecting, const struct mrl_oas_source *source)
{
	struct target first = {.node = source->operation};
	const struct mrl_node *shared = mrl_node_member(source->item, "parameters");
	collecting->last = &first;
	enum mrl_err err = shared == NULL ? MRL_OK : add_target(collecting, shared);
	for (const struct target *target = &first; err == MRL_OK && target != NULL;
	     target = target->next) {
		err = add_subtree(collecting, target->node);
	}
	collecting->last = NULL;
	return err;
}

enum mrl_err mrl_oas_texts(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                           struct mrl_operation *operation)
{
	struct collecting collecting = {.load = load};
	struct mrl_arena_mark mark = mrl_arena_mark(&load->scratch);
	enum mrl_err err = collect(&collecting, source);
	if (err == MRL_OK) {
		err = mrl_oas_list_end(load, &collecting.texts, &operation->texts);
	}
	mrl_arena_reset(&load->scratch, mark);
	if (err == MRL_OK && collecting.cut) {
		mrl_diagnose(load->diagnostics, MRL_NOTE, "oa-texts", source->operation, NULL,
		             "the operation shows more texts than are kept; a reply that quotes "
		             "one of the others may be taken for a leak");
	}
	return err;
}
