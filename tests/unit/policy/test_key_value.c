/* Each kind of key: what it takes, what it refuses and where that is said. */
#include "findings.h"

/* The value of a key of cors, at line 7, column from 18. */
#define CORS(value)   BASE "controls: {cors: {" value "}}\n"
#define PRESET(value) BASE "controls: {security_headers: {" value "}}\n"

static void refuses(void **state)
{
	static const struct finding_row rows[] = {
		{CORS("credentials: 1"), "policy-type", 7, 32, "/controls/cors/credentials",
	         "\"credentials\" must be on or off, not a number", "cookies"},
		{CORS("credentials: yes"), "policy-type", 7, 32, "/controls/cors/credentials",
	         "must be on or off, not a string", ""},
		{CORS("credentials: \"true\""), "policy-type", 7, 32, "/controls/cors/credentials",
	         "must be on or off", ""},
		{CORS("credentials: null"), "policy-type", 7, 32, "/controls/cors/credentials",
	         "must be on or off, not null", ""},
		{CORS("max_age: \"600\""), "policy-type", 7, 28, "/controls/cors/max_age",
	         "\"max_age\" must be a whole number, not a string", "seconds"},
		{CORS("max_age: 1.5"), "policy-type", 7, 28, "/controls/cors/max_age",
	         "a whole number in decimal digits", ""},
		{CORS("max_age: 99999999999999999999"), "policy-type", 7, 28,
	         "/controls/cors/max_age", "a whole number", ""},
		{CORS("max_age: 7201"), "policy-range", 7, 28, "/controls/cors/max_age",
	         "\"max_age\" is out of range: -1 to 7200", "seconds"},
		{CORS("max_age: -2"), "policy-range", 7, 28, "/controls/cors/max_age", "-1 to 7200",
	         ""},
		{CORS("origins: x"), "policy-type", 7, 28, "/controls/cors/origins",
	         "\"origins\" must be a list, not a string", ""},
		{CORS("origins: [a, b, c, d]"), "policy-range", 7, 28, "/controls/cors/origins",
	         "0 to 3 items", ""},
		{CORS("origins: [a, 1]"), "policy-type", 7, 32, "/controls/cors/origins/1",
	         "must be a text, not a number", ""},
		{CORS("origins: [\"a\\nb\"]"), "policy-value", 7, 29, "/controls/cors/origins/0",
	         "holds a control character", ""},
		{PRESET("profile: htm"), "policy-value", 7, 40,
	         "/controls/security_headers/profile", "\"htm\" is no value of \"profile\"",
	         "did you mean \"html\"?"},
		{PRESET("profile: xxxxxxxx"), "policy-value", 7, 40,
	         "/controls/security_headers/profile", "\"xxxxxxxx\" is no value",
	         "one of: auto, api, html"},
		{PRESET("profile: 1"), "policy-type", 7, 40, "/controls/security_headers/profile",
	         "must be a word", ""},
		{PRESET("csp: 1"), "policy-type", 7, 36, "/controls/security_headers/csp",
	         "\"csp\" must be a text, not a number", "own policy"},
		{PRESET("csp: \"\""), "policy-range", 7, 36, "/controls/security_headers/csp",
	         "1 to 20 characters", ""},
		{PRESET("csp: \"123456789012345678901\""), "policy-range", 7, 36,
	         "/controls/security_headers/csp", "1 to 20 characters", ""},
		{PRESET("csp: \"a\\x7F\""), "policy-value", 7, 36, "/controls/security_headers/csp",
	         "holds a control character", ""},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_finding(&rows[i]);
	}
}

static const struct fake_cors *cors_of(const struct loaded *loaded)
{
	assert_int_equal(loaded->err, MRL_OK);
	return mrl_plan_config(loaded->policy->fallback, MRL_CONTROL_cors);
}

static const struct fake_preset *preset_of(const struct loaded *loaded)
{
	assert_int_equal(loaded->err, MRL_OK);
	return mrl_plan_config(loaded->policy->fallback, MRL_CONTROL_security_headers);
}

static void takes_booleans(void **state)
{
	static const struct {
		const char *text;
		bool value;
	} rows[] = {
		{CORS("credentials: on"), true},   {CORS("credentials: off"), false},
		{CORS("credentials: true"), true}, {CORS("credentials: false"), false},
		{CORS("credentials: True"), true}, {CORS("max_age: 0"), false},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct loaded loaded;
		load(rows[i].text, &loaded);
		check_row(cors_of(&loaded)->credentials == rows[i].value, rows[i].text);
		release(&loaded);
	}
}

static void takes_numbers_to_their_bounds(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = {
		{CORS("max_age: -1"), -1},
		{CORS("max_age: 0"), 0},
		{CORS("max_age: 7200"), 7200},
		{CORS("credentials: on"), 600},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct loaded loaded;
		load(rows[i].text, &loaded);
		check_row(cors_of(&loaded)->max_age == rows[i].value, rows[i].text);
		release(&loaded);
	}
}

static void takes_lists_with_their_places(void **state)
{
	struct loaded loaded;
	(void)state;
	load(CORS("origins: [a, \"\", c]"), &loaded);
	const struct fake_cors *cors = cors_of(&loaded);
	assert_int_equal(cors->origins.count, 3);
	check_slice(cors->origins.items[0].text, "a");
	check_slice(cors->origins.items[1].text, "");
	check_slice(cors->origins.items[2].text, "c");
	assert_non_null(cors->origins.items[2].node);
	release(&loaded);
	load(CORS("max_age: 1"), &loaded);
	assert_int_equal(cors_of(&loaded)->origins.count, 0);
	release(&loaded);
}

static void takes_words_and_texts(void **state)
{
	struct loaded loaded;
	(void)state;
	load(PRESET("profile: html, csp: \"ä2345678901234567890\""), &loaded);
	assert_int_equal(preset_of(&loaded)->profile, 2);
	/* 20 characters, 21 bytes */
	check_slice(preset_of(&loaded)->csp.text, "ä2345678901234567890");
	release(&loaded);
	load(BASE, &loaded);
	assert_int_equal(preset_of(&loaded)->profile, 0);
	assert_int_equal(preset_of(&loaded)->csp.text.size, 0);
	assert_null(preset_of(&loaded)->csp.node);
	release(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(takes_booleans),
		cmocka_unit_test(takes_numbers_to_their_bounds),
		cmocka_unit_test(takes_lists_with_their_places),
		cmocka_unit_test(takes_words_and_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
