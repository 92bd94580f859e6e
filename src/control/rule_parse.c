/* Rules at load: text to nodes. What names no parameter of the operation is told here, not at run
 * time. */
#include "rule.h"

struct parser {
	struct mrl_slice text;
	size_t at;
	const struct mrl_operation *operation;
	struct mrl_rule *rule;
	struct mrl_rule_fault *fault;
	uint32_t depth;
};

static bool fail(struct parser *parser, const char *message)
{
	if (parser->fault->message == NULL) {
		*parser->fault = (struct mrl_rule_fault){.at = parser->at, .message = message};
	}
	return false;
}

static void skip(struct parser *parser)
{
	while (parser->at < parser->text.size && parser->text.data[parser->at] == ' ') {
		parser->at++;
	}
}

static bool is_name_byte(uint8_t byte, bool first)
{
	uint8_t lower = mrl_lower(byte);
	bool letter = (lower >= 'a' && lower <= 'z') || byte == '_';
	return letter || (!first && (mrl_is_digit(byte) || byte == '-'));
}

static struct mrl_slice take_name(struct parser *parser)
{
	size_t start = parser->at;
	while (parser->at < parser->text.size &&
	       is_name_byte(parser->text.data[parser->at], parser->at == start)) {
		parser->at++;
	}
	return mrl_slice_sub(parser->text, start, parser->at - start);
}

/* Whether the text goes on with that sign, which is then taken. */
static bool take(struct parser *parser, const char *sign)
{
	skip(parser);
	struct mrl_slice want = mrl_slice_text(sign);
	if (!mrl_slice_equal(mrl_slice_sub(parser->text, parser->at, want.size), want)) {
		return false;
	}
	parser->at += want.size;
	return true;
}

static bool take_text(struct parser *parser, struct mrl_slice *ret_text)
{
	skip(parser);
	uint8_t quote = parser->at < parser->text.size ? parser->text.data[parser->at] : 0;
	if (quote != '"' && quote != '\'') {
		return fail(parser, "a text in quotes is missing");
	}
	struct mrl_slice rest = mrl_slice_from(parser->text, parser->at + 1);
	size_t end = mrl_slice_find(rest, quote);
	if (end == rest.size) {
		return fail(parser, "the quote has no end");
	}
	*ret_text = mrl_slice_sub(rest, 0, end);
	parser->at += end + 2;
	return true;
}

static bool add_step(struct parser *parser, struct mrl_rule_operand *operand, struct mrl_slice step)
{
	if (operand->step_count == MRL_RULE_STEPS) {
		return fail(parser, "too many names in a row, at most four");
	}
	operand->steps[operand->step_count++] = step;
	return true;
}

static bool take_steps(struct parser *parser, struct mrl_rule_operand *operand)
{
	struct mrl_slice step;
	for (;;) {
		if (take(parser, ".")) {
			step = take_name(parser);
			if (step.size == 0) {
				return fail(parser, "a name is missing behind the dot");
			}
		} else if (take(parser, "[")) {
			if (!take_text(parser, &step) || !take(parser, "]")) {
				return fail(parser, "write [\"name\"]");
			}
		} else {
			return operand->step_count != 0 ||
			       fail(parser, "say which: path.id, token.sub");
		}
		if (!add_step(parser, operand, step)) {
			return false;
		}
	}
}

static bool take_list(struct parser *parser, struct mrl_rule_operand *operand)
{
	struct mrl_slice text;
	operand->source = MRL_RULE_LIST;
	do {
		if (!take_text(parser, &text) || !add_step(parser, operand, text)) {
			return false;
		}
	} while (take(parser, ","));
	return take(parser, "]") || fail(parser, "the list has no end");
}

