/*
 * Rules on a call. Three values: what is said of a value that is not there is unknown, and stays so
 * under `!`, so that a missing field never opens a door.
 */
#include "rule.h"

enum truth { NO, YES, UNKNOWN };

enum type { ABSENT, TEXT, NUMBER, BOOL, UNTYPED, TREE };

/* UNTYPED: of a path or query, which have no types. */
struct value {
	enum type type;
	struct mrl_slice text;
	const struct mrl_json_doc *doc;
	const struct mrl_json_node *node;
};

struct run {
	const struct mrl_rule *rule;
	struct mrl_call *call;
	const struct mrl_json_doc *body;
	enum mrl_err err;
};

static struct value of_node(const struct mrl_json_doc *doc, const struct mrl_json_node *node)
{
	struct value value = {.type = ABSENT, .doc = doc, .node = node};
	if (node == NULL) {
		return value;
	}
	switch ((enum mrl_json_kind)node->kind) {
	case MRL_JSON_KIND_STRING: value.type = TEXT; break;
	case MRL_JSON_KIND_NUMBER: value.type = NUMBER; break;
	case MRL_JSON_KIND_BOOL:
		value.type = BOOL;
		value.text = (node->flags & MRL_JSON_TRUE) != 0 ? MRL_SLICE("true")
		                                                : MRL_SLICE("false");
		return value;
	case MRL_JSON_KIND_ARRAY:
	case MRL_JSON_KIND_OBJECT: value.type = TREE; return value;
	case MRL_JSON_KIND_NULL:
	case MRL_JSON_KIND_INTEGER:
	case MRL_JSON_KIND_NAME: return value;
	}
	value.text = mrl_json_text(doc, node);
	return value;
}

static struct value find(const struct mrl_json_doc *doc, const struct mrl_rule_operand *operand)
{
	const struct mrl_json_node *node = doc == NULL ? NULL : doc->nodes;
	for (uint8_t i = 0; node != NULL && i < operand->step_count; i++) {
		node = node->kind == MRL_JSON_KIND_OBJECT
		               ? mrl_jose_member(doc, node, operand->steps[i])
		               : NULL;
	}
	return of_node(doc, node);
}

/* A parameter that comes twice has two values, so none. */
static struct value find_query(struct run *run, struct mrl_slice wanted)
{
	struct mrl_slice rest = run->call->target.query;
	struct mrl_slice name, raw;
	struct value value = {.type = ABSENT};
	uint32_t count = 0;
	while (run->err == MRL_OK && mrl_query_next(&rest, &name, &raw)) {
		enum mrl_text_fault fault = MRL_TEXT_OK;
		run->err = mrl_percent_decode(name, MRL_DECODE_PLUS, run->call->arena, &name,
		                              &fault);
		if (run->err != MRL_OK || fault != MRL_TEXT_OK || !mrl_slice_equal(name, wanted)) {
			continue;
		}
		count++;
		run->err = mrl_percent_decode(raw, MRL_DECODE_PLUS, run->call->arena, &value.text,
		                              &fault);
		value.type = fault == MRL_TEXT_OK ? UNTYPED : ABSENT;
	}
	return count == 1 ? value : (struct value){.type = ABSENT};
}

static struct value value_of(struct run *run, uint8_t at)
{
	const struct mrl_rule_operand *operand = &run->rule->operands[at];
	const struct mrl_token *token = run->call->token;
	switch (operand->source) {
	case MRL_RULE_TEXT: return (struct value){.type = TEXT, .text = operand->text};
	case MRL_RULE_NUMBER: return (struct value){.type = NUMBER, .text = operand->text};
	case MRL_RULE_LIST: break;
	case MRL_RULE_PATH:
		return operand->segment < run->call->target.segment_count
		               ? (struct value){.type = UNTYPED,
		                                .text = run->call->target
		                                                .segments[operand->segment]}
		               : (struct value){.type = ABSENT};
	case MRL_RULE_QUERY: return find_query(run, operand->steps[0]);
	case MRL_RULE_BODY: return find(run->body, operand);
	case MRL_RULE_TOKEN: return find(token == NULL ? NULL : &token->payload, operand);
	}
	return (struct value){.type = ABSENT};
}

