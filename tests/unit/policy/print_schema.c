/* Prints the policy's JSON Schema with the real controls, for check_schema.py. */
#include <merlon/policy.h>

#include <stdio.h>

int main(void)
{
	static uint8_t memory[1 << 20];
	struct mrl_buffer buffer = mrl_buffer(memory, sizeof(memory));
	if (mrl_policy_schema(&buffer) != MRL_OK) {
		return 1;
	}
	return fwrite(buffer.data, 1, buffer.size, stdout) == buffer.size ? 0 : 1;
}
