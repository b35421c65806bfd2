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
]);
