/*
 * The fields of a form: the properties of its schema, each read as its Encoding Object says, or as
 * OpenAPI has it where there is none: objects are JSON, arrays repeat their name, all else is text.
 */
#include "input.h"

struct form {
	struct mrl_input_load *load;
	const struct mrl_node *encodings;
	struct mrl_input_media *media;
	bool multipart;
};

/* One property, or what stands for all that are not listed. */
struct property {
	struct mrl_slice name;
	const struct mrl_node *schema;
	const struct mrl_node *encoding;
	struct mrl_shape item; /* of the property, or of its items */
	bool array;
};

static bool has_style(const struct mrl_node *encoding)
{
	return mrl_node_member(encoding, "style") != NULL ||
	       mrl_node_member(encoding, "explode") != NULL ||
	       mrl_node_member(encoding, "allowReserved") != NULL;
}

static enum mrl_err read_property(struct form *form, struct property *property)
{
	struct mrl_oas_load *oas = &form->load->oas;
	enum mrl_err err = mrl_shape_of(oas, property->schema, &property->item);
	uint8_t types = property->item.types & (uint8_t)~MRL_JSON_KIND_NULL;
	property->array = types == MRL_JSON_KIND_ARRAY;
	if (err == MRL_OK && property->array && property->item.items != NULL) {
		err = mrl_shape_of(oas, property->item.items, &property->item);
	}
	return err;
}

static bool is_structured(const struct mrl_shape *shape)
{
	return !shape->any && (shape->types & (MRL_JSON_KIND_OBJECT | MRL_JSON_KIND_ARRAY)) != 0;
}

/* The types of a part: a comma list of types and ranges. */
static enum mrl_err read_types(struct form *form, const struct mrl_node *node,
                               struct mrl_input_part *part)
{
	struct mrl_slice rest = node->text;
	struct mrl_slice text;
	size_t count = 1;
	for (size_t i = 0; i < rest.size; i++) {
		count += rest.data[i] == ',';
	}
	part->types = MRL_NEW_ARRAY(form->load->oas.arena, count, struct mrl_media_range);
	if (part->types == NULL) {
		return MRL_ERR_MEMORY;
	}
	while (mrl_list_next(&rest, &text)) {
		bool good = false;
		enum mrl_err err = mrl_media_range_parse(form->load, text,
		                                         &part->types[part->type_count], &good);
		if (err != MRL_OK) {
			return err;
		}
		part->type_count += good;
		if (!good) {
			mrl_input_say(form->load, MRL_ERROR, "oa-structure", node,
			              "write it like \"image/png, image/jpeg\"",
			              "this is no list of media types");
		}
	}
	return MRL_OK;
}

static bool all_are(const struct mrl_input_part *part,
                    bool (*is)(const struct mrl_media_range *range))
{
	for (uint32_t i = 0; i < part->type_count; i++) {
		if (!is(&part->types[i])) {
			return false;
		}
	}
	return part->type_count != 0;
}

static bool is_text(const struct mrl_media_range *range)
{
	return mrl_slice_is(range->type, "text") && !mrl_slice_is(range->subtype, "*");
}

static enum mrl_input_reading reading_of(const struct property *property,
                                         const struct mrl_input_part *part)
{
	if (all_are(part, mrl_media_range_is_json) && !property->item.content_json) {
		return MRL_READING_JSON;
	}
	if (property->item.binary) {
		return MRL_READING_OPAQUE;
	}
	if (is_structured(&property->item)) {
		return MRL_READING_JSON;
	}
	return part->type_count == 0 || all_are(part, is_text) || property->item.content_json
	               ? MRL_READING_TEXT
	               : MRL_READING_OPAQUE;
}

static void default_type(struct form *form, struct mrl_input_part *part)
{
	static const struct mrl_media_range json = {.type = MRL_SLICE_INIT("application"),
	                                            .subtype = MRL_SLICE_INIT("json")};
	static const struct mrl_media_range text = {.type = MRL_SLICE_INIT("text"),
	                                            .subtype = MRL_SLICE_INIT("plain")};
	struct mrl_media_range *type = MRL_NEW(form->load->oas.arena, struct mrl_media_range);
	if (type != NULL && part->reading != MRL_READING_OPAQUE) {
		*type = part->reading == MRL_READING_JSON || part->has_content_entry ? json : text;
		part->types = type;
		part->type_count = 1;
	}
}

