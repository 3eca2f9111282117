"""Word lists of the grader, for spoken and typed English of every trade: lower case, straight apostrophes."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text, separated by semicolons."""
    return tuple(text.split("; "))


FILLERS = words("um umm uh uhh uhm er erm hm hmm mm mmm ah eh")
SOFT_FILLERS: tuple[tuple[str, ...], ...] = (
    ("you", "know"),
    ("i", "mean"),
    ("sort", "of"),
    ("kind", "of"),
    ("basically",),
    ("literally",),
    ("obviously",),
)
# "what kind of", "this sort of": the words mean something there.
KEEPS_KIND_OF = words("what this that some any one the a each every which different same")

CONTRACTIONS = {
    "i'm": "i am", "im": "i am", "i've": "i have", "ive": "i have", "i'd": "i would", "i'll": "i will",
    "we're": "we are", "we've": "we have", "we'd": "we would", "we'll": "we will",
    "you're": "you are", "you've": "you have", "you'd": "you would", "you'll": "you will",
    "they're": "they are", "they've": "they have", "they'd": "they would", "they'll": "they will",
    "he's": "he is", "he'd": "he would", "he'll": "he will", "she's": "she is", "she'd": "she would",
    "she'll": "she will", "it's": "it is", "it'd": "it would", "it'll": "it will", "that's": "that is",
    "thats": "that is", "there's": "there is", "theres": "there is", "what's": "what is", "who's": "who is",
    "let's": "let us", "here's": "here is", "where's": "where is", "how's": "how is",
    "don't": "do not", "dont": "do not", "doesn't": "does not", "doesnt": "does not", "didn't": "did not",
    "didnt": "did not", "can't": "can not", "cant": "can not", "cannot": "can not", "couldn't": "could not",
    "couldnt": "could not", "won't": "will not", "wont": "will not", "wouldn't": "would not",
    "wouldnt": "would not", "shouldn't": "should not", "shouldnt": "should not", "isn't": "is not",
    "isnt": "is not", "aren't": "are not", "arent": "are not", "wasn't": "was not", "wasnt": "was not",
    "weren't": "were not", "werent": "were not", "haven't": "have not", "havent": "have not",
    "hasn't": "has not", "hasnt": "has not", "hadn't": "had not", "hadnt": "had not", "ain't": "is not",
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "cos": "because", "'cause": "because",
    "cause'": "because", "'cos": "because", "ok": "okay",
}  # fmt: skip

# One token for every third person, so that swapping a pronoun changes nothing.
PRONOUNS = {
    "he": "they", "she": "they", "they": "they",
    "him": "them", "her": "them", "his": "them", "hers": "them", "them": "them", "their": "them", "theirs": "them",
    "himself": "themselves", "herself": "themselves", "themself": "themselves", "themselves": "themselves",
}  # fmt: skip
AGREEMENT = {"is": "are", "was": "were", "has": "have", "does": "do"}
NEUTRAL = {
    "man": "person", "woman": "person", "men": "people", "women": "people", "male": "person", "female": "person",
    "guy": "person", "guys": "people", "girl": "child", "girls": "children", "boy": "child", "boys": "children",
    "lady": "person", "ladies": "people", "gentleman": "person", "gentlemen": "people", "sir": "person",
    "madam": "person", "ma'am": "person", "mother": "parent", "father": "parent", "mum": "parent", "mom": "parent",
    "dad": "parent", "mothers": "parents", "fathers": "parents", "mums": "parents", "moms": "parents",
    "dads": "parents", "husband": "partner", "wife": "partner", "boyfriend": "partner", "girlfriend": "partner",
    "son": "child", "daughter": "child", "sons": "children", "daughters": "children", "brother": "sibling",
    "sister": "sibling", "brothers": "siblings", "sisters": "siblings", "grandmother": "grandparent",
    "grandfather": "grandparent", "grandma": "grandparent", "grandpa": "grandparent", "aunt": "relative",
    "uncle": "relative", "nephew": "relative", "niece": "relative", "waitress": "waiter", "waitresses": "waiters",
    "actress": "actor", "hostess": "host", "stewardess": "steward", "businesswoman": "businessperson",
    "businessman": "businessperson", "salesman": "salesperson", "saleswoman": "salesperson",
    "chairman": "chair", "chairwoman": "chair", "policeman": "officer", "policewoman": "officer",
    "fireman": "firefighter", "spokesman": "spokesperson", "spokeswoman": "spokesperson",
    "manageress": "manager", "headmaster": "head", "headmistress": "head", "landlady": "landlord",
    "widow": "widower", "bride": "spouse", "groom": "spouse",
}  # fmt: skip
TITLES = words("mr mrs ms miss mister mx dr prof professor")
SCHOOL_WORDS = words("university universities college colleges school polytechnic institute academy gymnasium")
SCHOOL_MODIFIERS = words("state community technical high grammar secondary public private city national royal local")
SCHOOL_NAMES = words(
    "harvard yale princeton stanford oxford cambridge mit eton berkeley columbia cornell ucla caltech eth insead lse "
    "ucl sorbonne heidelberg howard spelman morehouse rutgers purdue nyu dartmouth vassar tsinghua"
)

