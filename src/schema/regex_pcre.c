/*
 * Lookaround and backreferences, which need backtracking: PCRE2 under a limit that is charged
 * before each try [INPUT-1]. A limit that is used up is never "no match". All memory is an arena's,
 * so what PCRE2 frees is given back with the arena.
 */
#include "regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct mrl_regex_pcre {
	pcre2_code *code;
};

static void *give(PCRE2_SIZE size, void *arena)
{
	return mrl_arena_alloc(arena, size, 16);
}

static void take_nothing(void *block, void *arena)
{
	(void)block;
	(void)arena;
}

static pcre2_code *compile(struct mrl_slice pattern, struct mrl_arena *arena, size_t *ret_offset)
{
	pcre2_general_context *general = pcre2_general_context_create(give, take_nothing, arena);
	pcre2_compile_context *context = general == NULL ? NULL
	                                                 : pcre2_compile_context_create(general);
	int code;
	if (context == NULL) {
		return NULL;
	}
	(void)pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
	return pcre2_compile(pattern.data, pattern.size,
	                     PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY |
	                             PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALT_BSUX |
	                             PCRE2_NEVER_BACKSLASH_C | PCRE2_ALLOW_EMPTY_CLASS,
	                     &code, ret_offset, context);
}

/* What PCRE2 says has no place in our messages but the offset, in the pattern as it was written. */
static enum mrl_err fail(struct mrl_slice pattern, struct mrl_arena *scratch,
                         struct mrl_regex_error *ret_error)
{
	size_t offset = 0;
	bool other = compile(pattern, scratch, &offset) != NULL;
	*ret_error = (struct mrl_regex_error){
		.what = "a pattern with lookaround or backreferences cannot hold this",
		.offset = other ? 0 : (uint32_t)offset};
	return MRL_ERR_INVALID;
}

enum mrl_err mrl_regex_pcre_make(struct mrl_slice pattern, struct mrl_arena *arena,
                                 const struct mrl_regex_pcre **ret_pcre,
                                 struct mrl_regex_error *ret_error)
{
	struct mrl_regex_pcre *pcre = MRL_NEW(arena, struct mrl_regex_pcre);
	struct mrl_arena scratch;
	struct mrl_slice text = {0};
	size_t offset;
	mrl_arena_init(&scratch, &arena->memory, 1U << 12, 1U << 24);
	enum mrl_err err = pcre == NULL ? MRL_ERR_MEMORY
	                                : mrl_regex_pcre_text(pattern, &scratch, &text);
	if (err == MRL_OK) {
		pcre->code = compile(text, arena, &offset);
		err = pcre->code == NULL ? fail(pattern, &scratch, ret_error) : MRL_OK;
	}
	mrl_arena_release(&scratch);
	if (err == MRL_OK) {
		*ret_pcre = pcre;
	}
	return err;
}

static int match(const struct mrl_regex_pcre *pcre, struct mrl_slice text,
                 struct mrl_arena *scratch, uint32_t limit)
{
	pcre2_general_context *general = pcre2_general_context_create(give, take_nothing, scratch);
	if (general == NULL) {
		return PCRE2_ERROR_NOMEMORY;
	}
	pcre2_match_context *context = pcre2_match_context_create(general);
	pcre2_match_data *data = pcre2_match_data_create(1, general);
	if (context == NULL || data == NULL) {
		return PCRE2_ERROR_NOMEMORY;
	}
	(void)pcre2_set_match_limit(context, limit);
	(void)pcre2_set_depth_limit(context, limit);
	return pcre2_match(pcre->code, text.data, text.size, 0, PCRE2_NO_UTF_CHECK, data, context);
}

enum mrl_regex_outcome mrl_regex_pcre_run(const struct mrl_regex_pcre *pcre, struct mrl_slice text,
                                          struct mrl_arena *scratch, uint32_t *steps)
{
	static const uint32_t limits[] = {1000, 10000, 100000};
	for (size_t i = 0; i < MRL_COUNT(limits) && *steps >= limits[i]; i++) {
		struct mrl_arena_mark mark = mrl_arena_mark(scratch);
		*steps -= limits[i];
		int result = match(pcre, text, scratch, limits[i]);
		mrl_arena_reset(scratch, mark);
		if (result >= 0) {
			return MRL_REGEX_YES;
		}
		if (result == PCRE2_ERROR_NOMATCH) {
			return MRL_REGEX_NO;
		}
	}
	return MRL_REGEX_EXHAUSTED;
}
