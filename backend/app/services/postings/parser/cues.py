"""The words by which a line says what it is: a duty, a must, a nice-to-have, a perk, boilerplate, or an attack."""

from __future__ import annotations

import re

_I = re.IGNORECASE

# Verbs that open a duty ("Manage the stock", "Managing the stock", "Manages the stock").
_VERBS = """
accompany account achieve act adapt address adhere adjust administer advise advocate align allocate analyse analyze
answer anticipate apply appraise approve arrange articulate assemble assess assign assist assure attend audit author
automate balance bake be book brief bring budget build buy calculate calibrate capture care carry cater challenge
champion chase check clean clear close coach code collaborate collate collect comfort communicate compile complete
comply conduct configure confirm connect consult contact contribute control convert cook coordinate co-ordinate cover
craft create cultivate cut deal debug decide defend define delegate deliver demonstrate deploy deputise design
determine develop devise diagnose direct dispatch dispense display disseminate distribute document draft dress drive
edit educate embed embrace enable encourage enforce engage engineer enhance ensure enter escalate escort establish
estimate evaluate evolve examine execute expand explain explore fabricate facilitate feed fill finish fit fix follow
forecast form formulate foster fulfil fulfill gather generate give greet grow guide handle harvest head help hire host
identify implement improve induct influence inform initiate innovate input inspect inspire install instruct integrate
interact interpret interview introduce inventory investigate issue iterate join keep label launch lead learn leverage
liaise lift listen load log look maintain make manage map mark market maximise maximize measure meet mentor
merchandise migrate mind mitigate mix model monitor motivate move navigate negotiate network notify observe obtain
offload open operate optimise optimize orchestrate order organise organize oversee own pack paint participate partner
perform pick pilot pioneer pitch place plan plant play plaster portion position post prepare present preserve prevent
price prioritise prioritize process procure produce promote propose protect prototype provide prune pull purchase push
qualify quote raise reach read receive recommend reconcile record recruit reduce refer refine refill register
reinforce relate release relieve remain remove repair replace replenish reply report represent research resolve
respond restock retain review rotate route run safeguard schedule scope scrub screen secure seek select sell serve
service set shape share ship sign solve sort source spearhead specify spot staff standardise steer stock store
streamline strengthen structure study submit supervise supply support survey sustain take talk teach tend test tidy
track train transfer transform translate transport travel treat triage troubleshoot tune turn uncover undertake unload
update upgrade uphold upsell use utilise utilize validate verify visit volunteer walk wash watch weigh welcome weld
wire work write put peel chop slice wrap carve pour brew roast grind polish sweep mop dust iron fold hang count dial
pair scan splice lay dig sow plough mow trim bend drill saw sand glue mount hoist rig lubricate grease commission
decommission reproduce onboard orient bathe bandage immunise vaccinate shadow chair minute type transcribe log bank
"""


def _forms(verb: str) -> set[str]:
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    forms = {verb, verb + "s", stem + "ing", verb + "es"}
    if verb.endswith("y"):
        forms.add(verb[:-1] + "ies")
    if re.fullmatch(r"[^aeiou]*[aeiou][bdglmnprt]", verb):
        forms.add(verb + verb[-1] + "ing")
    if verb.endswith("l"):
        forms.add(verb + "ling")
    return forms


VERBS = frozenset(form for verb in _VERBS.split() for form in _forms(verb)) | {
    "planning",
    "submitting",
    "transferring",
    "referring",
} - {"following", "including", "plants", "shares", "shapes"}
_OPENING = re.compile(
    r"(?:to |and |also |then |you(?:'ll|’ll| will| are going to| would)?(?: also| be)? |(?:jointly|help|"
    r"assist|support)(?: to| with| in| the)? )*"
    r"(?:[a-z]+ly,? (?:and [a-z]+ly )?)?([a-z-]+)",
    _I,
)
_DUTY_OPENING = re.compile(
    r"(?:(?:be |being |is |are )?(?:responsible|accountable) for|responsibility for|"
    r"(?:the )?day[- ]to[- ]day|act(?:ing)? as|(?:full )?ownership of|"
    r"(?:general )?(?:cleaning|maintenance|preparation|management|supervision|administration|delivery|"
    r"production|development|implementation|coordination|operation|installation|creation|provision|"
    r"oversight) of|"
    r"any other (?:reasonable )?(?:duties|tasks)|other duties|first point of contact|point of contact)\b",
    _I,
)


