/*
 * Rules over what a call carries: `path.userId == token.sub || "admin" in token.roles`. Small and
 * total: no loops, no calls, bounded depth. A value that is not there makes what is said of it
 * unknown, and a rule that is not surely true does not hold.
 *
 *   rule    = and *( "||" and )
 *   and     = not *( "&&" not )
 *   not     = "!" not / "(" rule ")" / operand ( "==" / "!=" / "in" ) operand
 *   operand = ( "path" / "query" / "body" / "token" ) 1*step / text / number / "[" text *( "," text
 * ) "]" step    = "." name / "[" text "]"
 */
#ifndef MRL_CONTROL_RULE_H
#define MRL_CONTROL_RULE_H

#include "control.h"

#define MRL_RULE_NODES    64
#define MRL_RULE_OPERANDS 64
#define MRL_RULE_STEPS    4
#define MRL_RULE_DEPTH    16
#define MRL_RULE_TEXT_MAX 1024

enum mrl_rule_source {
	MRL_RULE_TEXT,
	MRL_RULE_NUMBER,
	MRL_RULE_LIST, /* `steps` are its texts */
	MRL_RULE_PATH,
	MRL_RULE_QUERY,
	MRL_RULE_BODY,
	MRL_RULE_TOKEN,
};

struct mrl_rule_operand {
	enum mrl_rule_source source;
	uint8_t step_count;
	uint16_t segment;      /* PATH: of the target */
	struct mrl_slice text; /* TEXT, NUMBER */
	struct mrl_slice steps[MRL_RULE_STEPS];
};

enum mrl_rule_kind {
	MRL_RULE_OR,
	MRL_RULE_AND,
	MRL_RULE_NOT,
	MRL_RULE_EQUAL,
	MRL_RULE_DIFFERENT,
	MRL_RULE_IN,
};

struct mrl_rule_node {
	enum mrl_rule_kind kind;
	uint8_t left, right; /* nodes; of comparisons: operands */
};

struct mrl_rule {
	uint8_t root;
	uint8_t node_count, operand_count;
	bool asks_body, asks_token;
	struct mrl_rule_node nodes[MRL_RULE_NODES];
	struct mrl_rule_operand operands[MRL_RULE_OPERANDS];
};

/* What was wrong, and where in the text. */
struct mrl_rule_fault {
	size_t at;
	const char *message;
};

/* False: told in `ret_fault`. The operation says which parameters there are. */
bool mrl_rule_parse(struct mrl_slice text, const struct mrl_operation *operation,
                    struct mrl_rule *ret_rule, struct mrl_rule_fault *ret_fault);

/* `body` is read once for all rules of a call; NULL: there is none. */
MRL_CHECKED enum mrl_err mrl_rule_holds(const struct mrl_rule *rule, struct mrl_call *call,
                                        const struct mrl_json_doc *body, bool *ret_holds);

#endif
