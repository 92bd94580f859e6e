/* A second reader of CBOR, written from RFC 8949 alone: any payload as diagnostic notation (8). */
#ifndef MRL_UNIT_DIAGNOSE_H
#define MRL_UNIT_DIAGNOSE_H

#include "check.h"

#include <stdio.h>

struct diagnosis {
	const uint8_t *at, *end;
	char text[16384];
	size_t size;
	bool bad;
};

static void say(struct diagnosis *d, const char *text, size_t size)
{
	if (size < sizeof(d->text) - d->size) {
		memcpy(d->text + d->size, text, size);
		d->size += size;
	}
	d->text[d->size] = 0;
}

static uint64_t argument(struct diagnosis *d, unsigned info)
{
	static const unsigned sizes[] = {1, 2, 4, 8};
	uint64_t value = 0;
	if (info < 24) {
		return info;
	}
	if (info > 27 || d->end - d->at < (long)sizes[info - 24]) {
		d->bad = true;
		return 0;
	}
	for (unsigned i = 0; i < sizes[info - 24]; i++) {
		value = value * 256 + *d->at++;
	}
	return value;
}

static void item(struct diagnosis *d);

static void items(struct diagnosis *d, uint64_t count, bool pairs, const char *brackets)
{
	say(d, brackets, 1);
	for (uint64_t i = 0; i < count && !d->bad; i++) {
		if (i != 0) {
			say(d, ",", 1);
		}
		item(d);
		if (pairs) {
			say(d, ":", 1);
			item(d);
		}
	}
	say(d, brackets + 1, 1);
}

static void string(struct diagnosis *d, uint64_t size, bool text)
{
	if (size > (uint64_t)(d->end - d->at)) {
		d->bad = true;
		return;
	}
	say(d, text ? "\"" : "h'", text ? 1 : 2);
	for (uint64_t i = 0; i < size; i++) {
		char digits[3];
		snprintf(digits, sizeof(digits), "%02x", d->at[i]);
		say(d, text ? (const char *)&d->at[i] : digits, text ? 1 : 2);
	}
	say(d, text ? "\"" : "'", 1);
	d->at += size;
}

static void item(struct diagnosis *d)
{
	char number[24];
	if (d->at == d->end) {
		d->bad = true;
		return;
	}
	unsigned first = *d->at++;
	uint64_t value = argument(d, first & 31);
	switch (first >> 5) {
	case 0:
		snprintf(number, sizeof(number), "%llu", (unsigned long long)value);
		say(d, number, strlen(number));
		return;
	case 2: string(d, value, false); return;
	case 3: string(d, value, true); return;
	case 4: items(d, value, false, "[]"); return;
	case 5: items(d, value, true, "{}"); return;
	case 7: say(d, value == 21 ? "true" : "false", value == 21 ? 4 : 5); return;
	default: d->bad = true;
	}
}

/* All items of a sequence, one behind the other. */
static const char *diagnose(struct diagnosis *d, struct mrl_slice payload)
{
	memset(d, 0, sizeof(*d));
	d->at = payload.data;
	d->end = payload.data + payload.size;
	while (d->at != d->end && !d->bad) {
		item(d);
	}
	return d->bad ? "bad" : d->text;
}

#endif
