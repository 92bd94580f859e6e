/* cors at load: origins are checked, and the lists of an operation become constants. */
#include "cors.h"

static enum mrl_err check_origins(const struct mrl_compile *compile, const struct mrl_cors *cors)
{
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; i < cors->origins.count; i++) {
		const struct mrl_setting *origin = &cors->origins.items[i];
		struct mrl_slice hint = MRL_SLICE_NONE;
		char text[256];
		if (mrl_origin_valid(origin->text, compile->arena, &hint)) {
			continue;
		}
		struct mrl_buffer buffer = mrl_buffer(text, sizeof(text) - 1);
		mrl_buffer_put(&buffer, hint);
		text[buffer.size] = '\0';
		/* CORS-1: no pattern, no `*`, no `null`, whatever the operation is. */
		mrl_diagnose(compile->diagnostics, MRL_ERROR, "policy-origin", origin->node, text,
		             "\"%.*s\" is no exact origin", MRL_PRINT(origin->text));
		err = MRL_ERR_INVALID;
	}
	return err;
}

/* CORS-4: names that scripts never need to read and attackers like to. */
static bool is_secret(struct mrl_slice name)
{
	static const char *const names[] = {"*",      "authorization", "set-cookie",   "cookie",
	                                    "server", "via",           "x-powered-by", "x-real-ip"};
	struct mrl_slice ending = MRL_SLICE("-internal");
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		if (mrl_slice_equal_nocase(name, mrl_slice_text(names[i]))) {
			return true;
		}
	}
	if (mrl_slice_equal_nocase(mrl_slice_sub(name, 0, 7), MRL_SLICE("merlon-"))) {
		return true;
	}
	return name.size > ending.size + 2 &&
	       mrl_slice_equal_nocase(mrl_slice_sub(name, 0, 2), MRL_SLICE("x-")) &&
	       mrl_slice_equal_nocase(mrl_slice_from(name, name.size - ending.size), ending);
}

static enum mrl_err check_names(const struct mrl_compile *compile, const struct mrl_settings *names,
                                bool exposed)
{
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; i < names->count; i++) {
		const struct mrl_setting *name = &names->items[i];
		if (mrl_field_name_valid(name->text) && !(exposed && is_secret(name->text))) {
			continue;
		}
		mrl_diagnose(compile->diagnostics, MRL_ERROR, "policy-field-name", name->node,
		             exposed ? "name a harmless reply field exactly, or leave it out"
		                     : "write a field name of letters, digits and '-'",
		             "\"%.*s\" may not stand here", MRL_PRINT(name->text));
		err = MRL_ERR_INVALID;
	}
	return err;
}

/* A comma list under construction. */
struct list {
	struct mrl_buffer buffer;
};

static bool list_has(const struct list *list, struct mrl_slice name)
{
	struct mrl_slice rest = mrl_buffer_slice(&list->buffer);
	struct mrl_slice element;
	while (mrl_list_next(&rest, &element)) {
		if (mrl_slice_equal_nocase(element, name)) {
			return true;
		}
	}
	return false;
}

static void list_add(struct list *list, struct mrl_slice name)
{
	if (list_has(list, name)) {
		return;
	}
	if (list->buffer.size != 0) {
		MRL_PUT(&list->buffer, ", ");
	}
	mrl_buffer_put(&list->buffer, name);
}

static void list_add_names(struct list *list, const struct mrl_names *names)
{
	for (uint32_t i = 0; i < names->count; i++) {
		list_add(list, names->items[i]);
	}
}

static void list_add_settings(struct list *list, const struct mrl_settings *settings)
{
	for (uint32_t i = 0; i < settings->count; i++) {
		list_add(list, settings->items[i].text);
	}
}

static size_t names_size(const struct mrl_names *names)
{
	size_t size = 0;
	for (uint32_t i = 0; i < names->count; i++) {
		size += names->items[i].size + 2;
	}
	return size;
}

static size_t settings_size(const struct mrl_settings *settings)
{
	size_t size = 0;
	for (uint32_t i = 0; i < settings->count; i++) {
		size += settings->items[i].text.size + 2;
	}
	return size;
}

#define FIXED_SIZE 256

