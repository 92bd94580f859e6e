/*
 * What error.log may say about a leaking body [ERR-2]: families, the exception's name, frames.
 *
 * The exception's name has no anchor of its own. It counts only where traces put it: at the start
 * of a line, a string or an element, or behind a word that announces it, and only beside a strong
 * hit.
 */
#include "http/leak_report.h"

#define EXCEPTION_TRIES 256
#define EXCEPTION_MAX   128

static void add_frame(void *context, const struct mrl_leak_row *row,
                      const struct mrl_leak_view *view)
{
	struct mrl_leak_report *report = context;

	if (report->frame_count == MRL_LEAK_FRAMES_MAX) {
		return;
	}
	struct mrl_leak_frame *frame = &report->frames[report->frame_count];
	mrl_leak_frame_cut(row->frame, view, frame);
	report->frame_count += frame->file.size > 0;
}

static bool is_exception_name(uint8_t byte)
{
	return mrl_leak_is_word(byte) || (byte != 0 && strchr(".$:", byte) != NULL);
}

/* Does a trace put an exception's name behind this text? */
static bool announces(struct mrl_slice before)
{
	static const char *const words[] = {"Uncaught ", "Caused by: ", "** (", "\" ",
	                                    " (",        "\\n",         "\\t",  "&quot;",
	                                    "&quot; ",   "&gt;"};

	if (before.size == 0 || memchr("\n\">", before.data[before.size - 1], 3) != NULL) {
		return true;
	}
	for (size_t i = 0; i < MRL_COUNT(words); i++) {
		if (mrl_slice_ends(before, mrl_slice_text(words[i]))) {
			return true;
		}
	}
	return false;
}

/* `:`, `(`, `)`, a string's, element's or line's end; ` at ` and ` (` of error pages. */
static bool concludes(struct mrl_slice after)
{
	return after.size == 0 || memchr(":()\"<&\\\n", after.data[0], 8) != NULL ||
	       mrl_slice_starts(after, MRL_SLICE(" at ")) ||
	       mrl_slice_starts(after, MRL_SLICE(" ("));
}

/* An escape's letter is no part of the name: the `n` of `\n`. */
static size_t name_start(struct mrl_slice body, size_t end)
{
	size_t least = end > EXCEPTION_MAX ? end - EXCEPTION_MAX : 0;
	size_t start = end;

	while (start > least && is_exception_name(body.data[start - 1])) {
		start--;
	}
	bool escaped = start > 0 && body.data[start - 1] == '\\' && start < end;
	return escaped ? start + 1 : start;
}

/* The name that ends at `end`; false if it is none, or is not where a trace puts it. */
static bool cut_exception(struct mrl_slice body, size_t end, struct mrl_leak_name *ret_name)
{
	size_t start = name_start(body, end);
	struct mrl_slice name = mrl_slice_sub(body, start, end - start);
	size_t dot = name.size;

	if (!announces(mrl_slice_sub(body, 0, start)) || !concludes(mrl_slice_from(body, end)) ||
	    !mrl_leak_is_letter(name.data[0])) {
		return false;
	}
	while (dot > 0 && memchr(".:", name.data[dot - 1], 2) == NULL) {
		dot--;
	}
	if (dot >= name.size || name.data[dot] < 'A' || name.data[dot] > 'Z') {
		return false;
	}
	mrl_leak_name_set(ret_name, name);
	return true;
}

/* The first name that ends in `ending`. */
static size_t find_exception(struct mrl_slice body, struct mrl_slice ending,
                             struct mrl_leak_name *ret_name)
{
	size_t at = 0;

	for (unsigned tries = 0; tries < EXCEPTION_TRIES; tries++) {
		size_t found = at + mrl_slice_find_text(mrl_slice_from(body, at), ending);
		if (found + ending.size > body.size) {
			break;
		}
		at = found + ending.size;
		if (cut_exception(body, at, ret_name)) {
			return found;
		}
	}
	return body.size;
}

