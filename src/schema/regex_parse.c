/*
 * ECMA-262 patterns as with the `u` flag, and of Annex B what API documents really use: escapes of
 * ASCII punctuation, `]`, `}` and `{` as themselves, `-` beside a class escape. All else is an
 * error at load: another dialect found out at the first request would be too late.
 */
#include "regex_parse.h"
#include "regex.h"

static struct mrl_regex_node *make(struct mrl_regex_parser *parser, enum mrl_regex_kind kind)
{
	struct mrl_regex_node *node = MRL_NEW(parser->arena, struct mrl_regex_node);
	if (node == NULL) {
		parser->err = MRL_ERR_MEMORY;
		return NULL;
	}
	node->kind = kind;
	return node;
}

static struct mrl_regex_node *join(struct mrl_regex_parser *parser, enum mrl_regex_kind kind,
                                   struct mrl_regex_node *left, struct mrl_regex_node *right)
{
	struct mrl_regex_node *node = make(parser, kind);
	if (node != NULL) {
		node->left = left;
		node->right = right;
	}
	return node;
}

static struct mrl_regex_node *class_node(struct mrl_regex_parser *parser, struct mrl_regex_set *set)
{
	struct mrl_regex_node *node = make(parser, MRL_REGEX_CLASS);
	if (node != NULL && parser->err == MRL_OK) {
		parser->err = mrl_regex_set_finish(set, &node->class);
	}
	return node;
}

static struct mrl_regex_node *parse_dot(struct mrl_regex_parser *parser)
{
	struct mrl_regex_set set = {.arena = parser->arena};
	mrl_regex_set_add(&set, '\n', '\n');
	mrl_regex_set_add(&set, '\r', '\r');
	mrl_regex_set_add(&set, 0x2028, 0x2029);
	mrl_regex_set_invert(&set);
	return class_node(parser, &set);
}

static struct mrl_regex_node *parse_disjunction(struct mrl_regex_parser *parser);

static bool at_text(const struct mrl_regex_parser *parser, const char *text)
{
	return mrl_slice_starts(mrl_slice_from(parser->pattern, parser->at), mrl_slice_text(text));
}

/* `(?<name>`, whose name is letters, digits, `_` and `$`. */
static void skip_name(struct mrl_regex_parser *parser)
{
	size_t start = parser->at;
	while (mrl_regex_more(parser) && mrl_regex_peek(parser) != '>') {
		uint8_t byte = mrl_lower(mrl_regex_peek(parser));
		bool plain = byte == '_' || byte == '$' || byte >= 0x80 ||
		             (byte >= 'a' && byte <= 'z') ||
		             (mrl_is_digit(byte) && parser->at > start);
		if (!plain) {
			mrl_regex_fail(parser, parser->at, "a group's name is a name");
			return;
		}
		parser->at++;
	}
	if (!mrl_regex_more(parser) || parser->at == start) {
		mrl_regex_fail(parser, start, "a group's name is missing or does not end");
		return;
	}
	parser->at++;
}

static void parse_group_head(struct mrl_regex_parser *parser, size_t start)
{
	static const char *const looks[] = {"?=", "?!", "?<=", "?<!"};
	for (size_t i = 0; i < MRL_COUNT(looks); i++) {
		if (at_text(parser, looks[i])) {
			parser->at += strlen(looks[i]);
			parser->backtracks = true;
			return;
		}
	}
	if (at_text(parser, "?:")) {
		parser->at += 2;
	} else if (at_text(parser, "?<")) {
		parser->at += 2;
		skip_name(parser);
	} else if (at_text(parser, "?")) {
		mrl_regex_fail(parser, start, "ECMA-262 has no such group");
	}
}

static struct mrl_regex_node *parse_group(struct mrl_regex_parser *parser)
{
	size_t start = parser->at++;
	parse_group_head(parser, start);
	if (++parser->depth > MRL_REGEX_GROUPS_MAX) {
		mrl_regex_fail(parser, start, "groups are nested too deep");
	}
	struct mrl_regex_node *node = parse_disjunction(parser);
	parser->depth--;
	if (parser->err == MRL_OK && (!mrl_regex_more(parser) || mrl_regex_peek(parser) != ')')) {
		mrl_regex_fail(parser, start, "this group does not end");
	}
	parser->at++;
	return node;
}

