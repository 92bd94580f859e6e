/*
 * Slices, statuses, arenas and buffers: what every folder stands on.
 *
 * Text from outside is a borrowed slice, never NUL-terminated; memory is an arena that the caller
 * owns. Nothing in here frees a single object.
 */
#ifndef MERLON_BASE_H
#define MERLON_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MRL_CHECKED           __attribute__((warn_unused_result))
#define MRL_PRINTF(at, first) __attribute__((format(printf, at, first)))
#define MRL_COUNT(array)      (sizeof(array) / sizeof((array)[0]))

/*
 * Status: our code could not do its job. Never a judgement of a client (that is a verdict, see
 * control.h). The numbers stand in audit records (key 50): only ever append.
 */
enum mrl_err {
	MRL_OK = 0,
	MRL_ERR_MEMORY = 1,  /* the allocator or the arena's cap gave nothing */
	MRL_ERR_LIMIT = 2,   /* a limits structure was exceeded where that is no verdict */
	MRL_ERR_INVALID = 3, /* input of ours (policy, document, file) is wrong; see diagnostics */
	MRL_ERR_IO = 4,      /* the host could not read or write; errno tells why */
	MRL_ERR_NOT_FOUND = 5,   /* a file, key or name is not there */
	MRL_ERR_TIMEOUT = 6,     /* a NEED was not met before its deadline */
	MRL_ERR_STATE = 7,       /* called in an order that the contract forbids */
	MRL_ERR_UNSUPPORTED = 8, /* this build or platform cannot do it */
	MRL_ERR_CRYPTO = 9,      /* OpenSSL refused */
	MRL_ERR_FULL = 10,       /* a fixed table or ring has no room */
	MRL_ERR_BUG = 11,        /* an invariant broke; aborts in debug builds */
	MRL_ERR_BUSY = 12,       /* held by another process for too long */
};

/* The name of a status without its prefix, lower case ("memory"); "unknown" for any other number.
 */
const char *mrl_err_name(enum mrl_err err);

/*
 * A borrowed run of bytes. `data` may be NULL only when `size` is 0. A slice never owns.
 */
struct mrl_slice {
	const uint8_t *data;
	size_t size;
};

#define MRL_SLICE(literal) \
	((struct mrl_slice){.data = (const uint8_t *)("" literal), .size = sizeof(literal) - 1})
#define MRL_SLICE_INIT(literal)                                                    \
	{                                                                          \
		.data = (const uint8_t *)("" literal), .size = sizeof(literal) - 1 \
	}
#define MRL_SLICE_NONE ((struct mrl_slice){.data = NULL, .size = 0})
/* For printf's "%.*s". */
#define MRL_PRINT(slice) (int)(slice).size, (const char *)(slice).data

static inline struct mrl_slice mrl_slice(const void *data, size_t size)
{
	return (struct mrl_slice){.data = (const uint8_t *)data, .size = size};
}

static inline struct mrl_slice mrl_slice_text(const char *text)
{
	return mrl_slice(text, strlen(text));
}

