"""Title, company, place, level and remote work, each with the words it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.posting import Seniority
from app.services.postings.parser.cues import LEGAL, opens_with_verb
from app.services.postings.parser.items import FRAME
from app.services.postings.parser.sections import bare, classify

_I = re.IGNORECASE
_ROLE_WORDS = re.compile(
    r"\b(?:accountant|actuary|adjuster|administrator|advis[eo]r|advocate|agent|agronomist|analyst|"
    r"apprentice|arborist|architect|artist|assembler|assessor|assistant|associate|attendant|auditor|author|"
    r"baker|bartender|barista|barber|beautician|bookkeeper|bricklayer|broker|builder|butcher|buyer|"
    r"captain|care(?:r|giver)|caretaker|carpenter|cashier|caterer|chaplain|chef|chemist|chief|clerk|"
    r"cleaner|clinician|coach|concierge|conductor|conservator|consultant|controller|cook|coordinator|"
    r"co-ordinator|copywriter|counsel|counsell?or|courier|creator|curator|dentist|designer|developer|"
    r"dietitian|director|dispatcher|"
    r"dj|doctor|drafter|draughtsperson|draughtsman|driver|economist|editor|educator|electrician|engineer|"
    r"entertainer|estimator|examiner|executive|expert|fabricator|farmer|firefighter|fitter|florist|foreman|"
    r"fundraiser|gardener|geologist|geophysicist|grower|guard|guide|gynaecologist|hairdresser|handler|"
    r"handyman|handyperson|head|host(?:ess)?|housekeeper|hygienist|"
    r"illustrator|inspector|installer|instructor|intern|internship|interpreter|investigator|janitor|joiner|"
    r"journalist|keeper|labourer|laborer|laminator|lawyer|lead|leader|learner|lecturer|librarian|lifeguard|"
    r"loader|locksmith|machinist|maker|manager|marketer|marshal|mason|mechanic|mentor|merchandiser|midwife|"
    r"miller|miner|moderator|musician|"
    r"nanny|negotiator|nurse|nutritionist|officer|operative|operator|optician|optometrist|orderly|"
    r"organi[sz]er|owner|packer|painter|paralegal|paramedic|partner|pharmacist|photographer|physicist|"
    r"physiotherapist|picker|pilot|pipefitter|planner|plasterer|plumber|porter|practitioner|president|"
    r"principal|processor|producer|professor|programmer|promoter|psychologist|publicist|"
    r"radiographer|ranger|receptionist|recruiter|registrar|rep|repairer|reporter|representative|researcher|"
    r"rigger|roofer|sales(?:person|man|woman)|scaffolder|scientist|secretary|server|shepherd|sonographer|"
    r"solicitor|specialist|spray|sprayer|steward(?:ess)?|stylist|superintendent|supervisor|support worker|"
    r"surgeon|surveyor|tailor|teacher|technician|technologist|teller|tester|therapist|tiler|trader|trainee|"
    r"trainer|translator|tutor|"
    r"typist|underwriter|upholsterer|valet|veterinarian|vet|waiter|waitress|warden|warehouse(?:man|"
    r"person)?|watchmaker|welder|worker|writer|youth worker|zookeeper|team member|sous[- ]chef|"
    r"chef de partie|commis|crew|cnc|devops|sre|cto|cfo|ceo|coo|cio|ciso|vp|hgv|pa|ta|hca|cna|lpn|rn|"
    r"sommelier|kitchen hand|deckhand|groundskeeper|groundsperson|"
    r"programátor\w*|vývojář\w*|účetní|prodavač\w*|entwickler\w*|ingenieur\w*|mitarbeiter\w*|leiter\w*|"
    r"kaufmann|kauffrau|verkäufer\w*|pflegefachkraft|pflegekraft|fachkraft|koch|köchin|fahrer\w*|"
    r"techniker\w*|ingénieur\w*|développeur\w*|infirmier\w*|cuisinier\w*|vendeu\w+|responsable|"
    r"technicien\w*|comptable|ingeniero|desarrollador\w*|enfermer[oa]|cocinero|camarer[oa]|medewerker|"
    r"verpleegkundige|ontwikkelaar)s?\b",
    _I,
)
_TITLE_LABEL = re.compile(
    r"(?:job title|title|position(?: title)?|role(?: title)?|job|vacancy|post(?: title)?|we(?:'re|’re|"
    r" are) hiring|now hiring|hiring|opening|stellenbezeichnung|poste|puesto|pozice)\s*[:–—-]\s+(\S.{1,100})",
    _I,
)
_COMPANY_LABEL = re.compile(
    r"(?:company(?: name)?|employer|organi[sz]ation|client|school|hospital|firm|restaurant|business|entreprise|"
    r"unternehmen|firma|empresa|společnost)\s*[:–—]\s+(\S.{1,80})",
    _I,
)
_PLACE_LABEL = re.compile(
    r"(?:location|job location|work location|place(?: of work)?|city|office|based(?: in| at)?|where|workplace|"
    r"work(?:ing)? site|site|base|primary location|standort|lieu|ort|ubicación|locatie|lokalita|"
    r"místo výkonu práce)\s*[:–—-]\s+(\S.{1,90})",
    _I,
)
_LEVEL_LABEL = re.compile(
    r"(?:seniority|seniority level|level|career level|experience level)\s*[:–—-]\s+(\S.{1,40})", _I
)
_HIRING = re.compile(
    r"(?:looking for|seeking|hiring|recruiting|recruit|in need of|searching for|require|need|wants?|"
    r"opening for|opportunity for|position (?:of|for|as)|vacancy for|role (?:of|as)|work as|join (?:us|"
    r"our team|the team|\w+) as|as)\s+(?:an?|our (?:new |next )?|the|another|one)\s+"
    r"(?:new |next |talented |experienced |skilled |motivated |enthusiastic |passionate |reliable |"
    r"friendly |dedicated |full[- ]time |part[- ]time |permanent |temporary |exceptional |hard[- ]working |"
    r"brilliant |great |qualified |dynamic |caring |proactive |creative |weekend |additional |committed |"
    r"compassionate |and |, )*"
    r"([A-Za-z][\w&/+#.'’() -]{2,60}?)(?=\s*(?:,|\.(?:\s|\Z)|;|\n|!|\Z|\s[–—-]\s|\b(?:to|who|for|with|at|"
    r"in|on|based|that|and (?:you|join)|you|we|your|our|near|from|of our|is|are|within|working|joining)\b))",
    _I,
)
_WANTED = re.compile(
    r"([A-Za-z][\w&/+#'’() -]{2,60}?)\s+(?:wanted|required|needed|sought|vacancy|position available)\b", _I
)
_SPLIT = re.compile(r"\s+[|·•@]\s+|\s+[–—-]\s+|\s+at\s+(?=[A-Z])|\s*\|\s*|\s{3,}|,\s+(?=[A-Z])|\s+in\s+(?=[A-Z])")
_GENDER_MARK = re.compile(
    r"\s*[(\[](?:[mfwdxhž]\s?[/|]\s?){1,3}[mfwdxhžo*]{1,2}[)\]]|\s*\((?:all genders|gn|any gender)\)", _I
)
_LEGAL_FORM = re.compile(
    r"\b(?:ltd|limited|plc|llc|inc|gmbh|ag|s\.?r\.?o|a\.s|llp|corp|corporation|group|trust|council|university|"
    r"college|school|academy|hospital|hotel|foundation|charity|association|restaurant|bakery|café|cafe|kitchen|"
    r"clinic|surgery|practice|partners|partnership|solicitors|logistics|engineering|construction|holdings|"
    r"services?|department|faculty|directorate|division|team|solutions|technologies|systems|labs?|studios?|"
    r"bank|society|institute|farm|nursery|care|stores?|co|company|& (?:sons?|co|daughters?))\b\.?",
    _I,
)
_NAME = r"[A-Z0-9][\w&'’.-]*(?:[ ]+(?:&|and|of|at|the|for|de|van|von|der|la|le|y|et|und|[A-Z0-9][\w&'’.-]*)){0,6}"
_EMPLOYER = rf"(?:[Tt]he[ ]+)?{_NAME}(?:,?[ ]+(?:Ltd|Limited|PLC|plc|LLP|Inc|LLC|GmbH|AG|S\.L|S\.A|s\.r\.o|a\.s)\b\.?)?"
_ABOUT_NAME = re.compile(
    rf"(?:about|who (?:are|is)|why(?: work (?:at|for)| join)?|life at|working at|welcome to|meet|at|"
    rf"join)\s+((?-i:{_NAME}))\s*[?:!]?\s*\Z",
    _I,
)
_PROSE_NAME = re.compile(
    rf"(?:^|(?<=[.!?:]\s)|\n)\s*((?:[Tt]he\s+)?{_NAME})(?:,[^.,]{{2,60}},)?\s+(?:(?:makes|builds|supplies|"
    rf"delivers|provides|runs|helps|operates|designs|develops|manufactures|sells)\s+(?!you\b)[a-z0-9]|"
    rf"(?:is|are)\s+(?:now |"
    rf"currently |also )?(?:looking|seeking|hiring|recruiting|searching|expanding|growing|an?|the|one|now|"
    rf"proud|home|part of|Europe|Britain|among|on a mission)\b)|"
    rf"\b(?:[Jj]oin(?:ing)?|[Ww]ork(?:ing)? (?:for|at)|[Ww]elcome to|[Hh]ere at|[Cc]areers? at|"
    rf"[Aa]t)\s+(?:[Tt]he team at\s+|the\s+)?({_NAME})(?=\s*(?:[,.!?:;(]|\sas\b|\syou\b|\swe\b|\sin\b|"
    rf"\steam\b|\sto\b|\sand\b|\Z|\n))",
)
_NOT_COMPANY = re.compile(
    r"(?:we|you|us|our|the|this|that|it|there|here|they|he|she|i|a|an|role|job|team|position|company|"
    r"successful|ideal|candidates?|applicants?|what|who|why|how|when|where|reporting|your|all|each|as|if|"
    r"key|main|experience|monday|tuesday|wednesday|thursday|friday|saturday|sunday|english|level|senior|"
    r"junior|department|least|home|night|times|work|"
    r"(?:the |this )?(?:role|job|position|post|person|postholder|post holder|team|candidate|"
    r"successful candidate|ideal candidate|work|company|business|salary|kitchen|shop|school|ward|client|"
    r"hotel|hospital|vacancy|opportunity|contract|shift|office|site|closing date).*|(?:our|your|my|this|"
    r"these|those|no|any|every|each)\b.*|linkedin|indeed|glassdoor|january|february|march|april|may|june|"
    r"july|august|september|october|november|december|(?:job )?(?:description|details|advert|title|summary|"
    r"overview).*)",
    _I,
)
_COUNTRIES = (
    r"United Kingdom|UK|U\.K\.|England|Scotland|Wales|Northern Ireland|Ireland|United States|USA|U\.S\.|US|Canada|"
    r"Australia|New Zealand|Germany|Deutschland|France|Spain|España|Italy|Italia|Portugal|Netherlands|Belgium|"
    r"Luxembourg|Switzerland|Austria|Poland|Czech Republic|Czechia|Slovakia|Hungary|Romania|Bulgaria|Greece|"
    r"Croatia|Slovenia|Serbia|Denmark|Sweden|Norway|Finland|Iceland|Estonia|Latvia|Lithuania|Ukraine|Turkey|"
    r"Israel|India|Pakistan|Singapore|Malaysia|Japan|China|Hong Kong|South Korea|Philippines|Vietnam|Thailand|"
    r"Indonesia|United Arab Emirates|UAE|Saudi Arabia|Qatar|Egypt|Kenya|Nigeria|Ghana|South Africa|Brazil|Mexico|"
    r"Argentina|Chile|Colombia|Peru|Europe|EU|EMEA|Malta|Cyprus"
)
_CITIES = (
    r"London|Manchester|Birmingham|Leeds|Glasgow|Edinburgh|Liverpool|Bristol|Sheffield|Cardiff|Belfast|"
    r"Newcastle(?: upon Tyne)?|Nottingham|Leicester|Coventry|Hull|Bradford|Stoke(?:-on-Trent)?|Wolverhampton|"
    r"Plymouth|Derby|Southampton|Portsmouth|Brighton|Reading|Oxford|Cambridge|York|Bath|Exeter|Norwich|Swansea|"
    r"Aberdeen|Dundee|Inverness|Milton Keynes|Luton|Northampton|Peterborough|Ipswich|Swindon|Bournemouth|"
    r"Warrington|Preston|Bolton|Sunderland|Middlesbrough|Huddersfield|Doncaster|Rotherham|Wakefield|Lincoln|"
    r"Chester|Worcester|Gloucester|Cheltenham|Canterbury|Carlisle|Durham|Lancaster|Stirling|Perth|Wrexham|Newport|"
    r"Dublin|Cork|Galway|Limerick|Paris|Lyon|Marseille|Toulouse|Lille|Berlin|Munich|München|Hamburg|Cologne|Köln|"
    r"Frankfurt(?: am Main)?|Stuttgart|Düsseldorf|Leipzig|Dresden|Nuremberg|Vienna|Wien|Zurich|Zürich|Geneva|"
    r"Basel|Bern|Amsterdam|Rotterdam|The Hague|Utrecht|Eindhoven|Brussels|Antwerp|Ghent|Madrid|Barcelona|Valencia|"
    r"Seville|Lisbon|Porto|Rome|Milan|Milano|Turin|Naples|Florence|Bologna|Copenhagen|Aarhus|Stockholm|Gothenburg|"
    r"Malmö|Oslo|Bergen|Helsinki|Tallinn|Riga|Vilnius|Warsaw|Kraków|Krakow|Wrocław|Gdańsk|Poznań|Prague|Praha|"
    r"Brno|Ostrava|Bratislava|Budapest|Bucharest|Sofia|Athens|Istanbul|Kyiv|New York(?: City)?|Los Angeles|"
    r"San Francisco|San Diego|San Jose|Chicago|Boston|Seattle|Austin|Dallas|Houston|Denver|Atlanta|Miami|"
    r"Philadelphia|Phoenix|Portland|Washington|Detroit|Minneapolis|Nashville|Charlotte|Toronto|Vancouver|Montreal|"
    r"Ottawa|Calgary|Sydney|Melbourne|Brisbane|Adelaide|Auckland|Wellington|Singapore|Bangalore|Bengaluru|Mumbai|"
    r"Delhi|Hyderabad|Chennai|Pune|Tokyo|Cape Town|Johannesburg|Nairobi|Lagos|Tel Aviv|Dubai"
)
_REGIONS = (
    "Bedfordshire|Berkshire|Cumbria|Devon|Cornwall|Kent|Surrey|Essex|Dorset|Norfolk|Suffolk|Somerset|(?:East |"
    "West )?Sussex|Tyne and Wear|Merseyside|West Midlands|East Midlands|(?:North |South |West |"
    "East )?Yorkshire|[A-Z][a-z]+shire|Rutland|Northumberland|(?:Co\\.?|County) [A-Z][a-z]+|"
    "Isle of [A-Z][a-z]+|Fife|Highlands?|Gwynedd|Powys|Dyfed|Anglesey|[A-Z]{2}|Alabama|Alaska|Arizona|Arkansas|"
    "California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|"
    "Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|"
    "Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|"
    "Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|"
    "West Virginia|Wisconsin|Wyoming|Ontario|Quebec|Alberta|British Columbia|Nova Scotia|Manitoba|Victoria|"
    "Queensland|New South Wales|Bavaria|Bayern|Hessen|Sachsen|Catalonia|Andalusia"
)
_WORD_OF_PLACE = r"(?:St\. )?[A-Z][\w'’-]+"
_PLACE_TAIL = rf"(?:,\s*{_WORD_OF_PLACE}(?: {_WORD_OF_PLACE}){{0,2}})?(?:,\s*(?:{_COUNTRIES}))?"
_KNOWN_PLACE = re.compile(
    rf"\b(?:(?:Greater|Central|North|South|East|West|Inner|Outer)\s+)?(?:{_CITIES}|"
    rf"{_COUNTRIES})\b(?:,\s*(?:{_REGIONS}|{_COUNTRIES})\b){{0,2}}(?:\s[A-Z]{{1,2}}\d{{1,2}}[A-Z]?\b)?(?!\s[A-Z"
    rf"][a-z])"
)
_CITY_PART = re.compile(
    rf"(?:{_CITIES})(?: (?:City Centre|Centre|Airport|Docks|North|South|East|West|Central|[A-Z][a-z]+)){{1,2}}"
)
_TOWN = rf"{_WORD_OF_PLACE}(?:[ -](?:upon|on|in|under|le|la|de|the|of|and|by|{_WORD_OF_PLACE})){{0,4}}"
_COMMA_PLACE = re.compile(rf"({_TOWN}),\s*((?:{_REGIONS}|{_COUNTRIES})\b)(?:,\s*(?:{_COUNTRIES})\b)?(?![\w-])")
_TERMS_WORD = re.compile(
    r"(?:remote|hybrid|full|part|permanent|contract|temporary|posted|apply|salary|on-?site|location|hours|"
    r"shifts?|days|nights|weekends?|mon|tue|wed|thu|fri|sat|sun|monday|friday|saturday|sunday|flexible|"
    r"competitive|seasonal|term|grade|band|main|circa|up to|from|vollzeit|teilzeit|jornada|cdi|cdd|temps|"
    r"fulltime|£|\$|€|\d)",
    _I,
)
_POSTCODE = r"(?:,?\s+[A-Z]{1,2}\d{1,2}[A-Z]?(?:\s\d[A-Z]{2})?)?"
_BASED = re.compile(
    rf"(?:\b(?:based|located|situated|office|site|depot|warehouse|workshop|restaurant|hotel|school|clinic|"
    rf"shop|store|branch|factory|kitchen|bakery|plant|campus|studio|salon|farm|home|headquarters|"
    rf"hq)\s+(?:in|at|near|just outside|outside|on the (?:edge|outskirts) of)\s+(?:central |our |the |"
    rf"north |south |east |west )*)"
    rf"([A-Z][\w'’-]+(?:[ -](?:upon|on|in|under|le|de|the|of|"
    rf"[A-Z][\w'’-]+)){{0,3}}{_PLACE_TAIL}{_POSTCODE})|\b[Ii]n our ((?-i:[A-Z])[\w'’-]+(?: [A-Z][\w'’-]+)?)"
    rf" (?:office|store|restaurant|site|branch|shop|kitchen|studio|warehouse|clinic|depot)",
)
_REMOTE_YES = re.compile(
    r"\b(?:(?:fully|100\s?%|entirely|completely|permanently)[- ]remote|remote[- ](?:first|only|position|role|"
    r"job|opportunity|based|within|worldwide|anywhere)|work(?:ing)? (?:fully |100\s?% )?(?:remotely|"
    r"from anywhere|from home)|home[- ]based|this is a remote)\b|\((?:fully )?remote\)|^\W*remote\W*$|"
    r"\bremote\s*[,(/–—-]\s*[A-Z]|\bremote (?:in|within|across) (?:the )?(?-i:[A-Z])|"
    r"\b(?:location|workplace|place|type|based|model|"
    r"arrangement)\s*[:–—-]\s*(?:100% |fully |\w+,? )?remote\b",
    re.IGNORECASE | re.MULTILINE,
)
_REMOTE_NO = re.compile(
    r"\b(?:on[- ]?site (?:only|role|position|work|five|5|at|in|,)|fully on[- ]?site|office[- ]based|no remote|"
    r"not (?:a )?remote|remote work(?:ing)? is not|in[- ]person(?: role| only| position))\b|\b(?:workplace|"
    r"location|type|model|arrangement)\s*[:–—-]\s*(?:\w+,? )?on[- ]?site\b|\((?:on[- ]?site)\)",
    _I,
)
_HYBRID = re.compile(
    r"\bhybrid\b(?! (?:vehicle|car|bus|cloud|drive|app|mobile|electric|system))|\b(?:days?|times?) (?:a|per|"
    r"each) week (?:in|at|from) (?:the|our) (?:office|home|site)|\bpart(?:ly|ially)[- ]remote",
    _I,
)

_LEVELS: tuple[tuple[Seniority, re.Pattern[str]], ...] = (
    (
        Seniority.EXECUTIVE,
        re.compile(
            r"\b(?:chief (?:\w+ ){1,3}officer|c[eftioms]o|ciso|cpo|cro|managing director|executive director|"
            r"(?:senior |executive )?vice[- ]president|[se]?vp|president|chief executive)\b",
            _I,
        ),
    ),
    (
        Seniority.DIRECTOR,
        re.compile(r"\b(?:director|head of|headteacher|head teacher|principal of)\b(?! of nursing assistant)", _I),
    ),
    (
        Seniority.INTERN,
        re.compile(
            r"\b(?:intern|internship|apprentice(?:ship)?|work placement|placement student|industrial placement|"
            r"working student|werkstudent(?:in)?|stagiaire|praktikum|praktikant(?:in)?|student placement|co-op)\b",
            _I,
        ),
    ),
    (
        Seniority.LEAD,
        re.compile(
            r"\b(?:lead|leader|principal|staff (?:\w+ )?(?:engineer|scientist|designer|developer|architect|"
            r"product)|head (?:chef|baker|gardener|barista|brewer|housekeeper|porter|waiter|nurse|coach|grower|"
            r"receptionist|butcher|sommelier|concierge)|foreman|forewoman|foreperson|supervisor|shift leader|"
            r"team leader)\b",
            _I,
        ),
    ),
    (Seniority.SENIOR, re.compile(r"\b(?:senior|sr\.?|snr\.?|experienced level|advanced practitioner)(?=\s|\b|$)", _I)),
    (
        Seniority.JUNIOR,
        re.compile(
            r"\b(?:junior|jr\.?|jnr\.?|trainee|graduate|entry[- ]level|newly qualified|nqt|ect|commis|early career|"
            r"new grad)(?=\s|\b|$)",
            _I,
        ),
    ),
    (
        Seniority.MID,
        re.compile(
            r"\b(?:mid[- ](?:level|weight|senior)|midweight|intermediate|medior)\b|\bmid(?=\s*(?:[),/]|\Z|"
            r" (?:engineer|developer|designer)))",
            _I,
        ),
    ),
)
_LEVEL_IN_TEXT = re.compile(
    r"\b(?:(?:this is an? |an? |at |our )?(entry[- ]level|mid[- ]level|senior[- ]level|junior|graduate|"
    r"executive[- ]level|senior) (?:role|position|job|post|opportunity|vacancy|scheme|programme|level)|"
    r"seniority(?: level)?\s*[:–—-]\s*([\w -]{3,30}))",
    _I,
)


@dataclass(frozen=True, slots=True)
class Field:
    """A value, and where its words stand in the text."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fields:
    """What the text says about the job's frame."""

    title: Field | None
    company: Field | None
    location: Field | None
    remote: bool | None


