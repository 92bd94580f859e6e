/*
 * Shared memory of the run directory: files that the master maps and workers inherit, so that
 * daemons share them and they outlive a reload and a crash.
 *
 * They are opened while the configuration is read: there a failure ends the reload and the old
 * workers serve on, while in init_module it would end the master.
 */
#include "ngx_http_merlon.h"

#include <fcntl.h>
#include <sys/mman.h>

#define STATUS_BYTES 4096
_Static_assert(sizeof(struct mrl_edge_status) <= STATUS_BYTES, "one page");

static ngx_merlon_conf_t *core_conf(volatile ngx_cycle_t *cycle)
{
	return (ngx_merlon_conf_t *)ngx_get_conf(cycle->conf_ctx, ngx_merlon_module);
}

static uint32_t worker_count(const ngx_core_conf_t *core)
{
	return core->worker_processes > 0 ? (uint32_t)core->worker_processes : 1;
}

/* Old workers keep their slots while they have calls. New ones without a slot could only refuse all
 * calls, so the reload is refused instead. At the first start slots of the dead are no reason. */
static ngx_int_t check_room(const ngx_cycle_t *cycle, const ngx_merlon_conf_t *conf,
                            uint32_t workers)
{
	if (ngx_is_init_cycle(cycle->old_cycle) || mrl_ring_file_has_room(&conf->ring, workers)) {
		return NGX_OK;
	}
	ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
	              "merlon: not reloaded: no room in \"%V\" for the audit rings of %uD workers "
	              "until old ones have ended their calls",
	              &conf->run_dir, workers);
	return NGX_ERROR;
}

static ngx_int_t open_ring(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf)
{
	const ngx_core_conf_t *core = (const ngx_core_conf_t *)ngx_get_conf(cycle->conf_ctx,
	                                                                    ngx_core_module);
	struct mrl_ring_options options = {
		.run_dir = (const char *)conf->run_dir.data,
		.owner = core->user,
		.group = core->group,
	};
	if (geteuid() != 0) {
		options.owner = (uid_t)NGX_CONF_UNSET_UINT;
		options.group = (gid_t)NGX_CONF_UNSET_UINT;
	}
	enum mrl_err err = mrl_ring_sizes_default(worker_count(core), (uint32_t)cycle->connection_n,
	                                          &options.sizes);
	if (err == MRL_OK) {
		err = mrl_ring_file_open(&options, &conf->ring);
	}
	if (err != MRL_OK) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
		              "merlon: no audit ring in \"%V\": %s%s", &conf->run_dir,
		              mrl_err_name(err),
		              err == MRL_ERR_UNSUPPORTED ? " (the folder must lie on tmpfs)" : "");
		return NGX_ERROR;
	}
	return check_room(cycle, conf, worker_count(core));
}

static ngx_int_t open_status(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf)
{
	u_char path[NGX_MAX_PATH];
	*ngx_snprintf(path, sizeof(path) - 1, "%V/edge.status", &conf->run_dir) = '\0';
	int fd = open((const char *)path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1 || ftruncate(fd, STATUS_BYTES) == -1) {
		ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno, "merlon: \"%s\"", path);
		return NGX_ERROR;
	}
	void *memory = mmap(NULL, STATUS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (memory == MAP_FAILED) {
		return NGX_ERROR;
	}
	conf->status = memory;
	memcpy(conf->status->magic, MRL_EDGE_STATUS_MAGIC, sizeof(conf->status->magic));
	return NGX_OK;
}

static void release(void *data)
{
	ngx_merlon_conf_t *conf = data;
	mrl_ring_file_release(&conf->ring);
	ngx_merlon_close_limits(conf);
	ngx_merlon_close_trust(conf);
	if (conf->status != NULL) {
		(void)munmap(conf->status, STATUS_BYTES);
	}
}

/* The digest of the policy goes into the ring's header, for the records' reader. */
static void say_policy(ngx_cycle_t *cycle, const ngx_merlon_conf_t *conf)
{
	const ngx_http_merlon_main_conf_t *http = ngx_http_cycle_get_module_main_conf(
		cycle, ngx_http_merlon_module);
	if (http != NULL && http->policy != NULL) {
		mrl_ring_set_policy(&conf->ring.ring, http->policy->generation,
		                    http->policy->digest);
	}
}

/* `nginx -t` and `nginx -s` open nothing. */
static bool is_asked_only(void)
{
	return ngx_test_config || ngx_process == NGX_PROCESS_SIGNALLER;
}

ngx_int_t ngx_merlon_open_zones(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf)
{
	if (is_asked_only()) {
		return NGX_OK;
	}
	if (conf->run_dir.len == 0) {
		return ngx_merlon_open_limits(cycle, conf);
	}
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cycle->pool, 0);
	if (cleanup == NULL) {
		return NGX_ERROR;
	}
	cleanup->handler = release;
	cleanup->data = conf;
	if (open_ring(cycle, conf) != NGX_OK || open_status(cycle, conf) != NGX_OK ||
	    ngx_merlon_open_trust(cycle, conf) != NGX_OK) {
		return NGX_ERROR;
	}
	return ngx_merlon_open_limits(cycle, conf);
}

ngx_int_t ngx_merlon_init_module(ngx_cycle_t *cycle)
{
	const ngx_merlon_conf_t *conf = core_conf(cycle);
	if (conf->ring.ring.memory != NULL) {
		say_policy(cycle, conf);
	}
	return NGX_OK;
}