/* How a part with that property is read and what it must say of itself. */
static enum mrl_err read_part(struct form *form, const struct property *property,
                              struct mrl_input_part *part)
{
	const struct mrl_node *types = mrl_node_member(property->encoding, "contentType");
	const struct mrl_shape *item = &property->item;
	enum mrl_err err = types == NULL ? MRL_OK : read_types(form, types, part);
	part->reading = reading_of(property, part);
	part->min_bytes = item->min_length;
	part->max_bytes = item->max_length;
	if (part->reading == MRL_READING_JSON && part->type_count != 0 &&
	    !all_are(part, mrl_media_range_is_json)) {
		mrl_input_say(form->load, MRL_ERROR, "oa-media-unjudged", types,
		              "use application/json", "an object of this type cannot be judged");
	}
	/* 3.1: a string that holds JSON text. */
	if (err == MRL_OK && item->content_json && item->content_schema != NULL) {
		part->has_content_entry = true;
		err = mrl_input_entry(form->load, item->content_schema, false,
		                      &part->content_entry);
	}
	if (err == MRL_OK && part->type_count == 0) {
		default_type(form, part);
	}
	return err == MRL_OK ? mrl_input_headers(form->load,
	                                         mrl_node_member(property->encoding, "headers"),
	                                         &part->headers)
	                     : err;
}

static bool is_json_type(const struct mrl_node *type)
{
	return type != NULL &&
	       mrl_slice_equal_nocase(mrl_slice_trim(type->text), MRL_SLICE("application/json"));
}

/* A field of an urlencoded form, or the value of a part. */
static enum mrl_err read_field(struct form *form, const struct property *property,
                               struct mrl_parameter *field)
{
	const struct mrl_node *type = mrl_node_member(property->encoding, "contentType");
	*field = (struct mrl_parameter){.name = property->name,
	                                .in = MRL_IN_BODY,
	                                .style = MRL_STYLE_FORM,
	                                .explode = true,
	                                .node = property->schema,
	                                .schema = property->schema,
	                                .entry = MRL_NO_ENTRY};
	if (!form->multipart && has_style(property->encoding)) {
		return mrl_style_compile(form->load, property->encoding, field);
	}
	if (!form->multipart && type != NULL && !is_json_type(type) &&
	    !mrl_slice_starts(type->text, MRL_SLICE("text/"))) {
		mrl_input_say(form->load, MRL_ERROR, "oa-media-unjudged", type,
		              "use application/json or text/plain",
		              "a field of this type cannot be judged");
	}
	bool json = is_structured(&property->item) || is_json_type(type);
	field->shape = property->array ? MRL_SHAPE_ARRAY : MRL_SHAPE_PRIMITIVE;
	field->style = json && !form->multipart ? MRL_STYLE_JSON : MRL_STYLE_FORM;
	field->types = property->item.types & MRL_TYPES_PRIMITIVE;
	return MRL_OK;
}

static enum mrl_err read_one(struct form *form, struct property *property,
                             struct mrl_parameter *field, struct mrl_input_part *part)
{
	enum mrl_err err = read_property(form, property);
	if (err == MRL_OK) {
		err = read_field(form, property, field);
	}
	return err == MRL_OK && form->multipart ? read_part(form, property, part) : err;
}

/* Names that are not listed, where the schema is open. */
static enum mrl_err read_rest(struct form *form, const struct mrl_shape *shape)
{
	struct mrl_input_media *media = form->media;
	struct property property = {.schema = shape->rest_schema};
	media->open = shape->open;
	if (shape->open && shape->rest_schema != NULL) {
		return read_one(form, &property, &media->rest, &media->rest_part);
	}
	media->rest = (struct mrl_parameter){.in = MRL_IN_BODY,
	                                     .style = MRL_STYLE_FORM,
	                                     .explode = true,
	                                     .types = MRL_TYPES_PRIMITIVE};
	media->rest_part = (struct mrl_input_part){.reading = MRL_READING_TEXT};
	return MRL_OK;
}

enum mrl_err mrl_input_form(struct mrl_input_load *load, const struct mrl_node *media,
                            const struct mrl_node *schema, struct mrl_input_media *ret_media)
{
	struct form form = {.load = load,
	                    .encodings = mrl_node_member(media, "encoding"),
	                    .media = ret_media,
	                    .multipart = ret_media->reading == MRL_READING_MULTIPART};
	struct mrl_shape shape;
	enum mrl_err err = mrl_shape_of(&load->oas, schema, &shape);
	if (err != MRL_OK) {
		return err;
	}
	struct mrl_input_fields *fields = &ret_media->fields;
	fields->items = MRL_NEW_ARRAY(load->oas.arena, shape.member_count, struct mrl_parameter);
	ret_media->parts = MRL_NEW_ARRAY(load->oas.arena, shape.member_count,
	                                 struct mrl_input_part);
	if (fields->items == NULL || ret_media->parts == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; err == MRL_OK && i < shape.member_count; i++) {
		struct property property = {
			.name = shape.members[i].name,
			.schema = shape.members[i].schema,
			.encoding = mrl_node_member_slice(form.encodings, shape.members[i].name)};
		err = read_one(&form, &property, &fields->items[fields->count++],
		               &ret_media->parts[i]);
	}
	if (err == MRL_OK) {
		err = mrl_input_claims(load, fields);
	}
	return err == MRL_OK ? read_rest(&form, &shape) : err;
}
