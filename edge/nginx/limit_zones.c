/*
 * The zones of rate limits: files of the run directory that the master maps and workers inherit, so
 * that counts outlive a reload and a crash [RATE-2].
 */
#include "ngx_http_merlon.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/random.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static uint64_t now_ms(void *context)
{
	struct timespec now;
	(void)context;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool is_gone(void *context, uint32_t pid)
{
	(void)context;
	return kill((pid_t)pid, 0) == -1 && ngx_errno == ESRCH;
}

static void yield(void *context)
{
	(void)context;
	(void)sched_yield();
}

void ngx_merlon_limits_host(struct mrl_limit_store *store)
{
	store->host = (struct mrl_limit_host){
		.now_ms = now_ms, .is_gone = is_gone, .yield = yield, .pid = (uint32_t)getpid()};
}

/* Of the text the first bytes will do: it is another for each boot. */
static bool read_boot_id(uint8_t boot_id[16])
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd == -1 ? -1 : read(fd, boot_id, 16);
	if (fd != -1) {
		(void)close(fd);
	}
	return got == 16;
}

/* A file mapped whole; NULL: it is not there, or not to be mapped. */
static void *map_file(const u_char *path, size_t *ret_bytes)
{
	struct stat status;
	void *memory = MAP_FAILED;
	int fd = open((const char *)path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1) {
		return NULL;
	}
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
		memory = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		              0);
		*ret_bytes = (size_t)status.st_size;
	}
	(void)close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}

/* All its pages are there at once: a full disk ends the start, and no worker later. */
static void *make_file(const ngx_cycle_t *cycle, const u_char *path, size_t bytes)
{
	const ngx_core_conf_t *core = (const ngx_core_conf_t *)ngx_get_conf(cycle->conf_ctx,
	                                                                    ngx_core_module);
	void *memory = MAP_FAILED;
	int fd = open((const char *)path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	              0600);
	if (fd == -1) {
		return NULL;
	}
	ngx_err_t failed = posix_fallocate(fd, 0, (off_t)bytes);
	if (failed == 0 && geteuid() == 0 && fchown(fd, core->user, core->group) == -1) {
		failed = ngx_errno;
	}
	if (failed == 0) {
		memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	(void)close(fd);
	ngx_set_errno(failed != 0 ? failed : ngx_errno);
	return memory == MAP_FAILED ? NULL : memory;
}

static void name_file(const ngx_merlon_conf_t *conf, unsigned id, const char *suffix,
                      u_char path[NGX_MAX_PATH])
{
	*ngx_snprintf(path, NGX_MAX_PATH - 1, "%V/limit-%s.zone%s", &conf->run_dir,
	              mrl_limit_zone_names[id], suffix) = '\0';
}

/* Two sizes at once would count twice, so that a reload keeps the one that is there. */
static void keep_sizes(const ngx_cycle_t *cycle, unsigned id, const void *memory, size_t bytes,
                       struct mrl_limit_zone_sizes *sizes)
{
	struct mrl_limit_zone_sizes old = *sizes;
	if (ngx_is_init_cycle(cycle->old_cycle) ||
	    mrl_limit_zone_sizes_of(memory, bytes, &old) != MRL_OK ||
	    mrl_limit_zone_bytes(&old) == mrl_limit_zone_bytes(sizes)) {
		return;
	}
	ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
	              "merlon: limit-restart-needed: zone %s keeps its %uD entries until nginx is "
	              "started anew",
	              mrl_limit_zone_names[id], old.entries);
	*sizes = old;
}

static ngx_int_t make_zone(const ngx_cycle_t *cycle, ngx_merlon_conf_t *conf, unsigned id,
                           const struct mrl_limit_zone_sizes *sizes,
                           const struct mrl_limit_origin *origin)
{
	u_char path[NGX_MAX_PATH];
	u_char made[NGX_MAX_PATH];
	size_t bytes = mrl_limit_zone_bytes(sizes);
	name_file(conf, id, "", path);
	name_file(conf, id, ".new", made);
	void *memory = make_file(cycle, made, bytes);
	if (memory == NULL) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
		              "merlon: no memory for rate limits in \"%s\" (%uz bytes)", made,
		              bytes);
		return NGX_ERROR;
	}
	mrl_limit_zone_make(memory, sizes, origin);
	conf->limit_memory[id] = memory;
	conf->limit_bytes[id] = bytes;
	if (mrl_limit_zone_attach(memory, bytes, sizes, origin, &conf->limits.zones[id]) !=
	            MRL_OK ||
	    rename((const char *)made, (const char *)path) == -1) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno, "merlon: \"%s\"", path);
		return NGX_ERROR;
	}
	return NGX_OK;
}

/* Without a run directory, in somebody else's nginx: memory of the master, for as long as it lives.
 * A reload finds it again, a restart does not. */
static struct {
	void *memory;
	size_t bytes;
} kept[MRL_LIMIT_ZONES];

static ngx_int_t open_kept(const ngx_cycle_t *cycle, ngx_merlon_conf_t *conf, unsigned id,
                           struct mrl_limit_zone_sizes sizes, const struct mrl_limit_origin *origin)
{
	if (kept[id].memory == NULL) {
		size_t bytes = mrl_limit_zone_bytes(&sizes);
		void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		                    -1, 0);
		if (memory == MAP_FAILED) {
			ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
			              "merlon: no memory for rate limits (%uz bytes)", bytes);
			return NGX_ERROR;
		}
		mrl_limit_zone_make(memory, &sizes, origin);
		kept[id].memory = memory;
		kept[id].bytes = bytes;
	}
	keep_sizes(cycle, id, kept[id].memory, kept[id].bytes, &sizes);
	return mrl_limit_zone_attach(kept[id].memory, kept[id].bytes, &sizes, origin,
	                             &conf->limits.zones[id]) == MRL_OK
	               ? NGX_OK
	               : NGX_ERROR;
}

