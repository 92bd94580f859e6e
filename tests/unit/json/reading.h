/* A text read by every scanner of this machine, which must agree on the tape and on the fault. */
#ifndef MRL_UNIT_JSON_READING_H
#define MRL_UNIT_JSON_READING_H

#include "../check.h"

#include <merlon/json.h>

#include "json/read.h"

struct reading {
	struct mrl_arena arena;
	struct mrl_json_doc doc;
	struct mrl_json_fault fault;
	uint32_t probes; /* of hash sets */
};

static inline void reading_by(struct reading *reading, const struct mrl_json_limits *limits,
                              const struct mrl_json_scan *scan, struct mrl_slice text)
{
	struct mrl_json_reader reader = {.limits = limits};
	*reading = (struct reading){.fault = {.code = MRL_JSON_NONE}};
	mrl_arena_init(&reading->arena, &mrl_memory_malloc, 4096, 1U << 30);
	assert_int_equal(mrl_json_read_with(&reader, scan, text, &reading->arena, &reading->doc),
	                 MRL_OK);
	reading->fault = reader.fault;
	reading->probes = reader.probes;
}

static inline void reading_release(struct reading *reading)
{
	mrl_arena_release(&reading->arena);
}

static inline void reading_agrees(const struct reading *a, const struct reading *b)
{
	assert_int_equal(a->fault.code, b->fault.code);
	assert_int_equal(a->fault.offset, b->fault.offset);
	assert_int_equal(a->doc.node_count, b->doc.node_count);
	assert_int_equal(a->doc.number_faults, b->doc.number_faults);
	for (uint32_t i = 0; i < a->doc.node_count; i++) {
		const struct mrl_json_node *node = &a->doc.nodes[i];
		assert_memory_equal(node, &b->doc.nodes[i], sizeof(*node));
		if ((node->flags & MRL_JSON_OWN) != 0) {
			struct mrl_slice other = mrl_json_text(&b->doc, &b->doc.nodes[i]);
			assert_true(mrl_slice_equal(mrl_json_text(&a->doc, node), other));
		}
	}
}

/* The scalar reader's result, when the others have given the same. */
static inline void reading_by_all(struct reading *reading, const struct mrl_json_limits *limits,
                                  struct mrl_slice text)
{
	static const struct mrl_json_scan *others[2];
	others[0] = mrl_json_scan_best();
	others[1] = others[0];
#if defined(__x86_64__)
	others[1] = &mrl_json_scan_sse2;
#endif
	reading_by(reading, limits, &mrl_json_scan_scalar, text);
	for (size_t i = 0; i < MRL_COUNT(others); i++) {
		struct reading other;
		reading_by(&other, limits, others[i], text);
		reading_agrees(reading, &other);
		reading_release(&other);
	}
}

static inline void expect_fault_at(const struct mrl_json_limits *limits, struct mrl_slice text,
                                   enum mrl_json_fault_code code, uint32_t offset)
{
	struct reading reading;
	reading_by_all(&reading, limits, text);
	if (reading.fault.code != code || reading.fault.offset != offset) {
		fail_msg("%.*s: %.*s at %u", MRL_PRINT(mrl_slice_sub(text, 0, 100)),
		         MRL_PRINT(mrl_json_fault_name(reading.fault.code)), reading.fault.offset);
	}
	reading_release(&reading);
}

#endif
