/*
 * How fast JSON is read, repeated names refused, in bytes a nanosecond [INPUT-1].
 *
 * The bars are ratios of one run: at least half of simdjson's document reader and nine tenths of
 * yyjson, neither of which looks for repeated names, as geometric means over all documents. Where a
 * library is not installed its bar is left out, and said so. Beside them stands memcpy.
 */
#include "json_peers.h"
#include "schema_yyjson.h"

#include <math.h>
#include <merlon/json.h>
#include <stdio.h>
#include <time.h>

#define ROUNDS     15
#define ROUND_NS   2e6
#define TEXT_MAX   (1U << 20)
#define PADDING    256
#define ARENA_CAP  (64U << 20)
#define ROWS_MAX   64
#define RECORD_MAX 2048

/* Each kind repeats one record with other numbers: four %u. */
static const struct kind {
	const char *name;
	const char *record;
} kinds[] = {
	{"orders",
         "{\"id\":\"ord_%08x\",\"customer\":{\"name\":\"Maria Jansen\",\"city\":\"Utrecht\"},"
         "\"status\":\"shipped\",\"total\":{\"amount\":%u.50,\"currency\":\"EUR\"},"
         "\"lines\":[{\"sku\":\"ABC-%u\",\"quantity\":%u}],"
         "\"created_at\":\"2026-03-14T09:26:53.589Z\"}"},
	{"profiles",
         "{\"userId\":%u,\"email\":\"person%u@example.com\",\"firstName\":\"Ana\",\"lastName\":"
         "\"Costa\",\"language\":\"pt\",\"timeZone\":\"Europe/Lisbon\",\"newsletter\":false,"
         "\"phone\":\"+351 21 %u\",\"street\":\"Rua Augusta %u\",\"postalCode\":\"1100-048\","
         "\"country\":\"PT\",\"vatNumber\":null,\"isActive\":true,\"loginCount\":31,"
         "\"lastLogin\":\"2026-01-02T03:04:05Z\"}"},
	{"points", "[4.89%u,52.37%u],[5.12%u,52.09%u],[-0.1278,51.5074],[2.3522,48.8566]"},
	{"text",
         "{\"id\":%u,\"title\":\"The market at a glance, part %u\",\"body\":\"Prices rose in "
         "spring, said the minister on day %u of the session; the board had expected less. "
         "Readers wrote to us from Lisbon, Porto and Madrid: what they saw was not what we "
         "were told.\",\"views\":%u}"},
	{"escapes",
         "{\"id\":%u,\"note\":\"line %u\\nsaid \\\"no\\\"\\tand left\\r\\nC:\\\\temp\\\\%u\","
         "\"link\":\"https:\\/\\/www.example.com\\/a\\/%u\"}"},
	{"4-byte text",
         "{\"id\":%u,\"name\":\"\xE6\x9D\xB1\xE4\xBA\xAC\xE9\x83\xBD\xE6\xB8\x8B\xE8\xB0\xB7"
         "\xE5\x8C\xBA %u\",\"mood\":\"\xF0\x9F\x98\x80\xF0\x9F\x98\x81\xF0\x9F\x98\x82 %u\","
         "\"city\":\"M\xC3\xBCnchen %u\"}"},
	{"indented", "\n  {\n    \"id\": %u,\n    \"name\": \"Widget %u\",\n    \"price\": %u.25,\n"
                     "    \"tags\": [\n      \"new\",\n      \"blue\"\n    ],\n    \"stock\": {\n"
                     "      \"shelf\": %u,\n      \"reserved\": 4\n    }\n  }"},
	{"settings",
         "{\"s01\":%u,\"s02\":%u,\"s03\":%u,\"s04\":%u,\"s05\":true,\"s06\":\"on\",\"s07\":5,"
         "\"s08\":0.5,\"s09\":null,\"s10\":\"x\",\"s11\":1,\"s12\":2,\"s13\":3,\"s14\":4,"
         "\"s15\":5,\"s16\":6,\"s17\":7,\"s18\":\"seven\",\"s19\":false,\"s20\":\"auto\","
         "\"s21\":1,\"s22\":2,\"s23\":3,\"s24\":4,\"s25\":5,\"s26\":6,\"s27\":7,\"s28\":8,"
         "\"s29\":9,\"s30\":10,\"s31\":11,\"s32\":12,\"s33\":13,\"s34\":14,\"s35\":15,"
         "\"s36\":16,\"s37\":17,\"s38\":18,\"s39\":19,\"s40\":20}"},
};
/* 100: one record alone. */
static const size_t sizes[] = {100, 4096, 65536, TEXT_MAX};

struct row {
	char name[48];
	double rate;
	double simdjson;
	double yyjson;
};

static uint8_t memory[TEXT_MAX + RECORD_MAX + PADDING];
static uint8_t copy[sizeof(memory)];
static struct mrl_arena arena;
static volatile size_t sink;