def opens_with_verb(text: str) -> bool:
    """Whether a line begins the way duties do: a verb in base form, third person or -ing, or "responsible for"."""
    if _DUTY_OPENING.match(text):
        return True
    match = _OPENING.match(text)
    return match is not None and match.group(1).lower() in VERBS


_ASK_NOUN = (
    r"(?:experience|knowledge|understanding|awareness|ability|abilities|aptitude|skills?|qualifications?|"
    r"degree|diploma|certificate|certification|licen[cs]e|"
    r"registration|proficiency|fluency|familiarity|track record|background|willingness|commitment|passion|"
    r"enthusiasm|interest|attention to detail|eye for detail|"
    r"command|grasp|expertise|exposure|mindset|attitude|approach|work ethic|communicator|team player|"
    r"self-starter|flexibility|enthusiasm|empathy|literacy|numeracy|apprenticeship|clearance|right to work|"
    r"gcses?|a-levels?|nvq|svq|btec|hnc|hnd|phd|mba|bachelor(?:['’]?s)?|master(?:['’]?s)?|msc|bsc|cscs|dbs|card|ticket)"
)
_ASK_ADJ = (
    r"(?:(?:an?|the|some|your|any|strong|excellent|good|great|solid|sound|proven|demonstrated|demonstrable|"
    r"demonstrated|significant|extensive|substantial|previous|prior|recent|relevant|"
    r"practical|hands[- ]on|working|in-depth|deep|thorough|basic|advanced|clear|clean|full|valid|current|"
    r"outstanding|exceptional|broad|genuine|real|high|natural|keen|professional|"
    r"commercial|industry|technical|interpersonal|communication|organisational|organizational|analytical|"
    r"verbal|written|leadership|numerical|it|computer|customer service|"
    r"post-qualification|formal|recognised|relevant|similar|direct|positive|flexible|calm|can-do|"
    r"first-class|uk|eu|\d+\+?|one|two|three|four|five|six|seven|eight|ten|several|level \d|"
    r"(?:and|&|or|/|,)|years?(?:['’])?(?: of)?|driving|driver(?:['’]?s)?|forklift|teaching|nursing|"
    r"first aid|enhanced|university|bachelor(?:['’]?s)?|master(?:['’]?s)?)\s+){0,8}"
)
# A noun phrase that can stand alone as something asked for: "a clean driving licence", "two years' experience".
ASK_OPENING = re.compile(
    rf"(?:{_ASK_ADJ}{_ASK_NOUN}\b|(?:a )?minimum\b|at least\b|(?:\d+\+?\s*(?:-|–|to)?\s*\d*\+?|one|two|"
    rf"three|four|five|six|ten|several|some) ?(?:years?|months?)(?!,)|"
    r"(?:be )?(?:able|willing|prepared|happy|comfortable|confident|familiar|fluent|proficient|skilled|"
    r"experienced|qualified|certified|registered|literate|competent|adept|"
    r"organised|organized|motivated|reliable|punctual|patient|articulate|calm|committed|passionate|"
    r"eligible|educated|physically able|computer literate|detail-oriented|self-motivated)\b|"
    r"(?:current|valid|full|clean|active|strong|excellent|proven|solid|fluent|good|sound|demonstrable|"
    r"demonstrated|thorough|in-depth|hands-on)\b)",
    _I,
)
ASK_ANYWHERE = re.compile(rf"\b{_ASK_NOUN}s?\b|\b(?:qualified|certified|registered|trained|\d+\+? years?)\b", _I)
MUST = re.compile(
    r"\b(?:you|candidates?|applicants?|holders?|the (?:successful |ideal |right )?(?:candidate|applicant|"
    r"person)|they|he/she|all staff)\s+(?:will\s+)?(?:must|need to|needs to|should|have to|has to)\b|"
    r"^must\b|\bmust (?:have|be|hold|possess|be able|demonstrate|provide|speak|live|pass)\b|"
    r"\b(?:is|are|being|be|also)\s+(?:an?\s+)?(?:absolutely\s+)?(?:required|essential|mandatory|compulsory|"
    r"necessary|needed|a must|non-negotiable|vital|crucial|must)\b|\b(?:is|are) expected\W*$|"
    r"\((?:required|essential|mandatory|must[- ]have|e)\)|\b(?:required|essential|mandatory|"
    r"a must)\s*[.!]?\s*$|^(?:required|essential|mandatory|minimum|required skills?)\s*[:–-]|"
    r"\b(?:minimum(?: of)?|at least)\s+(?:\d+|one|two|three|four|five|six|ten|a|an)\b|^minimum\b|"
    r"\bwe (?:require|need you to|need someone|insist)\b|\brequires? (?:an?|the|at least|experience|"
    r"knowledge|\d)\b|\bsubject to\b(?=.*\b(?:dbs|check|clearance|vetting|references)\b)",
    _I,
)
NICE = re.compile(
    r"\b(?:preferably|ideally|nice[- ]to[- ]have|good[- ]to[- ]have|bonus points?|desirable|advantageous|"
    r"beneficial)\b|\b(?:strongly |highly |is |are |but )?preferred\b(?!\s+(?:supplier|partner|vendor|name|"
    r"pronoun|bidder|stock|method|provider|term|candidate))|"
    r"\b(?:an?|the|big|huge|definite|real|distinct|major|strong)\s+(?:plus|bonus|advantage|asset)\b|"
    r"\bplus\s*[.!]?\s*$|\bbonus\s*[.!]?\s*$|\b(?:would|will|could|'d|"
    r"’d)\s+(?:also\s+)?be\s+(?:\w+\s+)?(?:great|good|nice|ideal|helpful|useful|welcome|welcomed|"
    r"beneficial|preferred|desired|handy|fantastic|appreciated|advantageous|valued|a plus)\b|"
    r"\b(?:but|though|although)?,?\s*not (?:strictly |absolutely )?(?:essential|required|necessary|"
    r"mandatory)\b|\b(?:is|are)\s+(?:helpful|useful|welcome|optional|desired|a plus|valued)\b|"
    r"\(\s*(?:desirable|preferred|optional|nice to have|bonus|d|a plus|desired)\s*\)|^(?:bonus|optional|"
    r"desirable|preferred)\b|\bwe(?:'d|’d| would) (?:also )?(?:love|like) (?:it if|to see)\b|"
    r"\bwould suit\b|\bhelps if\b|\bany (?:experience|knowledge|exposure)\b|\bdesired\s*[.!]?\s*$|"
    r"\b(?:more than )?(?:welcomed?|helpful|useful|handy)\s*[.!]?\s*$|\bexperience (?:useful|helpful|"
    r"welcome|preferred|handy)\b|"
    r"^(?:would|will) be (?:handy|useful|great|good)\b",
    _I,
)
# "No experience needed" asks for nothing.
NOT_ASKED = re.compile(
    r"\bno (?:\w+ ){0,4}(?:experience|qualifications?|degree|skills?|knowledge)(?: \w+){0,3} (?:is |"
    r"are )?(?:necessary|required|needed|essential)\b|"
    r"\b(?:experience|qualifications?|degree) (?:is |are )?not (?:necessary|required|"
    r"needed)\b(?!.*\b(?:but|preferred|plus|ideal)\b)|\b(?:training|tuition)\b[^.]{0,30} (?:will be |is |"
    r"are )(?:provided|given|offered|available)\b|^(?:full )?training (?:provided|given)\b|\b(?:is|"
    r"are) not (?:needed|required|necessary|expected)\W*$|\bdo(?:es)? ?n[o\'’]t (?:need|matter|require)\b|"
    r"^no (?:previous |prior )?experience\b",
    _I,
)
ASK = re.compile(
    r"\b(?:you(?:'ve|’ve| have| need|'ll need|’ll need| will need| bring|'ll have|’ll have| will have|"
    r" should| hold| possess| speak| know| understand| enjoy| love| can| thrive|'ll bring|’ll bring)\b|"
    r"you(?:'re|’re| are| will be|'ll be|’ll be) (?:a |an )?(?:\w+ (?:and |, )?){0,3}(?:able|comfortable|"
    r"confident|willing|happy|passionate|experienced|qualified|fluent|organised|organized|reliable|"
    r"punctual|patient|calm|curious|proficient|familiar|team player|person|someone|registered|certified|"
    r"friendly|communicator|motivated|skilled|trained|educated|good at|committed)|"
    r"(?:we(?:'re|’re| are)?|looking|searching|seeking)\s+(?:currently\s+)?(?:looking|seeking|searching|"
    r"after|expect(?:ing)?)\b[^.]{0,40}\b(?:someone|somebody|who|with|candidates?|people|person|"
    r"individual)\b|"
    r"(?:the )?(?:ideal|successful|right) (?:candidate|applicant|person)|experience\s+(?:in|with|of|as|"
    r"using|working|managing|within|gained|at|on|running|leading|is|would)|(?:ability|able) to|"
    r"knowledge of|understanding of|familiar(?:ity)? with|"
    r"proficien(?:t|cy) (?:in|with)|fluent|fluency|degree in|degree or|qualified|(?:driving|"
    r"driver(?:['’]?s)?|forklift|flt) licen[cs]e|years?['’]? (?:of )?(?:\w+ ){0,4}experience|right to work|"
    r"(?:dbs|background) (?:check|clearance|disclosure)|security clearance|track record|"
    r"(?:willing(?:ness)?|prepared) to|good (?:communication|organisation\w*|it|customer)|"
    r"registration with|registered (?:with|nurse)|certificate|certification in|skills? (?:in|with|are))",
    _I,
)
YOU_WILL = re.compile(
    r"\b(?:you(?:'ll|’ll|'d|’d| will| would)\b(?! (?:receive|get|enjoy|benefit|earn|be (?:paid|given|"
    r"offered|rewarded|part of|joining|working (?:with|alongside|for|in|at)|based|reporting)|join|"
    r"also (?:receive|get)|have access|have the (?:opportunity|chance)|find|love|report to|hear|need|have|"
    r"be able|like|rather|prefer))|"
    r"(?:the|this) (?:role|job|position|post|postholder|post holder|jobholder|"
    r"work) (?:will (?:also )?)?(?:involves?|includes?|entails?|is responsible|covers?|be responsible|will|"
    r"requires you)|the work (?:is|means)|the (?:successful |right |ideal )?(?:candidate|applicant|"
    r"person) (?:will|is expected to)\b(?! (?:need|have|be able|hold|possess|demonstrate|be (?:an?|the|"
    r"able|someone|calm|well|highly|self|educated|qualified|experienced|comfortable|confident)|bring|"
    r"ideally|also have|probably|likely))|(?:your|main|key|daily) (?:\w+ )?(?:duties|tasks|"
    r"responsibilities|role|job|day|days|work|mission|goal)s? (?:will |would )?(?:be|is|are|include|"
    r"involve|consist)|"
    r"(?:duties|responsibilities|tasks|activities) (?:will |may |also )?(?:include|comprise|are|involve|"
    r"cover|range)|responsible for|tasked with|in charge of|you (?:are|'re|’re) (?:expected to|responsible|"
    r"in charge)|we (?:need|want|expect|ask) (?:you|someone|somebody|a person|people) (?:to|who will|"
    r"who can)|(?:someone|somebody|person|people) to)\b",
    _I,
)
_MONEY = r"(?:[£$€]\s?\d|\d[\d,.]*\s?(?:gbp|usd|eur|euros?|pounds|czk|pln|k)\b)"
PERK = re.compile(
    rf"{_MONEY}[^.]{{0,60}}\b(?:per|an|a|p\.?)\s*/?\s*(?:hour|hr|annum|year|month|week|day|a\b|h\b|pa\b)|"
    rf"^(?:salary|pay|rate|wage|compensation|package|ote|base)\b[^.]{{0,30}}(?:{_MONEY}|competitive)|"
    rf"{_MONEY}[^.]{{0,10}}\s?(?:-|–|to)\s?{_MONEY}(?![^.]{{0,40}}\b(?:revenue|budget|deal|contract|"
    rf"turnover|project)s?\b)|\b(?:competitive|attractive|generous|excellent) (?:base |basic |"
    rf"market )?(?:salary|pay|package|benefits|compensation|remuneration|rate|holiday|pension|bonus|"
    rf"commission|wage)|"
    r"\bwe (?:also )?(?:offer|provide|pay|give) (?:you|a|an|our|all|up|competitive|generous|full|free|"
    r"excellent|flexible|great|paid|from|over|above|unlimited)\b(?! (?:service|support) to)|\byou(?:'ll|"
    r"’ll| will| can| would)? (?:also )?(?:receive|get|enjoy|earn|benefit from|be (?:paid|rewarded|offered|"
    r"entitled))\b(?! (?:calls|orders|goods|deliveries|to work with clients|working|stock|"
    r"training in return|a brief|up to|out|stuck|hands|things|people|your hands|on with|along))|"
    r"\bin return\b|\bon offer\b|"
    r"\b(?:\d+\s*(?:\+ )?(?:days?|weeks?)['’]?(?: of)?(?: paid)? (?:holiday|annual leave|vacation|pto|"
    r"leave|parental|maternity|paternity))|\b(?:paid|unlimited|generous) (?:holidays?|time off|vacation|"
    r"parental|maternity|sick|leave|pto|overtime|annual leave)|\b(?:401\s?\(?k\)?|pension (?:scheme|plan|"
    r"contribution)|life assurance|life insurance|dental (?:insurance|cover|and vision|plan)|"
    r"private (?:medical|health)|health(?:care)? (?:insurance|plan|cover|cash plan)|cycle[- ]to[- ]work|"
    r"gym membership|stock options?|share options?|equity package|employee assistance|staff discount|"
    r"employee discount|free (?:parking|lunch|meals?|food|coffee|uniform|drinks|tea|fruit|on-site)|"
    r"season ticket loan|enhanced (?:maternity|paternity|parental|pension|sick)|wellness (?:budget|"
    r"allowance)|training budget|learning budget|bonus scheme|annual bonus|quarterly bonus|"
    r"performance bonus|company (?:car|events|pension|laptop)|career (?:progression|development|growth)|"
    r"opportunit(?:y|ies) (?:to progress|for (?:progression|growth|advancement|development))|"
    r"team (?:socials|lunches|events|nights)|tips? (?:shared|on top|are shared)|sign-?on bonus|"
    r"relocation (?:package|assistance|allowance)|childcare vouchers|flexible (?:working hours|hours|"
    r"working arrangements|working)|meals? on (?:shift|duty)|uniform (?:is |are )?(?:provided|supplied|"
    r"and)|birthday off|home office (?:budget|allowance))\b",
    _I,
)
_OFFERING_WORK = re.compile(
    r"\b(?:administer|process|manage|advise|calculate|explain|sell|advising|processing|selling|reconcile|"
    r"negotiat\w+|handle|handling|clients?['’]?s?|customers?['’]?s?|policyholders?|members?|"
    r"experience (?:of|in|with)|knowledge of)\b",
    _I,
)


