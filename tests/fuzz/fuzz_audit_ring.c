/*
 * A slot whose every byte an enemy wrote, as the daemon reads it: frames, records, entries. Each
 * read makes progress, and what is accepted becomes exactly one line.
 *
 * Input: head and last_wseq of the slot, one in-flight entry, then the start of the data area.
 */
#include "fuzz.h"

#include "audit/crc32c.h"
#include "audit/reader.h"

#define INFLIGHT   4
#define RING       16384
#define SLOT_BYTES (2 * RING_PAGE + 2 * RING)
#define READS_MAX  (RING / MRL_RING_FRAME_HEADER + 2)

struct input {
	uint64_t head, last_wseq;
	struct mrl_ring_entry entry;
};

static _Alignas(64) uint8_t memory[MRL_RING_HEADER + 2 * SLOT_BYTES];

static void attach(struct mrl_ring *ret_ring)
{
	const struct mrl_ring_sizes sizes = {
		.slot_count = 2, .ring_bytes = RING, .inflight_max = INFLIGHT};
	memset(memory, 0, sizeof(memory));
	FUZZ_CHECK(mrl_ring_format(memory, &sizes) == MRL_OK);
	FUZZ_CHECK(mrl_ring_attach(memory, sizeof(memory), ret_ring) == MRL_OK);
}

/* Fills the slot; checksums are made right where the frames' lengths allow it, or nothing would
 * ever pass. Every fourth input keeps its own. */
static void fill(const struct mrl_ring *ring, const uint8_t *bytes, size_t size)
{
	struct mrl_ring_slot *slot = ring_slot(ring, 1);
	uint8_t *data = slot_data(ring, slot);
	struct input input = {0};
	size_t head_bytes = size < sizeof(input) ? size : sizeof(input);
	memcpy(&input, bytes, head_bytes);
	slot->head = input.head % (2 * RING);
	slot->last_wseq = input.last_wseq;
	memcpy(slot_entries(slot), &input.entry, sizeof(input.entry));
	size -= head_bytes;
	memcpy(data, bytes + head_bytes, size < RING ? size : RING);
	for (size_t at = 0; size % 4 != 3 && at + MRL_RING_FRAME_HEADER < RING;) {
		uint32_t len;
		memcpy(&len, data + at, sizeof(len));
		if (len == 0 || len > MRL_AUDIT_PAYLOAD_MAX || at + frame_bytes(len) > RING) {
			break;
		}
		uint32_t crc = mrl_crc32c(mrl_slice(data + at + MRL_RING_FRAME_HEADER, len));
		memcpy(data + at + 4, &crc, sizeof(crc));
		at += frame_bytes(len);
	}
	memcpy(data + RING, data, RING);
}

static void check_line(const struct mrl_audit_facts *facts)
{
	static uint8_t line[MRL_AUDIT_LINE_MAX];
	const struct mrl_audit_writer writer = {1, 1};
	struct mrl_buffer buffer = mrl_buffer(line, sizeof(line));
	mrl_audit_render(facts, &writer, &buffer);
	FUZZ_CHECK(!buffer.overflow);
	struct mrl_slice text = mrl_buffer_slice(&buffer);
	FUZZ_CHECK(mrl_slice_find(text, '\n') == text.size - 1);
	FUZZ_CHECK(mrl_utf8_check(text) == text.size);
	for (size_t i = 0; i + 1 < text.size; i++) {
		FUZZ_CHECK(text.data[i] >= 0x20 && text.data[i] != 0x7F);
	}
}

/* What passes is deterministic: it encodes to the same bytes again. */
static void check_record(struct mrl_slice payload)
{
	uint8_t again[MRL_AUDIT_PAYLOAD_MAX];
	struct mrl_buffer buffer = mrl_buffer(again, sizeof(again));
	struct mrl_audit_record record;
	if (mrl_audit_decode(payload, &record) != MRL_OK) {
		return;
	}
	check_line(&record.facts);
	FUZZ_CHECK(mrl_audit_encode(&record.facts, &buffer) == MRL_OK);
	FUZZ_CHECK(mrl_slice_equal(mrl_buffer_slice(&buffer), payload));
}

static void read_all(struct mrl_consumer *consumer)
{
	struct mrl_ring_frame frame;
	size_t reads = 0;
	for (;;) {
		FUZZ_CHECK(reads++ < READS_MAX);
		enum mrl_ring_read read = mrl_consumer_read(consumer, &frame);
		if (read == MRL_RING_EMPTY) {
			return;
		}
		if (read == MRL_RING_FRAME) {
			check_record(frame.payload);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct mrl_consumer consumer;
	struct mrl_ring ring;
	struct mrl_ring_entry ids;
	struct mrl_audit_facts facts;
	attach(&ring);
	fill(&ring, bytes, size);
	mrl_consumer_init(&consumer, &ring, 1);
	read_all(&consumer);
	(void)mrl_consumer_settle(&consumer);
	for (uint32_t i = 0; i < INFLIGHT; i++) {
		if (mrl_consumer_incomplete(&consumer, i, &ids, &facts)) {
			check_line(&facts);
		}
	}
	return 0;
}