static struct mrl_regex_node *parse_escape(struct mrl_regex_parser *parser)
{
	struct mrl_regex_set set = {.arena = parser->arena};
	uint8_t letter = parser->at + 1 < parser->pattern.size
	                         ? parser->pattern.data[parser->at + 1]
	                         : 0;
	if (letter == 'b' || letter == 'B') {
		parser->at += 2;
		return make(parser, letter == 'b' ? MRL_REGEX_WORD : MRL_REGEX_NO_WORD);
	}
	if (mrl_regex_backreference(parser)) {
		parser->backtracks = true;
		return make(parser, MRL_REGEX_EMPTY);
	}
	uint32_t code;
	if (mrl_regex_set_at(parser, &set, &code)) {
		return class_node(parser, &set);
	}
	mrl_regex_set_add(&set, code, code);
	return class_node(parser, &set);
}

static struct mrl_regex_node *parse_literal(struct mrl_regex_parser *parser)
{
	struct mrl_regex_set set = {.arena = parser->arena};
	uint32_t code = mrl_regex_code_point(parser);
	mrl_regex_set_add(&set, code, code);
	return class_node(parser, &set);
}

static struct mrl_regex_node *parse_class(struct mrl_regex_parser *parser)
{
	struct mrl_regex_set set = {.arena = parser->arena};
	mrl_regex_parse_class(parser, &set);
	return class_node(parser, &set);
}

static bool is_assertion(const struct mrl_regex_node *node)
{
	return node->kind >= MRL_REGEX_BEGIN;
}

static bool parse_number(struct mrl_regex_parser *parser, size_t *at, uint32_t *ret_number)
{
	size_t start = *at;
	uint64_t number = 0;
	while (*at < parser->pattern.size && mrl_is_digit(parser->pattern.data[*at])) {
		number = number * 10 + (uint64_t)(parser->pattern.data[(*at)++] - '0');
		number = number > MRL_REGEX_ENDLESS - 1 ? MRL_REGEX_ENDLESS - 1 : number;
	}
	*ret_number = (uint32_t)number;
	return *at > start;
}

/* `{2}`, `{2,}`, `{2,5}` at `*at`; false: it is a brace of its own. */
static bool parse_braces(struct mrl_regex_parser *parser, size_t *at, uint32_t *min, uint32_t *max)
{
	size_t place = *at + 1;
	if (!parse_number(parser, &place, min)) {
		return false;
	}
	*max = *min;
	if (place < parser->pattern.size && parser->pattern.data[place] == ',') {
		place++;
		if (!parse_number(parser, &place, max)) {
			*max = MRL_REGEX_ENDLESS;
		}
	}
	if (place >= parser->pattern.size || parser->pattern.data[place] != '}') {
		return false;
	}
	*at = place + 1;
	return true;
}

static bool parse_quantifier(struct mrl_regex_parser *parser, uint32_t *min, uint32_t *max)
{
	uint8_t byte = mrl_regex_more(parser) ? mrl_regex_peek(parser) : 0;
	size_t at = parser->at + 1;
	*min = byte == '+' ? 1 : 0;
	*max = byte == '?' ? 1 : MRL_REGEX_ENDLESS;
	if (byte == '{') {
		at = parser->at;
		if (!parse_braces(parser, &at, min, max)) {
			return false;
		}
	} else if (byte != '*' && byte != '+' && byte != '?') {
		return false;
	}
	parser->at = at;
	/* Lazy or not, the same texts match. */
	parser->at += mrl_regex_more(parser) && mrl_regex_peek(parser) == '?';
	return true;
}

