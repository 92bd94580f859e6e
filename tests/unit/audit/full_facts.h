/* A record with every key of this stage, within the maxima, and one that exceeds them all. */
#ifndef MRL_UNIT_FULL_FACTS_H
#define MRL_UNIT_FULL_FACTS_H

#include <merlon/audit.h>

static const struct mrl_audit_fact full_fact_rows[] = {
	{.name = MRL_SLICE_INIT("leak"), .kind = MRL_AUDIT_WORD, .word = MRL_SLICE_INIT("python")},
	{.name = MRL_SLICE_INIT("identity_dropped"), .kind = MRL_AUDIT_NUMBER, .number = 2},
	{.name = MRL_SLICE_INIT("eml"), .kind = MRL_AUDIT_BOOL, .number = 1},
	{.name = MRL_SLICE_INIT("dem"), .kind = MRL_AUDIT_BOOL, .number = 0},
};

static const struct mrl_audit_param full_params[] = {
	{MRL_SLICE_INIT("state"), MRL_SLICE_INIT("open")},
	{MRL_SLICE_INIT("id"), MRL_SLICE_INIT("42")},
};

static const struct mrl_ip full_via[] = {
	{.bytes = {10, 0, 0, 5}, .size = 4},
	{.bytes = {0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, .size = 16},
};

static const uint8_t full_id[16] = {0x01, 0x9A, 0xA3, 0xC1, 0x7B, 0x1E, 0x7C, 0x3A,
                                    0x9F, 0x00, 0x2B, 0x5D, 0x8C, 0x1E, 0x4A, 0x77};

static struct mrl_audit_facts full_call(void)
{
	return (struct mrl_audit_facts){
		.class_id = MRL_AUDIT_CALL,
		.method = MRL_METHOD_OTHER,
		.verdict = MRL_AUDIT_DENIED,
		.stage = MRL_AUDIT_COMPLETE,
		.time_us = 1795430400123456U,
		.has_dur_us = true,
		.dur_us = 2412,
		.has_req_len = true,
		.req_len = 412,
		.has_req_body = true,
		.req_body = 0,
		.has_res_len = true,
		.res_len = 913,
		.has_res_body = true,
		.res_body = 188,
		.op_id = MRL_SLICE("getOrder"),
		.template = MRL_SLICE("/v1/orders/{id}"),
		.api = MRL_SLICE("orders"),
		.version = MRL_SLICE("1.0.0"),
		.res_type = MRL_SLICE("application/json"),
		.path = {.depth = 3,
	                 .bytes = 40,
	                 .tag = {.kid = 202701, .bytes = {0xDE, 0x36, 0x55}}},
		.params = full_params,
		.param_count = MRL_COUNT(full_params),
		.flags = MRL_AUDIT_ABORTED,
		.status = 404,
		.err = MRL_ERR_TIMEOUT,
		.control = MRL_SLICE("operation"),
		.problem = MRL_SLICE("no-operation"),
		.gen = 12,
		.facts = full_fact_rows,
		.fact_count = MRL_COUNT(full_fact_rows),
		.user = MRL_SLICE("u-481"),
		.user_kind = MRL_AUDIT_USER,
		.client = MRL_SLICE("app"),
		.issuer = MRL_SLICE("https://id.test"),
		.token_exp = 1795431000,
		.auth_method = MRL_AUDIT_BEARER,
		.activity = 1,
		.login_user = {.kid = 2027, .bytes = {0xFF}},
	};
}

__attribute__((unused)) static struct mrl_audit_facts full_facts(void)
{
	struct mrl_audit_facts facts = full_call();
	facts.http = 11;
	facts.via_count = MRL_COUNT(full_via);
	facts.has_up_us = true;
	facts.up_us = 1980;
	facts.port = 52814;
	facts.up_port = 3000;
	facts.tls = 0x0304;
	facts.cipher = 0x1301;
	facts.ip = (struct mrl_ip){.bytes = {203, 0, 113, 7}, .size = 4};
	facts.up_ip = (struct mrl_ip){.bytes = {127, 0, 0, 1}, .size = 4};
	facts.via = full_via;
	facts.has_sampled = true;
	facts.sampled = true;
	facts.request_id = mrl_slice(full_id, 16);
	facts.trace = mrl_slice(full_id, 16);
	facts.span = mrl_slice(full_id, 8);
	facts.parent = mrl_slice(full_id, 8);
	facts.user_agent = MRL_SLICE("curl/7.88.1");
	facts.client_request_id = MRL_SLICE("abc-1");
	facts.accept_language = MRL_SLICE("de-DE");
	facts.method_name = MRL_SLICE("FOO");
	return facts;
}

#define FULL_LONG_BYTES 400

struct huge {
	struct mrl_audit_facts facts;
	uint8_t text[FULL_LONG_BYTES];
	uint8_t names[16][40];
	struct mrl_audit_fact rows[16];
	struct mrl_audit_param params[16];
	struct mrl_ip via[16];
};

/* Every text 400 bytes, 16 of every list; names differ in their first byte. */
__attribute__((unused)) static void huge_facts(struct huge *huge)
{
	struct mrl_slice text = mrl_slice(huge->text, sizeof(huge->text));
	memset(huge->text, 'x', sizeof(huge->text));
	memset(huge->names, 'y', sizeof(huge->names));
	for (size_t i = 0; i < 16; i++) {
		huge->names[i][0] = (uint8_t)('p' - i);
		struct mrl_slice name = mrl_slice(huge->names[i], sizeof(huge->names[i]));
		huge->rows[i] = (struct mrl_audit_fact){
			.name = name, .kind = MRL_AUDIT_WORD, .word = text};
		huge->params[i] = (struct mrl_audit_param){name, text};
		huge->via[i] = full_via[1];
	}
	struct mrl_audit_facts facts = full_facts();
	facts.op_id = facts.template = facts.api = facts.version = facts.res_type = text;
	facts.control = facts.problem = facts.user_agent = facts.client_request_id = text;
	facts.accept_language = facts.method_name = text;
	facts.user = facts.client = facts.issuer = text;
	facts.token_exp = UINT64_MAX;
	facts.dur_us = facts.req_len = facts.req_body = facts.res_len = UINT64_MAX;
	facts.res_body = facts.gen = facts.up_us = facts.time_us = UINT64_MAX;
	facts.path = (struct mrl_audit_path){255, UINT16_MAX, {UINT32_MAX, {1}}};
	facts.login_user.kid = UINT32_MAX;
	facts.ip = facts.up_ip = full_via[1];
	facts.params = huge->params;
	facts.facts = huge->rows;
	facts.via = huge->via;
	facts.param_count = facts.fact_count = facts.via_count = 16;
	facts.err = facts.tls = facts.cipher = facts.port = facts.up_port = UINT16_MAX;
	huge->facts = facts;
}

#endif