static size_t write_record(const struct kind *kind, uint8_t *at, unsigned *number)
{
	unsigned seed = *number = *number * 1103515245U + 12345U;
/* The formats are those of the table above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	int made = snprintf((char *)at, RECORD_MAX, kind->record, seed >> 8, seed % 900 + 10,
	                    seed % 97, seed % 7);
#pragma GCC diagnostic pop
	return (size_t)made;
}

/* An array of records; for the smallest size one, in an array if it is a list itself. */
static struct mrl_slice fill(const struct kind *kind, size_t size)
{
	unsigned number = 7;
	bool alone = size < RECORD_MAX && kind->record[0] == '{';
	size_t at = 0;
	memory[at++] = '[';
	at += write_record(kind, memory + at, &number);
	while (at + RECORD_MAX < size || (at < size && size > RECORD_MAX)) {
		memory[at++] = ',';
		at += write_record(kind, memory + at, &number);
	}
	memory[at] = ']';
	return alone ? mrl_slice(memory + 1, at - 1) : mrl_slice(memory, at + 1);
}

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

typedef bool work(struct mrl_slice text);

static bool read_ours(struct mrl_slice text)
{
	static const struct mrl_json_scan *scan;
	const struct mrl_json_limits limits = {
		.depth = 64, .values = 262144, .name_chars = 256, .number_bytes = 128};
	struct mrl_arena_mark mark = mrl_arena_mark(&arena);
	struct mrl_json_doc doc = {.node_count = 0};
	struct mrl_json_fault fault = {.code = MRL_JSON_NONE};
	scan = scan == NULL ? mrl_json_scan_best() : scan;
	enum mrl_err err = mrl_json_read(&limits, scan, text, &arena, &doc, &fault);
	sink += doc.node_count;
	mrl_arena_reset(&arena, mark);
	return err == MRL_OK && fault.code == MRL_JSON_NONE;
}

static bool read_simdjson(struct mrl_slice text)
{
	return bench_simdjson_read(text.data, text.size);
}

static bool copy_bytes(struct mrl_slice text)
{
	memcpy(copy, text.data, text.size);
	sink += copy[text.size / 2];
	return true;
}

/* Bytes a nanosecond in the fastest round: what the machine does when nothing else disturbs it. */
static double measure(work *run, struct mrl_slice text)
{
	double best = 1e18;
	size_t repeats = 1 + (size_t)(ROUND_NS / (double)text.size);
	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns();
		for (size_t i = 0; i < repeats; i++) {
			if (!run(text)) {
				return 0;
			}
		}
		double spent = (now_ns() - start) / (double)repeats;
		best = spent < best ? spent : best;
	}
	return (double)text.size / best;
}

static struct row measure_row(const struct kind *kind, size_t size)
{
	struct mrl_slice text = fill(kind, size);
	struct row row = {.rate = measure(read_ours, text)};
	row.simdjson = bench_simdjson_there() ? measure(read_simdjson, text) : 0;
	row.yyjson = bench_yyjson_there() ? measure(bench_yyjson_read, text) : 0;
	(void)snprintf(row.name, sizeof(row.name), "%s %zu", kind->name, text.size);
	printf("%-22s %6.2f GB/s  %5.2f of simdjson  %5.2f of yyjson  %5.3f of memcpy\n", row.name,
	       row.rate, row.simdjson == 0 ? 0 : row.rate / row.simdjson,
	       row.yyjson == 0 ? 0 : row.rate / row.yyjson, row.rate / measure(copy_bytes, text));
	return row;
}

struct summary {
	const char *name;
	double ratio; /* 0: no bar, that library is not here */
	double bar;
};

static void print_summary(const struct summary *summary)
{
	if (summary->ratio == 0) {
		printf("%s: skipped, it is not installed\n", summary->name);
		return;
	}
	printf("%s: %.2f, bar %.2f: %s\n", summary->name, summary->ratio, summary->bar,
	       summary->ratio >= summary->bar ? "holds" : "MISSED");
}

static int write_json(const char *path, const struct row *rows, size_t count,
                      const struct summary summaries[2])
{
	FILE *file = fopen(path, "w");
	if (file == NULL) {
		perror(path);
		return 1;
	}
	fprintf(file, "{\"bench\": \"json\", \"rows\": [");
	for (size_t i = 0; i < count; i++) {
		fprintf(file,
		        "{\"name\": \"%s\", \"value\": %.3f, \"unit\": \"GB/s\", \"ratio\": null, "
		        "\"bar\": null, \"holds\": null}, ",
		        rows[i].name, rows[i].rate);
	}
	for (size_t i = 0; i < 2; i++) {
		bool there = summaries[i].ratio != 0;
		fprintf(file,
		        "%s{\"name\": \"%s\", \"value\": %.3f, \"unit\": \"ratio\", \"ratio\": "
		        "%.3f, \"bar\": %.2f, \"holds\": %s}",
		        i == 0 ? "" : ", ", summaries[i].name, summaries[i].ratio,
		        summaries[i].ratio, summaries[i].bar,
		        !there                                   ? "null"
		        : summaries[i].ratio >= summaries[i].bar ? "true"
		                                                 : "false");
	}
	fprintf(file, "]}\n");
	return fclose(file) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct row rows[ROWS_MAX];
	size_t count = 0;
	double logs[2] = {0, 0};
	mrl_arena_init(&arena, &mrl_memory_malloc, 32U << 20, ARENA_CAP);
	/* A first byte, so that its block stays when the rest is given back. */
	if (mrl_arena_alloc(&arena, 1, 1) == NULL) {
		return 1;
	}
	for (size_t i = 0; i < MRL_COUNT(kinds); i++) {
		for (size_t j = 0; j < MRL_COUNT(sizes); j++, count++) {
			rows[count] = measure_row(&kinds[i], sizes[j]);
			logs[0] += log(rows[count].rate / rows[count].simdjson);
			logs[1] += log(rows[count].rate / rows[count].yyjson);
		}
	}
	struct summary summaries[2] = {
		{"of simdjson, mean", bench_simdjson_there() ? exp(logs[0] / (double)count) : 0,
	         0.5},
		{"of yyjson, mean", bench_yyjson_there() ? exp(logs[1] / (double)count) : 0, 0.9},
	};
	print_summary(&summaries[0]);
	print_summary(&summaries[1]);
	int failed = argc == 3 && strcmp(argv[1], "--json") == 0
	                     ? write_json(argv[2], rows, count, summaries)
	                     : 0;
	mrl_arena_release(&arena);
	return failed;
}