def _top(text: str, count: int = 14) -> list[tuple[int, int]]:
    spans, at = [], 0
    for raw in text.split("\n"):
        if raw.strip():
            start = at + len(raw) - len(raw.lstrip())
            start += len(re.match(r"(?:#{1,6}\s+|\*\*|__|[•*-]\s+)?", text[start : at + len(raw)]).group())  # type: ignore[union-attr]
            end = at + len(raw.rstrip(" *_#"))
            if end > start:
                spans.append((start, end))
            if len(spans) >= count:
                break
        at += len(raw) + 1
    return spans


def read_fields(text: str) -> Fields:
    """Title, company, location and remote from the words of the text; what is not there stays None."""
    top = _top(text)
    title = _title(text, top)
    company = _company(text, top, title)
    location = _location(text, top, title, company)
    title = _with_subject(text, title, company, location)
    return Fields(title, company, location, remote(text))


def names_work(title: str) -> bool:
    """Whether a title holds the name of a trade ("nurse", "driver", "Entwicklerin")."""
    return _ROLE_WORDS.search(title) is not None


def _labelled(pattern: re.Pattern[str], text: str, top: list[tuple[int, int]]) -> Field | None:
    for start, end in top:
        match = pattern.match(text, start, end)
        if match and "://" not in match.group(1):
            return _field(text, *match.span(1))
    return None