static struct mrl_regex_node *repeat(struct mrl_regex_parser *parser, struct mrl_regex_node *atom,
                                     size_t start)
{
	uint32_t min;
	uint32_t max;
	if (parser->err != MRL_OK || !parse_quantifier(parser, &min, &max)) {
		return atom;
	}
	if (is_assertion(atom) || parser->looked) {
		mrl_regex_fail(parser, start, "an assertion cannot be repeated");
	} else if (min > max) {
		mrl_regex_fail(parser, start, "the least is more than the most");
	}
	struct mrl_regex_node *node = join(parser, MRL_REGEX_REPEAT, atom, NULL);
	if (node != NULL) {
		node->min = min;
		node->max = max;
	}
	return node;
}

static struct mrl_regex_node *parse_atom(struct mrl_regex_parser *parser)
{
	uint8_t byte = mrl_regex_peek(parser);
	uint32_t least;
	uint32_t most;
	size_t at = parser->at;
	switch (byte) {
	case '^': parser->at++; return make(parser, MRL_REGEX_BEGIN);
	case '$': parser->at++; return make(parser, MRL_REGEX_END);
	case '.': parser->at++; return parse_dot(parser);
	case '(':
		parser->looked = at_text(parser, "(?=") || at_text(parser, "(?!") ||
		                 at_text(parser, "(?<=") || at_text(parser, "(?<!");
		bool looked = parser->looked;
		struct mrl_regex_node *group = parse_group(parser);
		parser->looked = looked;
		return group;
	case '[': return parse_class(parser);
	case '\\': return parse_escape(parser);
	case '{':
		if (!parse_braces(parser, &at, &least, &most)) {
			return parse_literal(parser);
		} /* fall through */
	case '*':
	case '+':
	case '?':
		mrl_regex_fail(parser, parser->at,
		               "nothing stands before this that could be repeated");
		return make(parser, MRL_REGEX_EMPTY);
	default: return parse_literal(parser);
	}
}

static struct mrl_regex_node *parse_alternative(struct mrl_regex_parser *parser)
{
	struct mrl_regex_node *all = make(parser, MRL_REGEX_EMPTY);
	while (parser->err == MRL_OK && mrl_regex_more(parser) && mrl_regex_peek(parser) != '|' &&
	       mrl_regex_peek(parser) != ')') {
		size_t start = parser->at;
		parser->looked = false;
		struct mrl_regex_node *atom = parse_atom(parser);
		if (atom != NULL) {
			atom = repeat(parser, atom, start);
		}
		all = all != NULL && all->kind == MRL_REGEX_EMPTY
		              ? atom
		              : join(parser, MRL_REGEX_CONCAT, all, atom);
	}
	return all;
}

static struct mrl_regex_node *parse_disjunction(struct mrl_regex_parser *parser)
{
	struct mrl_regex_node *all = parse_alternative(parser);
	while (parser->err == MRL_OK && mrl_regex_more(parser) && mrl_regex_peek(parser) == '|') {
		parser->at++;
		struct mrl_regex_node *next = parse_alternative(parser);
		all = join(parser, MRL_REGEX_EITHER, all, next);
	}
	return all;
}

enum mrl_err mrl_regex_parse(struct mrl_slice pattern, struct mrl_arena *arena,
                             struct mrl_regex_tree *ret_tree, struct mrl_regex_error *ret_error)
{
	struct mrl_regex_parser parser = {.pattern = pattern, .arena = arena};
	if (pattern.size > MRL_REGEX_BYTES_MAX) {
		mrl_regex_fail(&parser, MRL_REGEX_BYTES_MAX, "the pattern is too long");
	} else if (mrl_utf8_check(pattern) != pattern.size) {
		mrl_regex_fail(&parser, mrl_utf8_check(pattern), "this is not UTF-8");
	}
	mrl_regex_count_groups(&parser);
	struct mrl_regex_node *root = parser.err == MRL_OK ? parse_disjunction(&parser) : NULL;
	if (parser.err == MRL_OK && mrl_regex_more(&parser)) {
		mrl_regex_fail(&parser, parser.at, "this closes no group");
	}
	if (parser.err == MRL_ERR_INVALID) {
		*ret_error = parser.error;
	}
	if (parser.err == MRL_OK) {
		*ret_tree = (struct mrl_regex_tree){.root = root, .backtracks = parser.backtracks};
	}
	return parser.err;
}
