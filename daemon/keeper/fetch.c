/*
 * Downloads [TLS-4]: https alone, the certificate always verified, bounded in bytes and time. There
 * is no switch to turn the verification off. Redirects are followed by hand, since they may not
 * lead to another host.
 */
#include "keeper.h"

#include <stdio.h>
#include <stdlib.h>

#define WAIT_MS 20

static size_t receive(char *data, size_t size, size_t count, void *self)
{
	struct source *source = self;
	size_t bytes;
	if (!mrl_size_mul(size, count, &bytes) || bytes > KEEPER_BYTES_MAX - source->body_bytes) {
		return 0; /* libcurl ends the download */
	}
	memcpy(source->body + source->body_bytes, data, bytes);
	source->body_bytes += bytes;
	return bytes;
}

static bool set_up(struct source *source, CURL *easy)
{
	bool good = curl_easy_setopt(easy, CURLOPT_URL, source->at) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
	                    CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, KEEPER_CONNECT_MS) ==
	                    CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, KEEPER_TOTAL_MS) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_WRITEDATA, source) == CURLE_OK &&
	            curl_easy_setopt(easy, CURLOPT_PRIVATE, source) == CURLE_OK;
	if (good && source->ca[0] != '\0') {
		good = curl_easy_setopt(easy, CURLOPT_CAINFO, source->ca) == CURLE_OK &&
		       curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
	}
	return good;
}

/* Downloads source->at. */
static void begin(struct keeper *keeper, struct source *source)
{
	source->body_bytes = 0;
	if (source->body == NULL) {
		source->body = malloc(KEEPER_BYTES_MAX);
	}
	source->easy = source->body == NULL ? NULL : curl_easy_init();
	if (source->easy == NULL || !set_up(source, source->easy) ||
	    curl_multi_add_handle(keeper->multi, source->easy) != CURLM_OK) {
		curl_easy_cleanup(source->easy);
		source->easy = NULL;
		keeper_set_failed(keeper, source, "no memory");
	}
}

/* RFC 8414 section 3.1 puts its path between host and path, OpenID Connect Discovery behind both.
 */
static bool name_metadata(struct source *source)
{
	static const char scheme[] = "https://";
	size_t whole = strlen(source->url);
	if (whole > 0 && source->url[whole - 1] == '/') {
		whole--;
	}
	size_t host = sizeof(scheme) - 1;
	host += strcspn(source->url + host, "/");
	int size;
	if (strcmp(source->keys, "oauth") == 0) {
		host = host < whole ? host : whole;
		size = snprintf(source->at, sizeof(source->at),
		                "%.*s/.well-known/oauth-authorization-server%.*s", (int)host,
		                source->url, (int)(whole - host), source->url + host);
	} else {
		size = snprintf(source->at, sizeof(source->at),
		                "%.*s/.well-known/openid-configuration", (int)whole, source->url);
	}
	return size > 0 && (size_t)size < sizeof(source->at);
}

void keeper_fetch_start(struct keeper *keeper, struct source *source, uint64_t now_ms)
{
	source->at_metadata = strncmp(source->keys, "https://", 8) != 0;
	source->redirects = 0;
	source->began_ms = now_ms;
	mrl_trust_download_began(&keeper->writer, source->row, now_ms);
	if (source->at_metadata && !name_metadata(source)) {
		keeper_set_failed(keeper, source, "the URL is too long");
		return;
	}
	if (!source->at_metadata) {
		(void)snprintf(source->at, sizeof(source->at), "%s", source->keys);
	}
	begin(keeper, source);
}

void keeper_fetch_cancel(struct keeper *keeper, struct source *source)
{
	if (source->easy != NULL) {
		(void)curl_multi_remove_handle(keeper->multi, source->easy);
		curl_easy_cleanup(source->easy);
		source->easy = NULL;
	}
	free(source->body);
	source->body = NULL;
}

