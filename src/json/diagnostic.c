/*
 * Findings of a load: collected with their place, and written as text or JSON. Collecting is total:
 * what has no room is counted, so that a load never passes for lack of memory.
 */
#include <merlon/document.h>

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_MAX 1024

static const char *const severity_names[] = {
	[MRL_NOTE] = "note", [MRL_WARNING] = "warning", [MRL_ERROR] = "error"};

/* The longest prefix that does not end within a code point. */
static size_t whole_code_points(const char *text, size_t size)
{
	struct mrl_slice slice = mrl_slice(text, size);
	size_t bad = mrl_utf8_check(slice);
	return size - bad < 4 ? bad : size;
}

static MRL_PRINTF(3, 0) bool format_text(struct mrl_arena *arena, struct mrl_slice *ret_text,
                                         const char *format, va_list arguments)
{
	char text[MESSAGE_MAX];
	int size = vsnprintf(text, sizeof(text), format, arguments);
	if (size < 0) {
		size = 0;
	}
	size_t kept = (size_t)size;
	if (kept >= sizeof(text)) {
		kept = whole_code_points(text, sizeof(text) - 1);
	}
	return mrl_arena_copy(arena, mrl_slice(text, kept), ret_text) == MRL_OK;
}

static void count(struct mrl_diagnostics *diagnostics, enum mrl_severity severity)
{
	diagnostics->errors += severity == MRL_ERROR;
	diagnostics->warnings += severity == MRL_WARNING;
}

static uint32_t kept_count(const struct mrl_diagnostics *diagnostics)
{
	uint32_t kept = 0;
	for (const struct mrl_diagnostic *d = diagnostics->first; d != NULL; d = d->next) {
		kept++;
	}
	return kept;
}

static bool copy_file(const struct mrl_diagnostics *diagnostics, struct mrl_slice file,
                      struct mrl_slice *ret_file)
{
	const struct mrl_diagnostic *last = diagnostics->last;
	if (last != NULL && mrl_slice_equal(last->file, file)) {
		*ret_file = last->file;
		return true;
	}
	return mrl_arena_copy(diagnostics->arena, file, ret_file) == MRL_OK;
}

static void append(struct mrl_diagnostics *diagnostics, struct mrl_diagnostic *diagnostic)
{
	if (diagnostics->last == NULL) {
		diagnostics->first = diagnostic;
	} else {
		diagnostics->last->next = diagnostic;
	}
	diagnostics->last = diagnostic;
}

/* Counts in any case. Once something was dropped all that follows is: a hostile document must not
 * buy the search for its place a million times. */
static bool has_room(struct mrl_diagnostics *diagnostics, enum mrl_severity severity)
{
	count(diagnostics, severity);
	if (diagnostics->dropped != 0 || kept_count(diagnostics) >= MRL_DIAGNOSTICS_MAX) {
		diagnostics->dropped++;
		return false;
	}
	return true;
}

/* `found` gives all but the texts; its `file` is borrowed. */
static MRL_PRINTF(4, 0) void collect(struct mrl_diagnostics *diagnostics,
                                     const struct mrl_diagnostic *found, const char *hint,
                                     const char *format, va_list arguments)
{
	struct mrl_diagnostic *kept = MRL_NEW(diagnostics->arena, struct mrl_diagnostic);
	if (kept == NULL) {
		diagnostics->dropped++;
		return;
	}
	*kept = *found;
	struct mrl_slice hint_text = hint == NULL ? MRL_SLICE_NONE : mrl_slice_text(hint);
	if (!copy_file(diagnostics, found->file, &kept->file) ||
	    mrl_arena_copy(diagnostics->arena, hint_text, &kept->hint) != MRL_OK ||
	    !format_text(diagnostics->arena, &kept->message, format, arguments)) {
		diagnostics->dropped++;
		return;
	}
	append(diagnostics, kept);
}

