/* Schemas of a fuzzer's bytes: few names, small numbers, much nesting in place. */
#include "generate.h"
#include "generate_put.h"

#include <stdio.h>

#define SCHEMAS_MAX 12 /* of one definition */
#define DEPTH_MAX   4

static const char *const names[] = {"a", "b", "id", "k", "x", "A", "ab", "zz"};

static void schema(struct generator *g, unsigned depth);
static void object(struct generator *g, unsigned depth);

unsigned generate_pick(struct generator *g, unsigned count)
{
	if (g->size == 0) {
		return 0;
	}
	unsigned byte = *g->data;
	g->data++;
	g->size--;
	return byte % count;
}

static void numbers(struct generator *g)
{
	static const char *const values[] = {"0", "1", "2", "1.5", "3", "-1", "100", "1e2"};
	bool boolean = g->dialect == MRL_DIALECT_4 || g->dialect == MRL_DIALECT_OAS_30;
	if (rarely(g, 4)) {
		say(g, "minimum", values[generate_pick(g, 6)]);
	}
	if (rarely(g, 4)) {
		say(g, "maximum", values[generate_pick(g, 8)]);
	}
	if (rarely(g, 6)) {
		say(g, "exclusiveMaximum", boolean ? "true" : values[generate_pick(g, 8)]);
	}
	if (rarely(g, 6)) {
		say(g, "exclusiveMinimum", boolean ? "true" : values[generate_pick(g, 8)]);
	}
	if (rarely(g, 6)) {
		say(g, "multipleOf", values[1 + generate_pick(g, 3)]);
	}
	if (rarely(g, 8)) {
		say(g, "format", generate_pick(g, 2) != 0 ? "\"int32\"" : "\"int64\"");
	}
}

static void strings(struct generator *g)
{
	static const char *const patterns[] = {"\"^a\"", "\"b$\"", "\"^[a-c]{1,3}$\"",
	                                       "\"^(ab)*$\"", "\"^D\\\\d$\""};
	static const char *const formats[] = {"\"date\"", "\"uuid\"", "\"byte\""};
	if (rarely(g, 4)) {
		say_number(g, "minLength", generate_pick(g, 3));
	}
	if (rarely(g, 4)) {
		say_number(g, "maxLength", generate_pick(g, 4));
	}
	if (g->regexes && rarely(g, 5)) {
		say(g, "pattern", patterns[generate_pick(g, MRL_COUNT(patterns))]);
	}
	if (rarely(g, 8)) {
		say(g, "format", formats[generate_pick(g, MRL_COUNT(formats))]);
	}
}

static void direction(struct generator *g)
{
	if (is_since_7(g) || is_oas(g)) {
		if (rarely(g, 10)) {
			say(g, "readOnly", "true");
		}
		if (rarely(g, 16)) {
			say(g, "writeOnly", "true");
		}
	}
}

static void scalar(struct generator *g, const char *type)
{
	open(g, "{");
	say(g, "type", type);
	if (strcmp(type, "\"string\"") == 0) {
		strings(g);
	} else {
		numbers(g);
	}
	if (g->dialect == MRL_DIALECT_OAS_30 && rarely(g, 6)) {
		say(g, "nullable", "true");
	}
	direction(g);
	close(g, "}");
}

/* A schema of a member or item. */
static void at_child(struct generator *g, unsigned depth)
{
	bool below = g->below;
	g->below = true;
	schema(g, depth + 1);
	g->below = below;
}

static void list(struct generator *g, const char *name, unsigned depth)
{
	unsigned count = 1 + generate_pick(g, 3);
	key(g, name);
	open(g, "[");
	for (unsigned i = 0; i < count; i++) {
		next(g);
		at_child(g, depth);
	}
	close(g, "]");
}

static void say_schema(struct generator *g, const char *name, unsigned depth)
{
	key(g, name);
	at_child(g, depth);
}

