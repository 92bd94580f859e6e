/*
 * Addresses, blocks and forwarding fields. Addresses agree with the C library's. For the fields the
 * property is the one that counts: whatever a client puts in front of what trusted proxies add, it
 * is not believed.
 */
#include "fuzz.h"

#include <merlon/http.h>

#include <arpa/inet.h>

static bool reference_parse(struct mrl_slice text, struct mrl_ip *ret_ip)
{
	char memory[64] = {0};
	uint8_t bytes[16];
	size_t percent = mrl_slice_find(text, '%');
	bool has_zone = percent < text.size;
	if (percent >= sizeof(memory) || mrl_slice_find(text, 0) < text.size) {
		return false;
	}
	memcpy(memory, text.size == 0 ? (const uint8_t *)"" : text.data, percent);
	if (!has_zone && inet_pton(AF_INET, memory, bytes) == 1) {
		*ret_ip = mrl_ip_make(bytes, 4);
		return true;
	}
	if (inet_pton(AF_INET6, memory, bytes) != 1) {
		return false;
	}
	for (size_t i = percent + 1; i < text.size; i++) {
		uint8_t byte = text.data[i];
		bool letter = (byte | 32) >= 'a' && (byte | 32) <= 'z';
		if (!letter && !mrl_is_digit(byte) && strchr("-._~", byte) == NULL) {
			return false;
		}
	}
	*ret_ip = mrl_ip_make(bytes, 16);
	return !has_zone || percent + 1 < text.size;
}

static void check_text(const struct mrl_ip *ip)
{
	uint8_t memory[MRL_IP_TEXT_MAX];
	char reference[INET6_ADDRSTRLEN];
	struct mrl_ip again;
	struct mrl_slice text = mrl_ip_text(ip, memory);
	FUZZ_CHECK(mrl_ip_parse(text, &again) && mrl_ip_equal(ip, &again));
	inet_ntop(ip->size == 4 ? AF_INET : AF_INET6, ip->bytes, reference, sizeof(reference));
	/* The library prints ::/96 as ::a.b.c.d, RFC 5952 recommends that for known prefixes only.
	 */
	FUZZ_CHECK(mrl_slice_is(text, reference) || (ip->size == 16 && strchr(reference, '.')));
}

static void check_address(struct mrl_slice text)
{
	struct mrl_ip ip;
	struct mrl_ip reference;
	bool good = mrl_ip_parse(text, &ip);
	FUZZ_CHECK(good == reference_parse(text, &reference));
	if (good) {
		FUZZ_CHECK(mrl_ip_equal(&ip, &reference));
		check_text(&ip);
	}
}

static unsigned bit_of(const struct mrl_ip *ip, unsigned bit)
{
	return (unsigned)ip->bytes[bit / 8] >> (7 - bit % 8) & 1U;
}

static void check_cidr(struct mrl_slice text)
{
	struct mrl_cidr cidr;
	if (!mrl_cidr_parse(text, &cidr)) {
		return;
	}
	unsigned width = cidr.ip.size * 8U;
	FUZZ_CHECK(cidr.bits <= width && mrl_cidr_has(&cidr, &cidr.ip));
	for (unsigned bit = 0; bit < width; bit++) {
		struct mrl_ip other = cidr.ip;
		other.bytes[bit / 8] ^= (uint8_t)(128U >> bit % 8);
		FUZZ_CHECK(bit < cidr.bits || bit_of(&cidr.ip, bit) == 0);
		FUZZ_CHECK(mrl_cidr_has(&cidr, &other) == (bit >= cidr.bits));
	}
}

struct lines {
	struct mrl_field fields[8];
	struct mrl_view view;
};

static void add_line(struct lines *lines, struct mrl_slice name, struct mrl_slice value)
{
	struct mrl_field *field = &lines->fields[lines->view.field_count++];
	*field = (struct mrl_field){.name = name, .value = value};
	mrl_field_classify(field);
	if (lines->view.first[field->id] == 0) {
		lines->view.first[field->id] = (uint8_t)lines->view.field_count;
	}
}

static struct mrl_client_ip find(enum mrl_ip_source source, struct lines *lines)
{
	static struct mrl_cidr trusted;
	struct mrl_client_ip client;
	struct mrl_ip_rules rules = {.source = source, .trusted = &trusted, .trusted_count = 1};
	FUZZ_CHECK(mrl_cidr_parse(MRL_SLICE("10.0.0.0/8"), &trusted));
	FUZZ_CHECK(mrl_ip_parse(MRL_SLICE("10.0.0.5"), &lines->view.peer));
	lines->view.fields = lines->fields;
	mrl_client_ip(&rules, &lines->view, &client);
	for (size_t i = 0; i < client.via_count; i++) {
		FUZZ_CHECK(mrl_cidr_has(&trusted, &client.via[i]));
	}
	return client;
}

static void check_is_client(struct mrl_client_ip client)
{
	struct mrl_ip real;
	FUZZ_CHECK(mrl_ip_parse(MRL_SLICE("203.0.113.9"), &real));
	FUZZ_CHECK(mrl_ip_equal(&client.ip, &real));
	FUZZ_CHECK(client.via_count == 2);
}

/* `junk` as the client sent it; two proxies have added an element each, on its line or their own.
 */
static void check_spoofing(enum mrl_ip_source source, struct mrl_slice name, struct mrl_slice junk,
                           struct mrl_slice added)
{
	uint8_t memory[1024];
	struct mrl_buffer joined = mrl_buffer(memory, sizeof(memory));
	struct lines one = {.view = {.field_count = 0}};
	struct lines two = {.view = {.field_count = 0}};
	struct lines alone = {.view = {.field_count = 0}};
	mrl_buffer_put(&joined, junk);
	MRL_PUT(&joined, ", ");
	mrl_buffer_put(&joined, added);
	add_line(&one, name, mrl_buffer_slice(&joined));
	check_is_client(find(source, &one));
	add_line(&two, name, junk);
	add_line(&two, name, added);
	check_is_client(find(source, &two));
	add_line(&alone, name, junk);
	(void)find(source, &alone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_slice text = mrl_slice(data, size);
	if (size > 900) {
		return 0;
	}
	check_address(text);
	check_cidr(text);
	check_spoofing(MRL_IP_X_FORWARDED_FOR, MRL_SLICE("x-forwarded-for"), text,
	               MRL_SLICE("203.0.113.9,10.0.0.7"));
	check_spoofing(MRL_IP_FORWARDED, MRL_SLICE("forwarded"), text,
	               MRL_SLICE("for=203.0.113.9, for=\"10.0.0.7:80\";host=\"a,b\""));
	return 0;
}
