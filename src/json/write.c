/* JSON strings out: RFC 8259 section 7, and U+007F escaped with the controls. */
#include <merlon/document.h>

static const char *short_escape(uint8_t byte)
{
	switch (byte) {
	case '"': return "\\\"";
	case '\\': return "\\\\";
	case '\b': return "\\b";
	case '\f': return "\\f";
	case '\n': return "\\n";
	case '\r': return "\\r";
	case '\t': return "\\t";
	default: return NULL;
	}
}

static bool is_plain(uint8_t byte)
{
	return byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7F;
}

static void put_escape(struct mrl_buffer *buffer, uint8_t byte)
{
	const char *escape = short_escape(byte);
	if (escape != NULL) {
		mrl_buffer_put(buffer, mrl_slice_text(escape));
		return;
	}
	MRL_PUT(buffer, "\\u00");
	mrl_buffer_hex(buffer, mrl_slice(&byte, 1));
}

/* `text` is well-formed UTF-8. */
static void put_well_formed(struct mrl_buffer *buffer, struct mrl_slice text)
{
	size_t start = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (is_plain(text.data[i])) {
			continue;
		}
		mrl_buffer_put(buffer, mrl_slice_sub(text, start, i - start));
		put_escape(buffer, text.data[i]);
		start = i + 1;
	}
	mrl_buffer_put(buffer, mrl_slice_from(text, start));
}

void mrl_json_put_string(struct mrl_buffer *buffer, struct mrl_slice text)
{
	MRL_PUT(buffer, "\"");
	for (;;) {
		size_t good = mrl_utf8_check(text);
		put_well_formed(buffer, mrl_slice_sub(text, 0, good));
		if (good == text.size) {
			break;
		}
		MRL_PUT(buffer, "\xEF\xBF\xBD");
		text = mrl_slice_from(text, good + 1);
	}
	MRL_PUT(buffer, "\"");
}
