/* Whether the listeners can be had, before anything is started: nginx would say it too, but only
 * after five tries and in its log. */
#include "text.h"
#include "up.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

static int try_bind(const struct addrinfo *info)
{
	const int on = 1;
	int error = 0;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return errno;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (info->ai_family == AF_INET6) {
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	}
	if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, 1) != 0) {
		error = errno;
	}
	(void)close(fd);
	return error;
}

static const char *hint_of(int error)
{
	if (error == EADDRINUSE) {
		return "another program listens there; end it or choose another address";
	}
	if (error == EACCES) {
		return "ports under 1024 need root, who then gives --user NAME";
	}
	return strerror(error);
}

static bool check(struct mrl_cli *cli, const struct mrl_listener *listener)
{
	struct addrinfo wanted = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	                          .ai_socktype = SOCK_STREAM};
	struct addrinfo *info = NULL;
	char *address = mrl_text_of(cli->arena, listener->address);
	char *colon = strrchr(address, ':');
	if (listener->port == 0 || colon == NULL) {
		return true; /* a Unix socket: nginx replaces a stale one */
	}
	*colon = '\0';
	size_t size = strlen(address);
	bool brackets = address[0] == '[' && address[size - 1] == ']';
	if (brackets) {
		address[size - 1] = '\0';
	}
	if (getaddrinfo(address + brackets, colon + 1, &wanted, &info) != 0) {
		return true; /* nginx will say what it thinks of it */
	}
	int error = try_bind(info);
	freeaddrinfo(info);
	if (error != 0) {
		mrl_complain(cli, "%.*s cannot be listened on: %s", MRL_PRINT(listener->address),
		             hint_of(error));
	}
	return error == 0;
}

bool mrl_up_ports_free(struct mrl_cli *cli, const struct mrl_policy *policy)
{
	bool free_all = true;
	for (uint32_t i = 0; i < policy->listener_count; i++) {
		free_all = check(cli, &policy->listeners[i]) && free_all;
	}
	return free_all;
}
