/* Reads a command line against a row of the table; says what is wrong with the nearest name. */
#include "cli.h"

#define NAMES_MAX 32

static const struct mrl_option *find_in(const struct mrl_option *options, struct mrl_slice name,
                                        char letter)
{
	for (const struct mrl_option *option = options; option != NULL && option->name != NULL;
	     option++) {
		if (letter != 0 ? option->letter == letter : mrl_slice_is(name, option->name)) {
			return option;
		}
	}
	return NULL;
}

static const struct mrl_option *find(const struct mrl_command *command, struct mrl_slice name,
                                     char letter)
{
	const struct mrl_option *option = find_in(command->options, name, letter);
	return option != NULL ? option : find_in(mrl_common_options, name, letter);
}

static size_t collect(const struct mrl_option *options, const char **names, size_t count)
{
	for (const struct mrl_option *option = options;
	     option != NULL && option->name != NULL && count < NAMES_MAX; option++) {
		names[count++] = option->name;
	}
	return count;
}

static bool refuse(const struct mrl_command *command, const char *what, struct mrl_slice text)
{
	fprintf(stderr, "merlon %s: %s \"%.*s\"\n`merlon help %s` tells more.\n", command->name,
	        what, MRL_PRINT(text), command->name);
	return false;
}

static bool unknown_option(const struct mrl_command *command, struct mrl_slice name)
{
	const char *names[NAMES_MAX];
	size_t count = collect(command->options, names, 0);
	count = collect(mrl_common_options, names, count);
	const char *near = mrl_nearest(name, names, count);
	if (near != NULL) {
		fprintf(stderr,
		        "merlon %s: there is no option \"--%.*s\"; did you mean \"--%s\"?\n",
		        command->name, MRL_PRINT(name), near);
		return false;
	}
	return refuse(command, "there is no option", name);
}

static bool add(struct mrl_arguments *arguments, const struct mrl_option *option, const char *value)
{
	if (arguments->given_count == MRL_GIVEN_MAX) {
		return refuse(arguments->command, "too many options at",
		              mrl_slice_text(option->name));
	}
	if (option->value != NULL && !option->repeat && mrl_given(arguments, option->name)) {
		return refuse(arguments->command, "given twice: option",
		              mrl_slice_text(option->name));
	}
	arguments->given[arguments->given_count].option = option;
	arguments->given[arguments->given_count].value = value;
	arguments->given_count++;
	return true;
}

/* One argument that begins with '-'. `next` is the argument after it, or NULL; *ret_used says that
 * it was this option's value. */
static bool parse_option(struct mrl_arguments *arguments, const char *text, const char *next,
                         bool *ret_used)
{
	bool is_long = text[1] == '-';
	struct mrl_slice name = mrl_slice_text(text + (is_long ? 2 : 1));
	size_t sign = is_long ? mrl_slice_find(name, '=') : name.size;
	const char *value = sign < name.size ? text + 2 + sign + 1 : NULL;
	const struct mrl_option *option;
	if (is_long) {
		name = mrl_slice_sub(name, 0, sign);
		option = find(arguments->command, name, 0);
	} else {
		value = name.size > 1 ? text + 2 : NULL;
		name = mrl_slice_sub(name, 0, 1);
		option = find(arguments->command, name, text[1]);
	}
	if (option == NULL) {
		return unknown_option(arguments->command, name);
	}
	if (option->value == NULL) {
		return value == NULL ? add(arguments, option, NULL)
		                     : refuse(arguments->command, "no value belongs to option",
		                              mrl_slice_text(option->name));
	}
	if (value == NULL && next == NULL) {
		return refuse(arguments->command, "a value is missing after option",
		              mrl_slice_text(option->name));
	}
	*ret_used = value == NULL;
	return add(arguments, option, value == NULL ? next : value);
}

static bool check_words(const struct mrl_arguments *arguments)
{
	const struct mrl_command *command = arguments->command;
	bool help = mrl_given(arguments, "help");
	if (arguments->word_count > command->words_max) {
		return refuse(command, "not understood:",
		              mrl_slice_text(arguments->words[command->words_max]));
	}
	if (!help && arguments->word_count < command->words_min) {
		return refuse(command, "missing:", mrl_slice_text(command->words));
	}
	return true;
}

bool mrl_arguments_parse(const struct mrl_command *command, int count, char *const *texts,
                         struct mrl_arguments *ret_arguments)
{
	struct mrl_arguments arguments = {.command = command};
	bool only_words = false;
	for (int i = 0; i < count; i++) {
		if (!only_words && strcmp(texts[i], "--") == 0) {
			only_words = true;
			continue;
		}
		bool used = false;
		if (only_words || texts[i][0] != '-' || texts[i][1] == '\0') {
			if (arguments.word_count == MRL_WORDS_MAX) {
				return refuse(command, "not understood:", mrl_slice_text(texts[i]));
			}
			arguments.words[arguments.word_count++] = texts[i];
		} else if (!parse_option(&arguments, texts[i], i + 1 < count ? texts[i + 1] : NULL,
		                         &used)) {
			return false;
		}
		i += used;
	}
	if (!check_words(&arguments)) {
		return false;
	}
	*ret_arguments = arguments;
	return true;
}

bool mrl_given(const struct mrl_arguments *arguments, const char *name)
{
	for (uint32_t i = 0; i < arguments->given_count; i++) {
		if (strcmp(arguments->given[i].option->name, name) == 0) {
			return true;
		}
	}
	return false;
}

const char *mrl_given_value(const struct mrl_arguments *arguments, const char *name,
                            const char *fallback)
{
	for (uint32_t i = arguments->given_count; i > 0; i--) {
		if (strcmp(arguments->given[i - 1].option->name, name) == 0) {
			return arguments->given[i - 1].value;
		}
	}
	return fallback;
}

uint32_t mrl_given_values(const struct mrl_arguments *arguments, const char *name,
                          const char **values, uint32_t max)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < arguments->given_count; i++) {
		if (strcmp(arguments->given[i].option->name, name) == 0) {
			if (count < max) {
				values[count] = arguments->given[i].value;
			}
			count++;
		}
	}
	return count;
}
