/*
 * A parameter's style as the document says it, against the table of what OpenAPI defines. What it
 * leaves undefined, servers read each in their own way: load error oa-style.
 */
#include "style.h"

#define IN(place)       (1U << MRL_IN_##place)
#define SHAPES(p, a, o) ((p) | (a) << 1 | (o) << 2)

enum explode { EXPLODE_NO = 1, EXPLODE_YES = 2, EXPLODE_ANY = 3 };

/* Rows of OpenAPI's "Style Values" and "Style Examples". */
static const struct {
	enum mrl_style style;
	unsigned places;
	enum explode explode;
	unsigned shapes; /* primitive, array, object */
} rows[] = {
	{MRL_STYLE_SIMPLE, IN(PATH) | IN(HEADER), EXPLODE_ANY, SHAPES(1U, 1U, 1U)},
	{MRL_STYLE_LABEL, IN(PATH), EXPLODE_ANY, SHAPES(1U, 1U, 1U)},
	{MRL_STYLE_MATRIX, IN(PATH), EXPLODE_ANY, SHAPES(1U, 1U, 1U)},
	{MRL_STYLE_FORM, IN(QUERY) | IN(BODY), EXPLODE_ANY, SHAPES(1U, 1U, 1U)},
	{MRL_STYLE_FORM, IN(COOKIE), EXPLODE_NO, SHAPES(1U, 1U, 1U)},
	{MRL_STYLE_FORM, IN(COOKIE), EXPLODE_YES, SHAPES(1U, 0U, 0U)},
	{MRL_STYLE_SPACE, IN(QUERY) | IN(BODY), EXPLODE_NO, SHAPES(0U, 1U, 1U)},
	{MRL_STYLE_PIPE, IN(QUERY) | IN(BODY), EXPLODE_NO, SHAPES(0U, 1U, 1U)},
	{MRL_STYLE_DEEP, IN(QUERY) | IN(BODY), EXPLODE_YES, SHAPES(0U, 0U, 1U)},
};

static const char *const style_names[] = {
	[MRL_STYLE_SIMPLE] = "simple",        [MRL_STYLE_LABEL] = "label",
	[MRL_STYLE_MATRIX] = "matrix",        [MRL_STYLE_FORM] = "form",
	[MRL_STYLE_SPACE] = "spaceDelimited", [MRL_STYLE_PIPE] = "pipeDelimited",
	[MRL_STYLE_DEEP] = "deepObject",
};
static const char *const shape_names[] = {"a primitive", "an array", "an object"};
static const char *const place_names[] = {"a form", "path", "query", "header", "cookie"};

static void say(struct mrl_input_load *load, const struct mrl_parameter *parameter,
                const struct mrl_node *node, const char *what)
{
	mrl_input_say(load, MRL_ERROR, "oa-style", node,
	              "use a style that OpenAPI defines for this place and type, or `content`",
	              "the parameter \"%.*s\" %s",
	              MRL_PRINT(mrl_slice_sub(parameter->name, 0, 100)), what);
}

static bool is_true(const struct mrl_node *node)
{
	return node->kind == MRL_NODE_BOOL && mrl_lower(node->text.data[0]) == 't';
}

static enum mrl_style default_style(enum mrl_input_place in)
{
	return in == MRL_IN_PATH || in == MRL_IN_HEADER ? MRL_STYLE_SIMPLE : MRL_STYLE_FORM;
}

/* False: no style has that name. */
static bool read_style(const struct mrl_node *object, struct mrl_parameter *parameter)
{
	const struct mrl_node *style = mrl_node_member(object, "style");
	const struct mrl_node *explode = mrl_node_member(object, "explode");
	bool known = style == NULL;
	parameter->style = default_style(parameter->in);
	for (size_t i = 0; !known && i < MRL_COUNT(style_names); i++) {
		if (mrl_slice_is(style->text, style_names[i])) {
			parameter->style = (enum mrl_style)i;
			known = true;
		}
	}
	parameter->explode = explode != NULL ? is_true(explode)
	                                     : parameter->style == MRL_STYLE_FORM ||
	                                               parameter->style == MRL_STYLE_DEEP;
	return known;
}

static bool is_defined(const struct mrl_parameter *parameter)
{
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		if (rows[i].style == parameter->style &&
		    (rows[i].places & 1U << parameter->in) != 0 &&
		    (rows[i].explode & (parameter->explode ? EXPLODE_YES : EXPLODE_NO)) != 0 &&
		    (rows[i].shapes & 1U << parameter->shape) != 0) {
			return true;
		}
	}
	return false;
}

