/* Keywords that an OpenAPI document cannot use, or that say nothing there. */
#include "ir_read.h"

static bool is_one_of(struct mrl_slice name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (mrl_slice_is(name, names[i])) {
			return true;
		}
	}
	return false;
}

static bool is_note_30(struct mrl_slice name)
{
	static const char *const names[] = {"title",        "description", "default",   "example",
	                                    "externalDocs", "xml",         "deprecated"};
	return is_one_of(name, names, MRL_COUNT(names));
}

static bool is_note_31(struct mrl_slice name)
{
	static const char *const names[] = {"$schema",  "$id",     "$anchor",     "$dynamicAnchor",
	                                    "$comment", "$defs",   "$vocabulary", "definitions",
	                                    "examples", "nullable"};
	return is_note_30(name) || is_one_of(name, names, MRL_COUNT(names));
}

/* exclusiveMinimum and -Maximum are flags in 3.0, read when all else is known. */
static bool is_flag_30(struct mrl_slice name)
{
	return mrl_slice_is(name, "exclusiveMinimum") || mrl_slice_is(name, "exclusiveMaximum");
}

static void say_of_30(const struct mrl_ir_reading *reading, const struct mrl_node *key,
                      const char *what)
{
	mrl_diagnose(reading->diagnostics, MRL_ERROR, "oa-keyword", key,
	             "remove it, or write `openapi: 3.1.1`", "%.*s %s",
	             MRL_PRINT(mrl_slice_sub(key->text, 0, 60)), what);
}

void mrl_ir_unknown(const struct mrl_ir_reading *reading, const struct mrl_ir *ir,
                    const struct mrl_node *key)
{
	bool extension = mrl_slice_starts(key->text, MRL_SLICE("x-"));
	if (extension || (ir->dialect != MRL_DIALECT_OAS_30 && ir->dialect != MRL_DIALECT_OAS_31)) {
		return;
	}
	if (ir->dialect == MRL_DIALECT_OAS_31 && !is_note_31(key->text)) {
		mrl_diagnose(reading->diagnostics, MRL_WARNING, "js-keyword", key,
		             "correct its name, or begin it with \"x-\"",
		             "%.*s is no keyword and says nothing",
		             MRL_PRINT(mrl_slice_sub(key->text, 0, 60)));
	}
	if (ir->dialect != MRL_DIALECT_OAS_30 || is_note_30(key->text)) {
		return;
	}
	if (!is_flag_30(key->text)) {
		say_of_30(reading, key, "is no keyword of OpenAPI 3.0");
	} else if (mrl_node_value(key)->kind != MRL_NODE_BOOL) {
		say_of_30(reading, key, "is true or false in OpenAPI 3.0");
	}
}

void mrl_ir_no_number(struct mrl_ir_reading *reading, const struct mrl_ir *ir,
                      const struct mrl_node *value)
{
	if (value->kind == MRL_NODE_BOOL && ir->dialect == MRL_DIALECT_OAS_31) {
		mrl_diagnose(reading->diagnostics, MRL_ERROR, "oa-keyword", value,
		             "write the bound itself here, and no `minimum` or `maximum`",
		             "in OpenAPI 3.1 this is a number, not a flag");
		return;
	}
	mrl_ir_bad_value(reading, value, "a number");
}

void mrl_ir_check_nullable(const struct mrl_ir_reading *reading, const struct mrl_ir *ir)
{
	const struct mrl_node *nullable = mrl_node_member(ir->node, "nullable");
	if (nullable == NULL) {
		return;
	}
	if (ir->dialect == MRL_DIALECT_OAS_31) {
		mrl_diagnose(reading->diagnostics, MRL_WARNING, "oa-nullable", nullable,
		             "add \"null\" to `type`", "nullable says nothing in OpenAPI 3.1");
	} else if (ir->dialect == MRL_DIALECT_OAS_30 && ir->types == 0) {
		mrl_diagnose(reading->diagnostics, MRL_WARNING, "oa-nullable", nullable,
		             "add `type`", "nullable says nothing without `type` beside it");
	}
}
