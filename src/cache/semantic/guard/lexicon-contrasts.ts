/* eslint-disable max-lines -- word lists are data */
/**
 * Words that exclude each other. A line is one contrast; its sides are parted by `|`, the words of one side
 * mean the same here. Two texts conflict when both take part in a contrast and share no side of it.
 * A word may stand in several lines. All in base form.
 */
export const CONTRASTS: readonly string[] = `
increase rise grow raise boost gain|decrease reduce decline shrink lower drop fall lose
before prior precede|after following follow
more|less fewer
most maximum max maximal|least minimum min minimal fewest
high tall upper|low short lower
big large huge great|small little tiny
long lengthy|short brief
cheap affordable inexpensive|expensive costly
fast quick rapid|slow
hot warm|cold cool
hot high|cold low
high rich|low poor
show unhide reveal|hide
ask|answer reply respond
heavy|light
hard difficult tough|easy simple
old ancient|new modern
old elderly|young
early|late
good|bad
good|terrible
best|worst
first earliest|last final latest
last previous past|next following upcoming
will shall|was were did
north northern|south southern|east eastern|west western
left|right
top|bottom
front|back rear
inside internal inner interior|outside external outer exterior
above|below beneath underneath
over|under
on|off
in|out
up|down
open|close shut
start begin launch|stop end finish quit
begin beginning|end ending
enable activate|disable deactivate
add insert append|remove delete subtract
install|uninstall
lock|unlock
encrypt|decrypt
encode|decode
compress zip|decompress unzip extract
connect|disconnect
import|export
upload|download
buy purchase|sell sale
lend|borrow
lender|borrower
buyer customer|seller vendor
employer|employee
deposit|withdraw withdrawal
credit|debit
income revenue|expense cost
profit gain|loss
asset|liability
send sender|receive receiver recipient
push|pull
win victory winner|lose loss loser
attack|defend defense
accept approve|reject decline deny refuse
allow permit|forbid ban prohibit block prevent
agree|disagree
create build|destroy delete demolish
create|delete
open|closed
live alive birth|die death dead
birth born|die death
arrive arrival|depart departure leave
enter entrance entry|exit leave
input|output
read|write
parent|child
father dad|mother mom
brother|sister
husband|wife
uncle|aunt
grandfather|grandmother
king|queen
prince|princess
man|woman
male|female
boy|girl
host|guest
doctor|nurse|patient
cause|prevent cure treat
cause|effect result consequence
cause|symptom
symptom|treatment treat cure
advantage pro benefit|disadvantage con drawback
benefit|risk danger side
strength strong|weakness weak
positive|negative
true|false
safe|dangerous unsafe
legal|illegal
public|private
rich wealthy|poor
full|empty
wet|dry
clean|dirty
hard|soft
thick|thin
wide broad|narrow
deep|shallow
dark|light bright
loud|quiet silent
odd|even
single|double|triple
single|married|divorced
present|absent
past|present|future
yesterday|today|tomorrow
morning|afternoon|evening|night
breakfast|lunch|dinner
spring|summer|autumn fall|winter
monday|tuesday|wednesday|thursday|friday|saturday|sunday
day daily|week weekly|month monthly|year yearly annual|hour hourly|decade|century
vertical|horizontal
major|minor
majority|minority
local|remote|global
static|dynamic
synchronous sync|asynchronous async
client|server
frontend|backend
row|column
upper uppercase|lower lowercase
ascend ascending|descend descending
hardware|software
add addition|subtract subtraction|multiply multiplication|divide division
plus|minus
sum|difference|product|quotient
square|cube
area|perimeter circumference|volume
diameter|radius
width|height|depth|length
mean average|median|mode|maximum|minimum
solid|liquid|gas
acid|base alkaline
melt melting|boil boiling|freeze freezing
bake|boil|fry|grill|roast|steam
red|blue|green|yellow|orange|purple|pink|brown|black|white|gray
gold|silver|bronze
mercury|venus|mars|jupiter|saturn|uranus|neptune|pluto
sun|moon
dog|cat|horse|cow|sheep|pig|goat|chicken|duck|rabbit
son|daughter
capital|population inhabitant resident|area|currency money|flag|president|anthem|gdp economy|climate weather|religion|language
capital|largest|oldest
president|minister|king|queen|mayor|governor|chancellor
city town|country nation|continent|state province|county|street address
author writer write|director direct|producer|singer sing|actor actress|composer compose|painter paint|illustrator|editor|publisher publish
invent inventor|discover discoverer
found founder establish|own owner|ceo
war|peace
army|navy
democrat|republican
birth birthday born|wedding marriage|death die funeral
breathe|eat|drink|sleep
walk|run|swim|fly|drive
train|plane|bus|car|boat|bicycle bike
tea|coffee
beef|pork|chicken|lamb
rice|pasta|bread
sugar|salt
arm|leg|head|hand|foot|heart|lung|liver|kidney|brain|stomach|eye|ear|nose
vitamin|mineral
protein|fat|carbohydrate carb
array|list|dictionary dict|tuple|string|integer int|float|set
ascii|unicode
tcp|udp
http|https
git|svn
commit|push|pull|merge|rebase|stash|checkout
html|css
json|xml|yaml|csv
mysql|postgres postgresql|sqlite|mongodb|redis
java|javascript|typescript|python|ruby|rust|golang|php|perl|swift|kotlin|scala|haskell
windows|linux|mac macos
android|ios
celsius|fahrenheit|kelvin
am|pm
cancel|renew|order|return
activate|cancel
refund|charge
login|logout
help benefit|harm hurt damage
improve better|worsen worse deteriorate
strengthen|weaken
tighten|loosen
expand widen|contract narrow
lengthen extend|shorten
heat warm|cool chill
heat|chill refrigerate
thaw defrost|freeze
inhale|exhale
inflate|deflate
inflation|deflation
attract|repel
absorb|emit release
appear|disappear vanish
ascend climb|descend
ascent|descent
assemble|disassemble dismantle
attach fasten|detach unfasten
bend|straighten
borrow|repay
breed|spay neuter
broadcast|stream
build|demolish tear
calm|agitate excite
ceiling|floor
chronic|acute
clockwise|counterclockwise anticlockwise
coarse|fine
combine mix merge join|separate split divide
common|rare uncommon
competent|incompetent
complex complicated|simple
conceal|reveal expose
confident|shy insecure
constant|variable
convex|concave
correct right|wrong incorrect
courage brave|cowardly coward
crowded busy|quiet
crispy crunchy|soggy
curly|straight
day daytime|night nighttime
debtor|creditor
deduct|add
defendant|plaintiff
demand|supply
dense|sparse
dawn sunrise|dusk sunset
diligent|lazy
dilute|concentrate
discount|surcharge markup
domestic|foreign international
domestic|wild
dominant|recessive
donor|recipient
double|halve half
drain|fill
draft|final
dry|humid moist
dull blunt|sharp
eager|reluctant
elastic|inelastic
embark board|disembark
emigrate|immigrate
emigrant|immigrant
employ hire recruit|fire dismiss sack
encourage|discourage
enemy foe|friend ally
enlarge|shrink reduce
exclude omit|include
expert professional|beginner novice amateur
explicit|implicit
exhausted tired|rested energetic
extrovert|introvert
fact|opinion myth
fail|succeed pass
failure|success
fake counterfeit|real genuine authentic
famous|unknown obscure
fiction|nonfiction
flexible|rigid stiff
float|sink
flood|drought
fold|unfold
follower|leader
forget|remember
formal|informal casual
forward|backward backwards
fresh|stale
fresh|frozen|canned
fresh|dried
freshwater|saltwater
generous|stingy
gentle|rough harsh
giant|dwarf
give|take receive
glossy|matte
guilty|innocent
happy|sad
healthy|unhealthy sick
heaven|hell
hero|villain
hilly|flat
hire|rent buy
honest|dishonest
humid|arid dry
importer|exporter
indoor indoors|outdoor outdoors
inland|coastal
insert|extract eject
interested|bored
introduction|conclusion
invest|divest
junior|senior
kind|cruel
knowledge|ignorance
landlord|tenant
laugh|cry
lead|follow
learn|teach
literal|figurative
load|unload
loose|tight
lower|raise lift
mandatory compulsory required|optional voluntary
manual|automatic automated
master|slave
mature|immature
maximize|minimize
maximise|minimise
melt|solidify
microscope|telescope
mild|severe
mild|spicy
modest|arrogant
monologue|dialogue
monarchy|republic|democracy|dictatorship
nature|nurture
natural|artificial synthetic
nearest closest|farthest furthest
native|foreign invasive
new|used secondhand
noun|verb|adjective|adverb|pronoun|preposition
numerator|denominator
obey|disobey
occupied|vacant
offense|defense
offensive|defensive
offline|online
optimist|pessimist
optimistic|pessimistic
opaque|transparent
oral|written
organic|inorganic conventional
outgoing|incoming
oversleep|wake
pack|unpack
parallel|series
parallel|perpendicular
pardon|punish
partial|total
passive|active
passenger|driver
patience|impatience
permanent|temporary
plural|singular
pole|equator
polite|rude
pollute|clean
postpone delay|advance hasten
pour|drain
praise|criticize criticise
predator|prey
prefix|suffix
pregnant|postpartum
presence|absence
primary|secondary|tertiary
prime|composite
profitable|unprofitable
progress|regress
prologue|epilogue
prosecutor|defender
protagonist|antagonist
protect|endanger
proud|ashamed
prose|poetry
pupil student|teacher instructor
question|answer
quiet|noisy
qualitative|quantitative
ram|ewe
raw|cooked
reader|writer
real|imaginary
recover|relapse
recycle|discard
reward|punishment penalty
refreeze|thaw
regular|irregular
relax|stress tense
relevant|irrelevant
remain stay|leave go
renew|expire
rent|own
reply|ignore
retail|wholesale
reward|punish
ripe|unripe
rise|set
rise|sink
rough|smooth
rural countryside|urban city
safe|risky
salty|sweet|sour|bitter
save|spend
saver|spender
scarce|abundant plentiful
scream|whisper
selfish|selfless
sew|unpick
shade|sun
shiny|dull
shrink|stretch
skinny thin slim|fat overweight
sleepy|awake
smile|frown
soak|dry
sober|drunk
solar|lunar
solo|group team
soluble|insoluble
sow plant|reap harvest
speaker|listener
speed accelerate|slow decelerate
stand|sit|lie
starboard|port
starter|dessert|main
sterile|fertile
stationary|moving
stem|root|leaf
sticky|slippery
stock|bond
straight|curved
strict|lenient
stupid|smart clever intelligent
subscribe|unsubscribe
sunny|cloudy|rainy
supplier|customer
surplus|deficit shortage
sweet|savory savoury
swell|shrink
symmetrical|asymmetrical
synonym|antonym
tame|wild
takeoff|landing
tangible|intangible
tense|relaxed
theory|practice
thicken|thin
thicker|thinner
throw|catch
tidy|messy
tie|untie
together|apart
tough|tender
traditional|modern
treble|bass
trust|distrust
truth|lie
ugly|beautiful pretty
unique|common
unify|divide
uphill|downhill
upstairs|downstairs
upstream|downstream
uptown|downtown
urgent|routine
vacation|work
valley|mountain
vegetarian vegan|carnivore meat
verbal|nonverbal
victim|perpetrator
victory|defeat
virtue|vice
visible|invisible
visitor|resident
wake|sleep
wane|wax
waterproof|permeable
wealth|poverty
weekday|weekend
windward|leeward
wise|foolish
within|beyond
wrap|unwrap
zenith|nadir
zoom|pan
abstract|concrete
accidental|deliberate intentional
accuracy|precision
adult|child kid|baby infant
advance|retreat
air|water|land
alkaline|acidic
alto|soprano|tenor
amplify|muffle
analog analogue|digital
ancestor|descendant
annual|perennial|biennial
apprentice|master
aquatic|terrestrial
archive|restore
artery|vein
asleep|awake
atheist|believer
attack|defence retreat
audio|video
bachelor bachelors|master masters|doctorate phd
back|forth
backup|restore
balcony|basement
barefoot|shod
beginner|advanced
blond blonde|brunette
bold|italic
boil|simmer
bear|bull
bearish|bullish
bride|groom
bright|dim
brave|afraid
breakfast|lunch|dinner supper
bull|cow
capitalism|socialism|communism
careful|careless
cathode|anode
cation|anion
centrifugal|centripetal
chase|flee
check|uncheck
cheerful|gloomy
chop|slice
circle|square|triangle|rectangle
civil|criminal
civilian|soldier military
clear|cloudy
clear|vague
client|vendor
clothed|naked
collapse|expand
comedy|tragedy
comfort|discomfort
compile|interpret decompile
conductor|insulator
conservative|liberal
consonant|vowel
construct|destroy demolish
consumer|producer
consume|produce
convict|acquit
cook|eat
copy|original
copy|paste|cut
cramped|spacious
crime|punishment
curable|incurable
damp|dry
dear|cheap
deciduous|evergreen
deductive|inductive
delay|rush hurry
deny|admit confirm
dependent|independent
depressed|elated
dessert|appetizer
diet|binge
diastolic|systolic
digest|ingest
direct|indirect
discourage|motivate
discrete|continuous
dividend|divisor
divorce|marry marriage wedding
downward|upward
dreary|bright
ebb|flow
edible|poisonous inedible
elect|appoint
embrace|reject
emotional|rational
employed|unemployed
endothermic|exothermic
engage|disengage
enjoy|hate dislike
love like|hate dislike
equal|unequal
evaporate|condense
evaporation|condensation
even|uneven
evil|good
exact|approximate
excited|bored calm
extend|retract
extra|missing
fade|brighten
fair|unfair
farther|nearer closer
fat|lean
fear|courage
feminine|masculine
fertilizer|pesticide|herbicide
few|many
fight|surrender
fill|empty
find|lose
finite|infinite
fix repair|break
fixed|variable
flat|steep
flat|sharp
flatten|raise
flexion|extension
floor|roof
flying|driving
foggy|clear
folk|classical|jazz|rock|pop
forbidden|allowed permitted
foreground|background
forehand|backhand
former|latter
fragile|sturdy durable
freedom|slavery
freelance|salaried
frequent|rare
frequently often|rarely seldom
frugal|lavish
full|hungry
gas|electric
gather|scatter
general|specific
generous|greedy
gigantic|tiny
goalkeeper|striker
grandson|granddaughter
graduate|undergraduate
gross|net
ground|flying
grateful|ungrateful
guilt|innocence
hairy|bald
handmade|machine
handwritten|typed printed
hardcover|paperback
hardworking|lazy
harmless|harmful
haste|delay
heir|ancestor
herbivore|carnivore|omnivore
higher|lower
highest|lowest
historic|modern
hit|miss
hollow|solid
homogeneous|heterogeneous
honesty|dishonesty
hope|despair
hopeful|hopeless
horizontal|diagonal
hot|cold|warm
humble|proud
hunger|thirst
hungry|thirsty
hypothermia|hyperthermia
hypertension|hypotension
hyperglycemia|hypoglycemia
ignite|extinguish
illness|health
immigrant|native
inbound|outbound
increase|cut
indent|outdent
individual|group team collective
individual|corporate
induce|inhibit
inferior|superior
infinite|limited
inflow|outflow
inhabit|abandon
inherit|bequeath
inhibit|promote stimulate
install|remove
intake|exhaust
intelligence|stupidity
intentional|accidental unintentional
interviewer|interviewee
inward|outward
irritate|soothe
island|mainland
join|leave
joint|individual
joy|sorrow sadness grief
keep retain|discard lose
kill|save
knit|crochet
lactic|citric
land|sea
larger bigger|smaller
largest biggest|smallest
latitude|longitude
laugh|weep
lease|buy
lease|rent
introduce adopt|abolish repeal
for|against
leasing|buying
linear|nonlinear exponential
listen|speak
literate|illiterate
live|recorded
liquid|powder
lock|open
longer|shorter
longest|shortest
loud|soft
lossy|lossless
loyal|disloyal
lucky|unlucky
mainstream|alternative
malignant|benign
mammal|reptile|bird|fish|amphibian|insect
mare|stallion
maternal|paternal
maternity|paternity
meat|fish
mend|tear
merciful|merciless
metal|plastic|wood
miniature|giant
monolingual|bilingual
monopoly|competition
moral|immoral
mortal|immortal
motion|rest
motherboard|processor
mount|dismount
mount|unmount
mute|unmute
naive|experienced
nephew|niece
neutral|charged
newest|oldest
newer|older
nocturnal|diurnal
noon midday|midnight
normal|abnormal
northeast|southwest|northwest|southeast
nominal|real
nuclear|coal|solar|wind
objective|subjective
obese|underweight
obtuse|acute
ocean|desert
older|younger
oldest|youngest newest
opponent|ally teammate
optimism|pessimism
order|chaos disorder
orderly|chaotic
organized organised|disorganized disorganised
overestimate|underestimate
overcooked|undercooked
overt|covert
overpriced|underpriced
overtime|undertime
overvalued|undervalued
overweight|underweight
oxidation|reduction
oxygen|carbon|nitrogen|hydrogen|helium
paid|free unpaid
pain|pleasure
parasite|host
partner|rival
part|whole
passenger|cargo
patient|impatient
pay|receive
peak|trough valley
peasant|noble
pedestrian|driver|cyclist
penalize|reward
perfect|imperfect flawed
personal|business professional
philanthropist|miser
photon|electron|proton|neutron
physical|mental
pilot|passenger
piston|rotary
plug|unplug
plump|slender
plus|less
poet|novelist
polar|tropical
popular|unpopular
possible|certain
postgraduate|undergraduate
pour|scoop
powerful|powerless
predecessor|successor
pregnancy|menopause
preceding previous|following next
prepaid|postpaid
presenter|audience
preserve|destroy
principal|interest
probable|improbable unlikely
likely|unlikely
proactive|reactive
productive|unproductive
progressive|regressive
promote|demote
promotion|demotion
proponent|opponent
prosperity|poverty
prove|disprove
provoke|calm
quarter|half|third
radial|axial
radius|diameter|circumference
rational|irrational
realistic|idealistic
recession|boom
receptive|expressive
recommend|discourage
reflection|refraction
relief|stress
reliable|unreliable
religious|secular
remote|office onsite
repair|replace
renter|owner
respect|contempt disrespect
rest|work
restless|calm
restrict|expand
reversible|irreversible
revolution|evolution
rhyme|rhythm
rinse|soak
rooster|hen
rookie|veteran
sacred|profane
sad|cheerful happy
salaried|hourly
sane|insane
satisfied|dissatisfied
scared|brave
school|college university
sculpture|painting
seated|standing
secure|insecure vulnerable
select|deselect
sensitive|insensitive
serious|funny
servant|master
shade|light
shop|restaurant
shout|whisper
shower|bath
shy|outgoing
sibling|cousin
silence|noise
simplify|complicate
skilled|unskilled
slower|faster
slowest|fastest
snow|rain|hail
sociable|shy
soften|harden
solvent|solute
source|destination target
stable|unstable
stage|unstage
stainless|rusty
stalactite|stalagmite
steep|gradual
stepmother|stepfather
stiff|floppy
still|sparkling
stimulate|inhibit sedate
stimulant|depressant
store|shelf
stranger|friend acquaintance
strong|mild
subtle|obvious
support|oppose
supporter|opponent
surface|underground
surrender|resist
swim|sink
tail|head
takeaway|delivery
tall|small
tax|subsidy
tense|loose
text|image
theft|robbery
thermal|electrical
thick|runny
thrifty|wasteful
top|base
toothpaste|floss
town|village
traitor|patriot
transmitter|receiver
trap|release
trivial|important
trough|crest
tropical|temperate
truth|falsehood
typical|unusual
uncle|nephew
underground|overground
unilateral|bilateral
union|confederacy
unite|divide
upgrade|downgrade
useful|useless
vacant|full
vague|precise
valuable|worthless
valid|invalid
variance|bias
vegetable|fruit
vein|nerve
verse|chorus
vertebrate|invertebrate
vertical|slanted
victor|loser
violent|peaceful
viral|bacterial|fungal
virus|bacteria bacterium
voluntary|involuntary
walker|runner
wash|dry
waste|save conserve
weaker|stronger
whole|half
wide|thin
widow|widower
willing|unwilling reluctant
wire|wireless wired
wired|wireless
wisdom|folly
witness|suspect
worker|boss manager
youth|age
`
  .trim()
  .split('\n');

/** Particles whose contrast counts only behind the same verb: "turn on" and "turn off". */
export const PARTICLES: ReadonlySet<string> = new Set([
  'on',
  'off',
  'in',
  'out',
  'up',
  'down',
  'over',
  'under',
  'for',
  'against',
]);
