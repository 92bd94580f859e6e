/* Stage 1: whatever this processor's search finds, the search for any processor finds too. */
#include "http/leak.h"
#include "leak_fixture.h"

static struct mrl_leak_result scan_with(const struct mrl_leak_scanner *scanner,
                                        struct mrl_slice body, mrl_leak_find *find)
{
	struct mrl_leak_scanner other = *scanner;

	other.find = find;
	return scan_slice(&other, body);
}

static void check_same(const struct fixture *fixture, struct mrl_slice body)
{
	struct mrl_leak_result any = scan_with(fixture->scanner, body, mrl_leak_find_scalar);
	struct mrl_leak_result own = scan_with(fixture->scanner, body, mrl_leak_find_choose());

	assert_int_equal(any.strong.bits, own.strong.bits);
	assert_int_equal(any.weak.bits, own.weak.bits);
	assert_true(any.first_position == own.first_position);
}

/* Anchors at each distance from the start and the end, between bytes of all kinds. */
static void test_every_anchor(void **state)
{
	uint8_t text[128];

	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		for (size_t i = 0; mrl_leak_rows[leak].anchors[i] != NULL; i++) {
			struct mrl_slice anchor = mrl_slice_text(mrl_leak_rows[leak].anchors[i]);
			for (size_t at = 0; at + anchor.size <= sizeof(text); at++) {
				for (size_t j = 0; j < sizeof(text); j++) {
					text[j] = (uint8_t)(j * 37 + at * 11 + leak);
				}
				memcpy(text + at, anchor.data, anchor.size);
				check_same(*state, mrl_slice(text, sizeof(text)));
				check_same(*state, mrl_slice(text, at + anchor.size));
			}
		}
	}
}

/* A signature without conditions is found wherever one of its anchors stands. */
static void test_free_anchors(void **state)
{
	const struct fixture *fixture = *state;
	unsigned count = 0;

	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		const struct mrl_leak_row *row = &mrl_leak_rows[leak];
		for (size_t i = 0; row->before[0] == 0 && row->after[0] == 0 && row->anchors[i];
		     i++) {
			struct mrl_leak_result result = scan_text(fixture->scanner,
			                                          row->anchors[i]);
			uint64_t bits = result.strong.bits | result.weak.bits;
			assert_true((bits >> leak & 1) != 0);
			count++;
		}
	}
	assert_true(count > 10);
}

static void test_short_texts(void **state)
{
	const char *text = "E11000 duplicate key";

	for (size_t size = 0; size <= strlen(text); size++) {
		check_same(*state, mrl_slice(text, size));
	}
}

static bool is_wildcard(const char *text)
{
	return text[0] == '%' && (text[1] == '*' || text[1] == '~');
}

/* One wildcard at most, and not where the reading of the pattern ends. */
static void check_patterns(const char *text, bool back)
{
	struct mrl_slice rest = mrl_slice_text(text);

	for (size_t size = 0; rest.size > 0; rest = mrl_slice_from(rest, size + 1)) {
		size = mrl_slice_find(rest, '|');
		const char *start = (const char *)rest.data;
		unsigned count = 0;
		for (size_t i = 0; i + 1 < size; i++) {
			count += is_wildcard(start + i);
		}
		assert_true(size > 0 && count <= 1);
		assert_false(count > 0 && is_wildcard(back ? start : start + size - 2));
	}
}

/* leaks.def: anchors that escaping cannot hide, patterns as the matcher expects them. */
static void test_rows_are_well_formed(void **state)
{
	(void)state;
	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		const struct mrl_leak_row *row = &mrl_leak_rows[leak];
		for (size_t i = 0; row->anchors[i] != NULL; i++) {
			size_t size = strlen(row->anchors[i]);
			assert_true(size >= 3 && size <= MRL_LEAK_ANCHOR_MAX);
			assert_null(strpbrk(row->anchors[i], "\"'/\\<>&\n\t\r"));
			assert_true(i + 1 < MRL_LEAK_ANCHORS);
		}
		assert_non_null(row->anchors[0]);
		check_patterns(row->before, true);
		check_patterns(row->after, false);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_anchor),
		cmocka_unit_test(test_free_anchors),
		cmocka_unit_test(test_short_texts),
		cmocka_unit_test(test_rows_are_well_formed),
	};

	return cmocka_run_group_tests(tests, fixture_make, fixture_drop);
}
