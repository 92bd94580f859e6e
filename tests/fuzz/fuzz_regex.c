/* Patterns and texts made of the input's bytes: every engine that can run the pattern agrees. */
#include "../../src/schema/regex_program.h"
#include "fuzz.h"

#define PATTERN_MAX 400

struct making {
	const uint8_t *bytes;
	size_t left;
	char pattern[PATTERN_MAX];
	size_t size;
};

static uint8_t next(struct making *making)
{
	if (making->left == 0) {
		return 0;
	}
	making->left--;
	return *making->bytes++;
}

static void put(struct making *making, const char *text)
{
	size_t size = strlen(text);
	if (making->size + size < PATTERN_MAX / 2) {
		memcpy(making->pattern + making->size, text, size);
		making->size += size;
	}
}

static void put_atom(struct making *making, uint32_t depth);

static void put_branches(struct making *making, uint32_t depth)
{
	static const char *const repeats[] = {"*", "+", "?", "{2}", "{0,2}", "{1,}", "{3,5}"};
	uint8_t count = next(making) % 4;
	for (uint8_t i = 0; i <= count; i++) {
		uint8_t choice = next(making);
		put_atom(making, depth);
		if (choice % 3 == 0) {
			put(making, repeats[choice / 3 % MRL_COUNT(repeats)]);
		} else if (choice % 16 == 1) {
			put(making, "|");
		}
	}
}

/* The end of a group is always written: half of the pattern is kept for these. */
static void put_group(struct making *making, uint32_t depth)
{
	if (making->size + 4 >= PATTERN_MAX / 2) {
		put(making, "a");
		return;
	}
	put(making, "(?:");
	put_branches(making, depth + 1);
	making->pattern[making->size++] = ')';
}

static void put_atom(struct making *making, uint32_t depth)
{
	static const char *const atoms[] = {
		"a",        "b",   "c",   "ab",  "[ab]",     "[^a]",
		"[a-c]",    ".",   "\\d", "\\s", "\xC3\xA9", "[\xC3\xA0-\xC3\xBF]",
		"[\\s\\S]", "\\w", "\\W",
	};
	uint8_t choice = next(making) % 20;
	if (choice < MRL_COUNT(atoms)) {
		put(making, atoms[choice]);
	} else if (depth < 4) {
		put_group(making, depth);
	} else {
		put(making, "a");
	}
}

static void make_pattern(struct making *making)
{
	uint8_t frame = next(making);
	if ((frame & 1) != 0) {
		put(making, "^");
	}
	put_branches(making, 0);
	if ((frame & 2) != 0 && making->size < PATTERN_MAX - 2) {
		making->pattern[making->size++] = '$';
	}
	if ((frame & 0x70) == 0x70) {
		put(making, "|^b");
	}
}

static struct mrl_slice make_text(struct making *making, char text[256])
{
	static const char *const pieces[] = {
		"a", "b", "c", "0", " ", "\n", "ab", "-", "\xC3\xA9", "\xE2\x80\xA8", "_", "aaaa"};
	size_t size = 0;
	while (making->left != 0 && size < 240) {
		const char *piece = pieces[next(making) % MRL_COUNT(pieces)];
		memcpy(text + size, piece, strlen(piece));
		size += strlen(piece);
	}
	return mrl_slice((const uint8_t *)text, size);
}

static void compare(struct mrl_slice pattern, struct mrl_slice text, struct mrl_arena *arena)
{
	const struct mrl_regex *regex;
	const struct mrl_regex_program *program;
	const struct mrl_regex_pcre *pcre;
	struct mrl_regex_error error;
	struct mrl_regex_tree tree;
	uint64_t steps = UINT32_MAX;
	uint32_t tries = 10000000;
	if (mrl_regex_compile(pattern, arena, &regex, &error) != MRL_OK ||
	    mrl_regex_parse(pattern, arena, &tree, &error) != MRL_OK ||
	    mrl_regex_program_make(&tree, arena, &program) != MRL_OK) {
		return;
	}
	enum mrl_regex_outcome chosen = mrl_regex_search(regex, text, arena, &steps, &tries);
	enum mrl_regex_outcome linear = mrl_regex_program_run(program, text, arena, &steps);
	FUZZ_CHECK(chosen != MRL_REGEX_EXHAUSTED && chosen == linear);
	if (mrl_regex_pcre_make(pattern, arena, &pcre, &error) == MRL_OK) {
		enum mrl_regex_outcome other = mrl_regex_pcre_run(pcre, text, arena, &tries);
		FUZZ_CHECK(other == MRL_REGEX_EXHAUSTED || other == chosen);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct making making = {.bytes = data, .left = size};
	struct mrl_arena arena;
	char text[256];
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 64U << 20);
	make_pattern(&making);
	struct mrl_slice pattern = mrl_slice((const uint8_t *)making.pattern, making.size);
	compare(pattern, make_text(&making, text), &arena);
	mrl_arena_release(&arena);
	return 0;
}
