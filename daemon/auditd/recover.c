/*
 * After a restart: what the end of the file has already, so that nothing stands there twice.
 *
 * A daemon that was killed wrote at most one group that its rings do not know to be durable. So the
 * end of the file, longer than any group, tells all. Lines are ours and have a fixed form; names
 * are searched with their quotes, which cannot stand unescaped inside of a value.
 */
#include "auditd.h"

#include <stdlib.h>
#include <unistd.h>

#define SCAN_BYTES ((size_t)32 << 20)

static bool grow(void **memory, size_t *capacity, size_t count, size_t bytes)
{
	if (count < *capacity) {
		return true;
	}
	size_t wanted = *capacity == 0 ? 64 : *capacity * 2;
	void *larger = realloc(*memory, wanted * bytes);
	if (larger == NULL) {
		return false;
	}
	*memory = larger;
	*capacity = wanted;
	return true;
}

/* What follows the name in a line, up to the line's end; empty: it is not there. */
static struct mrl_slice after(struct mrl_slice line, struct mrl_slice name)
{
	return mrl_slice_from(line, mrl_slice_find_text(line, name) + name.size);
}

static bool hex_bytes(struct mrl_slice text, size_t digits, uint64_t *ret_number)
{
	uint64_t number = 0;
	if (text.size < digits) {
		return false;
	}
	for (size_t i = 0; i < digits; i++) {
		int value = mrl_hex_value(text.data[i]);
		if (value < 0) {
			return false;
		}
		number = number << 4 | (uint64_t)value;
	}
	*ret_number = number;
	return true;
}

static uint64_t number_after(struct mrl_slice line, struct mrl_slice name)
{
	struct mrl_slice rest = after(line, name);
	size_t digits = 0;
	uint64_t number = 0;
	while (digits < rest.size && mrl_is_digit(rest.data[digits])) {
		digits++;
	}
	return mrl_parse_u64(mrl_slice_sub(rest, 0, digits), &number) ? number : 0;
}

static bool uuid_after(struct mrl_slice line, struct mrl_slice name, uint8_t ret_uuid[16])
{
	struct mrl_slice rest = after(line, name);
	size_t digits = 0;
	for (size_t i = 0; i < rest.size && i < MRL_UUID_TEXT; i++) {
		int value = mrl_hex_value(rest.data[i]);
		if (value < 0) {
			continue;
		}
		unsigned high = digits % 2 == 0 ? 0 : ret_uuid[digits / 2] * 16U;
		ret_uuid[digits / 2] = (uint8_t)(high | (unsigned)value);
		digits++;
	}
	return digits == 32;
}

static struct known_slot *find_slot(struct recovery *recovery, uint64_t incarnation)
{
	for (size_t i = recovery->slot_count; i > 0; i--) {
		if (recovery->slots[i - 1].incarnation == incarnation) {
			return &recovery->slots[i - 1];
		}
	}
	if (!grow((void **)&recovery->slots, &recovery->slot_capacity, recovery->slot_count,
	          sizeof(*recovery->slots))) {
		return NULL;
	}
	struct known_slot *slot = &recovery->slots[recovery->slot_count++];
	memset(slot, 0, sizeof(*slot));
	slot->incarnation = incarnation;
	return slot;
}

static void learn_gap(struct known_slot *slot, struct mrl_slice line)
{
	struct mrl_slice effect = after(line, MRL_SLICE("\"effect\":\""));
	struct mrl_slice reason = after(line, MRL_SLICE("\"gap\":\""));
	size_t which = mrl_slice_starts(effect, MRL_SLICE("refused")) ? 0 : 1;
	uint64_t total = number_after(line, MRL_SLICE("\"total\":"));
	for (size_t i = 1; i < MRL_AUDIT_REASON_COUNT; i++) {
		struct mrl_slice name = mrl_slice_text(
			mrl_audit_reason_name((enum mrl_audit_reason)i));
		if (mrl_slice_starts(reason, name) && total > slot->totals[which][i]) {
			slot->totals[which][i] = total;
		}
	}
}

static bool learn_incomplete(struct recovery *recovery, uint64_t incarnation, struct mrl_slice line)
{
	struct known_id known = {.incarnation = incarnation};
	if (!uuid_after(line, MRL_SLICE("\"request_id\":\""), known.request_id)) {
		return true;
	}
	if (!grow((void **)&recovery->incomplete, &recovery->incomplete_capacity,
	          recovery->incomplete_count, sizeof(*recovery->incomplete))) {
		return false;
	}
	recovery->incomplete[recovery->incomplete_count++] = known;
	return true;
}