static void say_undefined(struct mrl_input_load *load, const struct mrl_parameter *parameter,
                          const struct mrl_node *node)
{
	mrl_input_say(load, MRL_ERROR, "oa-style", node,
	              parameter->in == MRL_IN_COOKIE && parameter->style == MRL_STYLE_FORM
	                      ? "write explode: false"
	                      : "use a style that OpenAPI defines for this place and type, or "
	                        "`content`",
	              "OpenAPI does not define style %s with explode %s for %s in %s",
	              style_names[parameter->style], parameter->explode ? "true" : "false",
	              shape_names[parameter->shape], place_names[parameter->in]);
}

/* One of the three rows; a schema that admits values of two of them has no spelling. */
static bool read_shape(const struct mrl_shape *shape, enum mrl_parameter_shape *ret_shape)
{
	bool array = (shape->types & MRL_JSON_KIND_ARRAY) != 0;
	bool object = (shape->types & MRL_JSON_KIND_OBJECT) != 0;
	bool primitive = (shape->types & MRL_TYPES_PRIMITIVE) != 0;
	*ret_shape = array ? MRL_SHAPE_ARRAY : object ? MRL_SHAPE_OBJECT : MRL_SHAPE_PRIMITIVE;
	return array + object + primitive <= 1;
}

static uint8_t primitives_of(uint8_t types)
{
	return types & MRL_TYPES_PRIMITIVE;
}

static bool is_flat(uint8_t types)
{
	return (types & (MRL_JSON_KIND_ARRAY | MRL_JSON_KIND_OBJECT)) == 0;
}

static enum mrl_err read_items(struct mrl_input_load *load, const struct mrl_shape *shape,
                               struct mrl_parameter *parameter)
{
	struct mrl_shape items = {.types = MRL_TYPES_PRIMITIVE};
	enum mrl_err err = MRL_OK;
	if (shape->items != NULL) {
		err = mrl_shape_of(&load->oas, shape->items, &items);
	}
	if (err == MRL_OK && !items.any && !is_flat(items.types)) {
		say(load, parameter, shape->items, "has arrays or objects in an array");
	}
	parameter->types = primitives_of(items.types);
	return err;
}

static enum mrl_err read_rest(struct mrl_input_load *load, const struct mrl_shape *shape,
                              struct mrl_parameter *parameter)
{
	struct mrl_shape rest = {.types = MRL_TYPES_PRIMITIVE};
	enum mrl_err err = MRL_OK;
	if (!shape->open) {
		return MRL_OK;
	}
	if (shape->rest_schema != NULL) {
		err = mrl_shape_of(&load->oas, shape->rest_schema, &rest);
	}
	parameter->rest = primitives_of(rest.types);
	return err;
}

static enum mrl_err read_members(struct mrl_input_load *load, const struct mrl_shape *shape,
                                 struct mrl_parameter *parameter)
{
	struct mrl_parameter_member *members = MRL_NEW_ARRAY(load->oas.arena, shape->member_count,
	                                                     struct mrl_parameter_member);
	if (members == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < shape->member_count; i++) {
		const struct mrl_shape_member *member = &shape->members[i];
		if (!is_flat(member->types) && member->types != MRL_TYPES_ALL) {
			say(load, parameter, member->schema, "has arrays or objects in an object");
		}
		members[i] = (struct mrl_parameter_member){.name = member->name,
		                                           .types = primitives_of(member->types)};
	}
	parameter->members = members;
	parameter->member_count = shape->member_count;
	return read_rest(load, shape, parameter);
}

enum mrl_err mrl_style_compile(struct mrl_input_load *load, const struct mrl_node *object,
                               struct mrl_parameter *parameter)
{
	struct mrl_shape shape;
	enum mrl_err err = mrl_shape_of(&load->oas, parameter->schema, &shape);
	if (err != MRL_OK) {
		return err;
	}
	const struct mrl_node *style = mrl_node_member(object, "style");
	const struct mrl_node *place = style == NULL ? parameter->node : style;
	parameter->types = primitives_of(shape.types);
	if (!read_style(object, parameter)) {
		say(load, parameter, place, "has a style that OpenAPI does not know");
		return MRL_OK;
	}
	/* A schema that admits any value at all is said elsewhere (oa-any). */
	if (!read_shape(&shape, &parameter->shape)) {
		if (!shape.any) {
			say(load, parameter, parameter->schema,
			    "may be several of a primitive, an array and an object, which no style "
			    "tells apart");
		}
		parameter->shape = MRL_SHAPE_PRIMITIVE;
		return MRL_OK;
	}
	if (!is_defined(parameter)) {
		say_undefined(load, parameter, place);
		return MRL_OK;
	}
	if (parameter->shape == MRL_SHAPE_ARRAY) {
		return read_items(load, &shape, parameter);
	}
	return parameter->shape == MRL_SHAPE_OBJECT ? read_members(load, &shape, parameter)
	                                            : MRL_OK;
}
