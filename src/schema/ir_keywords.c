/*
 * The keywords of all dialects, by one table: which dialects have them, what their value is, and
 * where it goes. What needs more than that has a function of its own.
 */
#include "ir_read.h"

enum shape {
	SHAPE_SCHEMA,  /* struct mrl_ir * */
	SHAPE_SCHEMAS, /* struct mrl_ir_list */
	SHAPE_MEMBERS, /* struct mrl_ir_members */
	SHAPE_COUNT,   /* uint64_t */
	SHAPE_NUMBER,  /* const struct mrl_node * */
	SHAPE_NODE,    /* const struct mrl_node * of any kind */
	SHAPE_BOOL,    /* bool */
	SHAPE_NAMES,   /* struct mrl_ir_names */
	SHAPE_TEXT,    /* struct mrl_slice */
	SHAPE_OWN,     /* `read` */
};

struct keyword {
	const char *name;
	unsigned dialects;
	enum shape shape;
	size_t offset;
	enum mrl_err (*read)(struct mrl_ir_reading *reading, struct mrl_ir *ir,
	                     const struct mrl_node *value);
};

#define NEW   (MRL_IN(2020_12) | MRL_IN(OAS_31))
#define FROM9 (NEW | MRL_IN(2019_09))
#define FROM7 (FROM9 | MRL_IN(7))
#define FROM4 (FROM7 | MRL_IN(4))
#define OAS   (MRL_IN(OAS_30) | MRL_IN(OAS_31))
#define ALL   MRL_DIALECTS_ALL

static uint8_t type_bit(struct mrl_slice name)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} types[] = {
		{"null", MRL_JSON_KIND_NULL},       {"boolean", MRL_JSON_KIND_BOOL},
		{"object", MRL_JSON_KIND_OBJECT},   {"array", MRL_JSON_KIND_ARRAY},
		{"number", MRL_JSON_KIND_NUMBER},   {"string", MRL_JSON_KIND_STRING},
		{"integer", MRL_JSON_KIND_INTEGER},
	};
	for (size_t i = 0; i < MRL_COUNT(types); i++) {
		if (mrl_slice_is(name, types[i].name)) {
			return types[i].bit;
		}
	}
	return 0;
}

static void add_type(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                     const struct mrl_node *value)
{
	uint8_t bit = value->kind == MRL_NODE_STRING ? type_bit(value->text) : 0;
	if (bit == 0) {
		mrl_ir_bad_value(reading, value, "the name of a type");
	}
	ir->types |= bit;
}

static enum mrl_err read_type(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                              const struct mrl_node *value)
{
	bool list = value->kind == MRL_NODE_ARRAY && ir->dialect != MRL_DIALECT_OAS_30;
	if (!list) {
		add_type(reading, ir, value);
	}
	for (const struct mrl_node *item = list ? mrl_node_first(value) : NULL; item != NULL;
	     item = mrl_node_after(value, item)) {
		add_type(reading, ir, item);
	}
	if ((ir->types & MRL_JSON_KIND_NUMBER) != 0) {
		ir->types &= (uint8_t)~MRL_JSON_KIND_INTEGER;
	}
	return MRL_OK;
}

static enum mrl_err compile_pattern(struct mrl_ir_reading *reading, const struct mrl_node *node,
                                    const struct mrl_regex **ret_regex)
{
	struct mrl_regex_error error = {.what = ""};
	enum mrl_err err = mrl_regex_compile(node->text, reading->arena, ret_regex, &error);
	if (err != MRL_ERR_INVALID) {
		return err;
	}
	mrl_diagnose(reading->diagnostics, MRL_ERROR, "js-pattern", node,
	             "patterns are those of ECMA-262 with the u flag", "at byte %u: %s",
	             error.offset, error.what);
	return MRL_OK;
}

static enum mrl_err read_pattern(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                                 const struct mrl_node *value)
{
	if (value->kind != MRL_NODE_STRING) {
		mrl_ir_bad_value(reading, value, "a regular expression");
		return MRL_OK;
	}
	ir->pattern_node = value;
	return compile_pattern(reading, value, &ir->pattern);
}

static enum mrl_err read_patterns(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                                  const struct mrl_node *value)
{
	enum mrl_err err = mrl_ir_members_of(reading, value, &ir->patterns);
	for (uint32_t i = 0; i < ir->patterns.count && err == MRL_OK; i++) {
		err = compile_pattern(reading, ir->patterns.items[i].node,
		                      &ir->patterns.items[i].regex);
	}
	return err;
}

