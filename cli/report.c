/* Complaints and findings for a person: coloured on terminals, plain elsewhere. */
#include "cli.h"
#include "text.h"

#include <stdarg.h>

#define DIAGNOSTIC_BYTES 16384

static const char *const severities[] = {
	[MRL_NOTE] = "note", [MRL_WARNING] = "warning", [MRL_ERROR] = "error"};
static const char *const colours[] = {
	[MRL_NOTE] = "\033[36m", [MRL_WARNING] = "\033[33m", [MRL_ERROR] = "\033[31m"};

static MRL_PRINTF(3, 0) void say(bool colour, enum mrl_severity severity, const char *format,
                                 va_list arguments)
{
	fprintf(stderr, "merlon: %s%s:%s ", colour ? colours[severity] : "", severities[severity],
	        colour ? "\033[0m" : "");
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void mrl_complain(const struct mrl_cli *cli, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say(cli->colour_err, MRL_ERROR, format, arguments);
	va_end(arguments);
}

void mrl_remark(const struct mrl_cli *cli, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say(cli->colour_err, MRL_WARNING, format, arguments);
	va_end(arguments);
}

/* The text of a finding with its severity in colour. */
static void put_coloured(FILE *out, struct mrl_slice text, enum mrl_severity severity)
{
	struct mrl_slice word = mrl_slice_text(severities[severity]);
	size_t at = mrl_slice_find_text(text, word);
	fwrite(text.data, 1, at, out);
	if (at < text.size) {
		fprintf(out, "%s%s\033[0m", colours[severity], severities[severity]);
		text = mrl_slice_from(text, at + word.size);
		fwrite(text.data, 1, text.size, out);
	}
}

void mrl_report(FILE *out, bool colour, struct mrl_arena *arena,
                const struct mrl_diagnostics *diagnostics)
{
	uint8_t *memory = mrl_must(mrl_arena_alloc(arena, DIAGNOSTIC_BYTES, 1));
	for (const struct mrl_diagnostic *one = diagnostics->first; one != NULL; one = one->next) {
		struct mrl_buffer buffer = mrl_buffer(memory, DIAGNOSTIC_BYTES);
		mrl_diagnostic_text(one, &buffer);
		if (colour) {
			put_coloured(out, mrl_buffer_slice(&buffer), one->severity);
			continue;
		}
		fwrite(buffer.data, 1, buffer.size, out);
	}
	if (diagnostics->dropped != 0) {
		fprintf(out, "%u more findings are not shown\n", diagnostics->dropped);
	}
}
