/*
 * Keys of issuers in the trust zone [AUTH-5]. The writer fills the buffer that is idle and then
 * turns the word; a reader copies and then looks whether the word is still the same, since a buffer
 * is only written after the word has left it.
 */
#include "trust_zone.h"

#define TRIES 8

static uint64_t generation_of(uint64_t word)
{
	return word >> 1;
}

uint32_t mrl_trust_generation(const struct mrl_trust_zone *zone, uint32_t row)
{
	const struct mrl_trust_row *place = mrl_trust_row_at(zone, row);
	uint64_t word = MRL_TRUST_SEE(&place->word);
	return MRL_TRUST_LOAD(&place->bytes[word & 1]) == 0 ? 0 : (uint32_t)generation_of(word);
}

static void copy_out(const uint64_t *from, uint8_t *into, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += sizeof(uint64_t)) {
		uint64_t word = MRL_TRUST_LOAD(&from[at / sizeof(uint64_t)]);
		size_t left = bytes - at;
		memcpy(into + at, &word, left < sizeof(word) ? left : sizeof(word));
	}
}

static void copy_in(uint64_t *into, struct mrl_slice text)
{
	for (size_t at = 0; at < text.size; at += sizeof(uint64_t)) {
		uint64_t word = 0;
		size_t left = text.size - at;
		memcpy(&word, text.data + at, left < sizeof(word) ? left : sizeof(word));
		MRL_TRUST_STORE(&into[at / sizeof(uint64_t)], word);
	}
}

enum mrl_err mrl_trust_keys(const struct mrl_trust_zone *zone, uint32_t row, uint8_t *into,
                            uint32_t *ret_generation, struct mrl_slice *ret_text)
{
	const struct mrl_trust_row *place = mrl_trust_row_at(zone, row);
	for (int i = 0; i < TRIES; i++) {
		uint64_t word = MRL_TRUST_SEE(&place->word);
		uint32_t bytes = MRL_TRUST_LOAD(&place->bytes[word & 1]);
		if (bytes <= MRL_TRUST_KEYS_BYTES) {
			copy_out(mrl_trust_keys_at(zone, row, word), into, bytes);
		}
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (MRL_TRUST_LOAD(&place->word) != word || bytes > MRL_TRUST_KEYS_BYTES) {
			continue;
		}
		if (bytes == 0) {
			return MRL_ERR_NOT_FOUND;
		}
		*ret_generation = (uint32_t)generation_of(word);
		*ret_text = mrl_slice(into, bytes);
		return MRL_OK;
	}
	return MRL_ERR_BUSY;
}

enum mrl_err mrl_trust_keys_put(struct mrl_trust_writer *writer, uint32_t row,
                                struct mrl_slice text)
{
	struct mrl_trust_row *place = mrl_trust_row_at(&writer->zone, row);
	uint64_t idle = (place->word & 1) ^ 1;
	uint64_t generation = generation_of(place->word) + 1;
	if (text.size > MRL_TRUST_KEYS_BYTES) {
		return MRL_ERR_LIMIT;
	}
	/* 0 means "no keys" to readers, also after 2^32 sets */
	generation += (uint32_t)generation == 0;
	/* a reader that sees a byte of the new text sees that the word has left this buffer */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	copy_in(mrl_trust_keys_at(&writer->zone, row, idle), text);
	MRL_TRUST_STORE(&place->bytes[idle], (uint32_t)text.size);
	MRL_TRUST_SHOW(&place->word, generation << 1 | idle);
	return MRL_OK;
}

struct mrl_trust_downloads mrl_trust_downloads(const struct mrl_trust_zone *zone, uint32_t row)
{
	const struct mrl_trust_row *place = mrl_trust_row_at(zone, row);
	return (struct mrl_trust_downloads){.ended = MRL_TRUST_SEE(&place->ended),
	                                    .began_ms = MRL_TRUST_LOAD(&place->began_ms)};
}

void mrl_trust_download_began(struct mrl_trust_writer *writer, uint32_t row, uint64_t now_boot_ms)
{
	MRL_TRUST_STORE(&mrl_trust_row_at(&writer->zone, row)->began_ms, now_boot_ms);
}

void mrl_trust_download_ended(struct mrl_trust_writer *writer, uint32_t row)
{
	/* whoever sees it sees the keys that it brought */
	(void)__atomic_add_fetch(&mrl_trust_row_at(&writer->zone, row)->ended, 1, __ATOMIC_RELEASE);
}

void mrl_trust_ask(uint32_t *ask, uint32_t row)
{
	(void)__atomic_add_fetch(&ask[row % MRL_TRUST_ISSUERS], 1, __ATOMIC_RELAXED);
}

uint32_t mrl_trust_asked(const uint32_t *ask, uint32_t row)
{
	return MRL_TRUST_LOAD(&ask[row % MRL_TRUST_ISSUERS]);
}
