/* The decoder takes what the encoder gives, and nothing else. */
#include "check.h"
#include "full_facts.h"

#include "audit/record.h"

#include <stdlib.h>

static struct mrl_slice encode(const struct mrl_audit_facts *facts, uint8_t *memory)
{
	struct mrl_buffer buffer = mrl_buffer(memory, MRL_AUDIT_PAYLOAD_MAX);
	assert_int_equal(mrl_audit_encode(facts, &buffer), MRL_OK);
	return mrl_buffer_slice(&buffer);
}

static void test_round_trip(void **state)
{
	(void)state;
	uint8_t first[MRL_AUDIT_PAYLOAD_MAX];
	uint8_t second[MRL_AUDIT_PAYLOAD_MAX];
	struct mrl_audit_facts facts = full_facts();
	struct mrl_audit_record record;
	struct mrl_slice payload = encode(&facts, first);
	assert_int_equal(mrl_audit_decode(payload, &record), MRL_OK);
	check_slice(record.facts.op_id, "getOrder");
	assert_int_equal(record.facts.port, 52814);
	assert_true(record.facts.has_sampled && record.facts.sampled);
	assert_int_equal(record.facts.path.tag.kid, 202701);
	assert_true(mrl_slice_equal(encode(&record.facts, second), payload));
}

/* Hexadecimal with a minimal record's pieces: F up to stage, T empty. */
struct row {
	const char *what;
	const char *hex;
	bool good;
};

static const struct row rows[] = {
	{"minimal", "a5 0001 0101 0301 0a00 183000 a0", true},
	{"with facts", "a6 0001 0101 0301 0a00 182fa1616101 183000 a0", true},
	{"fact false", "a6 0001 0101 0301 0a00 182fa16161f4 183000 a0", true},
	{"free text", "a5 0001 0101 0301 0a00 183000 a1016161", true},
	{"path without tag", "a6 0001 0101 0301 0a00 183000 1835820305 a0", true},
	{"nothing", "", false},
	{"only F", "a5 0001 0101 0301 0a00 183000", false},
	{"bytes behind", "a5 0001 0101 0301 0a00 183000 a0 00", false},
	{"class missing", "a4 0101 0301 0a00 183000 a0", false},
	{"class 0", "a5 0000 0101 0301 0a00 183000 a0", false},
	{"class 3", "a5 0003 0101 0301 0a00 183000 a0", false},
	{"time missing", "a4 0001 0301 0a00 183000 a0", false},
	{"verdict missing", "a4 0001 0101 0301 183000 a0", false},
	{"stage missing", "a4 0001 0101 0301 0a00 a0", false},
	{"verdict 5", "a5 0001 0101 0301 0a05 183000 a0", false},
	{"stage 4", "a5 0001 0101 0301 0a00 183004 a0", false},
	{"method 11", "a5 0001 0101 030b 0a00 183000 a0", false},
	{"method negative", "a5 0001 0101 0320 0a00 183000 a0", false},
	{"number not shortest", "a5 0001 011801 0301 0a00 183000 a0", false},
	{"key not shortest", "a5 180001 0101 0301 0a00 183000 a0", false},
	{"keys out of order", "a5 0101 0001 0301 0a00 183000 a0", false},
	{"key twice", "a6 0001 0101 0101 0301 0a00 183000 a0", false},
	{"unknown key", "a6 0001 0101 0301 0401 0a00 183000 a0", false},
	{"key of a later stage", "a6 0001 0101 0301 0a00 116161 183000 a0", false},
	{"unknown key in T", "a5 0001 0101 0301 0a00 183000 a1046161", false},
	{"text key", "a5 0001 0101 0301 0a00 613000 a0", false},
	{"indefinite map", "bf 0001 0101 0301 0a00 183000 ff a0", false},
	{"map for T missing, array", "a5 0001 0101 0301 0a00 183000 80", false},
	{"more pairs announced", "a6 0001 0101 0301 0a00 183000 a0", false},
	{"2^64-1 pairs", "bbffffffffffffffff 0001 0101 0301 0a00 183000 a0", false},
	{"tagged", "c0a5 0001 0101 0301 0a00 183000 a0", false},
	{"float status", "a6 0001 0101 0301 09f93c00 0a00 183000 a0", false},
	{"status 0", "a6 0001 0101 0301 0900 0a00 183000 a0", false},
	{"status 65536", "a6 0001 0101 0301 091a00010000 0a00 183000 a0", false},
	{"empty text", "a6 0001 0101 0301 0560 0a00 183000 a0", false},
	{"bytes for text", "a6 0001 0101 0301 054161 0a00 183000 a0", false},
	{"text runs out", "a6 0001 0101 0301 0a00 183000 a1 0178ff61", false},
	{"ip of 5 bytes", "a6 0001 0101 0301 0a00 17450102030405 183000 a0", false},
	{"span of 7 bytes", "a6 0001 0101 0301 0a00 182647 01020304050607 183000 a0", false},
	{"sampled 1", "a6 0001 0101 0301 0a00 182801 183000 a0", false},
	{"sampled null", "a6 0001 0101 0301 0a00 1828f6 183000 a0", false},
	{"sampled as two bytes", "a6 0001 0101 0301 0a00 1828f815 183000 a0", false},
	{"empty via", "a6 0001 0101 0301 0a00 181980 183000 a0", false},
	{"via of 5",
         "a6 0001 0101 0301 0a00 181985 4401010101 4401010101 4401010101 4401010101"
         "4401010101 183000 a0",
         false},
	{"facts out of order", "a6 0001 0101 0301 0a00 182fa2616201616101 183000 a0", false},
	{"fact twice", "a6 0001 0101 0301 0a00 182fa2616101616101 183000 a0", false},
	{"fact is a map", "a6 0001 0101 0301 0a00 182fa16161a0 183000 a0", false},
	{"fact is an array", "a6 0001 0101 0301 0a00 182fa1616180 183000 a0", false},
	{"fact is null", "a6 0001 0101 0301 0a00 182fa16161f6 183000 a0", false},
	{"path of 1", "a6 0001 0101 0301 0a00 183000 18358103 a0", false},
	{"path, tag without bytes", "a6 0001 0101 0301 0a00 183000 1835830305 8101 a0", false},
	{"path, tag kid 0",
         "a6 0001 0101 0301 0a00 183000 1835830305 8200"
         "5000000000000000000000000000000000 a0",
         false},
};

