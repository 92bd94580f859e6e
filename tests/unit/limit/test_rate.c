/* Rates as a policy writes them. */
#include "../check.h"

#include <merlon/limit.h>

static void rates_are_read(void **state)
{
	static const struct {
		const char *text;
		enum mrl_err err;
		uint32_t units, window_ms;
	} rows[] = {
		{"600/60s", MRL_OK, 600, 60000},
		{"1/1s", MRL_OK, 1, 1000},
		{"5/15m", MRL_OK, 5, 900000},
		{"1000000000/1d", MRL_OK, 1000000000, 86400000},
		{"100/24h", MRL_OK, 100, 86400000},
		{"1/86400s", MRL_OK, 1, 86400000},
		{"1000000001/1s", MRL_ERR_LIMIT, 0, 0},
		{"1/2d", MRL_ERR_LIMIT, 0, 0},
		{"0/1s", MRL_ERR_INVALID, 0, 0},
		{"1/0s", MRL_ERR_INVALID, 0, 0},
		{"01/1s", MRL_ERR_INVALID, 0, 0},
		{"1/1", MRL_ERR_INVALID, 0, 0},
		{"1/1w", MRL_ERR_INVALID, 0, 0},
		{"1/1ms", MRL_ERR_INVALID, 0, 0},
		{"", MRL_ERR_INVALID, 0, 0},
		{"/1s", MRL_ERR_INVALID, 0, 0},
		{"1/", MRL_ERR_INVALID, 0, 0},
		{"12345678901/1s", MRL_ERR_INVALID, 0, 0},
		{"1/123456s", MRL_ERR_INVALID, 0, 0},
		{"1 /1s", MRL_ERR_INVALID, 0, 0},
		{"-1/1s", MRL_ERR_INVALID, 0, 0},
		{"off", MRL_ERR_INVALID, 0, 0},
	};
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		struct mrl_limit_rate rate = {0};
		check_row(mrl_limit_rate_read(mrl_slice_text(rows[i].text), &rate) == rows[i].err,
		          rows[i].text);
		check_row(rate.units == rows[i].units && rate.window_ms == rows[i].window_ms,
		          rows[i].text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(rates_are_read)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
