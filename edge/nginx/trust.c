/*
 * Keys of issuers out of the trust zone [AUTH-5]. The master maps the file before workers give up
 * their rights; merlon-keeper may fill it before or after. Workers look at one word of each issuer
 * per request, and take a set over when it is another.
 */
#include "ngx_http_merlon.h"

#include <merlon/trust.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static void *map_file(const ngx_merlon_conf_t *conf, const char *name, size_t bytes, int protection)
{
	u_char path[NGX_MAX_PATH];
	*ngx_snprintf(path, sizeof(path) - 1, "%V/%s", &conf->run_dir, name) = '\0';
	int fd = open((const char *)path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1) {
		return NULL;
	}
	void *memory = ftruncate(fd, (off_t)bytes) == 0
	                       ? mmap(NULL, bytes, protection, MAP_SHARED, fd, 0)
	                       : MAP_FAILED;
	(void)close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}

ngx_int_t ngx_merlon_open_trust(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf)
{
	void *zone = map_file(conf, "trust.zone", mrl_trust_zone_bytes(MRL_TRUST_SLOTS), PROT_READ);
	conf->trust = zone;
	conf->trust_ask = map_file(conf, "trust.ask", MRL_TRUST_ASK_BYTES, PROT_READ | PROT_WRITE);
	if (zone == NULL || conf->trust_ask == NULL) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
		              "merlon: no trust zone in \"%V\"", &conf->run_dir);
		return NGX_ERROR;
	}
	return NGX_OK;
}

void ngx_merlon_close_trust(ngx_merlon_conf_t *conf)
{
	if (conf->trust != NULL) {
		(void)munmap((void *)(uintptr_t)conf->trust, mrl_trust_zone_bytes(MRL_TRUST_SLOTS));
	}
	if (conf->trust_ask != NULL) {
		(void)munmap(conf->trust_ask, MRL_TRUST_ASK_BYTES);
	}
}

/* What this worker knows of the zone. */
static struct {
	const ngx_merlon_conf_t *conf;
	struct mrl_trust_zone zone;
	bool is_open;
	time_t looked;                  /* for the zone, and for rows, once a second */
	uint32_t rows[MRL_ISSUERS_MAX]; /* MRL_TRUST_ISSUERS: none yet */
	uint8_t boot_id[16];
} trust;

static bool read_boot_id(uint8_t id[16])
{
	u_char text[36];
	size_t digits = 0;
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd == -1 ? -1 : read(fd, text, sizeof(text));
	if (fd != -1) {
		(void)close(fd);
	}
	for (ssize_t i = 0; i < size && digits < 32; i++) {
		int value = mrl_hex_value(text[i]);
		if (value >= 0) {
			id[digits / 2] = (uint8_t)(id[digits / 2] << 4 | value);
			digits++;
		}
	}
	return digits == 32;
}

static void look(const struct mrl_tokens *tokens)
{
	struct mrl_trust_rk rk;
	if (trust.looked == ngx_time()) {
		return;
	}
	trust.looked = ngx_time();
	if (!trust.is_open) {
		trust.is_open = mrl_trust_open(trust.conf->trust,
		                               mrl_trust_zone_bytes(MRL_TRUST_SLOTS), trust.boot_id,
		                               &trust.zone) == MRL_OK;
	}
	for (uint32_t i = 0; trust.is_open && i < tokens->issuers->count; i++) {
		const struct mrl_issuer *issuer = &tokens->issuers->items[i];
		if (trust.rows[i] == MRL_TRUST_ISSUERS && issuer->keys_text.size == 0 &&
		    mrl_trust_rk(MRL_TRUST_ISS, issuer->url, MRL_SLICE_NONE, &rk) == MRL_OK) {
			(void)mrl_trust_find(&trust.zone, &rk, &trust.rows[i]);
		}
	}
}

static void take_over(struct mrl_tokens *tokens, uint32_t issuer)
{
	static uint8_t memory[MRL_TRUST_KEYS_BYTES];
	struct mrl_slice text;
	uint32_t generation;
	enum mrl_err err = mrl_trust_keys(&trust.zone, trust.rows[issuer], memory, &generation,
	                                  &text);
	if (err == MRL_ERR_NOT_FOUND) {
		mrl_tokens_drop(tokens, issuer);
	}
	/* BUSY: the next request looks again. */
	if (err == MRL_OK && mrl_tokens_set(tokens, issuer, generation, text) != MRL_OK) {
		/* Without keys, and without another try for each request. */
		mrl_tokens_drop(tokens, issuer);
		tokens->generations[issuer] = generation;
	}
}

static void refresh(void *host, struct mrl_tokens *tokens)
{
	(void)host;
	look(tokens);
	for (uint32_t i = 0; trust.is_open && i < tokens->issuers->count; i++) {
		if (trust.rows[i] != MRL_TRUST_ISSUERS &&
		    mrl_trust_generation(&trust.zone, trust.rows[i]) != tokens->generations[i]) {
			take_over(tokens, i);
		}
	}
}

static void ask(void *host, uint32_t issuer)
{
	(void)host;
	if (trust.is_open && trust.rows[issuer] != MRL_TRUST_ISSUERS) {
		mrl_trust_ask(trust.conf->trust_ask, trust.rows[issuer]);
	}
}

void ngx_merlon_trust_host(struct mrl_tokens *tokens, const ngx_merlon_conf_t *conf)
{
	if (conf->trust == NULL || conf->trust_ask == NULL || !read_boot_id(trust.boot_id)) {
		return;
	}
	trust.conf = conf;
	for (uint32_t i = 0; i < MRL_ISSUERS_MAX; i++) {
		trust.rows[i] = MRL_TRUST_ISSUERS;
	}
	tokens->refresh = refresh;
	tokens->ask = ask;
}
