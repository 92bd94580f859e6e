/*
 * `merlon limits`: the limits of each operation, who uses most of one now, what a key has left, and
 * forgetting what a key was charged.
 */
#include "limits.h"
#include "text.h"

#include <inttypes.h>

#define TOP_MAX 1000

struct top {
	struct mrl_limit_seen *rows; /* the fullest first */
	uint32_t count, max;
};

static void keep(void *context, const struct mrl_limit_seen *seen)
{
	struct top *top = context;
	uint32_t at = top->count;
	if (top->count == top->max && top->rows[at - 1].units >= seen->units) {
		return;
	}
	at -= top->count == top->max;
	while (at > 0 && top->rows[at - 1].units < seen->units) {
		top->rows[at] = top->rows[at - 1];
		at--;
	}
	top->rows[at] = *seen;
	top->count += top->count < top->max;
}

struct wanted {
	uint64_t tag;
	struct mrl_limit_seen seen;
};

static void keep_wanted(void *context, const struct mrl_limit_seen *seen)
{
	struct wanted *wanted = context;
	if (!seen->overflow && seen->tag == wanted->tag) {
		wanted->seen = *seen;
	}
}

static uint32_t left_of(const struct mrl_limits_row *row, uint32_t units)
{
	return row->rule.units > units ? row->rule.units - units : 0;
}

static void name_of(const struct mrl_limits_row *row, const struct mrl_limit_seen *seen, char *name)
{
	struct mrl_limit_hash identity = {.low = seen->tag ^ row->salt.low};
	mrl_limit_key_name(identity, name);
	if (seen->overflow) {
		(void)snprintf(name, MRL_LIMIT_KEY_NAME + 1, "(no room)");
	}
}

static void tell(const struct mrl_cli *cli, const struct mrl_limits_row *row,
                 const struct mrl_limit_seen *seen, struct mrl_out *json)
{
	char name[MRL_LIMIT_KEY_NAME + 1];
	name_of(row, seen, name);
	if (cli->json) {
		mrl_out_open(json, NULL, '{');
		mrl_out_slice(json, "limit", row->spec->name);
		mrl_out_text(json, "key", name);
		mrl_out_number(json, "used", seen->units);
		mrl_out_number(json, "left", left_of(row, seen->units));
		mrl_out_number(json, "reset_ms", seen->reset_ms);
		mrl_out_bool(json, "no_room", seen->overflow);
		mrl_out_close(json);
		return;
	}
	printf("%-16.*s%-14s%-12" PRIu32 "%-12" PRIu32 "%" PRIu32 " s\n",
	       MRL_PRINT(row->spec->name), name, seen->units, left_of(row, seen->units),
	       (seen->reset_ms + 999) / 1000);
}

static void tell_head(const struct mrl_cli *cli)
{
	if (!cli->json) {
		printf("%-16s%-14s%-12s%-12s%s\n", "limit", "key", "used", "left", "frees in");
	}
}

static void top_of(const struct mrl_limits_view *view, const struct mrl_limits_row *row,
                   uint32_t max, struct mrl_out *json)
{
	struct top top = {.max = max};
	top.rows = mrl_must(MRL_NEW_ARRAY(view->cli->arena, max, struct mrl_limit_seen));
	mrl_limit_zone_each(row->zone, row->ordinal, view->store.host.now_ms(NULL), keep, &top);
	for (uint32_t i = 0; i < top.count; i++) {
		tell(view->cli, row, &top.rows[i], json);
	}
}

static bool read_count(const struct mrl_cli *cli, const struct mrl_arguments *arguments,
                       uint32_t *ret_count)
{
	const char *text = mrl_given_value(arguments, "count", "10");
	uint64_t count = 0;
	if (!mrl_parse_u64(mrl_slice_text(text), &count) || count == 0 || count > TOP_MAX) {
		mrl_complain(cli, "--count is 1 to %d, not \"%s\"", TOP_MAX, text);
		return false;
	}
	*ret_count = (uint32_t)count;
	return true;
}

static enum mrl_exit run_top(const struct mrl_limits_view *view,
                             const struct mrl_arguments *arguments)
{
	const struct mrl_limits *limits = &view->policy->limits;
	const char *name = arguments->word_count > 1 ? arguments->words[1] : NULL;
	struct mrl_limits_row row;
	struct mrl_out json = mrl_out_begin(stdout);
	uint32_t count;
	if (!read_count(view->cli, arguments, &count) ||
	    (name != NULL && !mrl_limits_find(view, name, &row))) {
		return MRL_EXIT_USAGE;
	}
	if (view->cli->json) {
		mrl_out_open(&json, NULL, '[');
	}
	tell_head(view->cli);
	for (uint32_t i = 0; i < limits->count; i++) {
		const char *each = mrl_text_of(view->cli->arena, limits->specs[i].name);
		if ((name == NULL || strcmp(name, each) == 0) &&
		    mrl_limits_find(view, each, &row)) {
			top_of(view, &row, count, &json);
		}
	}
	if (view->cli->json) {
		mrl_out_finish(&json);
	}
	return MRL_EXIT_OK;
}