static ngx_int_t open_zone(const ngx_cycle_t *cycle, ngx_merlon_conf_t *conf, unsigned id,
                           struct mrl_limit_zone_sizes sizes, const struct mrl_limit_origin *origin)
{
	u_char path[NGX_MAX_PATH];
	size_t bytes = 0;
	if (conf->run_dir.len == 0) {
		return open_kept(cycle, conf, id, sizes, origin);
	}
	name_file(conf, id, "", path);
	void *memory = map_file(path, &bytes);
	if (memory != NULL) {
		keep_sizes(cycle, id, memory, bytes, &sizes);
		if (mrl_limit_zone_attach(memory, bytes, &sizes, origin, &conf->limits.zones[id]) ==
		    MRL_OK) {
			conf->limit_memory[id] = memory;
			conf->limit_bytes[id] = bytes;
			return NGX_OK;
		}
		(void)munmap(memory, bytes);
	}
	return make_zone(cycle, conf, id, &sizes, origin);
}

/* One key for all zones of a gateway: that of a file that is there, or a new one. */
static bool find_key(const ngx_merlon_conf_t *conf, uint8_t key[16])
{
	u_char path[NGX_MAX_PATH];
	size_t bytes = 0;
	if (kept[MRL_LIMIT_ZONE_CORE].memory != NULL) {
		return mrl_limit_zone_key(kept[MRL_LIMIT_ZONE_CORE].memory,
		                          kept[MRL_LIMIT_ZONE_CORE].bytes, key) == MRL_OK;
	}
	if (conf->run_dir.len == 0) {
		return getrandom(key, 16, 0) == 16;
	}
	name_file(conf, MRL_LIMIT_ZONE_CORE, "", path);
	void *memory = map_file(path, &bytes);
	if (memory != NULL) {
		enum mrl_err err = mrl_limit_zone_key(memory, bytes, key);
		(void)munmap(memory, bytes);
		if (err == MRL_OK) {
			return true;
		}
	}
	return getrandom(key, 16, 0) == 16;
}

static ngx_int_t open_store(const ngx_cycle_t *cycle, ngx_merlon_conf_t *conf,
                            const struct mrl_limits *limits)
{
	enum mrl_limit_zone_id zone;
	if (mrl_limit_store_open(&conf->limits, limits, &zone) != MRL_OK) {
		ngx_log_error(
			NGX_LOG_EMERG, cycle->log, 0,
			"merlon: limit-table-full: zone %s has no row for another limit until "
			"those that were removed have ended",
			mrl_limit_zone_names[zone]);
		return NGX_ERROR;
	}
	conf->has_limits = true;
	return NGX_OK;
}

/* With Redis that of all gateways. While nginx runs it stays: two would count twice. */
static bool choose_key(const ngx_cycle_t *cycle, const ngx_merlon_conf_t *conf, uint8_t key[16])
{
	const uint8_t *shared = conf->redis == NULL ? NULL : ngx_merlon_redis_key(conf);
	if (shared != NULL && ngx_is_init_cycle(cycle->old_cycle)) {
		memcpy(key, shared, 16);
		return true;
	}
	if (!find_key(conf, key)) {
		return false;
	}
	if (shared != NULL && memcmp(key, shared, 16) != 0) {
		ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
		              "merlon: limit-restart-needed: `limits.redis.key_file` counts once "
		              "nginx is started anew; until then no other gateway knows our keys");
	}
	return true;
}

ngx_int_t ngx_merlon_open_limits(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf)
{
	const ngx_http_merlon_main_conf_t *http = ngx_http_cycle_get_module_main_conf(
		cycle, ngx_http_merlon_module);
	struct mrl_limit_origin origin = {.now_ms = now_ms(NULL)};
	if (http == NULL || http->policy == NULL) {
		return NGX_OK;
	}
	const struct mrl_limit_redis *redis = http->policy->limits.redis;
	if (redis != NULL && ngx_merlon_redis_configure(cycle, conf, redis) != NGX_OK) {
		return NGX_ERROR;
	}
	if (!read_boot_id(origin.boot_id) || !choose_key(cycle, conf, origin.hash_key)) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno, "merlon: \"" BOOT_ID "\"");
		return NGX_ERROR;
	}
	memcpy(conf->limits.hash_key, origin.hash_key, sizeof(origin.hash_key));
	ngx_merlon_limits_host(&conf->limits);
	for (unsigned id = 0; id < MRL_LIMIT_ZONES; id++) {
		if (open_zone(cycle, conf, id, http->policy->limits.zones[id], &origin) != NGX_OK) {
			return NGX_ERROR;
		}
	}
	conf->limits.redis = redis;
	conf->limits.server = mrl_limit_server(&conf->limits.zones[MRL_LIMIT_ZONE_CORE]);
	return open_store(cycle, conf, &http->policy->limits);
}

void ngx_merlon_close_limits(ngx_merlon_conf_t *conf)
{
	for (unsigned id = 0; id < MRL_LIMIT_ZONES; id++) {
		if (conf->limit_memory[id] != NULL) {
			(void)munmap(conf->limit_memory[id], conf->limit_bytes[id]);
		}
	}
}
