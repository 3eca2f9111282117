"""What the headings of a posting announce."""

from __future__ import annotations

import re
from enum import Enum


class Section(Enum):
    """What the lines under a heading are."""

    DUTY = "duty"
    MUST = "must"
    NICE = "nice"
    ROLE = "role"  # about the role: mostly duties, some requirements, some colour
    OPEN = "open"  # unknown: only lines that say themselves what they are
    TERMS = "terms"  # conditions, how to apply: only lawful checks count
    OFFER = "offer"  # pay, perks: nothing counts
    ABOUT = "about"  # the employer: nothing counts
    LEGAL = "legal"  # equal opportunities, privacy: nothing counts


SILENT = frozenset({Section.OFFER, Section.ABOUT, Section.LEGAL})

# Each pattern must match the whole heading, lower-cased, without marks and colon. Order matters: the first match wins.
_Y = r"(?:you|you'll|you will|we'll|candidates?|the candidate|the successful candidate|applicants?)"
_ADJ = (
    r"(?:(?:key|main|core|primary|principal|essential|general|specific|daily|day[- ]to[- ]day|other|"
    r"additional|your|the|our|role|job|"
    r"technical|professional|personal|soft|hard|minimum|basic|required|mandatory|relevant|necessary|"
    r"knowledge|position|clinical|physical) )*"
)
_PATTERNS: tuple[tuple[Section, tuple[str, ...]], ...] = (
    (
        Section.LEGAL,
        (
            r".*equal (?:employment )?opportunit.*",
            r"(?:our |we |a |an )?(?:(?:commitment|approach|equality|equity|belonging|diversity|inclusion|"
            r"inclusive|culture|to|and|&|,|statement|policy|workplace|value|celebrate|of|eeo|edi|dei|"
            r"at .{2,30}) ?)*(?:diversity|inclusion|inclusive|eeo|edi|dei)(?:,? (?:and|&|statement|policy|"
            r"inclusion|belonging|equity|equality|culture|workplace|at .{2,30}|matters?))*",
            r"(?:our |applicant |candidate )?(?:privacy|data protection|gdpr|"
            r"cookies?)(?: and cookies?)?(?: (?:notice|policy|statement|information))?",
            r".*disclaimer.*|legal(?: notice)?|accommodations?|reasonable adjustments?|accessibility|"
            r"disability confident.*",
            r"(?:safeguarding|agency|recruitment agency|e-verify)(?: statement| notice)?|"
            r".*recruitment agencies.*|rehabilitation of offenders.*",
            r"chancengleichheit.*|datenschutz.*|diversité.*",
        ),
    ),
    (
        Section.NICE,
        (
            r"(?:it(?:'s| is| would be| will be|'d be)? )?(?:a |also )?(?:nice|good|"
            r"great)(?:[- ]to[- ]haves?|[- ]to[- ]have.*| if you.*)",
            r"(?:(?:other|additional|key|some|skills?|experience|qualifications?|criteria|knowledge|"
            r"attributes?|education|requirements?|competencies|and|&|not essential but|highly|highly-|"
            r"personal|professional|technical|the) )*(?:desirable|desired|preferred|optional|advantageous|"
            r"beneficial)(?: (?:skills?|experience|qualifications?|criteria|requirements?|"
            r"knowledge|attributes?|but not essential|but not required|abilities|competencies|education|"
            r"certifications?|and|&|/|,|or))*(?:\s*\(.{0,40}\))?",
            r"also welcome.*|(?:nice |little )?extras|(?:and )?ideally.{0,30}|(?:also )?(?:welcome|handy|"
            r"useful|helpful)(?: but.*| to have)?|(?:desirable|preferred|desired|preferably|"
            r"ideally)(?:,? (?:you|candidates|applicants)?.{0,40})?",
            r"(?:bonus|brownie|extra|plus)(?: points?| credit| skills?| if.*| points? (?:if|for).*)?|(?:a |"
            r"big )?plus(?:es)?(?: if.*)?|what(?:'s| is| would be) a plus",
            r"(?:it|this|that|these|the following|what)?(?: is| are)? ?(?:would|will|"
            r"'d) (?:also )?be (?:a |an )?(?:nice|great|good|bonus|plus|advantage|advantageous|helpful|"
            r"useful|beneficial|desirable).*",
            r"(?:we'd|we would|you'd|you would) (?:also )?(?:love|like|be (?:thrilled|happy|"
            r"excited)) (?:it )?if.*|you might also have.*|even better(?: if.*)?|what sets you apart|"
            r"you(?:'ll| will)? stand out if.*|.*not essential.*|.*not required but.*|to stand out.*|"
            r"extra points.*|what would help.*|(?:it )?helps if.*",
            r"von vorteil.*|wünschenswert.*|nice[- ]to[- ]have.*|les plus|un plus|atouts?|se valorará.*|"
            r"deseable.*|mile widziane.*|výhodou.*|(?:è )?gradit[oa].*|costituisce titolo preferenziale.*|"
            r"pluspunten|pre is.*",
        ),
    ),
    (
        Section.OFFER,
        (
            r"(?:(?:our|your|the|key|company|employee|staff|job|some of|additional|great|fantastic|amazing|"
            r"other|total|salary|pay|package|perks?|benefits?|rewards?|compensation|remuneration|and|&|,|/|"
            r"\+|what are the|just some of the|summary of|full|extra) ?)*(?:benefits?|perks?|rewards?|"
            r"compensation|remuneration)(?:(?:,| and| &| \+)? ?(?:package|perks|benefits|salary|rewards|"
            r"include|includes|we offer|you(?:'ll| will)? (?:get|receive)|of (?:working|joining).{0,30}|"
            r"for you|offered|information|on offer|range|at .{2,30}|summary|highlights|culture|wellbeing|"
            r"are|overview))*(?:\s*\(.{0,40}\))?",
            r"(?:what |here's what )?(?:do )?(?:we|we're|we'll|we can|they|our client)(?: can| will|"
            r" do)? (?:offer|offering|provide|give|pay)(?:ing)?(?: you| in return)?.*",
            r"what(?:'s| is) (?:in it for you|on offer|in it for me|included).*|what(?:'ll|"
            r" will)? you(?:'ll| will| can| get|'re)? ?(?:get|receive|enjoy|expect(?: from us)?|gain|earn|"
            r"offered)(?: from us| in return)?.*|in return.*|you(?:'ll| will) (?:get|receive|enjoy)(?: .*)?",
            r"(?:our |the )?(?:offer|package|salary|pay|wages?|rates?|rate of pay|pay rate|salary range|"
            r"pay range|salary and .*|pay and .*|base salary|hourly rate|holidays?|pension|annual leave|"
            r"wellbeing|work[- ]life balance|the package.*|salary & .*|our offer to you|the rewards?|"
            r"your package)",
            r"why (?:you'll love|you should|join|work|choose|us|we|this|apply|be|come|people).*|"
            r"why [a-z' .&-]{2,30}\??|reasons to (?:join|work|love).*|training(?: (?:and development|"
            r"provided|offered|& development))?|what makes (?:us|this|it|working).*|"
            r".*(?:career development|learning and growth|growth opportunities|"
            r"training and development) opportunities|.*you(?:'ll| will) love (?:about )?.*(?:us|working|"
            r"here|it)",
            r"(?:das )?(?:bieten wir|wir bieten|unser angebot|das erwartet sie bei uns|deine vorteile|"
            r"ihre vorteile|benefits|was wir (?:dir |ihnen )?bieten|das bieten wir).*|"
            r"nous (?:vous )?offrons.*|(?:nos )?avantages.*|ce que nous (?:vous )?offrons.*|(?:te |qué |"
            r"lo que )?ofrecemos.*|(?:cosa )?offriamo.*|oferecemos.*|(?:wat )?(?:wij|we) bieden.*|"
            r"wat bieden (?:wij|we).*|oferujemy.*|(?:co )?nabízíme.*|ponúkame.*|vi erbjuder.*|"
            r"vi tilbyder.*|vi tilbyr.*",
        ),
    ),
    (
        Section.TERMS,
        (
            r"(?:how|where|when|ready) to apply.*|apply(?: now| here| today| online| by| for this.*)?|"
            r"to apply.*|(?:the |our )?(?:application|interview|selection|hiring|"
            r"recruitment)(?: and (?:interview|selection))?(?: process| procedure| instructions| details|"
            r" information| timeline| deadline| steps?)?s?|next steps?|what happens next.*|(?:closing|"
            r"interview|start) dates?|deadline|contact(?: us| details| information| person)?|interested|"
            r"(?:for )?(?:further|more) (?:information|details).*|informal (?:enquiries|discussion).*|"
            r"share this job|similar jobs|related jobs|people also viewed|referrals?|get in touch|"
            r"key dates|timeline",
            r"(?:additional|other|further|important|supplementary|general)? ?(?:information|info|notes?|"
            r"details|requirements? and notes)|please note.*|(?:special |additional |working |"
            r"other )?(?:conditions?|terms)(?: of (?:employment|service|work))?(?: and .*)?|"
            r"terms and conditions|working (?:hours|pattern|environment|arrangements|time)|"
            r"work (?:environment|schedule|hours|location|authorization|arrangements)|hours(?: of work|"
            r" and pay| & pay)?|(?:the )?shifts?(?: patterns?)?|schedule|contract(?: type| details)?|"
            r"employment type|job type|(?:pre-employment|background) checks?|right to work|visa.*|"
            r"sponsorship|travel|location|where|where you'll work|hybrid working|fine print|the details|"
            r"details|job details|key (?:facts|details|information)|at a glance|vital statistics|"
            r"essential information",
            r"bewerbung.*|so bewerben sie sich.*|kontakt|ihr kontakt.*|comment postuler.*|pour postuler.*|"
            r"cómo (?:aplicar|inscribirse).*|solliciteren.*|jak aplikować.*|kontakt.*|come candidarsi.*|"
            r"candidatura.*",
        ),
    ),
    (
        Section.DUTY,
        (
            r"(?:you|you'll|you will|the (?:successful )?candidate will|candidates? will)(?: mainly|"
            r" primarily| also)*(?: be)? (?:responsible|accountable|working|doing|leading|owning|managing|"
            r"in charge|expected|tasked|involved)\b.{0,30}",
        ),
    ),
    (
        Section.MUST,
        (
            _ADJ + r"(?:requirements?|qualifications?|skills?|experience|experiences|criteria|competenc(?:ies|e|y|"
            r"es)|attributes?|abilities|education|knowledge|expertise|credentials|certifications?|"
            r"certificates?|licen[cs]es?|qualities|essentials?|prerequisites?|must[- ]haves?|background|"
            r"demands|languages?|aptitudes?|capabilities|strengths|profile|traits|behaviours?|tech stack|"
            r"stack)"
            r"(?:(?:,| and| &| ?/|, and| or| \+)? (?:the )?(?:key |personal |essential |relevant |"
            r"professional |required |previous |work |technical |other )?(?:requirements?|qualifications?|"
            r"skills?|experience|criteria|competenc(?:ies|e|y|es)|attributes?|abilities|education|"
            r"knowledge|expertise|certifications?|certificates?|licen[cs]es?|qualities|training|aptitudes?|"
            r"background|attitude|behaviours?|values|required|needed|desired|essential|sought|checks|"
            r"languages?|desirable))*"
            r"(?: (?:for (?:the|this) (?:role|job|position|post)|you(?:'ll| will)? (?:need|bring|have|"
            r"must have|should have)|we(?:'re| are) (?:looking for|after|seeking)|we (?:need|require|"
            r"look for|expect)|to (?:succeed|be successful)|of the (?:role|job|ideal candidate)|include|"
            r"are|that (?:matter|count).*))?(?:\s*\(.{0,40}\))?",
            r"what (?:we )?(?:ask|asks)(?: (?:for|of).{0,20})?|what matters(?: to us| here)?|what counts|"
            r"(?:please|must|should) have|we ask.{0,20}|must[- ]haves?(?: skills| requirements|"
            r" qualifications| experience)?|(?:absolute |our |the )?musts?|you must(?: have| be)?.{0,20}|"
            r"non-negotiables?|essential(?:ly)?(?: (?:for the role|to have|you.*))?|required|mandatory|"
            r"minimum|(?:we )?require[sd]?|requires?|the essentials",
            r"(?:your|the|candidate|ideal|required|desired|wanted|our ideal) (?:profile|background|skills?|"
            r"experience|skill ?set|toolkit|qualifications|strengths|candidate|person|applicant|fit|"
            r"talents?|expertise).*",
            r"(?:about|more about) (?:you|the candidate|the person|your .*)|a (?:bit|little) about you|"
            r"who (?:are )?you(?: are)?|who you(?:'ll be| will be|'ll need to be).*|who we(?:'re|"
            r" are) (?:looking for|after|seeking).*|who(?: (?:are we|we are) looking for|'s right for.*|"
            r" should apply.*| will thrive.*| we want| we need| is this for.*)|is this you|"
            r"are you (?:the one|right|our|a good fit|who|someone).*|could this be you|"
            r"(?:does )?this sounds? like you|sound like you|you",
            r"(?:person|employee|candidate|personnel) (?:specification|spec|profile|requirements?)|"
            r"the (?:person|candidate|ideal person)",
            r"what (?:will )?(?:you|you'll|you will|you'd|you would|do you|we|we're|we are|are we|"
            r"makes? you|it|it'll|makes you|we'd|you should|will you|we'll|"
            r"our ideal.*)(?: also)? ?(?:(?:like|want|would like|love) )?(?:need|have|bring|know|"
            r"looking for|look for|expect|require|after|seeking|takes?|take to succeed|a great fit|"
            r"bring to (?:the )?.*|offer us|see|you|already have|great|value|successful|must have).*",
            r"(?:what|who) (?:we|we're|we are|you|you'll) (?:look|looking|need|bring|have|require|want|"
            r"expect|seek|seeking).*",
            r"(?:we(?:'re| are| will be)? |i'm |we'd love to (?:hear|talk|meet).*)?(?:looking for|seeking|"
            r"need|ideally looking for)(?: (?:someone|people|a person|an individual|candidates|somebody|"
            r"you|from you)?.{0,40})?",
            r"(?:we(?:'re| are) )?(?:looking for )?(?:someone|people|candidates|somebody) (?:who|with|that).{0,30}",
            rf"{_Y}(?: (?:must|should|may|will|need to|ideally|also))? ?(?:have|has|are|is|be|need|needs|"
            rf"bring|possess|hold|know|love|can|likely have|thrive|enjoy|fit|demonstrate|should|must|show|"
            rf"want|excel)(?: (?:a|an|the|in|to|if|be|have|bring|show|demonstrate|had|got|most|all|"
            rf"some)?.{{0,30}})?",
            r"(?:you(?:'re|'ve| might be| may be|'d be) )?(?:a (?:good|great|perfect|strong|right) (?:fit|"
            r"match|candidate)|the right (?:fit|person)|right for (?:this|the).*|got).{0,30}",
            r"(?:to (?:be successful|succeed|thrive|excel|do (?:this|the|well)|apply you.*|be considered.*|"
            r"qualify|join us.*|land.*|get.*)|for this (?:role|position|job|post),? ?(?:you.*|we.*)?|"
            r"success in this role|in order to.*).{0,60}",
            r"minimum (?:requirements?|qualifications?|education|experience|criteria).*|(?:eligibility|"
            r"entry)(?: (?:requirements|criteria))?|we expect.*|we(?:'d| would) (?:love|like) (?:you to|"
            r"to see|to hear from you if).*|we want(?: you)?.{0,20}|we need(?: you)?.{0,30}|things (?:you|"
            r"we) .*need.*|experience (?:needed|required|we.{0,30})|ability to|able to|the ability to|"
            r"qualities we.*|need to have.*|your (?:qualities|tools|tool ?kit)",
            r"(?:physical|health and safety|mental|sensory)(?: and (?:mental|sensory|"
            r"environmental))? (?:demands|requirements|abilities|effort).*",
            r"(?:ihr|dein|das|unser|gesuchtes|anforderungs)?-? ?(?:profil|anforderungen|"
            r"qualifikation(?:en)?|kenntnisse|voraussetzungen|anforderungsprofil)(?: .*)?|"
            r"das (?:bringst du|bringen sie|solltest du|zeichnet).*|was (?:du|sie) mitbring.*|(?:dein|"
            r"ihr) hintergrund|wir (?:erwarten|suchen).*|(?:votre |le )?profil(?: recherché|"
            r" du candidat)?.*|(?:compétences|qualifications|exigences|formation)(?: .*)?|(?:requisitos|"
            r"perfil|requerimientos|se requiere|buscamos|necesitamos|qué buscamos)(?: .*)?|(?:requisiti|"
            r"profilo|il candidato|competenze|cosa cerchiamo)(?: .*)?|(?:requisitos|perfil|"
            r"qualificações)(?: .*)?|(?:functie-?eisen|wat vragen (?:wij|we)|(?:wij|we) vragen|"
            r"jouw profiel|profiel|wie ben jij|wat (?:breng|neem) (?:je|jij) mee|dit (?:breng|ben) (?:je|"
            r"jij)).*|(?:wymagania|nasze wymagania|oczekujemy|czego oczekujemy|kwalifikacje|"
            r"profil kandydata)(?: .*)?|(?:požadujeme|požadavky|očekáváme|co (?:od tebe |"
            r"od vás )?(?:očekáváme|požadujeme)|jaké? (?:znalosti|zkušenosti)|vaše kvalifikace|"
            r"znalosti)(?: .*)?|(?:požiadavky|vyžadujeme)(?: .*)?|(?:kvalifikationer|krav|din profil|"
            r"vi söker|vem är du)(?: .*)?|(?:kvalifikasjoner|din baggrund|om dig|om deg)(?: .*)?",
        ),
    ),
    (
        Section.DUTY,
        (
            _ADJ + r"(?:responsibilit(?:ies|y)|dut(?:ies|y)|accountabilit(?:ies|y)|tasks?|activities|functions?|"
            r"deliverables|objectives|job functions?|role functions?|work|areas of (?:responsibility|focus|"
            r"work)|result areas|assignments|outcomes|purposes?|elements)(?:(?:,| and| &|"
            r" ?/)? (?:the )?(?:key |main |daily )?(?:responsibilit(?:ies|y)|dut(?:ies|y)|"
            r"accountabilit(?:ies|y)|tasks|activities|functions|deliverables|expectations|objectives|"
            r"outcomes))*(?: (?:of|for|in) (?:the|this) (?:role|job|post|position)| include| will include|"
            r" are| may include| will be)?(?:\s*\(.{0,40}\))?",
            r"(?:so,? )?what (?:the|this) (?:job|role|work|position|post) "
            r"(?:is|involves?|entails?|looks like|includes?).*|"
            r"(?:so,? )?(?:what|how) (?:will )?(?:you|you'll|you will|the job|will you|the role|you'd|"
            r"you would|you can expect to|you are going to|you're going to|your day|does? (?:the|"
            r"this) (?:role|job)|we need you to|i'll|a day)(?: (?:be|is|will be|look|would be|involves?|"
            r"involve|entails?|actually|also|get to|mostly|spend))* ?(?:do|doing|done|contribute|"
            r"accomplish|own|working on|work on|achieve|deliver|build|make an impact|spend your (?:time|"
            r"days?)|responsible for|make a difference|tackle|lead|like|involves?|impact|learn|help|"
            r"look like|create|focus on|have an impact).*",
            r"(?:in|as part of|within|with) (?:this|the|your|our) (?:role|position|job|post|new role|"
            r"capacity|opportunity|team)(?:,)?(?: (?:you(?:'ll| will)?|as .{0,30}|we.{0,20}).{0,60})?|"
            r"as (?:a|an|our|the) .{3,50}?,? (?:you(?:'ll| will)).{0,40}|you(?:'ll| will)(?: also| be|"
            r" get to| mainly| primarily)*(?: (?:do|doing|responsible for|working on|be|own|help us|"
            r"have the opportunity to|spend|include))?.{0,25}",
            r"(?:a |your )?(?:typical |average )?(?:day|week)(?:[- ]to[- ](?:day|"
            r"week))?(?: in the life(?: of.*)?|s? (?:will )?(?:look|include|involve)s?.*| at .*| with .*)?|"
            r"day[- ]to[- ]day.*|(?:on )?a (?:typical|normal) (?:day|week|shift).*|your (?:day|days|"
            r"mission|impact|tasks|role|job|challenge|work|main.*|contribution|focus|first .*|new role|"
            r"area of .*|week|future .*)(?: .{0,40})?|(?:the |our )?(?:mission|challenge|opportunity|"
            r"impact you.*)(?: (?:for you|of the role))?",
            r"(?:the )?(?:role|job|position|post) (?:responsibilities|duties|involves?|entails?|includes?|"
            r"will involve|will include|requires you to)(?: .{0,20})?|scope of (?:work|the role|role)|"
            r"how you(?:'ll| will) (?:make|contribute|help|spend|add|succeed).*|where you(?:'ll|"
            r" will) (?:make|add|help).*|you(?:'ll| will)? (?:own|lead|do)|responsible for|what (?:success|"
            r"good) (?:will )?looks? like.*|success (?:will )?looks? like.*|duties will include.*|"
            r"we'll (?:trust|ask|need|want) you to.*|things you(?:'ll| will) do.*|"
            r"(?:the )?(?:main )?(?:purpose|aims?|objectives?)(?: of (?:the|this) (?:role|job|post|"
            r"position))?",
            r"(?:ihre|deine|die|das sind deine|zu ihren)? ?(?:aufgaben|tätigkeiten|aufgabengebiet|"
            r"verantwortung)(?: .*)?|das (?:erwartet|machst) (?:sie|dich|du)(?! bei uns).*|was (?:dich|"
            r"sie) erwartet.*|dein job.*|(?:vos |les |tes )?(?:missions?|responsabilités|tâches)(?: .*)?|"
            r"(?:le|votre|ton) (?:poste|rôle)|(?:tus? |las |principales )?(?:funciones|responsabilidades|"
            r"tareas)(?: .*)?|(?:le )?(?:mansioni|responsabilità|attività|cosa farai)(?: .*)?|"
            r"(?:responsabilidades|funções|atividades)(?: .*)?|(?:jouw |de )?(?:taken|werkzaamheden|"
            r"functieomschrijving|wat ga je doen|dit ga je doen|verantwoordelijkheden)(?: .*)?|(?:twoje |"
            r"zakres )?(?:obowiązk(?:i|ów)|zadania)(?: .*)?|(?:náplň práce|co budete dělat|co bude vaší|"
            r"vaše úkoly|pracovní náplň|co tě čeká|co vás čeká)(?: .*)?|náplň práce.*|"
            r"(?:dina )?arbetsuppgifter.*|(?:dine )?(?:arbejdsopgaver|arbeidsoppgaver|oppgaver).*",
        ),
    ),
    (
        Section.ROLE,
        (
            r"(?:about|more about|overview of|summary of|introduction to) (?:the|this|your) (?:role|job|"
            r"position|opportunity|post|vacancy|internship|apprenticeship|work|new role)|(?:the|this|"
            r"your) (?:role|job|position|post|opportunity|vacancy|internship|apprenticeship)|(?:role|job|"
            r"position|post|vacancy)(?: (?:overview|summary|description|purpose|profile|details|brief|"
            r"title|information))?|overview|summary|description|full (?:job )?description|(?:job|role|"
            r"position) purpose|purpose|introduction|profile summary|brief|what is (?:the|this) (?:role|"
            r"job).*|job description.*|the brief|general (?:summary|description|purpose)|(?:position|job|"
            r"role) (?:statement|objective)",
            r"stellenbeschreibung|description du poste|descripción(?: del puesto)?|descrizione|functie|"
            r"opis stanowiska|popis (?:práce|pozice)|beskrivning",
        ),
    ),
    (
        Section.ABOUT,
        (
            r"(?:about|who(?: are)?|meet|introducing|more about|a (?:bit|little) about|get to know|"
            r"welcome to|life at|working (?:at|with|for)|our story at)(?: (?!you\b|the (?:role|job|"
            r"position|candidate|person)|this|your).{1,50})",
            r"who (?:we|are we|is).{0,30}|we are.{0,30}|our (?:company|values?|culture|mission|story|"
            r"vision|team|people|client|commitment|history|school|trust|practice|hospital|purpose|"
            r"customers|product|ethos|clients|approach|world|business|site|brand|promise|organisation|"
            r"organization|restaurant|hotel|farm|bakery|studio|workshop|garage|nursery)(?: .{0,30})?|"
            r"(?:the |your )?(?:company|team|client|organisation|organization|business|firm|employer|"
            r"school|department|practice|hospital|charity|kitchen|project|product|site|workshop|"
            r"place)(?: (?:overview|description|profile|information|background|culture|introduction|"
            r"you.{0,30}))?|background|company|what we do|what we're (?:building|about)|how we work|"
            r"working (?:here|with us)|our [a-z-]+|mission|vision|values|culture(?: .*)?|company .*|"
            r"the story|where we(?:'re| are).*|the big picture",
            r"(?:über|wir sind|unser unternehmen|wer wir sind).*|qui sommes-nous.*|(?:à propos|"
            r"l'entreprise|notre entreprise).*|(?:sobre|quiénes somos|acerca de).*|(?:chi siamo|"
            r"l'azienda).*|(?:quem somos|sobre).*|over (?:ons|het bedrijf).*|wie zijn wij.*|o (?:nas|"
            r"firmie|společnosti|nás).*|kdo jsme.*|om (?:oss|os|företaget).*",
        ),
    ),
)
_COMPILED = tuple(
    (section, re.compile("|".join(f"(?:{pattern})" for pattern in patterns))) for section, patterns in _PATTERNS
)