# First and family names of many languages. Those that are also ordinary words count only when capitalised.
NAMES = words(
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony donald "
    "steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary "
    "nicholas "
    "eric jonathan stephen larry justin scott brandon benjamin samuel gregory greg alexander patrick dennis "
    "jerry tyler "
    "aaron jose henry adam douglas nathan peter zachary kyle walter harold jeremy ethan carl keith roger gerald "
    "christian terry sean arthur austin noah lawrence jesse joe bryan billy jordan albert dylan bruce gabriel "
    "alan juan logan wayne ralph roy eugene randy vincent russell louis bobby philip johnny mary patricia jennifer "
    "linda elizabeth barbara susan jessica sarah sara karen nancy lisa betty margaret sandra ashley kimberly "
    "emily donna "
    "michelle carol amanda melissa deborah stephanie rebecca laura helen sharon cynthia kathleen amy angela "
    "shirley anna "
    "brenda pamela emma nicole samantha katherine catherine christine debra rachel carolyn janet maria heather diane "
    "olivia julie joyce victoria kelly christina lauren joan evelyn judith megan andrea cheryl hannah jacqueline "
    "martha "
    "gloria teresa ann anne madison frances kathryn janice jean alice abigail sophia sophie judy isabella "
    "julia denise marilyn danielle beverly charlotte natalie theresa diana brittany kayla alexis lori mia chloe zoe "
    "lakisha jamal tyrone ebony keisha latoya kareem rasheed tremayne aisha hakim leroy darnell jermaine latonya "
    "tanisha "
    "ahmed mohammed muhammad mohamed ali omar hassan hussein fatima khadija yusuf ibrahim layla zainab abdul "
    "abdullah "
    "mustafa mehmet ayse elif emre ravi priya anjali rahul arjun amit sunita deepak lakshmi sanjay vijay neha pooja "
    "wei mei ling jing xiu chen wang zhang liu yang huang zhao wu zhou hiroshi yuki haruto sakura kenji takeshi "
    "akira "
    "minjun jisoo kim park nguyen tran linh minh thuy carlos luis miguel javier diego pablo sofia lucia carmen elena "
    "alejandro fernando rosa ana garcia rodriguez martinez hernandez lopez gonzalez gonzales perez sanchez "
    "ramirez torres "
    "silva santos oliveira souza joao pedro ivan dmitri sergei olga natasha svetlana tatiana vladimir boris "
    "anastasia "
    "piotr krzysztof agnieszka katarzyna malgorzata tomasz zbigniew jan pavel petr jana hans klaus jurgen "
    "wolfgang greta "
    "heike ingrid lars sven bjorn astrid nils giulia marco giovanni luca francesca matteo chiara pierre jacques "
    "marie claire francois antoine amelie chidi ngozi emeka amara kwame kofi ama adwoa tunde folake oluwaseun thabo "
    "sipho nomsa zanele smith johnson williams jones davis miller wilson moore anderson jackson harris "
    "thompson robinson lewis walker hall allen hernandez wright hill okafor okonkwo adeyemi mensah patel singh "
    "kumar sharma gupta khan ahmad kowalski nowak novak schmidt muller mueller schneider fischer weber meyer "
    "wagner becker "
    "hoffmann dubois martin bernard petit moreau rossi russo ferrari bianchi romano tanaka suzuki sato yamamoto "
    "lee liam "
    "aidan declan siobhan niamh ciaran connor fiona ewan callum angus rhys gareth megan bethany leanne gemma tracy "
    "darren craig stuart graham nigel trevor simon ian neil dave mike steve chris matt dan tom tim ben sam alex andy "
    "tony jim bob rick ken ron jeff josh nick kate katie liz beth jen jenny sue meg abby lucy ellie robin oscar "
    "leo max"
)
# The ones above that are everyday words or job words in lower case.
NAMES_ALSO_WORDS = words(
    "jean robin park hall hill max hall walker moore miller becker weber christian austin madison jordan dan "
    "ling mei "
    "ben jan ana ama wright lee kim sue sam meg scott terry gary randy martin rosa max carol heather joyce wang minh "
    "elena will mark grace rose may june bill frank art jack hope faith joy dawn summer crystal amber ruby pat "
    "rob drew "
    "chase grant miles dean guy ray lily daisy ivy violet holly iris olive pearl gene dale cliff glen page reed "
    "brooks "
    "long young king knight baker cook carter mason cooper fisher hunter taylor turner potter brown white green "
    "black "
    "wood woods field banks bush marsh lane price bell rich sterling ford case"
)

