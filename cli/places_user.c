/*
 * Who everything runs as.
 *
 * Root starts `merlon up` to bind low ports, not to run a gateway: all of it, the supervisor
 * included, becomes the named user before it reads a policy, and keeps one capability. So no file
 * is ever written by root in a folder that a worker could have prepared.
 */
#include "places.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool mrl_places_user(struct mrl_cli *cli, const char *user, struct mrl_places *places)
{
	const struct passwd *account = getpwnam(user);
	if (account == NULL) {
		mrl_complain(cli, "there is no user \"%s\"", user);
		return false;
	}
	if (account->pw_uid == 0) {
		mrl_complain(cli, "choose an account that is not root: --user %s", user);
		return false;
	}
	places->owner = account->pw_uid;
	places->group = account->pw_gid;
	return true;
}

/* Only CAP_NET_BIND_SERVICE, also across exec. Without it (a container may lack it) low ports fail
 * with a message of their own. */
static void keep_low_ports(void)
{
	const uint32_t bit = UINT32_C(1) << CAP_NET_BIND_SERVICE;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.effective = bit, .permitted = bit, .inheritable = bit}};
	if (syscall(SYS_capset, &header, data) == 0) {
		(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0);
		return;
	}
	data[0] = (struct __user_cap_data_struct){0};
	(void)syscall(SYS_capset, &header, data);
}

bool mrl_places_become(struct mrl_cli *cli, const char *user)
{
	struct mrl_places ids;
	if (!mrl_places_user(cli, user, &ids)) {
		return false;
	}
	if (initgroups(user, ids.group) != 0 || setgid(ids.group) != 0 ||
	    prctl(PR_SET_KEEPCAPS, 1) != 0 || setuid(ids.owner) != 0) {
		mrl_complain(cli, "this process cannot become \"%s\": %s", user, strerror(errno));
		return false;
	}
	keep_low_ports();
	return setuid(0) != 0 && geteuid() == ids.owner;
}
