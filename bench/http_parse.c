/*
 * Nanoseconds per call of what runs for every request and every field: the fastest of several
 * rounds, since whatever else the machine does can only make a round slower.
 */
#include <merlon/http.h>

#include <stdio.h>
#include <time.h>

#define ROUNDS 15
#define LOOPS  20000

static const char *const field_names[] = {
	"host",
	"user-agent",
	"accept",
	"accept-encoding",
	"accept-language",
	"authorization",
	"content-type",
	"content-length",
	"origin",
	"x-forwarded-for",
	"sec-fetch-site",
	"sec-ch-ua-platform",
	"x-custom-tenant",
	"x-envoy-attempt-count",
	"traceparent",
	"cookie",
};

static const char *const targets[] = {
	"/v1/orders/42/items?expand=all",
	"/v1/customers/0190a3c1/address",
	"/v1/orders?limit=50&cursor=abc",
	"/api/v2/reports/2027/q1/totals",
};

static const char *const escaped_targets[] = {
	"/v1/files/a%20b.txt?download=1",
	"/v1/caf%C3%A9/menu/%E2%82%AC/15",
};

static const char value[] =
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";

static uint64_t sink;
static struct mrl_arena arena;

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void classify(const struct mrl_slice *text)
{
	struct mrl_field field = {.name = *text};
	mrl_field_classify(&field);
	sink += field.id + field.flags;
}

static void check_value(const struct mrl_slice *text)
{
	sink += mrl_field_value_valid(*text);
}

static void check_name(const struct mrl_slice *text)
{
	sink += mrl_field_name_valid(*text);
}

/* As in a call: the arena has its block already. */
static void parse_target(const struct mrl_slice *text)
{
	struct mrl_target target;
	struct mrl_arena_mark mark = mrl_arena_mark(&arena);
	if (mrl_target_parse(*text, &arena, &target) == MRL_OK) {
		sink += target.segment_count;
	}
	mrl_arena_reset(&arena, mark);
}

static void measure(const char *what, void (*call)(const struct mrl_slice *text),
                    const char *const *texts, size_t count)
{
	struct mrl_slice slices[16];
	double best = 1e9;
	for (size_t i = 0; i < count; i++) {
		slices[i] = mrl_slice_text(texts[i]);
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t start = now_ns();
		for (unsigned loop = 0; loop < LOOPS; loop++) {
			for (size_t i = 0; i < count; i++) {
				call(&slices[i]);
			}
		}
		double each = (double)(now_ns() - start) / ((double)LOOPS * (double)count);
		best = each < best ? each : best;
	}
	printf("%-28s %7.1f ns\n", what, best);
}

int main(void)
{
	static const char *const values[] = {value};
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 1 << 20);
	if (mrl_arena_alloc(&arena, 16, 16) == NULL) {
		return 1;
	}
	measure("classify a field name", classify, field_names, MRL_COUNT(field_names));
	measure("check a field name", check_name, field_names, MRL_COUNT(field_names));
	measure("check a value of 70 bytes", check_value, values, MRL_COUNT(values));
	measure("parse a target of 30 bytes", parse_target, targets, MRL_COUNT(targets));
	measure("parse one with escapes", parse_target, escaped_targets,
	        MRL_COUNT(escaped_targets));
	mrl_arena_release(&arena);
	return sink == 0;
}