def _field(text: str, start: int, end: int) -> Field | None:
    while start < end and text[start] in " \n*_#•|,.:;–—-'\"(":
        start += 1
    while end > start and text[end - 1] in " \n*_#•|,.:;–—-'\"!":
        end -= 1
    if text[start:end].endswith(")") is False and text[start:end].count("(") > text[start:end].count(")"):
        end = text.rfind("(", start, end)
        return _field(text, start, end)
    return Field(" ".join(text[start:end].split()), start, end) if end - start >= 2 else None


_ANNOUNCED = re.compile(
    r"(?:we(?:'re|’re| are) (?:now )?hiring|now hiring|join (?:us|our team)|job (?:alert|opportunity)|vacancy)"
    r"\s*[!:–-]+\s*(?=\w)",
    _I,
)


def _title(text: str, top: list[tuple[int, int]]) -> Field | None:
    found = _labelled(_TITLE_LABEL, text, top)
    if found and len(found.value.split()) <= 12 and not _TERMS_WORD.match(found.value):
        return _first_part(text, found.start, found.end) or found
    best: tuple[float, int, int] | None = None
    for position, (start, end) in enumerate(top[:8]):
        if opening := _ANNOUNCED.match(text, start, end):
            start = opening.end()
        line = text[start:end]
        words = line.split()
        label = line.split(":", 1)[0].strip()
        if len(words) > 16 or len(line) > 120 or (":" in line and FRAME.fullmatch(label)) or LEGAL.search(line):
            continue
        if (
            classify(line, announced=line.endswith(":")) is not None
            or line.endswith((":", ";", "?"))
            or re.match(
                r"(?:https?://|www\.|posted\b|published\b|(?:seeking|looking for|we need)\b|"
                r"\d+ (?:applicants|days|hours))",
                line,
                _I,
            )
        ):
            continue
        sentence = bool(re.search(r"[.!]\s|[.]$", line)) or bool(
            re.search(r"\b(?:we|our|you|your|is|are|will|have)\b", line, _I)
        )
        role = _ROLE_WORDS.search(line)
        if sentence and not (position == 0 and role and len(words) <= 8):
            continue
        score = (
            (3.0 if role else 0.0)
            - 0.4 * position
            - 0.08 * max(0, len(words) - 6)
            - (1.0 if opens_with_verb(line) and not role else 0)
        )
        likely = score > 0.6 if role else position == 0 and len(words) <= 7 and not _LEGAL_FORM.search(line)
        if likely and (best is None or score > best[0]):
            best = (score, start, end)
    if best is not None and best[0] > 0:
        return _first_part(text, best[1], best[2])
    span = text[: min(len(text), 4000)]
    for pattern in (_HIRING, _WANTED):
        for match in pattern.finditer(span):
            if _ROLE_WORDS.search(match.group(1)) and len(match.group(1).split()) <= 8:
                return _field(text, *match.span(1))
    if best is not None:
        return _first_part(text, best[1], best[2])
    return None


