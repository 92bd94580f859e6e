/*
 * Whom a limit counts [RATE-3]: made of bits, not of text, so that no other spelling of an address
 * is another client.
 */
#include "limit.h"

#define PART_MAX  20 /* of an address: a letter and 16 bytes */
#define SHORT_MAX (3 + MRL_LIMIT_NAME_BYTES)

/* First bytes of identities: none is the beginning of another. */
enum {
	ID_IP = 1,
	ID_IP48 = 2,
	ID_USER = 3,
	ID_CLIENT = 4,
	ID_USERNAME = 5,
	ID_OPERATION = 6,
	ID_GLOBAL = 7,
	ID_LIST = 0x10
};

static void put_u16(struct mrl_buffer *buffer, size_t number)
{
	mrl_buffer_byte(buffer, (uint8_t)(number >> 8));
	mrl_buffer_byte(buffer, (uint8_t)number);
}

static void put_named(struct mrl_buffer *buffer, uint8_t id, struct mrl_slice name)
{
	mrl_buffer_byte(buffer, id);
	put_u16(buffer, name.size);
	mrl_buffer_put(buffer, name);
}

/* The first `bits` of an IPv6 address; all of IPv4, as ::ffff:a.b.c.d. */
static void put_address(struct mrl_buffer *buffer, uint8_t id, const struct mrl_ip *ip,
                        uint32_t bits)
{
	uint8_t bytes[16] = {[10] = 0xFF, [11] = 0xFF};
	if (ip->size == 4) {
		memcpy(bytes + 12, ip->bytes, 4);
	} else {
		memcpy(bytes, ip->bytes, 16);
		for (uint32_t bit = bits; bit < 128; bit++) {
			bytes[bit / 8] &= (uint8_t) ~(0x80U >> bit % 8);
		}
	}
	mrl_buffer_byte(buffer, id);
	mrl_buffer_put(buffer, mrl_slice(bytes, sizeof(bytes)));
}

/* RATE-3: (iss, sub), since two issuers may have the same subject. */
static void put_user(struct mrl_buffer *buffer, const struct mrl_token *token)
{
	put_named(buffer, ID_USER, token->issuer->url);
	put_u16(buffer, token->sub.size);
	mrl_buffer_put(buffer, token->sub);
}

#define CLIENT_OAUTH 1

static void put_client(struct mrl_buffer *buffer, const struct mrl_token *token)
{
	mrl_buffer_byte(buffer, ID_CLIENT);
	mrl_buffer_byte(buffer, CLIENT_OAUTH);
	put_u16(buffer, token->client_id.size);
	mrl_buffer_put(buffer, token->client_id);
}

/* False: the call lacks it. */
static bool put_part(struct mrl_buffer *buffer, const struct mrl_call *call,
                     const struct mrl_limit_spec *spec, enum mrl_limit_part part)
{
	const struct mrl_ip *ip = &call->client_ip;
	switch (part) {
	case MRL_LIMIT_GLOBAL: put_named(buffer, ID_GLOBAL, spec->name); return true;
	case MRL_LIMIT_IP:
		put_address(buffer, ID_IP, ip, call->policy->limits.ipv6_prefix);
		return ip->size != 0;
	case MRL_LIMIT_IP48: put_address(buffer, ID_IP48, ip, 48); return ip->size == 16;
	case MRL_LIMIT_OPERATION:
		if (call->route.operation != NULL) {
			put_named(buffer, ID_OPERATION, call->route.operation->name);
		}
		return call->route.operation != NULL;
	case MRL_LIMIT_USERNAME:
		if (call->login != NULL) {
			put_named(buffer, ID_USERNAME, call->login->name);
		}
		return call->login != NULL && call->login->name.size != 0;
	case MRL_LIMIT_USER:
		if (call->token != NULL) {
			put_user(buffer, call->token);
		}
		return call->token != NULL;
	case MRL_LIMIT_CLIENT:
		if (call->token != NULL && call->token->client_id.size != 0) {
			put_client(buffer, call->token);
		}
		return call->token != NULL && call->token->client_id.size != 0;
	}
	return false;
}

