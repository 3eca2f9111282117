"""Checks of deploy/digitalocean, without an account: `python -m tools.ocean` prints what is wrong.

- Terraform: syntax (python-hcl2), layout, and every argument and attribute against the provider's schema. That is
  `tools/schemas/digitalocean-provider.json`: argument names with whether they are required, of the resources in use,
  as the package cdktf-cdktf-provider-digitalocean 13.14.1 (PyPI) has them, which is generated from provider 2.71.0.
- app.yaml: every key against those that DigitalOcean's own client pydo 0.44.0 documents (app-platform.json).
- cloud-init.yaml: cloud-init's own schema, and scripts: shellcheck; both from Debian's packages, unpacked in .stamps.
- What these files say of the compose file (services, variables, secrets, ports) is there.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = Path(__file__).with_name("schemas")
PACKAGES = ROOT / ".stamps" / "debian"
CLOUD_SCHEMA = Path("usr/lib/python3/dist-packages/cloudinit/config/schemas/schema-cloud-config-v1.json")
HAS_PACKAGES = bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))
META = frozenset({"lifecycle", "count", "for_each", "provider", "depends_on", "dynamic"})
HIDDEN = frozenset({"__is_block__", "__comments__", "__inline_comments__"})
REFERENCE = re.compile(r"\b(data\.)?(digitalocean_\w+)\.(\w+)(?:\[[^\]]*\])?(?:\.(\w+))?")
SECRET_NAME = re.compile(r"token|password|secret|api_key", re.I)


def problems(root: Path = ROOT) -> list[str]:
    """One line per finding."""
    ocean = root / "deploy" / "digitalocean"
    compose = yaml.safe_load((root / "deploy" / "docker-compose.prod.yml").read_text(encoding="utf-8"))
    found = [*terraform(ocean / "terraform"), *app_platform(ocean / "app.yaml"), *cloud_init(ocean / "cloud-init.yaml")]
    return [*found, *scripts(ocean), *agrees_with_compose(ocean, compose)]


def terraform(folder: Path) -> Iterator[str]:
    """Syntax, layout, names and defaults of all .tf files."""
    schema = json.loads((SCHEMAS / "digitalocean-provider.json").read_text(encoding="utf-8"))
    everything, declared, variables = "", set(), {}
    for path in sorted(folder.glob("*.tf")):
        text = path.read_text(encoding="utf-8")
        everything += text
        yield from (f"{path.name}:{line}" for line in layout(text))
        try:
            parsed = plain(hcl2.loads(text))
        except Exception as error:  # its parser raises what its grammar library raises
            yield f"{path.name}: this is no HCL: {str(error).splitlines()[0]}"
            continue
        for kind, prefix in (("resource", ""), ("data", "data.")):
            for block in parsed.get(kind, []):
                ((what, named),) = block.items()
                ((name, body),) = named.items()
                declared.add((prefix, what, name))
                if (known := schema["resources"].get(prefix + what)) is None:
                    yield f"{path.name}: {prefix}{what} is not in the schema"
                else:
                    yield from (f"{path.name}: {what}.{name}: {it}" for it in arguments(body, known["arguments"]))
        for block in parsed.get("variable", []):
            variables |= block
        for block in parsed.get("terraform", []):
            (provider,) = block["required_providers"]
            if provider["digitalocean"]["version"] != schema["version"]:
                yield f"{path.name}: the provider's version is not the one of the schema ({schema['version']})"
    yield from _names(everything, declared, variables, schema)


def _names(text: str, declared: set[Any], variables: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    code = re.sub(r"^\s*#.*$|^(resource|data) .*$", "", text, flags=re.M)
    for data, what, name, attribute in REFERENCE.findall(code):
        if (data, what, name) not in declared:
            yield f"{data}{what}.{name} is used and not declared"
        elif attribute and attribute not in schema["resources"][data + what]["attributes"]:
            yield f"{data}{what} has no attribute {attribute}"
    used = set(re.findall(r"\bvar\.(\w+)", text))
    yield from (f"var.{name} is used and not declared" for name in used - set(variables))
    yield from (f"variable {name} is not used" for name in set(variables) - used)
    for name, body in variables.items():
        if not body.get("description") or not body.get("type"):
            yield f"variable {name} has no description or type"
        if "default" in body and SECRET_NAME.search(name):
            yield f"variable {name}: a secret has a default"


def arguments(body: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    """What a block has and may not have, or has not and must have."""
    given = {name for name in body if name not in META | HIDDEN}
    made = [(name, inner) for block in body.get("dynamic", []) for name, inner in block.items()]
    given |= {name for name, _ in made}
    yield from (f"there is no argument {name}" for name in sorted(given - set(known)))
    required = {name for name, rule in known.items() if (rule["required"] if isinstance(rule, dict) else rule)}
    yield from (f"{name} is missing" for name in sorted(required - given))
    for name, inner in [(name, body[name]) for name in given & set(body)] + [(n, i["content"]) for n, i in made]:
        if isinstance(rule := known.get(name), dict):
            for block in inner if isinstance(inner, list) else [inner]:
                yield from (f"{name}: {it}" for it in arguments(block, rule["block"]))


def plain(parsed: Any) -> Any:
    """What the parser gives, without the quotes that it keeps around names and texts."""
    if isinstance(parsed, dict):
        return {key.strip('"'): plain(value) for key, value in parsed.items()}
    if isinstance(parsed, list):
        return [plain(value) for value in parsed]
    return parsed.strip('"') if isinstance(parsed, str) else parsed


def layout(text: str) -> Iterator[str]:
    """The part of `terraform fmt` that people get wrong: two spaces for each bracket, aligned equal signs, no tabs."""
    depth, last = 0, None
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line).split("#")[0].rstrip()
        stripped = line.strip()
        if line != line.rstrip() or "\t" in line:
            yield f"{number}: tab or space at the end"
        closing = len(re.match(r"[\])}]*", stripped)[0]) if stripped else 0  # type: ignore[index]
        # One level for a line that opens several brackets, as `[{`.
        expected = 2 * (depth - min(closing, 1))
        if stripped and len(line) - len(line.lstrip()) != expected:
            yield f"{number}: {expected} spaces belong before it"
        opened = sum(code.count(one) for one in "([{") - sum(code.count(one) for one in ")]}")
        depth += (opened > 0) - (opened < 0)
        assigned = re.match(r"(\s*)(\"?[\w@]+\"?)(\s*)= ", line)
        # A value of several lines stands by itself.
        now = (len(assigned[1]), len(assigned[0])) if assigned and opened == 0 else None
        if now and last and now[0] == last[0] and now[1] != last[1]:
            yield f"{number}: the equal sign is not under the one above"
        last = now


def app_platform(path: Path) -> Iterator[str]:
    """Every key of the App Platform's file, and what its components refer to."""
    known = json.loads((SCHEMAS / "app-platform.json").read_text(encoding="utf-8"))
    text = path.read_text(encoding="utf-8")
    spec = yaml.safe_load(text)

    def walk(value: Any, rule: dict[str, Any], where: str) -> Iterator[str]:
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, dict):
                continue
            for key, inner in item.items():
                if key not in rule:
                    yield f"app.yaml: {where}{key} is no key of the App Platform"
                else:
                    yield from walk(inner, rule[key], f"{where}{key}.")

    yield from walk(spec, known, "")
    parts = [part for kind in ("services", "workers", "jobs", "static_sites") for part in spec.get(kind, [])]
    names = [part["name"] for part in [*parts, *spec.get("databases", [])]]
    yield from (f"app.yaml: the name {name} is not unique or not allowed" for name in names if names.count(name) > 1)
    for rule in spec["ingress"]["rules"]:
        if rule["component"]["name"] not in names:
            yield f"app.yaml: no component {rule['component']['name']}"
    for name in re.findall(r"\$\{([\w-]+)\.\w+\}", text):
        if name not in names:
            yield f"app.yaml: no component {name}"
    for part in parts:
        if "dockerfile_path" in part and not (path.parents[2] / part["dockerfile_path"]).is_file():
            yield f"app.yaml: there is no {part['dockerfile_path']}"
    for entry in spec.get("envs", []) + [entry for part in parts for entry in part.get("envs", [])]:
        if entry.get("type") == "SECRET" and "value" in entry:
            yield f"app.yaml: {entry['key']} is a secret with a value"
        if SECRET_NAME.search(entry["key"]) and entry.get("type") != "SECRET" and not _refers(entry):
            yield f"app.yaml: {entry['key']} is not marked as a secret"


