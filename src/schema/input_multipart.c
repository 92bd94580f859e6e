/*
 * Multipart bodies onto the tape: each part is read as its property says, and must say so itself.
 * What is bytes stands on the tape as dots, as many as the least length: its size is judged here.
 */
#include "judge.h"

struct parts {
	struct mrl_judge *judge;
	const struct mrl_part *items;
	struct mrl_pair *pairs; /* name and content of each */
	uint32_t count;
	struct mrl_json_build build;
};

/* As mrl_media_find has it for bodies: charset only where it changes nothing. */
static bool has_charset(const struct mrl_media_type *type)
{
	struct mrl_slice rest = type->parameters;
	struct mrl_slice name;
	struct mrl_slice value;
	bool bad = false;
	uint32_t count = 0;
	while (mrl_media_parameter(&rest, &name, &value, &bad)) {
		if (!mrl_slice_equal_nocase(name, MRL_SLICE("charset")) ||
		    !mrl_slice_equal_nocase(value, MRL_SLICE("utf-8")) || ++count > 1) {
			return false;
		}
	}
	return !bad;
}

/* RFC 7578 4.4: without a type a part is text; JSON that says nothing is what is expected too. */
static bool is_expected(const struct mrl_input_part *part, const struct mrl_part *received)
{
	struct mrl_media_type type;
	struct mrl_slice text = received->has_type ? received->type : MRL_SLICE("text/plain");
	if (!mrl_media_type_parse(text, &type)) {
		return false;
	}
	if (part->reading != MRL_READING_OPAQUE && !has_charset(&type)) {
		return false;
	}
	if (!received->has_type && part->reading != MRL_READING_OPAQUE) {
		return true;
	}
	for (uint32_t i = 0; i < part->type_count; i++) {
		if (mrl_media_range_has(&part->types[i], &type)) {
			return true;
		}
	}
	return part->type_count == 0;
}

static enum mrl_err refuse_value(struct parts *parts, const char *keyword)
{
	const struct mrl_parameter whole = {.shape = MRL_SHAPE_PRIMITIVE};
	struct mrl_style_value none = {.fault = MRL_STYLE_TYPE};
	enum mrl_err err = mrl_refuse_item(parts->judge, &whole, &none);
	parts->judge->fault->keyword = mrl_slice_text(keyword);
	return err;
}

static enum mrl_err build_bytes(struct parts *parts, const struct mrl_input_part *part,
                                struct mrl_slice content)
{
	if (content.size > part->max_bytes) {
		return refuse_value(parts, "maxLength");
	}
	/* Less than the least length is the validator's to say. */
	size_t size = content.size < part->min_bytes ? content.size : (size_t)part->min_bytes;
	uint8_t *dots = mrl_arena_alloc(parts->judge->call->arena, size, 1);
	if (dots == NULL) {
		return MRL_ERR_MEMORY;
	}
	memset(dots, '.', size);
	mrl_json_build_string(&parts->build, mrl_slice(dots, size));
	return MRL_OK;
}

/* A string whose text is JSON, judged by its own schema beside the string's. */
static enum mrl_err judge_content(struct parts *parts, const struct mrl_input_part *part,
                                  struct mrl_slice content)
{
	struct mrl_json_doc doc;
	enum mrl_err err = mrl_judge_read(parts->judge, content, &doc);
	if (err == MRL_OK && !mrl_judge_refused(parts->judge)) {
		err = mrl_judge_doc(parts->judge, part->content_entry, &doc);
	}
	return err;
}

