/*
 * cors [CORS-1 CORS-2 CORS-3 CORS-4]: exact origins only, a foreign one is refused before the
 * upstream sees it, and preflights are answered here from what the document says.
 *
 * A preflight is judged by the configuration of the operation that it asks for, not by that of
 * OPTIONS.
 */
#include "cors.h"

#define ORIGIN_MAX       512
#define HEADERS_MAX      1024
#define HEADER_NAMES_MAX 32
#define VARY_MAX         1024

static const struct mrl_key keys[] = {
	{"origins", MRL_KEY_LIST, 0, 64, "[]", NULL,
         "origins whose pages may call this API: scheme://host[:port], exactly",
         offsetof(struct mrl_cors, origins)},
	{"credentials", MRL_KEY_BOOL, 0, 1, "off", NULL,
         "whether such pages may send cookies (Access-Control-Allow-Credentials)",
         offsetof(struct mrl_cors, credentials)},
	{"max_age", MRL_KEY_NUMBER, 0, 7200, "600", NULL,
         "how long a browser may keep a preflight's answer, in seconds",
         offsetof(struct mrl_cors, max_age)},
	{"expose", MRL_KEY_LIST, 0, 64, "[]", NULL, "further reply fields that scripts may read",
         offsetof(struct mrl_cors, expose)},
	{"allow_headers", MRL_KEY_LIST, 0, 64, "[]", NULL,
         "further request fields that scripts may send", offsetof(struct mrl_cors, allow_headers)},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_ORIGIN_NOT_ALLOWED, MRL_PROBLEM_PREFLIGHT_REFUSED,
                                   MRL_PROBLEM_NO_OPERATION};

static const struct mrl_field allow_credentials = {
	.name = MRL_SLICE_INIT("Access-Control-Allow-Credentials"),
	.value = MRL_SLICE_INIT("true")};
static const struct mrl_field vary_origin = {
	.name = MRL_SLICE_INIT("Vary"), .value = MRL_SLICE_INIT("Origin"), .id = MRL_FIELD_VARY};