_MARKS = re.compile(r"^[\s#*_=~>\-–—•|:.\W]+|[\s#*_=~<|:?!.…\-–—>)]+$")
_LONGEST_HEADING = 90


def bare(line: str) -> str:
    """A line without the marks that dress up a heading: `## **Essential:**` is `essential`."""
    text = line.replace("’", "'").replace("‘", "'").replace("`", "'").lower()
    opens = text.count("(") > text.count(")")
    text = _MARKS.sub("", text)
    return " ".join((text + ")" if "(" in text and ")" not in text and not opens else text).split())


# Words that open a heading as well as a whole requirement ("You will need a driving licence").
_SENTENCE = re.compile(
    r"(?:you|we|candidates?|applicants?|the (?:successful |ideal )?candidate|to be|to succeed|to excel|"
    r"looking for|seeking|someone|people|experience|"
    r"ability|able|the ability|as an?|in this|within|with|minimum|eligibility|it(?:'s| is| would)|plus|"
    r"ideally|preferably|desirable|preferred|need|your)\b"
)


# Last resort for a line that stands over a list: the words that tell what the list is.
_TELLING = (
    (
        Section.NICE,
        re.compile(
            r"\b(?:a plus|bonus|prefer\w*|desirable|nice to have|advantage\w*|optional|extra credit|would be great|"
            r"stand out)\b"
        ),
    ),
    (
        Section.OFFER,
        re.compile(
            r"\b(?:benefits?|perks?|we(?:'ll| will| can)? offer|you(?:'ll| will) (?:get|receive|enjoy)|we(?:'ll|"
            r" will)? (?:give|provide) you|in return|reasons)\b"
        ),
    ),
    (Section.TERMS, re.compile(r"\b(?:apply|application|interview|contact|please note)\b")),
    (
        Section.MUST,
        re.compile(
            r"\b(?:you(?:'ve| have|'ll have| will have| need|'ll need| should| must|'re| are| bring)|need to have|"
            r"requirements?|required|qualifications?|skills|experience|minimum|looking for|ideal candidate|"
            r"successful candidate|who (?:is|has|can|are|have)|someone)\b"
        ),
    ),
    (
        Section.DUTY,
        re.compile(
            r"\b(?:you(?:'ll| will|'d| would)|responsib\w+|duties|tasks|(?:role|job|position) (?:is|will|involves?|"
            r"includes?)|accountab\w+|expected to)\b"
        ),
    ),
)


# A line that stops in the middle of a sentence announces its end below.
_OPEN_END = re.compile(r"\b(?:have|need|are|bring|will|if|be|who|can|must|should|include|includes|involves?|for)\Z")


def classify(line: str, *, announced: bool) -> Section | None:
    """The section a heading line opens, or None when its words are no known heading. Linear in the line's length.

    `announced` says that the line ends with a colon, is marked up, or stands over a list: only then may a heading be a
    beginning of a sentence ("You will need:").
    """
    if len(line) > _LONGEST_HEADING or not line:
        return None
    text = re.sub(r"^(?:\(?\d{1,2}[.)]|[a-z][.)])\s+", "", bare(line))
    if not text:
        return None
    words = text.count(" ") + 1
    announced = announced or bool(_OPEN_END.search(text))
    if not announced and (words > 7 or (words > 4 and _SENTENCE.match(text))):
        return None
    for section, pattern in _COMPILED:
        if pattern.fullmatch(text):
            return section
    if announced and words <= 14:
        for section, pattern in _TELLING:
            if pattern.search(text):
                return section
    return None