/* The limit and the key that the words name. */
static bool find_key(const struct mrl_limits_view *view, const struct mrl_arguments *arguments,
                     struct mrl_limits_row *ret_row, struct wanted *ret_wanted)
{
	struct mrl_limit_hash identity;
	if (arguments->word_count < 2) {
		mrl_complain(view->cli, "which limit? `merlon limits` lists them");
		return false;
	}
	if (!mrl_limits_find(view, arguments->words[1], ret_row) ||
	    !mrl_limits_key(view, arguments, ret_row, &identity)) {
		return false;
	}
	*ret_wanted = (struct wanted){.tag = identity.low ^ ret_row->salt.low};
	ret_wanted->seen.tag = ret_wanted->tag;
	mrl_limit_zone_each(ret_row->zone, ret_row->ordinal, view->store.host.now_ms(NULL),
	                    keep_wanted, ret_wanted);
	return true;
}

static enum mrl_exit run_show(const struct mrl_limits_view *view,
                              const struct mrl_arguments *arguments)
{
	struct mrl_limits_row row;
	struct wanted wanted;
	struct mrl_out json = mrl_out_begin(stdout);
	if (!find_key(view, arguments, &row, &wanted)) {
		return MRL_EXIT_USAGE;
	}
	tell_head(view->cli);
	tell(view->cli, &row, &wanted.seen, &json);
	if (view->cli->json) {
		mrl_out_finish(&json);
	}
	return MRL_EXIT_OK;
}

static enum mrl_exit run_clear(const struct mrl_limits_view *view,
                               const struct mrl_arguments *arguments)
{
	const char *reason = mrl_given_value(arguments, "reason", "");
	struct mrl_limits_row row;
	struct wanted wanted;
	char name[MRL_LIMIT_KEY_NAME + 1];
	uint32_t units = 0;
	if (reason[0] == '\0' || strlen(reason) > 200) {
		mrl_complain(view->cli,
		             "say why, for the record: --reason TEXT (at most 200 bytes)");
		return MRL_EXIT_USAGE;
	}
	if (!find_key(view, arguments, &row, &wanted)) {
		return MRL_EXIT_USAGE;
	}
	name_of(&row, &wanted.seen, name);
	if (!mrl_limits_record(view, &row, name, reason)) {
		return MRL_EXIT_FAILED;
	}
	if (mrl_limit_zone_clear(row.zone, row.ordinal, wanted.tag, &view->store.host, &units) !=
	    MRL_OK) {
		mrl_complain(view->cli, "the key is in use by a process that hangs; try again");
		return MRL_EXIT_FAILED;
	}
	if (view->cli->json) {
		struct mrl_out json = mrl_out_begin(stdout);
		mrl_out_open(&json, NULL, '{');
		mrl_out_slice(&json, "limit", row.spec->name);
		mrl_out_text(&json, "key", name);
		mrl_out_number(&json, "cleared", units);
		mrl_out_bool(&json, "in_redis", view->policy->limits.redis != NULL);
		mrl_out_finish(&json);
	} else {
		printf("%.*s %s: %" PRIu32 " units forgotten\n", MRL_PRINT(row.spec->name), name,
		       units);
	}
	if (view->policy->limits.redis != NULL) {
		mrl_remark(view->cli,
		           "gateways share this limit: in Redis delete the key that ends in "
		           ":%s}:%.*s too",
		           name, MRL_PRINT(row.spec->name));
	}
	return MRL_EXIT_OK;
}

enum mrl_exit mrl_cmd_limits(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	static const struct {
		const char *name;
		enum mrl_exit (*run)(const struct mrl_limits_view *view,
		                     const struct mrl_arguments *arguments);
	} actions[] = {{"top", run_top}, {"show", run_show}, {"clear", run_clear}};
	const char *word = arguments->word_count == 0 ? "status" : arguments->words[0];
	struct mrl_limits_view view;
	size_t at = 0;
	if (strcmp(word, "status") == 0) {
		return mrl_limits_status(cli, arguments);
	}
	while (at < MRL_COUNT(actions) && strcmp(word, actions[at].name) != 0) {
		at++;
	}
	if (at == MRL_COUNT(actions)) {
		mrl_complain(cli, "\"%s\" is none of status, top, show and clear", word);
		return MRL_EXIT_USAGE;
	}
	if (!mrl_limits_open(cli, arguments, actions[at].run == run_clear, &view)) {
		return MRL_EXIT_FAILED;
	}
	enum mrl_exit code = actions[at].run(&view, arguments);
	mrl_limits_close(&view);
	return code;
}
