/* Sizes, header, attaching, claiming: the ring before the first call. */
#include "ring_fixture.h"

#include <fcntl.h>

static void test_default_sizes(void **state)
{
	(void)state;
	struct mrl_ring_sizes sizes;
	assert_int_equal(mrl_ring_sizes_default(1, 512, &sizes), MRL_OK);
	assert_int_equal(sizes.slot_count, 16);
	assert_int_equal(sizes.inflight_max, 1024);
	assert_int_equal(sizes.ring_bytes, 16 << 20);
	assert_int_equal(mrl_ring_sizes_default(4, 4096, &sizes), MRL_OK);
	assert_int_equal(sizes.slot_count, 64);
	assert_int_equal(sizes.ring_bytes, 64 << 20);
	assert_int_equal(mrl_ring_sizes_check(&sizes), MRL_OK);
	assert_int_equal(mrl_ring_sizes_default(4, 1 << 20, &sizes), MRL_ERR_LIMIT);
}

static void test_size_check(void **state)
{
	(void)state;
	static const struct {
		struct mrl_ring_sizes sizes;
		enum mrl_err err;
	} rows[] = {
		{{3, 16384, 4}, MRL_OK},          {{2, 16384, 4}, MRL_OK},
		{{1, 16384, 4}, MRL_ERR_INVALID}, {{3, 16384, 5}, MRL_ERR_INVALID},
		{{3, 16384, 0}, MRL_ERR_INVALID}, {{3, 24576, 4}, MRL_ERR_INVALID},
		{{3, 0, 4}, MRL_ERR_INVALID},     {{3, 1U << 31, UINT32_MAX}, MRL_ERR_INVALID},
	};
	for (size_t i = 0; i < MRL_COUNT(rows); i++) {
		assert_int_equal(mrl_ring_sizes_check(&rows[i].sizes), rows[i].err);
	}
}

static void test_bytes(void **state)
{
	(void)state;
	const struct mrl_ring_sizes sizes = {3, 16384, 4};
	/* header, then three slots of a control page, a page of entries and the data */
	assert_int_equal(mrl_ring_bytes_needed(&sizes), 4096 + 3 * (4096 + 4096 + 16384));
	assert_int_equal(mrl_ring_view_bytes(&sizes), 4096 + 3 * (4096 + 4096 + 2 * 16384));
}

static void test_header(void **state)
{
	(void)state;
	_Alignas(8) uint8_t page[4096] = {0};
	struct mrl_ring_sizes sizes = {3, 16384, 4};
	struct mrl_ring_sizes found;
	struct mrl_ring ring;
	assert_int_equal(mrl_ring_check(page, &found), MRL_ERR_INVALID);
	assert_int_equal(mrl_ring_format(page, &sizes), MRL_OK);
	assert_memory_equal(page, "MRLRING1\x01\0\0\0\x03\0\0\0", 16);
	assert_int_equal(mrl_ring_check(page, &found), MRL_OK);
	assert_memory_equal(&found, &sizes, sizeof(sizes));
	assert_int_equal(mrl_ring_attach(page, sizeof(page), &ring), MRL_ERR_LIMIT);
	assert_int_equal(mrl_ring_attach(page, 100, &ring), MRL_ERR_LIMIT);
	page[8] = 2;
	assert_int_equal(mrl_ring_check(page, &found), MRL_ERR_UNSUPPORTED);
	page[8] = 1;
	page[24] ^= 1; /* slot_stride */
	assert_int_equal(mrl_ring_check(page, &found), MRL_ERR_INVALID);
	page[24] ^= 1;
	page[16] ^= 1; /* ring_bytes */
	assert_int_equal(mrl_ring_check(page, &found), MRL_ERR_INVALID);
}

static void test_open_again(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_ring_file again;
	uint32_t numbers[4];
	size_t count;
	assert_int_equal(fixture->file.number, 0);
	/* a reload or a new master with equal sizes finds the same file */
	ring_header(&fixture->file.ring)->gen = 7;
	assert_int_equal(mrl_ring_file_open(&fixture->options, &again), MRL_OK);
	assert_int_equal(again.number, 0);
	assert_int_equal(ring_header(&again.ring)->gen, 7);
	mrl_ring_file_release(&again);
	/* other sizes make a new one */
	fixture->options.sizes.slot_count = 4;
	assert_int_equal(mrl_ring_file_open(&fixture->options, &again), MRL_OK);
	assert_int_equal(again.number, 1);
	mrl_ring_file_release(&again);
	assert_int_equal(mrl_ring_file_list(fixture->dir, numbers, 4, &count), MRL_OK);
	assert_int_equal(count, 2);
	assert_int_equal(mrl_ring_file_attach(fixture->dir, 1, &again), MRL_OK);
	assert_int_equal(again.ring.sizes.slot_count, 4);
	mrl_ring_file_release(&again);
	mrl_ring_file_release(&again);
	assert_int_equal(mrl_ring_file_attach(fixture->dir, 2, &again), MRL_ERR_NOT_FOUND);
}

