/*
 * The daemon's parts where the host fails: short writes, a full disk, an fdatasync that reports an
 * error; when that is red; and what the end of a file tells a daemon that starts again.
 */
#include "check.h"

#include "auditd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The linker puts these in front of the system calls. */
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

static size_t write_most = SIZE_MAX; /* bytes a call */
static int write_error, sync_error;  /* the next call fails so */
static size_t write_good;            /* calls before it does */

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	if (write_error != 0 && write_good-- == 0) {
		errno = write_error;
		write_error = 0;
		return -1;
	}
	return __real_write(fd, bytes, size < write_most ? size : write_most);
}

int __wrap_fdatasync(int fd)
{
	if (sync_error != 0) {
		errno = sync_error;
		sync_error = 0;
		return -1;
	}
	return __real_fdatasync(fd);
}

struct place {
	char dir[40];
	struct audit_file file;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	if (place == NULL) {
		return -1;
	}
	snprintf(place->dir, sizeof(place->dir), P_tmpdir "/merlon-unit-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	assert_int_equal(file_open(&place->file, place->dir), MRL_OK);
	write_most = SIZE_MAX;
	write_error = sync_error = 0;
	write_good = 0;
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;
	static const char *const names[] = {"audit/audit.jsonl", "audit", ""};
	file_release(&place->file);
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		char path[80];
		snprintf(path, sizeof(path), "%s/%s", place->dir, names[i]);
		assert_int_equal(remove(path), 0);
	}
	free(place);
	return 0;
}

static void check_text(const struct place *place, const char *text)
{
	char memory[4096];
	int fd = openat(place->file.dir, "audit.jsonl", O_RDONLY);
	assert_true(fd >= 0);
	ssize_t size = read(fd, memory, sizeof(memory) - 1);
	close(fd);
	assert_true(size >= 0);
	memory[size] = 0;
	assert_string_equal(memory, text);
}

static void test_append(void **state)
{
	struct place *place = *state;
	assert_int_equal(file_append(&place->file, MRL_SLICE("one\n")), MRL_OK);
	write_most = 2;
	assert_int_equal(file_append(&place->file, MRL_SLICE("two\nthree\n")), MRL_OK);
	check_text(place, "one\ntwo\nthree\n");
	assert_int_equal(place->file.durable_bytes, 14);
}

/* Nothing of a failed group stays; the same group may be appended again. */
static void check_failure(struct place *place, enum mrl_err err)
{
	assert_int_equal(file_append(&place->file, MRL_SLICE("two\nthree\n")), err);
	check_text(place, "one\n");
	assert_int_equal(file_append(&place->file, MRL_SLICE("two\nthree\n")), MRL_OK);
	check_text(place, "one\ntwo\nthree\n");
}

static void test_full_disk(void **state)
{
	struct place *place = *state;
	assert_int_equal(file_append(&place->file, MRL_SLICE("one\n")), MRL_OK);
	write_most = 3;
	write_good = 2;
	write_error = ENOSPC;
	check_failure(place, MRL_ERR_FULL);
}

static void test_failed_sync(void **state)
{
	struct place *place = *state;
	assert_int_equal(file_append(&place->file, MRL_SLICE("one\n")), MRL_OK);
	sync_error = EIO;
	check_failure(place, MRL_ERR_IO);
}

static void test_failed_write(void **state)
{
	struct place *place = *state;
	assert_int_equal(file_append(&place->file, MRL_SLICE("one\n")), MRL_OK);
	write_error = EIO;
	check_failure(place, MRL_ERR_IO);
}

static void test_health_full(void **state)
{
	(void)state;
	struct health health = {0};
	assert_int_equal(health_judge(&health, false, 1000), RING_GREEN);
	health_failed(&health, MRL_ERR_FULL, 1000);
	assert_int_equal(health_judge(&health, false, 1000), RING_RED);
	assert_int_equal(health.reason, MRL_AUDIT_DISK_FULL);
	assert_int_equal(health_judge(&health, false, 9000), RING_RED); /* no write succeeded yet */
	health_synced(&health, 1, 9000);
	assert_int_equal(health_judge(&health, false, 9000), RING_GREEN);
	health_failed(&health, MRL_ERR_FULL, 10000);
	health_synced(&health, 1, 10100);
	assert_int_equal(health_judge(&health, false, 10999), RING_RED);
	assert_int_equal(health_judge(&health, false, 11000), RING_GREEN);
}

