/*
 * security_headers [HDR-1 TLS-2]: the OWASP secure-headers set on every answer, each field once,
 * whoever made the answer. Two profiles: for data, and for documented pages.
 *
 * What can be decided at load is: a call only pushes slices.
 */
#include "control.h"

struct config {
	int profile;
	bool hsts_preload;
	int64_t hsts_max_age;
	struct mrl_setting csp;
	bool secured;
	bool documents_html;
	struct mrl_field hsts;
	struct mrl_field html_csp;
};

enum profile { PROFILE_AUTO, PROFILE_API, PROFILE_HTML };

static const char *const profile_choices[] = {
	[PROFILE_AUTO] = "auto", [PROFILE_API] = "api", [PROFILE_HTML] = "html", NULL};

#define HTML_CSP                                                                          \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
	"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "      \
	"frame-ancestors 'none'; upgrade-insecure-requests"

static const struct mrl_key keys[] = {
	{"profile", MRL_KEY_ENUM, 0, 0, "auto", profile_choices,
         "auto: pages that the document names get the html set, all else the api set",
         offsetof(struct config, profile)},
	{"hsts_preload", MRL_KEY_BOOL, 0, 1, "off", NULL,
         "add `preload` to Strict-Transport-Security: hard to take back",
         offsetof(struct config, hsts_preload)},
	{"hsts_max_age", MRL_KEY_NUMBER, 31536000, 126144000, "63072000", NULL,
         "how long browsers insist on TLS, in seconds", offsetof(struct config, hsts_max_age)},
	{"csp", MRL_KEY_TEXT, 0, 4096, HTML_CSP, NULL, "Content-Security-Policy of pages",
         offsetof(struct config, csp)},
	{0},
};

#define FIELD(field_id, field_name, field_value)                                          \
	{                                                                                 \
		.name = MRL_SLICE_INIT(field_name), .value = MRL_SLICE_INIT(field_value), \
		.id = (field_id)                                                          \
	}

#define PERMISSIONS                                                                    \
	"accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), " \
	"microphone=(), payment=(), usb=()"

static const struct mrl_field always[] = {
	FIELD(MRL_FIELD_X_CONTENT_TYPE_OPTIONS, "X-Content-Type-Options", "nosniff"),
	FIELD(MRL_FIELD_X_FRAME_OPTIONS, "X-Frame-Options", "DENY"),
	FIELD(MRL_FIELD_REFERRER_POLICY, "Referrer-Policy", "no-referrer"),
	FIELD(MRL_FIELD_CROSS_ORIGIN_OPENER_POLICY, "Cross-Origin-Opener-Policy", "same-origin"),
	FIELD(MRL_FIELD_CROSS_ORIGIN_EMBEDDER_POLICY, "Cross-Origin-Embedder-Policy",
              "require-corp"),
	FIELD(MRL_FIELD_CROSS_ORIGIN_RESOURCE_POLICY, "Cross-Origin-Resource-Policy",
              "same-origin"),
	FIELD(MRL_FIELD_X_PERMITTED_CROSS_DOMAIN_POLICIES, "X-Permitted-Cross-Domain-Policies",
              "none"),
};