def _first_part(text: str, start: int, end: int) -> Field | None:
    """The part of a top line that names the job: "Night Baker - Harbour Bread, Hull" is "Night Baker"."""
    line = text[start:end]
    wanted = re.match(
        r"(?:we(?:'re|’re| are) (?:hiring|looking for|recruiting)(?: an?)?|(?:now )?hiring|wanted|"
        r"job (?:description|title|advert)|vacancy|join us as an?|job|role|position)\s*[:!–—-]?\s+(?=[A-Z])",
        line,
        _I,
    )
    if wanted:
        start += wanted.end()
        line = text[start:end]
    suffix = re.search(r"\s+(?:wanted|required|needed|vacancy)\W*\Z", line, _I)
    if suffix:
        end = start + suffix.start()
        line = text[start:end]
    cuts = [0]
    parts: list[tuple[int, int]] = []
    for match in _SPLIT.finditer(line):
        if line[: match.start()].count("(") > line[: match.start()].count(")"):
            continue
        parts.append((cuts[-1], match.start()))
        cuts.append(match.end())
    parts.append((cuts[-1], len(line)))
    roles = [span for span in parts if _ROLE_WORDS.search(line[span[0] : span[1]])]
    low, high = roles[0] if roles else parts[0]
    # "Solicitor, Residential Property" and "Teacher of Maths - Key Stage 3" belong together.
    index = parts.index((low, high))
    for after in parts[index + 1 :]:
        piece = line[after[0] : after[1]]
        joint = line[high : after[0]]
        if (
            _KNOWN_PLACE.search(piece)
            or _LEGAL_FORM.search(piece)
            or "@" in joint
            or "|" in joint
            or "·" in joint
            or re.fullmatch(r"\s+(?:at|in)\s+", joint)
        ):
            break
        if (
            re.search(
                r"\b(?:remote|hybrid|on-?site|full[- ]time|part[- ]time|permanent|temporary|contract|[£$€]|\d{2,}|"
                r"hours|nights?|days|months?|weekends?|maternity|fixed)\b|[£$€]",
                piece,
                _I,
            )
            or len(piece.split()) > 5
        ):
            break
        if "," in joint and _COMMA_PLACE.fullmatch(line[after[0] :].strip()):
            break
        if (
            "," not in joint
            and len(parts) > 2
            and index == 0
            and len(piece.split()) <= 3
            and parts.index(after) == 1
            and _COMMA_PLACE.search(line[after[1] - len(piece) :])
        ):
            break
        if "," not in joint and not re.search(r"[a-z]", joint) and not _looks_like_subject(piece):
            break
        high = after[1]
    found = _field(text, start + low, start + high)
    if found is None:
        return None
    mark = _GENDER_MARK.search(found.value)
    if mark:
        value = (found.value[: mark.start()] + found.value[mark.end() :]).strip()
        return Field(value, found.start, found.end) if value else found
    return found


