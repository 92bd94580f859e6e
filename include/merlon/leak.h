/*
 * Finding stack traces and database messages in a reply's body (ERR-1), and cutting out of them
 * what may stand in a log (ERR-2). Signatures stand in leaks.def.
 *
 * A body is untrusted text of any size: time is linear in it, whatever it holds (mrl_leak_scan says
 * by which bound), and nothing is allocated after mrl_leak_scanner_new.
 */
#ifndef MERLON_LEAK_H
#define MERLON_LEAK_H

#include <merlon/base.h>

/* MRL_LEAK_JVM_FRAME, MRL_LEAK_JVM_CAUSE, ... */
enum mrl_leak {
#define MRL_LEAK(id, ...) MRL_LEAK_##id,
#include <merlon/leaks.def>
#undef MRL_LEAK
	MRL_LEAK_COUNT
};

_Static_assert(MRL_LEAK_COUNT <= 64, "a set of signatures is one word");

struct mrl_leak_set {
	uint64_t bits; /* 1 << enum mrl_leak */
};

static inline bool mrl_leak_set_has(struct mrl_leak_set set, enum mrl_leak leak)
{
	return (set.bits >> leak & 1) != 0;
}

static inline void mrl_leak_set_add(struct mrl_leak_set *set, enum mrl_leak leak)
{
	set->bits |= UINT64_C(1) << leak;
}

/* "jvm-frame": facts, metrics. Any other number: "unknown". */
const char *mrl_leak_id(enum mrl_leak leak);
/* "jvm", "python", ...: what error.log names. */
const char *mrl_leak_family(enum mrl_leak leak);

struct mrl_leak_scanner;

/*
 * Compiles leaks.def, about 11 KiB in the arena, immutable afterwards and good for any number of
 * threads. Cold: some milliseconds. MRL_ERR_MEMORY: the arena is at its cap.
 */
MRL_CHECKED enum mrl_err mrl_leak_scanner_new(struct mrl_arena *arena,
                                              const struct mrl_leak_scanner **ret_scanner);

struct mrl_leak_result {
	struct mrl_leak_set strong;
	struct mrl_leak_set weak;
	uint64_t first_position; /* of the first strong hit, else of the first weak one; else ~0 */
	bool capped;             /* the bound of mrl_leak_scan was reached */
};

/*
 * All signatures that are not in `off`. Context is looked at for at most 64 + size / 64 anchors of
 * strong ones and as many of weak ones, each time over at most 2 x 256 bytes; beyond that only
 * signatures without a condition are found and `capped` is set. So time is linear: about 0.1 us per
 * KiB of clean text, 20 us per KiB of a body that is made of anchors.
 */
void mrl_leak_scan(const struct mrl_leak_scanner *scanner, struct mrl_leak_set off,
                   struct mrl_slice body, struct mrl_leak_result *ret_result);

/* One strong hit, or two different weak ones at a status of 400 or more. */
bool mrl_leak_judge(const struct mrl_leak_result *result, unsigned status);

/*
 * Adds to `off` what matches in `text`, an example, default or description of the API's document: a
 * documented text cannot betray anything.
 */
void mrl_leak_guard(const struct mrl_leak_scanner *scanner, struct mrl_slice text,
                    struct mrl_leak_set *off);

#define MRL_LEAK_WINDOW     256 /* context on each side of an anchor, as sent */
#define MRL_LEAK_ANCHOR_MAX 32
#define MRL_LEAK_KEEP       (2 * MRL_LEAK_WINDOW + MRL_LEAK_ANCHOR_MAX)
#define MRL_LEAK_BLOCK      4096

/*
 * A body that comes piece by piece and is not held. Lives in the caller's memory, borrows nothing
 * but the scanner. A hit is known as soon as the bytes that prove it have come; after the last
 * piece mrl_leak_stream_end settles what depended on the end. The strong hits are those of
 * mrl_leak_scan over the whole, unless one of the two is capped. A feed looks at context for at
 * least 16 anchors and one more per 64 bytes.
 */
struct mrl_leak_stream {
	const struct mrl_leak_scanner *scanner;
	struct mrl_leak_set off;
	struct mrl_leak_result result; /* readable at any time */
	uint64_t position;             /* of text[0] in the body */
	uint32_t confirms_left[2];     /* by strength */
	size_t size;
	uint8_t text[MRL_LEAK_KEEP + MRL_LEAK_BLOCK];
};

void mrl_leak_stream_init(struct mrl_leak_stream *stream, const struct mrl_leak_scanner *scanner,
                          struct mrl_leak_set off);
void mrl_leak_stream_feed(struct mrl_leak_stream *stream, struct mrl_slice piece);
void mrl_leak_stream_end(struct mrl_leak_stream *stream);

#define MRL_LEAK_FRAMES_MAX 16
#define MRL_LEAK_NAME_MAX   48

/* [A-Za-z0-9_.$<>:-] only, so that it needs no escaping anywhere. */
struct mrl_leak_name {
	uint8_t size;
	uint8_t text[MRL_LEAK_NAME_MAX];
};

struct mrl_leak_frame {
	struct mrl_leak_name file;     /* without folders */
	struct mrl_leak_name function; /* may be empty */
	uint32_t line;                 /* 0: unknown */
};

/* Names of code, never messages, queries, paths, header values or other text of the body (AUDIT-2).
 */
struct mrl_leak_report {
	struct mrl_leak_set strong;
	struct mrl_leak_set weak;
	struct mrl_leak_name exception; /* may be empty */
	uint32_t frame_count;
	struct mrl_leak_frame frames[MRL_LEAK_FRAMES_MAX];
};

/* The exception's name and the first frames, cut out by the signatures; bounded as mrl_leak_scan.
 */
void mrl_leak_frames(const struct mrl_leak_scanner *scanner, struct mrl_slice body,
                     struct mrl_leak_report *ret_report);

#define MRL_LEAK_REPORT_MAX 1200

/*
 * `"leak":["python"],"exception":"KeyError","frames":["views.py:42 get_order"]` without braces.
 * "leak" has the families of the strong hits, of the weak ones where there is no strong one. At
 * most MRL_LEAK_REPORT_MAX bytes: frames that do not fit are left out. Empty members are absent, a
 * report of nothing writes nothing.
 */
void mrl_leak_report_json(const struct mrl_leak_report *report, struct mrl_buffer *buffer);

#endif