static bool list_begin(struct mrl_arena *arena, size_t variable, struct list *ret_list)
{
	size_t capacity = FIXED_SIZE + variable;
	ret_list->buffer = mrl_buffer(mrl_arena_alloc(arena, capacity, 1), capacity);
	return ret_list->buffer.data != NULL;
}

/* Request fields that a script may send: harmless ones, and what the operation documents. */
static enum mrl_err make_allow_list(const struct mrl_compile *compile, struct mrl_cors *cors)
{
	static const char *const always[] = {"accept",       "accept-language", "content-language",
	                                     "content-type", "traceparent",     "tracestate",
	                                     "x-request-id"};
	const struct mrl_operation *operation = compile->operation;
	struct list list;
	size_t variable = settings_size(&cors->allow_headers);
	if (operation != NULL) {
		variable += names_size(&operation->api_key_headers) +
		            names_size(&operation->header_parameters);
	}
	if (!list_begin(compile->arena, variable, &list)) {
		return MRL_ERR_MEMORY;
	}
	for (size_t i = 0; i < MRL_COUNT(always); i++) {
		list_add(&list, mrl_slice_text(always[i]));
	}
	if (operation != NULL) {
		if (operation->authorization) {
			list_add(&list, MRL_SLICE("authorization"));
		}
		list_add_names(&list, &operation->api_key_headers);
		list_add_names(&list, &operation->header_parameters);
	}
	list_add_settings(&list, &cors->allow_headers);
	cors->allow_list = mrl_buffer_slice(&list.buffer);
	return list.buffer.overflow ? MRL_ERR_BUG : MRL_OK;
}

/* Reply fields that a script may read. */
static enum mrl_err make_expose_field(const struct mrl_compile *compile, struct mrl_cors *cors)
{
	static const char *const always[] = {
		"X-Request-Id", "Retry-After", "RateLimit", "RateLimit-Policy",
		"Location",     "ETag",        "Link"};
	const struct mrl_operation *operation = compile->operation;
	struct list list;
	size_t variable = settings_size(&cors->expose);
	for (uint32_t i = 0; operation != NULL && i < operation->reply_count; i++) {
		variable += names_size(&operation->replies[i].headers);
	}
	if (!list_begin(compile->arena, variable, &list)) {
		return MRL_ERR_MEMORY;
	}
	for (size_t i = 0; i < MRL_COUNT(always); i++) {
		list_add(&list, mrl_slice_text(always[i]));
	}
	for (uint32_t i = 0; operation != NULL && i < operation->reply_count; i++) {
		for (uint32_t j = 0; j < operation->replies[i].headers.count; j++) {
			struct mrl_slice name = operation->replies[i].headers.items[j];
			if (!is_secret(name)) {
				list_add(&list, name);
			}
		}
	}
	list_add_settings(&list, &cors->expose);
	cors->expose_field = mrl_field_of(MRL_FIELD_ACCESS_CONTROL_EXPOSE_HEADERS,
	                                  MRL_SLICE("Access-Control-Expose-Headers"),
	                                  mrl_buffer_slice(&list.buffer));
	return list.buffer.overflow ? MRL_ERR_BUG : MRL_OK;
}

static enum mrl_err make_max_age(const struct mrl_compile *compile, struct mrl_cors *cors)
{
	size_t capacity = 20;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(compile->arena, capacity, 1), capacity);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_i64(&text, cors->max_age);
	cors->max_age_text = mrl_buffer_slice(&text);
	return MRL_OK;
}

enum mrl_err mrl_cors_compile(struct mrl_compile *compile, void *config)
{
	struct mrl_cors *cors = config;
	enum mrl_err err = check_origins(compile, cors);
	enum mrl_err other = check_names(compile, &cors->expose, true);
	err = err == MRL_OK ? other : err;
	other = check_names(compile, &cors->allow_headers, false);
	err = err == MRL_OK ? other : err;
	if (err == MRL_OK) {
		err = make_allow_list(compile, cors);
	}
	if (err == MRL_OK) {
		err = make_expose_field(compile, cors);
	}
	return err == MRL_OK ? make_max_age(compile, cors) : err;
}
