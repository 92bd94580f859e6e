/* What `nginx -V` says: version, OpenSSL, modules. The generated configuration adapts to it. */
#include "text.h"
#include "tools.h"

/* "1.22.1" at the start: 1022001; "3.0.22": with `parts` 2 and `base` 100: 300. */
static uint32_t number_of(struct mrl_slice text, unsigned parts, uint32_t base)
{
	uint32_t number = 0;
	for (unsigned i = 0; i < parts; i++) {
		size_t digits = 0;
		uint64_t part = 0;
		while (digits < text.size && mrl_is_digit(text.data[digits])) {
			digits++;
		}
		if (!mrl_parse_u64(mrl_slice_sub(text, 0, digits), &part) || part >= base) {
			return 0;
		}
		number = number * base + (uint32_t)part;
		text = mrl_slice_from(text, digits + 1);
	}
	return number;
}

/* What follows `label`, up to a blank or line end. */
static struct mrl_slice word_after(struct mrl_slice text, struct mrl_slice label)
{
	size_t at = mrl_slice_find_text(text, label);
	struct mrl_slice rest = mrl_slice_from(text, at + label.size);
	size_t size = 0;
	if (at == text.size) {
		return MRL_SLICE_NONE;
	}
	while (size < rest.size && rest.data[size] > ' ') {
		size++;
	}
	return mrl_slice_sub(rest, 0, size);
}

static bool has(struct mrl_slice text, struct mrl_slice word)
{
	return mrl_slice_find_text(text, word) < text.size;
}

bool mrl_nginx_parse(struct mrl_slice text, struct mrl_arena *arena, struct mrl_nginx *ret_nginx)
{
	struct mrl_slice version = word_after(text, MRL_SLICE("nginx version: nginx/"));
	struct mrl_slice openssl = word_after(text, MRL_SLICE("running with OpenSSL "));
	uint32_t number = number_of(version, 3, 1000);
	if (number == 0) {
		return false;
	}
	if (openssl.size == 0) {
		openssl = word_after(text, MRL_SLICE("built with OpenSSL "));
	}
	*ret_nginx = (struct mrl_nginx){
		.version = number,
		.openssl = number_of(openssl, 2, 100),
		.http2 = has(text, MRL_SLICE("--with-http_v2_module")),
		.http3 = has(text, MRL_SLICE("--with-http_v3_module")),
		.version_text = mrl_text_of(arena, version),
		.openssl_text = mrl_text_of(arena, openssl),
	};
	return true;
}
