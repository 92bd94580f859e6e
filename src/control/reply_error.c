/*
 * reply_error [ERR-1 ERR-3]: one error schema, whoever failed. An upstream's 5xx is answered in our
 * words at once; its 4xx passes as a problem document or as what the API documents, else not.
 */
#include "control.h"

#define RETRY_SECONDS_MAX 86400

struct config {
	int other_4xx;
};

enum other_4xx { OTHER_DECLARED, OTHER_PROBLEM };

static const char *const other_choices[] = {
	[OTHER_DECLARED] = "declared", [OTHER_PROBLEM] = "problem", NULL};

static const struct mrl_key keys[] = {
	{"other_4xx", MRL_KEY_ENUM, 0, 0, "declared", other_choices,
         "4xx replies that are no problem document: pass those that are documented, or none",
         offsetof(struct config, other_4xx)},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_UPSTREAM_ERROR, MRL_PROBLEM_UPSTREAM_REFUSED};

/* RFC 9110 5.6.7, IMF-fixdate; the names of days and months are not looked up. */
static bool is_http_date(struct mrl_slice value)
{
	static const char form[] = "Aaa, 00 Aaa 0000 00:00:00 GMT";
	bool fits = value.size == sizeof(form) - 1;
	for (size_t i = 0; fits && i < value.size; i++) {
		uint8_t byte = value.data[i];
		bool in_name = i < 3 || (i >= 8 && i < 11);
		if (in_name) {
			bool upper = byte >= 'A' && byte <= 'Z';
			fits = form[i] == 'A' ? upper : byte >= 'a' && byte <= 'z';
		} else {
			fits = form[i] == '0' ? mrl_is_digit(byte) : byte == (uint8_t)form[i];
		}
	}
	return fits;
}

/* RFC 9110 10.2.3: seconds, or a date. */
static bool is_retry_after(struct mrl_slice value)
{
	uint64_t seconds;
	if (mrl_parse_u64(value, &seconds)) {
		return seconds >= 1 && seconds <= RETRY_SECONDS_MAX;
	}
	return is_http_date(value);
}

static enum mrl_err replace_5xx(struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	const struct mrl_field *retry = mrl_reply_field(call->reply, MRL_FIELD_RETRY_AFTER);
	uint16_t status = call->reply->status;
	*ret_verdict = mrl_deny(MRL_PROBLEM_UPSTREAM_ERROR);
	ret_verdict->status = status <= 504 ? status : 500;
	if (status == 503 && retry != NULL && is_retry_after(retry->value)) {
		return mrl_call_answer(call, MRL_SLICE("Retry-After"), retry->value);
	}
	return MRL_OK;
}

static bool is_coded(const struct mrl_reply *reply)
{
	const struct mrl_field *coding = mrl_reply_field(reply, MRL_FIELD_CONTENT_ENCODING);
	return coding != NULL && !mrl_slice_equal_nocase(coding->value, MRL_SLICE("identity"));
}

static struct mrl_slice essence(struct mrl_slice type)
{
	return mrl_slice_trim(mrl_slice_sub(type, 0, mrl_slice_find(type, ';')));
}

/* A problem document passes if it is one: an object that is all here and whose status is true. */
static enum mrl_err decide_problem(struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	const struct mrl_reply *reply = call->reply;
	if ((call->needs_met & 1U << MRL_NEED_REPLY_BODY) == 0) {
		*ret_verdict = (struct mrl_verdict){
			.outcome = MRL_NEED,
			.need = MRL_NEED_REPLY_BODY,
			.amount = (uint64_t)call->route.plan->scan_bytes,
		};
		return MRL_OK;
	}
	if (reply->body_ended && mrl_problem_read(reply->body, reply->status)) {
		return MRL_OK;
	}
	return mrl_call_refuse_reply(call, ret_verdict);
}

static bool is_empty(const struct mrl_reply *reply)
{
	return reply->type.size == 0 &&
	       (reply->content_length == 0 || (!reply->has_body && reply->content_length < 0));
}

static bool is_documented(const struct mrl_call *call, struct mrl_slice type)
{
	const struct mrl_reply *reply = call->reply;
	const struct mrl_operation *operation = call->route.operation;
	if (operation == NULL) {
		return false;
	}
	return is_empty(reply)
	               ? mrl_operation_documents_nothing(operation, reply->status)
	               : type.size != 0 && mrl_operation_documents(operation, reply->status, type);
}

static enum mrl_err decide_4xx(const struct config *config, struct mrl_call *call,
                               struct mrl_verdict *ret_verdict)
{
	const struct mrl_reply *reply = call->reply;
	struct mrl_slice type = essence(reply->type);
	if (is_coded(reply)) {
		return mrl_call_refuse_reply(call, ret_verdict);
	}
	if (mrl_slice_equal_nocase(type, MRL_SLICE(MRL_PROBLEM_TYPE))) {
		return reply->has_body ? decide_problem(call, ret_verdict) : MRL_OK;
	}
	if (config->other_4xx == OTHER_DECLARED && is_documented(call, type)) {
		return MRL_OK;
	}
	return mrl_call_refuse_reply(call, ret_verdict);
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	if (call->reply->status >= 500) {
		return replace_5xx(call, ret_verdict);
	}
	return call->reply->status >= 400 ? decide_4xx(config, call, ret_verdict) : MRL_OK;
}

const struct mrl_control mrl_control_reply_error = {
	.name = "reply_error",
	.items = "ERR-1 ERR-3",
	.summary = "Errors of the upstream become problem documents; 5xx bodies never pass.",
	.judges = true,
	.keys = keys,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.decide = {[MRL_STAGE_REPLY] = decide},
};
