/*
 * The media types of a body: how each is read, by which schema judged. What can be neither judged
 * nor passed by its type alone is a load error. A range is several entries, one for each way to
 * read what it may hold.
 */
#include "input.h"

#define PER_KEY_MAX 4 /* entries that one key of `content` becomes */

struct keyed {
	struct mrl_input_load *load;
	const struct mrl_node *key;
	const struct mrl_node *media;
	const struct mrl_node *schema;
	struct mrl_shape shape;
	struct mrl_media_range range;
	struct mrl_input_medias *medias;
};

static uint8_t rank_of(const struct mrl_media_range *range)
{
	if (mrl_slice_is(range->type, "*")) {
		return 1;
	}
	return mrl_slice_is(range->subtype, "*") ? 2 : 3;
}

static enum mrl_err add(struct keyed *keyed, const struct mrl_media_range *range,
                        enum mrl_input_reading reading)
{
	struct mrl_input_media *media = &keyed->medias->items[keyed->medias->count++];
	*media = (struct mrl_input_media){.range = *range,
	                                  .rank = rank_of(&keyed->range),
	                                  .reading = reading,
	                                  .types = keyed->shape.types & MRL_TYPES_PRIMITIVE,
	                                  .entry = MRL_NO_ENTRY};
	if (reading == MRL_READING_OPAQUE) {
		return MRL_OK;
	}
	enum mrl_err err = mrl_input_site(keyed->load, keyed->schema, &media->site);
	if (err == MRL_OK) {
		err = mrl_input_entry(keyed->load, keyed->schema, false, &media->entry);
	}
	if (err == MRL_OK && (reading == MRL_READING_FORM || reading == MRL_READING_MULTIPART)) {
		err = mrl_input_form(keyed->load, keyed->media, keyed->schema, media);
	}
	return err;
}

/* Without a schema, or with one that says nothing but what kind of bytes it is. */
static bool is_bytes(const struct keyed *keyed)
{
	static const char *const notes[] = {"contentMediaType", "contentEncoding", "title",
	                                    "description",      "example",         "examples"};
	const struct mrl_node *schema = keyed->schema;
	if (schema == NULL || keyed->shape.binary) {
		return true;
	}
	uint32_t known = 0;
	for (size_t i = 0; i < MRL_COUNT(notes); i++) {
		known += mrl_node_member(schema, notes[i]) != NULL;
	}
	return schema->kind == MRL_NODE_OBJECT && known == schema->count;
}

static bool is_listed_opaque(const struct keyed *keyed)
{
	const struct mrl_names *names = &keyed->load->input->settings->opaque;
	const struct mrl_media_range *range = &keyed->range;
	for (uint32_t i = 0; i < names->count; i++) {
		struct mrl_slice name = names->items[i];
		size_t slash = mrl_slice_find(name, '/');
		if (mrl_slice_equal(mrl_slice_sub(name, 0, slash), range->type) &&
		    mrl_slice_equal(mrl_slice_from(name, slash + 1), range->subtype)) {
			return true;
		}
	}
	return false;
}

/* A reply that cannot be judged is still a documented one: it is told on the call. */
static enum mrl_err refuse_media(struct keyed *keyed, const char *code, const char *hint,
                                 const char *what)
{
	bool reply = keyed->load->group == MRL_GROUP_REPLY;
	mrl_input_say(keyed->load, reply ? MRL_WARNING : MRL_ERROR, code, keyed->key, hint,
	              "bodies of type %.*s %s", MRL_PRINT(mrl_slice_sub(keyed->key->text, 0, 100)),
	              what);
	if (!reply) {
		return MRL_OK;
	}
	enum mrl_err err = add(keyed, &keyed->range, MRL_READING_OPAQUE);
	keyed->medias->items[keyed->medias->count - 1].unjudged = true;
	return err;
}

/* INPUT-1: nothing is judged without a schema. */
static enum mrl_err add_judged(struct keyed *keyed, enum mrl_input_reading reading)
{
	if (keyed->schema == NULL) {
		return refuse_media(keyed, "oa-any", "add a schema",
		                    "have no schema, so any value would pass");
	}
	return add(keyed, &keyed->range, reading);
}

