/* A small ring in a folder of its own on /dev/shm, gone after the test. */
#ifndef MRL_UNIT_RING_FIXTURE_H
#define MRL_UNIT_RING_FIXTURE_H

#include "check.h"

#include <merlon/audit_host.h>

#include "audit/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIXTURE_INFLIGHT 4
#define FIXTURE_RING     16384

struct fixture {
	char dir[40];
	struct mrl_ring_options options;
	struct mrl_ring_file file;
};

static void fixture_sized(struct fixture *fixture, uint32_t inflight_max, uint32_t ring_bytes)
{
	memset(fixture, 0, sizeof(*fixture));
	snprintf(fixture->dir, sizeof(fixture->dir), "/dev/shm/merlon-unit-XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	fixture->options = (struct mrl_ring_options){
		.run_dir = fixture->dir,
		.sizes = {.slot_count = 3, .ring_bytes = ring_bytes, .inflight_max = inflight_max},
		.owner = (uid_t)-1,
		.group = (gid_t)-1,
	};
	assert_int_equal(mrl_ring_file_open(&fixture->options, &fixture->file), MRL_OK);
}

__attribute__((unused)) static int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	if (fixture == NULL) {
		return -1;
	}
	fixture_sized(fixture, FIXTURE_INFLIGHT, FIXTURE_RING);
	*state = fixture;
	return 0;
}

static void fixture_remove(struct fixture *fixture)
{
	mrl_ring_file_release(&fixture->file);
	for (unsigned i = 0; i < 8; i++) {
		char path[64];
		snprintf(path, sizeof(path), "%s/audit.ring.%u", fixture->dir, i);
		unlink(path);
		snprintf(path, sizeof(path), "%s/auditd.lock", fixture->dir);
		unlink(path);
	}
	assert_int_equal(rmdir(fixture->dir), 0);
}

__attribute__((unused)) static int fixture_teardown(void **state)
{
	fixture_remove(*state);
	free(*state);
	return 0;
}

static const uint8_t fixture_id[16] = {0x01, 0x9A, 0xA3, 0xC1, 0x7B, 0x1E, 0x7C, 0x3A,
                                       0x9F, 0x00, 0x2B, 0x5D, 0x8C, 0x1E, 0x4A, 0x77};

__attribute__((unused)) static struct mrl_ring_call fixture_call(uint64_t number)
{
	struct mrl_ring_call call = {
		.time_us = 1795430400000000U + number,
		.ip = {.bytes = {203, 0, 113, 7}, .size = 4},
		.port = 52814,
		.method = MRL_METHOD_GET,
		.http = 11,
	};
	memcpy(call.request_id, fixture_id, sizeof(call.request_id));
	memcpy(call.request_id, &number, sizeof(number));
	return call;
}

__attribute__((unused)) static struct mrl_audit_facts fixture_facts(
	const struct mrl_ring_call *call)
{
	return (struct mrl_audit_facts){
		.class_id = MRL_AUDIT_CALL,
		.method = call->method,
		.time_us = call->time_us,
		.status = 200,
		.op_id = MRL_SLICE("getOrder"),
		.ip = call->ip,
		.request_id = mrl_slice(call->request_id, sizeof(call->request_id)),
	};
}

#endif
