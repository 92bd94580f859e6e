/* Origins of a policy: accepted exactly when the grammar says so; the spelling of a hint is one. */
#include "grammar.h"

#include <merlon/http.h>

#include <arpa/inet.h>

#define LABEL "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
#define PORT  "(:[1-9][0-9]{0,4})?"
#define OCTET "(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"

static const char name_grammar[] = "^https://" LABEL "(\\." LABEL ")*" PORT "$";
static const char number_grammar[] = "^https://([^/:]*\\.)?([0-9]+|0x[0-9a-f]*)" PORT "$";
static const char ipv4_grammar[] = "^https://" OCTET "\\." OCTET "\\." OCTET "\\." OCTET PORT "$";
static const char ipv6_grammar[] = "^https://\\[[0-9a-f:]+]" PORT "$";
static const char local_grammar[] = "^http://(localhost|127\\.0\\.0\\.1|\\[::1])" PORT "$";

static struct mrl_slice port_of(struct mrl_slice origin)
{
	size_t at = origin.size;
	while (at > 0 && mrl_is_digit(origin.data[at - 1])) {
		at--;
	}
	bool has_port = at > 1 && origin.data[at - 1] == ':';
	return has_port ? mrl_slice_from(origin, at) : MRL_SLICE_NONE;
}

/* Neither grammar nor number can say: not the scheme's own, and at most 65535. */
static bool port_is_good(struct mrl_slice origin, const char *own)
{
	struct mrl_slice port = port_of(origin);
	uint64_t number;
	if (port.size == 0) {
		return true;
	}
	return !mrl_slice_is(port, own) && mrl_parse_u64(port, &number) && number <= 65535;
}

/* The C library prints it the same; it writes ::a.b.c.d for two blocks where browsers do not. */
static bool ipv6_is_canonical(struct mrl_slice origin)
{
	char text[FUZZ_REGEX_BYTES + 1] = {0};
	char again[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	size_t start = strlen("https://[");
	size_t end = mrl_slice_find(origin, ']');
	memcpy(text, origin.data + start, end - start);
	if (inet_pton(AF_INET6, text, bytes) != 1) {
		return false;
	}
	inet_ntop(AF_INET6, bytes, again, sizeof(again));
	if (strchr(again, '.') != NULL) {
		uint8_t memory[MRL_IP_TEXT_MAX];
		struct mrl_ip ip = {.size = 16};
		memcpy(ip.bytes, bytes, sizeof(bytes));
		return mrl_slice_is(mrl_ip_text(&ip, memory), text);
	}
	return strcmp(again, text) == 0;
}

static bool naive_valid(struct mrl_slice origin)
{
	if (fuzz_matches(local_grammar, origin)) {
		return port_is_good(origin, "80");
	}
	if (!port_is_good(origin, "443")) {
		return false;
	}
	if (fuzz_matches(ipv6_grammar, origin)) {
		return ipv6_is_canonical(origin);
	}
	if (!fuzz_matches(name_grammar, origin)) {
		return false;
	}
	return !fuzz_matches(number_grammar, origin) || fuzz_matches(ipv4_grammar, origin);
}

static void check_hint(struct mrl_slice hint, struct mrl_arena *arena)
{
	struct mrl_slice other = MRL_SLICE_NONE;
	size_t at = mrl_slice_find_text(hint, MRL_SLICE(": write "));
	FUZZ_CHECK(hint.size != 0);
	FUZZ_CHECK(mrl_utf8_check(hint) == hint.size);
	if (at < hint.size) {
		FUZZ_CHECK(mrl_origin_valid(mrl_slice_from(hint, at + 8), arena, &other));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mrl_slice origin = mrl_slice(data, size);
	struct mrl_slice hint = MRL_SLICE_NONE;
	struct mrl_arena arena;
	mrl_arena_init(&arena, &mrl_memory_malloc, 1024, 1 << 16);
	bool valid = mrl_origin_valid(origin, &arena, &hint);
	if (fuzz_regex_can(origin)) {
		FUZZ_CHECK(valid == naive_valid(origin));
	}
	if (valid) {
		FUZZ_CHECK(hint.data == NULL);
	} else {
		check_hint(hint, &arena);
	}
	mrl_arena_release(&arena);
	return 0;
}