static enum mrl_err read_format(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                                const struct mrl_node *value)
{
	if (value->kind != MRL_NODE_STRING) {
		mrl_ir_bad_value(reading, value, "the name of a format");
		return MRL_OK;
	}
	ir->format_node = value;
	ir->format = reading->options->assert_formats ? mrl_format_find(value->text) : NULL;
	if (reading->options->assert_formats && ir->format == NULL) {
		mrl_diagnose(reading->diagnostics, MRL_WARNING, "js-format", value, NULL,
		             "this format is not known and never asserted");
	}
	return MRL_OK;
}

static enum mrl_err read_items(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                               const struct mrl_node *value)
{
	bool list = value->kind == MRL_NODE_ARRAY &&
	            (MRL_IN(2019_09) | MRL_IN(7) | MRL_IN(4)) >> ir->dialect & 1;
	if (!list) {
		return mrl_ir_of(reading, value, &ir->items);
	}
	const struct mrl_node *rest = mrl_node_member(ir->node, "additionalItems");
	enum mrl_err err = mrl_ir_list_of(reading, value, &ir->prefix);
	return err == MRL_OK && rest != NULL ? mrl_ir_of(reading, rest, &ir->items) : err;
}

static enum mrl_err read_one_dependency(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                                        const struct mrl_node *key)
{
	const struct mrl_node *value = mrl_node_value(key);
	if (value->kind == MRL_NODE_ARRAY) {
		struct mrl_ir_dependent *dependent = &ir->dependent[ir->dependent_count++];
		dependent->name = key->text;
		return mrl_ir_names_of(reading, value, &dependent->required);
	}
	struct mrl_ir_members *members = &ir->dependent_schemas;
	struct mrl_ir_member *member = &members->items[members->count++];
	*member = (struct mrl_ir_member){.name = key->text, .node = key};
	return mrl_ir_of(reading, value, &member->schema);
}

/* dependencies, dependentRequired, dependentSchemas. */
static enum mrl_err read_dependencies(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                                      const struct mrl_node *value)
{
	struct mrl_ir_dependent *old = ir->dependent;
	struct mrl_ir_member *old_members = ir->dependent_schemas.items;
	if (value->kind != MRL_NODE_OBJECT) {
		mrl_ir_bad_value(reading, value, "an object");
		return MRL_OK;
	}
	ir->dependent = MRL_NEW_ARRAY(reading->arena,
	                              value->count + ir->dependent_count + (size_t)1,
	                              struct mrl_ir_dependent);
	ir->dependent_schemas.items = MRL_NEW_ARRAY(
		reading->arena, value->count + ir->dependent_schemas.count + (size_t)1,
		struct mrl_ir_member);
	if (ir->dependent == NULL || ir->dependent_schemas.items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < ir->dependent_count; i++) {
		ir->dependent[i] = old[i];
	}
	for (uint32_t i = 0; i < ir->dependent_schemas.count; i++) {
		ir->dependent_schemas.items[i] = old_members[i];
	}
	enum mrl_err err = MRL_OK;
	for (const struct mrl_node *key = mrl_node_first(value); key != NULL && err == MRL_OK;
	     key = mrl_node_after(value, key)) {
		err = read_one_dependency(reading, ir, key);
	}
	return err;
}

static enum mrl_err read_discriminator(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                                       const struct mrl_node *value)
{
	const struct mrl_node *name = mrl_node_member(value, "propertyName");
	if (name == NULL || name->kind != MRL_NODE_STRING) {
		mrl_ir_bad_value(reading, value, "an object with propertyName");
		return MRL_OK;
	}
	ir->discriminator = MRL_NEW(reading->arena, struct mrl_ir_discriminator);
	if (ir->discriminator == NULL) {
		return MRL_ERR_MEMORY;
	}
	ir->discriminator->property = name->text;
	ir->discriminator->node = value;
	return mrl_ir_discriminate(reading, ir);
}

#define AT(member)   offsetof(struct mrl_ir, member), NULL
#define BY(function) SHAPE_OWN, 0, function

