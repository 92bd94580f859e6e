/* Error bodies (RFC 9457): four members in a fixed order, and nothing that was received. */
#include <merlon/http.h>

const struct mrl_problem mrl_problems[MRL_PROBLEM_COUNT] = {
#define MRL_PROBLEM(id, name, status, title, flags) \
	[MRL_PROBLEM_##id] = {name, title, status, flags},
#include <merlon/problems.def>
#undef MRL_PROBLEM
};

/* The base comes from the policy; the rest is ours and needs no escape. */
static void put_escaped(struct mrl_buffer *buffer, struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		if (byte < 0x20) {
			MRL_PUT(buffer, "\\u00");
			mrl_buffer_hex(buffer, mrl_slice(&byte, 1));
			continue;
		}
		if (byte == '"' || byte == '\\') {
			mrl_buffer_byte(buffer, '\\');
		}
		mrl_buffer_byte(buffer, byte);
	}
}

/* An unregistered status means what the first of its class means (RFC 9110 15). */
static struct mrl_slice title_of(const struct mrl_problem *problem, uint16_t status)
{
	if (problem->title[0] != '\0') {
		return mrl_slice_text(problem->title);
	}
	struct mrl_slice phrase = mrl_status_phrase(status);
	return phrase.size != 0 ? phrase : mrl_status_phrase((uint16_t)(status - status % 100));
}

/* ERR-3 */
bool mrl_problem_write(struct mrl_buffer *buffer, const struct mrl_problem *problem,
                       const struct mrl_problem_details *details)
{
	uint8_t uuid[MRL_UUID_TEXT];
	uint16_t status = problem->status == 0 ? details->status : problem->status;
	mrl_uuid_text(details->request_id, uuid);
	MRL_PUT(buffer, "{\"type\":\"");
	bool registered = (problem->flags & MRL_PROBLEM_REGISTERED) != 0;
	put_escaped(buffer, registered ? MRL_SLICE(MRL_PROBLEM_IANA) : details->base);
	mrl_buffer_put(buffer, mrl_slice_text(problem->id));
	MRL_PUT(buffer, "\",\"title\":\"");
	mrl_buffer_put(buffer, title_of(problem, status));
	MRL_PUT(buffer, "\",\"status\":");
	mrl_buffer_u64(buffer, status);
	MRL_PUT(buffer, ",\"instance\":\"urn:uuid:");
	mrl_buffer_put(buffer, mrl_slice(uuid, sizeof(uuid)));
	MRL_PUT(buffer, "\"");
	if (details->error.size != 0) {
		MRL_PUT(buffer, ",\"errors\":[");
		mrl_buffer_put(buffer, details->error);
		MRL_PUT(buffer, "]");
	}
	if (details->extension.size != 0) {
		MRL_PUT(buffer, ",");
		mrl_buffer_put(buffer, details->extension);
	}
	MRL_PUT(buffer, "}");
	return !buffer->overflow;
}
