/* Bodies: read by what their type says, all onto one tape, judged by one validator. */
#include "judge.h"

/* text/plain: UTF-8, then one value. */
static enum mrl_err judge_plain(const struct mrl_judge *judge, struct mrl_slice body,
                                struct mrl_json_doc *ret_doc)
{
	const struct mrl_input_media *media = judge->call->media;
	const struct mrl_parameter parameter = {.in = MRL_IN_BODY,
	                                        .style = MRL_STYLE_TEXT,
	                                        .types = media->types,
	                                        .site = media->site,
	                                        .entry = media->entry};
	size_t bad = mrl_utf8_check(body);
	size_t nul = mrl_slice_find(body, 0);
	if (bad != body.size) {
		return mrl_refuse_at(judge, body, (uint32_t)bad, MRL_SLICE("utf8"));
	}
	if (nul != body.size && !judge->call->input->settings->json.nul) {
		return mrl_refuse_at(judge, body, (uint32_t)nul, MRL_SLICE("nul"));
	}
	return mrl_judge_text(judge, &parameter, body, ret_doc);
}

static enum mrl_err judge_json(const struct mrl_judge *judge, struct mrl_slice body,
                               struct mrl_json_doc *ret_doc)
{
	enum mrl_err err = mrl_judge_read(judge, body, ret_doc);
	return err == MRL_OK && !mrl_judge_refused(judge)
	               ? mrl_judge_doc(judge, judge->call->media->entry, ret_doc)
	               : err;
}

enum mrl_err mrl_judge_body(struct mrl_judge *judge, struct mrl_slice body,
                            struct mrl_json_doc *ret_doc)
{
	judge->bytes += body.size;
	judge->whole = body;
	if (body.size > MRL_JSON_TEXT_MAX) {
		return mrl_refuse(judge, judge->syntax, MRL_SLICE("text-long"));
	}
	switch (judge->call->reading) {
	case MRL_READING_JSON: return judge_json(judge, body, ret_doc);
	case MRL_READING_FORM: return mrl_judge_form(judge, body, ret_doc);
	case MRL_READING_MULTIPART: return mrl_judge_multipart(judge, body, ret_doc);
	case MRL_READING_TEXT: return judge_plain(judge, body, ret_doc);
	case MRL_READING_NONE:
	case MRL_READING_OPAQUE: break;
	}
	return MRL_OK;
}

enum mrl_err mrl_input_body(struct mrl_input_call *call, struct mrl_slice body,
                            struct mrl_input_fault *ret_fault)
{
	struct mrl_input_fault fault = {.kind = MRL_INPUT_NONE};
	struct mrl_judge judge = mrl_judge_of_request(call, MRL_IN_BODY, &fault);
	struct mrl_json_doc doc = {.nodes = NULL};
	enum mrl_err err = mrl_judge_body(&judge, body, &doc);
	if (err == MRL_OK) {
		call->body = fault.kind == MRL_INPUT_NONE ? doc
		                                          : (struct mrl_json_doc){.nodes = NULL};
		*ret_fault = fault;
	}
	return err;
}

/* A field of a form onto the tape as its first type that fits. */
static enum mrl_err build_styled(const struct mrl_judge *judge,
                                 const struct mrl_parameter *parameter,
                                 const struct mrl_style_raws *raws, struct mrl_json_build *build)
{
	struct mrl_style_context context = mrl_judge_context(judge, MRL_CODING_FORM);
	struct mrl_style_value value;
	enum mrl_err err = mrl_style_read(&context, parameter, raws, &value);
	if (err != MRL_OK) {
		return err;
	}
	if (value.fault == MRL_STYLE_SYNTAX || value.fault == MRL_STYLE_REPEATED) {
		return mrl_refuse_at(judge, raws->items[raws->count - 1].text, 0,
		                     mrl_style_fault_name(value.fault));
	}
	if (value.fault != MRL_STYLE_OK || mrl_style_attempts(&context, &value) == 0) {
		return mrl_refuse_item(judge, parameter, &value);
	}
	mrl_style_build(&context, parameter, &value, 0, build);
	return MRL_OK;
}

/* One value that is JSON text. */
static enum mrl_err build_json(const struct mrl_judge *judge, struct mrl_slice raw,
                               struct mrl_json_build *build)
{
	struct mrl_style_context context = mrl_judge_context(judge, MRL_CODING_FORM);
	struct mrl_slice text;
	struct mrl_json_doc doc;
	bool good = false;
	enum mrl_err err = mrl_style_decode(&context, raw, &text, &good);
	if (err != MRL_OK) {
		return err;
	}
	if (!good) {
		return mrl_refuse_at(judge, raw, 0, MRL_SLICE("escape"));
	}
	/* Where it stands in the body a decoded text cannot say: its own position does not count.
	 */
	err = mrl_judge_read(judge, text, &doc);
	if (err == MRL_OK && mrl_judge_refused(judge)) {
		return mrl_refuse_at(judge, raw, 0, judge->fault->keyword);
	}
	if (err == MRL_OK) {
		mrl_json_build_copy(build, &doc, doc.nodes);
	}
	return err;
}

