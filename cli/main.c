/* The `merlon` command: finds the subcommand's row and runs it. */
#include "cli.h"
#include "text.h"

#include <stdlib.h>
#include <unistd.h>

#define ARENA_BYTES_MAX ((size_t)1 << 30)

/* Colour on terminals only, and never against NO_COLOR. */
static bool wants_colour(int fd)
{
	const char *none = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	return isatty(fd) == 1 && (none == NULL || none[0] == '\0') && terminal != NULL &&
	       strcmp(terminal, "dumb") != 0;
}

static enum mrl_exit unknown_command(const struct mrl_cli *cli, const char *name)
{
	const char **names = MRL_NEW_ARRAY(cli->arena, mrl_command_count, const char *);
	const char *near = NULL;
	if (names != NULL) {
		for (size_t i = 0; i < mrl_command_count; i++) {
			names[i] = mrl_commands[i].name;
		}
		near = mrl_nearest(mrl_slice_text(name), names, mrl_command_count);
	}
	mrl_complain(cli, "there is no command \"%s\"%s%s%s", name,
	             near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
	             near == NULL ? "" : "\"?");
	fputs("`merlon help` lists the commands.\n", stderr);
	return MRL_EXIT_USAGE;
}

static enum mrl_exit run(struct mrl_cli *cli, int count, char **texts)
{
	struct mrl_arguments arguments;
	const struct mrl_command *command = mrl_command_find(texts[0]);
	if (command == NULL) {
		return unknown_command(cli, texts[0]);
	}
	if (!mrl_arguments_parse(command, count - 1, texts + 1, &arguments)) {
		return MRL_EXIT_USAGE;
	}
	if (mrl_given(&arguments, "help")) {
		mrl_help_command(stdout, command);
		return MRL_EXIT_OK;
	}
	cli->json = mrl_given(&arguments, "json");
	return command->run(cli, &arguments);
}

/* What was printed has to have arrived: a full disk is a failure. */
static enum mrl_exit finish(enum mrl_exit code)
{
	bool failed = ferror(stdout) != 0;
	failed = fflush(stdout) != 0 || failed;
	if (failed) {
		fputs("merlon: error: standard output cannot be written\n", stderr);
		return MRL_EXIT_SOFTWARE;
	}
	return code;
}

int main(int count, char **texts)
{
	struct mrl_arena arena;
	struct mrl_cli cli = {.arena = &arena,
	                      .colour_out = wants_colour(STDOUT_FILENO),
	                      .colour_err = wants_colour(STDERR_FILENO)};
	mrl_arena_init(&arena, &mrl_memory_malloc, 65536, ARENA_BYTES_MAX);
	enum mrl_exit code = MRL_EXIT_OK;
	if (count < 2) {
		mrl_help_all(stderr);
		code = MRL_EXIT_USAGE;
	}
	bool asks_help = count >= 2 &&
	                 (strcmp(texts[1], "--help") == 0 || strcmp(texts[1], "-h") == 0);
	bool asks_version = count >= 2 &&
	                    (strcmp(texts[1], "--version") == 0 || strcmp(texts[1], "-V") == 0);
	if (asks_help) {
		mrl_help_all(stdout);
	}
	if (asks_version) {
		texts[1] = mrl_text(&arena, "version");
	}
	if (count >= 2 && !asks_help) {
		code = run(&cli, count - 1, texts + 1);
	}
	code = finish(code);
	mrl_arena_release(&arena);
	return (int)code;
}