FUNCTION_WORDS = words(
    "i me my mine myself we us our ours ourselves you your yours they them their themselves it its itself this "
    "that these "
    "those who whom whose which what a an the am is are was were be been being have has had having do does did "
    "doing done "
    "will would shall should can could may might must not no nor and or but if then else because so as until "
    "while of at "
    "by for with about against between into through during before after above below to from up down in out on "
    "off over "
    "under again further once here there when where why how all any both each few more most other some such only "
    "own same "
    "than too very just also still even now ever never always yet already though although since whether however "
    "around "
    "within without upon toward towards along across behind beside besides among per via like really quite "
    "almost much "
    "many lot got get went go going came come made make said say let well yes yeah okay actually maybe perhaps "
    "someone "
    "something anything nothing everything everyone everybody anyone nobody somebody one several"
)
# Joining words alone do not make a list of keywords a sentence.
LIST_JOINERS = words("and or plus also")

NUMBER_WORDS = words(
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million "
    "millions "
    "billion dozen dozens"
)
QUANTITY_WORDS = words("half halved doubled tripled quadrupled twice percent percentage zero quarter third fifth tenth")
UNITS = words(
    "percent euro euros dollar dollars pound pounds cent hour hours minute minutes second seconds day days week "
    "weeks "
    "month months year years people customers patients guests pupils students calls orders units pieces parts points "
    "metres meters miles kilometres kilos tonnes tons litres degrees stars times cases tickets users"
)

