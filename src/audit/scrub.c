/*
 * What must not be kept is taken out of free text before anything else sees it. [AUDIT-2]
 *
 * One pass from left to right: at each byte the rules are asked in order; the first that matches
 * names what stands instead and how many bytes it covers. When in doubt a rule takes more, not
 * less: a user agent that lost a word is still a record, a token in a log is an incident. Rules
 * that begin with a run of characters are asked only where that run begins, so the work stays
 * linear but for bounded look-aheads.
 */
#include "audit/record.h"

#define REPLACEMENT  "\xEF\xBF\xBD" /* U+FFFD */
#define PAN_MIN      13
#define PAN_MAX      19
#define PAN_GAPS_MAX 3 /* blanks and dashes in a row between digits */

static bool is_alpha(uint8_t byte)
{
	return mrl_lower(byte) >= 'a' && mrl_lower(byte) <= 'z';
}

static bool is_alnum(uint8_t byte)
{
	return is_alpha(byte) || mrl_is_digit(byte);
}

static bool is_base64url(uint8_t byte)
{
	return is_alnum(byte) || byte == '-' || byte == '_';
}

static bool is_jwt(uint8_t byte)
{
	return is_base64url(byte) || byte == '.' || byte == '=';
}

/* RFC 6750 2.1 b64token and what cookies of tokens add to it. */
static bool is_token(uint8_t byte)
{
	return is_base64url(byte) || byte == '.' || byte == '~' || byte == '+' || byte == '/' ||
	       byte == '=' || byte == ':';
}

