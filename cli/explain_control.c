/* What the tables say of controls and problems, for people and as JSON. */
#include "explain.h"
#include "json_out.h"

#include <inttypes.h>

static const char *const stage_names[MRL_STAGE_COUNT] = {
	[MRL_STAGE_HEAD] = "head",
	[MRL_STAGE_BODY] = "body",
	[MRL_STAGE_REPLY] = "reply",
	[MRL_STAGE_ANSWER] = "answer",
};
static const char *const fact_kinds[] = {
	[MRL_FACT_NUMBER] = "number", [MRL_FACT_BOOL] = "bool", [MRL_FACT_WORD] = "word"};

static void print_range(const struct mrl_key *key)
{
	if (key->kind == MRL_KEY_NUMBER) {
		printf(" (%" PRId64 " to %" PRId64 ")", key->min, key->max);
	}
	if (key->kind == MRL_KEY_LIST) {
		printf(" (at most %" PRId64 ")", key->max);
	}
	for (const char *const *choice = key->choices; choice != NULL && *choice != NULL;
	     choice++) {
		printf("%s%s", choice == key->choices ? " (" : ", ", *choice);
	}
	fputs(key->choices != NULL ? ")" : "", stdout);
}

static void print_keys(const struct mrl_control *control)
{
	puts(control->keys == NULL && !control->judges ? "  keys: none" : "  keys:");
	for (const struct mrl_key *key = control->keys; key != NULL && key->name != NULL; key++) {
		printf("    %s: %s", key->name, key->fallback == NULL ? "\"\"" : key->fallback);
		print_range(key);
		printf("\n        %s\n", key->meaning);
	}
	if (control->judges) {
		puts("    mode: enforce (enforce, shadow)\n"
		     "        shadow notes in the record what would have been refused, and passes "
		     "it");
	}
}

static void print_control(const struct mrl_cli *cli, const struct mrl_control *control)
{
	const char *bold = cli->colour_out ? "\033[1m" : "";
	const char *plain = cli->colour_out ? "\033[0m" : "";
	printf("%s%s%s [%s]\n  %s\n  asked at:", bold, control->name, plain, control->items,
	       control->summary);
	for (unsigned i = 0; i < MRL_STAGE_COUNT; i++) {
		if (control->decide[i] != NULL) {
			printf(" %s", stage_names[i]);
		}
	}
	putchar('\n');
	print_keys(control);
	for (unsigned i = 0; i < control->problem_count; i++) {
		const struct mrl_problem *problem = &mrl_problems[control->problems[i]];
		printf("%s    %s", i == 0 ? "  refuses with:\n" : "", problem->id);
		if (problem->status != 0) {
			printf(" %u", problem->status);
		}
		printf("%s%s\n", problem->title[0] != '\0' ? " " : "", problem->title);
	}
	for (const struct mrl_fact_row *fact = control->facts; fact != NULL && fact->name != NULL;
	     fact++) {
		printf("%s    %s: %s%s\n", fact == control->facts ? "  may say in a record:\n" : "",
		       fact->name, fact->meaning, fact->personal ? " (personal)" : "");
	}
}

static void json_keys(struct mrl_out *json, const struct mrl_control *control)
{
	mrl_out_open(json, "keys", '[');
	for (const struct mrl_key *key = control->keys; key != NULL && key->name != NULL; key++) {
		mrl_out_open(json, NULL, '{');
		mrl_out_text(json, "name", key->name);
		mrl_out_text(json, "default", key->fallback == NULL ? "" : key->fallback);
		mrl_out_text(json, "meaning", key->meaning);
		if (key->kind == MRL_KEY_NUMBER || key->kind == MRL_KEY_LIST) {
			mrl_out_number(json, "min", key->min);
			mrl_out_number(json, "max", key->max);
		}
		if (key->choices != NULL) {
			mrl_out_open(json, "choices", '[');
			for (const char *const *choice = key->choices; *choice != NULL; choice++) {
				mrl_out_text(json, NULL, *choice);
			}
			mrl_out_close(json);
		}
		mrl_out_close(json);
	}
	mrl_out_close(json);
}

static void json_problem(struct mrl_out *json, const struct mrl_problem *problem)
{
	mrl_out_open(json, NULL, '{');
	mrl_out_text(json, "id", problem->id);
	mrl_out_number(json, "status", problem->status);
	mrl_out_text(json, "title", problem->title);
	mrl_out_close(json);
}

