/*
 * Values to verdicts: text to tape, tape to the validator, its answer to a fault. What a fault says
 * to a client is where; what it says to a record has no name that the client made up.
 */
#include "judge.h"

struct mrl_judge mrl_judge_of_request(struct mrl_input_call *call, enum mrl_input_place in,
                                      struct mrl_input_fault *fault)
{
	bool body = in == MRL_IN_BODY;
	return (struct mrl_judge){
		.call = call,
		.program = call->input->program,
		.invalid = body ? MRL_INPUT_INVALID : MRL_INPUT_PARAMETER,
		.syntax = body ? MRL_INPUT_SYNTAX : MRL_INPUT_PARAMETER,
		.bytes = call->view->target.size + call->view->field_bytes,
		.in = in,
		.fault = fault,
	};
}

struct mrl_style_context mrl_judge_context(const struct mrl_judge *judge,
                                           enum mrl_style_coding coding)
{
	const struct mrl_input_settings *settings = judge->call->input->settings;
	return (struct mrl_style_context){.arena = judge->call->arena,
	                                  .seed = judge->call->seed,
	                                  .coding = coding,
	                                  .nul = settings->json.nul,
	                                  .label_dots = settings->label_dots,
	                                  .number_bytes = settings->json.number_bytes};
}

static struct mrl_schema_allowance allowance_of(const struct mrl_judge *judge)
{
	const struct mrl_input_call *call = judge->call;
	const struct mrl_input_settings *settings = call->input->settings;
	uint64_t steps = judge->bytes * settings->ops_per_byte;
	steps = steps < settings->ops_min ? settings->ops_min : steps;
	return (struct mrl_schema_allowance){
		.steps = steps > call->steps ? steps - call->steps : 0,
		.regex_steps = settings->regex_steps > call->regex_steps
	                               ? settings->regex_steps - call->regex_steps
	                               : 0};
}

static enum mrl_err run(const struct mrl_judge *judge, uint32_t entry, struct mrl_json_doc *doc,
                        struct mrl_schema_result *ret_result)
{
	struct mrl_input_call *call = judge->call;
	struct mrl_schema_allowance allowance = allowance_of(judge);
	struct mrl_arena_mark mark = mrl_arena_mark(call->arena);
	enum mrl_err err = mrl_schema_run(judge->program, entry, doc, doc->nodes, call->arena,
	                                  call->seed, &allowance, ret_result);
	mrl_arena_reset(call->arena, mark);
	if (err == MRL_OK) {
		call->steps += ret_result->steps;
		call->regex_steps += ret_result->regex_steps;
	}
	return err;
}

static enum mrl_err refuse_result(const struct mrl_judge *judge, const struct mrl_json_doc *doc,
                                  const struct mrl_schema_result *result)
{
	if (result->outcome == MRL_SCHEMA_EXHAUSTED) {
		return mrl_refuse(judge, MRL_INPUT_TOO_COMPLEX, MRL_SLICE_NONE);
	}
	enum mrl_err err = mrl_refuse(judge, judge->invalid, result->keyword);
	if (err != MRL_OK) {
		return err;
	}
	judge->fault->capped = result->capped;
	judge->fault->site = mrl_program_site(judge->program, result->site);
	return mrl_refuse_node(judge, doc, result->node);
}

enum mrl_err mrl_judge_doc(const struct mrl_judge *judge, uint32_t entry, struct mrl_json_doc *doc)
{
	struct mrl_schema_result result;
	if (entry == MRL_NO_ENTRY) {
		return MRL_OK;
	}
	enum mrl_err err = run(judge, entry, doc, &result);
	return err != MRL_OK || result.outcome == MRL_SCHEMA_VALID
	               ? err
	               : refuse_result(judge, doc, &result);
}

/* The attempts in order, until one is valid; the first failure is what is told. */
static enum mrl_err try_attempts(const struct mrl_judge *judge,
                                 const struct mrl_style_context *context,
                                 const struct mrl_parameter *parameter,
                                 struct mrl_style_value *value, struct mrl_json_doc *ret_doc)
{
	uint32_t attempts = mrl_style_attempts(context, value);
	struct mrl_input_fault first = {.kind = MRL_INPUT_NONE};
	struct mrl_input_fault *fault = judge->fault;
	for (uint32_t i = 0; i < attempts; i++) {
		struct mrl_json_build build;
		*fault = (struct mrl_input_fault){.kind = MRL_INPUT_NONE};
		mrl_json_build_init(&build, judge->call->arena);
		mrl_style_build(context, parameter, value, i, &build);
		enum mrl_err err = mrl_json_build_finish(&build, ret_doc);
		if (err == MRL_OK) {
			err = mrl_judge_doc(judge, parameter->entry, ret_doc);
		}
		if (err != MRL_OK || fault->kind == MRL_INPUT_NONE ||
		    fault->kind == MRL_INPUT_TOO_COMPLEX) {
			return err;
		}
		first = i == 0 ? *fault : first;
	}
	*fault = first;
	return attempts == 0 ? mrl_refuse_item(judge, parameter, value) : MRL_OK;
}