# "You'll be GOC registered": a future tense that describes the person, not the work.
PERSON = re.compile(
    r"\byou(?:'ll|’ll| will| should|'d|’d| would)? (?:also |ideally )?be (?:an? |both )?(?:[\w-]+,? (?:and )?){0,3}"
    r"(?:registered|qualified|certified|able|comfortable|confident|willing|happy|passionate|experienced|"
    r"fluent|organised|"
    r"organized|reliable|punctual|patient|calm|curious|proficient|familiar|friendly|communicator|motivated|"
    r"skilled|trained|educated|committed)\b",
    _I,
)


def is_perk(text: str) -> bool:
    """Whether a line tells what the person gets, not what is asked. Pension work in a pensions team is no perk."""
    match = PERK.search(text)
    return bool(match) and not (_OFFERING_WORK.search(text) and not re.match(r"we\b|you['’ ]|[£$€]|\d", text, _I))


LEGAL = re.compile(
    r"\bequal(?:ity)? (?:employment |and fair )?(?:opportunit|employer)|\bdiversity enables|"
    r"\bcommitment to (?:diversity|equality|inclusion)\b|\bDEI\b|\bopportunit(?:y|ies) employer|"
    r"\b(?:regardless of|without regard to|irrespective of|on the (?:basis|"
    r"grounds) of)\b[^.]{0,120}\b(?:race|age|gender|sex|religion|disabilit|background|colou?r|origin|"
    r"ethnicity|orientation|belief|status)|"
    r"\b(?:race|colou?r|religion|sex|gender)\b,[^.]{0,60}\b(?:religion|sex|gender|national origin|age|"
    r"disability|orientation)\b|\ball qualified (?:applicants|candidates|individuals)|"
    r"\bprotected (?:veteran|characteristic|class|status|by law)|\breasonable (?:adjustment|"
    r"accommodation)s?|\baffirmative action|\bdisability confident|\be-?verify\b|"
    r"\bwe (?:particularly |actively |strongly |warmly |especially )?(?:welcome|encourage|value|celebrate|"
    r"embrace)[^.]{0,40}\b(?:applications?|applicants|diversity|candidates|backgrounds|everyone|difference|"
    r"people from|all)\b|\b(?:is|are) committed to (?:\w+ ){0,3}(?:equality|diversity|inclusion|inclusive|"
    r"equal|a diverse|creating a)|\bcommitted to (?:building|creating|fostering|providing|"
    r"being) an? (?:\w+,? (?:and )?){0,4}(?:diverse|inclusive|workplace|environment)|\bdivers(?:e|"
    r"ity),? (?:and |& )?(?:equity|inclusi|equal)[^.]{0,20}(?:\bcommit|\bat the heart|\bvalue|\bmatter|"
    r"\bimportant)|\bcommitted to safeguarding\b|\bexpects? all (?:staff|employees|"
    r"colleagues) (?:and volunteers )?to share\b|"
    r"\b(?:privacy (?:policy|notice|statement)|personal data (?:will|is|you)|terms and conditions|"
    r"employment (?:agency|business)|recruitment agenc(?:y|ies)|unsolicited|no agencies|"
    r"intended to (?:describe|convey|be)|not (?:intended to be )?(?:an )?exhaustive|all[- ]inclusive list|"
    r"may be (?:required|asked) to (?:perform|undertake|carry out) (?:any )?other|reserves? the right|"
    r"at[- ]will|job scams?|fraudulent(?:ly)?|does not discriminate|discriminat(?:e|ion)|"
    r"salary transparency|pay transparency|equal pay)\b|\bpeople of all\b|"
    r"\bcriminal (?:records? )?histor(?:y|ies)\b[^.]{0,40}\bconsider",
    _I,
)
APPLYING = re.compile(
    r"\b(?:send|submit|email|e-mail|upload|forward|attach)(?: us)? (?:your|a|the|an?) (?:\w+ ){0,3}(?:cv|"
    r"résumé|resume|application|covering letter|cover letter|portfolio|letter)|\b(?:to apply|apply (?:now|"
    r"today|here|by|online|via|through|directly|with|for this|in writing|in person|before|at)|click|"
    r"how to apply|applications? (?:close|will|must be|are|should|received|by|from)|closing date|deadline|"
    r"shortlisted|interviews? (?:will|are|take|on|date|is|stage|process)|we look forward to|we(?:'ll|’ll|"
    r" will) (?:be in touch|get back|contact|review|reply|respond)|for (?:more|further|"
    r"an informal) (?:information|details|chat|discussion)|visits? (?:to|are|is) |pop in|ring (?:us|the|"
    r"\w+ on)|drop in|call (?:us|\w+ on)|hear from (?:us|you)|get in touch|contact (?:us|\w+ at|\w+ on|"
    r"our)|visit our|drop us|ask for \w+|start date|(?:learn|read|find out|see) more|further information|"
    r"exercise caution|please (?:note|apply|quote|contact|call|send|visit|see|email|bring your cv))\b|"
    r"(?:https?://|www\.)\S+\s*$|@[\w.-]+\.\w{2,}",
    _I,
)
ABOUT = re.compile(
    r"^(?:we(?:'re|’re|'ve|’ve| are| have| were| believe| work| serve| help| make| build| run| started|"
    r" employ| operate| bake| grow| have been)\b(?! (?:looking|seeking|searching|after|recruiting|hiring|"
    r"need|expect|require))|our\b|founded|established|since \d{4}|based in|join (?:us|our|a|an|the)\b|"
    r"with (?:over|more than) \d|as (?:a|one of|the) (?:leading|fast|growing|largest|family)|(?:the|"
    r"this) (?:company|business|firm|trust|charity|school|organisation|team|restaurant|hotel)\b|it(?:'s|’s|"
    r" is)\b|there(?:'s|’s| is| are)\b|this is (?:a|an|not|your)\b|\w+(?: \w+){0,3} (?:is|are) (?:a|an|the|"
    r"one of|part of|proud|committed|home|dedicated)\b|whether you)",
    _I,
)