static enum mrl_err build_text(struct parts *parts, const struct mrl_parameter *field,
                               const struct mrl_input_part *part, struct mrl_slice content)
{
	const struct mrl_judge *judge = parts->judge;
	struct mrl_style_context context = mrl_judge_context(judge, MRL_CODING_NONE);
	size_t bad = mrl_utf8_check(content);
	size_t nul = mrl_slice_find(content, 0);
	if (bad != content.size) {
		return mrl_refuse_at(judge, content, (uint32_t)bad, MRL_SLICE("utf8"));
	}
	if (nul != content.size && !context.nul) {
		return mrl_refuse_at(judge, content, (uint32_t)nul, MRL_SLICE("nul"));
	}
	if (mrl_style_fits(&context, content, field->types) == 0) {
		return refuse_value(parts, "type");
	}
	mrl_style_build_text(&context, content, field->types, 0, &parts->build);
	return part->has_content_entry ? judge_content(parts, part, content) : MRL_OK;
}

static enum mrl_err build_json(struct parts *parts, struct mrl_slice content)
{
	struct mrl_json_doc doc;
	enum mrl_err err = mrl_judge_read(parts->judge, content, &doc);
	if (err == MRL_OK && !mrl_judge_refused(parts->judge)) {
		mrl_json_build_copy(&parts->build, &doc, doc.nodes);
	}
	return err;
}

static bool is_documented(const struct mrl_input_fields *headers, struct mrl_slice name)
{
	for (uint32_t i = 0; i < headers->count; i++) {
		if (mrl_slice_equal_nocase(headers->items[i].name, name)) {
			return true;
		}
	}
	return false;
}

/* Other header fields only where `encoding` documents them. */
static enum mrl_err judge_fields(struct parts *parts, const struct mrl_input_part *part,
                                 const struct mrl_part *received)
{
	struct mrl_judge *judge = parts->judge;
	const struct mrl_header_list list = {.part_fields = received->fields,
	                                     .count = received->field_count};
	for (uint32_t i = 0; i < received->field_count; i++) {
		if (!is_documented(&part->headers, received->fields[i].name)) {
			return mrl_refuse_at(judge, received->fields[i].name, 0,
			                     MRL_SLICE("part-head"));
		}
	}
	return mrl_judge_headers(judge, &part->headers, &list);
}

static enum mrl_err build_part(struct parts *parts, const struct mrl_parameter *field,
                               const struct mrl_input_part *part, const struct mrl_part *received)
{
	enum mrl_err err = judge_fields(parts, part, received);
	if (err != MRL_OK || mrl_judge_refused(parts->judge)) {
		return err;
	}
	if (!is_expected(part, received)) {
		return refuse_value(parts, "contentMediaType");
	}
	switch (part->reading) {
	case MRL_READING_JSON: return build_json(parts, received->content);
	case MRL_READING_TEXT: return build_text(parts, field, part, received->content);
	case MRL_READING_NONE:
	case MRL_READING_FORM:
	case MRL_READING_MULTIPART:
	case MRL_READING_OPAQUE: break;
	}
	return build_bytes(parts, part, received->content);
}

static enum mrl_err build_field(struct parts *parts, const struct mrl_parameter *field,
                                const struct mrl_input_part *part,
                                const struct mrl_style_raws *raws)
{
	bool array = field->shape == MRL_SHAPE_ARRAY;
	enum mrl_err err = MRL_OK;
	if (!array && raws->count > 1) {
		return mrl_refuse_at(parts->judge, raws->items[1].text, 0, MRL_SLICE("repeated"));
	}
	if (array) {
		mrl_json_build_array(&parts->build);
	}
	for (uint32_t i = 0; err == MRL_OK && !mrl_judge_refused(parts->judge) && i < raws->count;
	     i++) {
		err = build_part(parts, field, part, &parts->items[raws->items[i].pair]);
	}
	if (array) {
		mrl_json_build_end(&parts->build);
	}
	return err;
}

