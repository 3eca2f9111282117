"""Words about feelings, traits, age, gender, origin, looks, health and honesty: no described moment may have one.

Data, by what they are about. A word ending in `*` stands for all words that begin like it. Rather too many than too
few: an innocent moment that is lost costs nothing, a guess about a person that is shown costs trust. Words that a
picture often has in another sense (black, white, old, race) count only in the phrases named here.
"""

from __future__ import annotations

EMOTION = """
afraid agitat* alarm* amus* anger* angr* anguish* annoy* anticipation anxi* apath* apprehens* asham* awe awkward*
bored boredom boring* bubbly calm* cheer* comfort* compos* concerned contempt* contented* cry crying curious dejected
delight* depress* despair* desperat* disappoint* discomfort disgust* dismay* dissatisf* distraught distress* dread*
eager* ease ecsta* elat* embarrass* emotion* empath* energetic energetically engaged engagement enjoy* enthus* excit*
expression* expressive* fear* feel feeling feelings feels felt fidgety flustered fond* frighten* frustrat* furious
glad gloom* grief* grim* grin grumpy guilt* happi* happy hate* heartbroken hesitan* hesitat* hope* horrif* hostil*
hurt impatien* indifferen* insecur* interest interested intrigued irritat* jealous* jittery jolly jovial joy*
laid-back lively lonel* love* mad melanchol* merry miserable mood* nerv* nostalgi* optimis* outrag* overwhelm* pain*
panic* passion* peaceful* pensive* perplex* pessimis* playful* pleas* poise* pride proud* puzzl* rage reassur* regret*
relax* reliev* reluctan* remorse* resent* restless* sad sadder sadly sadness satisf* scared scary sentiment* serene*
serious* shame* shock* smug* sorrow* stress* sulk* surpris* sympath* tears tense tension terrif* thrilled timid* torn
troubled unamused uncertain* uncomfort* uneas* unenthus* unhapp* uninterest* unsure upbeat upset vexed wary weep*
worr*
"""

TRAIT = """
ability able-minded aggressive* agreeab* ambitio* approachab* arrogan* articulate* assertive* attentive* attitude
authentic* authoritative* bold* brave* bright-eyed brillian* capab* careless* charact* charisma* charm* clever* clumsy
cocky cold competen* conceited confiden* conscientious* cooperative courage* cowardly creative credib* credulous
cultured cynical decisive* determined diligent* disciplined disorganis* disorganiz* docile dominant domineering dull
dumb eccentric* egotis* eloquen* employab* extraver* extrover* focused foolish* frank* friend* funny gentle gifted
graceful* gullible hardworking helpful humble* humorous hypocrit* immature impolite* impulsive* inattentive*
incompeten* indecisive* intellig* introver* kind-hearted kindly kindness lacks lazy likab* likeab* loyal* mature*
meek* modest* motivated naive* narciss* neurotic* obedien* obnoxious open-minded outgoing passive* patient persona
personab* personalit* persuasive* polished polite* posh presence-of-mind pretentious professional* psychopath*
quick-witted rational* reckless* reliab* reserved resilien* respectful* rude* ruthless self-assur* self-aware*
self-centered self-centred self-conscious* self-esteem selfish* sensible sensitive* shallow shy shyly shyness sincer*
skilful* skillful* sloppy smart smarter sociab* stubborn* stupid* submissive* suitable talented temperament*
thoughtful* trait* trustworth* unconfident unfriend* unprofession* unreliab* untrustworth* vain weak-willed welcoming
well-spoken wisdom wise witty
"""

AGE = """
adolescen* aged ageing aging babies baby boomer child childish* children eighties elder* fifties forties grandfather*
grandma grandmother* grandpa infant juvenile kid kids middle-age* millennial* old-looking pension* retiree*
senior-citizen* seventies sixties teen teenage* teens thirties toddler twenties young younger youngest youngish
youngster* youth*
"""