LAWFUL = re.compile(
    r"\b(?:right to work|(?:eligible|authori[sz]ed|authori[sz]ation|eligibility|permitted|"
    r"entitled) to work|work (?:permit|authori[sz]ation|visa)|driv(?:ing|er(?:['’]?s)?) (?:uk |full |"
    r"clean |\w+ )?licen[cs]e|dbs\b|disclosure and barring|pvg\b|accessni|(?:criminal|background|reference|"
    r"police|credit|pre-employment) (?:record )?checks?|security (?:clearance|check|vetting|cleared)|(?:sc|"
    r"dv|bpss|ctc) (?:clear|check)|vetting|drugs? (?:and alcohol )?(?:test|screen)|"
    r"lift(?:ing)? (?:and carry(?:ing)? )?(?:up to )?\d|stand(?:ing)? for|own (?:transport|car|vehicle))\b",
    _I,
)
_PEOPLE_SERVED = (
    r"(?:patients?|residents?|clients?|customers?|pupils?|students?|children|service users?|passengers?|"
    r"guests?|members?|learners?|women|families|victims|survivors|prisoners|tenants|individuals with|"
    r"people with|those)"
)
_PROTECTED = (
    re.compile(
        r"\b(?:(?:aged?|ages)\s*(?:between\s*|limit|range|from\s*|under\s*|over\s*|:\s*)?\d{2}(?!\w)|"
        r"age (?:limit|range|group|between|under|over|above|below)|(?:maximum|minimum|max\.?|min\.?) age|"
        r"(?:over|under|above|below)(?: the age of)?\s?\d{2} years|\d{2}\+? (?:years )?(?:of age|years old|"
        r"or (?:over|older|above))|(?:between|from) \d{2} (?:and|to|-) \d{2} years(?: old)?$|young (?:and |"
        r", )?(?:dynamic|energetic|attractive|person|man|woman|candidate|at heart|applicant)|youthful|"
        r"digital native|mature (?:lady|gentleman|woman|man|person|candidate))\b",
        _I,
    ),
    re.compile(
        r"\b(?:(?:fe)?males?|wom[ae]n|men|man|lad(?:y|ies)|gentlem[ae]n|gentleman|girls?|"
        r"boys?) (?:candidates?|applicants?|only|preferred|required|wanted|between|aged)\b|\b(?:must be|"
        r"should be|looking for|seeking|only|prefer(?:ably)?|be) (?:an? )?(?:young |single |attractive |"
        r"married )*(?:fe)?(?:male|man|woman|lady|gentleman|girl|boy)s?\b|\bgender\s*:|\bsex\s*:|"
        r"\b(?:un)?married\b|\bmarital status\b|\bsingle (?:person|status|candidate)\b|\b(?:no|"
        r"without) (?:\w+ ){0,2}(?:children|kids|dependants|dependents|family commitments|"
        r"family obligations|family ties)\b|\bpregnan(?:t|cy)\b|\bplanning (?:a|to start a) family\b|"
        r"\bfamily status\b|\bchildless\b|\bfamily commitments\b",
        _I,
    ),
    re.compile(
        r"\b(?:in|of) (?:good|excellent|perfect|robust|sound) (?:physical |mental |general )?health\b|"
        r"\b(?:good|excellent|perfect) (?:physical |mental |general )?health(?: record)?\s*(?:[.,;]|and\b|"
        r"$)|\bphysically (?:fit and )?healthy\b|\bhealthy (?:person|candidate|individual)\b|"
        r"\bno (?:health|medical) (?:problems?|conditions?|issues?)\b|\b(?:no|without|free (?:of|"
        r"from)) (?:\w+ )?(?:disabilit(?:y|ies)|disease|chronic|illness)|\bnon[- ]smoker\b|"
        r"\bsick(?:ness)? record\b|\bmedical history\b|\bable[- ]bodied\b",
        _I,
    ),
    re.compile(
        r"\b(?:practi[sc]ing|committed|baptised|devout|born[- ]again|faithful) (?:christian|catholic|"
        r"muslim|jew(?:ish)?|hindu|sikh|buddhist|anglican)|\b(?:must|should) (?:be|have|"
        r"share) (?:an? )?(?:\w+ )?(?:christian|catholic|muslim|jewish|hindu|sikh|faith|religion|"
        r"religious)\b|\b(?:christian|catholic|muslim|jewish|hindu|sikh) (?:faith|candidates?|applicants?|"
        r"only|preferred|belief)\b|\breligio(?:n|us) (?:belief|affiliation|background)|\breligion\s*:",
        _I,
    ),
    re.compile(
        r"\bnationalit(?:y|ies)\b|\bnative(?: \w+)? speakers?\b|\b(?:british|uk|us|u\.s\.|eu|american|"
        r"german|french|indian|irish|european)[- ](?:nationals?|born|citizens? only|passport)\b|"
        r"\bcitizens? only\b|\b(?:must|should) be (?:an? )?(?:\w+ )?(?:citizens?|nationals?)\b|"
        r"\bcitizenship\b|\bborn in\b|\b(?:ethnic|national|social) origin\b|\bethnicit(?:y|ies)\b|"
        r"\bmother tongue\b|\b(?:caucasian|white|asian|european) (?:candidates?|applicants?|only|"
        r"appearance)\b|\bnatives? only\b",
        _I,
    ),
    re.compile(
        r"\b(?:good[- ]looking|attractive (?:appearance|looks|person)|slim|photo(?:graph)? (?:of yourself|"
        r"attached|required))\b",
        _I,
    ),
)
_SERVED = re.compile(
    rf"\b(?:for|with|to|of|support(?:ing)?|teach(?:ing)?|care for|caring for|help(?:ing)?|treat(?:ing)?|"
    rf"work(?:ing)? with)\b[^.]{{0,40}}\b{_PEOPLE_SERVED}\b",
    _I,
)


