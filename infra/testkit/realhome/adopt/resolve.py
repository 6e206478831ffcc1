"""resolve.py RELEASE COMPONENT...: installs a release of Home Assistant and what these components need.

Prints every package that is installed then, as a list of requirements.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys


def pip(*args):
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *args]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def needed(components, names):
    """Returns the requirements of components, of what they depend on, and of what demo has devices for."""
    names, seen, found = list(names), set(), set()
    while names:
        name = names.pop()
        manifest = components / name / "manifest.json"
        if name in seen or not manifest.exists():
            continue
        seen.add(name)
        about = json.loads(manifest.read_text())
        found.update(about.get("requirements", []))
        names += about.get("dependencies", [])
        if name == "demo":
            names += [file.stem for file in (components / name).glob("*.py")]
    # The tests run without the frontend, which is by far the largest.
    return sorted(r for r in found if not r.startswith("home-assistant-frontend"))


release, *names = sys.argv[1:]
pip("install", f"homeassistant=={release}")
home = pathlib.Path(importlib.util.find_spec("homeassistant").submodule_search_locations[0])
pip("install", "--constraint", str(home / "package_constraints.txt"), *needed(home / "components", names))
print(pip("freeze", "--exclude", "pip"), end="")
