/*
 * One decision with Redis [RATE-5]. In the usual case Redis decides and the zones only note what
 * was admitted. Where Redis cannot be asked, or may not know all of the last window, a gateway also
 * keeps to its part of each limit: what all gateways admit then stays below the whole.
 *
 * What a gateway admits while Redis does not know it is a debt, which the next command for that key
 * carries.
 */
#include <merlon/limit_redis.h>

#define DENIAL_MS 1000 /* a refund may free units before the wait is over */
#define PART_WAIT 2000 /* for what is more than a gateway's part: Redis may be back */

/* RATE-5: N divided by the gateways, at least 1. */
static uint32_t part_of(const struct mrl_limit_store *store, uint32_t units)
{
	uint32_t part = units / store->redis->instances;
	return part == 0 ? 1 : part;
}

/* Redis may lack what was charged in the window that ends now. */
static bool is_young(const struct mrl_limit_store *store, const struct mrl_limit_request *request,
                     uint64_t now_ms)
{
	uint64_t since_ms = __atomic_load_n(&store->server->since_ms, __ATOMIC_RELAXED);
	return now_ms < since_ms + request->rule.hold;
}

static struct mrl_limit_denial *denial_of(const struct mrl_limit_store *store,
                                          const struct mrl_limit_request *request)
{
	return &store->denials[(request->key.low ^ request->key.high) % MRL_LIMIT_DENIALS];
}

static bool was_denied(const struct mrl_limit_store *store, struct mrl_limit_strict *strict,
                       uint32_t now)
{
	for (uint32_t i = 0; store->denials != NULL && i < strict->asked.count; i++) {
		const struct mrl_limit_request *request = &strict->asked.requests[i];
		const struct mrl_limit_denial *denial = denial_of(store, request);
		if (denial->tag == request->key.low && denial->ordinal == request->ordinal &&
		    denial->cost != 0 && request->cost >= denial->cost &&
		    now - denial->checked <= DENIAL_MS && (int32_t)(denial->until - now) > 0) {
			strict->result = (struct mrl_limit_result){.verdict = MRL_LIMIT_DENIED,
			                                           .wait_ms = denial->until - now,
			                                           .violated = 1U << i};
			return true;
		}
	}
	return false;
}

/* Of several it is not told which one waits how long. */
static void note_denial(const struct mrl_limit_store *store, const struct mrl_limit_strict *strict,
                        uint32_t now)
{
	uint32_t violated = strict->result.violated;
	if (store->denials == NULL || violated == 0 || (violated & (violated - 1)) != 0) {
		return;
	}
	const struct mrl_limit_request *request = &strict->asked.requests[__builtin_ctz(violated)];
	*denial_of(store, request) = (struct mrl_limit_denial){
		.tag = request->key.low,
		.until = now + strict->result.wait_ms,
		.checked = now,
		.cost = request->cost,
		.ordinal = request->ordinal,
	};
}

/* Charges the zones: `limited` ones by the gateway's part, the others without a check. */
static enum mrl_err charge_zones(const struct mrl_limit_store *store,
                                 struct mrl_limit_strict *strict, uint32_t limited)
{
	struct mrl_limit_request requests[MRL_LIMIT_KEYS_MAX];
	for (uint32_t i = 0; i < strict->asked.count; i++) {
		requests[i] = strict->asked.requests[i];
		requests[i].forced = (limited >> i & 1) == 0;
		requests[i].rule.units = part_of(store, requests[i].rule.units);
	}
	enum mrl_err err = mrl_limit_decide(requests, strict->asked.count, &store->host,
	                                    &strict->result);
	if (err == MRL_OK && strict->result.verdict == MRL_LIMIT_NEVER) {
		strict->result.verdict = MRL_LIMIT_DENIED;
		strict->result.wait_ms = PART_WAIT;
	}
	strict->charged = err == MRL_OK && strict->result.verdict == MRL_LIMIT_ADMITTED;
	return err;
}

static struct mrl_limit_request debt_of(const struct mrl_limit_store *store,
                                        const struct mrl_limit_strict *strict, uint32_t at)
{
	struct mrl_limit_request request = strict->asked.requests[at];
	request.ordinal = store->debts[strict->asked.indexes[at]];
	request.forced = true;
	return request;
}

/* Charges the row of what Redis was not told. */
static enum mrl_err owe(const struct mrl_limit_store *store, const struct mrl_limit_strict *strict,
                        const uint32_t *units)
{
	struct mrl_limit_request requests[MRL_LIMIT_KEYS_MAX];
	struct mrl_limit_result result;
	uint32_t count = 0;
	for (uint32_t i = 0; i < strict->asked.count; i++) {
		struct mrl_limit_request request = debt_of(store, strict, i);
		request.cost = units == NULL ? request.cost : units[i];
		if (request.cost != 0) {
			requests[count++] = request;
		}
	}
	return count == 0 ? MRL_OK : mrl_limit_decide(requests, count, &store->host, &result);
}

static enum mrl_err take_debts(const struct mrl_limit_store *store, struct mrl_limit_strict *strict)
{
	for (uint32_t i = 0; i < strict->asked.count; i++) {
		struct mrl_limit_request request = debt_of(store, strict, i);
		enum mrl_err err = mrl_limit_take_out(&request, &store->host, &strict->debts[i]);
		if (err != MRL_OK) {
			return err;
		}
	}
	return MRL_OK;
}

