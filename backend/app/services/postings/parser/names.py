"""Names that mean the same: PostgreSQL and Postgres, QTS and Qualified Teacher Status, a degree and a BSc."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from app.services.postings.parser import skills

# "a = b": the same thing. "a > b": whoever has b has a, but not the other way round. Own list, kept by hand.
_SAME = """
qualified teacher status = qts
nmc = nursing and midwifery council
driving licence = driving license = driver's license = drivers license = driver's licence = full uk driving licence =
  clean driving licence = full driving licence = full clean driving licence
driver cpc = driver certificate of professional competence
digital tachograph = digi tach card = digi card = digicard = digital tachograph card = tacho card
counterbalance = counterbalance forklift = counterbalance truck = counterbalanced forklift
reach licence = reach truck = reach truck licence
forklift licence = forklift = forklift truck = flt = fork lift truck = fork lift = forklift truck licence
hgv = lgv
category c+e licence = c+e = category c+e = cat c+e = ce licence = hgv class 1 = lgv class 1 = class 1 licence
category c licence = category c = cat c = hgv class 2 = lgv class 2 = class 2 licence
18th edition = 18th edition wiring regulations = bs 7671
ecs gold card = jib gold card
enhanced dbs = enhanced dbs check
postgresql = postgres
kubernetes = k8s
javascript = js
typescript = ts
amazon web services = aws
google cloud = gcp = google cloud platform
azure = microsoft azure
apache airflow = airflow
apache kafka = kafka
apache spark = spark
power bi = powerbi
node.js = nodejs = node
react = react.js = reactjs
vue = vue.js = vuejs
city & guilds = city and guilds = c&g
meddpicc = meddic = meddicc
special educational needs = sen = send = senco
tig = tig welding = gtaw
mig = mig welding = gmaw
mma = mma welding = stick welding = smaw
manual handling = moving and handling
basic life support = bls
a level = a-level
systmone = systm one
emis = emis web
food safety = food hygiene = food hygiene certificate = food safety certificate
level 3 food safety = level 3 food hygiene = food safety level 3 = food hygiene level 3
level 2 food safety = level 2 food hygiene = food safety level 2 = food hygiene level 2
health and safety = h&s
warehouse management system = wms
customer relationship management = crm
search engine optimisation = seo
continuous professional development = cpd
venepuncture = phlebotomy
data modelling = data modeling
"""
_WIDER = """
ci/cd > continuous integration, continuous delivery, github actions, gitlab ci, jenkins, circleci, azure devops
degree > bsc, ba, beng, meng, msc, ma, mba, phd, llb, bachelor, bachelor's, bachelor's degree, master's degree, msci
2:2 > 2:1, first-class, upper second, first class
2:1 > first-class, first class, upper second
forklift licence > counterbalance, reach licence
hgv > category c+e licence, category c licence
driving licence > category c+e licence, category c licence
dbs > enhanced dbs
dbs check > enhanced dbs
first aid > first aid at work, paediatric first aid, emergency first aid
nvq > nvq level 2, nvq level 3, nvq level 4, nvq level 5
food safety > level 2 food safety, level 3 food safety, food safety level 2, food safety level 3
life support > basic life support, immediate life support, advanced life support
spreadsheets > excel, microsoft excel, google sheets
sql > postgresql, mysql, t-sql, pl/sql, sql server
"""
_TOKEN = re.compile(r"\d:\d|\.?[^\W_](?:[^\W_]|['’.&/+#-](?=[^\W_+])|\+(?=[A-Z])){0,60}[+#]{0,2}")
_STANDARD = re.compile(r"(?:bs )?(?:en )?((?:iso|iec)\b.*)")
_ACRONYM = re.compile(r"[A-Z]{3,5}")
_SMALL = frozenset({"and", "of", "the", "for", "in", "to", "&"})


def canonical(name: str) -> str:
    """One spelling per name."""
    text = " ".join(name.lower().replace("’", "'").replace("licenses", "licences").split())
    if found := _STANDARD.fullmatch(text):
        text = found.group(1)
    same = _tables().same
    if text in same:
        return same[text]
    return same.get(text.removesuffix("s"), text.removesuffix("s") if len(text) > 4 and text[-2:] != "ss" else text)


@dataclass(frozen=True, slots=True)
class _Tables:
    same: dict[str, str]
    wider: dict[str, frozenset[str]]
    longest: int


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    same: dict[str, str] = {}
    for line in re.sub(r"\n\s+", " ", _SAME).strip().split("\n"):
        first, *rest = (part.strip() for part in line.split("="))
        same |= dict.fromkeys((first, *rest), first)
    wider: dict[str, frozenset[str]] = {}
    for line in _WIDER.strip().split("\n"):
        name, _, narrower = line.partition(" > ")
        forms = [form.strip() for form in narrower.split(",")]
        same |= {form: form for form in forms if form not in same}
        same.setdefault(name, name)
        wider[same[name]] = frozenset(same[form] for form in forms)
    return _Tables(same, wider, max(len(form.split()) for form in same))


@dataclass(frozen=True, slots=True)
class Name:
    """A name at `[start, end)` of a text; `key` is its one spelling."""

    key: str
    start: int
    end: int


def find(text: str) -> tuple[Name, ...]:
    """The names in a text, in order: those of the skill dictionary and those of the tables here."""
    tables = _tables()
    found: list[Name] = []
    tokens = [(match.group().lower().replace("’", "'"), *match.span()) for match in _TOKEN.finditer(text)]
    for at, (_, start, _) in enumerate(tokens):
        for size in range(min(tables.longest, len(tokens) - at), 0, -1):
            phrase = " ".join(token for token, _, _ in tokens[at : at + size])
            if phrase in tables.same:
                found.append(Name(tables.same[phrase], start, tokens[at + size - 1][2]))
                break
    found += [Name(canonical(text[start:end]), start, end) for start, end in skills.spans(text)]
    return tuple(sorted(set(found), key=lambda name: (name.start, -name.end, name.key)))


@dataclass(frozen=True, slots=True)
class Named:
    """What a line names: keys, acronyms as written, and those its words with capitals could be shortened to."""

    keys: frozenset[str]
    acronyms: frozenset[str]
    initials: frozenset[str]

    def has(self, wanted: str, written: str) -> bool:
        """Whether the line names something that is or includes `wanted`, in full or as an acronym."""
        if self.keys & ({wanted} | _narrower(wanted)):
            return True
        if _ACRONYM.fullmatch(written):
            return written in self.initials
        words = [word for word in written.split() if word.lower() not in _SMALL]
        return len(words) >= 3 and "".join(word[0] for word in words).upper() in self.acronyms


def named(text: str) -> Named:
    """What a line names."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if word.lower() not in _SMALL]
    runs = ("".join(word[0] for word in words[at : at + size]) for at in range(len(words)) for size in (3, 4, 5))
    return Named(
        keys=frozenset(name.key for name in find(text)),
        acronyms=frozenset(word for word in words if _ACRONYM.fullmatch(word)),
        initials=frozenset(letters for letters in runs if letters.isupper()),
    )


@lru_cache(maxsize=1024)
def _narrower(key: str) -> frozenset[str]:
    """All that includes this, over any number of steps."""
    wider, found, todo = _tables().wider, set[str](), [key]
    while todo:
        for name in wider.get(todo.pop(), ()):
            if name not in found:
                found.add(name)
                todo.append(name)
    return frozenset(found)
