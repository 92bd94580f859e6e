/*
 * The policy's JSON Schema (2020-12), written from the tables that the policy is read by, so that
 * an editor says what the loader would say.
 */
#include "keys.h"

static void put_text(struct mrl_buffer *buffer, const char *text)
{
	mrl_json_put_string(buffer, mrl_slice_text(text));
}

/* `,"name":"text"` */
static void put_string_member(struct mrl_buffer *buffer, const char *name, const char *text)
{
	mrl_buffer_byte(buffer, ',');
	put_text(buffer, name);
	mrl_buffer_byte(buffer, ':');
	put_text(buffer, text);
}

static void put_number_member(struct mrl_buffer *buffer, const char *name, int64_t number)
{
	mrl_buffer_byte(buffer, ',');
	put_text(buffer, name);
	mrl_buffer_byte(buffer, ':');
	mrl_buffer_i64(buffer, number);
}

static void put_choices(struct mrl_buffer *buffer, const struct mrl_key *key)
{
	MRL_PUT(buffer, ",\"enum\":[");
	for (size_t i = 0; key->choices[i] != NULL; i++) {
		mrl_buffer_put(buffer, i == 0 ? MRL_SLICE("") : MRL_SLICE(","));
		put_text(buffer, key->choices[i]);
	}
	MRL_PUT(buffer, "]");
}

static void put_range(struct mrl_buffer *buffer, const struct mrl_key *key, const char *min,
                      const char *max)
{
	put_number_member(buffer, min, key->min);
	put_number_member(buffer, max, key->max);
}

static void put_default(struct mrl_buffer *buffer, const struct mrl_key *key)
{
	bool quoted = key->kind == MRL_KEY_TEXT || key->kind == MRL_KEY_ENUM;
	if (key->fallback == NULL) {
		return;
	}
	if (quoted) {
		put_string_member(buffer, "default", key->fallback);
		return;
	}
	MRL_PUT(buffer, ",\"default\":");
	if (key->kind == MRL_KEY_BOOL) {
		bool on = strcmp(key->fallback, "on") == 0 || strcmp(key->fallback, "true") == 0;
		mrl_buffer_put(buffer, on ? MRL_SLICE("true") : MRL_SLICE("false"));
		return;
	}
	mrl_buffer_put(buffer, mrl_slice_text(key->fallback));
}

static void put_object(struct mrl_buffer *buffer, const struct mrl_key *keys);

/* What the kind asks for; begins with a comma. Sections nest as deep as the tables do. */
static void put_kind(struct mrl_buffer *buffer, const struct mrl_key *key)
{
	switch (key->kind) {
	case MRL_KEY_BOOL: MRL_PUT(buffer, ",\"enum\":[true,false,\"on\",\"off\"]"); return;
	case MRL_KEY_NUMBER:
		put_string_member(buffer, "type", "integer");
		put_range(buffer, key, "minimum", "maximum");
		return;
	case MRL_KEY_ENUM:
		put_string_member(buffer, "type", "string");
		put_choices(buffer, key);
		return;
	case MRL_KEY_TEXT:
		put_string_member(buffer, "type", "string");
		put_range(buffer, key, "minLength", "maxLength");
		return;
	case MRL_KEY_LIST:
		MRL_PUT(buffer, ",\"type\":\"array\",\"items\":{\"type\":\"string\"}");
		put_range(buffer, key, "minItems", "maxItems");
		return;
	case MRL_KEY_OBJECT:
		mrl_buffer_byte(buffer, ',');
		put_object(buffer, key->keys);
		return;
	case MRL_KEY_OBJECTS:
		MRL_PUT(buffer, ",\"type\":\"array\",\"items\":{");
		put_object(buffer, key->keys);
		MRL_PUT(buffer, "}");
		put_range(buffer, key, "minItems", "maxItems");
		return;
	case MRL_KEY_MAP:
		MRL_PUT(buffer, ",\"type\":\"object\",\"additionalProperties\":{");
		put_object(buffer, key->keys);
		MRL_PUT(buffer, "}");
		return;
	case MRL_KEY_CONTROLS: put_string_member(buffer, "$ref", "#/$defs/controls"); return;
	}
}

/* `"name":{...}` of each row; `count` properties stand before. */
static void put_properties(struct mrl_buffer *buffer, const struct mrl_key *keys, size_t count)
{
	for (const struct mrl_key *key = keys; key != NULL && key->name != NULL; key++) {
		mrl_buffer_put(buffer, count++ == 0 ? MRL_SLICE("") : MRL_SLICE(","));
		put_text(buffer, key->name);
		MRL_PUT(buffer, ":{\"title\":");
		put_text(buffer, key->name);
		put_string_member(buffer, "description", key->meaning);
		put_kind(buffer, key);
		if (key->pattern != NULL) {
			put_string_member(buffer, "pattern", key->pattern);
		}
		put_default(buffer, key);
		MRL_PUT(buffer, "}");
	}
}

static void put_required(struct mrl_buffer *buffer, const struct mrl_key *keys)
{
	size_t count = 0;
	for (const struct mrl_key *key = keys; key->name != NULL; key++) {
		if (key->required) {
			mrl_buffer_put(buffer, count++ == 0 ? MRL_SLICE(",\"required\":[")
			                                    : MRL_SLICE(","));
			put_text(buffer, key->name);
		}
	}
	if (count != 0) {
		MRL_PUT(buffer, "]");
	}
}

/* The members of a schema for a mapping of `keys`, without braces. */
static void put_object(struct mrl_buffer *buffer, const struct mrl_key *keys)
{
	MRL_PUT(buffer, "\"type\":\"object\",\"additionalProperties\":false");
	put_required(buffer, keys);
	MRL_PUT(buffer, ",\"properties\":{");
	put_properties(buffer, keys, 0);
	MRL_PUT(buffer, "}");
}

static void put_control(struct mrl_buffer *buffer, const struct mrl_control *control)
{
	put_text(buffer, control->name);
	MRL_PUT(buffer, ":{\"title\":");
	put_text(buffer, control->name);
	put_string_member(buffer, "description", control->summary);
	MRL_PUT(buffer, ",\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
	if (control->judges) {
		put_properties(buffer, mrl_mode_keys, 0);
	}
	put_properties(buffer, control->keys, control->judges ? 1 : 0);
	MRL_PUT(buffer, "}}");
}

enum mrl_err mrl_policy_schema(struct mrl_buffer *buffer)
{
	MRL_PUT(buffer, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
	                "\"title\":\"merlon.yaml\","
	                "\"description\":\"Policy of the Merlon API security gateway, form 1.\",");
	put_object(buffer, mrl_policy_keys);
	MRL_PUT(buffer, ",\"$defs\":{\"controls\":{\"type\":\"object\","
	                "\"additionalProperties\":false,\"properties\":{");
	for (int i = 0; i < MRL_CONTROL_COUNT; i++) {
		mrl_buffer_put(buffer, i == 0 ? MRL_SLICE("") : MRL_SLICE(","));
		put_control(buffer, mrl_controls[i]);
	}
	MRL_PUT(buffer, "}}}}\n");
	return buffer->overflow ? MRL_ERR_FULL : MRL_OK;
}