PAST_IRREGULAR = words(
    "went came saw took gave made got found told said asked put set cut ran began wrote spoke broke chose drove "
    "fell felt "
    "held kept knew led left lost met paid read rode rose sat sold sent showed shut slept spent stood taught "
    "thought threw "
    "understood woke won wore built bought brought caught dealt did drew drank ate fed fought flew forgot "
    "forgave froze "
    "grew hid hit hung hurt laid lent let lit meant overcame rang sank sang sought shook shot slid sought split "
    "spread "
    "stole stuck struck swept swore swung tore undertook withdrew wound learnt learned burnt dreamt spelt spilt "
    "rebuilt "
    "redid rewrote reran reset redrew oversaw outgrew upset bent bound bred dug fled ground knelt overtook rethought "
    "retook rolled strode sprang stuck swam underwent welded wove became had was were rebooked"
)
NOT_PAST = words(
    "need feed speed breed seed weed bed red shed embed exceed proceed succeed indeed bleed shred sled hundred naked "
    "wicked sacred united limited advanced experienced skilled motivated dedicated organised organized detailed "
    "interested excited based related talented qualified supposed"
)
# Past forms that tell of a state or a thought, not of something done.
STATIVE = words(
    "was were had felt thought wanted needed knew believed liked loved hated understood seemed became meant "
    "heard saw got "
    "hoped wished remembered owned belonged existed happened stayed lived studied graduated enjoyed preferred "
    "learned learnt lost fell struggled experienced received ended woke slept forgot"
)
PASSIVE_AUX = words("was were been be being got get")
DECISION = words(
    "decided chose suggested proposed recommended insisted convinced persuaded prioritised prioritized realised "
    "realized "
    "noticed figured concluded judged weighed volunteered initiated introduced designed invented planned negotiated "
    "refused opted compared identified diagnosed spotted suspected worked"
)
REASON = _phrases(
    "because; so that; in order to; to make sure; to ensure; to find out; to see; to avoid; to prevent; to keep; "
    "that way; that is why; which meant; since; the reason; due to; so i; so we; rather than; instead of; "
    "otherwise; to show; to give; to get; to understand; to check; given that; as it; as that"
)
ROLE = _phrases(
    "i was responsible; i was in charge; i am responsible; my job; my role; my task; my part; asked me; i was "
    "asked; i was tasked; i had to; i led; i was leading; i was given; up to me; my responsibility; i was "
    "supposed; i was expected; my assignment; my duty; i was assigned; i was brought in; i was the"
)
LEARNT = _phrases(
    "i learned; i learnt; i have learned; i have learnt; taught me; lesson; looking back; next time; since then "
    "i; in hindsight; what i took; take away; takeaway; would do differently; i now; i realised that; i realized "
    "that; we learned; we learnt; now i always; from then on; now we always"
)
CHECKABLE = _phrases(
    "passed; signed; renewed; promoted; adopted; award; prize; still used; still in use; still being; in use "
    "today; review; certified; approved; published; record; never again; not had; without a single; no "
    "complaints; on time; under budget; ahead of; deadline; came back; recommended; rolled out; has run; stayed "
    "with; thanked; praised; every; graduated; offered me; inspection; audit; before the; is now; are now; not "
    "once; no more; zero; nobody; everybody; everyone; all of; none of; contract; standard; reopened; within a; "
    "the same day; the same evening; the next day; by the end; the following; not one; no further"
)
TRADE_OFF = _phrases(
    "however; on the other hand; trade off; downside; upside; depends; instead of; rather than; advantage; "
    "disadvantage; the risk; drawback; whereas; unless; in contrast; compared; the catch; at the cost; but it; "
    "but if; exception; the problem with; the price; only when; only if; too much"
)
EXAMPLE = _phrases("for example; for instance; such as; say you; in my last; in my case; once i; last year")

SEQUENCE = _phrases(
    "first; firstly; second; secondly; then; next; after that; afterwards; later; meanwhile; at first; to begin "
    "with; before that; from there; third; thirdly"
)
CAUSE = _phrases(
    "because; so that; therefore; as a result; which meant; that is why; this meant; consequently; that way; in "
    "order to; due to; so i; so we; since"
)
CONTRAST = _phrases(
    "but; however; although; instead; even though; on the other hand; despite; rather than; whereas; unless; otherwise"
)
CLOSING = _phrases(
    "in the end; finally; as a result; eventually; overall; in conclusion; to sum up; in summary; looking back; "
    "since then; what i learnt; what i learned; i learnt; i learned; that is why; ended up; in short; so that is; "
    "next time; which is why; by the end; the lesson; from then on; last of all; lastly"
)
OPENING = _phrases(
    "when i; last year; in my; at my; the main; there are; one example; a good example; for me; the most; an "
    "example; it depends; yes; i would; years ago; last; during; the first; the reason; back in; what draws; "
    "three things; two things; i want; i applied"
)

HYPOTHETICAL = words("would could should might will")
STEP_VERBS_NOT = words("say think be like love hope have prefer consider feel guess")
CHECK_WORDS = _phrases(
    "check; follow up; make sure; monitor; review; see whether; see if; afterwards; measure; confirm; report; "
    "document; write down; write it down; note; record; debrief; ask again; come back; prevent; verify; log; so "
    "it does not; in future; again"
)
ASSESS_WORDS = _phrases(
    "find out; ask; listen; look at; check; understand; assess; clarify; talk to; speak to; facts; what happened; "
    "how serious; how urgent; the cause; see what; why; risk; safe; safety; look up"
)

