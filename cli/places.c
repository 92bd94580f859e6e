/*
 * The folders of an instance.
 *
 * Keys, records and shared memory lie in them, so that a folder which somebody else could write to,
 * or a link to elsewhere, ends the start instead of being put right in silence.
 */
#include "places.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

bool mrl_instance_valid(const char *name)
{
	size_t size = strlen(name);
	if (size == 0 || size > 24 || name[0] < 'a' || name[0] > 'z') {
		return false;
	}
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

static bool on_tmpfs(const char *path)
{
	struct statfs facts;
	return statfs(path, &facts) == 0 &&
	       (facts.f_type == TMPFS_MAGIC || facts.f_type == RAMFS_MAGIC);
}

/* A variable that holds an absolute path, or NULL. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && value[0] == '/' ? value : NULL;
}

static const char *state_base(struct mrl_arena *arena)
{
	const char *service = variable("STATE_DIRECTORY");
	const char *base = variable("XDG_STATE_HOME");
	const char *home = variable("HOME");
	if (service != NULL) {
		return service;
	}
	if (base != NULL) {
		return mrl_text(arena, "%s/merlon", base);
	}
	if (geteuid() == 0) {
		return "/var/lib/merlon";
	}
	return home == NULL ? NULL : mrl_text(arena, "%s/.local/state/merlon", home);
}

/* A login's own folder under /run/user is closed to the user that root would hand it to. */
static const char *run_base(struct mrl_arena *arena)
{
	const char *service = variable("RUNTIME_DIRECTORY");
	const char *base = variable("XDG_RUNTIME_DIR");
	bool root = geteuid() == 0;
	if (service != NULL) {
		return service;
	}
	if (base != NULL && !(root && strncmp(base, "/run/user/", 10) == 0)) {
		return mrl_text(arena, "%s/merlon", base);
	}
	if (root && on_tmpfs("/run")) {
		return "/run/merlon";
	}
	return mrl_text(arena, "/dev/shm/merlon-%u", (unsigned)geteuid());
}

bool mrl_places_find(struct mrl_cli *cli, const char *instance, struct mrl_places *ret_places)
{
	const char *state = state_base(cli->arena);
	if (!mrl_instance_valid(instance)) {
		mrl_complain(cli,
		             "\"%s\" is no name for an instance: a lower-case letter, then at "
		             "most 23 of a-z, 0-9 and -",
		             instance);
		return false;
	}
	if (state == NULL) {
		mrl_complain(cli, "neither XDG_STATE_HOME nor HOME names a folder for the state");
		return false;
	}
	*ret_places = (struct mrl_places){
		.state = mrl_text(cli->arena, "%s/%s", state, instance),
		.run = mrl_text(cli->arena, "%s/%s", run_base(cli->arena), instance),
		.owner = geteuid(),
		.group = getegid(),
	};
	return true;
}

/* nginx's configuration has its own quoting; what it could misread is refused. */
static bool plain_path(struct mrl_cli *cli, const char *path)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789/._-+@,=:% ";
	if (path[strspn(path, allowed)] != '\0') {
		mrl_complain(cli,
		             "the path \"%s\" has a character that nginx's configuration cannot "
		             "hold; choose another by XDG_STATE_HOME or XDG_RUNTIME_DIR",
		             path);
		return false;
	}
	return true;
}

/* mkdir -p for the folders above; they may be anybody's. */
static void make_above(struct mrl_arena *arena, const char *path)
{
	const char *above = mrl_path_folder(arena, path);
	if (strcmp(above, "/") != 0 && strcmp(above, ".") != 0 && access(above, F_OK) != 0) {
		make_above(arena, above);
		(void)mkdir(above, 0755);
	}
}

static bool check_folder(struct mrl_cli *cli, const char *path, uid_t owner, mode_t forbidden)
{
	struct stat facts;
	if (lstat(path, &facts) != 0) {
		mrl_complain(cli, "the folder %s cannot be made: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISDIR(facts.st_mode)) {
		mrl_complain(cli, "%s is %s, but has to be a folder", path,
		             S_ISLNK(facts.st_mode) ? "a link" : "no folder");
		return false;
	}
	if (facts.st_uid != owner) {
		mrl_complain(cli, "the folder %s belongs to the user %u, but has to be of %u", path,
		             (unsigned)facts.st_uid, (unsigned)owner);
		return false;
	}
	if ((facts.st_mode & forbidden) != 0) {
		mrl_complain(cli, "the folder %s is open to others (mode %o); chmod %o %s", path,
		             facts.st_mode & 07777, facts.st_mode & 0700, path);
		return false;
	}
	return true;
}

/* A folder that root has just made, for its user. By descriptor: what the name means may change. */
static bool give(struct mrl_cli *cli, const struct mrl_places *places, const char *path)
{
	struct stat facts;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool given = fd >= 0 && fstat(fd, &facts) == 0 && facts.st_uid == 0 &&
	             fchown(fd, places->owner, places->group) == 0;
	if (!given) {
		mrl_complain(cli, "%s cannot be given to its user: %s", path, strerror(errno));
	}
	if (fd >= 0) {
		(void)close(fd);
	}
	return given;
}

/* The folder of the instance, and the one above it, which nobody else may write to. */
static bool make_folder(struct mrl_cli *cli, const struct mrl_places *places, const char *path)
{
	struct stat facts;
	const char *above = mrl_path_folder(cli->arena, path);
	bool root = geteuid() == 0;
	uid_t owner = geteuid();
	make_above(cli->arena, above);
	(void)mkdir(above, root ? 0755 : 0700);
	if (lstat(above, &facts) == 0 && facts.st_uid == places->owner) {
		owner = places->owner;
	}
	if (!check_folder(cli, above, owner, S_IWGRP | S_IWOTH)) {
		return false;
	}
	if (mkdir(path, 0700) == 0 && root && !give(cli, places, path)) {
		return false;
	}
	return check_folder(cli, path, places->owner, S_IRWXG | S_IRWXO);
}

bool mrl_places_make(struct mrl_cli *cli, const struct mrl_places *places)
{
	if (!plain_path(cli, places->state) || !plain_path(cli, places->run) ||
	    !make_folder(cli, places, places->state) || !make_folder(cli, places, places->run)) {
		return false;
	}
	if (!on_tmpfs(places->run)) {
		mrl_complain(cli,
		             "%s does not lie in memory (tmpfs); a disk there could stop calls; "
		             "let XDG_RUNTIME_DIR name a folder under /dev/shm or /run",
		             places->run);
		return false;
	}
	return true;
}

bool mrl_places_fill(struct mrl_cli *cli, const struct mrl_places *places)
{
	static const char *const inside[] = {"ca",  "tls",   "log",      "audit",
	                                     "gen", "nginx", "nginx/tmp"};
	for (size_t i = 0; i < MRL_COUNT(inside); i++) {
		const char *path = mrl_text(cli->arena, "%s/%s", places->state, inside[i]);
		(void)mkdir(path, 0700);
		if (!check_folder(cli, path, places->owner, S_IRWXG | S_IRWXO)) {
			return false;
		}
	}
	return true;
}
