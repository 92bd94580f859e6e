/*
 * Which entry of `content` a Content-Type means. A parameter never leads past judging: what neither
 * the document nor this file knows refuses.
 */
#include "judge.h"

static const struct mrl_pair *find_pair(const struct mrl_media_range *range, struct mrl_slice name)
{
	for (uint32_t i = 0; i < range->parameter_count; i++) {
		if (mrl_slice_equal_nocase(range->parameters[i].name, name)) {
			return &range->parameters[i];
		}
	}
	return NULL;
}

static bool reads_text(enum mrl_input_reading reading)
{
	return reading != MRL_READING_OPAQUE && reading != MRL_READING_NONE;
}

/* One parameter of a Content-Type against the entry. */
static bool is_accepted(const struct mrl_input_media *media, struct mrl_slice name,
                        struct mrl_slice value, struct mrl_slice *ret_boundary)
{
	const struct mrl_pair *pair = find_pair(&media->range, name);
	if (mrl_slice_equal_nocase(name, MRL_SLICE("boundary"))) {
		*ret_boundary = value;
		return media->reading == MRL_READING_MULTIPART && mrl_boundary_valid(value);
	}
	if (mrl_slice_equal_nocase(name, MRL_SLICE("charset"))) {
		return mrl_slice_equal_nocase(value, MRL_SLICE("utf-8")) ||
		       !reads_text(media->reading);
	}
	return pair != NULL && mrl_slice_equal(pair->value, value);
}

#define PARAMETERS_MAX 16

static bool is_twice(const struct mrl_slice *names, uint32_t count, struct mrl_slice name)
{
	for (uint32_t i = 0; i < count; i++) {
		if (mrl_slice_equal_nocase(names[i], name)) {
			return true;
		}
	}
	return false;
}

/* All that came are accepted, none came twice, and all that the key has came. */
static bool has_parameters(const struct mrl_input_media *media, struct mrl_slice text,
                           struct mrl_slice *ret_boundary)
{
	struct mrl_slice names[PARAMETERS_MAX];
	struct mrl_slice boundary = MRL_SLICE_NONE;
	struct mrl_slice name;
	struct mrl_slice value;
	uint32_t count = 0;
	uint32_t matched = 0;
	bool bad = false;
	while (mrl_media_parameter(&text, &name, &value, &bad)) {
		if (count == PARAMETERS_MAX || is_twice(names, count, name) ||
		    !is_accepted(media, name, value, &boundary)) {
			return false;
		}
		names[count++] = name;
		matched += find_pair(&media->range, name) != NULL;
	}
	*ret_boundary = boundary;
	return !bad && matched == media->range.parameter_count &&
	       (media->reading == MRL_READING_MULTIPART) == (boundary.size != 0);
}

const struct mrl_input_media *mrl_media_find(const struct mrl_input_medias *medias,
                                             struct mrl_slice content_type,
                                             struct mrl_slice *ret_boundary)
{
	struct mrl_media_type type;
	const struct mrl_input_media *best = NULL;
	uint8_t best_rank = 0;
	if (!mrl_media_type_parse(content_type, &type)) {
		return NULL;
	}
	for (uint32_t i = 0; i < medias->count; i++) {
		const struct mrl_input_media *media = &medias->items[i];
		if (media->rank < best_rank || !mrl_media_range_has(&media->range, &type)) {
			continue;
		}
		/* The nearest entry decides, even where its parameters then refuse. */
		best = media->rank > best_rank ? NULL : best;
		best_rank = media->rank;
		if (best == NULL && has_parameters(media, type.parameters, ret_boundary)) {
			best = media;
		}
	}
	return best;
}

static uint32_t count_fields(const struct mrl_view *view, enum mrl_field_id id)
{
	uint32_t count = 0;
	for (uint32_t i = 0; view->first[id] != 0 && i < view->field_count; i++) {
		count += view->fields[i].id == id;
	}
	return count;
}

static bool is_coded(const struct mrl_view *view)
{
	const struct mrl_field *coding = mrl_view_field(view, MRL_FIELD_CONTENT_ENCODING);
	return coding != NULL && (count_fields(view, MRL_FIELD_CONTENT_ENCODING) > 1 ||
	                          !mrl_slice_equal_nocase(coding->value, MRL_SLICE("identity")));
}

static enum mrl_input_kind choose(struct mrl_input_call *call)
{
	const struct mrl_input *input = call->input;
	const struct mrl_view *view = call->view;
	const struct mrl_field *type = mrl_view_field(view, MRL_FIELD_CONTENT_TYPE);
	if (!view->has_body) {
		return input->body_required ? MRL_INPUT_BODY_MISSING : MRL_INPUT_NONE;
	}
	if (!input->has_body) {
		return MRL_INPUT_BODY_UNEXPECTED;
	}
	if (is_coded(view)) {
		return MRL_INPUT_CODING;
	}
	if (type == NULL || count_fields(view, MRL_FIELD_CONTENT_TYPE) != 1) {
		return MRL_INPUT_MEDIA_TYPE;
	}
	call->media = mrl_media_find(&input->medias, type->value, &call->boundary);
	if (call->media == NULL) {
		return MRL_INPUT_MEDIA_TYPE;
	}
	call->reading = call->media->reading;
	return MRL_INPUT_NONE;
}

enum mrl_err mrl_input_media(struct mrl_input_call *call, struct mrl_input_fault *ret_fault)
{
	call->reading = MRL_READING_NONE;
	call->media = NULL;
	*ret_fault = (struct mrl_input_fault){.kind = choose(call), .in = MRL_IN_BODY};
	return MRL_OK;
}