static const struct keyword keywords[] = {
	{"type", ALL, BY(read_type)},
	{"enum", ALL, SHAPE_NODE, AT(enumeration)},
	{"const", FROM7, SHAPE_NODE, AT(constant)},
	{"minimum", ALL, SHAPE_NUMBER, AT(minimum)},
	{"maximum", ALL, SHAPE_NUMBER, AT(maximum)},
	{"exclusiveMinimum", FROM7, SHAPE_NUMBER, AT(exclusive_minimum)},
	{"exclusiveMaximum", FROM7, SHAPE_NUMBER, AT(exclusive_maximum)},
	{"multipleOf", ALL, SHAPE_NUMBER, AT(multiple_of)},
	{"minLength", ALL, SHAPE_COUNT, AT(min_length)},
	{"maxLength", ALL, SHAPE_COUNT, AT(max_length)},
	{"pattern", ALL, BY(read_pattern)},
	{"format", ALL, BY(read_format)},
	{"contentEncoding", FROM7, SHAPE_TEXT, AT(content_encoding_note)},
	{"contentMediaType", FROM7, SHAPE_TEXT, AT(content_media_type_note)},
	{"contentSchema", FROM9, SHAPE_SCHEMA, AT(content_schema)},
	{"prefixItems", NEW, SHAPE_SCHEMAS, AT(prefix)},
	{"items", ALL, BY(read_items)},
	{"contains", FROM7, SHAPE_SCHEMA, AT(contains)},
	{"minContains", FROM9, SHAPE_COUNT, AT(min_contains)},
	{"maxContains", FROM9, SHAPE_COUNT, AT(max_contains)},
	{"minItems", ALL, SHAPE_COUNT, AT(min_items)},
	{"maxItems", ALL, SHAPE_COUNT, AT(max_items)},
	{"uniqueItems", ALL, SHAPE_BOOL, AT(unique_items)},
	{"unevaluatedItems", FROM9, SHAPE_SCHEMA, AT(unevaluated_items)},
	{"properties", ALL, SHAPE_MEMBERS, AT(properties)},
	{"patternProperties", FROM4, BY(read_patterns)},
	{"additionalProperties", ALL, SHAPE_SCHEMA, AT(additional)},
	{"propertyNames", FROM7, SHAPE_SCHEMA, AT(property_names)},
	{"required", ALL, SHAPE_NAMES, AT(required)},
	{"dependencies", FROM4, BY(read_dependencies)},
	{"dependentRequired", FROM9, BY(read_dependencies)},
	{"dependentSchemas", FROM9, BY(read_dependencies)},
	{"minProperties", ALL, SHAPE_COUNT, AT(min_properties)},
	{"maxProperties", ALL, SHAPE_COUNT, AT(max_properties)},
	{"unevaluatedProperties", FROM9, SHAPE_SCHEMA, AT(unevaluated_properties)},
	{"allOf", ALL, SHAPE_SCHEMAS, AT(all)},
	{"anyOf", ALL, SHAPE_SCHEMAS, AT(any)},
	{"oneOf", ALL, SHAPE_SCHEMAS, AT(one)},
	{"not", ALL, SHAPE_SCHEMA, AT(negated)},
	{"if", FROM7, SHAPE_SCHEMA, AT(condition)},
	{"then", FROM7, SHAPE_SCHEMA, AT(consequence)},
	{"else", FROM7, SHAPE_SCHEMA, AT(alternative)},
	{"readOnly", OAS, SHAPE_BOOL, AT(read_only)},
	{"writeOnly", OAS, SHAPE_BOOL, AT(write_only)},
	{"nullable", MRL_IN(OAS_30), SHAPE_BOOL, AT(nullable)},
	{"discriminator", OAS, BY(read_discriminator)},
	{"x-max-length", OAS, SHAPE_COUNT, AT(cap_length)},
	{"x-max-items", OAS, SHAPE_COUNT, AT(cap_items)},
	{"x-max-members", OAS, SHAPE_COUNT, AT(cap_members)},
};

static const struct keyword *find_keyword(struct mrl_slice name, enum mrl_dialect dialect)
{
	for (size_t i = 0; i < MRL_COUNT(keywords); i++) {
		if ((keywords[i].dialects >> dialect & 1) != 0 &&
		    mrl_slice_is(name, keywords[i].name)) {
			return &keywords[i];
		}
	}
	return NULL;
}