static void test_health_errors(void **state)
{
	(void)state;
	struct health health = {0};
	health_failed(&health, MRL_ERR_IO, 1000);
	health_failed(&health, MRL_ERR_IO, 2000);
	assert_int_equal(health_judge(&health, false, 2000), RING_GREEN);
	health_failed(&health, MRL_ERR_IO, 61001); /* the first is over a minute ago */
	assert_int_equal(health_judge(&health, false, 61001), RING_GREEN);
	health_failed(&health, MRL_ERR_IO, 61500);
	assert_int_equal(health_judge(&health, false, 61500), RING_RED);
	assert_int_equal(health.reason, MRL_AUDIT_IO_ERROR);
	assert_int_equal(health_judge(&health, false, 62500), RING_GREEN);
}

static void test_health_amber(void **state)
{
	(void)state;
	struct health health = {0};
	assert_int_equal(health_judge(&health, true, 1), RING_AMBER);
	assert_int_equal(health_judge(&health, false, 1), RING_GREEN);
	for (uint64_t i = 0; i < 50; i++) {
		health_synced(&health, i == 0 ? 51 : 1, 20000 + i * 200);
	}
	health_synced(&health, 1, 40000); /* ends the span: one of 50 was slow */
	assert_int_equal(health_judge(&health, false, 40000), RING_AMBER);
	health_synced(&health, 1, 60000);
	assert_int_equal(health_judge(&health, false, 60000), RING_GREEN);
}

static const char lines[] =
	"{\"class\":1,\"op_id\":\"\\\"wseq\\\":99\",\"stage\":\"complete\","
	"\"incarnation\":\"00000000000000aa\",\"wseq\":7}\n"
	"{\"class\":1,\"stage\":\"complete\",\"incarnation\":\"00000000000000aa\",\"wseq\":8}\n"
	"{\"class\":1,\"request_id\":\"019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77\","
	"\"stage\":\"incomplete\",\"incarnation\":\"00000000000000bb\"}\n"
	"{\"gap\":\"ring_full\",\"count\":5,\"effect\":\"refused\",\"total\":9,"
	"\"incarnation\":\"00000000000000bb\"}\n"
	"{\"gap\":\"decode_error\",\"count\":2,\"effect\":\"lost\","
	"\"incarnation\":\"00000000000000bb\",\"wseq\":20}\n"
	"{\"slot\":\"closed\",\"kind\":1,\"incarnation\":\"00000000000000aa\",\"max_wseq\":8}\n";

static void test_recover(void **state)
{
	struct place *place = *state;
	struct recovery recovery;
	static const uint8_t id[16] = {0x01, 0x9A, 0xA3, 0xC1, 0x7B, 0x1E, 0x7C, 0x3A,
	                               0x9F, 0x00, 0x2B, 0x5D, 0x8C, 0x1E, 0x4A, 0x77};
	assert_int_equal(file_append(&place->file, mrl_slice_text(lines)), MRL_OK);
	assert_int_equal(file_append(&place->file, MRL_SLICE("{\"class\":1,\"torn")), MRL_OK);
	assert_int_equal(recover(&place->file, &recovery), MRL_OK);
	check_text(place, lines);
	assert_int_equal(place->file.durable_bytes, sizeof(lines) - 1);
	const struct known_slot *first = recovery_slot(&recovery, 0xAA);
	assert_non_null(first);
	assert_int_equal(first->wseq, 8);
	assert_true(first->closed);
	const struct known_slot *second = recovery_slot(&recovery, 0xBB);
	assert_non_null(second);
	assert_int_equal(second->wseq, 20);
	assert_false(second->closed);
	assert_int_equal(second->totals[0][MRL_AUDIT_RING_FULL], 9);
	assert_null(recovery_slot(&recovery, 0xCC));
	assert_true(recovery_has_incomplete(&recovery, 0xBB, id));
	assert_false(recovery_has_incomplete(&recovery, 0xAA, id));
	recovery_release(&recovery);
}

static void test_recover_empty(void **state)
{
	struct place *place = *state;
	struct recovery recovery;
	assert_int_equal(recover(&place->file, &recovery), MRL_OK);
	assert_int_equal(recovery.slot_count, 0);
	recovery_release(&recovery);
	/* only a torn line, and bytes that are no line of ours */
	assert_int_equal(file_append(&place->file, MRL_SLICE("\xFF\n\n{}\nx")), MRL_OK);
	assert_int_equal(recover(&place->file, &recovery), MRL_OK);
	check_text(place, "\xFF\n\n{}\n");
	recovery_release(&recovery);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILE(test_append),
		WITH_FILE(test_full_disk),
		WITH_FILE(test_failed_sync),
		WITH_FILE(test_failed_write),
		cmocka_unit_test(test_health_full),
		cmocka_unit_test(test_health_errors),
		cmocka_unit_test(test_health_amber),
		WITH_FILE(test_recover),
		WITH_FILE(test_recover_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
