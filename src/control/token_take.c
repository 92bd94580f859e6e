/*
 * Where a token may stand in a request [AUTH-5]: one Authorization field, nothing else. A token in
 * the query ends up in logs and histories (RFC 9700 section 4.3.2), so it is refused aloud.
 */
#include "token.h"

/* RFC 6750 2.1 as RFC 9110 11.2 has it: token68. */
static bool is_token68(struct mrl_slice text)
{
	size_t i = 0;
	for (; i < text.size; i++) {
		uint8_t byte = text.data[i];
		uint8_t lower = mrl_lower(byte);
		if (!(lower >= 'a' && lower <= 'z') && !mrl_is_digit(byte) &&
		    memchr("-._~+/", byte, 6) == NULL) {
			break;
		}
	}
	size_t digits = i;
	while (i < text.size && text.data[i] == '=') {
		i++;
	}
	return digits != 0 && i == text.size;
}

static enum mrl_err query_has_token(struct mrl_call *call, bool *ret_has)
{
	struct mrl_slice rest = call->target.query;
	struct mrl_slice name, value, decoded;
	*ret_has = false;
	while (!*ret_has && mrl_query_next(&rest, &name, &value)) {
		enum mrl_text_fault fault = MRL_TEXT_OK;
		decoded = name;
		enum mrl_err err = mrl_percent_decode(name, MRL_DECODE_PLUS, call->arena, &decoded,
		                                      &fault);
		if (err != MRL_OK) {
			return err;
		}
		*ret_has = fault == MRL_TEXT_OK && mrl_slice_is(decoded, "access_token");
	}
	return MRL_OK;
}

static uint32_t count_fields(const struct mrl_view *view, enum mrl_field_id id)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < view->field_count; i++) {
		count += view->fields[i].id == id ? 1 : 0;
	}
	return count;
}

enum mrl_err mrl_token_take(struct mrl_call *call, struct mrl_slice *ret_token, bool *ret_dpop,
                            enum mrl_token_found *ret_found)
{
	const struct mrl_field *field = mrl_view_field(call->view, MRL_FIELD_AUTHORIZATION);
	bool in_query = false;
	enum mrl_err err = call->target.has_query ? query_has_token(call, &in_query) : MRL_OK;
	if (err != MRL_OK) {
		return err;
	}
	if (in_query || (field != NULL && count_fields(call->view, MRL_FIELD_AUTHORIZATION) != 1)) {
		*ret_found = MRL_TOKEN_MALFORMED;
		return MRL_OK;
	}
	struct mrl_slice value = field == NULL ? MRL_SLICE_NONE : field->value;
	size_t end = mrl_slice_find(value, ' ');
	struct mrl_slice scheme = mrl_slice_sub(value, 0, end);
	*ret_dpop = mrl_slice_equal_nocase(scheme, MRL_SLICE("dpop"));
	if (!*ret_dpop && !mrl_slice_equal_nocase(scheme, MRL_SLICE("bearer"))) {
		*ret_found = MRL_TOKEN_MISSING;
		return MRL_OK;
	}
	*ret_token = mrl_slice_from(value, end + 1);
	*ret_found = is_token68(*ret_token) ? MRL_TOKEN_FOUND : MRL_TOKEN_MALFORMED;
	return MRL_OK;
}
