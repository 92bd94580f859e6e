/*
 * What the audit record costs a worker: reserve, note, encode, checksum, publish, in ns per call.
 *
 * A second thread stands in for the daemon and moves the tail along, so the ring never fills; it
 * never sleeps, so no wake is in the numbers.
 */
#include <merlon/audit_host.h>

#include "audit/reader.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CALLS  2000000
#define ROUNDS 7

struct drain {
	struct mrl_ring_slot *slot;
	bool stop;
};

static void *drain_run(void *argument)
{
	struct drain *drain = argument;
	const struct timespec pause = {.tv_nsec = 1000000};
	while (!LOAD(drain->stop)) {
		STORE(drain->slot->tail_durable, LOAD(drain->slot->head));
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static const uint8_t ids[64] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static struct mrl_audit_facts typical(uint64_t time_us)
{
	struct mrl_audit_facts facts = {
		.class_id = MRL_AUDIT_CALL,
		.method = MRL_METHOD_GET,
		.time_us = time_us,
		.has_dur_us = true,
		.dur_us = 2412,
		.has_req_len = true,
		.req_len = 412,
		.has_res_len = true,
		.res_len = 1913,
		.has_res_body = true,
		.res_body = 1024,
		.op_id = MRL_SLICE("getOrder"),
		.template = MRL_SLICE("/v1/orders/{id}"),
		.api = MRL_SLICE("orders"),
		.res_type = MRL_SLICE("application/json"),
		.status = 200,
		.gen = 12,
		.http = 11,
		.port = 52814,
		.up_port = 3000,
		.tls = 0x0304,
		.cipher = 0x1301,
		.ip = {.bytes = {203, 0, 113, 7}, .size = 4},
		.up_ip = {.bytes = {127, 0, 0, 1}, .size = 4},
		.has_up_us = true,
		.up_us = 1980,
		.request_id = mrl_slice(ids, 16),
		.trace = mrl_slice(ids, 16),
		.span = mrl_slice(ids, 8),
		.user_agent = MRL_SLICE("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 "
	                                "Firefox/115.0"),
	};
	return facts;
}

static bool one_call(struct mrl_producer *producer, uint64_t now_ms, uint64_t time_us)
{
	struct mrl_ring_call call = {.time_us = time_us, .port = 52814, .method = 1, .http = 11};
	const struct mrl_ring_note note = {.op_id = MRL_SLICE("getOrder")};
	uint32_t entry;
	memcpy(call.request_id, ids, sizeof(call.request_id));
	call.ip = (struct mrl_ip){.bytes = {203, 0, 113, 7}, .size = 4};
	if (mrl_ring_reserve(producer, now_ms, &call, &entry) != MRL_AUDIT_REASON_NONE) {
		return false;
	}
	mrl_ring_entry_note(producer, entry, &note);
	struct mrl_audit_facts facts = typical(time_us);
	if (mrl_audit_commit(producer, entry, &facts)) {
		mrl_ring_wake(&producer->ring);
	}
	return true;
}

static double round_ns(struct mrl_producer *producer)
{
	uint64_t now_ms = mrl_clock_ms();
	uint64_t refused = 0;
	mrl_ring_set_alive(&producer->ring, now_ms);
	double start = now_ns();
	for (uint64_t i = 0; i < CALLS; i++) {
		refused += one_call(producer, now_ms, 1795430400123456U + i) ? 0 : 1;
	}
	double spent = now_ns() - start;
	if (refused != 0) {
		printf("%llu calls were refused\n", (unsigned long long)refused);
	}
	return spent / CALLS;
}

static int run(const char *dir)
{
	struct mrl_ring_options options = {.run_dir = dir, .owner = (uid_t)-1, .group = (gid_t)-1};
	struct mrl_ring_file file;
	struct mrl_producer producer;
	pthread_t thread;
	if (mrl_ring_sizes_default(1, 4096, &options.sizes) != MRL_OK ||
	    mrl_ring_file_open(&options, &file) != MRL_OK ||
	    mrl_ring_file_claim(&file, MRL_RING_EDGE, &producer) != MRL_OK) {
		fprintf(stderr, "audit_ring: no ring in %s\n", dir);
		return 1;
	}
	struct drain drain = {.slot = producer.slot};
	if (pthread_create(&thread, NULL, drain_run, &drain) != 0) {
		return 1;
	}
	double best = round_ns(&producer);
	for (int i = 1; i < ROUNDS; i++) {
		double ns = round_ns(&producer);
		best = ns < best ? ns : best;
	}
	uint8_t memory[MRL_AUDIT_PAYLOAD_MAX];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	struct mrl_audit_facts facts = typical(1);
	bool encoded = mrl_audit_encode(&facts, &buffer) == MRL_OK;
	printf("%-44s %8.1f ns  (%zu bytes)\n", "reserve + note + encode + commit, best of 7", best,
	       encoded ? buffer.size : 0);
	STORE(drain.stop, true);
	pthread_join(thread, NULL);
	mrl_ring_file_release(&file);
	return 0;
}

int main(void)
{
	char dir[] = "/dev/shm/merlon-bench-XXXXXX";
	char path[sizeof(dir) + 16];
	if (mkdtemp(dir) == NULL) {
		perror("mkdtemp");
		return 1;
	}
	int rc = run(dir);
	snprintf(path, sizeof(path), "%s/audit.ring.0", dir);
	unlink(path);
	rmdir(dir);
	return rc;
}
