/* W3C Trace Context: traceparent in, traceparent out; and the form of a client's request id. */
#include <merlon/http.h>

/* Lower-case digits only: the specification forbids upper case. */
static bool parse_hex(struct mrl_slice text, size_t start, uint8_t *ret_bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t high = text.data[start + 2 * i];
		uint8_t low = text.data[start + 2 * i + 1];
		if (mrl_hex_value(high) < 0 || mrl_hex_value(low) < 0 || mrl_lower(high) != high ||
		    mrl_lower(low) != low) {
			return false;
		}
		ret_bytes[i] = (uint8_t)(mrl_hex_value(high) << 4 | mrl_hex_value(low));
	}
	return true;
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
	uint8_t all = 0;
	for (size_t i = 0; i < count; i++) {
		all |= bytes[i];
	}
	return all == 0;
}

static bool size_fits(uint8_t version, struct mrl_slice value)
{
	if (version == 0xFF) {
		return false;
	}
	return value.size == MRL_TRACEPARENT_TEXT ||
	       (version != 0 && value.data[MRL_TRACEPARENT_TEXT] == '-');
}

/* ERR-2 */
bool mrl_traceparent_parse(struct mrl_slice value, struct mrl_trace *ret_trace)
{
	struct mrl_trace trace;
	uint8_t version;
	uint8_t flags;
	if (value.size < MRL_TRACEPARENT_TEXT || value.data[2] != '-' || value.data[35] != '-' ||
	    value.data[52] != '-') {
		return false;
	}
	if (!parse_hex(value, 0, &version, 1) || !size_fits(version, value) ||
	    !parse_hex(value, 3, trace.trace_id, sizeof(trace.trace_id)) ||
	    !parse_hex(value, 36, trace.parent_id, sizeof(trace.parent_id)) ||
	    !parse_hex(value, 53, &flags, 1)) {
		return false;
	}
	if (is_zero(trace.trace_id, sizeof(trace.trace_id)) ||
	    is_zero(trace.parent_id, sizeof(trace.parent_id))) {
		return false;
	}
	trace.sampled = (flags & 1) != 0;
	*ret_trace = trace;
	return true;
}

void mrl_traceparent_text(const struct mrl_trace *trace, uint8_t ret_text[MRL_TRACEPARENT_TEXT])
{
	struct mrl_buffer buffer = mrl_buffer(ret_text, MRL_TRACEPARENT_TEXT);
	MRL_PUT(&buffer, "00-");
	mrl_buffer_hex(&buffer, mrl_slice(trace->trace_id, sizeof(trace->trace_id)));
	MRL_PUT(&buffer, "-");
	mrl_buffer_hex(&buffer, mrl_slice(trace->parent_id, sizeof(trace->parent_id)));
	mrl_buffer_put(&buffer, trace->sampled ? MRL_SLICE("-01") : MRL_SLICE("-00"));
}

static bool is_request_id_byte(uint8_t byte)
{
	uint8_t lower = mrl_lower(byte);
	return (lower >= 'a' && lower <= 'z') || mrl_is_digit(byte) || byte == '.' || byte == '_' ||
	       byte == '-';
}

bool mrl_request_id_valid(struct mrl_slice value)
{
	if (value.size == 0 || value.size > MRL_REQUEST_ID_MAX) {
		return false;
	}
	for (size_t i = 0; i < value.size; i++) {
		if (!is_request_id_byte(value.data[i])) {
			return false;
		}
	}
	return true;
}
