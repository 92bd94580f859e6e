/* JSON to a stream. Strings are escaped by the core's writer, so that ill-formed UTF-8 cannot get
 * out. */
#include "json_out.h"

#include <inttypes.h>
#include <stdlib.h>

struct mrl_out mrl_out_begin(FILE *out)
{
	return (struct mrl_out){.out = out};
}

static void put_string(FILE *out, struct mrl_slice text)
{
	size_t bytes;
	uint8_t *memory = NULL;
	if (mrl_size_mul(text.size, 6, &bytes) && mrl_size_add(bytes, 2, &bytes)) {
		memory = malloc(bytes);
	}
	if (memory == NULL) {
		fputs("null", out);
		return;
	}
	struct mrl_buffer buffer = mrl_buffer(memory, bytes);
	mrl_json_put_string(&buffer, text);
	fwrite(buffer.data, 1, buffer.size, out);
	free(memory);
}

static void start(struct mrl_out *json, const char *key)
{
	uint32_t bit = UINT32_C(1) << json->depth;
	if ((json->filled & bit) != 0) {
		fputc(',', json->out);
	}
	json->filled |= bit;
	if (key != NULL) {
		put_string(json->out, mrl_slice_text(key));
		fputc(':', json->out);
	}
}

void mrl_out_open(struct mrl_out *json, const char *key, char bracket)
{
	start(json, key);
	fputc(bracket, json->out);
	if (json->depth + 1 < MRL_COUNT(json->closes)) {
		json->depth++;
	}
	json->closes[json->depth] = bracket == '{' ? '}' : ']';
	json->filled &= ~(UINT32_C(1) << json->depth);
}

void mrl_out_close(struct mrl_out *json)
{
	if (json->depth > 0) {
		fputc(json->closes[json->depth], json->out);
		json->depth--;
	}
}

void mrl_out_text(struct mrl_out *json, const char *key, const char *text)
{
	mrl_out_slice(json, key, mrl_slice_text(text));
}

void mrl_out_slice(struct mrl_out *json, const char *key, struct mrl_slice text)
{
	start(json, key);
	put_string(json->out, text);
}

void mrl_out_number(struct mrl_out *json, const char *key, int64_t number)
{
	start(json, key);
	fprintf(json->out, "%" PRId64, number);
}

void mrl_out_bool(struct mrl_out *json, const char *key, bool value)
{
	start(json, key);
	fputs(value ? "true" : "false", json->out);
}

void mrl_out_raw(struct mrl_out *json, const char *key, struct mrl_slice text)
{
	start(json, key);
	fwrite(text.data, 1, text.size, json->out);
}

void mrl_out_finish(struct mrl_out *json)
{
	while (json->depth > 0) {
		mrl_out_close(json);
	}
	fputc('\n', json->out);
}
