/* Findings of plans: each plan is compiled alone, so what is wrong in a common layer comes often.
 */
#include "loader.h"

static bool is_same(const struct mrl_diagnostic *a, const struct mrl_diagnostic *b)
{
	return a->line == b->line && a->column == b->column && mrl_slice_equal(a->file, b->file) &&
	       mrl_slice_equal(a->message, b->message);
}

static bool is_known(const struct mrl_diagnostics *all, const struct mrl_diagnostic *finding)
{
	for (const struct mrl_diagnostic *known = all->first; known != NULL; known = known->next) {
		if (is_same(known, finding)) {
			return true;
		}
	}
	return false;
}

/* The pointer is the only part that mrl_diagnose_file does not take. */
static void add(struct mrl_diagnostics *all, const struct mrl_diagnostic *finding)
{
	const struct mrl_diagnostic *before = all->last;
	mrl_diagnose_file(all, finding->severity, finding->code, finding->file, finding->line,
	                  finding->column, NULL, "%.*s", MRL_PRINT(finding->message));
	if (all->last != before) {
		all->last->pointer = finding->pointer;
		all->last->hint = finding->hint;
	}
}

static void merge(struct mrl_diagnostics *all, const struct mrl_diagnostics *some)
{
	uint32_t errors = 0;
	uint32_t warnings = 0;
	for (const struct mrl_diagnostic *one = some->first; one != NULL; one = one->next) {
		errors += one->severity == MRL_ERROR;
		warnings += one->severity == MRL_WARNING;
		if (!is_known(all, one)) {
			add(all, one);
		}
	}
	/* Those without room count, so that a load never passes for lack of memory. */
	all->errors += some->errors - errors;
	all->warnings += some->warnings - warnings;
	all->dropped += some->dropped;
}

enum mrl_err mrl_findings_take(struct mrl_loader *loader, const struct mrl_diagnostics *findings,
                               enum mrl_err err)
{
	merge(loader->diagnostics, findings);
	if (err != MRL_ERR_INVALID) {
		return err;
	}
	return MRL_INVARIANT(findings->errors != 0) ? MRL_OK : MRL_ERR_BUG;
}
