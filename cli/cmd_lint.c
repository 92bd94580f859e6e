/* `merlon lint`: what is wrong with a policy, its documents and its certificates, or with an
 * OpenAPI document alone; starts nothing. */
#include "json_out.h"
#include "lint.h"
#include "load.h"
#include "text.h"

#include <merlon/host.h>

#define FINDING_BYTES  32768
#define LINT_BYTES_MAX (32U << 20)

static void print_json(struct mrl_cli *cli, const char *file,
                       const struct mrl_diagnostics *diagnostics)
{
	struct mrl_out json = mrl_out_begin(stdout);
	uint8_t *memory = mrl_must(mrl_arena_alloc(cli->arena, FINDING_BYTES, 1));
	mrl_out_open(&json, NULL, '{');
	mrl_out_text(&json, "file", file);
	mrl_out_bool(&json, "ok", diagnostics->errors == 0);
	mrl_out_number(&json, "errors", diagnostics->errors);
	mrl_out_number(&json, "warnings", diagnostics->warnings);
	mrl_out_open(&json, "findings", '[');
	for (const struct mrl_diagnostic *one = diagnostics->first; one != NULL; one = one->next) {
		struct mrl_buffer buffer = mrl_buffer(memory, FINDING_BYTES);
		mrl_diagnostic_json(one, &buffer);
		if (!buffer.overflow) {
			mrl_out_raw(&json, NULL, mrl_buffer_slice(&buffer));
		}
	}
	mrl_out_finish(&json);
}

static void print_text(struct mrl_cli *cli, const char *file,
                       const struct mrl_diagnostics *diagnostics)
{
	mrl_report(stdout, cli->colour_out, cli->arena, diagnostics);
	if (diagnostics->errors == 0 && diagnostics->warnings == 0) {
		printf("%s: nothing to complain about\n", file);
		return;
	}
	printf("%s: %u error%s, %u warning%s\n", file, diagnostics->errors,
	       diagnostics->errors == 1 ? "" : "s", diagnostics->warnings,
	       diagnostics->warnings == 1 ? "" : "s");
}

static enum mrl_exit lint_policy(struct mrl_cli *cli, const char *file)
{
	struct mrl_loading loading;
	struct mrl_load_request request = {.file = mrl_path_absolute(cli->arena, file)};
	enum mrl_err err = mrl_load(cli->arena, &request, &loading);
	if (err != MRL_OK) {
		mrl_complain(cli, "%s cannot be checked: %s", file, mrl_err_name(err));
		return MRL_EXIT_SOFTWARE;
	}
	mrl_policy_unref(loading.policy);
	if (cli->json) {
		print_json(cli, file, &loading.diagnostics);
	} else {
		print_text(cli, file, &loading.diagnostics);
	}
	return loading.diagnostics.errors == 0 ? MRL_EXIT_OK : MRL_EXIT_FAILED;
}

static bool fails(const struct mrl_lint *lint, const char *least)
{
	bool warnings = strcmp(least, "error") != 0;
	bool notes = strcmp(least, "note") == 0;
	return lint->diagnostics.errors != 0 || (warnings && lint->diagnostics.warnings != 0) ||
	       (notes && mrl_lint_notes(lint) != 0);
}

static enum mrl_exit lint_document(struct mrl_cli *cli, const struct mrl_arguments *arguments,
                                   const char *file)
{
	const char *overlay = mrl_given_value(arguments, "fix-overlay", NULL);
	const char *format = mrl_given_value(arguments, "format", cli->json ? "json" : "text");
	struct mrl_lint lint = {
		.arena = cli->arena,
		.file = mrl_slice_text(file),
		.diagnostics = {.arena = cli->arena},
		.strict = mrl_given(arguments, "strict"),
	};
	enum mrl_err err = mrl_lint_document(&lint);
	if (err != MRL_OK) {
		mrl_complain(cli, "%s cannot be checked: %s", file, mrl_err_name(err));
		return MRL_EXIT_SOFTWARE;
	}
	if (strcmp(format, "sarif") == 0) {
		mrl_lint_sarif(&lint);
	} else if (strcmp(format, "json") == 0) {
		mrl_lint_json(&lint);
	} else {
		mrl_lint_text(cli, &lint);
	}
	if (overlay != NULL && !mrl_lint_overlay(&lint, overlay)) {
		mrl_complain(cli, "%s cannot be written", overlay);
		return MRL_EXIT_FAILED;
	}
	return fails(&lint, mrl_given_value(arguments, "fail-on", "error")) ? MRL_EXIT_FAILED
	                                                                    : MRL_EXIT_OK;
}

static bool is_one_of(const char *value, const char *const *choices)
{
	while (*choices != NULL && strcmp(value, *choices) != 0) {
		choices++;
	}
	return *choices != NULL;
}

static bool options_hold(const struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	static const char *const formats[] = {"text", "json", "sarif", NULL};
	static const char *const least[] = {"error", "warning", "note", NULL};
	if (!is_one_of(mrl_given_value(arguments, "format", "text"), formats)) {
		mrl_complain(cli, "--format is text, json or sarif");
		return false;
	}
	if (!is_one_of(mrl_given_value(arguments, "fail-on", "error"), least)) {
		mrl_complain(cli, "--fail-on is error, warning or note");
		return false;
	}
	return true;
}

/* What cannot be read is left to who reports on policies. */
static bool is_document(struct mrl_cli *cli, const char *file)
{
	struct mrl_slice text;
	const struct mrl_files *files = &mrl_files_posix;
	return files->read(files->host, mrl_slice_text(file), LINT_BYTES_MAX, cli->arena, &text) ==
	               MRL_OK &&
	       mrl_lint_is_document(text);
}

static bool has_document_options(const struct mrl_arguments *arguments)
{
	return mrl_given(arguments, "strict") || mrl_given(arguments, "format") ||
	       mrl_given(arguments, "fail-on") || mrl_given(arguments, "fix-overlay");
}

enum mrl_exit mrl_cmd_lint(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	const char *named = arguments->word_count != 0 ? arguments->words[0] : "merlon.yaml";
	if (arguments->word_count != 0 && mrl_given(arguments, "config")) {
		mrl_complain(cli, "name the policy once: as -c FILE or as FILE");
		return MRL_EXIT_USAGE;
	}
	const char *file = mrl_given_value(arguments, "config", named);
	if (!options_hold(cli, arguments)) {
		return MRL_EXIT_USAGE;
	}
	if (is_document(cli, file)) {
		return lint_document(cli, arguments, file);
	}
	if (has_document_options(arguments)) {
		mrl_complain(cli,
		             "%s is no OpenAPI document: --strict, --format, --fail-on and "
		             "--fix-overlay are for those",
		             file);
		return MRL_EXIT_USAGE;
	}
	return lint_policy(cli, file);
}