/* RATE-5: without Redis, by the part of this gateway. */
static enum mrl_err fall_back(const struct mrl_limit_store *store, struct mrl_limit_strict *strict,
                              enum mrl_limit_sent sent)
{
	enum mrl_err err = MRL_OK;
	strict->fell_back = true;
	if (!strict->charged) {
		err = charge_zones(store, strict, UINT32_MAX);
	}
	/* What may have been executed is not told again: a slow server would count it twice. */
	if (err == MRL_OK && strict->charged && sent == MRL_LIMIT_NOT_EXECUTED) {
		err = owe(store, strict, NULL);
	}
	return err;
}

enum mrl_err mrl_limit_strict_begin(const struct mrl_limit_store *store,
                                    struct mrl_limit_strict *strict, enum mrl_limit_step *ret_step)
{
	uint64_t now_ms = store->host.now_ms(store->host.context);
	uint32_t young = 0;
	enum mrl_err err = MRL_OK;
	strict->begun = true;
	*ret_step = MRL_LIMIT_DECIDED;
	if (strict->asked.count == 0 || was_denied(store, strict, (uint32_t)now_ms)) {
		return MRL_OK;
	}
	if (!store->ready) {
		return fall_back(store, strict, MRL_LIMIT_NOT_EXECUTED);
	}
	for (uint32_t i = 0; i < strict->asked.count; i++) {
		bool is = is_young(store, &strict->asked.requests[i], now_ms);
		young |= is ? 1U << i : 0;
	}
	if (young != 0) {
		err = charge_zones(store, strict, young);
	}
	if (err != MRL_OK || strict->result.verdict != MRL_LIMIT_ADMITTED) {
		return err;
	}
	*ret_step = MRL_LIMIT_ASK;
	return take_debts(store, strict);
}

/* What Redis says of where the call stands. */
static void take_reply(struct mrl_limit_strict *strict, const int64_t *values)
{
	struct mrl_limit_result *result = &strict->result;
	result->verdict = values[0] == 1 ? MRL_LIMIT_ADMITTED : MRL_LIMIT_DENIED;
	result->wait_ms = (uint32_t)values[1];
	result->violated = (uint32_t)values[2];
	for (uint32_t i = 0; i < strict->asked.count; i++) {
		result->standings[i].remaining = (uint32_t)values[4 + 3 * i];
		result->standings[i].reset_ms = (uint32_t)values[5 + 3 * i];
		strict->stamps[i] = (uint64_t)values[6 + 3 * i];
	}
}

static bool is_reply(const struct mrl_limit_strict *strict, const int64_t *values, uint32_t count)
{
	if (count != 4 + 3 * strict->asked.count || (values[0] != 0 && values[0] != 1) ||
	    values[2] < 0 || values[2] >> strict->asked.count != 0 ||
	    (values[0] == 1) != (values[2] == 0)) {
		return false;
	}
	for (uint32_t i = 1; i < count; i++) {
		bool is_stamp = i >= 6 && (i - 6) % 3 == 0;
		if (values[i] < 0 || (values[i] > UINT32_MAX && i != 3 && !is_stamp)) {
			return false;
		}
	}
	return true;
}

static enum mrl_err admit(const struct mrl_limit_store *store, struct mrl_limit_strict *strict,
                          const int64_t *values)
{
	struct mrl_limit_standing zones[MRL_LIMIT_KEYS_MAX];
	enum mrl_err err = strict->charged ? MRL_OK : charge_zones(store, strict, 0);
	if (err != MRL_OK) {
		return err;
	}
	memcpy(zones, strict->result.standings, sizeof(zones));
	take_reply(strict, values);
	for (uint32_t i = 0; i < strict->asked.count; i++) {
		strict->result.standings[i].stamp = zones[i].stamp;
	}
	strict->in_redis = true;
	return MRL_OK;
}

enum mrl_err mrl_limit_strict_end(const struct mrl_limit_store *store,
                                  struct mrl_limit_strict *strict, enum mrl_limit_sent sent,
                                  const int64_t *values, uint32_t value_count)
{
	if (sent != MRL_LIMIT_REPLIED || !is_reply(strict, values, value_count)) {
		enum mrl_err err = owe(store, strict, strict->debts);
		return err == MRL_OK
		               ? fall_back(store, strict,
		                           sent == MRL_LIMIT_REPLIED ? MRL_LIMIT_UNKNOWN : sent)
		               : err;
	}
	if (values[0] == 1) {
		return admit(store, strict, values);
	}
	if (strict->charged) {
		mrl_limit_give_back(strict->asked.requests, strict->asked.count, &store->host,
		                    &strict->result);
		strict->charged = false;
	}
	take_reply(strict, values);
	note_denial(store, strict, (uint32_t)store->host.now_ms(store->host.context));
	return MRL_OK;
}

void mrl_limit_strict_give_back(const struct mrl_limit_store *store,
                                struct mrl_limit_strict *strict)
{
	if (strict->charged) {
		mrl_limit_give_back(strict->asked.requests, strict->asked.count, &store->host,
		                    &strict->result);
		strict->charged = false;
	}
}
