/*
 * What can be wrong with a JSON text, and where that is for a reader of it. A text is read in the
 * order of its bytes, so the first fault found is the first there is.
 */
#include "json/read.h"

static const char *const names[MRL_JSON_FAULT_COUNT] = {
	[MRL_JSON_NONE] = "none",
	[MRL_JSON_EMPTY] = "empty",
	[MRL_JSON_TRAILING] = "trailing",
	[MRL_JSON_UNEXPECTED] = "unexpected",
	[MRL_JSON_TRUNCATED] = "truncated",
	[MRL_JSON_LITERAL] = "literal",
	[MRL_JSON_CONTROL] = "control",
	[MRL_JSON_ESCAPE] = "escape",
	[MRL_JSON_SURROGATE] = "surrogate",
	[MRL_JSON_UTF8] = "utf8",
	[MRL_JSON_BOM] = "bom",
	[MRL_JSON_NAME_REPEATED] = "name-repeated",
	[MRL_JSON_NAME_LONG] = "name-long",
	[MRL_JSON_DEPTH] = "depth",
	[MRL_JSON_VALUES] = "values",
	[MRL_JSON_NUMBER] = "number",
	[MRL_JSON_NUMBER_LONG] = "number-long",
	[MRL_JSON_NUL] = "nul",
	[MRL_JSON_TEXT_LONG] = "text-long",
};

struct mrl_slice mrl_json_fault_name(enum mrl_json_fault_code code)
{
	bool known = (unsigned)code < MRL_COUNT(names);
	return mrl_slice_text(known ? names[code] : "unknown");
}

MRL_JSON_RARELY bool mrl_json_fail(struct mrl_json_reader *reader, enum mrl_json_fault_code code,
                                   const uint8_t *at)
{
	reader->fault = (struct mrl_json_fault){.code = code,
	                                        .offset = (uint32_t)(at - reader->start)};
	return false;
}

MRL_JSON_RARELY bool mrl_json_unexpected(struct mrl_json_reader *reader, const uint8_t *at)
{
	bool ended = at == reader->end;
	return mrl_json_fail(reader, ended ? MRL_JSON_TRUNCATED : MRL_JSON_UNEXPECTED, at);
}

/* A word that a literal begins with and that ends with the text is only cut off. */
MRL_JSON_RARELY bool mrl_json_bad_literal(struct mrl_json_reader *reader, const uint8_t *at)
{
	const char *word = *at == 'f' ? "false" : *at == 't' ? "true" : "null";
	size_t left = (size_t)(reader->end - at);
	bool cut = left < strlen(word) && memcmp(at, word, left) == 0;
	return cut ? mrl_json_fail(reader, MRL_JSON_TRUNCATED, reader->end)
	           : mrl_json_fail(reader, MRL_JSON_LITERAL, at);
}

void mrl_json_position(struct mrl_slice text, uint32_t offset, uint32_t *ret_line,
                       uint32_t *ret_column)
{
	uint32_t line = 1;
	uint32_t column = 1;
	for (uint32_t i = 0; i < offset && i < text.size; i++) {
		bool feeds = text.data[i] == '\n';
		line += feeds;
		column = feeds ? 1 : column + ((text.data[i] & 0xC0) != 0x80);
	}
	*ret_line = line;
	*ret_column = column;
}