static const struct mrl_field vary_preflight = {
	.name = MRL_SLICE_INIT("Vary"),
	.value = MRL_SLICE_INIT(
		"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
	.id = MRL_FIELD_VARY};

/* CORS-2: byte by byte; no pattern, no prefix, no suffix. */
static bool is_listed(const struct mrl_cors *cors, struct mrl_slice origin)
{
	for (uint32_t i = 0; i < cors->origins.count; i++) {
		if (mrl_slice_equal(cors->origins.items[i].text, origin)) {
			return true;
		}
	}
	return false;
}

static const struct mrl_cors *cors_of(const struct mrl_operation *operation)
{
	const struct mrl_plan *plan = operation->plan;
	for (uint16_t i = 0; plan != NULL && i < plan->counts[MRL_STAGE_HEAD]; i++) {
		if (plan->steps[MRL_STAGE_HEAD][i].control == &mrl_control_cors) {
			return plan->steps[MRL_STAGE_HEAD][i].config;
		}
	}
	return NULL;
}

/* The operation that a preflight asks for, or NULL. OPTIONS itself needs no permission. */
static const struct mrl_operation *asked_operation(const struct mrl_call *call)
{
	const struct mrl_field *field = mrl_view_field(call->view,
	                                               MRL_FIELD_ACCESS_CONTROL_REQUEST_METHOD);
	enum mrl_method method = field == NULL ? MRL_METHOD_OTHER : mrl_method_of(field->value);
	if (call->route.path == NULL || method == MRL_METHOD_OTHER ||
	    method == MRL_METHOD_OPTIONS) {
		return NULL;
	}
	return call->route.path->operations[method];
}

static bool is_header_allowed(const struct mrl_cors *cors, struct mrl_slice name)
{
	struct mrl_slice rest = cors->allow_list;
	struct mrl_slice allowed;
	while (mrl_list_next(&rest, &allowed)) {
		if (mrl_slice_equal_nocase(allowed, name)) {
			return true;
		}
	}
	return false;
}

static bool are_headers_allowed(const struct mrl_cors *cors, const struct mrl_view *view)
{
	const struct mrl_field *field = mrl_view_field(view,
	                                               MRL_FIELD_ACCESS_CONTROL_REQUEST_HEADERS);
	struct mrl_slice rest = field == NULL ? MRL_SLICE_NONE : field->value;
	struct mrl_slice name;
	unsigned count = 0;
	if (rest.size > HEADERS_MAX) {
		return false;
	}
	while (mrl_list_next(&rest, &name)) {
		if (++count > HEADER_NAMES_MAX ||
		    (name.size != 0 && !is_header_allowed(cors, name))) {
			return false;
		}
	}
	return true;
}

static enum mrl_err answer_preflight(struct mrl_call *call, const struct mrl_cors *cors,
                                     struct mrl_verdict *ret_verdict)
{
	call->preflight = true;
	*ret_verdict = mrl_answer_status(204);
	enum mrl_err err = mrl_call_answer(call, MRL_SLICE("Access-Control-Allow-Methods"),
	                                   call->route.path->allow_cors);
	if (err == MRL_OK) {
		err = mrl_call_answer(call, MRL_SLICE("Access-Control-Allow-Headers"),
		                      cors->allow_list);
	}
	if (err == MRL_OK) {
		err = mrl_call_answer(call, MRL_SLICE("Access-Control-Max-Age"),
		                      cors->max_age_text);
	}
	return err;
}

static enum mrl_err decide_preflight(struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	const struct mrl_operation *operation = asked_operation(call);
	const struct mrl_cors *cors = operation == NULL ? NULL : cors_of(operation);
	if (call->route.path == NULL) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_NO_OPERATION);
		return MRL_OK;
	}
	if (cors == NULL || call->view->has_body || !are_headers_allowed(cors, call->view)) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_PREFLIGHT_REFUSED);
		return MRL_OK;
	}
	return answer_preflight(call, cors, ret_verdict);
}

static bool is_preflight(const struct mrl_view *view)
{
	return view->method == MRL_METHOD_OPTIONS &&
	       mrl_view_field(view, MRL_FIELD_ACCESS_CONTROL_REQUEST_METHOD) != NULL;
}

/* The list that counts: the asked operation's for a preflight, else that of the call's own plan. */
static const struct mrl_cors *cors_for(const struct mrl_cors *own, const struct mrl_call *call)
{
	const struct mrl_operation *operation = is_preflight(call->view) ? asked_operation(call)
	                                                                 : NULL;
	const struct mrl_cors *asked = operation == NULL ? NULL : cors_of(operation);
	return asked == NULL ? own : asked;
}

static enum mrl_err decide_head(const void *config, struct mrl_call *call,
                                struct mrl_verdict *ret_verdict)
{
	const struct mrl_field *field = mrl_view_field(call->view, MRL_FIELD_ORIGIN);
	struct mrl_slice own;
	if (field == NULL) {
		return MRL_OK; /* no browser, or no cross-origin request */
	}
	if (field->value.size <= ORIGIN_MAX && is_listed(cors_for(config, call), field->value)) {
		call->origin_listed = true;
		return is_preflight(call->view) ? decide_preflight(call, ret_verdict) : MRL_OK;
	}
	enum mrl_err err = mrl_call_own_origin(call, &own);
	if (err == MRL_OK && !mrl_slice_equal(own, field->value)) {
		*ret_verdict = mrl_deny(MRL_PROBLEM_ORIGIN_NOT_ALLOWED);
	}
	return err;
}

static bool list_has(struct mrl_slice list, struct mrl_slice name)
{
	struct mrl_slice element;
	while (mrl_list_next(&list, &element)) {
		if (mrl_slice_equal_nocase(element, name)) {
			return true;
		}
	}
	return false;
}

