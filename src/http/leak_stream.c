/*
 * The scan of a body that comes piece by piece [ERR-1].
 *
 * A feed scans the new bytes and once more the anchors so near to the old end that context was
 * missing; what stands before those is kept.
 */
#include "http/leak.h"

#define CONFIRMS_FEED 16

/* What a feed may still change: anchors that begin so near to the end that context is missing. */
#define UNSETTLED (MRL_LEAK_WINDOW + MRL_LEAK_ANCHOR_MAX)

static void stream_scan(struct mrl_leak_stream *stream, size_t old_size, bool ended)
{
	struct mrl_leak_text text = {.slice = mrl_slice(stream->text, stream->size),
	                             .ended = ended};
	struct mrl_leak_pass pass = {.scanner = stream->scanner,
	                             .off = stream->off,
	                             .result = &stream->result,
	                             .position = stream->position,
	                             .confirms_left = stream->confirms_left};

	mrl_leak_pass_run(&pass, &text, old_size > UNSETTLED ? old_size - UNSETTLED : 0);
}

/* Keeps what the next anchors may need before them, and the anchors that are not settled. */
static void stream_slide(struct mrl_leak_stream *stream)
{
	if (stream->size <= MRL_LEAK_KEEP) {
		return;
	}
	size_t gone = stream->size - MRL_LEAK_KEEP;
	memmove(stream->text, stream->text + gone, MRL_LEAK_KEEP);
	stream->size = MRL_LEAK_KEEP;
	stream->position += gone;
}

/* Pieces of a few bytes have the old end looked at again each time, so each earns some. */
static void stream_earn(struct mrl_leak_stream *stream, size_t bytes)
{
	for (size_t i = 0; i < MRL_COUNT(stream->confirms_left); i++) {
		uint32_t left = stream->confirms_left[i];
		left = left < CONFIRMS_FEED ? CONFIRMS_FEED : left;
		stream->confirms_left[i] = left + (uint32_t)(bytes / MRL_LEAK_CONFIRMS_BYTES);
	}
}

void mrl_leak_stream_init(struct mrl_leak_stream *stream, const struct mrl_leak_scanner *scanner,
                          struct mrl_leak_set off)
{
	stream->scanner = scanner;
	stream->off = off;
	stream->result = (struct mrl_leak_result){.first_position = UINT64_MAX};
	stream->position = 0;
	stream->confirms_left[0] = MRL_LEAK_CONFIRMS_FREE;
	stream->confirms_left[1] = MRL_LEAK_CONFIRMS_FREE;
	stream->size = 0;
}

void mrl_leak_stream_feed(struct mrl_leak_stream *stream, struct mrl_slice piece)
{
	while (piece.size > 0) {
		struct mrl_slice part = mrl_slice_sub(piece, 0, MRL_LEAK_BLOCK);
		stream_slide(stream);
		size_t old_size = stream->size;
		memcpy(stream->text + old_size, part.data, part.size);
		stream->size += part.size;
		stream_earn(stream, part.size);
		stream_scan(stream, old_size, false);
		piece = mrl_slice_from(piece, part.size);
	}
}

void mrl_leak_stream_end(struct mrl_leak_stream *stream)
{
	stream_scan(stream, stream->size, true);
}
