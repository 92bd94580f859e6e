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
         "4xx replies that are no problem document: pass those whose type is documented, or none",
         offsetof(struct config, other_4xx)},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_UPSTREAM_ERROR, MRL_PROBLEM_UPSTREAM_REFUSED};

/* RFC 9110 10.2.3: seconds, or an HTTP-date of fixed length. */
static bool is_retry_after(struct mrl_slice value)
{
	uint64_t seconds;
	if (mrl_parse_u64(value, &seconds)) {
		return seconds >= 1 && seconds <= RETRY_SECONDS_MAX;
	}
	return value.size == sizeof("Sun, 06 Nov 1994 08:49:37 GMT") - 1 &&
	       mrl_field_value_valid(value) && mrl_slice_ends(value, MRL_SLICE(" GMT"));
}

static enum mrl_err keep(struct mrl_call *call, enum mrl_field_id id, struct mrl_slice name)
{
	const struct mrl_reply *reply = call->reply;
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; i < reply->field_count && err == MRL_OK; i++) {
		const struct mrl_field *field = &reply->fields[i];
		if (field->id == id && mrl_field_value_valid(field->value) &&
		    call->answer_count < MRL_CALL_SETS_MAX) {
			err = mrl_call_answer(call, name, field->value);
		}
	}
	return err;
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

/* What a client needs to go on stays. */
static enum mrl_err replace_4xx(struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	*ret_verdict = mrl_deny(MRL_PROBLEM_UPSTREAM_REFUSED);
	ret_verdict->status = call->reply->status;
	enum mrl_err err = keep(call, MRL_FIELD_WWW_AUTHENTICATE, MRL_SLICE("WWW-Authenticate"));
	if (err == MRL_OK) {
		err = keep(call, MRL_FIELD_ALLOW, MRL_SLICE("Allow"));
	}
	if (err == MRL_OK) {
		err = keep(call, MRL_FIELD_RETRY_AFTER, MRL_SLICE("Retry-After"));
	}
	if (err == MRL_OK) {
		err = keep(call, MRL_FIELD_RATELIMIT, MRL_SLICE("RateLimit"));
	}
	return err != MRL_OK
	               ? err
	               : keep(call, MRL_FIELD_RATELIMIT_POLICY, MRL_SLICE("RateLimit-Policy"));
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
	return replace_4xx(call, ret_verdict);
}

static enum mrl_err decide_4xx(const struct config *config, struct mrl_call *call,
                               struct mrl_verdict *ret_verdict)
{
	const struct mrl_reply *reply = call->reply;
	const struct mrl_operation *operation = call->route.operation;
	struct mrl_slice type = essence(reply->type);
	if (is_coded(reply)) {
		return replace_4xx(call, ret_verdict);
	}
	if (mrl_slice_equal_nocase(type, MRL_SLICE(MRL_PROBLEM_TYPE))) {
		return reply->has_body ? decide_problem(call, ret_verdict) : MRL_OK;
	}
	if (config->other_4xx == OTHER_DECLARED && operation != NULL && type.size != 0 &&
	    mrl_operation_documents(operation, reply->status, type)) {
		return MRL_OK;
	}
	return replace_4xx(call, ret_verdict);
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