GENDER = """
boy boyish boys effeminate female females feminin* gay gender* gentleman gentlemen girl girlish girls guy guys he her
hers herself him himself his ladies lady lesbian male males man manly masculin* men mr mrs ms non-binary nonbinary she
sir trans transgender* woman womanly women
"""

ORIGIN = """
aborigin* accent accents african* afro* american americans anglo* arab* asian* australian* bangladesh* black-skinned
brazilian* british brown-skinned buddhis* caste* catholic* caucasian* chinese christian* colombian* complexion* cuban*
dark-skinned descent dutch east-asian egyptian* english-born ethnic* european* fair-skinned filipin* foreign* french
german germans greek hebrew hijab* hindu* hispanic* immigrant* indian* indigen* indonesian* iranian* iraqi* irish
islam* israeli* italian* japanese jew jewish jews korean* latin latina* latino* latinx light-skinned mexican*
middle-eastern* migrant* mixed-race moslem* mulatto* muslim* nationalit* native nepal* niger* olive-skinned pakistan*
pale-skinned persian* portuguese protestant* racial* refugee* religio* romani russian* scottish sikh* skin skinned
spanish swedish syrian* tanned thai tribal turban* turkish ukrainian* vietnam* welsh
"""

LOOKS = """
acne attractive* bald* beard* beaut* blond* brunette chubby cute elegan* fat freckle* glamor* glamour* good-looking
goodlooking gorgeous haired hairy handsome* height homely moustache* muscular mustache* obese overweight petite plump
pretty redhead* scruffy sexy short-statured slender slim stocky stylish tattoo* thin ugly unattractive* underweight
unkempt wrinkle*
"""

HEALTH = """
addict* adhd alcohol* amput* asperger* asthma* autis* bipolar blind breathless* cancer* cerebral-palsy cough* crippl*
deaf dement* diabet* diagnos* disab* disease* disfigur* disorder* dizz* drowsy drug drugged drunk* dyslexi* dyspraxi*
eating-disorder epilep* exhaust* facial-palsy fatigue* fever* frail handicap* hangover* health* hearing-aid*
hearing-impaired hungover ill illness* impair* impediment* injur* insomni* intoxicat* lame limping lisp* medical*
medicat* mental* migraine* nausea* neuro* palsy paralys* parkinson* patholog* phobi* physically-challenged pregnan*
prosthe* psychiatr* psycho* ptsd retard* schizo* seizure* shiver* sick sickly sickness sleep-deprived sleepy sober
spasm* spastic squint* stammer* stutter* sweat* symptom* syndrome* therap* tic tics tired* tiring tourette* trauma*
trembl* tremor* twitch* unwell weak weakness wheelchair* yawn*
"""

HONESTY = """
bluff* candid candor candour cheat* conceal* credible deceit* deceiv* decept* devious dishonest* disingenu* earnest*
evasive* fabricat* fake* faking genuin* guilty-looking hiding honest* insincer* integrity liar* lied lying mislead*
moral* shifty sly sneakily sneaky suspicious* truth* untruth*
"""

PHRASES = (
    "of color",
    "of colour",
    "old age",
    "old man",
    "old person",
    "old people",
    "old speaker",
    "older adult",
    "older person",
    "older speaker",
    "older candidate",
    "year old",
    "years old",
    "years of age",
    "senior citizen",
    "black person",
    "black people",
    "black speaker",
    "black candidate",
    "white person",
    "white people",
    "white speaker",
    "white candidate",
    "brown person",
    "ill at ease",
    "skin tone",
    "body type",
    "telling the truth",
    "tells the truth",
    "not telling",
    "lies about",
    "is lying",
    "good mood",
    "bad mood",
)

BY_SUBJECT = {
    "emotion": EMOTION,
    "trait": TRAIT,
    "age": AGE,
    "gender": GENDER,
    "origin": ORIGIN,
    "looks": LOOKS,
    "health": HEALTH,
    "honesty": HONESTY,
}