static void name_exception(struct mrl_slice body, struct mrl_leak_name *ret_name)
{
	struct mrl_leak_name error = {.size = 0};
	struct mrl_leak_name exception = {.size = 0};
	size_t error_at = find_exception(body, MRL_SLICE("Error"), &error);
	size_t exception_at = find_exception(body, MRL_SLICE("Exception"), &exception);

	*ret_name = exception_at < error_at ? exception : error;
}

void mrl_leak_frames(const struct mrl_leak_scanner *scanner, struct mrl_slice body,
                     struct mrl_leak_report *ret_report)
{
	struct mrl_leak_report report = {.frame_count = 0};
	struct mrl_leak_result result = {.first_position = UINT64_MAX};
	uint32_t count = MRL_LEAK_CONFIRMS_FREE + (uint32_t)(body.size / MRL_LEAK_CONFIRMS_BYTES);
	uint32_t confirms[] = {count, count};
	struct mrl_leak_text text = {.slice = body, .ended = true};
	struct mrl_leak_pass pass = {.scanner = scanner,
	                             .result = &result,
	                             .confirms_left = confirms,
	                             .hit = add_frame,
	                             .context = &report};

	mrl_leak_pass_run(&pass, &text, 0);
	report.strong = result.strong;
	report.weak = result.weak;
	if (result.strong.bits != 0) {
		name_exception(body, &report.exception);
	}
	*ret_report = report;
}

static struct mrl_slice name_text(const struct mrl_leak_name *name)
{
	return mrl_slice(name->text, name->size);
}

/* Each family once; rows of one family stand together in leaks.def. */
static void put_families(uint64_t bits, struct mrl_buffer *buffer)
{
	const char *last = "";

	MRL_PUT(buffer, "\"leak\":[");
	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		const char *family = mrl_leak_rows[leak].family;
		if ((bits >> leak & 1) == 0 || strcmp(family, last) == 0) {
			continue;
		}
		if (last[0] != '\0') {
			MRL_PUT(buffer, ",");
		}
		MRL_PUT(buffer, "\"");
		mrl_buffer_put(buffer, mrl_slice_text(family));
		MRL_PUT(buffer, "\"");
		last = family;
	}
	MRL_PUT(buffer, "]");
}

static void put_frame(const struct mrl_leak_frame *frame, struct mrl_buffer *buffer)
{
	MRL_PUT(buffer, "\"");
	mrl_buffer_put(buffer, name_text(&frame->file));
	if (frame->line != 0) {
		MRL_PUT(buffer, ":");
		mrl_buffer_u64(buffer, frame->line);
	}
	if (frame->function.size != 0) {
		MRL_PUT(buffer, " ");
		mrl_buffer_put(buffer, name_text(&frame->function));
	}
	MRL_PUT(buffer, "\"");
}

/* Quotes, ":", ten digits, " ", a comma, and the "]" behind the last. */
#define FRAME_MAX (2 * MRL_LEAK_NAME_MAX + 16)

static void put_frames(const struct mrl_leak_report *report, size_t end, struct mrl_buffer *buffer)
{
	MRL_PUT(buffer, ",\"frames\":[");
	for (uint32_t i = 0; i < report->frame_count && buffer->size + FRAME_MAX <= end; i++) {
		if (i > 0) {
			MRL_PUT(buffer, ",");
		}
		put_frame(&report->frames[i], buffer);
	}
	MRL_PUT(buffer, "]");
}

void mrl_leak_report_json(const struct mrl_leak_report *report, struct mrl_buffer *buffer)
{
	size_t end = buffer->size + MRL_LEAK_REPORT_MAX;

	if ((report->strong.bits | report->weak.bits) == 0) {
		return;
	}
	put_families(report->strong.bits != 0 ? report->strong.bits : report->weak.bits, buffer);
	if (report->exception.size != 0) {
		MRL_PUT(buffer, ",\"exception\":\"");
		mrl_buffer_put(buffer, name_text(&report->exception));
		MRL_PUT(buffer, "\"");
	}
	if (report->frame_count > 0) {
		put_frames(report, end, buffer);
	}
}