static inline bool mrl_slice_equal(struct mrl_slice a, struct mrl_slice b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool mrl_slice_is(struct mrl_slice a, const char *text)
{
	return mrl_slice_equal(a, mrl_slice_text(text));
}

/* The bytes from `start` on, at most `size`; both are clamped, so the result is always inside. */
static inline struct mrl_slice mrl_slice_sub(struct mrl_slice slice, size_t start, size_t size)
{
	if (start > slice.size) {
		start = slice.size;
	}
	if (size > slice.size - start) {
		size = slice.size - start;
	}
	return slice.data == NULL ? slice : mrl_slice(slice.data + start, size);
}

static inline struct mrl_slice mrl_slice_from(struct mrl_slice slice, size_t start)
{
	return mrl_slice_sub(slice, start, SIZE_MAX);
}

bool mrl_slice_starts(struct mrl_slice slice, struct mrl_slice prefix);
bool mrl_slice_ends(struct mrl_slice slice, struct mrl_slice suffix);
/* ASCII letters compare without case; other bytes exactly. */
bool mrl_slice_equal_nocase(struct mrl_slice a, struct mrl_slice b);
/* memcmp order, a prefix before what it begins: below, at or above 0. */
int mrl_slice_compare(struct mrl_slice a, struct mrl_slice b);
/* The first position of the byte, or slice.size. */
size_t mrl_slice_find(struct mrl_slice slice, uint8_t byte);
/* The first position of the text, or slice.size; the empty text is found at 0. */
size_t mrl_slice_find_text(struct mrl_slice slice, struct mrl_slice text);
/* Without SP and HTAB at both ends (RFC 9110 5.6.3, OWS). */
struct mrl_slice mrl_slice_trim(struct mrl_slice slice);

/*
 * Where an arena gets its blocks: nginx's request pool, malloc, or memory that a test counts.
 * `give` returns memory for any object type, or NULL; `take` may be NULL where the host frees all
 * at once.
 */
struct mrl_memory {
	void *(*give)(void *host, size_t bytes);
	void (*take)(void *host, void *block);
	void *host;
};

/* malloc and free. */
extern const struct mrl_memory mrl_memory_malloc;

struct mrl_arena_block;

/*
 * Bump allocation with a hard cap over all blocks. In sanitizer builds each allocation has its own
 * malloc, so that AddressSanitizer sees every overrun; the contract is the same.
 */
struct mrl_arena {
	struct mrl_memory memory;
	struct mrl_arena_block *block; /* newest first */
	size_t used_bytes;             /* asked for, all blocks */
	size_t cap_bytes;
	size_t block_bytes;
};

struct mrl_arena_mark {
	struct mrl_arena_block *block;
	size_t block_used;
	size_t used_bytes;
};

/* Allocates nothing. `block_bytes` is the usual size of a block; larger objects get their own. */
void mrl_arena_init(struct mrl_arena *arena, const struct mrl_memory *memory, size_t block_bytes,
                    size_t cap_bytes);
/* Gives all blocks back (if the host takes them). The arena is empty afterwards and usable. */
void mrl_arena_release(struct mrl_arena *arena);
/* Not cleared; `align` is a power of two up to 64. NULL: cap reached or the host gave nothing. */
void *mrl_arena_alloc(struct mrl_arena *arena, size_t bytes, size_t align);
/* `count` zeroed objects; NULL also when count x bytes overflows. */
void *mrl_arena_array(struct mrl_arena *arena, size_t count, size_t bytes, size_t align);
/* A copy of the slice's bytes. */
MRL_CHECKED enum mrl_err mrl_arena_copy(struct mrl_arena *arena, struct mrl_slice slice,
                                        struct mrl_slice *ret_copy);
struct mrl_arena_mark mrl_arena_mark(const struct mrl_arena *arena);
/* All that was allocated since the mark is gone. Marks nest. */
void mrl_arena_reset(struct mrl_arena *arena, struct mrl_arena_mark mark);

#define MRL_NEW(arena, type) ((type *)mrl_arena_array((arena), 1, sizeof(type), _Alignof(type)))
#define MRL_NEW_ARRAY(arena, count, type) \
	((type *)mrl_arena_array((arena), (count), sizeof(type), _Alignof(type)))

/*
 * A writer into memory of fixed size. It never writes past its end: what does not fit is dropped
 * whole and `overflow` stays set, to be checked once at the end.
 */
struct mrl_buffer {
	uint8_t *data;
	size_t size; /* written */
	size_t capacity;
	bool overflow;
};

static inline struct mrl_buffer mrl_buffer(void *memory, size_t capacity)
{
	return (struct mrl_buffer){.data = (uint8_t *)memory, .capacity = capacity};
}

void mrl_buffer_put(struct mrl_buffer *buffer, struct mrl_slice slice);
void mrl_buffer_byte(struct mrl_buffer *buffer, uint8_t byte);
void mrl_buffer_u64(struct mrl_buffer *buffer, uint64_t number);
void mrl_buffer_i64(struct mrl_buffer *buffer, int64_t number);
/* Lower-case hexadecimal, two digits a byte. */
void mrl_buffer_hex(struct mrl_buffer *buffer, struct mrl_slice bytes);

#define MRL_PUT(buffer, literal) mrl_buffer_put((buffer), MRL_SLICE(literal))

static inline struct mrl_slice mrl_buffer_slice(const struct mrl_buffer *buffer)
{
	return mrl_slice(buffer->data, buffer->size);
}

/* Sums and products that would wrap return false and leave the result untouched. */
static inline bool mrl_size_add(size_t a, size_t b, size_t *ret_sum)
{
	size_t sum;
	if (__builtin_add_overflow(a, b, &sum)) {
		return false;
	}
	*ret_sum = sum;
	return true;
}

static inline bool mrl_size_mul(size_t a, size_t b, size_t *ret_product)
{
	size_t product;
	if (__builtin_mul_overflow(a, b, &product)) {
		return false;
	}
	*ret_product = product;
	return true;
}

/* Decimal digits only, no sign or blank, no wrap; the empty slice is no number. */
bool mrl_parse_u64(struct mrl_slice text, uint64_t *ret_number);

/* The first byte of the first ill-formed UTF-8 sequence (RFC 3629: shortest form, no surrogates,
 * up to U+10FFFF), or slice.size. */
size_t mrl_utf8_check(struct mrl_slice slice);

/* xxHash-like mixing for tables whose keys come from us (documents, policy). Not for keys that a
 * client chooses. */
uint32_t mrl_hash_text(struct mrl_slice text);

static inline uint8_t mrl_lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20) : byte;
}

