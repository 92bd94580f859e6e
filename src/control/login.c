/*
 * login [RATE-1]: failed sign-ins of an address, of a name and of both together. What counts is
 * reserved before the upstream sees the attempt, so that a thousand guesses at once are not a
 * thousand guesses; a success gives it back.
 */
#include "limit.h"

enum from { FROM_NONE, FROM_JSON, FROM_FORM };
static const char *const sources[] = {
	[FROM_NONE] = "none", [FROM_JSON] = "json", [FROM_FORM] = "form", NULL};

#define SUCCESSES_MAX 8
#define NAME_BYTES    320

struct config {
	int from;
	struct mrl_setting at;
	struct mrl_settings success;
	uint16_t statuses[SUCCESSES_MAX];
	uint32_t status_count;
	uint8_t specs[MRL_LIMIT_KEYS_MAX];
	uint8_t spec_count;
};

static const struct mrl_key keys[] = {
	{"from", MRL_KEY_ENUM, 0, 0, "none", sources,
         "where a sign-in has the name of its user; none: the operation is no sign-in",
         offsetof(struct config, from)},
	{"at", MRL_KEY_TEXT, 0, 256, "", NULL,
         "json: the JSON Pointer of the name; form: the name of its field",
         offsetof(struct config, at)},
	{"success", MRL_KEY_LIST, 0, SUCCESSES_MAX, "[]", NULL,
         "statuses of an attempt that did not fail; by default 200, 201 and 204",
         offsetof(struct config, success)},
	{0},
};

static const struct mrl_fact_row facts[] = {
	{"login_violated", MRL_FACT_WORD, false,
         "a limit of failed sign-ins that refused the call"},
	{"login_wait_ms", MRL_FACT_NUMBER, false, "until another attempt would pass"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_QUOTA_EXCEEDED};

static bool read_status(struct mrl_slice text, uint16_t *ret_status)
{
	uint16_t status = 0;
	for (size_t i = 0; i < text.size && i < 4; i++) {
		if (!mrl_is_digit(text.data[i])) {
			return false;
		}
		status = (uint16_t)(status * 10 + (text.data[i] - '0'));
	}
	*ret_status = status;
	return text.size == 3 && status >= 200 && status < 600;
}

static enum mrl_err compile_success(const struct mrl_compile *compile, struct config *config)
{
	static const uint16_t usual[] = {200, 201, 204};
	for (uint32_t i = 0; i < config->success.count; i++) {
		const struct mrl_setting *item = &config->success.items[i];
		if (!read_status(item->text, &config->statuses[config->status_count++])) {
			mrl_diagnose(compile->diagnostics, MRL_ERROR, "limit-login", item->node,
			             "write statuses as texts: [\"200\", \"204\"]",
			             "\"%.*s\" is no status of a reply", MRL_PRINT(item->text));
			return MRL_ERR_INVALID;
		}
	}
	if (config->success.count == 0) {
		memcpy(config->statuses, usual, sizeof(usual));
		config->status_count = MRL_COUNT(usual);
	}
	return MRL_OK;
}

static bool has_place(const struct config *config)
{
	struct mrl_slice at = config->at.text;
	return at.size != 0 && (config->from != FROM_JSON || at.data[0] == '/');
}

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	struct config *settings = config;
	const struct mrl_limits *limits = &compile->policy->limits;
	const struct mrl_node *node = settings->at.node != NULL ? settings->at.node : compile->node;
	if (settings->from == FROM_NONE) {
		return MRL_OK;
	}
	if (!has_place(settings)) {
		mrl_diagnose(compile->diagnostics, MRL_ERROR, "limit-login", node,
		             "json: a JSON Pointer such as \"/email\"; form: a field's name",
		             "`at` must say where the name of the user stands");
		return MRL_ERR_INVALID;
	}
	for (uint32_t i = 0; i < limits->count; i++) {
		if (limits->specs[i].zone == MRL_LIMIT_ZONE_LOGIN) {
			settings->specs[settings->spec_count++] = (uint8_t)i;
		}
	}
	return compile_success(compile, settings);
}

static enum mrl_err find_json(const struct config *config, struct mrl_call *call,
                              struct mrl_slice *ret_name)
{
	struct mrl_json_limits limits = MRL_JSON_LIMITS;
	struct mrl_json_fault fault;
	struct mrl_json_doc doc;
	memcpy(limits.seed, call->policy->seed, sizeof(limits.seed));
	limits.depth = call->route.plan->settings.json.depth;
	limits.nul = call->route.plan->settings.json.nul;
	enum mrl_err err = mrl_json_read(&limits, call->policy->json_scan, call->body, call->arena,
	                                 &doc, &fault);
	if (err != MRL_OK || fault.code != MRL_JSON_NONE) {
		return err;
	}
	const struct mrl_json_node *node = mrl_json_find(&doc, config->at.text);
	if (node != NULL && node->kind == MRL_JSON_KIND_STRING) {
		*ret_name = mrl_json_text(&doc, node);
	}
	return MRL_OK;
}