static enum mrl_err build_known(struct parts *parts, const struct mrl_assigned *assigned)
{
	const struct mrl_input_media *media = parts->judge->call->media;
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0;
	     err == MRL_OK && !mrl_judge_refused(parts->judge) && i < media->fields.count; i++) {
		const struct mrl_style_raws raws = {.items = assigned->raws + assigned->first[i],
		                                    .count = assigned->first[i + 1] -
		                                             assigned->first[i]};
		if (raws.count == 0) {
			continue;
		}
		parts->judge->member = &media->fields.items[i].name;
		mrl_json_build_name(&parts->build, media->fields.items[i].name);
		err = build_field(parts, &media->fields.items[i], &media->parts[i], &raws);
	}
	return err;
}

static enum mrl_err build_foreign(struct parts *parts, const struct mrl_assigned *assigned)
{
	struct mrl_judge *judge = parts->judge;
	const struct mrl_input_media *media = judge->call->media;
	uint32_t count = assigned->foreign_count;
	uint32_t repeated = 0;
	struct mrl_style_item *names = MRL_NEW_ARRAY(judge->call->arena, count,
	                                             struct mrl_style_item);
	if (names == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < count; i++) {
		names[i].name = parts->items[assigned->foreign[i]].name;
	}
	enum mrl_err err = mrl_judge_foreign(judge, names, count, &repeated);
	for (uint32_t i = 0; err == MRL_OK && !mrl_judge_refused(judge) && i < count; i++) {
		const struct mrl_part *received = &parts->items[assigned->foreign[i]];
		if (i == repeated) {
			return mrl_refuse_at(judge, received->content, 0, MRL_SLICE("repeated"));
		}
		judge->member = &names[i].name;
		mrl_json_build_name(&parts->build, names[i].name);
		err = build_part(parts, &media->rest, &media->rest_part, received);
	}
	return err;
}

static enum mrl_err build_all(struct parts *parts, struct mrl_json_doc *ret_doc)
{
	struct mrl_judge *judge = parts->judge;
	struct mrl_assigned assigned;
	enum mrl_err err = mrl_input_assign(&judge->call->media->fields, parts->pairs, parts->count,
	                                    judge->call->arena, &assigned);
	if (err != MRL_OK) {
		return err;
	}
	mrl_json_build_init(&parts->build, judge->call->arena);
	mrl_json_build_object(&parts->build);
	err = build_known(parts, &assigned);
	if (err == MRL_OK && !mrl_judge_refused(judge) && assigned.foreign_count != 0) {
		err = build_foreign(parts, &assigned);
	}
	mrl_json_build_end(&parts->build);
	judge->member = NULL;
	return err == MRL_OK && !mrl_judge_refused(judge)
	               ? mrl_json_build_finish(&parts->build, ret_doc)
	               : err;
}

enum mrl_err mrl_judge_multipart(struct mrl_judge *judge, struct mrl_slice body,
                                 struct mrl_json_doc *ret_doc)
{
	const struct mrl_input_settings *settings = judge->call->input->settings;
	const struct mrl_multipart_limits limits = {.parts = settings->pairs,
	                                            .name_chars = settings->json.name_chars};
	struct mrl_multipart multipart;
	enum mrl_err err = mrl_multipart_split(&limits, judge->call->boundary, body,
	                                       judge->call->arena, &multipart);
	if (err == MRL_OK && multipart.fault != MRL_MULTIPART_OK) {
		return mrl_refuse_at(judge, body, multipart.offset,
		                     mrl_multipart_fault_name(multipart.fault));
	}
	if (err != MRL_OK) {
		return err;
	}
	struct parts parts = {
		.judge = judge,
		.items = multipart.parts,
		.count = multipart.count,
		.pairs = MRL_NEW_ARRAY(judge->call->arena, multipart.count, struct mrl_pair)};
	if (parts.pairs == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < multipart.count; i++) {
		parts.pairs[i] = (struct mrl_pair){.name = multipart.parts[i].name,
		                                   .value = multipart.parts[i].content};
	}
	err = build_all(&parts, ret_doc);
	return err == MRL_OK && !mrl_judge_refused(judge)
	               ? mrl_judge_doc(judge, judge->call->media->entry, ret_doc)
	               : err;
}
