/*
 * The scanners of strings: the same tape and fault from each, at every alignment, with the text
 * ending where the memory does, so that a byte read behind it ends the test.
 */
#include "reading.h"

#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENTS 32
#define PAGES      2

static const struct mrl_json_limits usual = {
	.depth = 64, .values = 262144, .name_chars = 256, .number_bytes = 128};

/* Pages between two that cannot be read. */
struct guarded {
	uint8_t *all;
	size_t page;
};

static void guarded_init(struct guarded *guarded)
{
	guarded->page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (PAGES + 2) * guarded->page;
	guarded->all = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(guarded->all, MAP_FAILED);
	assert_int_equal(mprotect(guarded->all + guarded->page, PAGES * guarded->page,
	                          PROT_READ | PROT_WRITE),
	                 0);
}

static void guarded_release(struct guarded *guarded)
{
	assert_int_equal(munmap(guarded->all, (PAGES + 2) * guarded->page), 0);
}

static struct mrl_slice at_the_end(struct guarded *guarded, struct mrl_slice text)
{
	uint8_t *end = guarded->all + (PAGES + 1) * guarded->page;
	memcpy(end - text.size, text.data, text.size);
	return mrl_slice(end - text.size, text.size);
}

static struct mrl_slice at_the_start(struct guarded *guarded, struct mrl_slice text)
{
	memcpy(guarded->all + guarded->page, text.data, text.size);
	return mrl_slice(guarded->all + guarded->page, text.size);
}

/* Once at each end of the memory. */
static struct mrl_json_fault read_guarded(struct guarded *guarded, struct mrl_slice text)
{
	struct reading reading;
	reading_by_all(&reading, &usual, at_the_end(guarded, text));
	struct mrl_json_fault fault = reading.fault;
	reading_release(&reading);
	reading_by_all(&reading, &usual, at_the_start(guarded, text));
	assert_int_equal(reading.fault.code, fault.code);
	assert_int_equal(reading.fault.offset, fault.offset);
	reading_release(&reading);
	return fault;
}

/* A string of `size` plain bytes, with `special` at `at`, behind so many spaces. */
static struct mrl_slice build(uint8_t *memory, size_t spaces, size_t size, size_t at,
                              const char *special)
{
	struct mrl_buffer buffer = mrl_buffer(memory, 512);
	for (size_t i = 0; i < spaces; i++) {
		mrl_buffer_byte(&buffer, ' ');
	}
	mrl_buffer_byte(&buffer, '"');
	for (size_t i = 0; i <= size; i++) {
		if (i == at) {
			mrl_buffer_put(&buffer, mrl_slice_text(special));
		}
		if (i < size) {
			mrl_buffer_byte(&buffer, 'x');
		}
	}
	mrl_buffer_byte(&buffer, '"');
	return mrl_buffer_slice(&buffer);
}

static const struct special {
	const char *bytes;
	enum mrl_json_fault_code code;
	uint32_t into; /* of the fault in these bytes */
} specials[] = {
	{"", MRL_JSON_NONE, 0},
	{"\\n", MRL_JSON_NONE, 0},
	{"\\ud83d\\ude00", MRL_JSON_NONE, 0},
	{"\xC3\xA9", MRL_JSON_NONE, 0},
	{"\xF0\x9F\x98\x80", MRL_JSON_NONE, 0},
	{" !~\x7F", MRL_JSON_NONE, 0},
	{"\x1F", MRL_JSON_CONTROL, 0},
	{"\n", MRL_JSON_CONTROL, 0},
	{"\\q", MRL_JSON_ESCAPE, 0},
	{"\xC3\xA9\xE2\x82", MRL_JSON_UTF8, 2},
	{"\xFF", MRL_JSON_UTF8, 0},
	{"\" ", MRL_JSON_TRAILING, 2},
};

static void check_special(struct guarded *guarded, const struct special *special, size_t spaces)
{
	static const size_t sizes[] = {0, 1, 14, 15, 16, 17, 31, 32, 33, 47, 64, 70};
	uint8_t memory[512];
	for (size_t i = 0; i < MRL_COUNT(sizes); i++) {
		for (size_t at = 0; at <= sizes[i]; at += 1 + sizes[i] / 8) {
			struct mrl_slice text = build(memory, spaces, sizes[i], at, special->bytes);
			struct mrl_json_fault fault = read_guarded(guarded, text);
			bool faulty = special->code != MRL_JSON_NONE;
			assert_int_equal(fault.code, special->code);
			assert_int_equal(fault.offset,
			                 faulty ? spaces + 1 + at + special->into : 0);
		}
	}
}

static void strings_end_alike_everywhere(void **state)
{
	struct guarded guarded;
	(void)state;
	guarded_init(&guarded);
	for (size_t spaces = 0; spaces < ALIGNMENTS; spaces++) {
		for (size_t i = 0; i < MRL_COUNT(specials); i++) {
			check_special(&guarded, &specials[i], spaces);
		}
	}
	guarded_release(&guarded);
}

/* Cut after every byte, so that each part of the reader meets the end of the memory. */
static void a_text_is_cut_everywhere(void **state)
{
	static const char *const texts[] = {
		"{\"name\":\"a longer string with \\u00e9 and \xF0\x9F\x98\x80 in "
		"it\",\"n\":-12.5e-3,"
		"\"list\":[true,false,null,{}],\"last name \\\" of all "
		"that\":123456789012345678901}",
		"[\n        \"x\",\n                          12345678\n   ]",
		"{\"a\":{\"b\":{\"c\":{\"d\":[[[[\"0123456789abcdef0123456789abcdef\"]]]]}}}}",
	};
	struct guarded guarded;
	(void)state;
	guarded_init(&guarded);
	for (size_t i = 0; i < MRL_COUNT(texts); i++) {
		struct mrl_slice text = mrl_slice_text(texts[i]);
		for (size_t size = 0; size < text.size; size++) {
			struct mrl_slice cut = mrl_slice_sub(text, 0, size);
			enum mrl_json_fault_code code = read_guarded(&guarded, cut).code;
			assert_true(code == MRL_JSON_TRUNCATED || code == MRL_JSON_EMPTY ||
			            code == MRL_JSON_UTF8);
		}
		assert_int_equal(read_guarded(&guarded, text).code, MRL_JSON_NONE);
	}
	guarded_release(&guarded);
}

/* 1, 8, 9, 32, 33 and more names: with the last one new, and the same as each one before. */
static void names_are_found_in_every_group(void **state)
{
	static const uint32_t counts[] = {1, 7, 8, 9, 16, 31, 32, 33, 40, 70};
	char memory[2048];
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(counts); i++) {
		for (uint32_t twin = 0; twin <= counts[i]; twin++) {
			struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
			mrl_buffer_byte(&buffer, '{');
			for (uint32_t name = 0; name < counts[i]; name++) {
				MRL_PUT(&buffer, "\"n");
				mrl_buffer_u64(&buffer, name);
				MRL_PUT(&buffer, "\":[],");
			}
			size_t offset = buffer.size;
			MRL_PUT(&buffer, "\"n");
			mrl_buffer_u64(&buffer, twin);
			MRL_PUT(&buffer, "\":1}");
			bool repeats = twin < counts[i];
			expect_fault_at(&usual, mrl_buffer_slice(&buffer),
			                repeats ? MRL_JSON_NAME_REPEATED : MRL_JSON_NONE,
			                repeats ? (uint32_t)offset : 0);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_end_alike_everywhere),
		cmocka_unit_test(a_text_is_cut_everywhere),
		cmocka_unit_test(names_are_found_in_every_group),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