static bool is_upper_alnum(uint8_t byte)
{
	return (byte >= 'A' && byte <= 'Z') || mrl_is_digit(byte);
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

static bool is_local(uint8_t byte)
{
	return is_base64url(byte) || byte == '.' || byte == '%' || byte == '+' || byte >= 0x80;
}

static bool is_domain(uint8_t byte)
{
	return is_alnum(byte) || byte == '-' || byte >= 0x80;
}

/* RFC 3986 3.2.1 userinfo, and '@' since the last one ends it. */
static bool is_userinfo(uint8_t byte)
{
	return byte > ' ' && byte != 0x7F && byte != '/' && byte != '?' && byte != '#' &&
	       byte != '<' && byte != '>' && byte != '"' && byte != '(' && byte != ')';
}

static size_t run(struct mrl_slice text, size_t at, bool (*is)(uint8_t))
{
	size_t end = at;
	while (end < text.size && is(text.data[end])) {
		end++;
	}
	return end - at;
}

static bool starts_at(struct mrl_slice text, size_t at, struct mrl_slice word)
{
	return mrl_slice_equal(mrl_slice_sub(text, at, word.size), word);
}

static bool starts_nocase(struct mrl_slice text, size_t at, struct mrl_slice word)
{
	return mrl_slice_equal_nocase(mrl_slice_sub(text, at, word.size), word);
}

/* A rule returns how many bytes from `at` on it covers; 0: it does not match. */

static size_t match_jwt(struct mrl_slice text, size_t at)
{
	if (!starts_at(text, at, MRL_SLICE("eyJ"))) {
		return 0;
	}
	size_t head = run(text, at + 3, is_base64url);
	size_t dot = at + 3 + head;
	if (head < 10 || dot >= text.size || text.data[dot] != '.') {
		return 0;
	}
	return run(text, at, is_jwt);
}

static size_t match_scheme(struct mrl_slice text, size_t at)
{
	static const struct mrl_slice schemes[] = {
		MRL_SLICE_INIT("bearer"),
		MRL_SLICE_INIT("basic"),
		MRL_SLICE_INIT("dpop"),
	};
	for (size_t i = 0; i < MRL_COUNT(schemes); i++) {
		if (!starts_nocase(text, at, schemes[i])) {
			continue;
		}
		size_t blanks = run(text, at + schemes[i].size, is_blank);
		size_t token = run(text, at + schemes[i].size + blanks, is_token);
		if (blanks != 0 && token >= 8) {
			return schemes[i].size + blanks + token;
		}
	}
	return 0;
}

static size_t match_userinfo(struct mrl_slice text, size_t at)
{
	if (at > 0 && is_userinfo(text.data[at - 1])) {
		return 0;
	}
	struct mrl_slice word = mrl_slice_sub(text, at, run(text, at, is_userinfo));
	size_t colon = mrl_slice_find(word, ':');
	size_t last = 0;
	for (size_t i = colon + 1; i < word.size; i++) {
		last = word.data[i] == '@' ? i : last;
	}
	return colon > 0 && last > colon + 1 ? last + 1 : 0;
}

struct key_form {
	struct mrl_slice prefix;
	size_t min; /* characters behind it */
	bool (*is)(uint8_t);
};

static size_t match_key(struct mrl_slice text, size_t at)
{
	static const struct key_form forms[] = {
		{MRL_SLICE_INIT("AKIA"), 16, is_upper_alnum},
		{MRL_SLICE_INIT("ghp_"), 36, is_alnum},
		{MRL_SLICE_INIT("xoxa-"), 10, is_base64url},
		{MRL_SLICE_INIT("xoxb-"), 10, is_base64url},
		{MRL_SLICE_INIT("xoxp-"), 10, is_base64url},
		{MRL_SLICE_INIT("xoxr-"), 10, is_base64url},
		{MRL_SLICE_INIT("xoxs-"), 10, is_base64url},
		{MRL_SLICE_INIT("sk-"), 20, is_base64url},
	};
	for (size_t i = 0; i < MRL_COUNT(forms); i++) {
		if (starts_at(text, at, forms[i].prefix)) {
			size_t size = run(text, at + forms[i].prefix.size, forms[i].is);
			return size >= forms[i].min ? forms[i].prefix.size + size : 0;
		}
	}
	return 0;
}

static size_t match_pem(struct mrl_slice text, size_t at)
{
	return starts_at(text, at, MRL_SLICE("-----BEGIN ")) ? text.size - at : 0;
}

static size_t match_email(struct mrl_slice text, size_t at)
{
	if (at > 0 && is_local(text.data[at - 1])) {
		return 0;
	}
	size_t local = run(text, at, is_local);
	size_t end = at + local;
	if (local == 0 || end >= text.size || text.data[end] != '@') {
		return 0;
	}
	size_t labels = 0;
	for (size_t next = end + 1; next < text.size; next++) {
		size_t label = run(text, next, is_domain);
		if (label == 0) {
			break;
		}
		labels++;
		end = next + label;
		next = end;
		if (end >= text.size || text.data[end] != '.') {
			break;
		}
	}
	return labels >= 2 ? end - at : 0;
}

static bool passes_luhn(const uint8_t *digits, size_t count)
{
	unsigned sum = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned digit = digits[count - 1 - i];
		if (i % 2 == 1) {
			digit *= 2;
		}
		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 == 0;
}

/* Looks at each group of digits: 13 to 19 of them, from here to the end of a group, by Luhn. */
static size_t match_pan(struct mrl_slice text, size_t at)
{
	uint8_t digits[PAN_MAX];
	size_t count = 0;
	size_t found = 0;
	size_t gap = 0;
	if (at > 0 && mrl_is_digit(text.data[at - 1])) {
		return 0;
	}
	for (size_t i = at; i < text.size && gap <= PAN_GAPS_MAX; i++) {
		uint8_t byte = text.data[i];
		if (!mrl_is_digit(byte)) {
			if (count == 0 || (byte != ' ' && byte != '-')) {
				break;
			}
			gap++;
			continue;
		}
		if (count == PAN_MAX) {
			break;
		}
		gap = 0;
		digits[count++] = (uint8_t)(byte - '0');
		bool ends = i + 1 == text.size || !mrl_is_digit(text.data[i + 1]);
		if (ends && count >= PAN_MIN && passes_luhn(digits, count)) {
			found = i + 1 - at;
		}
	}
	return found;
}

struct rule {
	size_t (*match)(struct mrl_slice text, size_t at);
	struct mrl_slice instead;
};

static const struct rule rules[] = {
	{match_pem, MRL_SLICE_INIT("<pem>")},     {match_jwt, MRL_SLICE_INIT("<jwt>")},
	{match_scheme, MRL_SLICE_INIT("<cred>")}, {match_userinfo, MRL_SLICE_INIT("<cred>")},
	{match_key, MRL_SLICE_INIT("<key>")},     {match_email, MRL_SLICE_INIT("<email>")},
	{match_pan, MRL_SLICE_INIT("<pan>")},
};

static bool is_bidi(uint32_t code)
{
	return code == 0x061C || code == 0x200E || code == 0x200F ||
	       (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

static size_t sequence_size(uint8_t first)
{
	return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* The size of the character at `at`; *ret_bad: it must not stand in a line. */
static size_t next_character(struct mrl_slice text, size_t at, bool *ret_bad)
{
	uint8_t first = text.data[at];
	size_t size = sequence_size(first);
	struct mrl_slice bytes = mrl_slice_sub(text, at, size);
	*ret_bad = true;
	if (bytes.size != size || mrl_utf8_check(bytes) != size) {
		return 1;
	}
	uint32_t code = size == 1 ? first : first & (0x7FU >> size);
	for (size_t i = 1; i < size; i++) {
		code = code << 6 | (bytes.data[i] & 0x3FU);
	}
	*ret_bad = code < 0x20 || (code >= 0x7F && code <= 0x9F) || is_bidi(code);
	return size;
}

static const struct rule *find_rule(struct mrl_slice text, size_t at, size_t *ret_size)
{
	for (size_t i = 0; i < MRL_COUNT(rules); i++) {
		size_t size = rules[i].match(text, at);
		if (size != 0) {
			*ret_size = size;
			return &rules[i];
		}
	}
	return NULL;
}

void mrl_audit_scrub(struct mrl_slice text, struct mrl_buffer *buffer, uint32_t *ret_hits)
{
	uint32_t hits = 0;
	for (size_t at = 0; at < text.size;) {
		size_t size = 0;
		const struct rule *rule = find_rule(text, at, &size);
		if (rule != NULL) {
			mrl_buffer_put(buffer, rule->instead);
			hits++;
			at += size;
			continue;
		}
		bool bad;
		size = next_character(text, at, &bad);
		mrl_buffer_put(buffer,
		               bad ? MRL_SLICE(REPLACEMENT) : mrl_slice_sub(text, at, size));
		hits += bad ? 1 : 0;
		at += size;
	}
	*ret_hits = hits;
}
