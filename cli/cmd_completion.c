/* `merlon completion`: a script for a shell, out of the table, so that it never lags behind. */
#include "cli.h"
#include "json_out.h"

#include <stdlib.h>

/* Options whose value is a file complete to file names. */
static bool takes_file(const struct mrl_option *option)
{
	return option->value != NULL && strcmp(option->value, "FILE") == 0;
}

static void put_names(FILE *out, const struct mrl_option *options)
{
	for (const struct mrl_option *option = options; option != NULL && option->name != NULL;
	     option++) {
		fprintf(out, " --%s", option->name);
	}
}

static void put_commands(FILE *out)
{
	for (size_t i = 0; i < mrl_command_count; i++) {
		fprintf(out, "%s%s", i == 0 ? "" : " ", mrl_commands[i].name);
	}
}

static void put_words(FILE *out, const struct mrl_command *command)
{
	for (const char *const *word = command->word_table; word != NULL && *word != NULL; word++) {
		fprintf(out, " %s", *word);
	}
	if (strcmp(command->name, "help") == 0) {
		fputc(' ', out);
		put_commands(out);
	}
}

static void bash(FILE *out)
{
	fputs("# completion of merlon for bash\n_merlon()\n{\n"
	      "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
	      "\tCOMPREPLY=()\n"
	      "\tcase $before in\n"
	      "\t-c|-o|--config|--openapi) COMPREPLY=($(compgen -f -- \"$word\")); return;;\n"
	      "\tesac\n"
	      "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords='",
	      out);
	put_commands(out);
	fputs(" --help --version'\n\telse\n\t\tcase ${COMP_WORDS[1]} in\n", out);
	for (size_t i = 0; i < mrl_command_count; i++) {
		const struct mrl_command *command = &mrl_commands[i];
		fprintf(out, "\t\t%s) words='", command->name);
		put_names(out, command->options);
		put_names(out, mrl_common_options);
		put_words(out, command);
		fputs("';;\n", out);
	}
	fputs("\t\tesac\n\tfi\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	      "}\ncomplete -o default -F _merlon merlon\n",
	      out);
}

/* Quotes for zsh's _arguments: ' [ ] : need care inside '...[...]'. */
static void put_zsh_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			fputs("'\\''", out);
			continue;
		}
		if (*text == '[' || *text == ']' || *text == ':' || *text == '\\') {
			fputc('\\', out);
		}
		fputc(*text, out);
	}
}

static void zsh_options(FILE *out, const struct mrl_option *options)
{
	for (const struct mrl_option *option = options; option != NULL && option->name != NULL;
	     option++) {
		fprintf(out, " \\\n\t\t\t'%s--%s[", option->repeat ? "*" : "", option->name);
		put_zsh_text(out, option->meaning);
		fputc(']', out);
		if (option->value != NULL) {
			fprintf(out, ":%s:%s", option->value, takes_file(option) ? "_files" : " ");
		}
		fputc('\'', out);
	}
}

static void zsh(FILE *out)
{
	fputs("#compdef merlon\n_merlon() {\n\tif (( CURRENT == 2 )); then\n"
	      "\t\tlocal -a commands=(",
	      out);
	for (size_t i = 0; i < mrl_command_count; i++) {
		fprintf(out, "\n\t\t\t'%s:", mrl_commands[i].name);
		put_zsh_text(out, mrl_commands[i].summary);
		fputc('\'', out);
	}
	fputs(")\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
	      "\tlocal command=$words[2]\n\tshift words; (( CURRENT-- ))\n\tcase $command in\n",
	      out);
	for (size_t i = 0; i < mrl_command_count; i++) {
		const struct mrl_command *command = &mrl_commands[i];
		fprintf(out, "\t%s) _arguments", command->name);
		zsh_options(out, command->options);
		zsh_options(out, mrl_common_options);
		if (command->words[0] != '\0') {
			fputs(" \\\n\t\t\t'1:word:(", out);
			put_words(out, command);
			fputs(" )'", out);
		}
		fputs(";;\n", out);
	}
	fputs("\tesac\n}\n_merlon \"$@\"\n", out);
}

static void put_fish_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\') {
			fputc('\\', out);
		}
		fputc(*text, out);
	}
}

static void fish_options(FILE *out, const struct mrl_command *command,
                         const struct mrl_option *options)
{
	for (const struct mrl_option *option = options; option != NULL && option->name != NULL;
	     option++) {
		fprintf(out, "complete -c merlon -n '__fish_seen_subcommand_from %s' -l %s",
		        command->name, option->name);
		if (option->letter != 0) {
			fprintf(out, " -s %c", option->letter);
		}
		fputs(option->value == NULL ? " -d '"
		      : takes_file(option)  ? " -r -F -d '"
		                            : " -x -d '",
		      out);
		put_fish_text(out, option->meaning);
		fputs("'\n", out);
	}
}

static void fish(FILE *out)
{
	fputs("# completion of merlon for fish\n", out);
	for (size_t i = 0; i < mrl_command_count; i++) {
		const struct mrl_command *command = &mrl_commands[i];
		fprintf(out, "complete -c merlon -f -n __fish_use_subcommand -a %s -d '",
		        command->name);
		put_fish_text(out, command->summary);
		fputs("'\n", out);
		fish_options(out, command, command->options);
		fish_options(out, command, mrl_common_options);
		if (command->word_table != NULL) {
			fprintf(out,
			        "complete -c merlon -f -n '__fish_seen_subcommand_from %s' -a '",
			        command->name);
			put_words(out, command);
			fputs("'\n", out);
		}
	}
}

static const struct shell {
	const char *name;
	void (*write)(FILE *out);
} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

static enum mrl_exit print(struct mrl_cli *cli, const struct shell *shell)
{
	char *text = NULL;
	size_t size = 0;
	if (!cli->json) {
		shell->write(stdout);
		return MRL_EXIT_OK;
	}
	FILE *memory = open_memstream(&text, &size);
	if (memory == NULL) {
		return MRL_EXIT_SOFTWARE;
	}
	shell->write(memory);
	bool written = fclose(memory) == 0;
	if (written) {
		struct mrl_out json = mrl_out_begin(stdout);
		mrl_out_open(&json, NULL, '{');
		mrl_out_text(&json, "shell", shell->name);
		mrl_out_slice(&json, "script", mrl_slice(text, size));
		mrl_out_finish(&json);
	}
	free(text);
	return written ? MRL_EXIT_OK : MRL_EXIT_SOFTWARE;
}

enum mrl_exit mrl_cmd_completion(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	for (size_t i = 0; i < MRL_COUNT(shells); i++) {
		if (strcmp(arguments->words[0], shells[i].name) == 0) {
			return print(cli, &shells[i]);
		}
	}
	mrl_complain(cli, "there is no completion for \"%s\": bash, zsh or fish",
	             arguments->words[0]);
	return MRL_EXIT_USAGE;
}
