/* What stands for an identity where people and Redis see it: no address, no name. */
#include <merlon/limit.h>

#define BYTES 8U

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The bytes of the hash in order are its low half, the lowest byte first. */
static uint32_t byte_of(uint64_t low, uint32_t at)
{
	return at < BYTES ? (uint32_t)(low >> 8 * at) & 0xFFU : 0;
}

void mrl_limit_key_name(struct mrl_limit_hash identity, char ret_name[MRL_LIMIT_KEY_NAME + 1])
{
	for (uint32_t i = 0; i < MRL_LIMIT_KEY_NAME; i++) {
		uint32_t bit = 6 * i;
		uint32_t pair = byte_of(identity.low, bit / 8) << 8 |
		                byte_of(identity.low, bit / 8 + 1);
		ret_name[i] = digits[pair >> (10 - bit % 8) & 63];
	}
	ret_name[MRL_LIMIT_KEY_NAME] = '\0';
}

bool mrl_limit_key_name_read(struct mrl_slice name, uint64_t *ret_low)
{
	uint64_t bits = 0; /* the bytes, the first one highest */
	if (name.size != MRL_LIMIT_KEY_NAME) {
		return false;
	}
	for (uint32_t i = 0; i < MRL_LIMIT_KEY_NAME; i++) {
		const char *digit = name.data[i] == '\0' ? NULL : strchr(digits, name.data[i]);
		if (digit == NULL) {
			return false;
		}
		uint32_t value = (uint32_t)(digit - digits);
		if (i == MRL_LIMIT_KEY_NAME - 1 && (value & 3) != 0) {
			return false; /* 66 bits stand for 64 */
		}
		bits = i == MRL_LIMIT_KEY_NAME - 1 ? bits << 4 | value >> 2 : bits << 6 | value;
	}
	*ret_low = __builtin_bswap64(bits);
	return true;
}
