/*
 * Parameters of a request: path, query, header, cookie. Names of the query must be declared; of
 * headers and cookies only what is declared is judged, since infrastructure adds its own.
 */
#include "judge.h"

/* Keeps the value for rules that compare it. */
enum mrl_err mrl_judge_value(const struct mrl_judge *judge, const struct mrl_parameter *parameter,
                             const struct mrl_style_raws *raws)
{
	struct mrl_input_call *call = judge->call;
	struct mrl_json_doc doc;
	enum mrl_err err = mrl_judge_parameter(judge, parameter, raws, &doc);
	if (err == MRL_OK && !mrl_judge_refused(judge) && judge->keep) {
		call->values[call->value_count++] = (struct mrl_input_value){
			.in = parameter->in, .name = parameter->name, .doc = doc};
	}
	return err;
}

static enum mrl_err refuse_named(struct mrl_judge *judge, struct mrl_slice name,
                                 struct mrl_slice keyword)
{
	judge->name = name;
	return mrl_refuse(judge, judge->syntax, keyword);
}

/* The raw segments of a path: they are cut where the decoded ones were. */
static bool next_segment(struct mrl_slice *rest, struct mrl_slice *ret_segment)
{
	if (rest->size == 0) {
		return false;
	}
	*rest = mrl_slice_from(*rest, 1);
	*ret_segment = mrl_slice_sub(*rest, 0, mrl_slice_find(*rest, '/'));
	*rest = mrl_slice_from(*rest, ret_segment->size);
	return true;
}

static struct mrl_slice raw_segment(const struct mrl_target *target, uint16_t index)
{
	struct mrl_slice rest = target->path;
	struct mrl_slice segment = MRL_SLICE_NONE;
	for (uint32_t i = 0; i <= index && next_segment(&rest, &segment); i++) {
	}
	return segment;
}

/* Where the decoded byte of that offset stands in the raw text. */
static size_t raw_offset(struct mrl_slice raw, size_t offset)
{
	size_t at = 0;
	while (offset-- > 0 && at < raw.size) {
		at += raw.data[at] == '%' ? 3 : 1;
	}
	return at;
}

static struct mrl_slice raw_value(const struct mrl_input_call *call,
                                  const struct mrl_parameter *parameter)
{
	const struct mrl_template_segment *segment =
		&call->input->path.segments[parameter->segment];
	struct mrl_slice raw = raw_segment(call->target, parameter->segment);
	struct mrl_slice decoded = call->target->segments[parameter->segment];
	struct mrl_slice texts[MRL_SEGMENT_NAMES_MAX];
	if (mrl_segment_is_plain(segment)) {
		return raw;
	}
	mrl_segment_split(segment, decoded, texts);
	size_t start = (size_t)(texts[parameter->part].data - decoded.data);
	size_t end = start + texts[parameter->part].size;
	start = raw_offset(raw, start);
	return mrl_slice_sub(raw, start, raw_offset(raw, end) - start);
}

static bool has_matrix(const struct mrl_input *input, uint16_t segment)
{
	const struct mrl_input_fields *fields = &input->places[MRL_IN_PATH];
	for (uint32_t i = 0; i < fields->count; i++) {
		if (fields->items[i].style == MRL_STYLE_MATRIX &&
		    fields->items[i].segment == segment) {
			return true;
		}
	}
	return false;
}

/* INPUT-4: some servers cut a segment at ';'. */
static bool has_stray_semicolon(const struct mrl_input_call *call)
{
	struct mrl_slice rest = call->target->path;
	struct mrl_slice segment;
	if (!call->target->has_semicolon) {
		return false;
	}
	for (uint16_t i = 0; next_segment(&rest, &segment); i++) {
		if (mrl_slice_find(segment, ';') != segment.size && !has_matrix(call->input, i)) {
			return true;
		}
	}
	return false;
}

static enum mrl_err judge_path(struct mrl_judge *judge)
{
	struct mrl_input_call *call = judge->call;
	const struct mrl_input_fields *fields = &call->input->places[MRL_IN_PATH];
	enum mrl_err err = MRL_OK;
	if (has_stray_semicolon(call)) {
		return mrl_refuse(judge, MRL_INPUT_TARGET, MRL_SLICE_NONE);
	}
	if (call->target->segment_count != call->input->path.segment_count) {
		return MRL_ERR_STATE; /* another operation's path */
	}
	for (uint32_t i = 0; err == MRL_OK && !mrl_judge_refused(judge) && i < fields->count; i++) {
		const struct mrl_parameter *parameter = &fields->items[i];
		const struct mrl_style_raw raw = {.text = raw_value(call, parameter),
		                                  .member = MRL_CLAIM_WHOLE};
		const struct mrl_style_raws raws = {.items = &raw, .count = 1};
		judge->name = parameter->name;
		err = mrl_judge_value(judge, parameter, &raws);
	}
	return err;
}

static bool passes_empty(const struct mrl_parameter *parameter, const struct mrl_style_raws *raws)
{
	return parameter->allow_empty && raws->count == 1 && raws->items[0].text.size == 0;
}

static enum mrl_err judge_field(struct mrl_judge *judge, const struct mrl_parameter *parameter,
                                const struct mrl_style_raws *raws)
{
	judge->name = parameter->name;
	if (raws->count == 0) {
		return parameter->required ? mrl_refuse(judge, judge->syntax, MRL_SLICE("missing"))
		                           : MRL_OK;
	}
	return passes_empty(parameter, raws) ? MRL_OK : mrl_judge_value(judge, parameter, raws);
}

