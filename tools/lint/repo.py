"""The files that are checked: what git knows, and what it would take up with the next `git add`."""
import json
import re
import subprocess
from functools import cached_property

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


class Repo:
    def __init__(self, root, build, verbose=False):
        self.root, self.build, self.verbose = root, build, verbose

    @cached_property
    def files(self):
        """Paths relative to the root, as text, sorted."""
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={self.root}", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], cwd=self.root, check=True, capture_output=True, text=True).stdout
        return sorted({name for name in listed.split("\0") if name and (self.root / name).is_file()})

    def matching(self, *endings, under=()):
        folders = tuple(f"{folder}/" for folder in under)
        return [name for name in self.files
                if name.endswith(endings) and (not folders or name.startswith(folders))]

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def lines(self, name):
        """(number, line) of a file."""
        return enumerate(self.text(name).splitlines(), 1)

    def includes(self, name):
        """(number, "<" or '"', what) of a C file's includes."""
        for number, line in self.lines(name):
            found = INCLUDE.match(line)
            if found:
                yield number, found.group(1), found.group(2)

    @cached_property
    def controls(self):
        """Names in the order of the table."""
        return re.findall(r"^MRL_CONTROL\((\w+)\)", self.text("include/merlon/controls.def"), re.MULTILINE)

    @cached_property
    def compile_commands(self):
        """Source path relative to the root -> compile command, of the build folder."""
        path = self.build / "compile_commands.json"
        if not path.exists():
            return {}
        commands = {}
        for entry in json.loads(path.read_text()):
            source = (self.build / entry["file"]).resolve()
            if source.is_relative_to(self.root):
                commands[str(source.relative_to(self.root))] = entry["command"]
        return commands