/* The segment of the template that is exactly {name}; false: none. */
static bool find_segment(struct mrl_slice path, struct mrl_slice name, uint16_t *ret_segment)
{
	uint16_t number = 0;
	path = mrl_slice_from(path, 1);
	for (;;) {
		size_t end = mrl_slice_find(path, '/');
		struct mrl_slice segment = mrl_slice_sub(path, 0, end);
		if (segment.size == name.size + 2 && segment.data[0] == '{' &&
		    mrl_slice_equal(mrl_slice_sub(segment, 1, name.size), name)) {
			*ret_segment = number;
			return true;
		}
		if (end == path.size) {
			return false;
		}
		path = mrl_slice_from(path, end + 1);
		number++;
	}
}

static bool check_path(struct parser *parser, struct mrl_rule_operand *operand)
{
	if (operand->step_count != 1) {
		return fail(parser, "a parameter has one name");
	}
	return find_segment(parser->operation->template_path, operand->steps[0],
	                    &operand->segment) ||
	       fail(parser, "no segment of the path is that parameter");
}

static bool take_source(struct parser *parser, struct mrl_rule_operand *operand)
{
	static const struct {
		const char *name;
		enum mrl_rule_source source;
	} sources[] = {{"path", MRL_RULE_PATH},
	               {"query", MRL_RULE_QUERY},
	               {"body", MRL_RULE_BODY},
	               {"token", MRL_RULE_TOKEN}};
	struct mrl_slice name = take_name(parser);
	size_t i = 0;
	while (i < MRL_COUNT(sources) && !mrl_slice_is(name, sources[i].name)) {
		i++;
	}
	if (i == MRL_COUNT(sources)) {
		return fail(parser, "values are path, query, body, token, a text or a number");
	}
	operand->source = sources[i].source;
	parser->rule->asks_body |= operand->source == MRL_RULE_BODY;
	parser->rule->asks_token |= operand->source == MRL_RULE_TOKEN;
	if (!take_steps(parser, operand)) {
		return false;
	}
	if (operand->source == MRL_RULE_BODY && !parser->operation->has_body) {
		return fail(parser, "the operation has no body");
	}
	if (operand->source == MRL_RULE_QUERY && operand->step_count != 1) {
		return fail(parser, "a parameter has one name");
	}
	return operand->source != MRL_RULE_PATH || check_path(parser, operand);
}

static bool take_number(struct parser *parser, struct mrl_rule_operand *operand)
{
	size_t start = parser->at;
	while (parser->at < parser->text.size &&
	       memchr("+-.0123456789eE", parser->text.data[parser->at], 15) != NULL) {
		parser->at++;
	}
	operand->source = MRL_RULE_NUMBER;
	operand->text = mrl_slice_sub(parser->text, start, parser->at - start);
	return mrl_json_is_number(operand->text) || fail(parser, "this is no number");
}

static bool take_operand(struct parser *parser, uint8_t *ret_operand)
{
	struct mrl_rule *rule = parser->rule;
	struct mrl_rule_operand *operand = &rule->operands[rule->operand_count];
	skip(parser);
	uint8_t first = parser->at < parser->text.size ? parser->text.data[parser->at] : 0;
	if (rule->operand_count == MRL_RULE_OPERANDS) {
		return fail(parser, "the rule is too long");
	}
	*operand = (struct mrl_rule_operand){.source = MRL_RULE_TEXT};
	bool good;
	if (first == '"' || first == '\'') {
		good = take_text(parser, &operand->text);
	} else if (first == '[') {
		parser->at++;
		good = take_list(parser, operand);
	} else if (first == '-' || mrl_is_digit(first)) {
		good = take_number(parser, operand);
	} else {
		good = take_source(parser, operand);
	}
	*ret_operand = rule->operand_count++;
	return good;
}

static bool add_node(struct parser *parser, enum mrl_rule_kind kind, uint8_t left, uint8_t right,
                     uint8_t *ret_node)
{
	struct mrl_rule *rule = parser->rule;
	if (rule->node_count == MRL_RULE_NODES) {
		return fail(parser, "the rule is too long");
	}
	*ret_node = rule->node_count++;
	rule->nodes[*ret_node] = (struct mrl_rule_node){kind, left, right};
	return true;
}

