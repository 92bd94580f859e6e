/* `merlon help`, --help and usage, out of the table. */
#include "cli.h"
#include "json_out.h"

void mrl_help_all(FILE *out)
{
	fputs("usage: merlon COMMAND [OPTIONS]\n\n", out);
	for (size_t i = 0; i < mrl_command_count; i++) {
		fprintf(out, "  %-12s%s\n", mrl_commands[i].name, mrl_commands[i].summary);
	}
	fputs("\nevery command: --json, --help. `merlon help COMMAND` tells more.\n\n"
	      "exit codes: 0 done, 1 findings or failed, 2 wrong usage, 70 something of ours "
	      "broke,\n"
	      "            78 policy, folder, address or platform is not as it has to be\n",
	      out);
}

static void put_options(FILE *out, const struct mrl_option *options)
{
	for (const struct mrl_option *option = options; option != NULL && option->name != NULL;
	     option++) {
		const char letter[] = {'-', option->letter, ',', ' ', '\0'};
		int used = fprintf(out, "  %s--%s%s%s", option->letter != 0 ? letter : "    ",
		                   option->name, option->value != NULL ? " " : "",
		                   option->value != NULL ? option->value : "");
		fprintf(out, "%*s%s%s\n", used < 26 ? 26 - used : 1, "", option->meaning,
		        option->repeat ? " (may be repeated)" : "");
	}
}

void mrl_help_command(FILE *out, const struct mrl_command *command)
{
	fprintf(out, "usage: merlon %s [OPTIONS]%s%s\n\n%s.\n\n%s\n\n", command->name,
	        command->words[0] != '\0' ? " " : "", command->words, command->summary,
	        command->description);
	put_options(out, command->options);
	put_options(out, mrl_common_options);
}

static void json_options(struct mrl_out *json, const struct mrl_option *options)
{
	for (const struct mrl_option *option = options; option != NULL && option->name != NULL;
	     option++) {
		const char letter[] = {option->letter, '\0'};
		mrl_out_open(json, NULL, '{');
		mrl_out_text(json, "name", option->name);
		if (option->letter != 0) {
			mrl_out_text(json, "letter", letter);
		}
		if (option->value != NULL) {
			mrl_out_text(json, "value", option->value);
		}
		mrl_out_text(json, "meaning", option->meaning);
		mrl_out_bool(json, "repeat", option->repeat);
		mrl_out_close(json);
	}
}

static void json_command(struct mrl_out *json, const struct mrl_command *command)
{
	mrl_out_open(json, NULL, '{');
	mrl_out_text(json, "name", command->name);
	mrl_out_text(json, "words", command->words);
	mrl_out_text(json, "summary", command->summary);
	mrl_out_text(json, "description", command->description);
	mrl_out_open(json, "options", '[');
	json_options(json, command->options);
	json_options(json, mrl_common_options);
	mrl_out_close(json);
	mrl_out_close(json);
}

enum mrl_exit mrl_cmd_help(struct mrl_cli *cli, const struct mrl_arguments *arguments)
{
	const struct mrl_command *command = NULL;
	if (arguments->word_count != 0) {
		command = mrl_command_find(arguments->words[0]);
		if (command == NULL) {
			mrl_complain(cli, "there is no command \"%s\"", arguments->words[0]);
			return MRL_EXIT_USAGE;
		}
	}
	if (cli->json) {
		struct mrl_out json = mrl_out_begin(stdout);
		mrl_out_open(&json, NULL, '[');
		for (size_t i = 0; i < mrl_command_count; i++) {
			if (command == NULL || command == &mrl_commands[i]) {
				json_command(&json, &mrl_commands[i]);
			}
		}
		mrl_out_close(&json);
		mrl_out_finish(&json);
		return MRL_EXIT_OK;
	}
	if (command == NULL) {
		mrl_help_all(stdout);
	} else {
		mrl_help_command(stdout, command);
	}
	return MRL_EXIT_OK;
}