static enum mrl_err find_form(const struct config *config, struct mrl_call *call,
                              struct mrl_slice *ret_name)
{
	const struct mrl_form_limits limits = {.pairs = 4096, .name_chars = 4096};
	enum mrl_text_fault fault;
	struct mrl_form form;
	enum mrl_err err = mrl_form_split(&limits, call->body, call->arena, &form);
	for (uint32_t i = 0; err == MRL_OK && i < form.count; i++) {
		if (mrl_slice_equal(form.pairs[i].name, config->at.text)) {
			return mrl_percent_decode(form.pairs[i].value, MRL_DECODE_PLUS, call->arena,
			                          ret_name, &fault);
		}
	}
	return err;
}

/* Without spaces around it, small ASCII letters: as accounts are found. Empty: none to count. */
static enum mrl_err take_name(struct mrl_call *call, struct mrl_slice name)
{
	while (name.size != 0 && name.data[0] == ' ') {
		name = mrl_slice_from(name, 1);
	}
	while (name.size != 0 && name.data[name.size - 1] == ' ') {
		name.size--;
	}
	if (name.size == 0 || name.size > NAME_BYTES) {
		return MRL_OK;
	}
	uint8_t *lower = mrl_arena_alloc(call->arena, name.size, 1);
	if (lower == NULL) {
		return MRL_ERR_MEMORY;
	}
	for (size_t i = 0; i < name.size; i++) {
		lower[i] = mrl_lower(name.data[i]);
	}
	call->login->name = mrl_slice(lower, name.size);
	return MRL_OK;
}

static enum mrl_err begin(const struct config *config, struct mrl_call *call)
{
	struct mrl_slice name = MRL_SLICE_NONE;
	call->login = MRL_NEW(call->arena, struct mrl_call_login);
	if (call->login == NULL) {
		return MRL_ERR_MEMORY;
	}
	enum mrl_err err = config->from == FROM_JSON ? find_json(config, call, &name)
	                                             : find_form(config, call, &name);
	return err == MRL_OK ? take_name(call, name) : err;
}

/* ERR-4: which of them it was, and whether there is such a user, is not told. */
static enum mrl_err refuse(struct mrl_call *call, struct mrl_verdict *ret_verdict)
{
	const struct mrl_call_login *login = call->login;
	uint32_t seconds = (login->result.wait_ms + 999) / 1000;
	struct mrl_buffer text = mrl_buffer(mrl_arena_alloc(call->arena, 20, 1), 20);
	if (text.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_buffer_u64(&text, seconds == 0 ? 1 : seconds);
	for (uint32_t i = 0; i < login->asked.count; i++) {
		if ((login->result.violated >> i & 1) != 0) {
			mrl_call_word(call, &facts[0], login->asked.specs[i]->name);
		}
	}
	mrl_call_number(call, &facts[1], login->result.wait_ms);
	call->limit.spec = NULL;
	call->problem_extension = MRL_SLICE("\"violated-policies\":[\"login\"]");
	*ret_verdict = mrl_deny(MRL_PROBLEM_QUOTA_EXCEEDED);
	return mrl_call_answer(call, MRL_SLICE("Retry-After"), mrl_buffer_slice(&text));
}

/* What is asked, once; the call comes again when Redis has answered. */
static enum mrl_err ask(const struct config *config, struct mrl_call *call)
{
	if (call->login != NULL) {
		return MRL_OK;
	}
	enum mrl_err err = call->limits == NULL ? MRL_ERR_STATE : begin(config, call);
	return err == MRL_OK ? mrl_limit_ask(call, config->specs, config->spec_count, 1,
	                                     &call->login->asked)
	                     : err;
}

static enum mrl_err reserve(const void *config, struct mrl_call *call,
                            struct mrl_verdict *ret_verdict)
{
	const struct config *settings = config;
	if (settings->from == FROM_NONE) {
		return MRL_OK;
	}
	enum mrl_err err = ask(settings, call);
	if (err == MRL_OK) {
		struct mrl_call_login *login = call->login;
		err = mrl_limit_judge(call, &login->asked, &login->strict, &login->result,
		                      ret_verdict);
	}
	if (err != MRL_OK || ret_verdict->outcome != MRL_PASS ||
	    call->login->result.verdict == MRL_LIMIT_ADMITTED) {
		return err;
	}
	return refuse(call, ret_verdict);
}

static enum mrl_err settle(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct config *settings = config;
	const struct mrl_call_login *login = call->login;
	(void)ret_verdict;
	if (login == NULL || login->result.verdict != MRL_LIMIT_ADMITTED) {
		return MRL_OK;
	}
	for (uint32_t i = 0; i < settings->status_count; i++) {
		if (settings->statuses[i] == call->reply->status) {
			call->login = NULL;
			return mrl_limit_unjudge(call, &login->asked, login->strict,
			                         &login->result);
		}
	}
	return MRL_OK;
}

const struct mrl_control mrl_control_login = {
	.name = "login",
	.items = "RATE-1",
	.summary = "Failed sign-ins are limited by address, by name and by both.",
	.judges = true,
	.keys = keys,
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_BODY] = reserve, [MRL_STAGE_REPLY] = settle},
};
