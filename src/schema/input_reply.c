/* Replies against what the operation documents: status, type, headers, body. */
#include "judge.h"

static const struct mrl_input_reply *find_reply(const struct mrl_input *input, uint16_t status)
{
	const uint16_t wanted[] = {status, status / 100, 0};
	for (size_t i = 0; i < MRL_COUNT(wanted); i++) {
		for (uint32_t j = 0; j < input->reply_count; j++) {
			if (input->replies[j].status == wanted[i]) {
				return &input->replies[j];
			}
		}
	}
	return NULL;
}

static struct mrl_judge judge_of(struct mrl_input_call *call, enum mrl_input_place in,
                                 struct mrl_input_fault *fault)
{
	return (struct mrl_judge){
		.call = call,
		.program = call->input->inputs->programs[MRL_GROUP_REPLY],
		.invalid = MRL_INPUT_REPLY,
		.syntax = MRL_INPUT_REPLY,
		.in = in,
		.fault = fault,
	};
}

static bool is_coded(const struct mrl_reply *reply)
{
	const struct mrl_field *coding = mrl_reply_field(reply, MRL_FIELD_CONTENT_ENCODING);
	return coding != NULL && !mrl_slice_equal_nocase(coding->value, MRL_SLICE("identity"));
}

/* A body that nobody documented is a leak as much as a field. */
static enum mrl_err judge_type(const struct mrl_judge *judge, const struct mrl_input_reply *known,
                               const struct mrl_reply *reply)
{
	struct mrl_input_call *call = judge->call;
	if (!reply->has_body || reply->content_length == 0) {
		return MRL_OK;
	}
	if (is_coded(reply)) {
		return mrl_refuse(judge, MRL_INPUT_REPLY, MRL_SLICE("content-encoding"));
	}
	call->media = mrl_media_find(&known->medias, reply->type, &call->boundary);
	if (call->media == NULL) {
		return mrl_refuse(judge, MRL_INPUT_REPLY, MRL_SLICE("content-type"));
	}
	if (call->media->unjudged) {
		return mrl_refuse(judge, MRL_INPUT_REPLY, MRL_SLICE("unjudged"));
	}
	call->reading = call->media->reading;
	return MRL_OK;
}

enum mrl_err mrl_input_reply_head(struct mrl_input_call *call, const struct mrl_reply *reply,
                                  struct mrl_input_fault *ret_fault)
{
	struct mrl_input_fault fault = {.kind = MRL_INPUT_NONE};
	struct mrl_judge body = judge_of(call, MRL_IN_BODY, &fault);
	struct mrl_judge header = judge_of(call, MRL_IN_HEADER, &fault);
	const struct mrl_header_list list = {.fields = reply->fields, .count = reply->field_count};
	const struct mrl_input_reply *known = find_reply(call->input, reply->status);
	call->reading = MRL_READING_NONE;
	call->media = NULL;
	call->steps = 0;
	call->regex_steps = 0;
	enum mrl_err err = known == NULL ? mrl_refuse(&body, MRL_INPUT_REPLY, MRL_SLICE("status"))
	                                 : judge_type(&body, known, reply);
	if (err == MRL_OK && fault.kind == MRL_INPUT_NONE) {
		err = mrl_judge_headers(&header, &known->headers, &list);
	}
	if (err == MRL_OK) {
		*ret_fault = fault;
	}
	return err;
}

enum mrl_err mrl_input_reply_body(struct mrl_input_call *call, struct mrl_slice body,
                                  struct mrl_input_fault *ret_fault)
{
	struct mrl_input_fault fault = {.kind = MRL_INPUT_NONE};
	struct mrl_judge judge = judge_of(call, MRL_IN_BODY, &fault);
	struct mrl_json_doc doc = {.nodes = NULL};
	enum mrl_err err = mrl_judge_body(&judge, body, &doc);
	if (err != MRL_OK) {
		return err;
	}
	/* Too complex to be judged is not judged either. */
	if (fault.kind != MRL_INPUT_NONE) {
		fault.kind = MRL_INPUT_REPLY;
	}
	*ret_fault = fault;
	return MRL_OK;
}