static bool is_constant(const struct mrl_rule_operand *operand)
{
	return operand->source == MRL_RULE_TEXT || operand->source == MRL_RULE_NUMBER ||
	       operand->source == MRL_RULE_LIST;
}

static bool check_types(struct parser *parser, enum mrl_rule_kind kind, uint8_t left, uint8_t right)
{
	const struct mrl_rule_operand *a = &parser->rule->operands[left];
	const struct mrl_rule_operand *b = &parser->rule->operands[right];
	bool in = kind == MRL_RULE_IN;
	if (is_constant(a) && is_constant(b)) {
		return fail(parser, "two constants are compared");
	}
	if (a->source == MRL_RULE_LIST || (!in && b->source == MRL_RULE_LIST)) {
		return fail(parser, "a list stands behind `in` alone");
	}
	bool lists = b->source == MRL_RULE_LIST || b->source == MRL_RULE_TOKEN ||
	             b->source == MRL_RULE_BODY;
	return !in || lists ||
	       fail(parser, "behind `in` stands a list, or a part of token or body");
}

static bool take_comparison(struct parser *parser, uint8_t *ret_node)
{
	uint8_t left = 0;
	uint8_t right = 0;
	enum mrl_rule_kind kind;
	if (!take_operand(parser, &left)) {
		return false;
	}
	if (take(parser, "==")) {
		kind = MRL_RULE_EQUAL;
	} else if (take(parser, "!=")) {
		kind = MRL_RULE_DIFFERENT;
	} else if (take(parser, "in ") || take(parser, "in[")) {
		parser->at -= parser->text.data[parser->at - 1] == '[' ? 1 : 0;
		kind = MRL_RULE_IN;
	} else {
		return fail(parser, "==, != or in is missing");
	}
	return take_operand(parser, &right) && check_types(parser, kind, left, right) &&
	       add_node(parser, kind, left, right, ret_node);
}

static bool take_rule(struct parser *parser, uint8_t *ret_node);

static bool take_not(struct parser *parser, uint8_t *ret_node)
{
	uint8_t inner = 0;
	if (++parser->depth > MRL_RULE_DEPTH) {
		return fail(parser, "too many brackets");
	}
	bool good;
	if (take(parser, "!")) {
		good = take_not(parser, &inner) &&
		       add_node(parser, MRL_RULE_NOT, inner, 0, ret_node);
	} else if (take(parser, "(")) {
		good = take_rule(parser, ret_node) &&
		       (take(parser, ")") || fail(parser, "a bracket has no end"));
	} else {
		good = take_comparison(parser, ret_node);
	}
	parser->depth--;
	return good;
}

static bool take_and(struct parser *parser, uint8_t *ret_node)
{
	uint8_t left = 0;
	uint8_t right = 0;
	if (!take_not(parser, &left)) {
		return false;
	}
	while (take(parser, "&&")) {
		if (!take_not(parser, &right) ||
		    !add_node(parser, MRL_RULE_AND, left, right, &left)) {
			return false;
		}
	}
	*ret_node = left;
	return true;
}

static bool take_rule(struct parser *parser, uint8_t *ret_node)
{
	uint8_t left = 0;
	uint8_t right = 0;
	if (!take_and(parser, &left)) {
		return false;
	}
	while (take(parser, "||")) {
		if (!take_and(parser, &right) ||
		    !add_node(parser, MRL_RULE_OR, left, right, &left)) {
			return false;
		}
	}
	*ret_node = left;
	return true;
}

bool mrl_rule_parse(struct mrl_slice text, const struct mrl_operation *operation,
                    struct mrl_rule *ret_rule, struct mrl_rule_fault *ret_fault)
{
	struct parser parser = {
		.text = text, .operation = operation, .rule = ret_rule, .fault = ret_fault};
	*ret_fault = (struct mrl_rule_fault){.message = NULL};
	*ret_rule = (struct mrl_rule){.root = 0};
	if (!take_rule(&parser, &ret_rule->root)) {
		return false;
	}
	skip(&parser);
	return parser.at == text.size || fail(&parser, "&& or || is missing");
}
