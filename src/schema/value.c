/*
 * Values compared as JSON has them: numbers by their value, members in any order. Depth is that of
 * a tape, which its reader bounds.
 */
#include "program.h"

static bool equal_numbers(struct mrl_slice a, struct mrl_slice b)
{
	struct mrl_decimal left;
	struct mrl_decimal right;
	mrl_decimal_parse(a, &left);
	mrl_decimal_parse(b, &right);
	return mrl_decimal_compare(&left, &right) == 0;
}

static const struct mrl_json_node *member_of(struct mrl_run *run, const struct mrl_json_doc *doc,
                                             const struct mrl_json_node *object,
                                             struct mrl_slice name)
{
	const struct mrl_json_node *at = object + 1;
	for (uint32_t i = 0; i < object->count && mrl_run_step(run, 1); i++) {
		if (mrl_slice_equal(mrl_json_text(doc, at), name)) {
			return at + 1;
		}
		at += 1 + at[1].next;
	}
	return NULL;
}

static bool equal_objects(struct mrl_run *run, const struct mrl_json_doc *a_doc,
                          const struct mrl_json_node *a, const struct mrl_json_doc *b_doc,
                          const struct mrl_json_node *b)
{
	const struct mrl_json_node *at = a + 1;
	for (uint32_t i = 0; i < a->count; i++) {
		const struct mrl_json_node *other = member_of(run, b_doc, b,
		                                              mrl_json_text(a_doc, at));
		if (other == NULL || !mrl_value_equal(run, a_doc, at + 1, b_doc, other)) {
			return false;
		}
		at += 1 + at[1].next;
	}
	return true;
}

static bool equal_arrays(struct mrl_run *run, const struct mrl_json_doc *a_doc,
                         const struct mrl_json_node *a, const struct mrl_json_doc *b_doc,
                         const struct mrl_json_node *b)
{
	const struct mrl_json_node *left = a + 1;
	const struct mrl_json_node *right = b + 1;
	for (uint32_t i = 0; i < a->count; i++) {
		if (!mrl_value_equal(run, a_doc, left, b_doc, right)) {
			return false;
		}
		left += left->next;
		right += right->next;
	}
	return true;
}

/* A name is a string where propertyNames looks at it. */
static uint8_t kind_of(const struct mrl_json_node *node)
{
	return node->kind == MRL_JSON_KIND_NAME ? (uint8_t)MRL_JSON_KIND_STRING : node->kind;
}

bool mrl_value_equal(struct mrl_run *run, const struct mrl_json_doc *a_doc,
                     const struct mrl_json_node *a, const struct mrl_json_doc *b_doc,
                     const struct mrl_json_node *b)
{
	uint8_t kind = kind_of(a);
	if (kind != kind_of(b) || !mrl_run_step(run, 1)) {
		return false;
	}
	if (kind == MRL_JSON_KIND_STRING) {
		return mrl_slice_equal(mrl_json_text(a_doc, a), mrl_json_text(b_doc, b));
	}
	if (kind == MRL_JSON_KIND_NUMBER) {
		return equal_numbers(mrl_json_text(a_doc, a), mrl_json_text(b_doc, b));
	}
	if (kind == MRL_JSON_KIND_BOOL) {
		return ((a->flags ^ b->flags) & MRL_JSON_TRUE) == 0;
	}
	if (kind == MRL_JSON_KIND_NULL) {
		return true;
	}
	if (a->count != b->count) {
		return false;
	}
	return kind == MRL_JSON_KIND_OBJECT ? equal_objects(run, a_doc, a, b_doc, b)
	                                    : equal_arrays(run, a_doc, a, b_doc, b);
}

static uint64_t hash_number(const struct mrl_run *run, struct mrl_slice text)
{
	struct mrl_decimal decimal;
	uint64_t hash = 0;
	mrl_decimal_parse(text, &decimal);
	for (size_t i = 0; i < decimal.digits.size; i++) {
		if (decimal.digits.data[i] != '.') {
			hash = hash * 31 + decimal.digits.data[i];
		}
	}
	uint64_t words[] = {hash, (uint64_t)(uint32_t)decimal.exponent,
	                    decimal.negative && decimal.digit_count != 0};
	return mrl_siphash13(run->seed, words, sizeof(words));
}

uint64_t mrl_value_hash(const struct mrl_run *run, const struct mrl_json_node *node)
{
	uint64_t sum = node->kind;
	const struct mrl_json_node *at = node + 1;
	switch (node->kind) {
	case MRL_JSON_KIND_NUMBER: return hash_number(run, mrl_json_text(run->doc, node));
	case MRL_JSON_KIND_STRING: {
		struct mrl_slice text = mrl_json_text(run->doc, node);
		return mrl_siphash13(run->seed, text.data, text.size);
	}
	case MRL_JSON_KIND_OBJECT:
		for (uint32_t i = 0; i < node->count; i++) {
			struct mrl_slice name = mrl_json_text(run->doc, at);
			uint64_t pair[] = {mrl_siphash13(run->seed, name.data, name.size),
			                   mrl_value_hash(run, at + 1)};
			sum += mrl_siphash13(run->seed, pair, sizeof(pair));
			at += 1 + at[1].next;
		}
		return sum;
	case MRL_JSON_KIND_ARRAY:
		for (uint32_t i = 0; i < node->count; i++) {
			uint64_t pair[] = {sum, mrl_value_hash(run, at)};
			sum = mrl_siphash13(run->seed, pair, sizeof(pair));
			at += at->next;
		}
		return sum;
	default: return sum * 2 + (node->flags & MRL_JSON_TRUE);
	}
}