static enum mrl_err build_field(struct mrl_judge *judge, const struct mrl_parameter *field,
                                const struct mrl_style_raws *raws, struct mrl_json_build *build)
{
	enum mrl_err err = MRL_OK;
	if (field->style != MRL_STYLE_JSON) {
		return build_styled(judge, field, raws, build);
	}
	if (field->shape == MRL_SHAPE_PRIMITIVE) {
		return raws->count == 1 ? build_json(judge, raws->items[0].text, build)
		                        : mrl_refuse_at(judge, raws->items[1].text, 0,
		                                        MRL_SLICE("repeated"));
	}
	mrl_json_build_array(build);
	for (uint32_t i = 0; err == MRL_OK && !mrl_judge_refused(judge) && i < raws->count; i++) {
		err = build_json(judge, raws->items[i].text, build);
	}
	mrl_json_build_end(build);
	return err;
}

static enum mrl_err build_known(struct mrl_judge *judge, const struct mrl_assigned *assigned,
                                struct mrl_json_build *build)
{
	const struct mrl_input_fields *fields = &judge->call->media->fields;
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; err == MRL_OK && !mrl_judge_refused(judge) && i < fields->count; i++) {
		const struct mrl_style_raws raws = {.items = assigned->raws + assigned->first[i],
		                                    .count = assigned->first[i + 1] -
		                                             assigned->first[i]};
		if (raws.count == 0) {
			continue;
		}
		judge->member = &fields->items[i].name;
		mrl_json_build_name(build, fields->items[i].name);
		err = build_field(judge, &fields->items[i], &raws, build);
	}
	return err;
}

enum mrl_err mrl_judge_foreign(struct mrl_judge *judge, const struct mrl_style_item *names,
                               uint32_t count, uint32_t *ret_repeated)
{
	struct mrl_style_context context = mrl_judge_context(judge, MRL_CODING_FORM);
	struct mrl_style_value none = {.fault = MRL_STYLE_UNDECLARED};
	*ret_repeated = count;
	if (judge->call->media->open) {
		return mrl_style_repeated(&context, names, count, ret_repeated);
	}
	judge->member = &names[0].name;
	enum mrl_err err = mrl_refuse_item(judge, &judge->call->media->rest, &none);
	judge->fault->location = MRL_SLICE("/*");
	judge->fault->site = judge->call->media->site;
	return err;
}

/* Names that the form does not list: an open one takes them, each once. */
static enum mrl_err build_foreign(struct mrl_judge *judge, const struct mrl_form *form,
                                  const struct mrl_assigned *assigned, struct mrl_json_build *build)
{
	uint32_t count = assigned->foreign_count;
	uint32_t repeated = 0;
	struct mrl_style_item *names = MRL_NEW_ARRAY(judge->call->arena, count,
	                                             struct mrl_style_item);
	if (names == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < count; i++) {
		names[i].name = form->pairs[assigned->foreign[i]].name;
	}
	enum mrl_err err = mrl_judge_foreign(judge, names, count, &repeated);
	for (uint32_t i = 0; err == MRL_OK && !mrl_judge_refused(judge) && i < count; i++) {
		const struct mrl_style_raw raw = {.text = form->pairs[assigned->foreign[i]].value,
		                                  .member = MRL_CLAIM_WHOLE};
		const struct mrl_style_raws raws = {.items = &raw, .count = 1};
		if (i == repeated) {
			return mrl_refuse_at(judge, raw.text, 0, MRL_SLICE("repeated"));
		}
		judge->member = &names[i].name;
		mrl_json_build_name(build, names[i].name);
		err = build_field(judge, &judge->call->media->rest, &raws, build);
	}
	return err;
}

static enum mrl_err build_form(struct mrl_judge *judge, const struct mrl_form *form,
                               struct mrl_json_build *build)
{
	struct mrl_assigned assigned;
	enum mrl_err err = mrl_input_assign(&judge->call->media->fields, form->pairs, form->count,
	                                    judge->call->arena, &assigned);
	if (err != MRL_OK) {
		return err;
	}
	mrl_json_build_object(build);
	err = build_known(judge, &assigned, build);
	if (err == MRL_OK && !mrl_judge_refused(judge) && assigned.foreign_count != 0) {
		err = build_foreign(judge, form, &assigned, build);
	}
	mrl_json_build_end(build);
	judge->member = NULL;
	return err;
}

enum mrl_err mrl_judge_form(struct mrl_judge *judge, struct mrl_slice body,
                            struct mrl_json_doc *ret_doc)
{
	const struct mrl_input_settings *settings = judge->call->input->settings;
	const struct mrl_form_limits limits = {.pairs = settings->pairs,
	                                       .name_chars = settings->json.name_chars,
	                                       .nul = settings->json.nul};
	struct mrl_form form;
	struct mrl_json_build build;
	enum mrl_err err = mrl_form_split(&limits, body, judge->call->arena, &form);
	if (err == MRL_OK && form.fault != MRL_TEXT_OK) {
		return mrl_refuse_at(judge, body, form.offset, mrl_text_fault_name(form.fault));
	}
	if (err != MRL_OK) {
		return err;
	}
	mrl_json_build_init(&build, judge->call->arena);
	err = build_form(judge, &form, &build);
	if (err == MRL_OK && !mrl_judge_refused(judge)) {
		err = mrl_json_build_finish(&build, ret_doc);
	}
	return err == MRL_OK && !mrl_judge_refused(judge)
	               ? mrl_judge_doc(judge, judge->call->media->entry, ret_doc)
	               : err;
}
