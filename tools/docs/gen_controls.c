/*
 * Prints docs/controls.md from the table of controls; with --trace, one line a control for the
 * traceability page: name, items, summary, tab-separated.
 */
#include <inttypes.h>
#include <merlon/engine.h>
#include <stdio.h>
#include <string.h>

static const char *const stage_names[MRL_STAGE_COUNT] = {
	[MRL_STAGE_HEAD] = "the request's head",
	[MRL_STAGE_BODY] = "its body",
	[MRL_STAGE_REPLY] = "the upstream's reply",
	[MRL_STAGE_ANSWER] = "answers of Merlon's own",
};

static void print_intro(void)
{
	fputs("# Controls\n\n"
	      "Generated from the table that the gateway itself runs on, in the order of "
	      "evaluation;\n"
	      "`merlon explain NAME` shows the same. How a policy sets their keys: "
	      "[policy](policy.md).\n"
	      "What a refusal looks like: [errors](errors.md).\n\n"
	      "| control | answers | what holds because of it |\n|---|---|---|\n",
	      stdout);
	for (unsigned i = 0; i < MRL_CONTROL_COUNT; i++) {
		const struct mrl_control *control = mrl_controls[i];
		printf("| [%s](#%s) | %s | %s |\n", control->name, control->name, control->items,
		       control->summary);
	}
}

static void print_range(const struct mrl_key *key)
{
	switch (key->kind) {
	case MRL_KEY_BOOL: fputs("on or off", stdout); return;
	case MRL_KEY_NUMBER: printf("%" PRId64 " to %" PRId64, key->min, key->max); return;
	case MRL_KEY_ENUM:
		for (const char *const *choice = key->choices; *choice != NULL; choice++) {
			printf("%s`%s`", choice == key->choices ? "" : ", ", *choice);
		}
		return;
	case MRL_KEY_TEXT: printf("text of at most %" PRId64 " bytes", key->max); return;
	case MRL_KEY_LIST: printf("list of at most %" PRId64, key->max); return;
	/* The policy's own sections, which no control has. */
	case MRL_KEY_OBJECT:
	case MRL_KEY_OBJECTS:
	case MRL_KEY_MAP:
	case MRL_KEY_CONTROLS: return;
	}
}

static void print_keys(const struct mrl_control *control)
{
	const struct mrl_key *key = control->keys;
	if (!control->judges && (key == NULL || key->name == NULL)) {
		fputs("\nNo keys.\n", stdout);
		return;
	}
	fputs("\n| key | default | values | meaning |\n|---|---|---|---|\n", stdout);
	for (; key != NULL && key->name != NULL; key++) {
		bool is_empty = key->fallback == NULL || key->fallback[0] == '\0';
		printf("| `%s` | %s%s%s | ", key->name, is_empty ? "" : "`",
		       is_empty ? "none" : key->fallback, is_empty ? "" : "`");
		print_range(key);
		printf(" | %s |\n", key->meaning);
	}
	if (control->judges) {
		fputs("| `mode` | `enforce` | `enforce`, `shadow` | `shadow` only notes in the "
		      "record "
		      "what it would have refused |\n",
		      stdout);
	}
}

static void print_problems(const struct mrl_control *control)
{
	if (control->problem_count == 0) {
		return;
	}
	fputs("\nRefuses with: ", stdout);
	for (unsigned i = 0; i < control->problem_count; i++) {
		const struct mrl_problem *problem = &mrl_problems[control->problems[i]];
		printf("%s[%s](errors.md#%s)", i == 0 ? "" : ", ", problem->id, problem->id);
		if (problem->status != 0) {
			printf(" (%u)", problem->status);
		}
	}
	fputs(".\n", stdout);
}

static void print_facts(const struct mrl_control *control)
{
	const struct mrl_fact_row *fact = control->facts;
	if (fact == NULL || fact->name == NULL) {
		return;
	}
	fputs("\nMay say in a record:\n\n| fact | meaning | personal |\n|---|---|---|\n", stdout);
	for (; fact->name != NULL; fact++) {
		printf("| `%s` | %s | %s |\n", fact->name, fact->meaning,
		       fact->personal ? "yes" : "no");
	}
}

static void print_control(const struct mrl_control *control)
{
	const char *between = "\nAsked at: ";
	printf("\n## %s\n\n%s [%s]\n", control->name, control->summary, control->items);
	for (unsigned i = 0; i < MRL_STAGE_COUNT; i++) {
		if (control->decide[i] != NULL) {
			printf("%s%s", between, stage_names[i]);
			between = ", ";
		}
	}
	printf(".\nAn example: `examples/policies/%s.yaml`.\n", control->name);
	print_keys(control);
	print_problems(control);
	print_facts(control);
}

int main(int count, char **words)
{
	bool trace = count == 2 && strcmp(words[1], "--trace") == 0;
	if (count > 1 && !trace) {
		fputs("usage: gen_controls [--trace]\n", stderr);
		return 64;
	}
	if (!trace) {
		print_intro();
	}
	for (unsigned i = 0; i < MRL_CONTROL_COUNT; i++) {
		const struct mrl_control *control = mrl_controls[i];
		if (trace) {
			printf("%s\t%s\t%s\n", control->name, control->items, control->summary);
		} else {
			print_control(control);
		}
	}
	return ferror(stdout) != 0 || fflush(stdout) != 0;
}
