/* Media types and ranges as documents write them (RFC 9110 8.3.1, 12.5.1). */
#include "input.h"

static enum mrl_err lower_parameters(struct mrl_input_load *load, struct mrl_slice text,
                                     struct mrl_media_range *range, bool *ret_good)
{
	struct mrl_slice rest = text;
	struct mrl_slice name;
	struct mrl_slice value;
	uint32_t count = 0;
	while (mrl_media_parameter(&rest, &name, &value, ret_good)) {
		count++;
	}
	*ret_good = !*ret_good;
	range->parameters = MRL_NEW_ARRAY(load->oas.arena, count, struct mrl_pair);
	if (range->parameters == NULL) {
		return MRL_ERR_MEMORY;
	}
	bool bad;
	rest = text;
	while (mrl_media_parameter(&rest, &name, &value, &bad)) {
		struct mrl_pair *pair = &range->parameters[range->parameter_count++];
		enum mrl_err err = mrl_oas_lower(&load->oas, name, &pair->name);
		if (err != MRL_OK) {
			return err;
		}
		pair->value = value;
	}
	return MRL_OK;
}

enum mrl_err mrl_media_range_parse(struct mrl_input_load *load, struct mrl_slice text,
                                   struct mrl_media_range *ret_range, bool *ret_good)
{
	struct mrl_media_type type;
	struct mrl_media_range range = {.whole = text};
	*ret_good = mrl_media_type_parse(text, &type);
	if (!*ret_good) {
		return MRL_OK;
	}
	enum mrl_err err = mrl_oas_lower(&load->oas, type.type, &range.type);
	if (err == MRL_OK) {
		err = mrl_oas_lower(&load->oas, type.subtype, &range.subtype);
	}
	if (err == MRL_OK) {
		err = lower_parameters(load, type.parameters, &range, ret_good);
	}
	if (err == MRL_OK && *ret_good) {
		*ret_range = range;
	}
	return err;
}

bool mrl_media_range_is(const struct mrl_media_range *range, const char *type, const char *subtype)
{
	return mrl_slice_is(range->type, type) && mrl_slice_is(range->subtype, subtype);
}

bool mrl_media_range_is_json(const struct mrl_media_range *range)
{
	return mrl_media_range_is(range, "application", "json") ||
	       mrl_slice_ends(range->subtype, MRL_SLICE("+json"));
}

static bool is_star(struct mrl_slice text)
{
	return mrl_slice_is(text, "*");
}

bool mrl_media_range_has(const struct mrl_media_range *range, const struct mrl_media_type *type)
{
	if (!is_star(range->type) && !mrl_slice_equal_nocase(range->type, type->type)) {
		return false;
	}
	/* Made of a range for what is JSON in it. */
	if (mrl_slice_is(range->subtype, "*+json")) {
		return mrl_slice_equal_nocase(type->suffix, MRL_SLICE("json"));
	}
	return is_star(range->subtype) || mrl_slice_equal_nocase(range->subtype, type->subtype);
}
