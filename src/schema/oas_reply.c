/* The replies that an operation documents: status, media types, names of header fields. */
#include "oas.h"

/* Content-Type of a key of `content`, RFC 9110 8.3.1 or a range, as "type/subtype" in lower case.
 */
static enum mrl_err add_type(struct mrl_oas_load *load, const struct mrl_node *key,
                             struct mrl_oas_list *list)
{
	struct mrl_media_type type;
	struct mrl_slice lower;
	if (!mrl_media_type_parse(key->text, &type)) {
		if (mrl_oas_is_new(load, "oa-structure", key)) {
			mrl_diagnose(load->diagnostics, MRL_ERROR, "oa-structure", key,
			             "write it like \"application/json\"",
			             "\"%.*s\" is no media type",
			             MRL_PRINT(mrl_slice_sub(key->text, 0, 100)));
		}
		return MRL_OK;
	}
	struct mrl_slice essence = mrl_slice(
		type.type.data, (size_t)(type.subtype.data - type.type.data) + type.subtype.size);
	enum mrl_err err = mrl_oas_lower(load, essence, &lower);
	return err == MRL_OK ? mrl_oas_list_add_once(load, list, lower) : err;
}

enum mrl_err mrl_oas_media_types(struct mrl_oas_load *load, const struct mrl_node *content,
                                 struct mrl_names *ret_types)
{
	struct mrl_oas_list list = {0};
	enum mrl_err err = MRL_OK;
	if (content != NULL && content->kind == MRL_NODE_OBJECT) {
		for (const struct mrl_node *key = mrl_node_first(content);
		     err == MRL_OK && key != NULL; key = mrl_node_after(content, key)) {
			err = add_type(load, key, &list);
		}
	}
	return err == MRL_OK ? mrl_oas_list_end(load, &list, ret_types) : err;
}

static enum mrl_err list_headers(struct mrl_oas_load *load, const struct mrl_node *headers,
                                 struct mrl_names *ret_names)
{
	struct mrl_oas_list list = {0};
	enum mrl_err err = MRL_OK;
	if (headers != NULL && headers->kind == MRL_NODE_OBJECT) {
		for (const struct mrl_node *key = mrl_node_first(headers);
		     err == MRL_OK && key != NULL; key = mrl_node_after(headers, key)) {
			struct mrl_slice lower;
			err = mrl_oas_lower(load, key->text, &lower);
			if (err == MRL_OK) {
				err = mrl_oas_list_add_once(load, &list, lower);
			}
		}
	}
	return err == MRL_OK ? mrl_oas_list_end(load, &list, ret_names) : err;
}

/* 200; 4 for "4XX"; 0 for "default" and, after a finding of the first pass, for anything else. */
static uint16_t status_of(struct mrl_slice key)
{
	uint64_t status;
	if (key.size == 3 && mrl_slice_ends(key, MRL_SLICE("XX"))) {
		return (uint16_t)(key.data[0] - '0');
	}
	return key.size == 3 && mrl_parse_u64(key, &status) ? (uint16_t)status : 0;
}

static enum mrl_err read_reply(struct mrl_oas_load *load, const struct mrl_node *key,
                               struct mrl_documented_reply *reply)
{
	const struct mrl_node *response;
	enum mrl_err err = mrl_oas_resolve(load, mrl_node_value(key), &response);
	if (err != MRL_OK) {
		return err;
	}
	reply->status = status_of(key->text);
	err = mrl_oas_media_types(load, mrl_node_member(response, "content"), &reply->types);
	return err == MRL_OK
	               ? list_headers(load, mrl_node_member(response, "headers"), &reply->headers)
	               : err;
}

static bool is_html(const struct mrl_names *types)
{
	for (uint32_t i = 0; i < types->count; i++) {
		if (mrl_slice_is(types->items[i], "text/html") ||
		    mrl_slice_is(types->items[i], "application/xhtml+xml")) {
			return true;
		}
	}
	return false;
}

enum mrl_err mrl_oas_replies(struct mrl_oas_load *load, const struct mrl_oas_source *source,
                             struct mrl_operation *operation)
{
	const struct mrl_node *responses = mrl_node_member(source->operation, "responses");
	if (responses == NULL || responses->kind != MRL_NODE_OBJECT || responses->count == 0) {
		return MRL_OK;
	}
	operation->replies = MRL_NEW_ARRAY(load->arena, responses->count,
	                                   struct mrl_documented_reply);
	if (operation->replies == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (const struct mrl_node *key = mrl_node_first(responses); key != NULL;
	     key = mrl_node_after(responses, key)) {
		if (mrl_slice_starts(key->text, MRL_SLICE("x-"))) {
			continue;
		}
		struct mrl_documented_reply *reply = &operation->replies[operation->reply_count];
		enum mrl_err err = read_reply(load, key, reply);
		if (err != MRL_OK) {
			return err;
		}
		operation->reply_count++;
		operation->html = operation->html || is_html(&reply->types);
	}
	return MRL_OK;
}