def _with_subject(text: str, title: Field | None, company: Field | None, location: Field | None) -> Field | None:
    """The title with what follows its dash, when that is neither the employer nor the place nor a working time."""
    if title is None:
        return None
    rest = re.match(r"\s+[–—-]\s+([^|·•,\n(£$€]{3,50})\s*\Z", text[title.end : _line_end(text, title.end)])
    if (
        not rest
        or _TERMS_WORD.search(rest.group(1))
        or _KNOWN_PLACE.search(rest.group(1))
        or _LEGAL_FORM.search(rest.group(1))
    ):
        return title
    end = title.end + rest.end(1)
    if any(field and field.start < end and title.end < field.end for field in (company, location)):
        return title
    found = _field(text, title.start, end)
    return found if found and "(m/" not in found.value else title


def _looks_like_subject(piece: str) -> bool:
    """Whether a part after a dash narrows the job ("Mechanical Engineer - Rail") rather than naming its employer."""
    return bool(
        re.fullmatch(
            r"(?:key stage \d|ks\d|early years|rail|aerospace|residential|commercial|retail|backend|frontend|"
            r"front[- ]end|back[- ]end|full[- ]stack|platform|data|growth|payments|infrastructure|security|mobile|"
            r"ios|android|nights?|adult|paediatrics?|surgical|medical|icu|a&e|emma?ergency|emergency|dementia|"
            r"oncology|theatres?|maths|english|science|history|geography|music|band \d\w?|level \d|grade \w+|"
            r"experimentation|analytics|marketing|sales|operations|finance|b2b|enterprise|smb|emea|apac)",
            piece.strip(),
            _I,
        )
    )