static void array(struct generator *g, unsigned depth)
{
	bool lists = g->dialect == MRL_DIALECT_2019_09 || g->dialect == MRL_DIALECT_7 ||
	             g->dialect == MRL_DIALECT_4;
	if (is_new(g) && rarely(g, 3)) {
		list(g, "prefixItems", depth);
	}
	if (lists && rarely(g, 3)) {
		list(g, "items", depth);
		if (rarely(g, 2)) {
			say_schema(g, "additionalItems", depth);
		}
	} else if (!rarely(g, 5)) {
		say_schema(g, "items", depth);
	}
	if (is_since_7(g) && rarely(g, 5)) {
		say_schema(g, "contains", depth);
		if (is_modern(g) && rarely(g, 3)) {
			say_number(g, "minContains", generate_pick(g, 3));
		}
		if (is_modern(g) && rarely(g, 3)) {
			say_number(g, "maxContains", generate_pick(g, 3));
		}
	}
	if (rarely(g, 5)) {
		say(g, "uniqueItems", "true");
	}
	if (rarely(g, 6)) {
		say_number(g, "maxItems", generate_pick(g, 4));
	}
	if (rarely(g, 6)) {
		say_number(g, "minItems", generate_pick(g, 3));
	}
	if (is_modern(g) && rarely(g, 6)) {
		say_schema(g, "unevaluatedItems", depth);
	}
}

/* What applies in place: objects again, or a definition further on. */
static void arm(struct generator *g, unsigned depth)
{
	unsigned ahead = GENERATE_DEFS - 1 - g->def;
	unsigned kind = generate_pick(g, 6);
	bool below = g->below;
	g->below = false;
	next(g);
	if (kind == 1 && ahead != 0) {
		reference(g, g->def + 1 + generate_pick(g, ahead));
	} else if (kind == 2 && g->schemas < SCHEMAS_MAX && depth < DEPTH_MAX) {
		schema(g, depth + 1);
	} else {
		g->schemas++;
		open(g, "{");
		object(g, depth + 1);
		close(g, "}");
	}
	g->below = below;
}

static void arms(struct generator *g, const char *name, unsigned depth)
{
	unsigned count = 1 + generate_pick(g, 3);
	key(g, name);
	open(g, "[");
	for (unsigned i = 0; i < count; i++) {
		arm(g, depth);
	}
	close(g, "]");
}

static void one_arm(struct generator *g, const char *name, unsigned depth)
{
	key(g, name);
	g->first = true;
	arm(g, depth);
}

static void in_place(struct generator *g, unsigned depth)
{
	switch (generate_pick(g, 12)) {
	case 1: arms(g, "allOf", depth); break;
	case 2: arms(g, "anyOf", depth); break;
	case 3: arms(g, "oneOf", depth); break;
	case 4: one_arm(g, "not", depth); break;
	case 5:
		if (is_since_7(g)) {
			one_arm(g, "if", depth);
			one_arm(g, "then", depth);
			one_arm(g, "else", depth);
		}
		break;
	case 6:
		if (is_modern(g)) {
			key(g, "dependentSchemas");
			open(g, "{");
			one_arm(g, names[generate_pick(g, MRL_COUNT(names))], depth);
			close(g, "}");
		}
		break;
	default: break;
	}
}

static void properties(struct generator *g, unsigned depth, unsigned mask)
{
	key(g, "properties");
	open(g, "{");
	for (unsigned i = 0; i < MRL_COUNT(names); i++) {
		if ((mask >> i & 1) != 0) {
			say_schema(g, names[i], depth);
		}
	}
	close(g, "}");
}

static void name_list(struct generator *g, const char *keyword, unsigned mask)
{
	if (mask == 0) {
		return;
	}
	key(g, keyword);
	open(g, "[");
	for (unsigned i = 0; i < MRL_COUNT(names); i++) {
		if ((mask >> i & 1) != 0) {
			next(g);
			put(g, "\"");
			put(g, names[i]);
			put(g, "\"");
		}
	}
	close(g, "]");
}

