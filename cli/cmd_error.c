/*
 * `merlon error ID`: the audit record and the error log's lines of the id that a client was given
 * (ERR-2).
 *
 * Both files may be large and grow; they are read line by line, the newest file first.
 */
#include "instance.h"
#include "json_out.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>

#define LOGS_KEPT 8
#define FOUND_MAX 256

struct search {
	struct mrl_cli *cli;
	const char *id;
	const char *records[FOUND_MAX];
	const char *lines[FOUND_MAX];
	size_t record_count, line_count;
	bool unreadable;
};

/* 8-4-4-4-12 lower-case hexadecimal digits, as X-Request-Id has it. */
static bool is_id(const char *text)
{
	if (strlen(text) != MRL_UUID_TEXT) {
		return false;
	}
	for (size_t i = 0; i < MRL_UUID_TEXT; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		bool digit = mrl_hex_value((uint8_t)text[i]) >= 0 &&
		             (text[i] < 'A' || text[i] > 'F');
		if (dash ? text[i] != '-' : !digit) {
			return false;
		}
	}
	return true;
}

/* Lines with the id go to `found`, at most FOUND_MAX in all. */
static void search_file(struct search *search, const char *path, const char **found, size_t *count)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t size;
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		if (errno != ENOENT) {
			mrl_complain(search->cli, "%s cannot be read: %s", path, strerror(errno));
			search->unreadable = true;
		}
		return;
	}
	while (*count < FOUND_MAX && (size = getline(&line, &capacity, file)) > 0) {
		if (line[size - 1] == '\n') {
			line[size - 1] = '\0';
		}
		if (strstr(line, search->id) != NULL) {
			found[(*count)++] = mrl_text(search->cli->arena, "%s", line);
		}
	}
	free(line);
	(void)fclose(file);
}

static void print(const struct search *search)
{
	struct mrl_out json = mrl_out_begin(stdout);
	if (!search->cli->json) {
		for (size_t i = 0; i < search->record_count; i++) {
			printf("record     %s\n", search->records[i]);
		}
		for (size_t i = 0; i < search->line_count; i++) {
			printf("error log  %s\n", search->lines[i]);
		}
		return;
	}
	mrl_out_open(&json, NULL, '{');
	mrl_out_text(&json, "id", search->id);
	mrl_out_open(&json, "records", '[');
	for (size_t i = 0; i < search->record_count; i++) {
		mrl_out_raw(&json, NULL, mrl_slice_text(search->records[i]));
	}
	mrl_out_close(&json);
	mrl_out_open(&json, "lines", '[');
	for (size_t i = 0; i < search->line_count; i++) {
		mrl_out_text(&json, NULL, search->lines[i]);
	}
	mrl_out_finish(&json);
}

static void search_all(struct search *search, const char *state)
{
	struct mrl_arena *arena = search->cli->arena;
	search_file(search, mrl_text(arena, "%s/audit/audit.jsonl", state), search->records,
	            &search->record_count);
	search_file(search, mrl_text(arena, "%s/log/error.log", state), search->lines,
	            &search->line_count);
	for (int i = 1; i <= LOGS_KEPT; i++) {
		search_file(search, mrl_text(arena, "%s/log/error.log.%d", state, i), search->lines,
		            &search->line_count);
	}
}

enum mrl_exit mrl_cmd_error(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	static const char urn[] = "urn:uuid:";
	struct mrl_instance instance;
	struct search *search = mrl_must(MRL_NEW(cli->arena, struct search));
	search->cli = cli;
	search->id = arguments->words[0];
	if (strncmp(search->id, urn, sizeof(urn) - 1) == 0) {
		search->id += sizeof(urn) - 1;
	}
	if (!is_id(search->id)) {
		mrl_complain(cli,
		             "\"%s\" is no request id; it looks like "
		             "019aa3c1-7b1e-7c3a-9f00-2b5d8c1e4a77 and stands in X-Request-Id "
		             "and in an error's \"instance\"",
		             arguments->words[0]);
		return MRL_EXIT_USAGE;
	}
	if (!mrl_instance_find(cli, arguments, &instance)) {
		return MRL_EXIT_USAGE;
	}
	search_all(search, instance.places.state);
	bool found = search->record_count + search->line_count != 0;
	if (found || cli->json) {
		print(search);
	} else if (!search->unreadable) {
		printf("nothing is known of %s in %s\n", search->id, instance.places.state);
	}
	return found ? MRL_EXIT_OK : MRL_EXIT_FAILED;
}
