/* Free text after the scrubber, each rule with a twin that it must leave alone. [AUDIT-2] */
#include "check.h"

#include "audit/record.h"

#define FFFD "\xEF\xBF\xBD"

struct row {
	const char *text, *clean;
	uint32_t hits;
};

static const struct row rows[] = {
	{"", "", 0},
	{"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
         "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", 0},
	{"Gr\xC3\xBC\xC3\x9F"
         "e \xF0\x9F\x98\x80",
         "Gr\xC3\xBC\xC3\x9F"
         "e \xF0\x9F\x98\x80",
         0},
	/* jwt */
	{"a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl b", "a <jwt> b", 1},
	{"eyJ0123456789.", "<jwt>", 1},
	{"eyJ012345678.", "eyJ012345678.", 0},
	{"eyJ0123456789 .", "eyJ0123456789 .", 0},
	/* credentials */
	{"Bearer abcdefgh", "<cred>", 1},
	{"x BEARER \t abcd-._~+/= y", "x <cred> y", 1},
	{"basic dXNlcjpwYXNz", "<cred>", 1},
	{"DPoP 12345678,", "<cred>,", 1},
	{"bearer abcdefg", "bearer abcdefg", 0},
	{"bearerabcdefgh", "bearerabcdefgh", 0},
	{"https://user:pass@host/x", "https://<cred>host/x", 1},
	{"https://user:p@ss@host", "https://<cred>host", 1},
	{"https://user@host", "https://user@host", 0},
	{"https://:@host", "https://:@host", 0},
	{"10:30 x", "10:30 x", 0},
	/* keys */
	{"AKIAIOSFODNN7EXAMPLE", "<key>", 1},
	{"AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPL", 0},
	{"ghp_0123456789abcdefghijABCDEFGHIJ012345", "<key>", 1},
	{"ghp_0123456789abcdefghijABCDEFGHIJ01234", "ghp_0123456789abcdefghijABCDEFGHIJ01234", 0},
	{"xoxb-1234567890", "<key>", 1},
	{"xoxz-1234567890", "xoxz-1234567890", 0},
	{"xoxb-123456789", "xoxb-123456789", 0},
	{"sk-abcdefghij0123456789", "<key>", 1},
	{"sk-abcdefghij012345678", "sk-abcdefghij012345678", 0},
	/* pem */
	{"a -----BEGIN RSA PRIVATE KEY----- b", "a <pem>", 1},
	{"----- BEGIN", "----- BEGIN", 0},
	/* mail */
	{"bot (joe.doe+x@mail.example.com)", "bot (<email>)", 1},
	{"a@b.c", "<email>", 1},
	{"a@b", "a@b", 0},
	{"@b.c", "@b.c", 0},
	{"x y@", "x y@", 0},
	/* cards: 4111111111111111 passes Luhn */
	{"4111111111111111", "<pan>", 1},
	{"4111 1111 1111 1111 2026", "<pan> 2026", 1},
	{"4111-1111-1111-1111", "<pan>", 1},
	{"4111111111111112", "4111111111111112", 0},
	{"41111111111111110000000", "41111111111111110000000", 0},
	{"378282246310005", "<pan>", 1},
	{"4222222222222", "<pan>", 1},
	{"422222222222", "422222222222", 0},
	{"id 12 4111111111111111", "id 12 <pan>", 1},
	/* controls */
	{"a\x1B[31mb", "a" FFFD "[31mb", 1},
	{"a\r\nb\x7F", "a" FFFD FFFD "b" FFFD, 3},
	{"a\xC2\x85"
         "b\xE2\x80\xAE"
         "c\xD8\x9C",
         "a" FFFD "b" FFFD "c" FFFD, 3},
	{"\xFF\xC3", FFFD FFFD, 2},
	{"\xED\xA0\x80", FFFD FFFD FFFD, 3},
	{"\xC0\xAF", FFFD FFFD, 2},
	/* several */
	{"Bearer abcdefgh sk-abcdefghij0123456789 a@b.c", "<cred> <key> <email>", 3},
};

static void check_clean(const struct row *row)
{
	uint8_t memory[MRL_AUDIT_SCRUBBED(128)];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	uint32_t hits;
	mrl_audit_scrub(mrl_slice_text(row->text), &buffer, &hits);
	check_row(mrl_slice_is(mrl_buffer_slice(&buffer), row->clean), row->text);
	check_row(hits == row->hits, row->text);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_clean(&rows[i]);
	}
}

static void check_gone(const char *secret, const char *around)
{
	uint8_t text_memory[128];
	uint8_t memory[MRL_AUDIT_SCRUBBED(128)];
	struct mrl_buffer text = mrl_buffer(text_memory, sizeof(text_memory));
	struct mrl_buffer clean = mrl_buffer(memory, sizeof(memory));
	uint32_t hits;
	mrl_buffer_put(&text, mrl_slice_text(around));
	mrl_buffer_put(&text, mrl_slice_text(secret));
	mrl_buffer_put(&text, mrl_slice_text(around));
	mrl_audit_scrub(mrl_buffer_slice(&text), &clean, &hits);
	struct mrl_slice result = mrl_buffer_slice(&clean);
	check_row(mrl_slice_find_text(result, mrl_slice_text(secret)) == result.size, secret);
	check_row(hits >= 1, secret);
}

/* What was taken out must not come back, whatever stands around it. */
static void test_around(void **state)
{
	(void)state;
	static const char *const secrets[] = {
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0",
		"AKIAIOSFODNN7EXAMPLE",
		"sk-abcdefghij0123456789",
		"4111111111111111",
	};
	static const char *const around[] = {" ", "(", ";",    "\"",      "=",
	                                     ":", ",", "\x1B", "\xC3\xA9"};
	for (size_t i = 0; i < MRL_COUNT(secrets) * MRL_COUNT(around); i++) {
		check_gone(secrets[i % MRL_COUNT(secrets)], around[i / MRL_COUNT(secrets)]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_around),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
