/*
 * The parameters of an operation: its own, its path's that it does not override, the policy's.
 * Order is that of judging: path, query, header, cookie.
 */
#include "input.h"

static const char *const places[] = {"", "path", "query", "header", "cookie"};

struct found {
	const struct mrl_node *node; /* references followed */
	struct mrl_slice name;
	enum mrl_input_place in;
};

struct gathering {
	struct mrl_input_load *load;
	struct found *items;
	uint32_t count;
};

static struct mrl_slice text_of(const struct mrl_node *object, const char *name)
{
	const struct mrl_node *node = mrl_node_member(object, name);
	return node == NULL || node->kind != MRL_NODE_STRING ? MRL_SLICE_NONE : node->text;
}

static bool is_true(const struct mrl_node *object, const char *name)
{
	const struct mrl_node *node = mrl_node_member(object, name);
	return node != NULL && node->kind == MRL_NODE_BOOL && mrl_lower(node->text.data[0]) == 't';
}

static bool is_ignored_header(struct mrl_slice name)
{
	return mrl_slice_equal_nocase(name, MRL_SLICE("accept")) ||
	       mrl_slice_equal_nocase(name, MRL_SLICE("content-type")) ||
	       mrl_slice_equal_nocase(name, MRL_SLICE("authorization"));
}

/* Whether one of that name and place is there already: the operation's overrides the path's. */
static bool is_gathered(const struct gathering *gathering, const struct found *found)
{
	for (uint32_t i = 0; i < gathering->count; i++) {
		const struct found *other = &gathering->items[i];
		bool same = found->in == MRL_IN_HEADER
		                    ? mrl_slice_equal_nocase(other->name, found->name)
		                    : mrl_slice_equal(other->name, found->name);
		if (same && other->in == found->in) {
			return true;
		}
	}
	return false;
}

/* What is broken or repeated within one list was said when the document was loaded. */
static enum mrl_err gather(struct gathering *gathering, const struct mrl_node *list)
{
	if (list == NULL || list->kind != MRL_NODE_ARRAY) {
		return MRL_OK;
	}
	for (const struct mrl_node *site = mrl_node_first(list); site != NULL;
	     site = mrl_node_after(list, site)) {
		struct found found = {.in = MRL_IN_BODY};
		enum mrl_err err = mrl_oas_resolve(&gathering->load->oas, site, &found.node);
		if (err != MRL_OK) {
			return err;
		}
		found.name = text_of(found.node, "name");
		struct mrl_slice in = text_of(found.node, "in");
		for (unsigned i = MRL_IN_PATH; i < MRL_COUNT(places); i++) {
			found.in = mrl_slice_is(in, places[i]) ? (enum mrl_input_place)i : found.in;
		}
		bool ignored = found.in == MRL_IN_HEADER && is_ignored_header(found.name);
		if (found.in != MRL_IN_BODY && found.name.data != NULL && !ignored &&
		    !is_gathered(gathering, &found)) {
			gathering->items[gathering->count++] = found;
		}
	}
	return MRL_OK;
}

static uint32_t length_of(const struct mrl_node *list)
{
	return list == NULL || list->kind != MRL_NODE_ARRAY ? 0 : list->count;
}

