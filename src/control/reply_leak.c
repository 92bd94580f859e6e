/*
 * reply_leak [ERR-1]: no stack trace and no database message leaves in any body, of whatever
 * status. The body is held up to a bound before the head goes out; streams are scanned as they pass
 * and cut.
 */
#include "control.h"

struct config {
	int64_t scan_bytes;
	int action;
	const struct mrl_leak_scanner *scanner;
	struct mrl_leak_set off; /* what the document itself shows betrays nothing */
};

enum action { ACTION_REPLACE, ACTION_REPORT };

static const char *const action_choices[] = {
	[ACTION_REPLACE] = "replace", [ACTION_REPORT] = "report", NULL};

static const struct mrl_key keys[] = {
	{"scan_bytes", MRL_KEY_NUMBER, 4096, 1048576, "65536", NULL,
         "how much of a reply's body is held and scanned, in bytes",
         offsetof(struct config, scan_bytes)},
	{"action", MRL_KEY_ENUM, 0, 0, "replace", action_choices,
         "what happens to a leaking reply: it is replaced, or only reported in the record",
         offsetof(struct config, action)},
	{0},
};

enum fact { FACT_LEAK, FACT_UNSCANNED, FACT_CAPPED };

static const struct mrl_fact_row facts[] = {
	[FACT_LEAK] = {"leak", MRL_FACT_WORD, false, "the signature that was found in the body"},
	[FACT_UNSCANNED] = {"unscanned", MRL_FACT_BOOL, false,
                            "the body was coded and passed without a scan"},
	[FACT_CAPPED] = {"leak_scan_capped", MRL_FACT_BOOL, false,
                         "the body had so many suspicious places that not all were looked at"},
	{0},
};

static const uint8_t problems[] = {MRL_PROBLEM_UPSTREAM_ERROR, MRL_PROBLEM_UPSTREAM_REFUSED};

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	struct config *settings = config;
	const struct mrl_operation *operation = compile->operation;
	settings->scanner = compile->policy->leak_scanner;
	compile->plan->scan_bytes = settings->scan_bytes;
	for (uint32_t i = 0; operation != NULL && i < operation->texts.count; i++) {
		mrl_leak_guard(settings->scanner, operation->texts.items[i], &settings->off);
	}
	for (unsigned leak = 0; leak < MRL_LEAK_COUNT; leak++) {
		if (mrl_leak_set_has(settings->off, (enum mrl_leak)leak)) {
			mrl_diagnose(
				compile->diagnostics, MRL_NOTE, "policy-leak-guard",
				operation->node, NULL,
				"\"%s\" is not looked for: the document itself shows such a text",
				mrl_leak_id((enum mrl_leak)leak));
		}
	}
	return MRL_OK;
}

static bool is_text(const struct mrl_media_type *type)
{
	if (mrl_slice_equal_nocase(type->type, MRL_SLICE("text"))) {
		return true;
	}
	static const char *const names[] = {"json", "xml"};
	for (size_t i = 0; i < MRL_COUNT(names); i++) {
		struct mrl_slice name = mrl_slice_text(names[i]);
		if (mrl_slice_equal_nocase(type->suffix, name) ||
		    (mrl_slice_equal_nocase(type->type, MRL_SLICE("application")) &&
		     mrl_slice_equal_nocase(type->subtype, name))) {
			return true;
		}
	}
	return false;
}

static bool is_stream_type(const struct mrl_media_type *type)
{
	return mrl_slice_equal_nocase(type->subtype, MRL_SLICE("event-stream")) ||
	       mrl_slice_equal_nocase(type->subtype, MRL_SLICE("x-ndjson"));
}

/* Codings that some client undoes. What only claims to be coded is text to whoever reads it. */
static bool is_coded(const struct mrl_reply *reply)
{
	static const char *const codings[] = {"gzip", "x-gzip", "deflate",
	                                      "br",   "zstd",   "compress"};
	const struct mrl_field *field = mrl_reply_field(reply, MRL_FIELD_CONTENT_ENCODING);
	for (size_t i = 0; field != NULL && i < MRL_COUNT(codings); i++) {
		if (mrl_slice_equal_nocase(mrl_slice_trim(field->value),
		                           mrl_slice_text(codings[i]))) {
			return true;
		}
	}
	return false;
}

void mrl_call_note_leak(struct mrl_call *call, const struct mrl_leak_result *result)
{
	uint64_t bits = result->strong.bits != 0 ? result->strong.bits : result->weak.bits;
	if (bits != 0) {
		const char *id = mrl_leak_id((enum mrl_leak)__builtin_ctzll(bits));
		mrl_call_word(call, &facts[FACT_LEAK], mrl_slice_text(id));
	}
	if (result->capped) {
		mrl_call_number(call, &facts[FACT_CAPPED], 1);
	}
}

static enum mrl_err judge(const struct config *config, struct mrl_call *call,
                          struct mrl_verdict *ret_verdict)
{
	struct mrl_leak_result result;
	uint16_t status = call->reply->status;
	/* `reply` may want more of it. */
	struct mrl_slice body = mrl_slice_sub(call->reply->body, 0, (size_t)config->scan_bytes);
	mrl_leak_scan(config->scanner, config->off, body, &result);
	mrl_call_note_leak(call, &result);
	if (!mrl_leak_judge(&result, status) || config->action == ACTION_REPORT) {
		return MRL_OK;
	}
	if (status >= 400 && status < 500) {
		return mrl_call_refuse_reply(call, ret_verdict);
	}
	*ret_verdict = mrl_deny(MRL_PROBLEM_UPSTREAM_ERROR);
	ret_verdict->status = 500;
	return MRL_OK;
}

static bool is_scannable(const struct mrl_reply *reply, struct mrl_media_type *ret_type)
{
	if (!reply->has_body || reply->status == 206 || reply->content_length == 0) {
		return false;
	}
	*ret_type = (struct mrl_media_type){0};
	if (reply->type.size == 0) {
		return true;
	}
	/* A type that cannot be read is scanned: the client may guess text. */
	return !mrl_media_type_parse(reply->type, ret_type) || is_text(ret_type) ||
	       is_stream_type(ret_type);
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct config *settings = config;
	struct mrl_media_type type;
	if ((call->needs_met & 1U << MRL_NEED_REPLY_BODY) != 0) {
		return judge(settings, call, ret_verdict);
	}
	if (!is_scannable(call->reply, &type)) {
		return MRL_OK;
	}
	if (is_coded(call->reply)) {
		mrl_call_number(call, &facts[FACT_UNSCANNED], 1);
		return MRL_OK;
	}
	if (call->route.plan->stream || is_stream_type(&type)) {
		call->watch = settings->scanner;
		call->watch_off = settings->off;
		call->watch_reports = settings->action == ACTION_REPORT;
		return MRL_OK;
	}
	*ret_verdict = (struct mrl_verdict){
		.outcome = MRL_NEED,
		.need = MRL_NEED_REPLY_BODY,
		.amount = (uint64_t)call->route.plan->scan_bytes,
	};
	return MRL_OK;
}

const struct mrl_control mrl_control_reply_leak = {
	.name = "reply_leak",
	.items = "ERR-1",
	.summary = "No stack trace or database message leaves in a body, whatever its status.",
	.judges = true,
	.keys = keys,
	.facts = facts,
	.problems = problems,
	.problem_count = MRL_COUNT(problems),
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_REPLY] = decide},
};
