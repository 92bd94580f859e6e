/* Pairs and percent-decoding: as many pairs as separators say, names well-formed and decoded once,
 * values untouched. */
#include "fuzz.h"

#include <merlon/http.h>

static size_t count_byte(struct mrl_slice text, uint8_t byte)
{
	size_t count = 0;
	for (size_t i = 0; i < text.size; i++) {
		count += text.data[i] == byte;
	}
	return count;
}

/* Each value stands in the text, in order, with nothing left out but names, '=' and '&'. */
static void check_form(struct mrl_slice text, const struct mrl_form *form)
{
	const uint8_t *at = text.data;
	FUZZ_CHECK(form->count == (text.size == 0 ? 0 : count_byte(text, '&') + 1));
	for (uint32_t i = 0; i < form->count; i++) {
		struct mrl_slice name = form->pairs[i].name;
		struct mrl_slice value = form->pairs[i].value;
		FUZZ_CHECK(mrl_utf8_check(name) == name.size);
		FUZZ_CHECK(count_byte(name, 0) == 0);
		FUZZ_CHECK(count_byte(value, '&') == 0 && count_byte(value, ';') == 0);
		FUZZ_CHECK(value.data >= at && value.data + value.size <= text.data + text.size);
		at = value.data + value.size;
	}
}

static void check_decode(struct mrl_slice raw, struct mrl_arena *arena)
{
	struct mrl_slice text;
	enum mrl_text_fault fault = MRL_TEXT_OK;
	FUZZ_CHECK(mrl_percent_decode(raw, MRL_DECODE_NUL, arena, &text, &fault) == MRL_OK);
	if (fault == MRL_TEXT_OK) {
		FUZZ_CHECK(text.size + 2 * count_byte(raw, '%') == raw.size);
		FUZZ_CHECK(mrl_utf8_check(text) == text.size);
	} else {
		FUZZ_CHECK(fault == MRL_TEXT_ESCAPE || fault == MRL_TEXT_UTF8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mrl_form_limits limits = {.pairs = 64, .name_chars = 32};
	struct mrl_arena arena;
	struct mrl_form form;
	if (data == NULL) {
		return 0;
	}
	mrl_arena_init(&arena, &mrl_memory_malloc, 4096, 64U << 20);
	FUZZ_CHECK(mrl_form_split(&limits, mrl_slice(data, size), &arena, &form) == MRL_OK);
	if (form.fault == MRL_TEXT_OK) {
		check_form(mrl_slice(data, size), &form);
	} else {
		FUZZ_CHECK(form.count == 0 && form.offset <= size);
		FUZZ_CHECK(mrl_text_fault_name(form.fault).size != 0);
	}
	check_decode(mrl_slice(data, size), &arena);
	mrl_arena_release(&arena);
	return 0;
}
