/*
 * JSON to a stream, one value after the other; commas and nesting are kept track of. Write errors
 * stay in the stream (ferror). At most 31 levels.
 */
#ifndef MRL_CLI_JSON_OUT_H
#define MRL_CLI_JSON_OUT_H

#include <merlon/document.h>

#include <stdio.h>

struct mrl_out {
	FILE *out;
	uint32_t depth;
	uint32_t filled; /* one bit a level: it has a value already */
	char closes[32];
};

struct mrl_out mrl_out_begin(FILE *out);
/* `bracket` is '{' or '['; `key` is NULL inside an array and at the top. */
void mrl_out_open(struct mrl_out *json, const char *key, char bracket);
void mrl_out_close(struct mrl_out *json);
void mrl_out_text(struct mrl_out *json, const char *key, const char *text);
void mrl_out_slice(struct mrl_out *json, const char *key, struct mrl_slice text);
void mrl_out_number(struct mrl_out *json, const char *key, int64_t number);
void mrl_out_bool(struct mrl_out *json, const char *key, bool value);
/* Text that is JSON already. */
void mrl_out_raw(struct mrl_out *json, const char *key, struct mrl_slice text);
/* Closes what is open and ends the line. */
void mrl_out_finish(struct mrl_out *json);

#endif