def _plausible_company(name: str, title: Field | None) -> bool:
    if len(name) < 2 or _NOT_COMPANY.fullmatch(name) or classify(name, announced=False) is not None:
        return False
    if title and (name.lower() == title.value.lower() or name.lower() in title.value.lower()):
        return False
    if _KNOWN_PLACE.fullmatch(name):
        return False
    if (
        _ROLE_WORDS.search(name)
        and not _LEGAL_FORM.search(name)
        and not name.lower().startswith("the ")
        and not name.endswith("s")
        and len(name.split()) < 4
    ):
        return False
    return len(name.split()) <= 8


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _company_line(line: str, title: Field) -> str | None:
    """The employer at the head of a line below the title, or None: "Halden Biologics, Cambridge · permanent"."""
    match = re.match(
        rf"({_EMPLOYER})(?=\s*(?:\Z|[|·•(,]|\s[–—-]\s|\.(?:\s|\Z)|(?:on behalf of|for)\s+(?:an?|our|the)\s))", line
    )
    if not match or _TERMS_WORD.match(line) or classify(line, announced=line.endswith(":")) is not None:
        return None
    name = match.group(1)
    rest = line[match.end() :]
    if not _plausible_company(name, title) or (":" in line[:40] and FRAME.fullmatch(line.split(":", 1)[0].strip())):
        return None
    place = _COMMA_PLACE.match(line)
    if place and not _LEGAL_FORM.search(name) and not _KNOWN_PLACE.match(place.group(2)):
        return None  # "Kendal, Cumbria": a place; "Halden Biologics, Cambridge": an employer in a city
    if (_KNOWN_PLACE.match(name) or _CITY_PART.fullmatch(name)) and not _LEGAL_FORM.search(name):
        return None
    if len(line.split()) > 9 and re.search(r"[a-z]\.\Z", line) and not re.match(r"\s*[,.|·•(]", rest):
        return None
    return name if len(line) < 160 else None