static void test_bad_files(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_ring_file again;
	char path[64];
	/* a file that is shorter than its header says would be SIGBUS */
	snprintf(path, sizeof(path), "%s/audit.ring.0", fixture->dir);
	assert_int_equal(truncate(path, 8192), 0);
	assert_int_equal(mrl_ring_file_attach(fixture->dir, 0, &again), MRL_ERR_INVALID);
	/* and the master makes a new one */
	assert_int_equal(mrl_ring_file_open(&fixture->options, &again), MRL_OK);
	assert_int_equal(again.number, 1);
	mrl_ring_file_release(&again);
	fixture->options.sizes.inflight_max = 100;
	assert_int_equal(mrl_ring_file_open(&fixture->options, &again), MRL_ERR_INVALID);
}

static void test_only_on_tmpfs(void **state)
{
	(void)state;
	struct mrl_ring_file file;
	struct mrl_ring_options options = {
		.run_dir = "/proc",
		.sizes = {.slot_count = 3, .ring_bytes = 16384, .inflight_max = 4},
	};
	assert_int_equal(mrl_ring_file_open(&options, &file), MRL_ERR_UNSUPPORTED);
	options.run_dir = "/nowhere/at/all";
	assert_int_equal(mrl_ring_file_open(&options, &file), MRL_ERR_NOT_FOUND);
}

static void test_data_is_mapped_twice(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer producer;
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &producer), MRL_OK);
	volatile uint8_t *data = producer.data; /* what the compiler takes for two places is one */
	data[FIXTURE_RING + 5] = 42;
	assert_int_equal(data[5], 42);
	data[FIXTURE_RING - 1] = 43;
	assert_int_equal(data[2 * FIXTURE_RING - 1], 43);
}

static void test_claim(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer first, second, third;
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &first), MRL_OK);
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_AUTHD, &second), MRL_OK);
	assert_int_equal(first.index, 1); /* slot 0 is nobody's */
	assert_int_equal(second.index, 2);
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &third), MRL_ERR_FULL);
	struct mrl_slot_view view = mrl_slot_look(&fixture->file.ring, 2);
	assert_int_equal(view.state, SLOT_LIVE);
	assert_int_equal(view.pid, getpid());
	assert_int_equal(view.kind, MRL_RING_AUTHD);
	assert_int_not_equal(view.incarnation, 0);
	uint64_t start;
	assert_int_equal(mrl_process_start(getpid(), &start), MRL_OK);
	assert_int_equal(view.pid_start, start);
	mrl_ring_close(&first);
	assert_int_equal(mrl_slot_look(&fixture->file.ring, 1).state, SLOT_CLOSING);
	/* closing is not free: the daemon has to drain it first */
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &third), MRL_ERR_FULL);
	mrl_slot_clear(&fixture->file.ring, 1);
	mrl_ring_file_punch(&fixture->file, 1);
	mrl_slot_free(&fixture->file.ring, 1);
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &third), MRL_OK);
	assert_int_equal(third.index, 1);
	assert_int_not_equal(mrl_slot_look(&fixture->file.ring, 1).incarnation, 0);
}

static void test_room(void **state)
{
	struct fixture *fixture = *state;
	struct mrl_producer first, second;
	assert_true(mrl_ring_file_has_room(&fixture->file, 2));
	assert_false(mrl_ring_file_has_room(&fixture->file, 3));
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &first), MRL_OK);
	assert_true(mrl_ring_file_has_room(&fixture->file, 1));
	assert_false(mrl_ring_file_has_room(&fixture->file, 2));
	assert_int_equal(mrl_ring_file_claim(&fixture->file, MRL_RING_EDGE, &second), MRL_OK);
	mrl_ring_close(&first);
	assert_false(mrl_ring_file_has_room(&fixture->file, 1));
}

static void test_policy(void **state)
{
	struct fixture *fixture = *state;
	uint8_t sha256[32] = {9};
	mrl_ring_set_policy(&fixture->file.ring, 12, sha256);
	assert_int_equal(ring_header(&fixture->file.ring)->gen, 12);
	assert_int_equal(ring_header(&fixture->file.ring)->policy[0], 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_sizes),
		cmocka_unit_test(test_size_check),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_header),
		cmocka_unit_test_setup_teardown(test_open_again, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_bad_files, fixture_setup, fixture_teardown),
		cmocka_unit_test(test_only_on_tmpfs),
		cmocka_unit_test_setup_teardown(test_data_is_mapped_twice, fixture_setup,
	                                        fixture_teardown),
		cmocka_unit_test_setup_teardown(test_claim, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_room, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_policy, fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
