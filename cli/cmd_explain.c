/* `merlon explain`: finds what a word means: a control, a line of the checklist, a problem, or an
 * operation of a policy. */
#include "explain.h"
#include "text.h"

#define CANDIDATES_MAX (MRL_CONTROL_COUNT + MRL_PROBLEM_COUNT)

bool mrl_explain_has_item(const struct mrl_control *control, const char *item)
{
	size_t size = strlen(item);
	const char *rest = control->items;
	while (rest != NULL && *rest != '\0') {
		size_t length = strcspn(rest, " ");
		if (length == size &&
		    mrl_slice_equal_nocase(mrl_slice(rest, length), mrl_slice(item, size))) {
			return true;
		}
		rest += length + (rest[length] == ' ');
	}
	return false;
}

static uint64_t controls_of(const char *word)
{
	uint64_t found = 0;
	for (unsigned i = 0; i < MRL_CONTROL_COUNT; i++) {
		if (strcmp(mrl_controls[i]->name, word) == 0 ||
		    mrl_explain_has_item(mrl_controls[i], word)) {
			found |= UINT64_C(1) << i;
		}
	}
	return found;
}

static enum mrl_exit not_found(const struct mrl_cli *cli, const char *word)
{
	const char *names[CANDIDATES_MAX];
	size_t count = 0;
	for (unsigned i = 0; i < MRL_CONTROL_COUNT; i++) {
		names[count++] = mrl_controls[i]->name;
	}
	for (unsigned i = 0; i < MRL_PROBLEM_COUNT; i++) {
		names[count++] = mrl_problems[i].id;
	}
	const char *near = mrl_nearest(mrl_slice_text(word), names, count);
	if (near != NULL) {
		mrl_complain(cli, "\"%s\" is nothing that can be explained; did you mean \"%s\"?",
		             word, near);
		return MRL_EXIT_USAGE;
	}
	mrl_complain(cli,
	             "\"%s\" is no control, line of the checklist or problem; an operation "
	             "needs -c FILE; `merlon explain` lists the controls",
	             word);
	return MRL_EXIT_USAGE;
}

static enum mrl_exit explain_word(const struct mrl_cli *cli, const char *word)
{
	uint64_t controls = controls_of(word);
	if (controls != 0) {
		mrl_explain_controls(cli, controls);
		return MRL_EXIT_OK;
	}
	for (unsigned i = 0; i < MRL_PROBLEM_COUNT; i++) {
		if (strcmp(mrl_problems[i].id, word) == 0) {
			mrl_explain_problem(cli, (enum mrl_problem_id)i);
			return MRL_EXIT_OK;
		}
	}
	return not_found(cli, word);
}

enum mrl_exit mrl_cmd_explain(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	const char *word = arguments->word_count == 0 ? NULL : arguments->words[0];
	const char *config = mrl_given_value(arguments, "config", NULL);
	if (config != NULL) {
		const char *file = mrl_path_absolute(cli->arena, config);
		return word == NULL ? mrl_explain_operations(cli, file)
		                    : mrl_explain_operation(cli, file, word);
	}
	if (word == NULL) {
		mrl_explain_list(cli);
		return MRL_EXIT_OK;
	}
	return explain_word(cli, word);
}