static size_t capacity_of(const struct mrl_call *call, const struct mrl_limit_spec *spec)
{
	const struct mrl_operation *operation = call->route.operation;
	size_t name = operation == NULL ? 0 : operation->name.size;
	name += call->login == NULL ? 0 : call->login->name.size;
	if (call->token != NULL) {
		name += call->token->issuer->url.size + call->token->sub.size +
		        call->token->client_id.size + 4;
	}
	return 2 + MRL_LIMIT_PARTS_MAX * (PART_MAX + 2 + name + spec->name.size);
}

/* Each part with its length before it. */
static bool put_list(struct mrl_buffer *list, struct mrl_buffer *part, const struct mrl_call *call,
                     const struct mrl_limit_spec *spec)
{
	mrl_buffer_byte(list, ID_LIST);
	mrl_buffer_byte(list, spec->part_count);
	for (uint8_t i = 0; i < spec->part_count; i++) {
		part->size = 0;
		if (!put_part(part, call, spec, (enum mrl_limit_part)spec->parts[i])) {
			return false;
		}
		put_u16(list, part->size);
		mrl_buffer_put(list, mrl_buffer_slice(part));
	}
	return true;
}

/* Keys of one short part, which is what most limits have: no memory is asked for. */
static bool hash_short(const struct mrl_call *call, const struct mrl_limit_spec *spec,
                       struct mrl_limit_hash *ret_hash)
{
	uint8_t memory[SHORT_MAX];
	struct mrl_buffer part = mrl_buffer(memory, sizeof(memory));
	if (!put_part(&part, call, spec, (enum mrl_limit_part)spec->parts[0])) {
		return false;
	}
	*ret_hash = mrl_limit_hash(call->limits->hash_key, mrl_buffer_slice(&part));
	return true;
}

static bool is_short(const struct mrl_limit_spec *spec)
{
	return spec->part_count == 1 &&
	       (spec->parts[0] == MRL_LIMIT_GLOBAL || spec->parts[0] == MRL_LIMIT_IP ||
	        spec->parts[0] == MRL_LIMIT_IP48);
}

bool mrl_limit_identity(struct mrl_call *call, const struct mrl_limit_spec *spec,
                        struct mrl_limit_hash *ret_hash, enum mrl_err *ret_err)
{
	*ret_err = MRL_OK;
	if (is_short(spec)) {
		return hash_short(call, spec, ret_hash);
	}
	size_t capacity = capacity_of(call, spec);
	struct mrl_arena_mark mark = mrl_arena_mark(call->arena);
	struct mrl_buffer part = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	struct mrl_buffer list = mrl_buffer(mrl_arena_alloc(call->arena, capacity, 1), capacity);
	if (part.data == NULL || list.data == NULL) {
		*ret_err = MRL_ERR_MEMORY;
		return false;
	}
	bool alone = spec->part_count == 1;
	bool is_there = alone ? put_part(&part, call, spec, (enum mrl_limit_part)spec->parts[0])
	                      : put_list(&list, &part, call, spec);
	if (is_there) {
		*ret_hash = mrl_limit_hash(call->limits->hash_key,
		                           mrl_buffer_slice(alone ? &part : &list));
	}
	mrl_arena_reset(call->arena, mark);
	return is_there;
}

enum mrl_err mrl_limit_ask(struct mrl_call *call, const uint8_t *specs, uint8_t count,
                           uint32_t cost, struct mrl_limit_asked *asked)
{
	const struct mrl_limit_store *store = call->limits;
	for (uint8_t i = 0; i < count; i++) {
		uint8_t at = specs[i];
		const struct mrl_limit_spec *spec = &call->policy->limits.specs[at];
		struct mrl_limit_hash hash;
		enum mrl_err err;
		if (!mrl_limit_identity(call, spec, &hash, &err)) {
			if (err != MRL_OK) {
				return err;
			}
			continue;
		}
		asked->specs[asked->count] = spec;
		asked->indexes[asked->count] = at;
		asked->requests[asked->count++] = (struct mrl_limit_request){
			.zone = &store->zones[spec->zone],
			.rule = store->rules[at],
			.key = {hash.low ^ store->salts[at].low, hash.high ^ store->salts[at].high},
			.cost = cost,
			.ordinal = store->ordinals[at],
		};
	}
	return MRL_OK;
}