def is_protected(text: str) -> bool:
    """Whether a line asks for something the law protects: age, family, health, religion, origin, nationality, gender.

    Text about the people one works for ("pupils aged 11 to 16") is the job itself and stays.
    """
    if not any(pattern.search(text) for pattern in _PROTECTED):
        return False
    if LAWFUL.search(text) and not _PROTECTED[0].search(text) and not _PROTECTED[1].search(text):
        return False
    return not _SERVED.search(text)


_ATTACK = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,30}\b(?:previous|prior|above|earlier|"
    r"preceding|all|any|your|the|these|system)\b[^.\n]{0,20}\b(?:instructions?|prompts?|rules?|guidelines|"
    r"directions|context|programming|messages?)\b|"
    r"\bnew (?:system )?(?:instructions?|prompt)\s*:|\b(?:you are|act as|pretend to be|behave as|"
    r"roleplay as) (?:now |an? |the )*(?:ai|a\.i\.|language model|llm|chatgpt|gpt|chatbot|dan|"
    r"unrestricted)\b|\byou are now\b|\bas an (?:ai|llm|"
    r"language model)\b|"
    r"\b(?:give|award|assign|grant|rate|score|grade|mark|rank)\b[^.\n]{0,50}\b(?:(?:this|the|every|each|"
    r"any|all) (?:candidate|applicant|answer|response|user)s?)\b[^.\n]{0,50}\b(?:\d|full|maximum|top|"
    r"highest|perfect|excellent|five|ten|best|hired)\b|\b(?:give|award|assign|"
    r"grant)\b[^.\n]{0,30}\b(?:full|maximum|top|highest|perfect)\b[^.\n]{0,12}\b(?:marks?|scores?|grades?|"
    r"rating)\b|"
    r"\b(?:respond|reply|answer|output|return|print|say|write) (?:only |with |just |exactly )+(?:json|"
    r"the word|the following|['\"“]|yes|ok)|\b(?:reveal|print|show|repeat|output|leak|"
    r"disclose)\b[^.\n]{0,20}\b(?:your|the|system|hidden|initial)\b[^.\n]{0,12}\b(?:prompt|instructions)\b|"
    r"\b(?:do not|don't|never) (?:mention|reveal|tell|follow|obey)\b[^.\n]{0,30}\b(?:instructions?|prompt|"
    r"rules|this message|user)\b|"
    r"\b(?:if|when) you are (?:an? )?(?:ai|llm|language model|bot|chatbot|automated)|\b(?:ai|llm|"
    r"language model|chatgpt|gpt-?\d?)s?(?: systems?| models?| agents?| assistants?)?(?: reading|"
    r" processing| parsing| evaluating| scanning)\b|<\|(?:im_start|im_end|system|user|assistant|endoftext)|"
    r"\[/?(?:INST|SYSTEM)\]|^\s*(?:system|assistant|developer)\s*(?:prompt|message)?\s*[:>]|"
    r"^\s*#{2,}\s*(?:system|instruction|assistant)\b|"
    r"\b(?:prompt injection|jailbreak) (?:mode|enabled)|\bdo anything now\b|\b(?:set|"
    r"change) (?:the )?(?:score|grade|rating|all scores) to\b|\bask (?:only )?(?:easy|trivial|"
    r"no) questions\b|\b(?:hire|recommend) this (?:candidate|applicant)\b",
    _I,
)


def is_attack(text: str) -> bool:
    """Whether a line speaks to a machine that reads it rather than to a person who applies."""
    return bool(_ATTACK.search(text))
