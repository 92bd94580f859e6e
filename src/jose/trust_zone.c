/* The trust zone as memory: made, opened, its rows, and what a key of an entry is. */
#include "trust_zone.h"

#define LAYOUT 1U

static const uint8_t magic[8] = {'M', 'R', 'L', 'T', 'R', 'S', 'T', '1'};

enum mrl_err mrl_trust_rk(enum mrl_trust_kind kind, struct mrl_slice iss, struct mrl_slice value,
                          struct mrl_trust_rk *ret_rk)
{
	uint8_t memory[2048];
	uint8_t digest[MRL_SHA256_BYTES];
	struct mrl_buffer text = mrl_buffer(memory, sizeof(memory));
	mrl_buffer_byte(&text, (uint8_t)kind);
	mrl_buffer_put(&text, iss);
	mrl_buffer_byte(&text, 0);
	mrl_buffer_put(&text, value);
	if (text.overflow) {
		return MRL_ERR_LIMIT;
	}
	enum mrl_err err = mrl_sha256(mrl_buffer_slice(&text), digest);
	if (err != MRL_OK) {
		return err;
	}
	memcpy(ret_rk->bytes, digest, sizeof(ret_rk->bytes));
	return MRL_OK;
}

size_t mrl_trust_zone_bytes(uint32_t slots)
{
	return MRL_TRUST_TABLES_AT + 2 * (size_t)slots * sizeof(struct mrl_trust_slot);
}

void mrl_trust_make(void *memory, uint32_t slots, const uint8_t boot_id[16],
                    const uint8_t nonce_key[32])
{
	struct mrl_trust_header *header = memory;
	header->layout = LAYOUT;
	header->slots = slots;
	header->bytes = mrl_trust_zone_bytes(slots);
	memcpy(header->boot_id, boot_id, sizeof(header->boot_id));
	memcpy(header->nonce_key, nonce_key, sizeof(header->nonce_key));
	header->epoch = 1; /* 0 is what nobody has judged under */
	memcpy(header->magic, magic, sizeof(magic));
}

static bool is_size(uint32_t slots)
{
	return slots >= MRL_TRUST_SLOTS_MIN && slots <= MRL_TRUST_SLOTS_MAX &&
	       (slots & (slots - 1)) == 0;
}

enum mrl_err mrl_trust_open(const void *memory, size_t bytes, const uint8_t boot_id[16],
                            struct mrl_trust_zone *ret_zone)
{
	const struct mrl_trust_header *header = memory;
	if (bytes < sizeof(*header) || memcmp(header->magic, magic, sizeof(magic)) != 0 ||
	    header->layout != LAYOUT || !is_size(header->slots) || header->bytes != bytes ||
	    bytes != mrl_trust_zone_bytes(header->slots) ||
	    memcmp(header->boot_id, boot_id, sizeof(header->boot_id)) != 0) {
		return MRL_ERR_STATE;
	}
	/* readers never write: the writer's functions alone take it from a writer */
	*ret_zone = (struct mrl_trust_zone){.memory = (uint8_t *)(uintptr_t)memory,
	                                    .slots = header->slots};
	return MRL_OK;
}

const uint8_t *mrl_trust_nonce_key(const struct mrl_trust_zone *zone)
{
	return mrl_trust_header(zone)->nonce_key;
}

static bool is_row(const struct mrl_trust_row *row, const struct mrl_trust_rk *iss)
{
	return MRL_TRUST_SEE(&row->used) != 0 &&
	       memcmp(row->rk.bytes, iss->bytes, sizeof(iss->bytes)) == 0;
}

bool mrl_trust_find(const struct mrl_trust_zone *zone, const struct mrl_trust_rk *iss,
                    uint32_t *ret_row)
{
	for (uint32_t i = 0; i < MRL_TRUST_ISSUERS; i++) {
		if (is_row(mrl_trust_row_at(zone, i), iss)) {
			*ret_row = i;
			return true;
		}
	}
	return false;
}

struct mrl_slice mrl_trust_row_url(const struct mrl_trust_zone *zone, uint32_t row)
{
	const struct mrl_trust_row *place = mrl_trust_row_at(zone, row);
	return MRL_TRUST_SEE(&place->used) == 0 ? MRL_SLICE_NONE
	                                        : mrl_slice(place->url, place->url_bytes);
}

/* A free row of before may still be read by a worker that has not seen it go: its generation and
 * counters go on, and only the name is new. */
static void take(struct mrl_trust_row *row, const struct mrl_trust_rk *rk, struct mrl_slice url)
{
	row->rk = *rk;
	memset(row->url, 0, sizeof(row->url));
	memcpy(row->url, url.data, url.size);
	row->url_bytes = (uint32_t)url.size;
	MRL_TRUST_STORE(&row->began_ms, 0);
	MRL_TRUST_STORE(&row->covered_ms, 0);
	MRL_TRUST_SHOW(&row->used, 1);
}

enum mrl_err mrl_trust_row(struct mrl_trust_writer *writer, struct mrl_slice url, uint32_t *ret_row)
{
	struct mrl_trust_rk rk;
	if (url.size == 0 || url.size > MRL_TRUST_URL_MAX) {
		return MRL_ERR_LIMIT;
	}
	enum mrl_err err = mrl_trust_rk(MRL_TRUST_ISS, url, MRL_SLICE_NONE, &rk);
	if (err != MRL_OK || mrl_trust_find(&writer->zone, &rk, ret_row)) {
		return err;
	}
	for (uint32_t i = 0; i < MRL_TRUST_ISSUERS; i++) {
		struct mrl_trust_row *row = mrl_trust_row_at(&writer->zone, i);
		if (row->used == 0) {
			take(row, &rk, url);
			*ret_row = i;
			return MRL_OK;
		}
	}
	return MRL_ERR_FULL;
}

void mrl_trust_row_drop(struct mrl_trust_writer *writer, uint32_t row)
{
	if (mrl_trust_keys_put(writer, row, MRL_SLICE_NONE) == MRL_OK) {
		MRL_TRUST_SHOW(&mrl_trust_row_at(&writer->zone, row)->used, 0);
	}
}

void mrl_trust_count(const struct mrl_trust_zone *zone, struct mrl_trust_counts *ret_counts)
{
	const struct mrl_trust_header *header = mrl_trust_header(zone);
	*ret_counts = (struct mrl_trust_counts){
		.slots = zone->slots,
		.used = MRL_TRUST_LOAD(&header->used),
		.collapses = MRL_TRUST_LOAD(&header->collapses),
		.epoch = MRL_TRUST_LOAD(&header->epoch),
		.written_ms = MRL_TRUST_LOAD(&header->written_ms),
	};
}

void mrl_trust_alive(struct mrl_trust_writer *writer, uint64_t now_boot_ms)
{
	MRL_TRUST_STORE(&mrl_trust_header(&writer->zone)->written_ms, now_boot_ms);
}

void mrl_trust_cover(struct mrl_trust_writer *writer, uint32_t row, uint64_t until_boot_ms)
{
	/* an entry that was acknowledged before must be seen by whoever sees the new time */
	MRL_TRUST_SHOW(&mrl_trust_row_at(&writer->zone, row)->covered_ms, until_boot_ms);
}

uint64_t mrl_trust_covered_until_ms(const struct mrl_trust_zone *zone, uint32_t row)
{
	return MRL_TRUST_SEE(&mrl_trust_row_at(zone, row)->covered_ms);
}