static enum mrl_err gather_all(struct gathering *gathering, const struct mrl_node *item)
{
	const struct mrl_input *input = gathering->load->input;
	const struct mrl_node *lists[] = {
		mrl_node_member(input->operation->node, "parameters"),
		mrl_node_member(item, "parameters"),
		input->settings->parameters_extra,
	};
	uint32_t capacity = 0;
	enum mrl_err err = MRL_OK;
	for (size_t i = 0; i < MRL_COUNT(lists); i++) {
		capacity += length_of(lists[i]);
	}
	gathering->items = MRL_NEW_ARRAY(&gathering->load->oas.scratch, capacity, struct found);
	if (gathering->items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (size_t i = 0; err == MRL_OK && i < MRL_COUNT(lists); i++) {
		err = gather(gathering, lists[i]);
	}
	return err;
}

/* `content`: the value is one text of that type. */
static enum mrl_err read_content(struct mrl_input_load *load, const struct mrl_node *content,
                                 struct mrl_parameter *parameter)
{
	const struct mrl_node *key = mrl_node_first(content);
	const struct mrl_node *media = key == NULL ? NULL : mrl_node_value(key);
	struct mrl_media_range range;
	struct mrl_shape shape;
	bool good = false;
	if (key == NULL) {
		return MRL_OK; /* that it must be one was said at load */
	}
	enum mrl_err err = mrl_media_range_parse(load, key->text, &range, &good);
	if (err != MRL_OK) {
		return err;
	}
	bool json = good && mrl_media_range_is_json(&range);
	if (!json && !(good && mrl_media_range_is(&range, "text", "plain"))) {
		mrl_input_say(load, MRL_ERROR, "oa-media-unjudged", key,
		              "use application/json or text/plain",
		              "a parameter of type %.*s cannot be judged",
		              MRL_PRINT(mrl_slice_sub(key->text, 0, 100)));
	}
	parameter->content_type = key->text;
	parameter->style = json ? MRL_STYLE_JSON : MRL_STYLE_TEXT;
	parameter->schema = mrl_node_member(media, "schema");
	if (parameter->schema == NULL) {
		return MRL_OK;
	}
	err = mrl_shape_of(&load->oas, parameter->schema, &shape);
	parameter->types = shape.types & MRL_TYPES_PRIMITIVE;
	return err;
}

static enum mrl_err read_schema(struct mrl_input_load *load, struct mrl_parameter *parameter)
{
	const struct mrl_node *content = mrl_node_member(parameter->node, "content");
	parameter->schema = mrl_node_member(parameter->node, "schema");
	enum mrl_err err = MRL_OK;
	if (parameter->schema != NULL) {
		err = mrl_style_compile(load, parameter->node, parameter);
	} else if (content != NULL) {
		err = read_content(load, content, parameter);
	}
	if (err != MRL_OK) {
		return err;
	}
	if (parameter->schema == NULL) {
		mrl_input_say(load, MRL_ERROR, "oa-any", parameter->node, "add a schema",
		              "the parameter \"%.*s\" takes anything",
		              MRL_PRINT(mrl_slice_sub(parameter->name, 0, 100)));
		parameter->entry = MRL_NO_ENTRY;
		return MRL_OK;
	}
	err = mrl_input_site(load, parameter->schema, &parameter->site);
	return err == MRL_OK ? mrl_input_entry(load, parameter->schema, true, &parameter->entry)
	                     : err;
}

/* Where the template has it; a name that stands there twice has two values. */
static void find_place(struct mrl_input_load *load, struct mrl_parameter *parameter)
{
	const struct mrl_template *path = &load->input->path;
	uint32_t times = 0;
	for (uint16_t i = 0; i < path->segment_count; i++) {
		for (uint16_t j = 0; j < path->segments[i].name_count; j++) {
			if (mrl_slice_equal(path->segments[i].names[j], parameter->name)) {
				parameter->segment = i;
				parameter->part = j;
				times++;
			}
		}
	}
	if (times > 1) {
		mrl_input_say(load, MRL_ERROR, "oa-param", parameter->node,
		              "give each its own name", "the path names \"%.*s\" twice",
		              MRL_PRINT(mrl_slice_sub(parameter->name, 0, 100)));
	}
}

static enum mrl_err read_parameter(struct mrl_input_load *load, const struct found *found,
                                   struct mrl_parameter *parameter)
{
	*parameter = (struct mrl_parameter){
		.name = found->name,
		.in = found->in,
		.node = found->node,
		.required = found->in == MRL_IN_PATH || is_true(found->node, "required"),
		.allow_empty = found->in == MRL_IN_QUERY && is_true(found->node, "allowEmptyValue"),
		.deprecated = is_true(found->node, "deprecated"),
	};
	if (found->in == MRL_IN_PATH) {
		find_place(load, parameter);
	}
	if (found->in == MRL_IN_HEADER) {
		enum mrl_err err = mrl_oas_lower(&load->oas, found->name, &parameter->name);
		if (err != MRL_OK) {
			return err;
		}
	}
	return read_schema(load, parameter);
}

static enum mrl_err fill_place(struct gathering *gathering, enum mrl_input_place in)
{
	struct mrl_input_load *load = gathering->load;
	struct mrl_input_fields *fields = &load->input->places[in];
	uint32_t count = 0;
	for (uint32_t i = 0; i < gathering->count; i++) {
		count += gathering->items[i].in == in;
	}
	fields->items = MRL_NEW_ARRAY(load->oas.arena, count, struct mrl_parameter);
	if (fields->items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < gathering->count; i++) {
		if (gathering->items[i].in != in) {
			continue;
		}
		enum mrl_err err = read_parameter(load, &gathering->items[i],
		                                  &fields->items[fields->count++]);
		if (err != MRL_OK) {
			return err;
		}
	}
	return mrl_input_claims(load, fields);
}

enum mrl_err mrl_input_parameters(struct mrl_input_load *load, const struct mrl_node *item)
{
	struct gathering gathering = {.load = load};
	enum mrl_err err = gather_all(&gathering, item);
	for (unsigned in = MRL_IN_PATH; err == MRL_OK && in < MRL_IN_COUNT; in++) {
		err = fill_place(&gathering, (enum mrl_input_place)in);
	}
	return err;
}

static enum mrl_err read_header(struct mrl_input_load *load, const struct mrl_node *key,
                                struct mrl_input_fields *fields)
{
	struct found found = {.name = key->text, .in = MRL_IN_HEADER};
	enum mrl_err err = mrl_oas_resolve(&load->oas, mrl_node_value(key), &found.node);
	if (err != MRL_OK || found.node == NULL || is_ignored_header(key->text)) {
		return err;
	}
	return read_parameter(load, &found, &fields->items[fields->count++]);
}

enum mrl_err mrl_input_headers(struct mrl_input_load *load, const struct mrl_node *map,
                               struct mrl_input_fields *ret_fields)
{
	struct mrl_input_fields fields = {.count = 0};
	enum mrl_err err = MRL_OK;
	if (map == NULL || map->kind != MRL_NODE_OBJECT || map->count == 0) {
		return MRL_OK;
	}
	fields.items = MRL_NEW_ARRAY(load->oas.arena, map->count, struct mrl_parameter);
	if (fields.items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *key = mrl_node_first(map); err == MRL_OK && key != NULL;
	     key = mrl_node_after(map, key)) {
		err = read_header(load, key, &fields);
	}
	if (err == MRL_OK) {
		err = mrl_input_claims(load, &fields);
	}
	if (err == MRL_OK) {
		*ret_fields = fields;
	}
	return err;
}