static void json_control(struct mrl_out *json, const struct mrl_control *control)
{
	mrl_out_open(json, NULL, '{');
	mrl_out_text(json, "name", control->name);
	mrl_out_text(json, "items", control->items);
	mrl_out_text(json, "summary", control->summary);
	mrl_out_bool(json, "shadow", control->judges);
	mrl_out_open(json, "stages", '[');
	for (unsigned i = 0; i < MRL_STAGE_COUNT; i++) {
		if (control->decide[i] != NULL) {
			mrl_out_text(json, NULL, stage_names[i]);
		}
	}
	mrl_out_close(json);
	json_keys(json, control);
	mrl_out_open(json, "problems", '[');
	for (unsigned i = 0; i < control->problem_count; i++) {
		json_problem(json, &mrl_problems[control->problems[i]]);
	}
	mrl_out_close(json);
	mrl_out_open(json, "facts", '[');
	for (const struct mrl_fact_row *fact = control->facts; fact != NULL && fact->name != NULL;
	     fact++) {
		mrl_out_open(json, NULL, '{');
		mrl_out_text(json, "name", fact->name);
		mrl_out_text(json, "kind", fact_kinds[fact->kind]);
		mrl_out_bool(json, "personal", fact->personal);
		mrl_out_text(json, "meaning", fact->meaning);
		mrl_out_close(json);
	}
	mrl_out_close(json);
	mrl_out_close(json);
}

void mrl_explain_list(const struct mrl_cli *cli)
{
	if (cli->json) {
		mrl_explain_controls(cli, UINT64_MAX);
		return;
	}
	for (unsigned i = 0; i < MRL_CONTROL_COUNT; i++) {
		printf("%-18s%-24s%s\n", mrl_controls[i]->name, mrl_controls[i]->items,
		       mrl_controls[i]->summary);
	}
	puts("\n`merlon explain NAME` tells of keys, refusals and facts; so does a line's id, "
	     "`merlon explain CORS-2`.");
}

void mrl_explain_controls(const struct mrl_cli *cli, uint64_t controls)
{
	struct mrl_out json = mrl_out_begin(stdout);
	bool first = true;
	if (cli->json) {
		mrl_out_open(&json, NULL, '[');
	}
	for (unsigned i = 0; i < MRL_CONTROL_COUNT; i++) {
		if ((controls >> i & 1) == 0) {
			continue;
		}
		if (cli->json) {
			json_control(&json, mrl_controls[i]);
			continue;
		}
		fputs(first ? "" : "\n", stdout);
		first = false;
		print_control(cli, mrl_controls[i]);
	}
	if (cli->json) {
		mrl_out_finish(&json);
	}
}

static bool issues(const struct mrl_control *control, enum mrl_problem_id problem)
{
	for (unsigned i = 0; i < control->problem_count; i++) {
		if (control->problems[i] == (uint8_t)problem) {
			return true;
		}
	}
	return false;
}

void mrl_explain_problem(const struct mrl_cli *cli, enum mrl_problem_id problem)
{
	const struct mrl_problem *row = &mrl_problems[problem];
	struct mrl_out json = mrl_out_begin(stdout);
	if (cli->json) {
		mrl_out_open(&json, NULL, '{');
		mrl_out_text(&json, "id", row->id);
		mrl_out_number(&json, "status", row->status);
		mrl_out_text(&json, "title", row->title);
		mrl_out_open(&json, "controls", '[');
	} else if (row->status == 0) {
		printf("%s: the upstream's own status\n  issued by:", row->id);
	} else {
		printf("%s: %u %s\n  issued by:", row->id, row->status, row->title);
	}
	bool found = false;
	for (unsigned i = 0; i < MRL_CONTROL_COUNT; i++) {
		if (!issues(mrl_controls[i], problem)) {
			continue;
		}
		found = true;
		if (cli->json) {
			mrl_out_text(&json, NULL, mrl_controls[i]->name);
		} else {
			printf(" %s", mrl_controls[i]->name);
		}
	}
	if (cli->json) {
		mrl_out_finish(&json);
		return;
	}
	puts(found ? "" : " the gateway itself");
}