static bool same_number(struct mrl_slice a, struct mrl_slice b)
{
	struct mrl_decimal left, right;
	if (!mrl_json_is_number(a) || !mrl_json_is_number(b)) {
		return false;
	}
	mrl_decimal_parse(a, &left);
	mrl_decimal_parse(b, &right);
	return mrl_decimal_compare(&left, &right) == 0;
}

/* Types differ: not equal, but for texts without a type. */
static enum truth equal(const struct value *a, const struct value *b)
{
	if (a->type == ABSENT || b->type == ABSENT || a->type == TREE || b->type == TREE) {
		return UNKNOWN;
	}
	if (a->type != b->type && a->type != UNTYPED && b->type != UNTYPED) {
		return NO;
	}
	bool same = a->type == NUMBER || b->type == NUMBER ? same_number(a->text, b->text)
	                                                   : mrl_slice_equal(a->text, b->text);
	return same ? YES : NO;
}

static enum truth is_in_words(const struct value *a, struct mrl_slice words)
{
	while (words.size != 0) {
		size_t end = mrl_slice_find(words, ' ');
		if (mrl_slice_equal(mrl_slice_sub(words, 0, end), a->text)) {
			return YES;
		}
		words = mrl_slice_from(words, end + 1);
	}
	return NO;
}

static enum truth is_in_array(const struct value *a, const struct value *list)
{
	const struct mrl_json_node *item = list->node + 1;
	for (uint32_t i = 0; i < list->node->count; i++, item += item->next) {
		struct value value = of_node(list->doc, item);
		if (equal(a, &value) == YES) {
			return YES;
		}
	}
	return NO;
}

static enum truth is_in(struct run *run, const struct value *a, uint8_t at)
{
	const struct mrl_rule_operand *operand = &run->rule->operands[at];
	if (a->type == ABSENT || a->type == TREE) {
		return UNKNOWN;
	}
	for (uint8_t i = 0; operand->source == MRL_RULE_LIST && i < operand->step_count; i++) {
		struct value item = {.type = TEXT, .text = operand->steps[i]};
		if (equal(a, &item) == YES) {
			return YES;
		}
	}
	if (operand->source == MRL_RULE_LIST) {
		return NO;
	}
	struct value list = value_of(run, at);
	if (list.type == TEXT) {
		return is_in_words(a, list.text);
	}
	bool array = list.type == TREE && list.node->kind == MRL_JSON_KIND_ARRAY;
	return array ? is_in_array(a, &list) : UNKNOWN;
}

static enum truth compare(struct run *run, const struct mrl_rule_node *node)
{
	struct value left = value_of(run, node->left);
	if (node->kind == MRL_RULE_IN) {
		return is_in(run, &left, node->right);
	}
	struct value right = value_of(run, node->right);
	enum truth same = equal(&left, &right);
	if (same == UNKNOWN || node->kind == MRL_RULE_EQUAL) {
		return same;
	}
	return same == YES ? NO : YES;
}

/* The parser has bounded the depth. */
static enum truth judge(struct run *run, uint8_t at)
{
	const struct mrl_rule_node *node = &run->rule->nodes[at];
	bool is_or = node->kind == MRL_RULE_OR;
	if (node->kind == MRL_RULE_NOT) {
		enum truth inner = judge(run, node->left);
		return inner == UNKNOWN ? UNKNOWN : inner == YES ? NO : YES;
	}
	if (!is_or && node->kind != MRL_RULE_AND) {
		return compare(run, node);
	}
	enum truth decides = is_or ? YES : NO;
	enum truth left = judge(run, node->left);
	if (left == decides) {
		return left;
	}
	enum truth right = judge(run, node->right);
	return right == decides || left != UNKNOWN ? right : UNKNOWN;
}

enum mrl_err mrl_rule_holds(const struct mrl_rule *rule, struct mrl_call *call,
                            const struct mrl_json_doc *body, bool *ret_holds)
{
	struct run run = {.rule = rule, .call = call, .body = body};
	enum truth truth = judge(&run, rule->root);
	*ret_holds = run.err == MRL_OK && truth == YES;
	return run.err;
}