/* Past VARY_MAX a repeat stays: an upstream must not buy a search for each name. */
static void add_vary(struct mrl_buffer *list, struct mrl_slice names)
{
	struct mrl_slice name;
	while (mrl_list_next(&names, &name)) {
		bool known = list->size <= VARY_MAX && list_has(mrl_buffer_slice(list), name);
		if (name.size == 0 || known) {
			continue;
		}
		if (list->size != 0) {
			MRL_PUT(list, ", ");
		}
		mrl_buffer_put(list, name);
	}
}

/* One Vary field: the upstream's names, and Origin unless `*` says it all. */
static enum mrl_err set_vary(struct mrl_call *call)
{
	struct mrl_reply *reply = call->reply;
	size_t capacity = vary_origin.value.size + 2;
	for (uint32_t i = 0; i < reply->field_count; i++) {
		const struct mrl_field *field = &reply->fields[i];
		/* "a,b" grows by one byte for each comma. */
		capacity += field->id == MRL_FIELD_VARY ? 2 * field->value.size + 2 : 0;
	}
	struct mrl_buffer list = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	struct mrl_field *vary = MRL_NEW(call->arena, struct mrl_field);
	if (list.data == NULL || vary == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < reply->field_count; i++) {
		const struct mrl_field *field = &reply->fields[i];
		if (field->id == MRL_FIELD_VARY && !field->drop &&
		    mrl_field_value_valid(field->value)) {
			add_vary(&list, field->value);
		}
	}
	if (!list_has(mrl_buffer_slice(&list), MRL_SLICE("*"))) {
		add_vary(&list, vary_origin.value);
	}
	*vary = mrl_field_of(MRL_FIELD_VARY, vary_origin.name, mrl_buffer_slice(&list));
	return mrl_reply_set(reply, vary);
}

static enum mrl_err allow_origin(const struct mrl_cors *cors, struct mrl_call *call)
{
	const struct mrl_field *origin = mrl_view_field(call->view, MRL_FIELD_ORIGIN);
	struct mrl_field *allow = MRL_NEW(call->arena, struct mrl_field);
	if (allow == NULL || !MRL_INVARIANT(origin != NULL)) {
		return MRL_ERR_MEMORY;
	}
	*allow = mrl_field_of(MRL_FIELD_ACCESS_CONTROL_ALLOW_ORIGIN,
	                      MRL_SLICE("Access-Control-Allow-Origin"), origin->value);
	enum mrl_err err = mrl_reply_set(call->reply, allow);
	if (err == MRL_OK && cors->credentials) {
		err = mrl_reply_set(call->reply, &allow_credentials);
	}
	if (err == MRL_OK && !call->preflight) {
		err = mrl_reply_set(call->reply, &cors->expose_field);
	}
	return err;
}

static enum mrl_err decide_reply(const void *config, struct mrl_call *call,
                                 struct mrl_verdict *ret_verdict)
{
	const struct mrl_cors *cors = config;
	(void)ret_verdict;
	if (call->origin_listed) {
		enum mrl_err err = allow_origin(cors_for(cors, call), call);
		if (err != MRL_OK) {
			return err;
		}
	}
	if (call->preflight) {
		return mrl_reply_set(call->reply, &vary_preflight);
	}
	if (cors->origins.count == 0 && !call->origin_listed) {
		return MRL_OK;
	}
	if (call->reply->answer || mrl_reply_field(call->reply, MRL_FIELD_VARY) == NULL) {
		return mrl_reply_set(call->reply, &vary_origin);
	}
	return set_vary(call);
}

const struct mrl_control mrl_control_cors = {
	.name = "cors",
	.items = "CORS-1 CORS-2 CORS-3 CORS-4",
	.summary = "Exact origins only; a foreign origin is refused before the API sees the call.",
	.judges = true,
	.keys = keys,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct mrl_cors),
	.compile = mrl_cors_compile,
	.decide = {[MRL_STAGE_HEAD] = decide_head,
                   [MRL_STAGE_REPLY] = decide_reply,
                   [MRL_STAGE_ANSWER] = decide_reply},
};
