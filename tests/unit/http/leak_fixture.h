/* A scanner, and the files of tests/vectors/leaks in their three forms. */
#ifndef TEST_LEAK_FIXTURE_H
#define TEST_LEAK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <merlon/leak.h>
#include <stdio.h>
#include <stdlib.h>

#define TRACE_MAX 8192

struct fixture {
	struct mrl_arena arena;
	const struct mrl_leak_scanner *scanner;
};

static inline int fixture_make(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	mrl_arena_init(&fixture->arena, &mrl_memory_malloc, 65536, 1 << 20);
	assert_int_equal(mrl_leak_scanner_new(&fixture->arena, &fixture->scanner), MRL_OK);
	*state = fixture;
	return 0;
}

static inline int fixture_drop(void **state)
{
	struct fixture *fixture = *state;

	mrl_arena_release(&fixture->arena);
	free(fixture);
	return 0;
}

static inline struct mrl_leak_result scan_slice(const struct mrl_leak_scanner *scanner,
                                                struct mrl_slice body)
{
	struct mrl_leak_result result;

	mrl_leak_scan(scanner, (struct mrl_leak_set){0}, body, &result);
	return result;
}

static inline struct mrl_leak_result scan_text(const struct mrl_leak_scanner *scanner,
                                               const char *text)
{
	return scan_slice(scanner, mrl_slice_text(text));
}

static inline size_t read_trace(const char *folder, const char *name, uint8_t *memory)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t size = fread(memory, 1, TRACE_MAX, file);
	assert_int_equal(fclose(file), 0);
	return size;
}

static inline const char *json_form(uint8_t byte)
{
	switch (byte) {
	case '"': return "\\\"";
	case '\\': return "\\\\";
	case '/': return "\\/";
	case '\n': return "\\n";
	case '\t': return "\\t";
	case '<': return "\\u003c";
	case '>': return "\\u003E";
	case '&': return "\\u0026";
	}
	return NULL;
}

static inline const char *html_form(uint8_t byte)
{
	switch (byte) {
	case '"': return "&quot;";
	case '\'': return "&#39;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '&': return "&amp;";
	}
	return NULL;
}

/* `form` says how a byte is written; NULL: as it is. */
static inline void write_form(struct mrl_slice text, const char *(*form)(uint8_t),
                              struct mrl_buffer *buffer)
{
	for (size_t i = 0; i < text.size; i++) {
		const char *written = form(text.data[i]);
		if (written == NULL) {
			mrl_buffer_byte(buffer, text.data[i]);
			continue;
		}
		mrl_buffer_put(buffer, mrl_slice_text(written));
	}
	assert_false(buffer->overflow);
}

/* Calls `visit` for every trace; returns their number. */
static inline unsigned each_trace(const char *folder,
                                  void (*visit)(void *context, const char *name,
                                                struct mrl_slice text),
                                  void *context)
{
	static uint8_t memory[TRACE_MAX];
	DIR *dir = opendir(folder);
	unsigned count = 0;

	assert_non_null(dir);
	for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		if (strstr(entry->d_name, ".txt") == NULL) {
			continue;
		}
		size_t size = read_trace(folder, entry->d_name, memory);
		visit(context, entry->d_name, mrl_slice(memory, size));
		count++;
	}
	closedir(dir);
	return count;
}

#endif
