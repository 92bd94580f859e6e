/* See findings.h. On failure all findings are printed. */
#include "findings.h"

#include <stdio.h>

static void print_findings(const struct finding_row *row, const struct loaded *loaded)
{
	uint8_t memory[4096];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	for (const struct mrl_diagnostic *d = loaded->diagnostics.first; d != NULL; d = d->next) {
		mrl_diagnostic_text(d, &buffer);
	}
	print_message("%s---- %s\n%.*s", row->text, mrl_err_name(loaded->err), (int)buffer.size,
	              (const char *)buffer.data);
}

static bool holds(struct mrl_slice slice, const char *text)
{
	return *text == '\0' || mrl_slice_find_text(slice, mrl_slice_text(text)) < slice.size;
}

static bool is_found(const struct finding_row *row, const struct mrl_diagnostic *found)
{
	return found != NULL && found->next == NULL && strcmp(found->code, row->code) == 0 &&
	       mrl_slice_is(found->file, "etc/merlon.yaml") && found->line == row->line &&
	       found->column == row->column && mrl_slice_is(found->pointer, row->pointer) &&
	       holds(found->message, row->message) && holds(found->hint, row->hint);
}

void check_finding(const struct finding_row *row)
{
	struct loaded loaded;
	load(row->text, &loaded);
	if (loaded.err != MRL_ERR_INVALID || loaded.policy != NULL ||
	    loaded.diagnostics.errors != 1 || !is_found(row, loaded.diagnostics.first)) {
		print_findings(row, &loaded);
		fail_msg("expected %s at %u:%u", row->code, row->line, row->column);
	}
	release(&loaded);
}

void check_warning(const struct finding_row *row)
{
	struct loaded loaded;
	load(row->text, &loaded);
	if (loaded.err != MRL_OK || loaded.diagnostics.errors != 0 ||
	    loaded.diagnostics.warnings != 1 || !is_found(row, loaded.diagnostics.first)) {
		print_findings(row, &loaded);
		fail_msg("expected warning %s at %u:%u", row->code, row->line, row->column);
	}
	release(&loaded);
}