static size_t from_hex(const char *hex, uint8_t *bytes)
{
	size_t digits = 0;
	for (; *hex != 0; hex++) {
		int value = mrl_hex_value((uint8_t)*hex);
		if (value < 0) {
			continue;
		}
		unsigned high = digits % 2 == 0 ? 0 : bytes[digits / 2] * 16U;
		bytes[digits / 2] = (uint8_t)(high | (unsigned)value);
		digits++;
	}
	return digits / 2;
}

static void check_one(const struct row *row)
{
	uint8_t bytes[256];
	struct mrl_audit_record record;
	struct mrl_slice payload = mrl_slice(bytes, from_hex(row->hex, bytes));
	bool good = mrl_audit_decode(payload, &record) == MRL_OK;
	check_row(good == row->good, row->what);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		check_one(&rows[i]);
	}
}

static void test_maxima(void **state)
{
	(void)state;
	uint8_t memory[MRL_AUDIT_PAYLOAD_MAX];
	struct mrl_audit_record record;
	static const uint8_t head[] = {0xA6, 0, 1, 1, 1, 3, 1, 5, 0x78, 97};
	static const uint8_t tail[] = {0x0A, 0, 0x18, 0x30, 0, 0xA0};
	/* op_id of 97 bytes, then of 96 */
	memset(memory, 'x', sizeof(memory));
	memcpy(memory, head, sizeof(head));
	memcpy(memory + sizeof(head) + 97, tail, sizeof(tail));
	assert_int_equal(mrl_audit_decode(mrl_slice(memory, sizeof(head) + 97 + 6), &record),
	                 MRL_ERR_INVALID);
	memory[9] = 96;
	memcpy(memory + sizeof(head) + 96, tail, sizeof(tail));
	assert_int_equal(mrl_audit_decode(mrl_slice(memory, sizeof(head) + 96 + 6), &record),
	                 MRL_OK);
}

/* Every cut and many flips of a full record: no crash, and what passes encodes to the same bytes.
 */
static void test_mutations(void **state)
{
	(void)state;
	uint8_t memory[MRL_AUDIT_PAYLOAD_MAX];
	uint8_t again[MRL_AUDIT_PAYLOAD_MAX];
	struct mrl_audit_facts facts = full_facts();
	struct mrl_audit_record record;
	struct mrl_slice payload = encode(&facts, memory);
	for (size_t size = 0; size < payload.size; size++) {
		uint8_t *copy = malloc(size + 1);
		assert_non_null(copy);
		memcpy(copy, memory, size);
		assert_int_equal(mrl_audit_decode(mrl_slice(copy, size), &record), MRL_ERR_INVALID);
		free(copy);
	}
	for (size_t i = 0; i < payload.size * 8; i++) {
		memory[i / 8] ^= (uint8_t)(1U << i % 8);
		if (mrl_audit_decode(payload, &record) == MRL_OK) {
			assert_true(mrl_slice_equal(encode(&record.facts, again), payload));
		}
		memory[i / 8] ^= (uint8_t)(1U << i % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_maxima),
		cmocka_unit_test(test_mutations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