/* A range such as application/any: JSON and text in it are judged, all else is bytes or nothing. */
static enum mrl_err add_range(struct keyed *keyed)
{
	struct mrl_media_range json = {.type = MRL_SLICE("application"),
	                               .subtype = MRL_SLICE("json")};
	struct mrl_media_range suffixed = keyed->range;
	struct mrl_media_range text = {.type = MRL_SLICE("text"), .subtype = MRL_SLICE("plain")};
	bool any = mrl_slice_is(keyed->range.type, "*");
	bool has_json = any || mrl_slice_is(keyed->range.type, "application");
	bool has_text = any || mrl_slice_is(keyed->range.type, "text");
	enum mrl_err err = MRL_OK;
	mrl_input_say(keyed->load, MRL_WARNING, "oa-media-wild", keyed->key,
	              "list the types that clients send",
	              "a range lets the client choose how its body is read");
	if (is_bytes(keyed)) {
		return add(keyed, &keyed->range, MRL_READING_OPAQUE);
	}
	suffixed.subtype = MRL_SLICE("*+json");
	if (has_json) {
		err = add(keyed, &json, MRL_READING_JSON);
	}
	if (err == MRL_OK) {
		err = add(keyed, &suffixed, MRL_READING_JSON);
	}
	if (err == MRL_OK && has_text && (keyed->shape.types & MRL_TYPES_PRIMITIVE) != 0) {
		err = add(keyed, &text, MRL_READING_TEXT);
	}
	return err;
}

static enum mrl_err add_form(struct keyed *keyed, enum mrl_input_reading reading)
{
	if (keyed->schema != NULL && (keyed->shape.types & MRL_JSON_KIND_OBJECT) == 0) {
		mrl_input_say(keyed->load, MRL_ERROR, "oa-media-unjudged", keyed->schema,
		              "use an object whose properties are the form's fields",
		              "a form is an object");
		return MRL_OK;
	}
	return add_judged(keyed, reading);
}

static enum mrl_err add_key(struct keyed *keyed)
{
	const struct mrl_media_range *range = &keyed->range;
	if (is_listed_opaque(keyed)) {
		return add(keyed, range, MRL_READING_OPAQUE);
	}
	if (mrl_slice_is(range->subtype, "*")) {
		return add_range(keyed);
	}
	if (mrl_media_range_is_json(range)) {
		return add_judged(keyed, MRL_READING_JSON);
	}
	if (mrl_media_range_is(range, "application", "x-www-form-urlencoded")) {
		return add_form(keyed, MRL_READING_FORM);
	}
	if (mrl_media_range_is(range, "multipart", "form-data")) {
		return add_form(keyed, MRL_READING_MULTIPART);
	}
	if (is_bytes(keyed) && !mrl_slice_is(range->type, "multipart")) {
		return add(keyed, range, MRL_READING_OPAQUE);
	}
	if (mrl_media_range_is(range, "text", "plain")) {
		return add(keyed, range, MRL_READING_TEXT);
	}
	return refuse_media(keyed, "oa-media-unjudged",
	                    "list it under `opaque` to let it pass by type and size alone",
	                    "cannot be judged");
}

static enum mrl_err read_key(struct mrl_input_load *load, const struct mrl_node *key,
                             struct mrl_input_medias *medias)
{
	struct keyed keyed = {.load = load,
	                      .key = key,
	                      .media = mrl_node_value(key),
	                      .schema = mrl_node_member(mrl_node_value(key), "schema"),
	                      .medias = medias};
	bool good = false;
	enum mrl_err err = mrl_media_range_parse(load, key->text, &keyed.range, &good);
	if (err == MRL_OK && good && keyed.schema != NULL) {
		err = mrl_shape_of(&load->oas, keyed.schema, &keyed.shape);
	}
	/* A key that is no media type was said at load. */
	return err == MRL_OK && good ? add_key(&keyed) : err;
}

enum mrl_err mrl_input_medias(struct mrl_input_load *load, const struct mrl_node *content,
                              struct mrl_input_medias *ret_medias)
{
	struct mrl_input_medias medias = {.count = 0};
	enum mrl_err err = MRL_OK;
	if (content == NULL || content->kind != MRL_NODE_OBJECT) {
		return MRL_OK;
	}
	medias.items = MRL_NEW_ARRAY(load->oas.arena, (size_t)content->count * PER_KEY_MAX,
	                             struct mrl_input_media);
	if (medias.items == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *key = mrl_node_first(content); err == MRL_OK && key != NULL;
	     key = mrl_node_after(content, key)) {
		err = read_key(load, key, &medias);
	}
	if (err == MRL_OK) {
		*ret_medias = medias;
	}
	return err;
}