static size_t origin_bytes(const char *url)
{
	return 8 + strcspn(url + 8, "/?#");
}

/* To the same scheme, host and port only. */
static bool follow(struct source *source, const char *to)
{
	size_t size = origin_bytes(source->at);
	if (to == NULL || strncmp(to, "https://", 8) != 0 || strlen(to) >= sizeof(source->at) ||
	    origin_bytes(to) != size || strncmp(to, source->at, size) != 0 ||
	    ++source->redirects > KEEPER_REDIRECTS) {
		return false;
	}
	(void)snprintf(source->at, sizeof(source->at), "%s", to);
	return true;
}

/* Cache-Control's max-age (RFC 9111 section 5.2.2.1); 0: not said. */
static int64_t age_of(CURL *easy)
{
	struct curl_header *header;
	if (curl_easy_header(easy, "Cache-Control", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
		return 0;
	}
	const char *at = strstr(header->value, "max-age=");
	long seconds = at == NULL ? 0 : strtol(at + 8, NULL, 10);
	seconds = seconds > KEEPER_AGE_MAX_S ? KEEPER_AGE_MAX_S : seconds;
	return at == NULL ? 0 : seconds < KEEPER_AGE_MIN_S ? KEEPER_AGE_MIN_S : seconds;
}

static void take_metadata(struct keeper *keeper, struct source *source)
{
	struct mrl_arena arena;
	struct mrl_slice url;
	bool good = false;
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 16U << 20);
	enum mrl_err err = mrl_jwks_place(&keeper->jose,
	                                  mrl_slice(source->body, source->body_bytes),
	                                  mrl_slice_text(source->url), &arena, &url, &good);
	good = err == MRL_OK && good && url.size < sizeof(source->at);
	if (good) {
		memcpy(source->at, url.data, url.size);
		source->at[url.size] = '\0';
	}
	mrl_arena_release(&arena);
	if (!good) {
		keeper_set_failed(keeper, source, "the metadata are not those of the issuer");
		return;
	}
	source->at_metadata = false;
	source->redirects = 0;
	begin(keeper, source);
}

static void end(struct keeper *keeper, struct source *source, CURLcode code)
{
	CURL *easy = source->easy;
	long status = 0;
	char *to = NULL;
	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &to);
	int64_t age_s = age_of(easy);
	bool redirected = code == CURLE_OK && status >= 300 && status < 400;
	bool followed = redirected && follow(source, to);
	char why[128];
	(void)snprintf(why, sizeof(why), "%s", curl_easy_strerror(code));
	(void)curl_multi_remove_handle(keeper->multi, easy);
	curl_easy_cleanup(easy);
	source->easy = NULL;
	if (followed) {
		begin(keeper, source);
	} else if (code == CURLE_WRITE_ERROR) {
		keeper_set_failed(keeper, source, "the answer is larger than 256 KiB");
	} else if (code != CURLE_OK) {
		keeper_set_failed(keeper, source, why);
	} else if (redirected) {
		keeper_set_failed(keeper, source, "a redirect to another host, or too many");
	} else if (status != 200) {
		(void)snprintf(why, sizeof(why), "status %ld", status);
		keeper_set_failed(keeper, source, why);
	} else if (source->at_metadata) {
		take_metadata(keeper, source);
	} else {
		keeper_set_came(keeper, source, mrl_slice(source->body, source->body_bytes), age_s);
	}
}

void keeper_fetch_turn(struct keeper *keeper)
{
	int running = 0;
	int left = 0;
	CURLMsg *message;
	(void)curl_multi_perform(keeper->multi, &running);
	while ((message = curl_multi_info_read(keeper->multi, &left)) != NULL) {
		struct source *source = NULL;
		if (message->msg == CURLMSG_DONE &&
		    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &source) ==
		            CURLE_OK) {
			end(keeper, source, message->data.result);
		}
	}
	(void)curl_multi_poll(keeper->multi, NULL, 0, WAIT_MS, NULL);
}