def _company(text: str, top: list[tuple[int, int]], title: Field | None) -> Field | None:
    if found := _labelled(_COMPANY_LABEL, text, top):
        return found
    if title is not None:
        # "Night Baker at Harbour Bread"; a line of its own, "Harbour Bread · Hull"; "Night Baker – Harbour Bread".
        stop = _line_end(text, title.end)
        rest = re.match(rf"[\s)]*(\bat\b|@|\bwith\b|\bfor\b|\||·|•|–|—|-|,)\s+({_EMPLOYER})", text[title.end : stop])
        named = (
            rest.group(2)
            if rest and _plausible_company(rest.group(2), title) and not _TERMS_WORD.match(rest.group(2))
            else None
        )
        if rest and named and (rest.group(1) in ("at", "@", "with", "for") or _LEGAL_FORM.search(named)):
            return _field(text, title.end + rest.start(2), title.end + rest.end(2))
        for start, end in [span for span in top if span[0] > title.end][:4]:
            if name := _company_line(text[start:end], title):
                return _field(text, start, start + len(name))
        if rest and named and not _COMMA_PLACE.match(text, title.end + rest.start(2)):
            return _field(text, title.end + rest.start(2), title.end + rest.end(2))
        above = [span for span in top if span[1] <= title.start]
        for start, end in above[-1:]:
            if re.fullmatch(_EMPLOYER, text[start:end]) and _plausible_company(text[start:end], title):
                return _field(text, start, end)
    at = 0
    for raw in text.split("\n"):
        if len(raw) < 80 and (match := _ABOUT_NAME.match(re.sub(r"[\s*#_]+\Z", "", raw).lstrip(" #*_"))):
            name = match.group(1).strip()
            if _plausible_company(name, title) and bare(raw) not in ("about us",):
                start = text.find(name, at)
                return _field(text, start, start + len(name)) if start >= 0 else None
        at += len(raw) + 1
    for match in _PROSE_NAME.finditer(text[:6000]):
        group = 1 if match.group(1) else 2
        name = match.group(group)
        if _plausible_company(re.sub(r"\A[Tt]he\s+", "", name), title):
            return _field(text, *match.span(group))
    return None