static const struct mrl_field api_csp = FIELD(
	MRL_FIELD_CONTENT_SECURITY_POLICY, "Content-Security-Policy",
	"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
static const struct mrl_field api_permissions = FIELD(MRL_FIELD_PERMISSIONS_POLICY,
                                                      "Permissions-Policy", PERMISSIONS);
static const struct mrl_field html_permissions = FIELD(
	MRL_FIELD_PERMISSIONS_POLICY, "Permissions-Policy",
	PERMISSIONS ", autoplay=(), display-capture=(), fullscreen=(self), midi=(), "
		    "picture-in-picture=(), publickey-credentials-get=(self), "
		    "screen-wake-lock=(), xr-spatial-tracking=()");
static const struct mrl_field no_store = FIELD(MRL_FIELD_CACHE_CONTROL, "Cache-Control",
                                               "no-store");
static const struct mrl_field untyped = FIELD(MRL_FIELD_CONTENT_TYPE, "Content-Type",
                                              "application/octet-stream");

static bool has_text_nocase(struct mrl_slice text, struct mrl_slice part)
{
	for (size_t i = 0; i + part.size <= text.size; i++) {
		if (mrl_slice_equal_nocase(mrl_slice_sub(text, i, part.size), part)) {
			return true;
		}
	}
	return false;
}

/* The value of a directive; no data: it is not there. The first of a name counts (CSP 3, 2.2.1). */
static struct mrl_slice csp_directive(struct mrl_slice csp, struct mrl_slice name)
{
	while (csp.size != 0) {
		size_t end = mrl_slice_find(csp, ';');
		struct mrl_slice directive = mrl_slice_trim(mrl_slice_sub(csp, 0, end));
		size_t name_end = mrl_slice_find(directive, ' ');
		csp = mrl_slice_from(csp, end + 1);
		if (mrl_slice_equal_nocase(mrl_slice_sub(directive, 0, name_end), name)) {
			return mrl_slice_trim(mrl_slice_from(directive, name_end));
		}
	}
	return MRL_SLICE_NONE;
}

/* What lets a page be framed, its base be changed, or any script run; NULL: nothing. */
static const char *csp_fault(struct mrl_slice csp)
{
	static const char *const forbidden[] = {"'unsafe-inline'", "'unsafe-eval'", "*"};
	for (size_t i = 0; i < MRL_COUNT(forbidden); i++) {
		if (has_text_nocase(csp, mrl_slice_text(forbidden[i]))) {
			return forbidden[i];
		}
	}
	if (csp_directive(csp, MRL_SLICE("frame-ancestors")).size == 0) {
		return "frame-ancestors";
	}
	struct mrl_slice base = csp_directive(csp, MRL_SLICE("base-uri"));
	return mrl_slice_equal_nocase(base, MRL_SLICE("'none'")) ? NULL : "base-uri 'none'";
}

static enum mrl_err check_csp(const struct mrl_compile *compile, const struct config *config)
{
	const char *fault = config->csp.node == NULL ? NULL : csp_fault(config->csp.text);
	if (fault == NULL && mrl_field_value_valid(config->csp.text)) {
		return MRL_OK;
	}
	mrl_diagnose(compile->diagnostics, MRL_ERROR, "policy-csp", config->csp.node,
	             "keep frame-ancestors and base-uri 'none', without 'unsafe-inline', "
	             "'unsafe-eval' or *; name hashes or origins instead",
	             "this Content-Security-Policy does not protect a page: %s",
	             fault == NULL ? "a byte that a field cannot hold" : fault);
	return MRL_ERR_INVALID;
}

/* TLS-2: a long max-age, subdomains included. */
static enum mrl_err make_hsts(const struct mrl_compile *compile, struct config *config)
{
	size_t capacity = 96;
	struct mrl_buffer value = mrl_buffer(mrl_arena_alloc(compile->arena, capacity, 1),
	                                     capacity);
	if (value.data == NULL) {
		return MRL_ERR_MEMORY;
	}
	MRL_PUT(&value, "max-age=");
	mrl_buffer_i64(&value, config->hsts_max_age);
	MRL_PUT(&value, "; includeSubDomains");
	if (config->hsts_preload) {
		MRL_PUT(&value, "; preload");
	}
	config->hsts = mrl_field_of(MRL_FIELD_STRICT_TRANSPORT_SECURITY,
	                            MRL_SLICE("Strict-Transport-Security"),
	                            mrl_buffer_slice(&value));
	return MRL_OK;
}

static enum mrl_err compile(struct mrl_compile *compile, void *config)
{
	struct config *settings = config;
	const struct mrl_operation *operation = compile->operation;
	enum mrl_err err = check_csp(compile, settings);
	if (err != MRL_OK) {
		return err;
	}
	settings->secured = operation != NULL && operation->secured;
	settings->documents_html = operation != NULL && operation->html;
	settings->html_csp = mrl_field_of(MRL_FIELD_CONTENT_SECURITY_POLICY,
	                                  MRL_SLICE("Content-Security-Policy"), settings->csp.text);
	compile->plan->page = settings->profile == PROFILE_HTML;
	return make_hsts(compile, settings);
}

static bool is_html_type(struct mrl_slice type)
{
	struct mrl_slice essence = mrl_slice_trim(
		mrl_slice_sub(type, 0, mrl_slice_find(type, ';')));
	return mrl_slice_equal_nocase(essence, MRL_SLICE("text/html")) ||
	       mrl_slice_equal_nocase(essence, MRL_SLICE("application/xhtml+xml"));
}

/* Undocumented HTML is no page: it gets the set that lets it do nothing. */
static bool is_page(const struct config *config, const struct mrl_reply *reply)
{
	bool wanted = config->profile == PROFILE_HTML ||
	              (config->profile == PROFILE_AUTO && config->documents_html);
	return wanted && !reply->answer && is_html_type(reply->type);
}

static void drop_upstream(struct mrl_reply *reply, unsigned flags)
{
	for (uint32_t i = 0; i < reply->field_count; i++) {
		if ((reply->fields[i].flags & flags) != 0) {
			reply->fields[i].drop = true;
		}
	}
}

static enum mrl_err set_request_id(struct mrl_call *call)
{
	struct mrl_field *field = MRL_NEW(call->arena, struct mrl_field);
	uint8_t *text = mrl_arena_alloc(call->arena, MRL_UUID_TEXT, 1);
	if (field == NULL || text == NULL) {
		return MRL_ERR_MEMORY;
	}
	mrl_uuid_text(call->request_id, text);
	*field = mrl_field_of(MRL_FIELD_X_REQUEST_ID, MRL_SLICE("X-Request-Id"),
	                      mrl_slice(text, MRL_UUID_TEXT));
	return mrl_reply_set(call->reply, field);
}

static enum mrl_err set_always(struct mrl_reply *reply)
{
	for (size_t i = 0; i < MRL_COUNT(always); i++) {
		enum mrl_err err = mrl_reply_set(reply, &always[i]);
		if (err != MRL_OK) {
			return err;
		}
	}
	return MRL_OK;
}

/* reply_fields may have dropped it. */
static bool says_caching(const struct mrl_reply *reply)
{
	for (uint32_t i = 0; i < reply->field_count; i++) {
		const struct mrl_field *field = &reply->fields[i];
		if (field->id == MRL_FIELD_CACHE_CONTROL && !field->drop) {
			return true;
		}
	}
	return false;
}

static bool must_not_be_stored(const struct config *config, const struct mrl_reply *reply)
{
	return reply->answer || reply->status >= 400 || config->secured || !says_caching(reply);
}

static enum mrl_err decide(const void *config, struct mrl_call *call,
                           struct mrl_verdict *ret_verdict)
{
	const struct config *settings = config;
	struct mrl_reply *reply = call->reply;
	bool page = is_page(settings, reply);
	bool no_storing = must_not_be_stored(settings, reply);
	(void)ret_verdict;
	drop_upstream(reply, MRL_FIELD_PRESET | (no_storing ? MRL_FIELD_CACHE : 0U));
	enum mrl_err err = set_always(reply);
	/* RFC 6797 7.2: never in clear. */
	if (err == MRL_OK && call->view->tls) {
		err = mrl_reply_set(reply, &settings->hsts);
	}
	if (err == MRL_OK) {
		err = mrl_reply_set(reply, page ? &settings->html_csp : &api_csp);
	}
	if (err == MRL_OK) {
		err = mrl_reply_set(reply, page ? &html_permissions : &api_permissions);
	}
	if (err == MRL_OK && no_storing) {
		err = mrl_reply_set(reply, &no_store);
	}
	if (err == MRL_OK && reply->has_body && reply->content_length != 0 &&
	    reply->type.size == 0) {
		err = mrl_reply_set(reply, &untyped);
	}
	return err != MRL_OK ? err : set_request_id(call);
}

const struct mrl_control mrl_control_security_headers = {
	.name = "security_headers",
	.items = "HDR-1 TLS-2",
	.summary = "The whole OWASP secure-headers set and HSTS on every answer.",
	.keys = keys,
	.config_bytes = sizeof(struct config),
	.compile = compile,
	.decide = {[MRL_STAGE_REPLY] = decide, [MRL_STAGE_ANSWER] = decide},
};
