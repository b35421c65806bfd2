/* eslint-disable max-lines -- word lists are data */
/** Words that say the same in a question. One group a line, base forms; a word may stand in several. */
export const SYNONYMS: readonly string[] = `
last latest recent
undo revert reverse rollback
integer int
dictionary dict
string str text
boolean bool
javascript js
typescript ts
database db
repository repo
application app program software
configuration config settings setting
environment env
kubernetes k8s
postgres postgresql
execute run launch start perform
employ use utilize utilise
furnish provide offer supply give
aim goal purpose objective
summarize summarise summary outline
construct build create erect make
generate create produce make
enable allow let permit
retrieve get obtain fetch access
indicate show denote signify
comprise consist include contain
demonstrate show
examine check inspect
verify check confirm validate
search look find locate seek
discard throw dispose
gather collect
teach learn train
quit stop leave exit
exit close quit leave
assemble build
attach connect join
permit license
photo photograph picture
guess estimate
handle manage deal
occur happen
own possess
pick select choose
speed fast velocity
reply respond answer
request ask
require need demand
shrink reduce
trip journey travel tour
vacation holiday
wage salary pay
wealthy rich
instruct teach
weapon arm
scared afraid
tired exhausted
shut close
ill sick
gift present
story tale
town city
ship boat vessel
film movie
lift elevator
flat apartment
autumn fall
cookie biscuit
petrol gasoline gas fuel
spouse partner
author writer
pupil student
aid help
main primary principal chief
main mainly mostly
close near
voting vote
big large huge size
small little tiny
tall high height
long length
old age
far distance
wide width
deep depth
heavy weight weigh
fast quick rapid speed quickly
hot temperature heat
temperature degree point
expensive cost price costly much
cost price charge fee pay
cheap inexpensive affordable
begin start commence
end finish stop conclude
buy purchase
sell sale
fix repair solve resolve troubleshoot mend
build construct
make create produce manufacture generate build maker manufacturer
create develop design make found
developer creator maker
write author compose writer pen
sing perform singer performer artist record
invent inventor create creator
discover discovery find
found establish start founder
own owner belong
lead leader head
direct director
marry wife husband spouse marriage
die death pass dead
birth born birthplace birthday
live reside resident inhabitant population living
job profession occupation career work
religion faith belief follow believe
nationality citizen citizenship country
native mother
language speak tongue
speak talk say
headquarters headquartered office base hq
movie film
song track tune
picture image photo photograph
tv television
phone telephone cellphone mobile smartphone
car automobile vehicle
bike bicycle
airplane plane aircraft
sickness illness disease
doctor physician
medicine medication drug
symptom sign indication
cure treat treatment remedy therapy
kid child
baby infant
lawyer attorney
store shop
house home
road street
trash garbage rubbish
money currency cash
happy glad
sad unhappy
smart intelligent clever
important significant vital
difference differ different distinguish contrast compare distinction comparison
similar alike same
change modify alter edit update
remove delete erase eliminate rid
add append include insert
get obtain receive acquire fetch retrieve
show display
choose select pick
use utilize employ
need require necessary requirement must
allow permit let enable
help assist aid support
stop prevent avoid
increase grow rise boost raise improve
decrease reduce lower decline cut
improve better enhance boost
break damage
combine merge join concatenate
split separate divide
convert change transform turn translate
compute calculate determine
function purpose role job work
purpose goal aim reason use
meaning mean definition define
method function
folder directory
file document
list array
string text
error bug issue problem exception
install setup
delete drop
reverse invert backwards
sort order arrange
size length big
connect link
web internet online
website site
password passcode
account profile
photo picture
cook prepare make
boil boiling
freeze freezing
melt melting
ingredient recipe
food meal dish
drink beverage
sleep asleep
exercise workout
lose reduce
weight fat
university college
student pupil
school education
teach teacher instructor
war conflict
battle fight
win victory winner champion
king ruler monarch
president leader
earth world planet globe
ocean sea
river stream
mountain peak
sky heaven
rain rainfall precipitation
weather climate
sun solar sunlight
moon lunar
star stellar
space universe
human person people man
animal creature
plant vegetation
part component piece consist
contain include have
amount quantity number
rule law
law legislation
way method
begin origin
origin originate come original originally source
capital city
reason cause why
result effect outcome consequence
affect effect influence impact
danger risk hazard dangerous
benefit advantage
drawback disadvantage con
pro advantage
colour color hue
near close nearby
many number count
often frequency frequently
first earliest
last final
build erect
arrive reach
leave depart
wed marry
funny humorous
beautiful pretty
hard difficult tough
easy simple
appear look seem
shape form
job task
wash clean
tire tyre
pan skillet
football soccer
usa america american
uk britain british
card visa
sign symptom
sum add total
area surface
count number
belong locate
duration long length last
area large size big
role job function part duty responsible responsibility
prohibit ban forbid outlaw
test check examine
steer turn
typeface font
equipment gear
boxer boxing
orbit round circle
eat feed diet food
flavor taste
office workplace work job
capital capitalize capitalise
tax taxation
flight fly
risk likely probability
risk risky dangerous
harvest yield
heartbeat heart beat
banknote note bill
symbol sign
divisible divide
locomotive engine
cyclist rider biker
manufacturer maker producer
legal law legally lawful
thick diameter
property characteristic feature trait attribute
appearance look
mistake error
topic subject theme
buy get
skill ability
rank ranking
dangerous harmful
quality good
aquarium tank
journey voyage
hobby pastime
shoe footwear
clothes clothing garment
money cash
gym fitness
stone rock
lifetime lifespan last long
hold fit capacity contain
`
  .trim()
  .split('\n');