static enum mrl_err read_keyword(struct mrl_ir_reading *reading, struct mrl_ir *ir,
                                 const struct keyword *keyword, const struct mrl_node *value)
{
	void *place = (uint8_t *)ir + keyword->offset;
	switch (keyword->shape) {
	case SHAPE_SCHEMA: return mrl_ir_of(reading, value, place);
	case SHAPE_SCHEMAS: return mrl_ir_list_of(reading, value, place);
	case SHAPE_MEMBERS: return mrl_ir_members_of(reading, value, place);
	case SHAPE_COUNT: mrl_ir_count_of(reading, value, place); return MRL_OK;
	case SHAPE_NUMBER:
		if (value->kind != MRL_NODE_NUMBER) {
			mrl_ir_no_number(reading, ir, value);
			return MRL_OK;
		}
		*(const struct mrl_node **)place = value;
		return MRL_OK;
	case SHAPE_NODE: *(const struct mrl_node **)place = value; return MRL_OK;
	case SHAPE_BOOL:
		if (value->kind != MRL_NODE_BOOL) {
			mrl_ir_bad_value(reading, value, "true or false");
			return MRL_OK;
		}
		*(bool *)place = mrl_slice_is(value->text, "true");
		return MRL_OK;
	case SHAPE_NAMES: return mrl_ir_names_of(reading, value, place);
	case SHAPE_TEXT: *(struct mrl_slice *)place = value->text; return MRL_OK;
	case SHAPE_OWN: return keyword->read(reading, ir, value);
	}
	return MRL_ERR_BUG;
}

static bool is_true(const struct mrl_node *object, const char *name)
{
	const struct mrl_node *value = mrl_node_member(object, name);
	return value != NULL && value->kind == MRL_NODE_BOOL && mrl_slice_is(value->text, "true");
}

/* What one keyword means by another one beside it. */
static void settle(const struct mrl_ir_reading *reading, struct mrl_ir *ir)
{
	bool flags = ir->dialect == MRL_DIALECT_4 || ir->dialect == MRL_DIALECT_OAS_30;
	if (flags && is_true(ir->node, "exclusiveMinimum")) {
		ir->exclusive_minimum = ir->minimum;
		ir->minimum = NULL;
	}
	if (flags && is_true(ir->node, "exclusiveMaximum")) {
		ir->exclusive_maximum = ir->maximum;
		ir->maximum = NULL;
	}
	if (ir->nullable && ir->types != 0) {
		ir->types |= MRL_JSON_KIND_NULL;
	}
	if (ir->condition == NULL) {
		ir->consequence = ir->alternative = NULL;
	}
	if (ir->contains == NULL) {
		ir->max_contains = MRL_IR_NONE;
	} else if (ir->min_contains == MRL_IR_NONE) {
		ir->min_contains = 1;
	}
	ir->contains_marks = (NEW >> ir->dialect & 1) != 0;
	if (reading->options->content_assert && ir->dialect == MRL_DIALECT_7) {
		ir->content_encoding = ir->content_encoding_note;
		ir->content_media_type = ir->content_media_type_note;
	}
}

static bool is_reference(struct mrl_slice name, enum mrl_dialect dialect)
{
	return mrl_slice_is(name, "$ref") ||
	       (mrl_slice_is(name, "$dynamicRef") && (NEW >> dialect & 1) != 0) ||
	       (mrl_slice_is(name, "$recursiveRef") && dialect == MRL_DIALECT_2019_09);
}

enum mrl_err mrl_ir_keywords(struct mrl_ir_reading *reading, struct mrl_ir *ir)
{
	const struct mrl_node *ref = mrl_node_member(ir->node, "$ref");
	const struct mrl_resource *resource = mrl_registry_of(&reading->registry, ir->node);
	bool no_validation = resource != NULL && resource->no_validation;
	bool alone = ref != NULL && (FROM9 >> ir->dialect & 1) == 0;
	if (alone) {
		return mrl_ir_reference(reading, ir, ref, MRL_SLICE("$ref"));
	}
	enum mrl_err err = MRL_OK;
	for (const struct mrl_node *key = mrl_node_first(ir->node); key != NULL && err == MRL_OK;
	     key = mrl_node_after(ir->node, key)) {
		const struct keyword *keyword = find_keyword(key->text, ir->dialect);
		if (no_validation && mrl_ir_is_validation(key->text)) {
			continue;
		}
		if (is_reference(key->text, ir->dialect)) {
			err = mrl_ir_reference(reading, ir, mrl_node_value(key), key->text);
		} else if (keyword != NULL) {
			err = read_keyword(reading, ir, keyword, mrl_node_value(key));
		} else {
			mrl_ir_unknown(reading, ir, key);
		}
	}
	mrl_ir_check_nullable(reading, ir);
	settle(reading, ir);
	return err;
}
