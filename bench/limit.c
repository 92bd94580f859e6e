/*
 * What a decision of three limits costs: in ns, and as a ratio to a fixed window of one counter in
 * a table of this process (no lock, no clock, no exactness), which is the least that any limiter
 * does. The bounds in brackets are for one core of a machine of 2020 and say what a figure means;
 * the ratios are what can be compared.
 */
#include <merlon/limit.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define DECISIONS 1000000U
#define ROUNDS    7
#define HOT_KEYS  1000U
#define COLD_KEYS 100000U
#define LIMITS    3

struct setting {
	struct mrl_limit_zone zones[LIMITS];
	struct mrl_limit_request requests[LIMITS];
	struct mrl_limit_host host;
	uint64_t *table;
	uint32_t table_mask;
};

static uint64_t now_ms(void *context)
{
	struct timespec now;
	(void)context;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static bool nobody_is_gone(void *context, uint32_t pid)
{
	(void)context;
	(void)pid;
	return false;
}

static void do_nothing(void *context)
{
	(void)context;
}

static bool open_zone(struct setting *setting, uint32_t at, uint32_t entries)
{
	static const uint8_t key[16] = "a key of a bench";
	struct mrl_limit_zone_sizes sizes = {at == 0 ? 1024 : entries, at == 0 ? 30 : 14, at};
	struct mrl_limit_origin origin = {.now_ms = now_ms(NULL)};
	size_t bytes = mrl_limit_zone_bytes(&sizes);
	char name[8];
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		return false;
	}
	memset(memory, 0, bytes);
	memcpy(origin.hash_key, key, sizeof(key));
	mrl_limit_zone_make(memory, &sizes, &origin);
	struct mrl_limit_request *request = &setting->requests[at];
	struct mrl_limit_rate rate = {1000000000, 60000};
	request->zone = &setting->zones[at];
	request->cost = 1;
	request->rule = mrl_limit_rule(rate, sizes.cells);
	(void)snprintf(name, sizeof(name), "l%u", at);
	return mrl_limit_zone_attach(memory, bytes, &sizes, &origin, &setting->zones[at]) ==
	               MRL_OK &&
	       mrl_limit_zone_row(&setting->zones[at], mrl_slice_text(name), &request->rule,
	                          origin.now_ms, &request->ordinal) == MRL_OK;
}

static uint64_t mix(uint64_t number)
{
	number = (number ^ number >> 31) * 0x9E3779B97F4A7C15U;
	return number ^ number >> 29;
}

static struct mrl_limit_hash key_of(uint32_t number)
{
	return (struct mrl_limit_hash){mix(number + 1), mix(~(uint64_t)number * 3)};
}

/* The keys are hashed already: a call does that once for all its limits. */
static double ours(struct setting *setting, uint32_t keys, uint32_t limits)
{
	struct mrl_limit_result result;
	uint64_t denied = 0;
	double start = now_ns();
	for (uint32_t i = 0; i < DECISIONS; i++) {
		uint32_t key = (uint32_t)(mix(i) % keys);
		setting->requests[0].key = key_of(0);
		setting->requests[1].key = key_of(key);
		setting->requests[2].key = key_of(key + keys);
		denied += mrl_limit_decide(setting->requests + LIMITS - limits, limits,
		                           &setting->host, &result) != MRL_OK ||
		          result.verdict != MRL_LIMIT_ADMITTED;
	}
	double spent = (now_ns() - start) / DECISIONS;
	if (denied != 0) {
		printf("%llu decisions went wrong\n", (unsigned long long)denied);
	}
	return spent;
}

static double simplest(struct setting *setting, uint32_t keys, uint32_t limits)
{
	uint64_t sum = 0;
	double start = now_ns();
	for (uint32_t i = 0; i < DECISIONS; i++) {
		uint32_t key = (uint32_t)(mix(i) % keys);
		struct mrl_limit_hash hashes[LIMITS] = {key_of(0), key_of(key), key_of(key + keys)};
		for (uint32_t j = LIMITS - limits; j < LIMITS; j++) {
			sum += ++setting->table[hashes[j].low & setting->table_mask];
		}
	}
	double spent = (now_ns() - start) / DECISIONS;
	if (sum == 0) {
		printf("nothing was counted\n");
	}
	return spent;
}

static void compare(struct setting *setting, const char *name, uint32_t keys, uint32_t limits)
{
	double best = 1e12;
	double floor = 1e12;
	for (int i = 0; i < ROUNDS; i++) {
		double spent = ours(setting, keys, limits);
		double other = simplest(setting, keys, limits);
		best = spent < best ? spent : best;
		floor = other < floor ? other : floor;
	}
	printf("%-28s %7.1f ns   a bare counter %6.1f ns   ratio %5.2f\n", name, best, floor,
	       best / floor);
}

static bool open_setting(struct setting *setting, uint32_t entries)
{
	setting->host = (struct mrl_limit_host){
		.now_ms = now_ms, .is_gone = nobody_is_gone, .yield = do_nothing, .pid = 1};
	setting->table_mask = entries * 4 - 1;
	setting->table = calloc(entries * 4, sizeof(*setting->table));
	bool opened = setting->table != NULL;
	for (uint32_t i = 0; i < LIMITS && opened; i++) {
		opened = open_zone(setting, i, entries);
	}
	return opened;
}

int main(void)
{
	static struct setting hot;
	static struct setting cold;
	if (!open_setting(&hot, 131072) || !open_setting(&cold, 1048576)) {
		printf("no memory\n");
		return 1;
	}
	compare(&hot, "1 limit, 1,000 keys (60)", HOT_KEYS, 1);
	compare(&hot, "3 limits, 1,000 keys (150)", HOT_KEYS, 3);
	compare(&cold, "3 limits, 100,000 keys (400)", COLD_KEYS, 3);
	return 0;
}
