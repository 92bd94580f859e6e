/* Which keywords each dialect has: one table for reading, for identifiers and for families. */
#include "inner.h"

#define BIT(dialect) (1U << MRL_DIALECT_##dialect)
#define NEW          (BIT(2020_12) | BIT(OAS_31))
#define MODERN       (NEW | BIT(2019_09))
#define FROM_7       (MODERN | BIT(7))
#define STANDARD     (FROM_7 | BIT(4))
#define ALL          (STANDARD | BIT(OAS_30))
#define LIST_ITEMS   (BIT(2019_09) | BIT(7) | BIT(4))
#define OAS          (BIT(OAS_30) | BIT(OAS_31))

#define NUMBER MRL_JSON_KIND_NUMBER
#define STRING MRL_JSON_KIND_STRING
#define ARRAY  MRL_JSON_KIND_ARRAY
#define OBJECT MRL_JSON_KIND_OBJECT

const struct keyword naive_keywords[] = {
	{"$ref", ALL, CORE, 0, HOLDS_VALUE},
	{"$dynamicRef", NEW, CORE, 0, HOLDS_VALUE},
	{"$recursiveRef", BIT(2019_09), CORE, 0, HOLDS_VALUE},
	{"$recursiveAnchor", BIT(2019_09), CORE, 0, HOLDS_VALUE},
	{"$defs", MODERN, CORE, 0, HOLDS_MAP},
	{"definitions", STANDARD, CORE, 0, HOLDS_MAP},
	{"type", ALL, VALIDATION, 0, HOLDS_VALUE},
	{"nullable", BIT(OAS_30), VALIDATION, 0, HOLDS_VALUE},
	{"enum", ALL, VALIDATION, 0, HOLDS_VALUE},
	{"const", FROM_7, VALIDATION, 0, HOLDS_VALUE},
	{"multipleOf", ALL, VALIDATION, NUMBER, HOLDS_VALUE},
	{"minimum", ALL, VALIDATION, NUMBER, HOLDS_VALUE},
	{"maximum", ALL, VALIDATION, NUMBER, HOLDS_VALUE},
	{"exclusiveMinimum", ALL, VALIDATION, NUMBER, HOLDS_VALUE},
	{"exclusiveMaximum", ALL, VALIDATION, NUMBER, HOLDS_VALUE},
	{"minLength", ALL, VALIDATION, STRING, HOLDS_VALUE},
	{"maxLength", ALL, VALIDATION, STRING, HOLDS_VALUE},
	{"pattern", ALL, VALIDATION, STRING, HOLDS_VALUE},
	{"format", ALL, FORMAT, 0, HOLDS_VALUE},
	{"contentEncoding", FROM_7, CONTENT, STRING, HOLDS_VALUE},
	{"contentMediaType", FROM_7, CONTENT, STRING, HOLDS_VALUE},
	{"contentSchema", MODERN, CONTENT, STRING, HOLDS_SCHEMA},
	{"prefixItems", NEW, APPLICATOR, ARRAY, HOLDS_LIST},
	{"items", ALL, APPLICATOR, ARRAY, HOLDS_EITHER},
	{"additionalItems", LIST_ITEMS, APPLICATOR, ARRAY, HOLDS_SCHEMA},
	{"contains", FROM_7, APPLICATOR, ARRAY, HOLDS_SCHEMA},
	{"minContains", MODERN, VALIDATION, ARRAY, HOLDS_VALUE},
	{"maxContains", MODERN, VALIDATION, ARRAY, HOLDS_VALUE},
	{"minItems", ALL, VALIDATION, ARRAY, HOLDS_VALUE},
	{"maxItems", ALL, VALIDATION, ARRAY, HOLDS_VALUE},
	{"uniqueItems", ALL, VALIDATION, ARRAY, HOLDS_VALUE},
	{"unevaluatedItems", MODERN, UNEVALUATED, ARRAY, HOLDS_SCHEMA},
	{"properties", ALL, APPLICATOR, OBJECT, HOLDS_MAP},
	{"patternProperties", STANDARD, APPLICATOR, OBJECT, HOLDS_MAP},
	{"additionalProperties", ALL, APPLICATOR, OBJECT, HOLDS_SCHEMA},
	{"propertyNames", FROM_7, APPLICATOR, OBJECT, HOLDS_SCHEMA},
	{"required", ALL, VALIDATION, OBJECT, HOLDS_VALUE},
	{"dependentRequired", MODERN, VALIDATION, OBJECT, HOLDS_VALUE},
	{"dependentSchemas", MODERN, APPLICATOR, OBJECT, HOLDS_MAP},
	{"dependencies", STANDARD, APPLICATOR, OBJECT, HOLDS_DEPENDENCIES},
	{"minProperties", ALL, VALIDATION, OBJECT, HOLDS_VALUE},
	{"maxProperties", ALL, VALIDATION, OBJECT, HOLDS_VALUE},
	{"unevaluatedProperties", MODERN, UNEVALUATED, OBJECT, HOLDS_SCHEMA},
	{"allOf", ALL, APPLICATOR, 0, HOLDS_LIST},
	{"anyOf", ALL, APPLICATOR, 0, HOLDS_LIST},
	{"oneOf", ALL, APPLICATOR, 0, HOLDS_LIST},
	{"not", ALL, APPLICATOR, 0, HOLDS_SCHEMA},
	{"if", FROM_7, APPLICATOR, 0, HOLDS_SCHEMA},
	{"then", FROM_7, APPLICATOR, 0, HOLDS_SCHEMA},
	{"else", FROM_7, APPLICATOR, 0, HOLDS_SCHEMA},
	{"readOnly", FROM_7 | BIT(OAS_30), META, 0, HOLDS_VALUE},
	{"writeOnly", FROM_7 | BIT(OAS_30), META, 0, HOLDS_VALUE},
	{"discriminator", OAS, META, 0, HOLDS_VALUE},
	{"x-max-length", OAS, META, 0, HOLDS_VALUE},
	{"x-max-items", OAS, META, 0, HOLDS_VALUE},
	{"x-max-members", OAS, META, 0, HOLDS_VALUE},
};
const size_t naive_keyword_count = MRL_COUNT(naive_keywords);

/* Up to draft 7, and in OpenAPI 3.0, `$ref` is alone. */
static bool ref_hides(enum mrl_dialect dialect, const struct mrl_node *schema)
{
	unsigned dialects = BIT(7) | BIT(4) | BIT(OAS_30);
	const struct mrl_node *ref = mrl_node_member(schema, "$ref");
	return (dialects >> dialect & 1) != 0 && ref != NULL && ref->kind == MRL_NODE_STRING;
}

bool naive_has(const struct resource *resource, const struct mrl_node *schema,
               const struct keyword *keyword)
{
	if ((keyword->dialects >> resource->dialect & 1) == 0 ||
	    (keyword->vocabulary & resource->vocabularies) == 0) {
		return false;
	}
	if (ref_hides(resource->dialect, schema) && strcmp(keyword->name, "$ref") != 0) {
		return false;
	}
	return mrl_node_member(schema, keyword->name) != NULL;
}

const struct mrl_node *naive_keyword(const struct resource *resource, const struct mrl_node *schema,
                                     const char *name)
{
	for (size_t i = 0; i < naive_keyword_count; i++) {
		if (strcmp(naive_keywords[i].name, name) == 0) {
			return naive_has(resource, schema, &naive_keywords[i])
			               ? mrl_node_member(schema, name)
			               : NULL;
		}
	}
	return NULL;
}
