/* Calendar arithmetic without a clock. */
#include <merlon/base.h>

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Counts from 1 March of year 0, so that the leap day ends a year. */
static int64_t days_since_epoch(unsigned year, unsigned month, unsigned day)
{
	int64_t shifted_year = (int64_t)year - (month <= 2 ? 1 : 0);
	int64_t era = shifted_year / 400;
	int64_t year_of_era = shifted_year - era * 400;
	int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

bool mrl_date_parse(struct mrl_slice text, int64_t *ret_days)
{
	uint64_t year;
	uint64_t month;
	uint64_t day;
	if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-' ||
	    !mrl_parse_u64(mrl_slice_sub(text, 0, 4), &year) ||
	    !mrl_parse_u64(mrl_slice_sub(text, 5, 2), &month) ||
	    !mrl_parse_u64(mrl_slice_sub(text, 8, 2), &day)) {
		return false;
	}
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month((unsigned)year, (unsigned)month)) {
		return false;
	}
	*ret_days = days_since_epoch((unsigned)year, (unsigned)month, (unsigned)day);
	return true;
}