/** A country, its language or people. Interchangeable in a question ("France's capital", "the French capital"). */
export const DEMONYMS: readonly string[] = `
argentina argentine argentinian|australia australian|austria austrian|belgium belgian|brazil brazilian
britain british|bulgaria bulgarian|cambodia cambodian|canada canadian|chile chilean|china chinese
colombia colombian|croatia croatian|cuba cuban|czechia czech|denmark danish dane|egypt egyptian
england english|ethiopia ethiopian|europe european|finland finnish|france french|germany german|ghana ghanaian
greece greek|hungary hungarian|iceland icelandic|india indian|indonesia indonesian|iran iranian|iraq iraqi
ireland irish|israel israeli|italy italian|jamaica jamaican|japan japanese|kenya kenyan|korea korean
malaysia malaysian|mexico mexican|mongolia mongolian|morocco moroccan|nepal nepali nepalese
netherlands dutch holland|nigeria nigerian|norway norwegian|pakistan pakistani|peru peruvian
philippines filipino philippine|poland polish|portugal portuguese|romania romanian|russia russian
scotland scottish|serbia serbian|singapore singaporean|spain spanish|sweden swedish|switzerland swiss
syria syrian|taiwan taiwanese|thailand thai|turkey turkish|ukraine ukrainian|usa american|venezuela venezuelan
vietnam vietnamese|wales welsh|africa african|asia asian
`
  .trim()
  .split(/[|\n]/);

/** Several words read as others, in lower case: `from>to`. Applied before anything else looks at the words. */
export const PHRASES: readonly string[] = `
united states of america>usa
united states>usa
the us>usa
the u.s>usa
united kingdom>uk
great britain>uk
new york city>new york
nyc>new york
ww>world war
wwii>world war 2
wwi>world war 1
mother tongue>native language
switch on>turn on
enable>turn on
activate>turn on
disable>turn off
deactivate>turn off
switch off>turn off
head office>headquarters
main office>headquarters
for a living>profession
place of birth>birth
place of death>death
passed away>die
pass away>die
get rid of>remove
set up>setup
sign in>login
log in>login
sign out>logout
log out>logout
log on>login
log off>logout
sign up>register
cell phone>cellphone
mobile phone>cellphone
e mail>email
wi fi>wifi
fall asleep>sleep
high blood pressure>hypertension
multiplied by>times
put on weight>gain weight
against the law>illegal
ahead of>before
prior to>before
subsequent to>after
do away with>abolish
done away with>abolish
did away with>abolish
bring in>introduce
brought in>introduce
go up>rise
goes up>rise
go down>fall
goes down>fall
shut down>close
give up>quit
on foot>walking
thank you>thanks
leaving out>excluding
leave out>exclude
fish tank>aquarium
set free>release
shelf life>keep
take off>remove
in favor of>for
in favour of>for
opposed to>against
most expensive>expensive
least expensive>cheap
most common>common
look like>look
made of>consist
made up of>consist
stand for>mean
stands for>mean
short for>mean
as well as>and
how come>why
what for>why
how many people live>population
how many inhabitants>population
carry out>perform
find out>find
come from>origin
comes from>origin
came from>origin
`
  .trim()
  .split('\n');