static void rest_of_object(struct generator *g, unsigned depth, unsigned mask)
{
	static const char *const patterns[] = {"^a", "^[a-z]$", "b$"};
	name_list(g, "required", mask & generate_pick(g, 256) & generate_pick(g, 256));
	if (rarely(g, 5)) {
		static const char *const simple[] = {"false", "true"};
		unsigned kind = generate_pick(g, 4);
		if (kind < 2) {
			say(g, "additionalProperties", simple[kind]);
		} else {
			say_schema(g, "additionalProperties", depth);
		}
	}
	if (g->regexes && g->dialect != MRL_DIALECT_OAS_30 && rarely(g, 8)) {
		key(g, "patternProperties");
		open(g, "{");
		say_schema(g, patterns[generate_pick(g, MRL_COUNT(patterns))], depth);
		close(g, "}");
	}
	if (is_since_7(g) && rarely(g, 12)) {
		say(g, "propertyNames", "{\"maxLength\":1}");
	}
	if (rarely(g, 10)) {
		say_number(g, "maxProperties", generate_pick(g, 4));
	}
	if (rarely(g, 10)) {
		say_number(g, "minProperties", generate_pick(g, 3));
	}
	if (is_modern(g) && rarely(g, 10)) {
		key(g, "dependentRequired");
		open(g, "{");
		name_list(g, names[generate_pick(g, MRL_COUNT(names))], mask);
		close(g, "}");
	}
	if (is_modern(g) && rarely(g, 8)) {
		say_schema(g, "unevaluatedProperties", depth);
	}
	if (is_oas(g) && rarely(g, 8)) {
		say(g, "discriminator", "{\"propertyName\":\"k\"}");
	}
}

/* The keywords of an object, without its braces. */
static void object(struct generator *g, unsigned depth)
{
	unsigned mask = generate_pick(g, 256) & generate_pick(g, 256);
	if (!rarely(g, 4)) {
		say(g, "type", "\"object\"");
	}
	if (depth >= DEPTH_MAX || g->schemas >= SCHEMAS_MAX) {
		say(g, "properties", "{\"a\":{\"type\":\"integer\"}}");
		return;
	}
	if (mask != 0) {
		properties(g, depth, mask);
	}
	rest_of_object(g, depth, mask);
	in_place(g, depth);
	if (rarely(g, 4)) {
		return;
	}
	direction(g);
}

static void listed(struct generator *g)
{
	static const char *const values[] = {
		"[\"a\"]",     "[1,2]", "[{\"a\":1}]",  "[\"D1\",\"D2\"]",
		"[null,true]", "[[]]",  "[{},\"abc\"]", "[false,0]",
	};
	static const char *const constants[] = {"1", "\"D1\"", "{\"a\":[1]}", "null", "\"a\""};
	open(g, "{");
	if (is_since_7(g) && rarely(g, 2)) {
		say(g, "const", constants[generate_pick(g, MRL_COUNT(constants))]);
	} else {
		say(g, "enum", values[generate_pick(g, MRL_COUNT(values))]);
	}
	close(g, "}");
}

static void anything(struct generator *g)
{
	static const char *const forms[] = {"{}", "true", "false"};
	bool booleans = is_since_7(g);
	put(g, forms[generate_pick(g, booleans ? 3 : 1)]);
	g->first = false;
}

static void types(struct generator *g, unsigned depth)
{
	bool lists = g->dialect != MRL_DIALECT_OAS_30;
	open(g, "{");
	if (lists) {
		static const char *const two[] = {
			"[\"string\",\"null\"]", "[\"integer\",\"string\"]",
			"[\"object\",\"array\"]", "[\"number\",\"boolean\",\"null\"]"};
		say(g, "type", two[generate_pick(g, MRL_COUNT(two))]);
	}
	if (generate_pick(g, 2) == 0) {
		strings(g);
	} else {
		numbers(g);
	}
	if (rarely(g, 2)) {
		array(g, depth);
	}
	in_place(g, depth);
	close(g, "}");
}

