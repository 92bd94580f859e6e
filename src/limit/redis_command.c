/* What is sent to Redis: names of keys that tell no identity, and numbers. */
#include <merlon/limit_redis.h>

static const char charge_text[] =
#include "charge.lua.h"
	;
static const char refund_text[] =
#include "refund.lua.h"
	;

const char *const mrl_limit_scripts[MRL_LIMIT_SCRIPTS] = {
	[MRL_LIMIT_SCRIPT_CHARGE] = charge_text,
	[MRL_LIMIT_SCRIPT_REFUND] = refund_text,
};

static struct mrl_slice last_of(const struct mrl_buffer *buffer, size_t from)
{
	return mrl_slice(buffer->data + from, buffer->size - from);
}

static void put_number(struct mrl_limit_command *command, struct mrl_buffer *buffer,
                       uint64_t number)
{
	size_t from = buffer->size;
	mrl_buffer_u64(buffer, number);
	command->args[command->count++] = last_of(buffer, from);
}

/* mrl:rl1:{u:FcqwYq-ME7c}:user: limits of one identity lie in one slot of a cluster. */
static void put_key(struct mrl_limit_command *command, struct mrl_buffer *buffer,
                    const struct mrl_limit_store *store, const struct mrl_limit_asked *asked,
                    uint32_t at)
{
	char name[MRL_LIMIT_KEY_NAME + 1];
	uint8_t index = asked->indexes[at];
	struct mrl_limit_hash identity = {.low = asked->requests[at].key.low ^
	                                         store->salts[index].low};
	size_t from = buffer->size;
	mrl_limit_key_name(identity, name);
	MRL_PUT(buffer, "mrl:rl1:{");
	mrl_buffer_byte(buffer, (uint8_t)store->kinds[index]);
	MRL_PUT(buffer, ":");
	mrl_buffer_put(buffer, mrl_slice_text(name));
	MRL_PUT(buffer, "}:");
	mrl_buffer_put(buffer, asked->specs[at]->name);
	command->args[command->count++] = last_of(buffer, from);
}

static struct mrl_buffer begin(struct mrl_limit_command *command, enum mrl_limit_script script,
                               const struct mrl_limit_store *store,
                               const struct mrl_limit_asked *asked)
{
	struct mrl_buffer buffer = mrl_buffer(command->bytes, sizeof(command->bytes));
	command->script = script;
	command->count = 0;
	put_number(command, &buffer, asked->count);
	for (uint32_t i = 0; i < asked->count; i++) {
		put_key(command, &buffer, store, asked, i);
	}
	return buffer;
}

/* The window and how far the server's clock may jump. */
static uint32_t hold_of(const struct mrl_limit_store *store,
                        const struct mrl_limit_request *request)
{
	return request->rule.hold - 1 + store->redis->guard_ms;
}

void mrl_limit_charge_command(const struct mrl_limit_store *store,
                              const struct mrl_limit_strict *strict,
                              struct mrl_limit_command *ret_command)
{
	const struct mrl_limit_asked *asked = &strict->asked;
	struct mrl_buffer buffer = begin(ret_command, MRL_LIMIT_SCRIPT_CHARGE, store, asked);
	for (uint32_t i = 0; i < asked->count; i++) {
		const struct mrl_limit_request *request = &asked->requests[i];
		put_number(ret_command, &buffer, request->rule.units);
		put_number(ret_command, &buffer, hold_of(store, request));
		put_number(ret_command, &buffer, request->rule.width);
		put_number(ret_command, &buffer, request->cost);
		put_number(ret_command, &buffer, strict->debts[i]);
	}
	(void)MRL_INVARIANT(!buffer.overflow);
}

void mrl_limit_refund_command(const struct mrl_limit_store *store,
                              const struct mrl_limit_strict *strict,
                              struct mrl_limit_command *ret_command)
{
	const struct mrl_limit_asked *asked = &strict->asked;
	struct mrl_buffer buffer = begin(ret_command, MRL_LIMIT_SCRIPT_REFUND, store, asked);
	for (uint32_t i = 0; i < asked->count; i++) {
		put_number(ret_command, &buffer, strict->stamps[i]);
		put_number(ret_command, &buffer, asked->requests[i].cost);
		put_number(ret_command, &buffer, hold_of(store, &asked->requests[i]));
	}
	(void)MRL_INVARIANT(!buffer.overflow);
}

enum mrl_limit_fault mrl_limit_fault_of(struct mrl_slice error)
{
	static const char *const not_executed[] = {
		"LOADING", "READONLY",  "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "OOM",
		"NOAUTH",  "WRONGPASS", "NOPERM",     "MISCONF",     "MOVED",    "ASK",
	};
	struct mrl_slice word = mrl_slice_sub(error, 0, mrl_slice_find(error, ' '));
	if (mrl_slice_is(word, "NOSCRIPT")) {
		return MRL_LIMIT_FAULT_NO_SCRIPT;
	}
	for (size_t i = 0; i < MRL_COUNT(not_executed); i++) {
		if (mrl_slice_is(word, not_executed[i])) {
			return MRL_LIMIT_FAULT_NOT_EXECUTED;
		}
	}
	return MRL_LIMIT_FAULT_UNKNOWN;
}