static bool has_text(struct mrl_slice line, struct mrl_slice text)
{
	return mrl_slice_find_text(line, text) != line.size;
}

static bool learn_line(struct recovery *recovery, struct mrl_slice line)
{
	uint64_t incarnation;
	if (!hex_bytes(after(line, MRL_SLICE("\"incarnation\":\"")), 16, &incarnation)) {
		return true;
	}
	struct known_slot *slot = find_slot(recovery, incarnation);
	if (slot == NULL) {
		return false;
	}
	uint64_t wseq = number_after(line, MRL_SLICE("\"wseq\":"));
	slot->wseq = wseq > slot->wseq ? wseq : slot->wseq;
	if (mrl_slice_starts(line, MRL_SLICE("{\"slot\":"))) {
		slot->closed = true;
		return true;
	}
	if (mrl_slice_starts(line, MRL_SLICE("{\"gap\":"))) {
		learn_gap(slot, line);
		return true;
	}
	return !has_text(line, MRL_SLICE("\"stage\":\"incomplete\"")) ||
	       learn_incomplete(recovery, incarnation, line);
}

static bool learn(struct recovery *recovery, struct mrl_slice text)
{
	while (text.size != 0) {
		size_t end = mrl_slice_find(text, '\n');
		if (!learn_line(recovery, mrl_slice_sub(text, 0, end))) {
			return false;
		}
		text = mrl_slice_from(text, end + 1);
	}
	return true;
}

static bool read_end(const struct audit_file *file, uint8_t *memory, size_t bytes)
{
	uint64_t start = file->durable_bytes - bytes;
	for (size_t got = 0; got < bytes;) {
		ssize_t more = pread(file->fd, memory + got, bytes - got, (off_t)(start + got));
		if (more <= 0) {
			return false;
		}
		got += (size_t)more;
	}
	return true;
}

/* A line without its end was never durable: its frame is still in the ring, or lost with the power.
 */
static bool cut_torn_line(struct audit_file *file, struct mrl_slice *text)
{
	size_t whole = text->size;
	while (whole > 0 && text->data[whole - 1] != '\n') {
		whole--;
	}
	size_t torn = text->size - whole;
	*text = mrl_slice_sub(*text, 0, whole);
	file->durable_bytes -= torn;
	return (torn == 0 || ftruncate(file->fd, (off_t)file->durable_bytes) == 0) &&
	       fdatasync(file->fd) == 0;
}

enum mrl_err recover(struct audit_file *file, struct recovery *ret_recovery)
{
	size_t bytes = file->durable_bytes < SCAN_BYTES ? (size_t)file->durable_bytes : SCAN_BYTES;
	struct recovery recovery = {0};
	uint8_t *memory = malloc(bytes + 1);
	if (memory == NULL) {
		return MRL_ERR_MEMORY;
	}
	struct mrl_slice text = mrl_slice(memory, bytes);
	enum mrl_err err = MRL_OK;
	if (!read_end(file, memory, bytes) || !cut_torn_line(file, &text)) {
		err = MRL_ERR_IO;
	} else if (!learn(&recovery, text)) {
		err = MRL_ERR_MEMORY;
	}
	free(memory);
	if (err != MRL_OK) {
		recovery_release(&recovery);
		return err;
	}
	*ret_recovery = recovery;
	return MRL_OK;
}

const struct known_slot *recovery_slot(const struct recovery *recovery, uint64_t incarnation)
{
	for (size_t i = recovery->slot_count; i > 0; i--) {
		if (recovery->slots[i - 1].incarnation == incarnation) {
			return &recovery->slots[i - 1];
		}
	}
	return NULL;
}

bool recovery_has_incomplete(const struct recovery *recovery, uint64_t incarnation,
                             const uint8_t request_id[16])
{
	for (size_t i = recovery->incomplete_count; i > 0; i--) {
		const struct known_id *known = &recovery->incomplete[i - 1];
		if (known->incarnation == incarnation &&
		    memcmp(known->request_id, request_id, sizeof(known->request_id)) == 0) {
			return true;
		}
	}
	return false;
}

void recovery_release(struct recovery *recovery)
{
	free(recovery->slots);
	free(recovery->incomplete);
	memset(recovery, 0, sizeof(*recovery));
}
