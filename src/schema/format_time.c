/*
 * date, time, date-time (RFC 3339 section 5.6) and duration (its appendix A). A second 60 is a leap
 * second only at the end of a day in UTC, wherever the text's own offset puts that.
 */
#include "format.h"

#define DATE_BYTES     10
#define TIME_BYTES_MAX 64
#define DAY_MINUTES    (24 * 60)

/* Two digits of at most `max`; -1 otherwise. */
static int two_digits(const uint8_t *digits, int max)
{
	if (!mrl_is_digit(digits[0]) || !mrl_is_digit(digits[1])) {
		return -1;
	}
	int number = (digits[0] - '0') * 10 + digits[1] - '0';
	return number <= max ? number : -1;
}

/* "HH:MM" in minutes; -1: none. */
static int hour_minute(const uint8_t *text)
{
	int hour = two_digits(text, 23), minute = two_digits(text + 3, 59);
	return hour < 0 || minute < 0 || text[2] != ':' ? -1 : hour * 60 + minute;
}

static bool read_offset(struct mrl_slice text, int *ret_minutes)
{
	if (text.size == 1 && mrl_lower(text.data[0]) == 'z') {
		*ret_minutes = 0;
		return true;
	}
	if (text.size != 6 || (text.data[0] != '+' && text.data[0] != '-')) {
		return false;
	}
	int minutes = hour_minute(text.data + 1);
	if (minutes < 0) {
		return false;
	}
	*ret_minutes = text.data[0] == '+' ? minutes : -minutes;
	return true;
}

static size_t digits_at(struct mrl_slice text)
{
	size_t count = 0;
	while (count < text.size && mrl_is_digit(text.data[count])) {
		count++;
	}
	return count;
}

static bool full_time(struct mrl_slice text)
{
	int offset;
	if (text.size < 9 || text.data[5] != ':') {
		return false;
	}
	int minutes = hour_minute(text.data), second = two_digits(text.data + 6, 60);
	struct mrl_slice rest = mrl_slice_from(text, 8);
	if (rest.data[0] == '.') {
		size_t digits = digits_at(mrl_slice_from(rest, 1));
		if (digits == 0) {
			return false;
		}
		rest = mrl_slice_from(rest, 1 + digits);
	}
	if (minutes < 0 || second < 0 || !read_offset(rest, &offset)) {
		return false;
	}
	int utc = (minutes - offset + DAY_MINUTES) % DAY_MINUTES;
	return second < 60 || utc == DAY_MINUTES - 1;
}

static int month_days(int year, int month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

/* Any year of four digits, unlike mrl_date_parse, which counts days from 1970. */
bool mrl_format_date(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	if (text.size != DATE_BYTES || text.data[4] != '-' || text.data[7] != '-') {
		return false;
	}
	int century = two_digits(text.data, 99), year = two_digits(text.data + 2, 99);
	int month = two_digits(text.data + 5, 12), day = two_digits(text.data + 8, 31);
	return century >= 0 && year >= 0 && month >= 1 && day >= 1 &&
	       day <= month_days(century * 100 + year, month);
}

bool mrl_format_time(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	return text.size <= TIME_BYTES_MAX && full_time(text);
}

bool mrl_format_date_time(struct mrl_slice text, enum mrl_dialect dialect)
{
	return text.size <= TIME_BYTES_MAX && text.size > DATE_BYTES + 1 &&
	       mrl_lower(text.data[DATE_BYTES]) == 't' &&
	       mrl_format_date(mrl_slice_sub(text, 0, DATE_BYTES), dialect) &&
	       full_time(mrl_slice_from(text, DATE_BYTES + 1));
}

/* One or more `digits unit`, the units following each other in `units` without a gap. */
static bool amounts(struct mrl_slice text, const char *units)
{
	const char *next = NULL;
	while (text.size > 0) {
		size_t digits = digits_at(text);
		if (digits == 0 || digits == text.size) {
			return false;
		}
		char unit = (char)text.data[digits];
		const char *found = unit == '\0' ? NULL : strchr(units, unit);
		if (found == NULL || (next != NULL && found != next)) {
			return false;
		}
		next = found + 1;
		text = mrl_slice_from(text, digits + 1);
	}
	return next != NULL;
}

bool mrl_format_duration(struct mrl_slice text, enum mrl_dialect dialect)
{
	(void)dialect;
	if (text.size < 3 || text.data[0] != 'P') {
		return false;
	}
	text = mrl_slice_from(text, 1);
	size_t split = mrl_slice_find(text, 'T');
	struct mrl_slice date = mrl_slice_sub(text, 0, split);
	if (split < text.size) {
		return (date.size == 0 || amounts(date, "YMD")) &&
		       amounts(mrl_slice_from(text, split + 1), "HMS");
	}
	return amounts(date, "YMD") || amounts(date, "W");
}
