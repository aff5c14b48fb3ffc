"""Scripts and style sheets of our components, as files that browsers may keep for ever.

The version stands in the path so that the scripts' imports of one another carry it too: an answer may be
cached for ever, and a page never mixes files of two versions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

# Fetched from the app's own routes, so that browsers cache it and Streamlit does not send it with every run;
# all files at once, not one import after another, unless the page began with them. A restart of the app may
# fall into the first load: four tries over 2 s before Streamlit shows the error.
_MOUNT = """
const folder = new URL("FOLDER/", location.origin);
const begun = document.head.querySelector(`link[href*="${folder.pathname}"]`);
for (const name of begun ? [] : NAMES) {
  const link = document.createElement("link");
  Object.assign(link, name.endsWith(".js") ? { rel: "modulepreload" } : { rel: "preload", as: "fetch" });
  link.crossOrigin = "anonymous";
  link.href = new URL(name, folder).href;
  document.head.append(link);
}
async function load(tries) {
  try {
    return await import(new URL("main.js", folder).href);
  } catch (error) {
    if (tries === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 700));
    return load(tries - 1);
  }
}
export default async function (component) {
  const { default: mount } = await load(4);
  return mount(component);
}
"""


def read(paths: Iterable[Path]) -> Mapping[str, bytes]:
    """File name (``main.js``, ``card.css`` ...) to content."""
    found = sorted((path for path in paths if path.suffix in (".js", ".css")), key=lambda path: path.name)
    return MappingProxyType({path.name: path.read_bytes() for path in found})


def version_of(files: Mapping[str, bytes]) -> str:
    """16 hex digits over the names and contents of all files."""
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()[:16]


def mount_script(folder: str, names: Iterable[str]) -> str:
    """What Streamlit runs for a component: loads ``main.js`` of ``folder`` and hands the place to it."""
    return _MOUNT.replace("FOLDER", folder).replace("NAMES", json.dumps(list(names)))