static enum mrl_err judge_fields(struct mrl_judge *judge, const struct mrl_input_fields *fields,
                                 const struct mrl_assigned *assigned)
{
	enum mrl_err err = MRL_OK;
	for (uint32_t i = 0; err == MRL_OK && !mrl_judge_refused(judge) && i < fields->count; i++) {
		const struct mrl_style_raws raws = {.items = assigned->raws + assigned->first[i],
		                                    .count = assigned->first[i + 1] -
		                                             assigned->first[i]};
		err = judge_field(judge, &fields->items[i], &raws);
	}
	return err;
}

static enum mrl_err judge_query(struct mrl_judge *judge)
{
	struct mrl_input_call *call = judge->call;
	const struct mrl_input_settings *settings = call->input->settings;
	const struct mrl_input_fields *fields = &call->input->places[MRL_IN_QUERY];
	const struct mrl_form_limits limits = {.pairs = settings->pairs,
	                                       .name_chars = settings->json.name_chars,
	                                       .semicolon = settings->query_semicolon,
	                                       .nul = settings->json.nul};
	struct mrl_form form;
	struct mrl_assigned assigned;
	enum mrl_err err = mrl_form_split(&limits, call->target->query, call->arena, &form);
	if (err != MRL_OK) {
		return err;
	}
	if (form.fault != MRL_TEXT_OK) {
		return refuse_named(judge, MRL_SLICE_NONE, MRL_SLICE("syntax"));
	}
	err = mrl_input_assign(fields, form.pairs, form.count, call->arena, &assigned);
	if (err == MRL_OK && assigned.foreign_count != 0) {
		judge->foreign_name = true;
		return refuse_named(judge, form.pairs[assigned.foreign[0]].name,
		                    MRL_SLICE("undeclared"));
	}
	return err == MRL_OK ? judge_fields(judge, fields, &assigned) : err;
}

static enum mrl_err judge_header(struct mrl_judge *judge)
{
	const struct mrl_view *view = judge->call->view;
	const struct mrl_header_list list = {.fields = view->fields, .count = view->field_count};
	return mrl_judge_headers(judge, &judge->call->input->places[MRL_IN_HEADER], &list);
}

struct cookies {
	struct mrl_pair *pairs;
	uint32_t count;
	bool too_many;
};

/* All pairs of all lines: HTTP/2 may split them. */
static enum mrl_err list_cookies(const struct mrl_input_call *call, struct cookies *cookies)
{
	uint32_t pairs_max = call->input->settings->pairs;
	cookies->pairs = MRL_NEW_ARRAY(call->arena, pairs_max, struct mrl_pair);
	if (cookies->pairs == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (uint32_t i = 0; i < call->view->field_count; i++) {
		const struct mrl_field *field = &call->view->fields[i];
		struct mrl_slice rest = field->id == MRL_FIELD_COOKIE ? field->value
		                                                      : MRL_SLICE_NONE;
		struct mrl_pair pair;
		while (mrl_cookie_next(&rest, &pair.name, &pair.value)) {
			if (cookies->count == pairs_max) {
				cookies->too_many = true;
				return MRL_OK;
			}
			cookies->pairs[cookies->count++] = pair;
		}
	}
	return MRL_OK;
}

static enum mrl_err judge_cookies(struct mrl_judge *judge)
{
	struct mrl_input_call *call = judge->call;
	const struct mrl_input_fields *fields = &call->input->places[MRL_IN_COOKIE];
	struct cookies cookies = {.count = 0};
	struct mrl_assigned assigned;
	if (fields->count == 0) {
		return MRL_OK;
	}
	enum mrl_err err = list_cookies(call, &cookies);
	if (err == MRL_OK && cookies.too_many) {
		return refuse_named(judge, MRL_SLICE_NONE, MRL_SLICE("syntax"));
	}
	if (err == MRL_OK) {
		err = mrl_input_assign(fields, cookies.pairs, cookies.count, call->arena,
		                       &assigned);
	}
	return err == MRL_OK ? judge_fields(judge, fields, &assigned) : err;
}

static enum mrl_err reserve_values(struct mrl_input_call *call)
{
	uint32_t count = 0;
	for (unsigned in = MRL_IN_PATH; in < MRL_IN_COUNT; in++) {
		count += call->input->places[in].count;
	}
	call->values = MRL_NEW_ARRAY(call->arena, count, struct mrl_input_value);
	call->value_count = 0;
	return call->values == NULL ? MRL_ERR_MEMORY : MRL_OK;
}

enum mrl_err mrl_input_head(struct mrl_input_call *call, struct mrl_input_fault *ret_fault)
{
	static const struct {
		enum mrl_input_place in;
		enum mrl_err (*judge)(struct mrl_judge *judge);
	} steps[] = {{MRL_IN_PATH, judge_path},
	             {MRL_IN_QUERY, judge_query},
	             {MRL_IN_HEADER, judge_header},
	             {MRL_IN_COOKIE, judge_cookies}};
	struct mrl_input_fault fault = {.kind = MRL_INPUT_NONE};
	enum mrl_err err = reserve_values(call);
	for (size_t i = 0; err == MRL_OK && fault.kind == MRL_INPUT_NONE && i < MRL_COUNT(steps);
	     i++) {
		struct mrl_judge judge = mrl_judge_of_request(call, steps[i].in, &fault);
		judge.keep = true;
		err = steps[i].judge(&judge);
	}
	if (err == MRL_OK) {
		*ret_fault = fault;
	}
	return err;
}