def _refers(entry: dict[str, Any]) -> bool:
    return str(entry.get("value", "")).startswith("${")


def cloud_init(path: Path) -> Iterator[str]:
    """cloud-init's own schema, where Debian's package can be had."""
    import jsonschema

    text = path.read_text(encoding="utf-8")
    if not text.startswith("#cloud-config\n"):
        yield "cloud-init.yaml: the first line has to be #cloud-config"
    configuration = yaml.safe_load(text)
    package = debian("cloud-init", CLOUD_SCHEMA)
    if package is None:
        yield from _not_checked("cloud-init.yaml", "cloud-init")
    else:
        schema = json.loads(package.read_text(encoding="utf-8"))
        modules = set().union(*(part.get("properties", {}) for part in schema["$defs"].values()))
        yield from (f"cloud-init.yaml: cloud-init knows no {key}" for key in set(configuration) - modules)
        for error in jsonschema.Draft4Validator(schema).iter_errors(configuration):
            yield f"cloud-init.yaml: {'.'.join(map(str, error.path))}: {error.message[:200]}"
    for file in configuration["write_files"]:
        if SECRET_NAME.search(file["content"]):
            yield f"cloud-init.yaml: {file['path']} has something secret in it, and everything on a Droplet can read it"


def scripts(ocean: Path) -> Iterator[str]:
    """Syntax and shellcheck of all scripts, also of the commands inside cloud-init.yaml."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(ocean.glob("*.sh"))}
    for number, command in enumerate(yaml.safe_load((ocean / "cloud-init.yaml").read_text())["runcmd"]):
        if command[0] == "sh":
            texts[f"cloud-init.yaml, runcmd {number}"] = "#!/bin/sh\nset -eu\n" + command[2]
    checker = shutil.which("shellcheck") or debian("shellcheck", Path("usr/bin/shellcheck"))
    for name, text in texts.items():
        for shell in ("sh", "bash"):
            done = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True, check=False)
            if done.returncode:
                yield f"{name}: {done.stderr.strip()}"
        if checker is None:
            yield from _not_checked(name, "shellcheck")
            continue
        argv = [str(checker), "--format=gcc", "--exclude=SC1091", "-"]
        done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
        yield from (f"{name}: {line.removeprefix('-:')}" for line in done.stdout.splitlines())


def agrees_with_compose(ocean: Path, compose: dict[str, Any]) -> Iterator[str]:
    """Services, variables, secrets, ports and files that are named here exist there."""
    services, secrets = set(compose["services"]), set(compose["secrets"])
    raw = (ocean.parent / "docker-compose.prod.yml").read_text(encoding="utf-8")
    variables = set(re.findall(r"\$\{(\w+)", raw)) | {"COMPOSE_PROFILES"}
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(ocean.glob("*.sh"))}
    running = texts[ocean / "services.sh"]
    for listed in re.findall(r'^\s*(?:\w+\)\s*)?(?:workers|services)="([^"]*)"', running, re.M):
        for name in listed.replace("$workers", "").replace("$services", "").split():
            if name not in services:
                yield f"services.sh: the compose file has no service {name}"
    for name in services - set(re.findall(r"[\w-]+", running)) - {"postgres", "valkey"}:
        yield f"services.sh: nobody starts {name}"
    for path, text in texts.items():
        for name in re.findall(r"^\s*setting (\w+)", text, re.M) + re.findall(r"'(STORAGE_\w+)=", text):
            if name not in variables | set(re.findall(r"(STORAGE_\w+)", raw)):
                yield f"{path.name}: the compose file knows no {name}"
        for name in re.findall(r'^put (\w+) "?', text, re.M) + re.findall(r"/run/secrets/(\w+)", text):
            if name not in secrets:
                yield f"{path.name}: the compose file knows no secret {name}"
        for name in re.findall(r"\$(?:deploy|ocean)/([\w./-]+\.(?:sh|yml|conf))", text):
            places = (ocean / name, ocean.parent / name)
            if not name.startswith("nginx.local/") and not any(place.exists() for place in places):
                yield f"{path.name}: there is no {name}"
    brought = texts[ocean / "hand-over.sh"]
    yield from (f"hand-over.sh: nobody brings the secret {name}" for name in sorted(secrets) if name not in brought)
    front = yaml.safe_load((ocean / "front.yml").read_text(encoding="utf-8"))
    yield from (f"front.yml: no service {name}" for name in set(front["services"]) - services)
    published = [str(port) for service in front["services"].values() for port in service["ports"]]
    network = (ocean / "terraform" / "network.tf").read_text(encoding="utf-8")
    listening = re.findall(r"listen (\d+);", (ocean / "load-balancer.conf").read_text(encoding="utf-8"))
    for port in listening:
        if f"{port}:{port}" not in published or f"port                     = {port}" not in network:
            yield f"load-balancer.conf: port {port} is not published or not asked"
    ports = " ".join(map(str, compose["services"]["web"]["ports"]))
    for port in re.findall(r"ufw allow (\d+)/tcp", texts[ocean / "install.sh"]):
        if f":-{port}}}" not in ports:
            yield f"install.sh: the front door has no port {port}"
    for unit in (ocean / "units").iterdir():
        for name in re.findall(r"/opt/rehearsal/deploy/digitalocean/([\w.-]+)", unit.read_text(encoding="utf-8")):
            if not (ocean / name).exists():
                yield f"{unit.name}: there is no {name}"


def debian(package: str, inside: Path) -> Path | None:
    """A file of a Debian package, unpacked and not installed; None where it cannot be had."""
    target = PACKAGES / package
    if not (target / inside).exists() and HAS_PACKAGES:
        PACKAGES.mkdir(parents=True, exist_ok=True)
        # A mirror that accepts and says nothing would be waited for without end (bootstrap.install_debian).
        apt = ("timeout", "--kill-after=5", "90", "apt-get")
        for before in ((), (*apt, "update", "-q")):  # on a machine that has no list of packages yet
            if before:
                subprocess.run(before, capture_output=True, check=False)
            subprocess.run([*apt, "download", "-q", package], cwd=PACKAGES, capture_output=True, check=False)
            for archive in PACKAGES.glob(f"{package}_*.deb"):
                subprocess.run(["dpkg-deb", "-x", archive, target], capture_output=True, check=True)
            if (target / inside).exists():
                break
    return target / inside if (target / inside).exists() else None


def _not_checked(what: str, package: str) -> Iterator[str]:
    """A finding, but on a system that has no Debian packages (macOS) only a remark."""
    sentence = f"{what}: not checked, Debian's package {package} cannot be had here"
    if HAS_PACKAGES:
        yield sentence
    else:
        sys.stderr.write(f"{sentence}\n")


def main() -> int:
    """Exit status 1 when there is a finding."""
    found = problems()
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
