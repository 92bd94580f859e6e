/* `merlon lint`: what is wrong with a policy, its documents and its certificates; starts nothing.
 */
#include "json_out.h"
#include "load.h"
#include "text.h"

#define FINDING_BYTES 32768

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

enum mrl_exit mrl_cmd_lint(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	struct mrl_loading loading;
	const char *named = arguments->word_count != 0 ? arguments->words[0] : "merlon.yaml";
	if (arguments->word_count != 0 && mrl_given(arguments, "config")) {
		mrl_complain(cli, "name the policy once: as -c FILE or as FILE");
		return MRL_EXIT_USAGE;
	}
	const char *file = mrl_given_value(arguments, "config", named);
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
