/*
 * Pieces of JSON text. Strings are escaped so that a line is always one line and harmless on a
 * terminal, whatever bytes they were given.
 */
#include "audit/json_put.h"

#include <stdio.h>

void json_put_literal(struct mrl_buffer *buffer, const char *text)
{
	mrl_buffer_put(buffer, mrl_slice_text(text));
}

static void put_escape(struct mrl_buffer *buffer, uint32_t code)
{
	char text[7];
	int size = snprintf(text, sizeof(text), "\\u%04x", (unsigned)(code & 0xFFFF));
	mrl_buffer_put(buffer, mrl_slice(text, (size_t)size));
}

/* C1 controls, the two line separators, and what turns text around. */
static bool is_unsafe(uint32_t code)
{
	return (code >= 0x80 && code <= 0x9F) || code == 0x061C || code == 0x200E ||
	       code == 0x200F || (code >= 0x2028 && code <= 0x202E) ||
	       (code >= 0x2066 && code <= 0x2069);
}

/* A run of two or three bytes that is well-formed; four-byte characters are never unsafe. */
static uint32_t code_of(struct mrl_slice bytes)
{
	if (bytes.size == 2) {
		return (bytes.data[0] & 0x1FU) << 6 | (bytes.data[1] & 0x3FU);
	}
	if (bytes.size == 3) {
		return (bytes.data[0] & 0x0FU) << 12 | (bytes.data[1] & 0x3FU) << 6 |
		       (bytes.data[2] & 0x3FU);
	}
	return 0x10000;
}

/* Writes the character that begins at `at`, not ASCII; its size. */
static size_t put_wide(struct mrl_buffer *buffer, struct mrl_slice text, size_t at)
{
	uint8_t first = text.data[at];
	size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	struct mrl_slice bytes = mrl_slice_sub(text, at, size);
	if (bytes.size != size || mrl_utf8_check(bytes) != size) {
		json_put_literal(buffer, "\xEF\xBF\xBD");
		return 1;
	}
	if (is_unsafe(code_of(bytes))) {
		put_escape(buffer, code_of(bytes));
		return size;
	}
	mrl_buffer_put(buffer, bytes);
	return size;
}

static bool is_plain(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

void json_put_string(struct mrl_buffer *buffer, struct mrl_slice text)
{
	mrl_buffer_byte(buffer, '"');
	for (size_t at = 0; at < text.size;) {
		size_t start = at;
		while (at < text.size && is_plain(text.data[at])) {
			at++;
		}
		mrl_buffer_put(buffer, mrl_slice_sub(text, start, at - start));
		if (at == text.size) {
			break;
		}
		uint8_t byte = text.data[at];
		if (byte >= 0x80) {
			at += put_wide(buffer, text, at);
			continue;
		}
		if (byte == '"' || byte == '\\') {
			mrl_buffer_byte(buffer, '\\');
			mrl_buffer_byte(buffer, byte);
		} else {
			put_escape(buffer, byte);
		}
		at++;
	}
	mrl_buffer_byte(buffer, '"');
}

/* `,"name":`, or without comma at the start of an object. */
void json_put_name(struct mrl_buffer *buffer, const char *name)
{
	if (buffer->size != 0 && buffer->data[buffer->size - 1] != '{') {
		mrl_buffer_byte(buffer, ',');
	}
	mrl_buffer_byte(buffer, '"');
	json_put_literal(buffer, name);
	mrl_buffer_put(buffer, MRL_SLICE("\":"));
}

void json_put_number(struct mrl_buffer *buffer, const char *name, uint64_t number)
{
	json_put_name(buffer, name);
	mrl_buffer_u64(buffer, number);
}

void json_put_word(struct mrl_buffer *buffer, const char *name, const char *word)
{
	json_put_name(buffer, name);
	json_put_string(buffer, mrl_slice_text(word));
}

void json_put_hex(struct mrl_buffer *buffer, struct mrl_slice bytes)
{
	mrl_buffer_byte(buffer, '"');
	mrl_buffer_hex(buffer, bytes);
	mrl_buffer_byte(buffer, '"');
}

/* 16 digits, most significant first. */
void json_put_hex64(struct mrl_buffer *buffer, uint64_t number)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (uint8_t)(number >> (56 - 8 * i));
	}
	json_put_hex(buffer, mrl_slice(bytes, sizeof(bytes)));
}

void json_put_uuid(struct mrl_buffer *buffer, const uint8_t uuid[MRL_UUID_BYTES])
{
	uint8_t text[MRL_UUID_TEXT];
	mrl_uuid_text(uuid, text);
	json_put_string(buffer, mrl_slice(text, sizeof(text)));
}