NO_ANSWER = _phrases(
    "i don't know; i do not know; no idea; i have no idea; pass; skip; no comment; not sure; i am not sure; no "
    "answer; can not answer; can not think of; next question; skip this; rather not; nothing comes to mind; do "
    "not have an example; do not have one; do not have any; no clue; have not had; not applicable; i would like "
    "to skip; could not tell you"
)
# Words that may surround "I don't know" without making it an answer.
NO_ANSWER_AROUND = words(
    "i do not know no idea pass skip sorry to be honest honestly really well just have a clue the answer "
    "question that this "
    "it next please can we one on for me of any about am afraid sure what say think so right now at moment maybe "
    "is what "
    "nothing comes mind example yeah okay guess would like my rather none there never had you ask else him think "
    "cannot anything tell n na nope"
)

PADDING = _phrases(
    "that is a really good question; thank you for asking me that question; thank you for having me here today; i "
    "am very happy to be here today; i am excited to talk with you about this; let me think about that for a "
    "moment; i hope that answers your question; i think i would be a great fit for this position; i am a hard "
    "working and motivated person; i always give one hundred percent in everything i do; i am very passionate "
    "about what i do; communication is very important to me; teamwork is the key to success; i am a team player "
    "and a fast learner; so yes that is about it; that is basically my answer; as i said before i really enjoy my "
    "work; i believe that every challenge is an opportunity; it was a very interesting experience overall; it is "
    "important to always stay positive; i like to think outside the box and go the extra mile; you know what i "
    "mean; there are many things one could say about this; i really value honesty and hard work; could you repeat "
    "the question; i am looking forward to hearing from you; i really appreciate the opportunity to speak with "
    "you; i take my work very seriously and try my best every day; let me tell you about that; this is something "
    "i care deeply about; it is what it is at the end of the day"
)

# Small words of other languages that are rare in English text.
FOREIGN = {
    "Spanish": words("el los las que en por para con una como pero más mas muy cuando porque mi yo está esta "
                      "este era fue "
                      "del al lo su sus también tambien ser hacer trabajo equipo nuestro todo había habia "
                      "cliente ignora"),
    "French": words("le les des est dans que pour avec une mais très tres quand parce je nous vous était etait "
                     "mon ma notre "
                     "du au sur qui pas ce cette et il elle travail équipe équipes avons ai suis été donnez toutes"),
    "German": words("der die das und ist nicht ich wir mit für fuer auf ein eine einen dem den des war habe "
                     "haben wurde bei "
                     "aber auch als wenn weil sehr mein meine unser unsere zu zum zur von dann alle gib bitte "
                     "arbeit"),
    "Italian": words("il gli che di per con una sono come ma molto quando perché perche mio mia nostro nella "
                      "della del era "
                      "anche abbiamo ho ha questo questa lavoro più piu tutto ignora tutte"),
    "Portuguese": words("que em para com uma como mas muito quando porque meu minha nosso nós nos eu não nao os "
                         "as do da dos "
                         "das foi era também tambem trabalho equipe ignore todas uma"),
    "Dutch": words("het een van ik wij niet met voor op dat die was heb hebben werd bij maar ook als omdat zeer "
                    "mijn onze naar "
                    "dan alle geef klant werk de en"),
    "Polish": words("nie jest się sie na że ze do jak ale bardzo kiedy ponieważ mój moja nasz był była byłem "
                     "byłam praca "
                     "zespół w z i oraz wszystkie"),
    "Turkish": words("ve bir bu için icin ile çok cok ben biz ama olarak gibi daha sonra benim bizim vardı "
                      "değil oldu iş"),
    "Swedish": words("och att det är som jag vi med för på en ett inte var hade men när min vår till från alla "
                      "mycket"),
}  # fmt: skip
# In the lists above and common in English as well.
NOT_TELLING = words(
    "was as me no do die man in on an i are also all for so to is de dan per ma con of war at as die mas mi"
)
