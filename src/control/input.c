/*
 * What the controls of inputs share: the call as the core's input stage wants it, and how its
 * faults become verdicts.
 */
#include "control.h"

enum fact { FACT_IN, FACT_KEYWORD, FACT_CAPPED, FACT_STEPS };

const struct mrl_fact_row mrl_input_facts[] = {
	[FACT_IN] = {"input_in", MRL_FACT_WORD, false, "where the value that was refused stood"},
	[FACT_KEYWORD] = {"input_keyword", MRL_FACT_WORD, false, "the rule that it broke"},
	[FACT_CAPPED] = {"input_capped", MRL_FACT_BOOL, false,
                         "a cap of the policy refused, not the document"},
	[FACT_STEPS] = {"input_steps", MRL_FACT_NUMBER, false,
                        "steps that judging took until the refusal"},
	{0},
};

struct mrl_input_call *mrl_call_input(struct mrl_call *call)
{
	if (!call->has_input) {
		call->has_input = true;
		call->input = (struct mrl_input_call){
			.input = call->route.plan->input,
			.view = call->view,
			.target = &call->target,
			.arena = call->arena,
			.seed = call->policy->seed,
			.scan = call->policy->json_scan,
		};
	}
	return &call->input;
}

static enum mrl_problem_id problem_of(enum mrl_input_kind kind)
{
	switch (kind) {
	case MRL_INPUT_TARGET: return MRL_PROBLEM_INPUT_TARGET;
	case MRL_INPUT_PARAMETER: return MRL_PROBLEM_INPUT_PARAMETER;
	case MRL_INPUT_MEDIA_TYPE:
	case MRL_INPUT_CODING: return MRL_PROBLEM_INPUT_MEDIA_TYPE;
	case MRL_INPUT_BODY_UNEXPECTED: return MRL_PROBLEM_INPUT_BODY_UNEXPECTED;
	case MRL_INPUT_BODY_MISSING: return MRL_PROBLEM_INPUT_BODY_MISSING;
	case MRL_INPUT_SYNTAX: return MRL_PROBLEM_INPUT_SYNTAX;
	case MRL_INPUT_INVALID: return MRL_PROBLEM_INPUT_INVALID;
	case MRL_INPUT_TOO_COMPLEX: return MRL_PROBLEM_INPUT_TOO_COMPLEX;
	case MRL_INPUT_REPLY: return MRL_PROBLEM_REPLY_INVALID;
	case MRL_INPUT_NONE: break;
	}
	return MRL_PROBLEM_GATEWAY_ERROR;
}

static struct mrl_slice place_name(enum mrl_input_place in)
{
	static const char *const names[MRL_IN_COUNT] = {[MRL_IN_BODY] = "body",
	                                                [MRL_IN_PATH] = "path",
	                                                [MRL_IN_QUERY] = "query",
	                                                [MRL_IN_HEADER] = "header",
	                                                [MRL_IN_COOKIE] = "cookie"};
	return mrl_slice_text(names[in]);
}

static void note(struct mrl_call *call, const struct mrl_input_fault *fault)
{
	mrl_call_word(call, &mrl_input_facts[FACT_IN], place_name(fault->in));
	if (fault->keyword.size != 0) {
		mrl_call_word(call, &mrl_input_facts[FACT_KEYWORD], fault->keyword);
	}
	if (fault->capped) {
		mrl_call_number(call, &mrl_input_facts[FACT_CAPPED], 1);
	}
	mrl_call_number(call, &mrl_input_facts[FACT_STEPS], call->input.steps);
}

/* "application/json, text/plain": what the operation documents (RFC 9110 15.5.16). */
static enum mrl_err list_types(struct mrl_call *call, struct mrl_slice *ret_list)
{
	const struct mrl_names *types = &call->route.operation->body_types;
	size_t size = 1;
	for (uint32_t i = 0; i < types->count; i++) {
		size += types->items[i].size + 2;
	}
	struct mrl_buffer list = mrl_buffer(mrl_arena_alloc(call->arena, size, 1), size);
	if (list.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < types->count; i++) {
		mrl_buffer_put(&list, i == 0 ? MRL_SLICE_NONE : MRL_SLICE(", "));
		mrl_buffer_put(&list, types->items[i]);
	}
	*ret_list = mrl_buffer_slice(&list);
	return MRL_OK;
}

/* A client that sent another type or coding is told what would do. */
static enum mrl_err tell_accepted(struct mrl_call *call, enum mrl_input_kind kind)
{
	struct mrl_slice types;
	if (kind == MRL_INPUT_CODING) {
		return mrl_call_answer(call, MRL_SLICE("Accept-Encoding"), MRL_SLICE("identity"));
	}
	if (kind != MRL_INPUT_MEDIA_TYPE) {
		return MRL_OK;
	}
	enum mrl_err err = list_types(call, &types);
	return err != MRL_OK || types.size == 0 ? err
	                                        : mrl_call_answer(call, MRL_SLICE("Accept"), types);
}

/* Six bytes each for what JSON must escape. */
#define ERROR_BYTES (6 * 2 * MRL_INPUT_TEXT_MAX + 256)

static enum mrl_err write_error(struct mrl_call *call, const struct mrl_input_fault *fault)
{
	if (!call->route.plan->error_detail || fault->keyword.size == 0) {
		return MRL_OK;
	}
	struct mrl_buffer error = mrl_buffer(mrl_arena_alloc(call->arena, ERROR_BYTES, 1),
	                                     ERROR_BYTES);
	if (error.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_input_fault_write(&error, fault);
	call->problem_error = error.overflow ? MRL_SLICE_NONE : mrl_buffer_slice(&error);
	return MRL_OK;
}

enum mrl_err mrl_call_judge_input(struct mrl_call *call, const struct mrl_input_fault *fault,
                                  struct mrl_verdict *ret_verdict)
{
	if (fault->kind == MRL_INPUT_NONE) {
		return MRL_OK;
	}
	note(call, fault);
	enum mrl_err err = tell_accepted(call, fault->kind);
	/* What was wrong with a reply is nothing for the client. */
	if (err == MRL_OK && fault->kind != MRL_INPUT_REPLY) {
		err = write_error(call, fault);
	}
	if (err == MRL_OK) {
		*ret_verdict = mrl_deny(problem_of(fault->kind));
	}
	return err;
}
