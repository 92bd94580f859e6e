"""The order of the folders, from docs/architecture.md: each uses only those before it.

Nothing else states this order; includes and symbols are both checked against it.
"""
CORE = ["base", "json", "crypto", "http", "limit", "schema", "jose", "audit", "control", "policy", "engine"]
# POSIX implementations of what the core is lent.
HOST = "host"


def core_folder(name):
    """"http" for src/http/media.c, None outside src/."""
    parts = name.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def may_use(user, used):
    """Whether a folder of src/ may use another one of src/."""
    if user == used:
        return True
    if HOST in (user, used):
        return user == HOST
    return CORE.index(used) < CORE.index(user)
