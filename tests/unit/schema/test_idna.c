/* Labels: contextual rules, direction, normalization, Punycode. */
#include "../check.h"

#include "schema/format.h"
#include "schema/idna.h"

static struct mrl_label label_of(const char *text)
{
	struct mrl_slice rest = mrl_slice_text(text);
	struct mrl_label label = {.count = 0};
	while (rest.size > 0) {
		assert_true(label.count < MRL_LABEL_MAX);
		assert_true(mrl_text_next(&rest, &label.codes[label.count++]));
	}
	return label;
}

static bool is_u_label(const char *text)
{
	struct mrl_bidi_name name = {false, false};
	struct mrl_label label = label_of(text);
	return mrl_idna_is_u_label(&label, &name) && mrl_idna_bidi_ok(&name);
}

struct twin {
	const char *good, *bad;
};

#define ALEF "\xd7\x90"
#define BEH  "\xd8\xa8"

static void judges_u_labels(void **state)
{
	(void)state;
	static const struct twin rows[] = {
		{"\xc3\xbc", "\xc3\x9c"}, /* case */
		{"q\xcc\x8c", "\xcc\x8c"
	                      "a"}, /* begins with a mark */
		{"l\xc2\xb7l", "l\xc2\xb7"
	                       "a"}, /* middle dot */
		{"l\xc2\xb7l", "a\xc2\xb7l"},
		{"\xcd\xb5\xce\xb1", "\xce\xb1\xcd\xb5"}, /* keraia */
		{ALEF "\xd7\xb3", "\xd7\xb3" ALEF},       /* geresh */
		{ALEF "\xd7\xb4", "\xd7\xb4" ALEF},       /* gershayim */
		{"\xe3\x83\xbb\xe3\x81\x81", "\xe3\x83\xbb"
	                                     "a"},        /* katakana dot */
		{BEH "\xd9\xa0", BEH "\xd9\xa0\xdb\xb0"}, /* digits of two kinds */
		{BEH "\xdb\xb0", BEH "\xdb\xb0\xd9\xa0"},
		{"\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d", "\xe0\xa4\x95\xe2\x80\x8d"},
		{BEH "\xe2\x80\x8c" BEH, BEH "\xe2\x80\x8c"},
		{BEH "\xd9\x8b\xe2\x80\x8c\xd9\x8b" BEH, "a\xe2\x80\x8c" BEH},
		{BEH, "\xe2\x80\x8c" BEH},
		{ALEF "1", "1" ALEF}, /* direction */
		{ALEF "1", ALEF "a"},
		{ALEF "\xd6\xb0", ALEF "1\xd9\xa0"},
		{"\xc3\xa9", "e\xcc\x81"}, /* NFC */
		{"\xe1\xb8\x8d\xcc\x87", "\xe1\xb8\x8b\xcc\xa3"},
		{"\xea\xb0\x80", "\xea\xb0\x80\xe1\x86\xa8"},
		{"a-\xc3\xa4", "a\xc3\xa4--b"}, /* hyphens */
		{"\xc3\xa4"
	         "a",
	         "-\xc3\xa4"},
		{NULL, ""},
		{NULL, "\xc3\xa4-"},
		{NULL, "\xc3\xa4 "},
		{NULL, "\xe2\x82\xac"},
		{NULL, "\xee\x80\x80"},
	};
	for (size_t at = 0; at < MRL_COUNT(rows); at++) {
		if (rows[at].good != NULL) {
			check_row(is_u_label(rows[at].good), rows[at].good);
		}
		if (rows[at].bad != NULL) {
			check_row(!is_u_label(rows[at].bad), rows[at].bad);
		}
	}
}

/* RFC 3492 section 7.1, those that fit into a label. */
static const struct twin samples[] = {
	{"b\xc3\xbc"
         "cher",
         "bcher-kva"},
	{"\xe4\xbb\x96\xe4\xbb\xac\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\xe4\xb8\x8d\xe8\xaf\xb4"
         "\xe4\xb8\xad\xe6\x96\x87",
         "ihqwcrb4cv8a8dqg056pqjye"},
	{"3\xe5\xb9\xb4"
         "b\xe7\xb5\x84\xe9\x87\x91\xe5\x85\xab\xe5\x85\x88\xe7\x94\x9f",
         "3b-ww4c5e180e575a65lsy2b"},
	{"\xe3\x81\xb2\xe3\x81\xa8\xe3\x81\xa4\xe5\xb1\x8b\xe6\xa0\xb9\xe3\x81\xae\xe4\xb8\x8b"
         "2",
         "2-u9tlzr9756bt3uc0v"},
	{"\xf0\x90\x8c\x80", "097c"},
};

static void encodes_and_decodes(void **state)
{
	(void)state;
	for (size_t at = 0; at < MRL_COUNT(samples); at++) {
		struct mrl_label label = label_of(samples[at].good), back;
		uint8_t bytes[MRL_LABEL_MAX];
		size_t size = mrl_punycode_encode(&label, bytes, sizeof(bytes));
		check_slice(mrl_slice(bytes, size), samples[at].bad);
		assert_int_equal(mrl_punycode_encode(&label, bytes, size - 1), 0);
		assert_true(mrl_punycode_decode(mrl_slice(bytes, size), &back));
		assert_int_equal(back.count, label.count);
		assert_memory_equal(back.codes, label.codes, label.count * sizeof(*label.codes));
	}
}

static void refuses_bad_punycode(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"bcher-kv", "bcher-kv.",    "bcher-kva9", "99999999",
		"-9uc",     "\xc3\xa4-kva", "z",          "a-b-",
	};
	for (size_t at = 0; at < MRL_COUNT(rows); at++) {
		struct mrl_label label = {.count = 0};
		bool decoded = mrl_punycode_decode(mrl_slice_text(rows[at]), &label);
		bool ascii = rows[at][strlen(rows[at]) - 1] == '-';
		check_row(decoded == ascii, rows[at]);
	}
}

static void demands_the_canonical_a_label(void **state)
{
	(void)state;
	static const struct twin rows[] = {
		{"xn--bcher-kva", "xn--bcher-kv"},
		{"XN--BCHER-KVA", "xm--bcher-kva"},
		{"xn--097c", "xn---9uc"},
		{"xn--ll-0ea", "xn--ll-"},
		{"xn--bcher-kva", "xn--"},
		{"xn--bcher-kva", "xn"},
		{"xn--bcher-kva", "xn--aa---o47jg78q"},
	};
	for (size_t at = 0; at < MRL_COUNT(rows); at++) {
		struct mrl_bidi_name name = {false, false};
		check_row(mrl_idna_is_a_label(mrl_slice_text(rows[at].good), &name), rows[at].good);
		check_row(!mrl_idna_is_a_label(mrl_slice_text(rows[at].bad), &name), rows[at].bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_u_labels),
		cmocka_unit_test(encodes_and_decodes),
		cmocka_unit_test(refuses_bad_punycode),
		cmocka_unit_test(demands_the_canonical_a_label),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