def _location(text: str, top: list[tuple[int, int]], title: Field | None, company: Field | None) -> Field | None:
    if found := _labelled(_PLACE_LABEL, text, _top(text, 40)):
        part = re.split(
            r"\s+[|·•]\s+|\s+\((?:hybrid|remote|on-?site|with|\d).*|\s+[–—-]\s+(?=hybrid|remote|on-?site|with|"
            r"\d)|;\s|\.\s",
            text[found.start : found.end],
            maxsplit=1,
            flags=_I,
        )[0]
        if not re.match(
            r"(?:fully |100% |any)?(?:remote\b|hybrid\b|on-?site\b|various\b|flexible\b|home\b|anywhere\b)", part, _I
        ):
            return _field(text, found.start, found.start + len(part))
    at = 0
    lines = text.split("\n")
    for index, raw in enumerate(lines[:60]):
        if (
            bare(raw) in ("location", "locations", "where", "job location", "place of work")
            and index + 1 < len(lines)
            and ":" not in raw.rstrip(" :*")
        ):
            start = at + len(raw) + 1
            line = lines[index + 1]
            if 2 <= len(line) <= 60 and not line.rstrip().endswith("."):
                return _field(text, start, start + len(line))
        at += len(raw) + 1
    begin = title.end if title else 0
    for start, end in [span for span in top if span[1] >= begin][:5]:
        low = max(start, begin)
        sentence = text[start:end].rstrip().endswith(".") and len(text[start:end].split()) > 12
        if end - start > 200 or sentence:
            continue
        if company and low <= company.start < end:
            after = re.match(
                rf"\.?\s*(?:\([^)]{{0,120}}\))?\s*(?:[,|·•]|\s[–—-]\s|,?\s+(?:near|based(?: in)?|"
                rf"in)\b)\s*(?:near |based (?:in )?|in )?({_TOWN}(?:,\s*(?:{_REGIONS}|"
                rf"{_COUNTRIES})\b){{0,2}})(?=\s*(?:\Z|[|·•(.,/]|\s[–—-]\s|\s(?:and|or|with)\b))",
                text[company.end : end],
            )
            if (
                after
                and not _TERMS_WORD.match(after.group(1))
                and not _LEGAL_FORM.search(after.group(1))
                and not _ROLE_WORDS.search(after.group(1))
            ):
                return _field(text, company.end + after.start(1), company.end + after.end(1))
        pieces = [(low, company.start), (company.end, end)] if company and low <= company.start < end else [(low, end)]
        for one, two in pieces:
            piece = text[one:two]
            if (
                (match := _COMMA_PLACE.search(piece))
                and not _ROLE_WORDS.search(match.group(1))
                and not _LEGAL_FORM.search(match.group())
                and not _TERMS_WORD.match(match.group())
            ):
                return _field(text, one + match.start(), one + match.end())
            if match := _KNOWN_PLACE.search(piece) or _CITY_PART.fullmatch(piece):
                return _field(text, one + match.start(), one + match.end())
    for match in _BASED.finditer(text[:8000]):
        group = 1 if match.group(1) else 2
        if not _NOT_COMPANY.fullmatch(match.group(group)) and not _ROLE_WORDS.search(match.group(group)):
            return _field(text, *match.span(group))
    for match in re.finditer(
        rf"\b(?:in|at|near|outside|around|across)\s+(?:central\s+|the\s+)?({_KNOWN_PLACE.pattern})", text[:3000]
    ):
        if not re.search(r"\bwork(?:ing)?\s*\Z", text[max(0, match.start() - 12) : match.start()], _I):
            return _field(text, *match.span(1))
    return None


def remote(text: str) -> bool | None:
    """True when the posting says remote, False when it says on site, None for hybrid or when it says nothing."""
    sample = text[:20_000]
    if _HYBRID.search(sample):
        return None
    if _REMOTE_NO.search(sample):
        return False
    return True if _REMOTE_YES.search(sample) else None


def seniority(title: str | None, text: str) -> tuple[Seniority, str] | None:
    """Level and the words that say it: the title first, then a plain statement. Never guessed from years."""
    if title:
        for level, pattern in _LEVELS:
            if match := pattern.search(title):
                if level is Seniority.EXECUTIVE and re.search(r"\b(?:assistant|pa|secretary) to\b", title, _I):
                    continue
                return level, match.group().strip()
    for match in _LEVEL_IN_TEXT.finditer(text[:20_000]):
        words = next(group for group in match.groups() if group)
        for level, pattern in _LEVELS:
            if found := pattern.search(words):
                return level, found.group().strip()
    if match := _LEVEL_LABEL.search(text[:4000]):
        for level, pattern in _LEVELS:
            if found := pattern.search(match.group(1)):
                return level, found.group().strip()
    return None
