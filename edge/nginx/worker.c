/*
 * What a worker has for itself: random bytes, a slot of the audit ring, a line in edge.status.
 *
 * A worker that ends keeps its slot only while it has calls: other connections may keep the process
 * for hours, and slots are few.
 */
#include "ngx_http_merlon.h"

#include <sys/prctl.h>
#include <sys/random.h>

#define CLAIM_AGAIN_MS 500
#define LOOK_MS        1000

static ngx_merlon_worker_t worker_state;
static ngx_msec_t claimed_ms;
static ngx_connection_t look_connection; /* Debian's nginx reads event->data as one */
static ngx_event_t look_event;

static ngx_merlon_conf_t *core_conf(volatile ngx_cycle_t *cycle)
{
	return (ngx_merlon_conf_t *)ngx_get_conf(cycle->conf_ctx, ngx_merlon_module);
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

/* Only a worker that can record its calls is at work. */
static enum mrl_err claim_slot(const ngx_merlon_conf_t *conf)
{
	enum mrl_err err = mrl_ring_file_claim(&conf->ring, MRL_RING_EDGE, &worker_state.producer);
	worker_state.has_producer = err == MRL_OK;
	claimed_ms = ngx_current_msec;
	if (err == MRL_OK && worker_state.status_slot == NULL) {
		claim_status(conf);
	}
	return err;
}

/* A worker without a slot refuses all calls, so it asks again: slots become free when workers of
 * old generations end. */
static void claim_again(void)
{
	const ngx_merlon_conf_t *conf = core_conf(ngx_cycle);
	if (!worker_state.has_producer && conf->ring.ring.memory != NULL &&
	    ngx_current_msec - claimed_ms >= CLAIM_AGAIN_MS) {
		(void)claim_slot(conf);
	}
}

ngx_merlon_worker_t *ngx_merlon_worker(void)
{
	claim_again();
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

static void close_slot(void)
{
	if (worker_state.has_producer) {
		worker_state.has_producer = false;
		mrl_ring_close(&worker_state.producer);
	}
}

/* One worker keeps the zones of rate limits: it says that they live, and frees what is over. */
static void sweep(void)
{
	static uint32_t turn;
	const struct mrl_limit_store *store = worker_state.limits;
	for (unsigned id = 0; store != NULL && ngx_worker == 0 && id < MRL_LIMIT_ZONES; id++) {
		mrl_limit_zone_sweep(&store->zones[id], &store->host, turn);
	}
	turn++;
}

/* A last call on a connection that was left open claims a slot again, at once. */
static void look(ngx_event_t *event)
{
	if (!ngx_exiting) {
		claim_again();
	} else if (worker_state.has_producer && worker_state.producer.inflight == 0) {
		close_slot();
		claimed_ms = ngx_current_msec - CLAIM_AGAIN_MS;
	}
	sweep();
	ngx_add_timer(event, LOOK_MS);
}

static void look_now_and_then(ngx_cycle_t *cycle)
{
	look_connection.fd = (ngx_socket_t)-1;
	look_event.data = &look_connection;
	look_event.handler = look;
	look_event.log = cycle->log;
	look_event.cancelable = 1;
	ngx_add_timer(&look_event, LOOK_MS);
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
	if (conf->has_limits) {
		ngx_merlon_limits_host(&conf->limits);
		worker_state.limits = &conf->limits;
		if (ngx_merlon_redis_start(cycle, conf) != NGX_OK) {
			return NGX_ERROR;
		}
	}
	worker_state.tokens = ngx_merlon_open_tokens(cycle, conf);
	if (conf->graceful && die_with_master(cycle) != NGX_OK) {
		return NGX_ERROR;
	}
	if (conf->ring.ring.memory != NULL) {
		enum mrl_err err = claim_slot(conf);
		if (err != MRL_OK) {
			ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
			              "merlon: no slot in the ring: %s", mrl_err_name(err));
		}
	}
	if (conf->ring.ring.memory != NULL || conf->has_limits) {
		look_now_and_then(cycle);
	}
	return conf->graceful ? ngx_merlon_drain_init(cycle) : NGX_OK;
}

void ngx_merlon_exit_process(ngx_cycle_t *cycle)
{
	(void)cycle;
	ngx_merlon_redis_stop();
	close_slot();
	ngx_merlon_close_tokens();
	if (worker_state.status_slot != NULL) {
		__atomic_store_n(&worker_state.status_slot->pid, 0, __ATOMIC_RELEASE);
	}
}