static inline bool mrl_is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

/* 0 to 15, or -1. */
static inline int mrl_hex_value(uint8_t byte)
{
	if (byte >= '0' && byte <= '9') {
		return byte - '0';
	}
	byte = mrl_lower(byte);
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/*
 * base64url without padding (RFC 4648 section 5). Decoding accepts the canonical spelling alone: no
 * padding, no blank, length not 1 modulo 4, unused bits zero. `ret_bytes` has room for
 * MRL_BASE64URL_BYTES(text.size); false: its content means nothing.
 */
#define MRL_BASE64URL_BYTES(characters) ((characters) / 4 * 3 + ((characters) % 4) * 3 / 4)
bool mrl_base64url_decode(struct mrl_slice text, uint8_t *ret_bytes);
void mrl_base64url_encode(struct mrl_slice bytes, struct mrl_buffer *buffer);

/*
 * RFC 9562 UUID version 7: 48 bits of Unix milliseconds, version, variant, 74 random bits out of
 * `random`. `text` is the 36 characters of its lower-case form, not NUL-terminated.
 */
#define MRL_UUID_BYTES 16
#define MRL_UUID_TEXT  36
void mrl_uuid7(uint64_t unix_ms, const uint8_t random[10], uint8_t ret_uuid[MRL_UUID_BYTES]);
void mrl_uuid_text(const uint8_t uuid[MRL_UUID_BYTES], uint8_t ret_text[MRL_UUID_TEXT]);

/* Days since 1970-01-01 of a proleptic Gregorian date "YYYY-MM-DD"; false for any other text or a
 * day that does not exist. */
bool mrl_date_parse(struct mrl_slice text, int64_t *ret_days);

/* An invariant of ours. Debug and sanitizer builds abort; release builds return false so that the
 * caller denies and counts (MRL_ERR_BUG). */
bool mrl_invariant_broke(const char *what, const char *file, int line);
#define MRL_INVARIANT(condition) \
	(__builtin_expect(!!(condition), 1) || mrl_invariant_broke(#condition, __FILE__, __LINE__))

#endif
