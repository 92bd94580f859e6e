/*
 * Shared memory of the run directory: files that the master maps and workers inherit, so that
 * daemons share them and they outlive a reload and a crash. And what a worker has for itself.
 */
#include "ngx_http_merlon.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>

#define STATUS_BYTES 4096

#define CLAIM_AGAIN_MS 500

static ngx_merlon_worker_t worker_state;
static ngx_msec_t claimed_ms;

static ngx_merlon_conf_t *core_conf(volatile ngx_cycle_t *cycle)
{
	return (ngx_merlon_conf_t *)ngx_get_conf(cycle->conf_ctx, ngx_merlon_module);
}

static enum mrl_err claim_slot(ngx_merlon_conf_t *conf)
{
	enum mrl_err err = mrl_ring_file_claim(&conf->ring, MRL_RING_EDGE, &worker_state.producer);
	worker_state.has_producer = err == MRL_OK;
	claimed_ms = ngx_current_msec;
	return err;
}

/* After many reloads workers of old generations that still have calls hold every slot. One that
 * started then refuses all calls, so it asks again: slots become free when those end. */
ngx_merlon_worker_t *ngx_merlon_worker(void)
{
	ngx_merlon_conf_t *conf = core_conf(ngx_cycle);
	if (!worker_state.has_producer && conf->ring.ring.memory != NULL &&
	    ngx_current_msec - claimed_ms >= CLAIM_AGAIN_MS) {
		(void)claim_slot(conf);
	}
	return &worker_state;
}

/* The pool is refilled by one system call for some two hundred calls. */
void ngx_merlon_random(ngx_merlon_worker_t *worker, uint8_t *bytes, size_t size)
{
	if (worker->random_left < size) {
		ssize_t got = getrandom(worker->random, sizeof(worker->random), 0);
		if (got != (ssize_t)sizeof(worker->random)) {
			/* Linux gives 256 bytes and more whole unless a signal comes: ask again. */
			got = getrandom(worker->random, 256, 0);
		}
		worker->random_left = got > 0 ? (size_t)got : 0;
	}
	if (worker->random_left >= size) {
		worker->random_left -= size;
		ngx_memcpy(bytes, worker->random + worker->random_left, size);
	}
}

static ngx_int_t open_ring(ngx_cycle_t *cycle, ngx_merlon_conf_t *conf)
{
	const ngx_core_conf_t *core = (const ngx_core_conf_t *)ngx_get_conf(cycle->conf_ctx,
	                                                                    ngx_core_module);
	uint32_t workers = core->worker_processes > 0 ? (uint32_t)core->worker_processes : 1;
	struct mrl_ring_options options = {
		.run_dir = (const char *)conf->run_dir.data,
		.owner = core->user,
		.group = core->group,
	};
	if (geteuid() != 0) {
		options.owner = (uid_t)NGX_CONF_UNSET_UINT;
		options.group = (gid_t)NGX_CONF_UNSET_UINT;
	}
	enum mrl_err err = mrl_ring_sizes_default(workers, (uint32_t)cycle->connection_n,
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
	return NGX_OK;
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

ngx_int_t ngx_merlon_init_module(ngx_cycle_t *cycle)
{
	ngx_merlon_conf_t *conf = core_conf(cycle);
	if (conf->run_dir.len == 0 || ngx_test_config) {
		return NGX_OK;
	}
	ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cycle->pool, 0);
	if (cleanup == NULL) {
		return NGX_ERROR;
	}
	cleanup->handler = release;
	cleanup->data = conf;
	if (open_ring(cycle, conf) != NGX_OK || open_status(cycle, conf) != NGX_OK) {
		return NGX_ERROR;
	}
	say_policy(cycle, conf);
	return NGX_OK;
}

static void claim_status(const ngx_merlon_conf_t *conf)
{
	for (unsigned i = 0; i < MRL_EDGE_STATUS_SLOTS; i++) {
		struct mrl_edge_status_slot *slot = &conf->status->slots[i];
		uint32_t owner = __atomic_load_n(&slot->pid, __ATOMIC_ACQUIRE);
		bool is_free = owner == 0 || (kill((pid_t)owner, 0) == -1 && ngx_errno == ESRCH);
		if (is_free &&
		    __atomic_compare_exchange_n(&slot->pid, &owner, (uint32_t)ngx_pid, false,
		                                __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
			__atomic_store_n(&slot->generation, (uint64_t)conf->generation,
			                 __ATOMIC_RELEASE);
			worker_state.status_slot = slot;
			return;
		}
	}
}

static ngx_int_t die_with_master(ngx_cycle_t *cycle)
{
	/* After SIGKILL of the master a worker would serve on as an orphan and hold the port. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1 || getppid() != ngx_parent) {
		ngx_log_error(NGX_LOG_ALERT, cycle->log, ngx_errno, "merlon: the master is gone");
		return NGX_ERROR;
	}
	return NGX_OK;
}

ngx_int_t ngx_merlon_init_process(ngx_cycle_t *cycle)
{
	ngx_merlon_conf_t *conf = core_conf(cycle);
	if (ngx_process != NGX_PROCESS_WORKER) {
		return NGX_OK;
	}
	if (conf->graceful && die_with_master(cycle) != NGX_OK) {
		return NGX_ERROR;
	}
	if (conf->ring.ring.memory != NULL) {
		enum mrl_err err = claim_slot(conf);
		if (err != MRL_OK) {
			ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
			              "merlon: no slot in the ring: %s", mrl_err_name(err));
		}
		claim_status(conf);
	}
	return conf->graceful ? ngx_merlon_drain_init(cycle) : NGX_OK;
}

void ngx_merlon_exit_process(ngx_cycle_t *cycle)
{
	(void)cycle;
	if (worker_state.has_producer) {
		worker_state.has_producer = false;
		mrl_ring_close(&worker_state.producer);
	}
	if (worker_state.status_slot != NULL) {
		__atomic_store_n(&worker_state.status_slot->pid, 0, __ATOMIC_RELEASE);
	}
}