enum mrl_err mrl_judge_text(const struct mrl_judge *judge, const struct mrl_parameter *parameter,
                            struct mrl_slice text, struct mrl_json_doc *ret_doc)
{
	struct mrl_style_context context = mrl_judge_context(judge, MRL_CODING_NONE);
	struct mrl_style_item item = {.text = text, .types = parameter->types};
	struct mrl_style_value value = {.items = &item, .count = 1};
	return try_attempts(judge, &context, parameter, &value, ret_doc);
}

enum mrl_err mrl_judge_read(const struct mrl_judge *judge, struct mrl_slice text,
                            struct mrl_json_doc *ret_doc)
{
	const struct mrl_input_call *call = judge->call;
	struct mrl_json_limits limits = call->input->settings->json;
	struct mrl_json_fault fault = {.code = MRL_JSON_NONE};
	memcpy(limits.seed, call->seed, sizeof(limits.seed));
	enum mrl_err err = mrl_json_read(&limits, call->scan, text, call->arena, ret_doc, &fault);
	if (err != MRL_OK || fault.code == MRL_JSON_NONE) {
		return err;
	}
	return mrl_refuse_at(judge, text, fault.offset, mrl_json_fault_name(fault.code));
}

/* `content`: one text, of which only the decoded form is a value. */
static enum mrl_err judge_content(const struct mrl_judge *judge,
                                  const struct mrl_parameter *parameter,
                                  const struct mrl_style_context *context, struct mrl_slice raw,
                                  struct mrl_json_doc *ret_doc)
{
	struct mrl_slice text;
	bool good = false;
	enum mrl_err err = mrl_style_decode(context, raw, &text, &good);
	if (err != MRL_OK || !good) {
		return err == MRL_OK ? mrl_refuse(judge, judge->syntax, MRL_SLICE("syntax")) : err;
	}
	if (parameter->style == MRL_STYLE_TEXT) {
		return mrl_judge_text(judge, parameter, text, ret_doc);
	}
	err = mrl_judge_read(judge, text, ret_doc);
	return err == MRL_OK && !mrl_judge_refused(judge)
	               ? mrl_judge_doc(judge, parameter->entry, ret_doc)
	               : err;
}

static enum mrl_style_coding coding_of(const struct mrl_parameter *parameter)
{
	bool content = parameter->content_type.size != 0;
	switch (parameter->in) {
	case MRL_IN_PATH: return MRL_CODING_PERCENT;
	case MRL_IN_HEADER: return MRL_CODING_NONE;
	case MRL_IN_COOKIE: return content ? MRL_CODING_PERCENT : MRL_CODING_NONE;
	case MRL_IN_QUERY:
	case MRL_IN_BODY: break;
	}
	return MRL_CODING_FORM;
}

static enum mrl_err judge_coded(const struct mrl_judge *judge,
                                const struct mrl_parameter *parameter,
                                const struct mrl_style_context *context,
                                const struct mrl_style_raws *raws, struct mrl_json_doc *ret_doc)
{
	struct mrl_style_value value;
	enum mrl_err err = mrl_style_read(context, parameter, raws, &value);
	if (err != MRL_OK) {
		return err;
	}
	return value.fault != MRL_STYLE_OK
	               ? mrl_refuse_item(judge, parameter, &value)
	               : try_attempts(judge, context, parameter, &value, ret_doc);
}

/* Some servers decode cookies and some do not: both values must be valid. */
static enum mrl_err judge_cookie(const struct mrl_judge *judge,
                                 const struct mrl_parameter *parameter,
                                 const struct mrl_style_raws *raws, struct mrl_json_doc *doc)
{
	struct mrl_style_context context = mrl_judge_context(judge, MRL_CODING_PERCENT);
	struct mrl_slice raw = raws->items[0].text;
	struct mrl_json_doc decoded;
	context.coding = MRL_CODING_NONE;
	enum mrl_err err = judge_coded(judge, parameter, &context, raws, doc);
	if (err != MRL_OK || mrl_judge_refused(judge) || mrl_slice_find(raw, '%') == raw.size) {
		return err;
	}
	context.coding = MRL_CODING_PERCENT;
	return judge_coded(judge, parameter, &context, raws, &decoded);
}

enum mrl_err mrl_judge_parameter(const struct mrl_judge *judge,
                                 const struct mrl_parameter *parameter,
                                 const struct mrl_style_raws *raws, struct mrl_json_doc *ret_doc)
{
	struct mrl_style_context context = mrl_judge_context(judge, coding_of(parameter));
	bool content = parameter->style == MRL_STYLE_JSON || parameter->style == MRL_STYLE_TEXT;
	bool cookie = parameter->in == MRL_IN_COOKIE;
	if ((content || cookie) && raws->count != 1) {
		return mrl_refuse(judge, judge->syntax, MRL_SLICE("repeated"));
	}
	if (cookie && mrl_slice_find(raws->items[0].text, '"') != raws->items[0].text.size) {
		return mrl_refuse(judge, judge->syntax, MRL_SLICE("syntax"));
	}
	if (content) {
		return judge_content(judge, parameter, &context, raws->items[0].text, ret_doc);
	}
	return cookie ? judge_cookie(judge, parameter, raws, ret_doc)
	              : judge_coded(judge, parameter, &context, raws, ret_doc);
}
