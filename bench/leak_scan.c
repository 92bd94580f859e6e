/*
 * How fast clean JSON is scanned for stack traces: nanoseconds per KiB [ERR-1].
 *
 * The bar is 250 ns per KiB on a 2-core virtual machine. Beside it stand memchr and memmem over the
 * same text in the same run, since a slower machine slows all of them.
 */
#include <merlon/leak.h>

#include <stdio.h>
#include <time.h>

#define BAR_NS    250.0
#define BAR_TEXT  "250"
#define BODY_MAX  65536
#define ROUNDS    15
#define ROUND_KIB 2048
#define ROWS_MAX  32

/* Each kind repeats one line with other numbers. */
static const struct kind {
	const char *name;
	bool dense; /* full of what nearly is an anchor: measured, but the bar is not for it */
	const char *line; /* one %u, one %u */
} kinds[] = {
	{"orders", false,
         "{\"id\":\"ord_%08x\",\"customer\":{\"name\":\"Maria Jansen\",\"city\":\"Utrecht\"},"
         "\"status\":\"shipped\",\"total\":{\"amount\":%u.50,\"currency\":\"EUR\"},"
         "\"created_at\":\"2026-03-14T09:26:53.589Z\"},"},
	{"users", false,
         "{\"userId\":%u,\"email\":\"person%u@example.com\",\"avatar\":"
         "\"https://cdn.example.com/assets/avatars/small.png\",\"roles\":[\"Editor\",\"Viewer\"],"
         "\"lastLogin\":\"2026-01-02T03:04:05Z\",\"isActive\":true},"},
	{"invoices", false,
         "{\"InvoiceNo\":\"INV-2026-%05u\",\"Lines\":[{\"Sku\":\"ABC-7\",\"Qty\":1.00,"
         "\"UnitPrice\":%u.25,\"Tax\":0.21},{\"Sku\":\"XZ-9\",\"Qty\":1.0,\"UnitPrice\":12.50,"
         "\"Tax\":0.09}]},"},
	{"points", false, "[4.89%u,52.37%u],[5.1213,52.0907],[-0.1278,51.5074],[2.3522,48.8566],"},
	{"log lines", false,
         "{\"ts\":1767225600.%u,\"level\":\"info\",\"msg\":\"request completed in %u ms\","
         "\"path\":\"\\/v1\\/orders\\/"
         "42\",\"service\":\"checkout-api\",\"pod\":\"checkout-7d9c\"},\n"},
	{"news", false,
         "{\"title\":\"The market at a glance, part %u\",\"body\":\"Prices rose in spring, said "
         "the "
         "minister on day %u of the session; the board had expected less. Readers wrote to us from "
         "Lisbon, Porto and Madrid.\",\"image\":\"https://www.example.com/img/market.jpg\"},"},
	{"near misses", true,
         "{\"title\":\"Panic at the market, part %u\",\"body\":\"An Error of judgement, said the "
         "Minister; at line %u of the report a panic is described. See "
         "https://www.example.com/static/app.js and our FAQ.\",\"price\":10.50},"},
};

struct row {
	char name[48];
	double ns;
	double memchr_ns;
	bool barred;
	bool holds;
};

static uint8_t body[BODY_MAX];
static volatile size_t sink;

static void fill(const struct kind *kind, size_t size)
{
	char line[1024];
	unsigned number = 7;

	for (size_t at = 0; at < size;) {
		number = number * 1103515245u + 12345u;
/* The formats are those of the table above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		int made = snprintf(line, sizeof(line), kind->line, number % 900 + 10, number % 97);
#pragma GCC diagnostic pop
		size_t count = (size_t)made < size - at ? (size_t)made : size - at;
		memcpy(body + at, line, count);
		at += count;
	}
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

typedef size_t work(const void *context, struct mrl_slice text);

static size_t scan(const void *context, struct mrl_slice text)
{
	struct mrl_leak_result result;

	mrl_leak_scan(context, (struct mrl_leak_set){0}, text, &result);
	return result.strong.bits != 0;
}

static size_t one_byte(const void *context, struct mrl_slice text)
{
	(void)context;
	return memchr(text.data, '\x01', text.size) != NULL;
}

static size_t one_text(const void *context, struct mrl_slice text)
{
	(void)context;
	return memmem(text.data, text.size, "Traceback (most", 15) != NULL;
}

/* The fastest round: what the machine does when nothing else disturbs it. */
static double ns_per_kib(work *run, const void *context, size_t size)
{
	double best = 1e18;
	size_t repeats = ROUND_KIB * 1024 / size;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns();
		for (size_t i = 0; i < repeats; i++) {
			sink += run(context, mrl_slice(body, size));
		}
		double spent = (now_ns() - start) / ROUND_KIB;
		best = spent < best ? spent : best;
	}
	return best;
}

static const char *verdict(const struct row *row)
{
	if (!row->barred) {
		return "no bar";
	}
	return row->holds ? "holds" : "MISSED";
}

static struct row measure(const struct mrl_leak_scanner *scanner, const struct kind *kind,
                          size_t size)
{
	struct row row;

	fill(kind, size);
	row.ns = ns_per_kib(scan, scanner, size);
	row.memchr_ns = ns_per_kib(one_byte, NULL, size);
	row.barred = !kind->dense;
	row.holds = kind->dense || row.ns <= BAR_NS;
	snprintf(row.name, sizeof(row.name), "%s %zu KiB", kind->name, size / 1024);
	printf("%-20s %7.1f ns/KiB  %5.1f x memchr  %5.2f x memmem  %s\n", row.name, row.ns,
	       row.ns / row.memchr_ns, row.ns / ns_per_kib(one_text, NULL, size), verdict(&row));
	return row;
}

static int write_json(const char *path, const struct row *rows, size_t count)
{
	FILE *file = fopen(path, "w");

	if (file == NULL) {
		perror(path);
		return 1;
	}
	fprintf(file, "{\"bench\": \"leak_scan\", \"rows\": [");
	for (size_t i = 0; i < count; i++) {
		fprintf(file, "%s{\"name\": \"%s\", \"value\": %.1f, \"unit\": \"ns/KiB\", ",
		        i == 0 ? "" : ", ", rows[i].name, rows[i].ns);
		fprintf(file, "\"ratio\": %.2f, \"bar\": %s, \"holds\": %s}",
		        rows[i].ns / rows[i].memchr_ns, rows[i].barred ? BAR_TEXT : "null",
		        rows[i].holds ? "true" : "false");
	}
	fprintf(file, "]}\n");
	return fclose(file) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct mrl_arena arena;
	const struct mrl_leak_scanner *scanner;
	struct row rows[ROWS_MAX];
	size_t count = 0;

	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, 1 << 20);
	double start = now_ns();
	if (mrl_leak_scanner_new(&arena, &scanner) != MRL_OK) {
		return 1;
	}
	printf("scanner made in %.2f ms, %zu bytes\n", (now_ns() - start) / 1e6, arena.used_bytes);
	for (size_t i = 0; i < MRL_COUNT(kinds); i++) {
		rows[count++] = measure(scanner, &kinds[i], 1024);
		rows[count++] = measure(scanner, &kinds[i], BODY_MAX);
	}
	int failed = argc == 3 && strcmp(argv[1], "--json") == 0 ? write_json(argv[2], rows, count)
	                                                         : 0;
	mrl_arena_release(&arena);
	return failed;
}
