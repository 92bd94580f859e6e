/*
 * own_cookies [AUTH-4]: cookies that hold Merlon's own sessions never reach an upstream, and an
 * upstream never sets one.
 */
#include "control.h"

static const struct mrl_fact_row facts[] = {
	{"own_cookie_set", MRL_FACT_NUMBER, false,
         "Set-Cookie fields of the upstream with a reserved name that were removed"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_TOKEN_REQUEST};

/* `__Host-Http-` and one of: rt-*, sso, ls-*, dev, bff, bff.1, bff.2. Browsers compare prefixes
 * without case, so do we. */
static bool is_own(struct mrl_slice name)
{
	struct mrl_slice prefix = MRL_SLICE("__Host-Http-");
	static const char *const exact[] = {"sso", "dev", "bff", "bff.1", "bff.2"};
	if (!mrl_slice_equal_nocase(mrl_slice_sub(name, 0, prefix.size), prefix)) {
		return false;
	}
	struct mrl_slice rest = mrl_slice_from(name, prefix.size);
	for (size_t i = 0; i < MRL_COUNT(exact); i++) {
		if (mrl_slice_equal_nocase(rest, mrl_slice_text(exact[i]))) {
			return true;
		}
	}
	struct mrl_slice start = mrl_slice_sub(rest, 0, 3);
	return mrl_slice_equal_nocase(start, MRL_SLICE("rt-")) ||
	       mrl_slice_equal_nocase(start, MRL_SLICE("ls-"));
}

/* The name by which a server knows the pair: browsers send a cookie without a name as its bare
 * value, so that the value `x=1` is a cookie `x` to whoever reads it. */
static struct mrl_slice name_of(struct mrl_slice name, struct mrl_slice value)
{
	return name.size != 0 ? name : mrl_slice_sub(value, 0, mrl_slice_find(value, '='));
}

static bool has_own(const struct mrl_view *view)
{
	struct mrl_slice name;
	struct mrl_slice value;
	for (uint32_t i = view->first[MRL_FIELD_COOKIE] - 1U; i < view->field_count; i++) {
		struct mrl_slice cookies = view->fields[i].value;
		while (view->fields[i].id == MRL_FIELD_COOKIE &&
		       mrl_cookie_next(&cookies, &name, &value)) {
			if (is_own(name_of(name, value))) {
				return true;
			}
		}
	}
	return false;
}

/* RFC 9113 8.2.3: HTTP/2 may split the field; put together it is one list again. */
static enum mrl_err join(struct mrl_call *call, struct mrl_slice *ret_cookies)
{
	const struct mrl_view *view = call->view;
	size_t capacity = 0;
	for (uint32_t i = 0; i < view->field_count; i++) {
		const struct mrl_field *field = &view->fields[i];
		capacity += field->id == MRL_FIELD_COOKIE ? field->value.size + 2 : 0;
	}
	struct mrl_buffer cookies = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	if (cookies.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < view->field_count; i++) {
		if (view->fields[i].id == MRL_FIELD_COOKIE) {
			mrl_buffer_put(&cookies,
			               cookies.size == 0 ? MRL_SLICE("") : MRL_SLICE("; "));
			mrl_buffer_put(&cookies, view->fields[i].value);
		}
	}
	*ret_cookies = mrl_buffer_slice(&cookies);
	return MRL_OK;
}

/* Whether an own cookie comes twice: `cookies` is what follows the first one. */
static bool is_repeated(struct mrl_slice cookies, struct mrl_slice own)
{
	struct mrl_slice name;
	struct mrl_slice value;
	while (mrl_cookie_next(&cookies, &name, &value)) {
		if (mrl_slice_equal_nocase(name_of(name, value), own)) {
			return true;
		}
	}
	return false;
}

static void keep(struct mrl_buffer *kept, struct mrl_slice name, struct mrl_slice value)
{
	if (kept->size != 0) {
		MRL_PUT(kept, "; ");
	}
	mrl_buffer_put(kept, name);
	if (name.size != 0) {
		mrl_buffer_byte(kept, '=');
	}
	mrl_buffer_put(kept, value);
}

static enum mrl_err cut(struct mrl_call *call, struct mrl_slice cookies,
                        struct mrl_verdict *ret_verdict)
{
	size_t capacity;
	struct mrl_slice name;
	struct mrl_slice value;
	if (!mrl_size_mul(cookies.size, 2, &capacity)) {
		return MRL_ERR_LIMIT;
	}
	struct mrl_buffer kept = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	if (kept.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	while (mrl_cookie_next(&cookies, &name, &value)) {
		struct mrl_slice known = name_of(name, value);
		if (!is_own(known)) {
			keep(&kept, name, value);
		} else if (is_repeated(cookies, known)) {
			*ret_verdict = mrl_deny(MRL_PROBLEM_TOKEN_REQUEST);
			return MRL_OK;
		}
	}
	mrl_view_drop(call->view, MRL_FIELD_COOKIE);
	return kept.size == 0 ? MRL_OK
	                      : mrl_call_set(call, MRL_SLICE("Cookie"), mrl_buffer_slice(&kept));
}

static enum mrl_err decide_head(const void *config, struct mrl_call *call,
                                struct mrl_verdict *ret_verdict)
{
	struct mrl_slice cookies;
	(void)config;
	if (mrl_view_field(call->view, MRL_FIELD_COOKIE) == NULL || !has_own(call->view)) {
		return MRL_OK;
	}
	enum mrl_err err = join(call, &cookies);
	return err != MRL_OK ? err : cut(call, cookies, ret_verdict);
}

static struct mrl_slice cookie_name(struct mrl_slice set_cookie)
{
	struct mrl_slice name;
	struct mrl_slice value;
	return mrl_cookie_next(&set_cookie, &name, &value) ? name_of(name, value) : MRL_SLICE_NONE;
}

static enum mrl_err decide_reply(const void *config, struct mrl_call *call,
                                 struct mrl_verdict *ret_verdict)
{
	struct mrl_reply *reply = call->reply;
	uint64_t removed = 0;
	(void)config;
	(void)ret_verdict;
	if (mrl_reply_field(reply, MRL_FIELD_SET_COOKIE) == NULL) {
		return MRL_OK;
	}
	for (uint32_t i = 0; i < reply->field_count; i++) {
		struct mrl_field *field = &reply->fields[i];
		if (field->id == MRL_FIELD_SET_COOKIE && is_own(cookie_name(field->value))) {
			field->drop = true;
			removed++;
		}
	}
	if (removed != 0) {
		mrl_call_number(call, &facts[0], removed);
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_own_cookies = {
	.name = "own_cookies",
	.items = "AUTH-4",
	.summary = "Merlon's session cookies stay between browser and gateway.",
	.judges = true,
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.decide = {[MRL_STAGE_HEAD] = decide_head, [MRL_STAGE_REPLY] = decide_reply},
};