static void structured(struct generator *g, unsigned depth, bool is_array)
{
	open(g, "{");
	if (is_array) {
		say(g, "type", "\"array\"");
		array(g, depth);
		in_place(g, depth);
	} else {
		object(g, depth);
	}
	close(g, "}");
}

/* In place only to later definitions, so that nothing returns to itself. */
static void any_reference(struct generator *g)
{
	unsigned ahead = GENERATE_DEFS - 1 - g->def;
	if (g->below && g->dynamic && rarely(g, 2)) {
		put(g, is_new(g) ? "{\"$dynamicRef\":\"#n\"}" : "{\"$recursiveRef\":\"#\"}");
		g->first = false;
	} else if (g->below) {
		reference(g, generate_pick(g, GENERATE_DEFS));
	} else if (ahead != 0) {
		reference(g, g->def + 1 + generate_pick(g, ahead));
	} else {
		anything(g);
	}
}

static void schema(struct generator *g, unsigned depth)
{
	unsigned kind = generate_pick(g, 14);
	g->schemas++;
	if (g->schemas >= SCHEMAS_MAX || depth >= DEPTH_MAX) {
		kind %= 3;
	}
	switch (kind) {
	case 0: scalar(g, "\"integer\""); return;
	case 1: scalar(g, "\"string\""); return;
	case 2: scalar(g, "\"number\""); return;
	case 3:
	case 4:
	case 5: structured(g, depth, false); return;
	case 6:
	case 7: structured(g, depth, true); return;
	case 8: any_reference(g); return;
	case 9: listed(g); return;
	case 10: anything(g); return;
	case 11: types(g, depth); return;
	default: scalar(g, "\"boolean\""); return;
	}
}

static void definition(struct generator *g, unsigned number)
{
	char text[64];
	snprintf(text, sizeof(text), "D%u", number);
	key(g, text);
	g->def = number;
	g->schemas = 0;
	open(g, "{");
	if (g->dynamic) {
		snprintf(text, sizeof(text), "\"https://schema.example/D%u\"", number);
		say(g, "$id", text);
		say(g, is_new(g) ? "$dynamicAnchor" : "$recursiveAnchor",
		    is_new(g) ? "\"n\"" : "true");
	}
	if (rarely(g, 5)) {
		say(g, "type", "\"array\"");
		array(g, 0);
	} else {
		object(g, 0);
	}
	close(g, "}");
}

void generate_document(struct generator *g)
{
	bool oas = is_oas(g);
	g->dynamic = is_modern(g) && rarely(g, 3);
	g->regexes = !rarely(g, 3);
	open(g, "{");
	if (oas) {
		say(g, "openapi", g->dialect == MRL_DIALECT_OAS_30 ? "\"3.0.3\"" : "\"3.1.0\"");
		key(g, "components");
		open(g, "{");
	}
	key(g, oas ? "schemas" : defs(g));
	open(g, "{");
	for (unsigned i = 0; i < GENERATE_DEFS; i++) {
		definition(g, i);
	}
	put(g, oas ? "}}}" : "}}");
	g->first = false;
}

const struct mrl_node *generate_def(const struct mrl_node *root, unsigned number)
{
	static const char *const places[] = {"$defs", "definitions"};
	char name[] = {'D', (char)('0' + number), '\0'};
	const struct mrl_node *found = mrl_node_member(mrl_node_member(root, "components"),
	                                               "schemas");
	for (size_t i = 0; found == NULL && i < MRL_COUNT(places); i++) {
		found = mrl_node_member(root, places[i]);
	}
	return mrl_node_member(found, name);
}