void mrl_diagnose(struct mrl_diagnostics *diagnostics, enum mrl_severity severity, const char *code,
                  const struct mrl_node *node, const char *hint, const char *format, ...)
{
	if (!has_room(diagnostics, severity)) {
		return;
	}
	struct mrl_diagnostic found = {
		.severity = severity, .code = code, .file = node->document->file};
	mrl_document_position(node->document, node->offset, &found.line, &found.column);
	if (mrl_node_path(node, diagnostics->arena, &found.pointer) != MRL_OK) {
		found.pointer = MRL_SLICE_NONE;
	}
	va_list arguments;
	va_start(arguments, format);
	collect(diagnostics, &found, hint, format, arguments);
	va_end(arguments);
}

void mrl_diagnose_file(struct mrl_diagnostics *diagnostics, enum mrl_severity severity,
                       const char *code, struct mrl_slice file, uint32_t line, uint32_t column,
                       const char *hint, const char *format, ...)
{
	if (!has_room(diagnostics, severity)) {
		return;
	}
	struct mrl_diagnostic found = {
		.severity = severity, .code = code, .file = file, .line = line, .column = column};
	va_list arguments;
	va_start(arguments, format);
	collect(diagnostics, &found, hint, format, arguments);
	va_end(arguments);
}

/* What a document says may reach a terminal: control characters show as '?'. */
static void put_printable(struct mrl_buffer *buffer, struct mrl_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];
		mrl_buffer_byte(buffer, byte < 0x20 || byte == 0x7F ? '?' : byte);
	}
}

static void put_place(const struct mrl_diagnostic *diagnostic, struct mrl_buffer *buffer)
{
	put_printable(buffer, diagnostic->file);
	if (diagnostic->line == 0) {
		return;
	}
	mrl_buffer_byte(buffer, ':');
	mrl_buffer_u64(buffer, diagnostic->line);
	mrl_buffer_byte(buffer, ':');
	mrl_buffer_u64(buffer, diagnostic->column);
}

void mrl_diagnostic_text(const struct mrl_diagnostic *diagnostic, struct mrl_buffer *buffer)
{
	put_place(diagnostic, buffer);
	MRL_PUT(buffer, ": ");
	mrl_buffer_put(buffer, mrl_slice_text(severity_names[diagnostic->severity]));
	MRL_PUT(buffer, ": ");
	put_printable(buffer, diagnostic->message);
	if (diagnostic->pointer.size != 0) {
		MRL_PUT(buffer, " (at ");
		put_printable(buffer, diagnostic->pointer);
		MRL_PUT(buffer, ")");
	}
	MRL_PUT(buffer, "\n");
	if (diagnostic->hint.size != 0) {
		MRL_PUT(buffer, "    hint: ");
		put_printable(buffer, diagnostic->hint);
		MRL_PUT(buffer, "\n");
	}
}

static void put_member(struct mrl_buffer *buffer, const char *name, struct mrl_slice value)
{
	MRL_PUT(buffer, ",\"");
	mrl_buffer_put(buffer, mrl_slice_text(name));
	MRL_PUT(buffer, "\":");
	mrl_json_put_string(buffer, value);
}

void mrl_diagnostic_json(const struct mrl_diagnostic *diagnostic, struct mrl_buffer *buffer)
{
	MRL_PUT(buffer, "{\"severity\":");
	mrl_json_put_string(buffer, mrl_slice_text(severity_names[diagnostic->severity]));
	put_member(buffer, "code", mrl_slice_text(diagnostic->code));
	put_member(buffer, "file", diagnostic->file);
	MRL_PUT(buffer, ",\"line\":");
	mrl_buffer_u64(buffer, diagnostic->line);
	MRL_PUT(buffer, ",\"column\":");
	mrl_buffer_u64(buffer, diagnostic->column);
	put_member(buffer, "pointer", diagnostic->pointer);
	put_member(buffer, "message", diagnostic->message);
	put_member(buffer, "hint", diagnostic->hint);
	MRL_PUT(buffer, "}");
}
