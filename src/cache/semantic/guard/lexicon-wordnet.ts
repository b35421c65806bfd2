// Written by scripts/semantics/lexicon.ts from WordNet 3.0, Copyright 2006 by Princeton University; see NOTICE.
/* eslint-disable max-lines -- word lists are data */

/** Everyday words that are in no other list, most frequent first. */
export const EVERYDAY_WORDS: readonly string[] = `
but not one all out can now any minister get way say however university see too put department council county
southern secretary yet island river commission association eastern republic meanwhile institute royal bay mayor
stadium assembly pro supreme valley commander telephone academy ten ask ambassador shortly bob youth sixth queen
forest parliamentary senator mid crude commissioner legislative weekly stability officially golden urgent gay
soldier provincial newly tied palace mainland overnight temple invasion flu corporation founder hurricane factory
eighth saint strongly notable membership electoral naval trim agricultural involvement bishop initiative coup
legislature tower aside publicly theme widespread ray withdrawal reporter ninth coal exhibition subsequently
earthquake thanks deadly formerly fame nomination merger chamber biography economist palm worker deadline testimony
unity raid virtually bankruptcy resignation discovery parish occupation sharply seed educational cease speculation
publication briefly formally aboard interim aged rapid tropical formation partly quake participation coastal tiger
halt globe diplomat preliminary successfully deeply behalf probe declaration ballot cargo ally commonly popularity
underground reception militia genus railroad notably departure composite editorial prosecution revolutionary
lieutenant annually rapidly density inquiry fate soil associate politically metropolitan badly shell successor
tribal triple clash cemetery infantry atomic artillery turnover orchestra outlook regiment shore aide literary beer
passage laboratory conservation classical colonial colonel influential beef considerable investor stem brigade par
biological shuttle businessman tone squadron modest bomber grave bitter commentary elderly inner publisher transit
nevertheless resign surplus poetry hardly harbor slam utility amateur optimistic prevention midnight cooperate
bloody consultant dawn pat elect bass rape boom pitcher extraordinary unfortunately parade elementary landmark poet
oppose wooden shed cattle battalion electrical handful troop conventional killer progressive greatly fierce composer
folk invitation prisoner operational temporarily historian belt liberty ivory mph copper veto uncertainty suburban
sole surrender privately explosive fortune collective twelve determination cotton separately turmoil boycott hostile
remarkable predecessor artistic adjacent lifetime habitat tale comeback voter radar ridge difficulty sheriff
attendance severely persuade chapel revenge partial rebellion internationally reign indictment integrity expedition
reluctant opener teammate similarly fatal notion rubber stimulus musician tenure composition grain relay monument
ambitious humanity drought significance actively jointly exploration suspicion volatile legally ranch breakthrough
cardinal tsunami archbishop refusal historically moreover subway optimism confirmation correspondent civic hunger
cautious representation afterward statue dramatically indoor declare ammunition borough pursuit offset retreat
nonetheless openly institutional shortage triumph debris elder rebuild eleven portrait fence brick journalism
publicity confusion slump submarine consistently threaten flee holder medieval scholar painter experimental
solidarity nationally crystal scope merchant tense automobile millennium inaugural locally prosperity diplomacy
ounce comply researcher spectacular boundary herald keen warfare noon legendary hopeful mechanical excessive fever
remainder domain spare willingness overhaul predominantly favorable phenomenon supervision aspect cope decisive
coordination symphony pioneer magnitude thirty circulation fictional commune technological identification decree
testify inspiration arroyo radiation hence soundtrack foul dual flower observer ballet firmly interpretation
machinery inch syndicate cement undermine additionally lesser descent occasional roadside distant mere pit levy trio
epidemic autumn defendant contrary hike suspend exclusively detective eventual outer tag widow unsuccessful
separation revive costly guardian quietly acceptance simultaneously bold hop underway lone disappointment fragile
steadily mortar structural cooperative profitable respective succession freshman rider fare suspicious scrutiny
noble capability statistical poorly spill horn rehabilitation accommodate policeman trader psychology notorious
lengthy informal thereafter proliferation evacuation toxic instrumental collision congressman pickup sovereign
interference olive reader strictly orbit cafe harvest disclose gauge mandatory gunfire donor nowhere seize intensity
taxi warn safely architectural glory commodity enthusiasm accordance propaganda inevitable suitable surprisingly
poultry textile successive aggression bolster anchor birdie recommendation teenage meter ruler symbolic narrowly
sexually evident classification imprisonment independently freely considerably acute robbery sculpture apology
mysterious dominate mentally rhythm transformation migration hitter compact spotlight soap oval sometime evaluation
pine graduation airplane freight surely solely retaliation sheep usage tender altitude telegram installation cavalry
contention burial productivity canyon regain tragic retailer namely bargain distinction tide isolation skeptical
leaf altogether automotive substantially appreciation loyalty gesture merit immunity precious householder epic
fifteen grenade congregation superintendent surgeon alternate mob biology pork permanently tomb potter stir justify
basement credible fiber furthermore outrage unusually deliberately instruction rejection clerk cabin companion
hammer mineral elimination visitor duck lethal putt recreation livestock elevation fifty intact blockade countryside
workshop precisely sympathy accuse rotation transitional trace setback absent oral terrain reservoir coordinate
alike thereby dignity unhappy lance timber rap intersection intervene tenth deer plunge protective extensively blaze
legislator distinctive tolerance secretly comparable contractor financially nephew unofficial unanimously chorus
persistent gunman productive faithful aggregate landslide eldest choir statute showdown recipient outright
designation curriculum breakdown cure disk differently wary delicate heir statesman darkness technically
economically supervisor slavery tally delegate haul scare clause investigator qualification forty jam spur doctrine
toss warehouse moth soup critically anxious grove lightly presumably locker ore sergeant instability platinum tent
container effectiveness respiratory suite unpopular specify overhead ensemble ritual halfway magnetic paramount bore
ethical aluminum idol violate specialty harmony lover mountainous seasonal bogey inadequate bicycle peacefully stiff
finale thirteen midst conductor exceptional runoff liver corridor cluster cliff overwhelmingly intermediate diameter
airborne peer lately proposition banker availability donation appoint worthy theatrical dear prone unfortunate
telegraph disarm oath innocence excellence torch ransom silk restraint profound consciousness sword marketplace
seminary bare renew hemisphere disastrous overthrow accelerate dictatorship disposal charitable propose constructive
con dancer sail clergy supposedly consolidation penny memorable assure vertical communism dominance kidney reunion
escort battlefield upward cannon vacant missionary merchandise purely characteristic transparent unanimous lawn
theology stricken performer reopen cholesterol insufficient reminder inability practically desperately confidential
evaluate ambush voyage colorful ideology lunar unite grim reflection inform berth slaughter novelist accuracy rage
treasure manuscript correction leap geological consultation diagnosis biblical unexpectedly catcher certification
monarch guilt thoroughly pond deadlock umbrella treasurer forge layout lure furious obstacle unaware brave motive
tendency sixteen instructor sluggish reliance enthusiastic downward warrior promotional likewise merge consequently
beam dodge stabilize inappropriate dock ambulance collar oust renewal injection sponsorship hydrogen fiat constitute
comedian showcase weaken carpet vacuum elephant sunny subtle marvel fraction marble integral evacuate compensate
mathematical fold essence orientation grief civilization voluntarily likelihood disappearance pianist bankrupt brass
expectation molecular slash mercy fourteen prospective functional gamble commentator reservation duration pistol
elegant brotherhood memorandum sheer fortress bypass malaria skull bizarre diary rim feat recount arc optical coin
canon threshold tuition portable indefinitely prototype patron denial buzz pile collector enzyme cart songwriter
farewell blunt aunt catalog condemnation crunch thorough supportive instantly sympathetic myth applause
philosophical systematic precedent circular detection prey cancellation exotic safeguard tighten postwar flesh
placement convenience maple verge urgency tightly seizure wrist linear elbow conjunction precision shipment
specially endless promptly prosperous verbal readiness carpenter servant occupy populous revision nest dissent
questionable dose transplant mound shaken verse milestone recreational eyed fellowship reinforce charm plight
explicit whip catastrophe stimulate hatch radioactive formidable gradual lend readily necessity persecution
complexity disability adjustment pilgrimage quantity bulletin trunk armor destiny thrust patriot dive anticipation
balloon continuously vague prostitution geographical roundup verify adverse pinch fallout pad slope intimate refrain
emergence continuation abstract squeeze theological intimidation synagogue marshal accompany glance thermal polar
woo mortality locate leisure tentative tariff rainbow conscience probability sensitivity concession swiftly
disagreement dip ambition sore backward variant prominence salvage hay positively outline smoothly treason specter
dictionary liquor irrigation liaison theoretical exterior fusion saga infectious psychologist frankly shutdown
countless emphasize helm commuter maiden superb escalation defiance magical scenic cop contributor indirect morale
timely nightclub loser captive donate outlet pardon infamous obscure probable savage wholly definitive impasse
insistence secrecy salvation exploitation allegation accordingly invention norm rein sniper prosecute bury clubhouse
inevitably incomplete tolerate prestige shelf lecturer destructive lonely brigadier opium thunder realm postpone
dispatch recruitment topple exemption violin cloth glimpse cowboy embarrassment cone eighteen playwright abruptly
freeway slate goddess commemorate neo distress rat vicinity dedication emotionally sufficiently muster witch
criticize sedan cultivation arise ditch bureaucracy avert minimize expire sabotage commercially pirate blade dialect
customary immense shortstop scoreless contamination expose sporadic virtue dash abide reconsider confession butt
chaotic hostility terrific illustration potent brook appetite resemble heal inmate reasonably extract invisible
expenditure whistle shrink plague undertake curtain strife rope repeal clarify cockpit rig fringe fortunate sixty
remake blanket unstable spiral breakup buildup pulp tumor vicious accusation prediction buffer remarkably
authoritarian pause outfielder vigorously beard attacker philosopher repay maturity primitive barn clad cottage
inspire sensation advertisement fatigue assurance deaf acclaim seldom magnificent creativity graph niche monkey
vigorous lightweight gently bud foremost prevail capitalism configuration contempt moist steer thesis mock
auditorium vector snail domination dependence barrage spree builder fork accurately luggage nickel relentless
mistaken tuberculosis fortunately inception caliber individually sting socially beverage prohibition modernization
sanitation vegetation handsome sphere enlargement theorem authorization measurement beast speedy distributor
presently bloom mythology lively cord hierarchy discourage sack hollow speculative uncommon assertion restive
loosely exclude procurement interpreter wildly correspondence speculate unconscious cane eternal fiercely complement
shine lumber continuity ample synthetic bolt motto projection defiant horizontal hail fiery outpost promoter
salesman courtesy bitterly humble crisp weary organizational cite angrily purse hypothesis nationalism arbitrary
lounge intensify hurdle inspect neglect undoubtedly friction rove outreach flurry apiece portrayal socialism
perennial melody fundamentally notebook await misery indirectly foil reckless sincere dilemma allocation earnest
unpaid interchange ribbon professionally eclipse emission sketch irresponsible twentieth volley portal reassure
reliability velocity heroic inscription valve elevator justification ion daylight jeep dare frog certainty thigh
rigorous seventeen shaft disperse fist elusive continually affiliation foe sway tomato grasp wool consistency
communal lavish resentment concede settler ancestry overturn absurd ordeal courtyard adequately kidnap passive
sewage unpredictable happily drainage psychiatrist fearful nod mobility newcomer breathe auxiliary staunch arrow
apparatus compassion batter convene pottery marginal bleak quell dial interval bushel maneuver someday nonsense
inconsistent remedy crest garment curse drastically vibrant runaway simultaneous encouragement miner trustee
counselor golfer predictable tenor grape competent recess plaque pulse unavailable despair fullback salon outcry
vivid kickoff prominently laughter digest imagery provoke hazard rigid sidewalk capsule stunt plead commando
carriage voltage liable jeopardy ratify murderer closet recorder retrieve affection fraternity particle vow uphold
irony symposium pupil depart morality duel activism doom constituent ashore satisfactory stall devotion subscription
irregular acceleration discontent ladder moderately dough phantom miniature envelope wit prejudice turbulent deepen
amend amusement miserable generator invade badge vocational couch locality drunken havoc comfortably epicenter daddy
uneasy latitude withstand desirable dissolve designate brutality wizard prose belly restriction isolate microphone
stature synthesis expel flank tract periodically backyard sizable catalogue inheritance frenzy dull scholarly vain
electron cautiously straightforward idle irrelevant ego antique adhere parody storyline accreditation glorious tooth
traveler clarity foam inexpensive dubious gossip vastly efficiently congestion porch radius flock authenticity nude
dent hurry procedural mentality maid ramp occurrence differential royalty madness swamp preacher internally
negligence cigar plasma solitary rite assemble vulnerability facade doubtful endure din authorize gentleman
linguistic tangible energetic pragmatic texture technician alleviate spectacle inclusive mold illusion herd
endurance surround definite physicist gratitude enact setup foreman partition abundance capitalist refrigerator
drift rack handicap convertible installment manpower picnic ballad sunlight soprano mistakenly behave obstruction
vacancy winless youthful exceptionally orderly letterman geometry periodic divisive attendant aesthetic bureaucratic
conception strive injustice exposition troupe photographic comparative raft artery onset chiefly devote akin
nineteenth moisture sadness antenna reluctantly utmost caller slug coconut imperative outlaw realization peasant
thwart allege anatomy intake discretion dimensional nitrogen gravel alignment suppress monsoon parachute waist wedge
messenger appropriately terrace gut hardship useless steroid banquet stabilization velvet initiate zinc reconcile
aisle stereo fade fastball calf terrestrial hut backbone validity disadvantage needle coincidence scramble convict
calcium susceptible outsider calculation divert amber notch tempo stray proudly illustrate sensible corpse nursery
incidence soar drone inferior nominal weir utterly revise reside indefinite cyclist capitalize educator finite
parcel shotgun proportional atom icy fond sage decay barbecue admiration severity sorrow thief developmental muddy
reclaim naive onslaught defect brisk accumulate curiosity bribe emblem wee eradicate resemblance rehearsal
humiliation detachment statutory rip seriousness tractor platoon inaccurate broaden outset honesty uneven ancestral
focal flush eccentric nucleus poetic dice realism abolish brace tumble nobility singular salute coroner violently
insect slum cynical ozone vein confinement breeze blond sadly boon rusty accomplishment ballroom anthropology thrive
climax exert folklore impetus eleventh apprentice upright stump obey modify hastily modification menace temper
clutch feminine terribly humorous mistress bark nominate ancestor mend uproar hoop restrictive patriotism concerto
underscore vogue dismay displacement nicely upstream sprinter cushion masterpiece blackout razor jeopardize render
transmit subdivision lam cruelty downfall spontaneous tentatively metaphor distraction hillside babe impress reap
repetition feasible consolation desperation sensational steak unrealistic flick nun microwave respectable
systematically verb orbital percussion inject hallmark spine objection fisherman specimen denounce applicable
standpoint dietary tug satire disguise dangerously heel ignorance ecclesiastical precaution attachment slender
mosquito betrayal eastward patronage supervise beautifully dictate audition nineteen spectator diminish disturbance
dwarf fashionable vengeance bind melt gee cosmic rpm finely dissatisfaction principally wrongly lineage stride
intentional lat therapeutic wrath denomination loudly radically administer vocabulary discourse randomly adolescent
enrich planner understandable harshly noticeable chord defy swallow metropolis warmth manipulate hobby supernatural
fumble surpass erase dessert gown martyr keynote trumpet turbine heed crimson popularly attain widen endanger
intercontinental abrupt temptation peculiar groove heroine flare simplicity conceal muscular diversion nostalgia
myriad lamp assassin subordinate endeavor smuggle shrapnel eagerly cube arthritis ledger feasibility ambiguous
flourish roar newborn scenery meaningless progression disregard soften fairway resonance weed vanity cumulative
proclamation frantic dim intensely glow sinister toast navigate intimidate rectangular solemn conform massage
approximate stormy rendition profoundly recognizable dugout bucket termination lagoon distrust pity markedly
stubborn westward diarrhea unfamiliar entirety hesitate universally excavation upheaval penetrate modernize
rationale posture deity abbot comparatively esteem lyric bluff calmly lag tenant retaliate clerical mobilize
dormitory concussion foolish festive thoughtful conquer evidently pathway cafeteria morally worm barge overlap
eighty decidedly ghetto repertory notify roast cater allowance mast scant veil jade visibly novelty stampede token
induction gangster tavern modestly bundle visually sickness anarchy vest competence terminate outfield infield
intercept corporal perfection similarity unpleasant duplicate theoretically relevance bacterial imprint impulse
bitterness compass paragraph splash maximize rodeo juror algae discomfort nonfiction imply misuse luxurious
fascination numerical ominous dynamite sober refund incapable tilt cerebral forceful sham picturesque supremacy
imaginary quiz equilibrium maze blackberry beg anew fuzzy detector paste complicate sticky bibliography deduction
flair intricate symbolism backstage retention superiority deficiency mortal hinder marital metallic gigantic orchard
foreigner snatch towel dormant rewrite faint groom midwestern infiltration aloud purity sleeve notation tolerant
bully rejoin meadow pavement pennant staircase insure marrow knit congratulate forehead equitable lull murky erect
induce expectancy embark inactive haze coherent gloom enormously clown erode evade merry northward terminology
stagnant oddly favorably bogus rhythmic chick suspense dusk vine culturally perceive dart slack abdomen rebellious
vigilance overrun utilization disgrace discredit stud awe cinematic youngster sentimental tutor ninety invariably
reel precarious unreliable morrow secondly withhold optimal adamant collaborate racket uniquely cradle tendon gag
gruesome recapture revamp absorption restless chemist outward sincerity abdominal relinquish worthwhile artificially
sprinkle geometric hamper downgrade curtail harness indispensable swell valuation rust retribution combustion knot
packet erotic expiration chant commute prowess pencil candle cartridge honeymoon peripheral viewpoint beneficiary
willow graveyard gourmet compartment exhaustion flaw planetary haunt wardrobe decisively owl reunite statistically
vowel variously plentiful disproportionate pinpoint splendid stove override paradox respectful penetration mindful
violinist organism fetch progressively impatient slippery frail ignite informally witty spatial commonplace tailor
violet neatly shun choreography papa pony utter hallway derive envy complicity overtake bait wreath cellar spit
horseback carve mourn accumulation lump vie liquidation certify inlet crawl crouch beset waterfall sherry triumphant
formulation suitcase liter plaster dampen charcoal ecstasy deteriorate rethink articulate ventilation demeanor
dispose nestle sleepy picket indifference saddle heyday thickness correlation economical fragment cozy helpless mesh
wallet greatness plum plausible adherence dime disgust troublesome hymn grin lantern axe literal symmetry
geographically outburst peck conversely defective peg driveway illustrator masculine propel farce unseen traitor sow
chop phony gaze stare futile cartoonist conspicuous linger liar imposition enlist obscene scent disbelief reproduce
litter emulate irrational indifferent believer excel whiskey cough foliage blatant limb applicant circumstance ant
quantitative lessen forbid sewer ideally bodily damp differentiate breadth lofty abandonment automation majestic nay
unfavorable intermittent lore contradiction poignant assign flop vent meager conservatism selfish apt celestial
burglary implicit heap consort allocate tango simmer lapse relentlessly enactment overlook layoff acquaintance choke
disapproval devise immoral intrigue sincerely pulpit immensely criterion contractual hideout disparate apex afar
scarf anterior rebuke rightly mistrust listener dependency intrusion gardener flatly shameful housewife noun backer
distinctly subjective goodness glue interviewer hulk incompatible headmaster divinity stain reflective furor
loophole anguish opus tremor splinter sigh softly grease farmhouse squarely clamp perfume implication agony lowly
redundant roadway flap sensibility summon countryman reciprocal culmination pebble hypothetical spacious preach
raucous nasal onetime counterattack potassium cultivate sensory incompetent receipt trivial tyranny stout loosen
motif feather ailment harp alternately prolong manifest silently graceful restrain spear pigeon glee painfully
anthropologist migrate characterize thaw mildly ambiguity quasi buffet paradigm extravagant appease displeasure
disruptive liberate trooper hypocrisy imitation enclosure insurrection skid residue accessory wander magician
vaguely abound marvelous diagram brilliantly theologian bulb mundane vitality waiter zeal confuse mitigate defer
firsthand erupt simplify blur distortion cheerful sunken fireplace stroll porous odor discrete sofa sonar
enthusiastically characterization initiation analogy tick symbolize inflict solidly unfold limitation attire parlor
superficial sparse unify jolt rotate impromptu populace scrub wisely sophistication fuss imaginative monastic shear
deacon blindness eighteenth paranoid buoyant vapor hesitation fuse specialize indecent infancy avail rosy flux roam
compose equip infiltrate detonate lust miscellaneous reinforcement experimentation precede pathology chew fascism
angular concurrent formulate inhabit surveyor deceptive respite harmonious geologist tremendously mist compel
instrumentation relic preferably stifle disdain stun insignificant soloist exquisite slugger sediment flawless
nausea prophecy sweetheart pillow peacock ponder unleash originate preside hopeless chimney sixteenth halo overboard
pamphlet scarcely loom funnel barley dispel overture chrome evoke robe reconstruct disposition decency scrimmage
empirical flashy casually syllable obscurity dreadful immortal plank rooftop chloride blossom statistic saloon
particulate pasture skirmish reprisal microscope revolver efficacy fulfillment conclusive delightful arithmetic
deprive rattle shuffle perch tuck operatic shrub reaffirm elegance compile envision repository commence gymnast
follower mammal interruption impede accelerator ecstatic dung rumble chlorine microscopic loft simulate cortex
inclination tack invoke claw persistence slab dedicate supper angst melee rhino brilliance politely interrupt
downright heartbeat barefoot nightfall underestimate nominally hitch solace coarse heroism coupon beware rot
lukewarm dwell brandy shave pulmonary subsidize unwelcome offend liberalism rendezvous gravely tray disband
stimulation introductory unavoidable shrug parenthood foresee humility stumble linen adjunct nonexistent usable
ripple remnant edgy windshield limp melancholy radial discard analogous avoidance cohesion jubilant suffix
illiterate mania pathetic hijack unload cling colossal imperfect clergyman posterior encompass attributable
forerunner mastery undue denote query physiological martini jealousy wield negligible elevate subsistence traverse
lousy discriminate thirst confidently brazen proclaim squirrel relish aspiration drizzle placid phosphate diminutive
precedence materialize symptom cowardly familiarity parasite patiently dread ordinarily loaf hysteria nuisance
contemplate blunder shorten monstrous duct enjoyment imperialism eternity unwillingness incitement inhuman solicit
symphonic streetcar illustrious robber industrialization manifestation syntax ultraviolet scientifically knack
quarrel expressive rustic forfeit unorthodox cadre substrate dub ridicule pollen mercenary applaud adolescence sag
regimental pedigree hairy southward proprietor zoom diffusion hue wonderfully admirable inconvenience disobedience
integer sever helium undo kinetic drown barbaric rowdy composure soak rug torso polynomial mischief revert hinge nab
parochial intellect fruitless purification lavender deductible indignation keenly discrepancy publicize mule
disintegration irritation undesirable dialysis bovine doorway prewar dearly mute loneliness contraception
fingerprint lacy seventeenth incite diagonal topography inward roundabout thoroughfare fervent thrash collusion suck
redress manifold demolish cripple lefty throttle duplication whisper frivolous skeletal hostess quotation
frantically trough intolerable tread reorganize rotor confidant cumbersome inhumane mouthpiece juicy palette boldly
coil bartender careless steadfastly fifteenth fulfil supersonic vascular dilute poke invent gradient propagation
needless clumsy swarm resent sprawl sublime nervously spectral parrot approximation kindly intrinsic consciously
appropriation academically topical torrent exceedingly bandit overflow sip vividly scuffle pear embankment continual
antagonist rhyme thyroid conjecture prescribe wrestle priceless glare preface vaudeville boyhood overwhelm
demarcation tedious whisky chatter outweigh huddle decorate redeem wavelength incidentally accompaniment unlock slit
unbroken recourse handmade classify furiously epithet infect quaint misfortune appendix anxiously eloquent dine
shrewd coexistence passionately snub uniformly gadget reiterate exuberant precondition loot grapple scrape
proficient conformity maroon gasp underline coefficient emit appointee drawer spherical indulge lipstick cylindrical
abyss glitter villager obstruct scorn curly rancher enigmatic realistically antelope serpent endlessly periodical
sportsman thereof senseless polarization hustle impractical recreate injure wasteful seam convincingly wildcat
grudge manic deliberation enlarge muzzle aristocracy oblivious omission elastic micron cliche circulate centrally
mythological buckle ascend vase bouquet timid religiously socioeconomic indict snag meteor ass strikingly harden
unnecessarily apprehension opaque entail affirm plainly blink oxidation usefulness wayward outnumber bog warp
acreage gunner puff throng instruct
`
  .trim()
  .split(/\s+/);

/** What each word is used as: 1 noun, 2 verb, 4 adjective, 8 adverb, added up. */
export const PARTS_OF_SPEECH: readonly (readonly [number, string])[] = [
  [
    1,
    `
people time year years being life things thing while game http world might person someone team school money company
getting water week family thought government season problem business using case days system country fact food
nothing making night course times means friend information idea body letter group hair girl area saying month story
luck city music example video child hours account relationship room words health movie period type percent data
heart position mother site death woman doctor playing value community talking minutes baby shot situation building
office works series research website history word computer access party moment field college role player difference
version news event statement performance blood quarter sort product services card development thinking song road
action decision rating quality opinion target wife language character director energy industry ground morning club
education goal training skin text giving article meeting daughter host member town message eyes door brother paper
success feeling technology attention manager scene security asking solution husband option capital reading hospital
degree hour hands growth summer investment loss source nation wall brain impact network religion terms pressure
management street cent method student treatment ability sales watching response organization policy internet
property hell opportunity addition election football camera culture episode writing image artist purpose ways advice
sister truth table location photo costs production region album effort marriage income threat growing piece
knowledge section crime learning revenue population setting church auto machine restaurant numbers science weekend
engine eating software meaning author conversation user environment details tree disease society lots path floor
buying talent officer leader nature mess beginning names finding putting connection bottom reality combination
cancer foot safety competition parts birth defense vehicle teacher majority concept horse insurance trial direction
unit district conditions economy traffic cell platform driver advantage ticket basis diet agency actor customer
movement fund holding audience prison sale investigation despite accident generation pill faith debt earth calling
leaving shooting parent boyfriend route agreement breath effects argument funds muscle button consumer belief tank
mode owner laws activity device leaders finger alcohol showing spending memory payment corner animal hotel
application behavior rates task planning transaction reference flight trend fruit port feelings keeping sector
strength bottle meat hearing offering trading mission topic disc background hole remains speech instance cream
winner distance happening length reaction selling writer server institution hero collection helping conference
funding lawyer dude killing discussion girlfriend error agent peace wood custom speaking clothes appearance status
window meal classic session construction volume administration organ violence planet marketing injury cards
operations casino surface operation bird skill confidence boot chicken habit pregnancy equipment instrument wedding
century coffee scar battery variety failure height victim temperature assets chain protection communication drinking
soul bowl dinner victory freedom critic television strategy earnings glass gene attorney provider profile devices
exception cheese nobody tournament guest dating shoes holiday tech spirit breast evening definition boss proof boat
village semi commitment infection humans responsibility fellow values steps universe authorities category vision
analysis politics species housing somebody medication lesson script dish candidate leadership teaching perspective
context zone beach division spoke coverage emotion surgery developer guitar laptop medicine teeth plate technique
legs scientist offense neck theory presence decade personality apartment relation wealth element birthday bringing
wine afternoon complaint committee ratio exam cant intention bone crew passenger attitude neighbor singer capacity
producer protein testing professor magazine idiot championship emergency chair causing basketball improvement estate
procedure facility margin arms turning employee neighborhood campus butter intelligence expense climate beauty
accused gender math possibility drama serving justice virus equity portion politician shopping segment newspaper
authority branch knee terrorist suggestion opponent menu freak mountain airport proposal chocolate dollar client
breaking percentage crisis manner engineer symbol editor baseball vice mile component origin phase studio seeking
formula ending facing employer hitting creation elements item cake warning delivery prospect concert lady tail
atheist library legend parking infrastructure racist engineering weapon disorder bread juice selection stomach tape
principle listening outcome partnership foundation equation dealing solo consequence resolution athlete troll moon
input depression cutting circumstances tradition craft folks portfolio suicide mechanic reporting storage
manufacturer festival uncle noise entry passion expansion smoking existence enforcement kitchen dividend possession
teenager squad heaven identity tablet actress aircraft transition letting comparison citizen scenario lying chest
danger ingredient dealer expression exposure cousin pants franchise manual shelter approval designer entertainment
spokesman importance column happiness edition sheet affair explanation slave gang fighter voting evolution sauce
equivalent bath flavor bathroom recipe duty quest fraud description opposition carbon friendship makeup chosen
contribution programming vegetable scoring painting sleeping audio illness legislation clothing drawing household
browser logic sending convention colleague announcement violation hardware penalty distribution mood chapter
promotion enemy lane golf extent pushing gaming clue extension conclusion rice lawsuit cricket password abortion
recovery participant depth theater colon trailer tourist medal operator employment captain prayer ceremony
assistance lifestyle losses appointment deck pizza comedy bullet journalist chairman anxiety lens gate toilet
singing prescription advertising startup relief ocean stranger exit substance therapy immigrant destination
consensus personnel potato manufacturing airline regime reputation demon quarterback insight bacteria database
salary permission replacement powder fiction robot retirement governor atmosphere priority jeans innovation plea
childhood filing outfit acquisition immigration revolution maintenance preference interaction refugee corn bonus
carrier workout euro puppy creature monster bias troops pleasure accent yard specialist entrepreneur journal
keyboard impression achievement electricity awareness behaviour organisation sensor tube venue celebration tactic
consideration healthcare hormone reduction currency province analyst receiver assumption disaster runner drove
submission compensation judgment criticism sake clinic swimming soccer resource charity incentive logo vitamin
constitution fantasy decor ethic genre diploma lung racing shipping privacy knife presentation resistance agenda
feedback nerve folder obligation certificate glasses arrangement controller defence bedroom slight settlement
highway hockey touchdown signature cage motivation broker poverty tissue indicator transportation horror territory
competitor ownership jury recognition mechanism crore innings custody mortgage tongue cult prosecutor roster
corruption sandwich fabric punishment anniversary dancing vendor preparation missile trait handling requirement
consumption elite taxpayer mouse burden tension assessment barrier efficiency landscape desk oxygen rifle welfare
barrel enterprise attraction democracy luxury concentration philosophy guidance proportion privilege footage circuit
advisor timing collaboration vessel reducing engagement snack implementation cigarette physician minority flour
admission throat nutrition template gallon creator salad momentum racism rocket fitness desktop brake poem classroom
lemon registration psycho physics cinema trauma summary lender priest adoption interface sentiment transmission dirt
counterpart perception dialogue statistics suburb dysfunction deputy garbage entrance terror negotiation kitten
scholarship newsletter establishment terrorism wrestling suspension residence arrival deficit survival horizon
addiction tennis weakness mainstream courage infant expertise buddy terminal legacy absence mixture grocery magnet
funeral pension gravity banana leather believing romance shoe documentary satellite diamond conviction cartoon
observation flame framework firearm translation celebrity headache hiding architect entity supplier cabinet
chemistry wisdom dimension emphasis financing drew diabetes amendment headquarters imagination indication execution
inflation parameter conversion genius helicopter conspiracy assignment completion scandal instinct mystery
grandmother premise diversity introduction calendar rabbit pipeline explosion examination glove variation cheek
stereotype intervention zombie rookie piano furniture spouse pricing destruction independence nightmare architecture
ceiling removal unemployment discrimination profession karma investigating arguing therapist replacing inspection
grandfather patience helmet tribute animation molecule heritage chunk villain faculty frustration nursing compliance
grammar administrator flexibility algorithm literature frequency inventory sequel acres purchasing sophomore ankle
jurisdiction satisfaction demonstration spectrum tutorial nominee survivor cooperation miracle spokesperson
pollution controversy excitement basket dentist width vegetarian landlord pharmacy tragedy integration age air art
bed bee bit boy bus cab car cat cow dad day ear egg era fee fog fox fun fur gap god gum gun gym hen hip ice ink inn
job joy kit lab law leg lid lip man mat mom mud nut oak pie pig rib rod sea sex sky son sum sun tea tin toe ton toy
tub van vet war web yes zoo cpu wifi way university department council county secretary island river association
republic mayor stadium assembly valley commander academy ambassador youth queen forest senator commissioner weekly
stability soldier palace mainland temple invasion flu corporation founder hurricane factory saint membership
involvement bishop initiative coup legislature theme ray withdrawal reporter coal exhibition earthquake thanks fame
nomination merger biography economist worker deadline testimony unity bankruptcy resignation discovery parish
occupation speculation publication formation participation tiger globe diplomat behalf declaration ballot cargo ally
popularity reception militia genus railroad departure prosecution lieutenant density inquiry fate successor cemetery
infantry artillery turnover orchestra outlook regiment shore aide beer passage laboratory conservation colonel beef
investor brigade par businessman tone squadron bomber commentary publisher transit poetry utility prevention
midnight consultant bass pitcher landmark poet cattle battalion handful troop killer composer folk invitation
prisoner historian liberty ivory mph copper uncertainty fortune determination cotton turmoil predecessor lifetime
habitat tale comeback voter radar ridge difficulty sheriff attendance chapel rebellion indictment integrity
expedition opener teammate notion rubber stimulus musician tenure composition grain monument humanity drought
significance exploration suspicion ranch breakthrough tsunami archbishop refusal subway optimism confirmation
correspondent hunger representation statue ammunition borough pursuit shortage debris portrait brick journalism
publicity confusion submarine holder scholar painter solidarity crystal scope merchant tense automobile millennium
prosperity diplomacy ounce researcher boundary warfare noon fever remainder domain willingness phenomenon
supervision aspect coordination symphony magnitude circulation identification inspiration arroyo radiation
soundtrack observer ballet interpretation machinery inch syndicate descent roadside trio autumn defendant detective
widow separation guardian acceptance disappointment succession freshman rider scrutiny capability horn
rehabilitation policeman trader psychology proliferation evacuation collision congressman pickup interference reader
cafe gunfire donor intensity commodity enthusiasm accordance propaganda poultry textile aggression recommendation
ruler classification imprisonment robbery apology rhythm transformation migration hitter soap evaluation pine
graduation airplane freight retaliation sheep usage altitude telegram installation cavalry contention burial
productivity canyon retailer distinction tide isolation leaf appreciation loyalty immunity householder grenade
congregation superintendent surgeon mob biology pork tomb basement fiber instruction rejection clerk cabin companion
mineral elimination visitor recreation livestock elevation blockade countryside workshop sympathy rotation setback
terrain reservoir dignity lance timber intersection deer legislator tolerance contractor nephew gunman landslide
choir statute showdown recipient designation curriculum breakdown heir statesman darkness supervisor slavery tally
clause investigator qualification doctrine warehouse moth soup grove locker ore sergeant instability platinum tent
container effectiveness suite ensemble ritual aluminum idol specialty harmony lover bicycle finale midst conductor
runoff liver corridor cliff diameter banker availability donation oath innocence excellence torch ransom silk
restraint consciousness sword marketplace seminary hemisphere dictatorship disposal dancer clergy consolidation
penny communism dominance kidney reunion battlefield cannon missionary lawn theology performer cholesterol reminder
inability voyage ideology reflection berth novelist accuracy manuscript correction consultation diagnosis catcher
certification monarch guilt pond deadlock umbrella treasurer layout obstacle tendency instructor reliance warrior
ambulance renewal injection sponsorship hydrogen fiat comedian showcase carpet elephant fraction marble essence
orientation grief civilization likelihood disappearance pianist brass expectation mercy commentator reservation
duration pistol brotherhood memorandum fortress malaria skull diary feat arc canon threshold tuition prototype
patron denial collector enzyme songwriter farewell aunt catalog condemnation myth applause precedent detection
cancellation flesh placement convenience maple verge urgency seizure wrist conjunction precision shipment readiness
carpenter servant revision mound verse milestone fellowship plight catastrophe necessity persecution complexity
disability adjustment pilgrimage quantity trunk armor destiny patriot anticipation balloon prostitution roundup
fallout slope emergence continuation intimidation synagogue mortality leisure tariff rainbow conscience probability
sensitivity concession disagreement ambition prominence hay treason specter dictionary liquor irrigation liaison
fusion saga psychologist shutdown helm commuter maiden escalation defiance cop contributor morale nightclub loser
outlet impasse insistence secrecy salvation exploitation allegation invention norm sniper clubhouse prestige shelf
lecturer brigadier opium realm recruitment exemption violin cloth cowboy embarrassment cone playwright freeway
goddess distress rat vicinity dedication witch sedan cultivation ditch bureaucracy sabotage pirate blade dialect
shortstop contamination virtue confession hostility illustration appetite inmate expenditure curtain strife rope
cockpit fringe breakup buildup pulp tumor accusation prediction outfielder attacker philosopher maturity barn
cottage sensation advertisement fatigue assurance creativity niche monkey capitalism configuration contempt thesis
auditorium vector snail domination dependence barrage spree builder fork luggage nickel tuberculosis inception
caliber beverage prohibition modernization sanitation vegetation sphere enlargement theorem authorization
measurement beast distributor mythology cord hierarchy assertion procurement interpreter correspondence continuity
motto projection outpost promoter salesman courtesy hypothesis nationalism friction outreach portrayal socialism
melody notebook misery dilemma allocation interchange ribbon emission volley portal reliability velocity inscription
valve elevator justification ion daylight jeep frog certainty thigh shaft fist affiliation foe tomato wool
consistency resentment settler ancestry ordeal courtyard sewage drainage psychiatrist mobility newcomer arrow
apparatus compassion pottery interval bushel crest garment encouragement miner trustee counselor golfer tenor grape
plaque salon outcry kickoff laughter imagery sidewalk capsule commando carriage voltage jeopardy murderer closet
recorder affection fraternity particle irony symposium pupil morality duel activism constituent devotion
subscription acceleration discontent ladder dough envelope wit prejudice amusement generator badge locality havoc
epicenter daddy latitude brutality wizard prose belly restriction microphone stature synthesis tract backyard
inheritance frenzy electron ego storyline accreditation tooth traveler clarity gossip congestion porch radius
authenticity mentality maid ramp occurrence royalty madness preacher negligence cigar plasma rite vulnerability
facade gentleman texture technician spectacle illusion endurance physicist gratitude setup foreman partition
abundance refrigerator convertible installment manpower ballad sunlight soprano obstruction vacancy letterman
geometry attendant conception injustice exposition troupe raft artery onset moisture sadness antenna caller coconut
realization peasant anatomy intake discretion nitrogen gravel alignment monsoon parachute waist messenger terrace
gut hardship steroid banquet stabilization velvet zinc aisle fastball calf hut backbone validity disadvantage
coincidence calcium outsider calculation tempo corpse nursery incidence drone weir cyclist educator shotgun atom
sage admiration severity sorrow thief onslaught defect curiosity emblem resemblance rehearsal humiliation detachment
seriousness tractor platoon outset honesty nucleus dice realism nobility coroner insect slum ozone confinement
breeze accomplishment ballroom anthropology folklore impetus modification temper mistress ancestor uproar hoop
patriotism concerto vogue dismay displacement sprinter masterpiece blackout razor subdivision cruelty downfall
metaphor distraction hillside babe repetition consolation desperation steak nun microwave verb percussion hallmark
spine objection fisherman specimen standpoint satire heel ignorance precaution attachment mosquito betrayal
patronage spectator disturbance vengeance gee rpm dissatisfaction lineage stride lat wrath denomination vocabulary
discourse planner chord metropolis warmth hobby dessert gown martyr turbine temptation groove heroine simplicity
diversion nostalgia lamp assassin shrapnel arthritis ledger feasibility scenery progression fairway resonance weed
vanity proclamation rendition dugout bucket termination lagoon diarrhea entirety excavation upheaval rationale
posture deity abbot bluff tenant dormitory concussion pathway cafeteria worm ghetto repertory allowance mast jade
novelty token induction gangster tavern sickness anarchy competence outfield infield corporal perfection similarity
relevance impulse bitterness compass paragraph rodeo juror algae discomfort nonfiction fascination sham supremacy
quiz equilibrium maze blackberry detector bibliography deduction flair symbolism backstage retention superiority
deficiency orchard foreigner towel infiltration purity sleeve notation meadow pavement pennant staircase marrow
forehead expectancy haze gloom clown terminology chick suspense dusk vine abdomen vigilance utilization youngster
morrow racket tendon absorption chemist sincerity valuation retribution combustion packet expiration prowess pencil
candle cartridge viewpoint beneficiary willow graveyard gourmet compartment exhaustion flaw wardrobe owl vowel stove
paradox penetration violinist organism violet choreography papa pony hallway complicity wreath cellar horseback
accumulation liquidation inlet waterfall sherry formulation suitcase liter ecstasy ventilation demeanor indifference
heyday thickness correlation fragment wallet greatness adherence dime hymn lantern axe symmetry outburst peg
driveway illustrator farce traitor cartoonist liar imposition scent disbelief believer whiskey foliage limb
applicant circumstance ant sewer breadth abandonment automation lore contradiction conservatism burglary tango
enactment layoff acquaintance disapproval pulpit criterion hideout apex scarf listener dependency intrusion gardener
housewife noun backer goodness interviewer headmaster divinity furor loophole anguish opus tremor farmhouse perfume
implication agony roadway sensibility countryman culmination pebble potassium incompetent receipt tyranny motif
ailment pigeon glee anthropologist ambiguity paradigm displeasure trooper hypocrisy enclosure insurrection residue
accessory magician theologian bulb vitality waiter zeal distortion fireplace odor sofa sonar characterization
initiation analogy limitation attire parlor populace sophistication deacon blindness vapor hesitation infancy flux
lust reinforcement experimentation pathology fascism surveyor respite geologist instrumentation relic soloist
slugger sediment nausea prophecy sweetheart pillow peacock chimney halo pamphlet barley overture chrome disposition
decency syllable obscurity rooftop chloride statistic saloon pasture reprisal microscope revolver efficacy
fulfillment arithmetic shrub elegance repository gymnast follower mammal interruption accelerator dung chlorine loft
cortex inclination persistence slab supper angst melee rhino brilliance heartbeat nightfall heroism coupon brandy
liberalism rendezvous tray stimulation parenthood humility linen adjunct remnant windshield avoidance cohesion
suffix mania clergyman forerunner mastery martini jealousy subsistence thirst squirrel aspiration drizzle phosphate
precedence symptom familiarity parasite hysteria nuisance duct enjoyment imperialism eternity unwillingness
incitement streetcar robber industrialization manifestation syntax knack cadre substrate pollen mercenary
adolescence pedigree proprietor diffusion hue inconvenience disobedience integer helium composure rug torso
polynomial mischief hinge intellect purification indignation discrepancy mule disintegration irritation dialysis
doorway loneliness contraception fingerprint topography thoroughfare collusion lefty duplication hostess quotation
trough rotor confidant mouthpiece palette bartender gradient propagation approximation appropriation torrent bandit
scuffle pear embankment antagonist thyroid vaudeville boyhood demarcation whisky wavelength accompaniment recourse
epithet misfortune appendix coexistence gadget conformity coefficient appointee drawer lipstick abyss villager
rancher antelope serpent periodical sportsman polarization seam wildcat grudge deliberation muzzle aristocracy
omission micron cliche vase bouquet meteor ass apprehension oxidation usefulness acreage gunner`,
  ],
  [
    2,
    `
have think know make want take find come feel give keep tell believe read stop become understand stay leave remember
learn bring happen hold wait follow stand create expect include provide enjoy agree suggest seem speak build lose
continue sell meet consider hear wear walk offer please recommend write inter allow grow spend exist beat save lower
explain choose reach protect contain tend begin invest represent avoid send accept listen join treat prevent jump
update forget receive serve download perform decide catch maintain apply collect improve prefer affect hang assume
defend realize imagine remain appear enter attend develop discuss install fail reflect require remove produce
achieve except carry thank launch ensure deserve expand prove shoot reduce connect encourage deliver respond teach
occur solve remind earn seek refer fell ignore operate involve bear manage monitor bother predict argue cheat quote
replace indicate consult promote lift appreciate survive adjust determine afford advise complain relax compete admit
describe upgrade detect disappoint highlight spin recall gather celebrate steal contribute delete generate discover
belong reject identify sustain adapt recover grab obtain depend confirm express divide settle reveal accomplish
enable consist transform quit convince chat destroy disagree react observe compare commit proceed sing pray borrow
suffer bless organize participate establish weigh explore interpret recognize eliminate publish extend marry cancel
climb suppose employ define enhance insist dump prepare succeed hire attract emerge console restrict retain
construct forgive alter demonstrate interact qualify disappear creep acknowledge pour float deploy realise arrive
pretend pursue conclude entertain educate spoil bump advertise dismiss translate refuse swing adopt vary swim
integrate resist shake evolve restore confront steam deny govern boil submit investigate distract pepper fulfill
engage calculate distribute execute relate skip examine withdraw upload consume communicate drill introduce motivate
rebound exhaust disturb punish differ absorb wipe flirt strengthen pronounce assess intend invite bake portray
prohibit overcome possess correspond annoy sneak impose satisfy insert subscribe disrupt swear anticipate announce
assert swap enroll incorporate apologize attach persist regulate cruise arrange contend freeze coincide slap align
refresh condemn endorse depict pledge interfere confess enforce relieve approve empower accord recognise retire
utilize consolidate contradict multiply inherit greet admire analyze inhibit grind descend acquire negotiate
comprise activate distinguish explode puzzle convey facilitate add buy dig eat hug let mix owe rid rob rub saw shy
sit sue try win get say see put ask bob cease probe shuttle resign slam cooperate pat elect rape oppose boycott
persuade declare offset rebuild threaten flee comply overhaul cope testify undermine levy suspend revive spill
accommodate disclose seize warn birdie dominate regain stir justify putt accuse intervene scare specify bore violate
appoint disarm renew accelerate propose assure reopen evaluate unite inform forge merge stabilize oust constitute
weaken evacuate compensate slash gamble recount tighten occupy transplant reinforce stimulate hatch lend verify
pinch accompany woo locate dip salvage emphasize donate prosecute bury tolerate postpone topple commemorate muster
criticize arise avert minimize expire expose abide reconsider resemble heal whistle shrink plague undertake clarify
remake repay inspire acclaim prevail steer discourage exclude speculate shine cite lounge intensify inspect rove
await reassure dare disperse grasp concede overturn kidnap nod breathe convene quell recess digest provoke plead
ratify retrieve vow uphold depart deepen amend invade withstand designate isolate expel adhere assemble endure
authorize alleviate surround enact behave strive devote allege suppress initiate reconcile fade divert illustrate
soar revise reside capitalize barbecue reclaim accumulate eradicate rip broaden abolish salute thrive exert obey
modify nominate mend underscore jeopardize render transmit lam impress reap inject denounce supervise audition
diminish bind melt administer enrich defy manipulate surpass erase attain widen endanger conceal smuggle soften
navigate intimidate conform hesitate penetrate modernize retaliate mobilize conquer overlap notify roast cater
terminate duplicate maximize imply tilt beg complicate hinder snatch rewrite rejoin insure congratulate induce
embark erode evade perceive dart overrun stud withhold collaborate recapture revamp relinquish sprinkle downgrade
curtail rust chant commute reunite override fetch ignite tailor shun derive overtake spit carve mourn vie certify
beset dampen deteriorate rethink dispose nestle peck propel sow chop linger enlist reproduce emulate excel cough
lessen forbid differentiate assign flop consort allocate simmer overlook choke devise rebuke mistrust clamp summon
preach cultivate loosen prolong manifest restrain migrate characterize appease liberate skid wander abound confuse
mitigate defer erupt simplify symbolize inflict unfold unify rotate scrub specialize roam compose equip infiltrate
detonate precede chew formulate inhabit compel stifle stun ponder unleash originate preside dispel evoke reconstruct
deprive shuffle tuck reaffirm compile envision commence impede simulate tack invoke dedicate interrupt underestimate
beware dwell shave subsidize offend disband foresee stumble discard hijack unload cling encompass denote wield
elevate traverse discriminate proclaim materialize contemplate shorten solicit dub applaud sag zoom sever undo drown
soak revert nab publicize incite thrash demolish reorganize fulfil poke invent resent sprawl prescribe wrestle
overwhelm outweigh decorate redeem unlock classify infect dine snub reiterate precondition grapple underline emit
indulge obstruct hustle recreate injure enlarge circulate ascend indict snag harden entail affirm blink outnumber
warp puff instruct`,
  ],
  [
    3,
    `
will need work love look help play show point place start question name answer state head change number post care
hope call hand support talk line reason face power market experience matter mind order move check process house
price police book film cause test control deal report form stuff class list phone return couple turn rest cost watch
service program guess break lead pick amount issue sense date result interest visit plan ball space risk court link
view project fall record store share hate fire weight land drive bank study credit travel contact page increase
fight search sign pass figure wish attack title kill comment trade career father cover match design focus rate
respect track practice board count brand race contract block vote trust email worry term spot pain function address
screen mine band speed step release gain code range coach picture drink content felt campaign damage approach sleep
dream center subject mark attempt staff touch lack style stage measure challenge fish bill force stick interview
review partner file throw flow demand doubt cook effect rule judge train limit burn shop score fear dress evidence
pull click claim trip laugh drop drug charge press voice cash kick roll suit rock seat station condition award
document finish budget mistake wonder handle stress cast exercise mass pack joke notice heat trouble note print
murder load object mention display pair league benefit feed push fill pattern battle taste miss ship switch gift
balance purchase progress sentence grade harm factor lock ride blow draw dance structure raise crowd ring request
pitch plant abuse shape promise profit waste loan copy camp feature sport rise rain command influence smoke smile
mouth rent milk farm fuel wind guard strike wash tour master shift spell retail convert crash shock sugar stream
channel bike advance root desire bomb transfer trick supply truck honor appeal protest blame breed smell concern
struggle paint fashion thread photograph scale blog draft bunch guide exchange license jail wheel border till kiss
guarantee bond char bull package stretch favor boost string spring poll wave flag prop label assist champion
surprise rush repeat centre snow shirt format core defeat demo edge debate estimate frame fault witness knock cycle
drag panel tear pool assault implement signal stake winter tool plug schedule flash labor mail wake contest survey
conflict strip conduct capture occasion reward chart counsel recruit experiment repair volunteer programme regard
gear cable rail delay arrest circle lunch hide pump wing cloud ruin grant coast wrap stone debut journey chip hook
wage urge comfort permit regret escape nose sample layer hack plot finance decrease bench wire screw detail storm
divorce import scan rival bridge sight exhibit punch remark shower flood excuse garden mate sand wound pilot warrant
filter reform transport reserve leak scheme sponsor fool angle nail broadcast trigger slip snap sweat encounter
default arch pace spray brush scream crush pocket motion nurse audit tattoo rescue trail span tackle clip combat
roof shoulder cheer shame mirror flip yield slot clock spark tune discount export register twist phrase bite array
anger provision resolve praise output reply tire prize steel ease grass decline deposit patch peak index abandon
crop scratch thumb worship insult trash addict thrill surge dust attribute pose sacrifice loop breakfast buff hint
collapse resort advocate slide headline coat venture drum seal chill drain dispute shadow mount rumor visa curve
trap contrast neighbour yell pound lease scam mask vacation poison pride discipline humor forecast blend blast
supplement snake shout alarm chase adventure resume bail embrace pipe exploit jerk stack costume slice combine scrap
shade delight compound junk dislike ghost consent stroke compliment concentrate sink compromise patent favour
manufacture stamp rally panic jacket grip sequence petition strain brew bubble silence chin bulk leverage preserve
desert auction burst honour hedge garage nickname lobby torture discharge lecture substitute compress sweep smash
bounce grill affiliate streak crown sanction shampoo skate wreck mandate motorcycle shield boast breach skirt bleach
essay caution patrol act aid aim arm bag ban bar bat bet bid bow box bug cap cry cup die dog dot end eye fan fix fly
gas hat hit jar jaw jet kid lap lie log map oil pan pay pen pet pin pop pot row run sin ski spy tap tax tie tip use
wax ram can minister commission institute bay telephone tower chamber palm raid seed quake halt soil associate shell
clash stem harbor dawn boom parade shed belt veto surrender revenge reign relay retreat triumph fence slump herald
pioneer commune decree flower cement pit hike tag hop mortar fare orbit harvest gauge taxi glory bolster anchor
meter sculpture spotlight bargain gesture merit potter outrage hammer duck trace rap plunge blaze chorus cure disk
delegate haul jam spur toss bogey cluster peer proposition telegraph overthrow con sail escort merchandise ambush
slaughter rage treasure leap lure beam dodge dock collar vacuum marvel fold bypass rim coin buzz pile cart crunch
prey safeguard elbow nest dissent dose charm whip bulletin thrust dive pad refrain squeeze marshal glance outline
pardon rein thunder dispatch glimpse slate dash butt brook extract repeal rig blanket spiral buffer pause beard
graph bud sting bloom sack cane complement lumber hail purse hurdle neglect flurry foil eclipse sketch sway batter
dial maneuver remedy curse pulse despair fullback hazard stunt doom stall couch dissolve flank catalogue parody foam
flock dent hurry swamp din mold herd drift rack handicap picnic slug outlaw thwart wedge needle scramble convict
notch parcel decay bribe brace tumble vein climax apprentice stump menace clutch bark cushion flick tug disguise
dictate dwarf swallow fumble keynote trumpet heed flare endeavor cube flourish roar disregard glow toast massage
distrust pity esteem lag barge veil stampede bundle vest intercept imprint splash misuse dynamite refund paste groom
knit lull disgrace discredit awe tutor reel cradle gag hamper harness knot honeymoon haunt pinpoint envy bait lump
crawl crouch plaster charcoal picket saddle mesh disgust grin gaze stare litter vent heap lapse intrigue glue hulk
stain splinter sigh grease flap counterattack feather harp spear thaw buffet diagram blur stroll tick jolt fuss
shear fuse avail mist disdain loom funnel robe scrimmage plank blossom skirmish rattle perch rumble claw hitch
solace rot shrug ripple query relish dread loaf blunder quarrel ridicule suck redress cripple throttle whisper tread
coil swarm parrot overflow sip rhyme conjecture glare preface chatter huddle slit loot scrape gasp glitter scorn
buckle bog throng`,
  ],
  [
    4,
    `
said some other many same made used great every both different another able done small trying important working
possible nice online based wanted several available strong special social according happy known large taken heard
common played similar final former following personal certain normal simple difficult tried financial main higher
recent huge legal needed whatever federal political held popular extra entire anti serious reported involved
expected poor sold natural paid specific sorry beautiful interesting moving gone amazing eight positive born medical
received turned decided considered international married changed military various awesome successful interested
older sexual built healthy required funny spent economic global announced related previous supposed latest
additional included moved increased pregnant cheap driving actual physical multiple weird kept significant basic
tough loved ended mental expensive leading telling crazy unique effective requested annual honest raised bigger
illegal foreign learned posted designed cute necessary rich limited mobile heavy religious opened developed finished
prior comfortable stopped removed paying okay traditional responsible missing smaller powerful continued larger
technical published grand digital aware forced described proud closed charged random walking famous signed greater
becoming emotional broke excited changing independent located dangerous weak useful teen younger concerned proper
broken civil missed obvious surprised micro afraid false massive operating central knowing joined tall shared
wonderful established rare electric critical existing glad terrible confirmed confident stated broad lucky treated
owned covered excellent committed colour liked prepared worried stuck experienced internal noticed agreed consistent
accurate placed alive fixed dumb pure listed earned everyday guilty greatest completed focused loud neither careful
developing creative discovered severe realized planned familiar attractive competitive valid filled helpful
increasing grown electronic permanent tired scared corporate graphic domestic tiny approved affected recorded
accepted relevant injured connected strange saved horrible angry ridiculous nuclear capable friendly defensive
intended exclusive checked mixed advanced usual reduced remaining determined scheduled identified reasonable
combined fantastic comic practical exciting virtual elected cultural efficient historical supported visual unable
scientific annoying fired linked falling confused improved alphabetical impressive regional boring dedicated
unlikely aggressive vast surrounding upper applied environmental casual ugly ordered flying numerous valued selected
silly trained typical proven surprising upcoming defined violent distinct incredible alleged remote genuine
expressed loving dramatic nervous tested fundamental attended inspired struck directed registered jealous gross
painful strict industrial wondering solar genetic opposed assuming recognized intelligent valuable featured
presidential understood sensitive curious formal extended immediate awkward driven scary ongoing engaged complicated
brilliant outstanding vocal unusual rising controlled retired granted adopted attached external latter dirty
declared destroyed laid rude banned reliable worldwide innocent conscious proved intense strategic lazy
uncomfortable detailed substantial loyal bored ancient extensive acquired hilarious hired hidden struggling dynamic
challenging subsequent thrown sought temporary fiscal urban rural exposed drawn improving continuing unlike outdoor
sufficient insane qualified visible ultimate athletic clinical appointed secondary suspended studied historic
regulatory acceptable hungry spoken harsh affordable realistic neutral ultra vital legitimate rational precise
crucial diverse uncertain sudden logical ethnic assigned nasty impressed threatened continuous skinny organic
ignorant comprehensive void mutual entitled preferred innovative eligible mild residential frozen unfair depressed
brutal automatic controversial universal unlimited delicious vulnerable peaceful meaningful authentic prominent
silent consecutive unexpected gorgeous racial tremendous enormous dropping municipal passionate grateful grey
confusing satisfied forgotten apparent minimal psychological unnecessary polite chronic clever overwhelming piercing
adequate convenient underlying worn emerging dominant infected artificial infinite administrative anonymous
antibiotic striking buried promising deliberate beneficial compatible encouraging stunning eager pleasant militant
participating serial flexible adorable frustrated generous inherent disclosed identical big few hot mad new odd old
raw sad cruel dense neat noisy spicy wealthy lovely ripe risky salty shallow shiny slim stale sturdy tasty southern
eastern royal supreme sixth parliamentary mid crude legislative golden urgent gay provincial tied eighth electoral
naval agricultural widespread deadly educational rapid tropical coastal preliminary underground revolutionary
metropolitan tribal atomic literary classical influential considerable biological modest bitter elderly inner
optimistic bloody extraordinary elementary wooden electrical conventional progressive fierce operational suburban
explosive hostile remarkable artistic adjacent partial reluctant fatal ambitious volatile civic indoor institutional
eleven medieval experimental spectacular keen legendary hopeful mechanical excessive favorable decisive fictional
technological dual lesser occasional distant mere eventual outer unsuccessful costly bold underway lone fragile
structural profitable respective suspicious noble statistical notorious lengthy informal toxic instrumental olive
mandatory architectural suitable successive teenage symbolic evident acute mysterious tragic skeptical automotive
precious credible lethal intact transitional oral unhappy protective distinctive comparable unofficial persistent
productive eldest wary delicate forty anxious respiratory unpopular magnetic paramount ethical mountainous seasonal
inadequate exceptional airborne worthy theatrical prone profound disastrous charitable constructive memorable
vertical vacant transparent unanimous stricken insufficient confidential colorful lunar grim geological biblical
furious unaware sixteen sluggish enthusiastic promotional inappropriate sunny subtle mathematical molecular
prospective functional elegant bizarre optical portable thorough supportive sympathetic philosophical systematic
circular exotic postwar linear endless prosperous verbal populous questionable shaken recreational eyed explicit
radioactive formidable gradual vague geographical adverse theological thermal polar tentative theoretical infectious
countless superb magical scenic indirect infamous probable definitive incomplete destructive lonely eighteen neo
customary immense scoreless sporadic chaotic terrific potent invisible fortunate sixty unstable vicious
authoritarian primitive clad magnificent vigorous foremost moist relentless mistaken handsome speedy lively
speculative uncommon restive eternal ample synthetic defiant horizontal fiery organizational arbitrary perennial
reckless sincere unpaid irresponsible heroic rigorous seventeen elusive communal absurd passive unpredictable
fearful staunch marginal bleak inconsistent vibrant simultaneous predictable competent unavailable vivid rigid
liable satisfactory irregular turbulent miserable vocational drunken uneasy desirable sizable scholarly vain
straightforward irrelevant antique glorious inexpensive dubious procedural solitary doubtful linguistic tangible
energetic pragmatic inclusive definite winless youthful periodic divisive aesthetic bureaucratic photographic
comparative akin nineteenth imperative dimensional useless terrestrial susceptible sensible inferior nominal
indefinite finite proportional icy fond developmental muddy naive brisk wee statutory inaccurate uneven ancestral
focal poetic singular cynical blond rusty eleventh upright feminine humorous restrictive spontaneous feasible
sensational unrealistic respectable orbital applicable dietary ecclesiastical slender fashionable cosmic intentional
therapeutic understandable noticeable intercontinental abrupt peculiar muscular ambiguous newborn meaningless
cumulative frantic dim sinister rectangular solemn stormy recognizable stubborn unfamiliar clerical foolish festive
thoughtful eighty scant unpleasant bacterial luxurious numerical ominous sober incapable cerebral forceful
picturesque imaginary fuzzy sticky intricate marital metallic gigantic dormant midwestern tolerant equitable murky
inactive coherent merry stagnant bogus rhythmic slack rebellious cinematic sentimental ninety precarious unreliable
optimal adamant gruesome restless abdominal worthwhile geometric indispensable erotic peripheral planetary plentiful
disproportionate splendid respectful mindful impatient slippery frail witty spatial triumphant sleepy economical
cozy helpless plausible troublesome literal defective masculine unseen futile conspicuous obscene irrational
indifferent blatant quantitative damp lofty majestic unfavorable intermittent poignant meager selfish apt celestial
implicit immoral contractual disparate shameful subjective incompatible reflective lowly redundant reciprocal
hypothetical spacious raucous nasal onetime sensory trivial stout graceful quasi extravagant disruptive marvelous
mundane firsthand cheerful sunken porous discrete superficial sparse imaginative monastic eighteenth paranoid
buoyant indecent rosy miscellaneous angular concurrent deceptive harmonious insignificant exquisite flawless
hopeless sixteenth empirical flashy dreadful immortal particulate conclusive delightful operatic ecstatic
microscopic coarse lukewarm pulmonary unwelcome introductory unavoidable nonexistent usable edgy radial analogous
jubilant illiterate pathetic colossal imperfect posterior attributable undue physiological negligible lousy brazen
placid diminutive cowardly monstrous inhuman symphonic illustrious expressive rustic unorthodox regimental hairy
admirable kinetic barbaric parochial fruitless lavender deductible undesirable bovine prewar mute lacy seventeenth
diagonal roundabout fervent frivolous skeletal intolerable cumbersome inhumane juicy careless fifteenth supersonic
vascular needless clumsy spectral intrinsic topical continual priceless tedious unbroken handmade quaint eloquent
shrewd exuberant proficient spherical cylindrical curly enigmatic senseless impractical wasteful manic oblivious
elastic mythological timid socioeconomic opaque wayward`,
  ],
  [
    5,
    `
going three million kind public must side looking short four local whole young black taking five given worth future
human self white coming lost current choice running general size billion living safe national dead private original
favorite firm seven professional ready middle potential official material sent stupid dark starting blue female
regular seeing individual green gold male particular senior standard cold active negative worst executive plus
incident modern waiting nine opening sick complex overall commercial chief wearing secret winning expert minute
criminal adult sitting solid willing flat understanding fighting metal weather saving impossible alternative
standing minor patient acting primary magic opposite initial minimum evil liquid relative moral novel chemical drunk
native zero joint giant conservative dozen plastic sharing mini liberal offensive veteran plain thick passing ideal
objective instant suffering favourite wise constant extreme excess routine assistant acid pink supporting fifth
maximum medium representative variable academic silver musical principal junior mono hundred essential orange twin
resident downtown spiritual uniform dying raising unknown desperate alien romantic absolute closing premium thousand
honey fluid ruling generic civilian superior homeless intent activist virgin wireless radical interior blonde
dependent homosexual concrete purple ordinary intellectual regulation collateral narrative straw disabled twenty
immune hybrid lesbian analog contemporary peanut trillion bad due fat red six two one pro ten notable ninth interim
aged composite editorial colonial grave surplus amateur sole collective twelve cardinal cautious elder inaugural
thirty epidemic contrary cooperative sovereign inevitable compact oval epic fifteen fifty tenth faithful aggregate
stiff thirteen intermediate dear unfortunate characteristic motive integral fourteen sore variant exterior captive
savage deaf lightweight hollow unconscious crisp earnest twentieth auxiliary nonsense runaway phantom miniature nude
differential capitalist orderly utmost stereo amber eccentric boon nineteen adolescent supernatural crimson myriad
lyric mortal bully commonplace phony anterior imitation impromptu melancholy ultraviolet rowdy manifold`,
  ],
  [
    6,
    `
like last free live open cool perfect correct complete smart warm separate direct shut select appropriate secure
exact busy thin smooth empty mature prompt lean narrow alert gentle corrupt exempt frequent steady awake elaborate
cut dry lay own sour steep tame spare foul tender alternate absent bare brave bankrupt sheer blunt intimate obscure
mock humble weary lavish dull idle approximate faint erect utter articulate limp forfeit dilute sublime maroon`,
  ],
  [
    7,
    `
found mean light level stock chance single front average sound major star color hurt total present base fair model
cross double rank equal spread suspect radio graduate welcome crack salt fake split plane iron upset bound motor
brief prime calm blind yellow rear stable premier reverse moderate fancy parallel fit key net set top wet pale tidy
trim triple coordinate abstract stray subordinate swell`,
  ],
  [
    8,
    `
just about there also then only really after even before around never here always though probably between actually
ever away again already once either maybe often usually almost along needs quite rather across instead within soon
especially sometimes longer definitely simply recently exactly completely below currently anyway easily quickly
daily earlier nearly certainly eventually finally totally throughout generally mostly basically anymore immediately
directly absolutely highly perhaps obviously seriously beyond extremely truly personally clearly otherwise fully
twice particularly none somewhere faster possibly anywhere kinda literally automatically slightly therefore properly
previously forever closer honestly thus perfectly entirely necessarily approximately apparently specifically fairly
normally typically constantly slowly everywhere indeed somehow regardless relatively regularly originally somewhat
ultimately mainly incredibly hopefully rarely suddenly naturally primarily largely barely significantly frequently
potentially correctly initially physically closely heavily respectively effectively essentially alongside widely
reportedly allegedly besides equally roughly increasingly elsewhere carefully merely closest repeatedly occasionally
afterwards gradually seemingly partially ago but not now however too yet meanwhile shortly officially newly strongly
aside publicly subsequently formerly virtually sharply briefly formally aboard partly successfully deeply commonly
notably annually rapidly politically badly nevertheless hardly unfortunately greatly temporarily privately
separately severely internationally similarly actively jointly legally historically moreover afterward dramatically
nonetheless openly consistently nationally locally predominantly hence firmly additionally exclusively quietly
simultaneously steadily poorly thereafter strictly safely surprisingly narrowly sexually independently freely
considerably mentally sometime surely solely namely altogether substantially permanently furthermore unusually
deliberately precisely thereby extensively secretly financially unanimously differently technically economically
critically lightly presumably peacefully overwhelmingly lately supposedly purely practically desperately
unexpectedly thoroughly likewise consequently voluntarily indefinitely instantly tightly specially promptly readily
continuously swiftly positively smoothly frankly wholly accordingly inevitably abruptly emotionally sufficiently
commercially reasonably remarkably vigorously seldom gently accurately fortunately individually socially presently
loosely wildly fiercely bitterly angrily undoubtedly apiece fundamentally indirectly professionally continually
adequately happily someday drastically prominently ashore moderately comfortably periodically cautiously vastly
efficiently internally mistakenly exceptionally chiefly reluctantly appropriately proudly utterly violently sadly
hastily terribly nicely tentatively systematically dangerously beautifully finely principally wrongly loudly
radically randomly harshly popularly eagerly intensely profoundly markedly westward universally comparatively calmly
evidently morally decidedly visibly modestly visually theoretically anew aloud enormously northward oddly favorably
culturally invariably secondly uniquely artificially decisively statistically variously progressively informally
neatly plum geographically conversely ideally bodily relentlessly sincerely immensely afar rightly flatly distinctly
softly squarely alternately silently painfully mildly vaguely brilliantly enthusiastically solidly wisely
tremendously preferably overboard scarcely casually politely downright nominally gravely confidently patiently
ordinarily scientifically southward wonderfully keenly dearly frantically boldly steadfastly nervously consciously
academically exceedingly vividly incidentally furiously anxiously passionately uniformly realistically endlessly
thereof convincingly centrally religiously strikingly unnecessarily plainly`,
  ],
  [
    9,
    `
part today plenty yesterday tomorrow tonight nowhere nay`,
  ],
  [
    11,
    `
bang bolt`,
  ],
  [
    12,
    `
more over very most still better through sure such under hard each next pretty real less least full later together
likely true fine early easy super late above deep alone straight ahead fresh quick wide sweet wild soft tight decent
bright apart sharp nearby awful lowest overseas alright abroad asleep far ill low off mighty all out any overnight
alike outright halfway upward downward backward timely upstream eastward outward barefoot inward kindly`,
  ],
  [
    13,
    `
good first much well right best home little high enough second left past half behind outside third inside fast worse
fourth overhead`,
  ],
  [
    14,
    `
down long clear near forward further slow loose rough`,
  ],
  [
    15,
    `
back wrong close clean round damn counter square quiet flush`,
  ],
];

/** Words that say the same: one group a line. */
export const WORDNET_SYNONYMS: readonly string[] = `
abandon abandonment|abdomen abdominal|abdomen belly stomach|abide stay|ability able|ability power|abound abundance|
about approximately roughly|abroad overseas|abruptly suddenly|absence absent|absolute sheer|
absolutely perfectly utterly|absorb absorption|absurd ridiculous|academic academy|accelerator throttle|
accent emphasis|accept acceptance|accept consent|acceptance adoption|accepted recognized|accessory supplement|
acclaim hail herald|accommodate adapt|accommodate fit suit|accompaniment accompany|accomplish accomplishment|
accomplish achieve attain|accomplish execute fulfil fulfill|accomplishment achievement|accordingly consequently|
account explanation|account history|accumulate accumulation|accumulate collect compile|accumulation collection|
accusation accuse|achieve achievement|acid bitter|acknowledge admit|acquaintance familiarity|acquire acquisition|
acquire assume|acquire get|acres estate|act action|act behave|action activity|activate spark trigger|active activity|
active fighting|activism activist|actually really|acute keen piercing sharp|adapt adjust conform|add addition|
addict addiction|adequate enough|adhere cling|adjacent next|adjust adjustment|adjust align|adjustment modification|
administer administration|administer administrative|administer distribute|administration disposal|
administration establishment organisation organization|admiration admire|admission admit|adolescent teenager|
adopt adoption|adopt borrow|advance improvement|advance progress progression|advanced innovative|advertise publicize|
advertisement advertising|advise advisor|advise counsel|advise notify|advise propose suggest|advisor consultant|
advocate recommend urge|affair liaison|affair matter|affair occasion|affiliate consort|affiliation tie|
affirm assert swear|affirm confirm|afford give yield|after afterward afterwards later subsequently|
aged elderly older|agency office|agenda schedule|aggregate total|agony suffering|agree agreement|
agreement correspondence|aid assist help|aid assistance|aide auxiliary|ailment complaint|
aim intent intention purpose|aim propose|airplane plane|alarm dismay|alien exotic|alien foreign|alien foreigner|
align alignment|allege say|alleviate ease facilitate|alleviate relieve|allocate allocation|allow grant|
allow let permit|allow permit|almost nearly virtually|alone exclusively only solely|also likewise too|alter change|
alternate alternative|alternative choice|altogether completely entirely totally wholly|always ever|
amateur recreational|amazing awesome|amber gold|ambiguity ambiguous|ambition ambitious|ambitious challenging|
amend amendment|amend improve|amount quantity|amount sum|ample plentiful|amusement entertainment|analog parallel|
analogous analogy|analyst analyze|analyze examine study|anatomy figure flesh frame|ancestor ancestral|
ancestry lineage pedigree|anchor backbone|anger angry|angle angular|anguish torture|animal beast creature|
animation life|announce announcement|announce declare|announcement proclamation|annoy bother|answer reply respond|
answer reply response|answer result solution|antagonist opponent|anthropologist anthropology|anticipate expect|
anticipate foresee|anticipate predict|anticipation expectancy|anticipation prediction|any whatever|apart aside|
apologize apology|apparatus setup|apparent appear|apparent evident plain|apparently seemingly|appeal charm|
appeal prayer|appear appearance|appear look seem|applicable apply|applicant apply|application apply|
apply employ use utilize|appoint appointee|appointment engagement|appreciate treasure|apprehension dread|
apprehension understanding|approach near|appropriate reserve|approval approve|approve sanction|
approximate estimate gauge judge|approximation estimate|apt given|arc spark|architect designer|argue argument|
argue contend|arguing argument contention controversy|argument statement|arise originate|arise rise|
aristocracy nobility|arrange arrangement|arrangement organization|arrest collar nab nail|arrival arrive|arrive come|
art artist|art artistic|articulate formulate phrase|articulate pronounce|artillery gun|artist artistic|aside away|
asking request|ass bottom seat tail|assemble gather|assert assertion|assess assessment|assess evaluate measure|
assign assignment|assign attribute|assign delegate|assist assistance|assist assistant|associate association|
associate connect link relate|assume assumption|assumption premise|assurance confidence|
assure ensure guarantee insure|assure ensure insure|athlete athletic|atom atomic|atomic nuclear|attached connected|
attack attacker|attack onslaught|attain reach|attempt effort endeavor|attempt seek try|attempt undertake|
attend attendance|attitude position posture|attorney lawyer|attract attraction|attract attractive|attract pull|
attributable attribute|attribute dimension|authentic authenticity|author writer|authorities government regime|
authorization mandate|auto automobile car|availability available|average norm|avert avoid|avoid avoidance|await wait|
awake wake|award honor honour|award prize|aware awareness|away off|awful dreadful fearful terrible|
awful dreadful terrible|awful terribly|babe baby infant|back backward|backstage wing|bacteria bacterial|
badly ill poorly|badly severely|bag purse|ballot vote voting|ban prohibition|band circle|bang blast|bang slam|
bang smash|bankrupt bankruptcy|bar block|bar saloon|barbaric savage|bare nude|barely hardly scarcely|basement cellar|
basically essentially fundamentally|bat batter|batter buffet|batter hitter slugger|battle conflict engagement fight|
battlefield field|beast wildcat|beat crush|become get|before earlier|beg solicit|begin commence start|
beginning kickoff outset|behavior behaviour|behavior demeanor|being existence|being organism|belief believe|
belief feeling impression notion|believe believer|believe think|believe trust|beneficial benefit|benefit gain profit|
benefit welfare|berth post|beset plague provoke|bias prejudice|big large|bigger larger|bike motorcycle|
biological biology|bit chip scrap|bite sting|bitter bitterness|bitterness resentment|bizarre eccentric|blade sword|
blast boom smash|blind blindness|blond blonde|blood bloody|bloom blossom|bloom blossom flower|blossom unfold|
blur obscure|board plank|bogus fake phony|bomb bomber|book volume|boom roar thunder|boost encouragement|boost hike|
border surround|bore drill|boring tedious|boss foreman|bounce rebound|bound jump leap spring|boundary edge|bow defer|
boy boyhood|brain mentality wit|brain mind|branch subdivision|breach violate|breadth width|breakthrough discovery|
breakup separation|bright smart|brilliance brilliant|brilliance glare|brilliant superb|bringing delivery|brisk fresh|
broad extensive wide|broad wide|broadcast transmit|brotherhood fraternity|brutal brutality|
brutal cruel savage vicious|buckle warp|buff fan lover|build construct|bulk majority|bulk volume|bullet slug|
bully rowdy|bump encounter find|bump knock|bunch cluster|bunch gang|bundle package packet|burden load|
bureaucracy bureaucratic|burial bury|burn glow|burst explode|burst explosion|burst split|bury inter|
business job occupation|but just merely only simply|buy buying|buy purchase|buying purchasing|cable telegraph|
calculate calculation|calculate estimate forecast|caliber quality|call name|call phone telephone|calling career|
calm composure|cancel cancellation|candidate nominee|capability capable|capitalism capitalist|captive prisoner|
capture charm|capture seizure|cardinal central fundamental key|carefully cautiously|cargo freight shipment|
carpet rug|carrier carry|carry transport|cart drag haul|cartoon cartoonist|case instance|case lawsuit suit|
catalog catalogue|catastrophe disaster|catastrophe disaster tragedy|category class|cause induce stimulate|
caution cautious|caution precaution|cease end finish terminate|cease quit stop|celebrate celebration|
cemetery graveyard|cent penny|center central|center middle|certain sure|certainly sure surely|certification certify|
certify evidence manifest|certify license|challenge dispute|chance fortune hazard luck|chance opportunity|
channel transmit|character characteristic|character characterize|character quality|character role|
characteristic feature|chase pursuit|chase trail|chat chatter|cheap inexpensive|chemical chemistry|chemist chemistry|
chief main primary principal|chiefly mainly primarily principally|child childhood|child kid minor youngster|
chill cool|chill thrill|choice prime|choice selection|choose prefer|choose select|chorus refrain|chunk lump|
cinema cinematic|cinema film|circle circular|circuit tour|circular round|circulate circulation|circumstance context|
circumstances fate fortune luck|cite mention refer|city metropolis|clarity clear|clash crash|clash friction|
class classify|class grade|classification classify|clearly distinctly|clergy clerical|clerical clerk|
cliche commonplace|click tick|client customer|climate mood|clinic clinical|clip time|close closing|close shut|
closed shut|closet wardrobe|cloth fabric textile|clue hint|clutch grip|clutch seize|coach manager|coast coastal|
coil spiral|collaborate collaboration|collaborate cooperate|colleague fellow|collect gather|column tower|
combination combine|combine compound|come coming|comedy comic|comfort console solace|comic funny|coming upcoming|
command commander|commemorate mark|commence start|comment commentary|comment remark|commentator observer|
commission committee|commit commitment|commit dedicate devote|commitment loyalty|common mutual|
commonly normally ordinarily usually|communicate communication|commute commuter|companion fellow|comparative compare|
comparatively relatively|compare comparison|compass range scope|compensate compensation|compete competition|
compete competitive|compete competitor|compete vie|competence competent|competition contest|competitor rival|
compile compose|complain complaint|complete completion|complete finish|completed realized|complex complexity|
complex composite|compliance comply|compliance conformity|compliment congratulate|component compose|
component constituent element|component element factor ingredient|component part portion|compose composer|
compound deepen intensify|comprise contain incorporate|con scam|conceal hide|concede concession|concede confess|
concede grant|concede yield|concentrate concentration|concentrate focus|concentration density|concept conception|
conception creation|concern refer relate|conclude conclusive|conclusion decision|concurrent simultaneous|
condemn condemnation|conference league|confess confession|confidence confident|configuration shape|
confirm confirmation|conflict struggle|confront face|confuse confusion|confused lost|congratulate pride|
congregation fold|congressman representative|conjecture speculate suppose|conjecture speculation|connect link|
conquer seize|conquer suppress|conscious consciousness|consequence effect outcome result|consider consideration|
consider deal|consider regard view|consider weigh|considerably substantially|consist dwell|
consistently systematically|consolation console|consolation solace|consolidate consolidation|constantly forever|
constantly invariably|constitution establishment formation|construct construction|construct manufacture|
consult consultation|consultation interview|consume consumer|consume consumption|consumption intake|
contain container|contempt despite disdain scorn|contend contention|contend contest|content message|
continuation continue|continue keep|continue preserve uphold|continue proceed|continuity continuous|
continuously endlessly|contract contractor|contract contractual|contribute contribution|contribute contributor|
contribute lend|contribution donation|controversial controversy|convenience convenient|convention pattern rule|
conventional established|conversion convert|conversion transition|convey express|convict conviction|
conviction sentence|cook fix prepare|cooperate cooperation|cooperate cooperative|coordinate coordination|
coordinate organize|cope grapple|copy simulate|core essence|core nucleus|correct correction|correct redress|
correspond correspondence|correspond correspondent|correspond match|couch put|couch sofa|counsel counselor|
count matter|countless myriad|country nation|couple match|cover extend|craft trade|crawl creep|crazy mad|
create creation|create creative|create creature|create make|creation initiation|creative creativity|creep sneak|
crest peak top|crew gang|criminal outlaw|crimson red|crisp sharp|criterion standard|critic critical|critic criticize|
critical criticism|critical vital|crop harvest|cross traverse|crowd herd|crush squeeze|crush suppress|
cry outcry yell|cry scream shout yell|cry yell|cult furor|cultivate cultivation|cultural culture|cultural ethnic|
cure remedy|curiosity curious|curious funny peculiar singular|currently presently|curse oath|curse swear|
curtail restrict|custom customary|custom tradition|custom usage|cut cutting|cut reduce|dad daddy papa pop|
damage harm|damp moist|dampen stifle|dance dancer|dance dancing|danger dangerous|danger risk|dark darkness|
darkness shadow|dart dash|dash smash|day daylight|deadlock impasse|deadly lethal|deal dealing|deal treat|
dealer trader|dear honey|death die|death dying|debris dust junk|debut entry introduction|decency decent|decent nice|
decent properly|decide decision|decidedly definitely|declaration declare|decline refuse|decline refuse reject|
decor decorate|decrease diminish lessen|decrease lessen|decree fiat|dedicate dedication|deepen intensify|
deeply profoundly|defeat overcome|defect fault flaw|defend defensive|defer postpone|defiance defiant|defiant defy|
deficiency lack|deficit shortage|define definition|define specify|defy resist|defy withstand|degree level|
degree level stage|deity divinity god|delicate fragile|delicious delightful|delight please|deliver delivery|
demand involve need require|demo demonstrate exhibit present show|demonstrate demonstration|
demonstrate establish prove show|demonstration presentation|denial deny|dense density|depart departure|depart vary|
departure difference|departure going leaving|depend dependent|dependence dependency|dependence dependent|
dependency dependent|depict describe|depict picture|depict portray|deposit sediment|deposit stick wedge|
deprive strip|derive gain|descend descent|descend fall|descent origin|describe report|deserve merit|design designer|
design plan|designate designation|desire want|despair desperation|destiny fate|destroy destruction|
destroy destructive|destroy ruin|detail item|detailed elaborate|detect detection|detect detector|
detect discover find notice observe|detective investigator|detector sensor|determination determine|
determination finding|determine influence shape|determine set|detonate explode|develop development|develop evolve|
development evolution|devise forge formulate invent|devote devotion|diary journal|dictate prescribe|
dictatorship tyranny|die expire|diet dietary|differ difference|differ different|difference different|
difference differential|difference differentiate|differentiate distinguish|differentiate distinguish mark|
differently otherwise|difficult hard|difficulty trouble|dim faint|diminutive tiny|dine dinner|direct director|
direction way|directly immediately instantly|directly straight|director manager|dirt dirty|dirt soil|
disability disabled|disability handicap|disagree disagreement|disagreement discrepancy|disappear disappearance|
disappoint disappointment|disaster disastrous|disc record|discard dispose|discharge dispatch|
discipline field subject|disclose expose reveal|discount dismiss disregard ignore|discourage warn|discover discovery|
discover hear learn|discrepancy variant|discriminate discrimination|discuss discussion|disdain scorn|disgrace shame|
dispatch shipment|disperse sprinkle|display exhibit expose|disposal dispose|disposal disposition|dispose disposition|
dispute quarrel|disregard ignore snub|disrupt disruptive|disrupt interrupt|disruptive turbulent|
distinction distinguish|distinguish recognize|distress suffering|distribute distribution|distribute distributor|
distribute spread|district territory|distrust mistrust suspect|distrust suspicion|disturb disturbance|
disturb interrupt|disturb upset|dive plunge|diverse diversity|diversion divert|diversion recreation|
diversity variety|divide division|divide separate|divide split|doctor physician|doctrine philosophy|
document documentary|dodge evade hedge skirt|domain land|domain sphere|dominance dominant|dominance dominate|
dominant dominate|dominate domination|dominate prevail reign|domination mastery supremacy|donate donation|
done through|door doorway threshold|dot stud|double dual|doubt uncertainty|doubtful dubious|dough loot|down downward|
dozen twelve|drain drainage|drama dramatic|drama play|dramatic spectacular striking|draw pull|drawn worn|dread fear|
drift float|drift impetus|drift roam rove stray wander|drift stray|drink drinking|drive driver|drive motor|
dub nickname|duplicate repeat|duration length|dusk nightfall|duty obligation responsibility|dwell inhabit live|
earn earnings|earn realise|earnings profit|earnings salary wage|earth globe world|earth ground|earthquake quake|
eat eating|economic economical|economic economy|economical economy|economist economy|ecstasy ecstatic|edgy restive|
educate education|educate educator|educate train|education educational|education instruction|effect effective|
effective effectiveness|effective efficient|efficiency efficient|ego self|elastic flexible|elder older|
elect election|elect eligible|election electoral|electric electricity|elegance elegant|elementary simple|
elevate elevation|elevate elevator|elevate lift raise|elevate promote|elevation height peak|elevation raising|
eliminate elimination|embrace encompass|embrace hug|emerge emergence|emission emit|emotion emotional|
emphasis emphasize|emphasize stress|employ employee|employ employer|employ employment|employ hire|empty hollow|
enact enactment|enactment passage|encounter meet|encounter skirmish|encourage encouragement|encourage promote|
end ending|end terminate|endanger jeopardize threaten|endeavor enterprise|endeavor strive|ended over|endless eternal|
endorse support|endurance endure|endure live survive|endure suffer|enemy foe|energetic energy|enforce enforcement|
enforce implement|enforce impose|engage pursue|engineering technology|enjoy enjoyment|enjoy love|enjoy relish|
enlarge enlargement|enlargement expansion|enormous tremendous|enormously tremendously|enough plenty|
enroll enter recruit|entail mean|enter entrance|entertain entertainment|enthusiasm enthusiastic|entire full total|
entire intact integral|environment environmental|envision fancy|envision foresee|epic heroic|equip equipment|
error fault mistake|escape flight|especially particularly specially|essence essential|essential indispensable|
establish establishment|establish found institute|establish found launch|establishment institution|esteem respect|
eternal eternity|evacuate evacuation|evaluate evaluation|evaluate value|evaluation rating|
evaluation rating valuation|eventually finally|everyday mundane routine|evidence evident|evidently obviously plainly|
evoke provoke|evolution evolve|exactly just precisely|examination examine|examination scrutiny|examine probe|
example illustration instance|exceedingly extremely super|excel excellence|excel excellent|excel surpass|
excellence excellent|except exception|except exclude|exception exceptional|exceptional particular special|
excess extra redundant surplus|excess surplus|excited mad|exclude exclusive|exclusive sole|excuse pardon|
execute execution|execute executive|execution performance|exempt exemption|exempt relieve|exercise exert|
exercise practice|exercise workout|exert wield|exhibit exhibition|exist existence|expand flourish thrive|
expect expectation|expectation outlook prospect|experiment experimentation|expiration expire|expiration termination|
explicit expressed|explode explosion|exploit exploitation|exploit feat|exploit tap|exploitation using|
exploration explore|expose exposure|express expression|express expressive|express utter|expression reflection|
extend extension|extend extensive|extend extent|extended lengthy|exterior outside|external international|
extreme utmost|extremely highly|facility installation|fail failure|fail neglect|fair reasonable|
fairly moderately pretty reasonably|faith religion|fake forge|fake sham|false mistaken|fame famous|
familiar familiarity|family household|famous illustrious notable|fancy fantasy illusion|fantastic fantasy|
fantastic marvelous terrific tremendous wonderful|fashion manner mode style way|favorite favourite|
feasibility feasible|feature have|feel feeling|feel feelings|feel sense|feeling flavor spirit|fellow fellowship|
fervent fiery|festive merry|fiction fictional|fierce furious|fight fighter|fight fighting|fight oppose|file filing|
file register|film movie|final last|finally ultimately|finance financial|finance financing|financial fiscal|
find finding|fine okay|firmly steadfastly|fix mend repair|fix secure|fix specify|flee flight|flexibility flexible|
flip toss|flock heap mass pile|flood swamp|floor story|flush heyday peak|fly wing|fog haze|foil thwart|
folder pamphlet|foliage leaf|following next|fond tender|forbid prohibit veto|forest wood|form kind sort|form pattern|
formally officially|former onetime|formerly once|formula formulate|formula recipe|formulate formulation|
formulation preparation|fortune luck|found foundation|found founder|framework model|frankly honestly|freak monster|
frenzy hysteria|frequently often|freshman newcomer|friend friendly|friend friendship|frozen icy|
fruitless futile vain|fulfil fulfill meet satisfy|fulfill fulfillment|fulfill satisfy|fun funny|function operate|
function purpose role|funny suspect suspicious|furthermore moreover|fuse fusion|fuse merge mix|gag joke|gain win|
gamble risk|gang gangster|gap opening|garden gardener|gasp puff|gay merry|gay sunny|gaze stare|generally mostly|
generate yield|generic genus|genius star wizard|gently lightly softly|gently mildly|genuine literal|
geometric geometry|gesture motion|get getting|ghost specter|giant gigantic|gift giving|gift talent|give giving|
given granted|glance glimpse|glitter shine|global globe|glorious glory|glue paste|good goodness|govern government|
govern governor|govern regulate|govern rule|grade level|graduate graduation|grand heroic|grapple grip|grave gravity|
grave sober solemn|grave tomb|great greatness|grim gruesome|grim relentless|grin smile|grocery market|grove orchard|
grow growing|grow growth|growing growth|guess hazard venture|guess imagine suppose think|guidance guide|guide lead|
guide maneuver steer|guide steer|guilt guilty|hair hairy|halfway middle|halt stop|hamper hinder|handle handling|
handle manage|handle treat|handling treatment|happen happening|happen occur|happening occurrence|happiness happy|
harbor nurse|harm hurt injury trauma|harmonious harmony|harvest reap|hazard jeopardy risk|headache worry|heal mend|
health healthy|heap mound pile|heap pile|hearing listening|heart nerve|heartbeat pulse|heat warmth|helping serving|
hence therefore thus|hesitate hesitation|hesitate pause|highlight spotlight|hinder impede|hinder obstruct|
hint suggest|historic historical|historic history|historical history|hit hitting|hit strike|hitch limp|
hold keep maintain|holding retention|holiday vacation|honor honour|hook rob soak|hop skip|hopeful promising|
household householder|however nevertheless nonetheless still|huge immense vast|hulk loom tower|human humanity|
humble humility|humble lowly|humor humorous|humor mood temper|humor wit|hunger hungry|hypothesis possibility theory|
idea ideal|idea thought|ideal saint|identification identify|identify identity|ignorance ignorant|ignorant illiterate|
ill illness|ill sick|illness sickness|illustrate illustration|image picture|imagery imagination|imagination imagine|
imaginative imagine|immensely vastly|impede obstruct|implement implementation|implication imply|
implication import significance|import meaning|importance important|impose imposition|impose inflict|impose levy|
impress impressive|impress strike|improve improvement|incite incitement|incite motivate prompt|inclination tendency|
include inclusive|incorporate integrate|increasingly progressively|independence independent|index indicator|
indicate indication|indicate indicator|indicate point|indicate signal|indict indictment|indifference indifferent|
indignation outrage|individual single|individually separately|induce stimulate|induction initiation|
industry manufacture|inevitably necessarily needs|infamous notorious|infancy infant|infect infection|
infection infectious|infiltrate infiltration|influence influential|inform information|inherent integral|
inherit inheritance|initiate initiation|initiate originate|injure injury|injure wound|innovation invention|
inquiry query question|inquiry research|insert introduce|insert tuck|inside within|insight penetration|
insignificant peanut|insist insistence|inspiration inspire|inspire prompt|install installation|instant moment|
instead rather|institution institutional|instruct instruction|instruct instructor|instruct teach|
instruction teaching|instructor teacher|instrument tool|insurrection rebellion|integrate integration|integrate mix|
integrity unity|intellectual rational|intelligence intelligent|intend intent|intense intensity|intensify intensity|
interact interaction|interest involvement|interest sake|interfere interference|interfere intervene|internet net|
interpret interpretation|interrupt interruption|intervene intervention|interview interviewer|intimate suggest|
intimidate intimidation|introduce introduction|intrusion invasion|invade invasion|invent invention|
invent manufacture|invest investment|invest investor|investigate investigating|investigate investigation|
investigate investigator|investigating investigation|investigator researcher|invitation invite|involve involvement|
involve regard|involvement participation|irony satire|irritation temper|isolate isolation|issue publish|jam throng|
jar jolt|jeopardize jeopardy|jeopardize stake|job task|journalism journalist|joy pleasure|jubilant triumphant|
judge judgment|juice juicy|junk scrap trash|justification justify|kill killer|kill killing|kinda rather|
lab laboratory|label mark tag|label pronounce|lam run|lam thrash|lance spear|lapse sink|largely mostly|
lately recently|laugh laughter|lavish shower|lay place put set|lead leader|lead result|leader leadership|
leaders leadership|lean thin|lean tilt|learning scholarship|lease letting|lecture lecturer|left remaining|
legitimate logical|lend lender|lend loan|length lengthy|lesson moral|liberal tolerant|liberate liberty|
liberate release|life living|like wish|likely probably|likewise similarly|limit limitation|limit restrict throttle|
limitation restriction|listen listener|listen listening|literary literature|little small|live living|
locality neighborhood vicinity|locate location|locate settle|located placed|lock mesh|lone lonely|lone solitary|
loneliness lonely|lose loser|love lover|luck lucky|lumber timber|lyric words|mad madness|magic magical|
magnet magnetic|maintain maintenance|maintain preserve|maintain sustain|majestic proud|major majority|make making|
manage management|mania manic|manifest manifestation|manufacture manufacturer|manufacturer producer|margin marginal|
market marketplace|marketing selling|marshal mobilize|master mastery|match rival|mate teammate|material stuff|
matter subject topic|maximize maximum|maybe perhaps possibly|mean meaning|means way|measure measurement|
medical medicine|medication medicine|meet meeting|melee scrimmage|melody strain tune|melt thaw|member membership|
memory retention|menace threat|mental mentality|mentality outlook|mention note observe remark|merchandise product|
merchandise trade|merge merger|merge unify unite|merit virtue|metal metallic|metropolis metropolitan|
microscope microscopic|might mighty|migrate migration|mine miner|minimal minimum|minimize minimum|minor minority|
miscellaneous mixed|miserable pathetic poor|mix mixture|mixture variety|mobile mobility|mobilize rally|
modernization modernize|modernize overhaul|modification modify|molecular molecule|monarch sovereign|
monster monstrous|moral morality|mortal mortality|motif theme|motion move|motion movement|motivate motivation|
motivate motive|motivation motive|mount wax|mountain mountainous|move movement|move travel|mud muddy|music musician|
musician player|muster rally|mysterious mystery|mythological mythology|narrative story tale|nationalism patriotism|
necessary necessity|necessity requirement|needed required|neglect overlook|negotiate negotiation|
neighbor neighborhood|neighbor neighbour|newspaper paper|nobility noble|nominate nomination|note notice|note observe|
nothing zero|notice noticeable|notice notify|novel novelist|now today|number numerical|nurse nursing|
object objection|objection protest|objective target|obscure obscurity|obscure vague|observation observe|
observation watching|observe observer|obtain receive|occupation occupy|odor scent smell|odor smell|ominous sinister|
open opening|operate operation|operate operator|opinion sentiment|opponent oppose|oppose opposition|
opposition resistance|optical visual|optimism optimistic|opus piece|orbit orbital|order tell|organization organize|
origin root source|outcome result|outfield outfielder|output yield|outrage shock|outstanding prominent|
overcome overwhelm|overhaul overtake|override overturn reverse|own owner|own possess|owner ownership|
owner proprietor|ownership possession|pace step stride|pack package|package parcel|paint painter|paint painting|
painting picture|pamphlet tract|panic terror|paradigm prototype|parent parenthood|parish parochial|part partial|
partially partly|participate participation|particular peculiar special|partner partnership|partner spouse|
pass passage|pass surpass|passage transition|patch plot|path route|patrol police|pattern practice|pavement sidewalk|
pay payment|penalty punishment|penetrate penetration|perceive perception|percent percentage|percentage share|
perform performance|perform performer|perfume scent|permission permit|persist persistent|persist prevail|
persistence persistent|persistent relentless|perspective position view|persuade sway|petition request|
phantom specter|phase stage|philosopher philosophy|philosophical philosophy|phone telephone|photo photograph|
photograph photographic|physical physics|physicist physics|pianist piano|pitch toss|place placement|place spot|
plan planner|plan planning|plan program|planet planetary|plant works|play player|pleasant please|please pleasure|
poetry verse|politician politics|ponder reflect speculate|populace public|popular popularity|portrait portray|
portrait portrayal|portray portrayal|possess possession|possibility possible|possible potential|pot toilet|
pour swarm|practical practice|pray prayer|preach preacher|precarious unstable|precaution safeguard|precede precedent|
precede predecessor|precedence priority|predict prediction|prefer preference|preference taste|pregnancy pregnant|
premier prime|preparation prepare|prescribe prescription|presence present|present presentation|
presently shortly soon|preserve save|press pressure|press urge|prevent prevention|prey target|price terms|
print publish|privacy secrecy|probability probable|procedural procedure|procedure proceed|procedure process|
proclaim proclamation|produce producer|produce product|product production|productive productivity|
progress progression|project task|prominence prominent|promote promotion|promotion publicity|promptly quick quickly|
propose proposition|proposition suggestion|prosecute prosecution|prosecute prosecutor|prosperity prosperous|
protect protection|protect protective|protection security|proved proven|provide provider|provide provision|
provide render supply|provider supplier|province provincial|province state|psychological psychology|
psychologist psychology|publication publish|publish publisher|punish punishment|pupil student|purchase purchasing|
pure purity|purely strictly|pursue pursuit|pursuit quest|push pushing|putt putting|qualification qualify|
qualify quality|quick speedy|quickly rapidly|quietly softly|quotation quote|quotation reference|race racial|
race rush speed|racism racist|radial radius|radical revolutionary|radical ultra|radio wireless|rage storm|
rarely seldom|ratify sign|raucous rowdy|react reaction|react respond|reaction response|read reader|read reading|
readiness ready|real reality|realism reality|reality world|realization realize|realize recognize|
realize see understand|really truly|reasonable sensible|rebellion rebellious|rebuild reconstruct|recall remember|
receive receiver|receive recipient|reception response|recognition recognize|recommend recommendation|record recorder|
recount tell|recover recovery|recover regain retrieve|recreate revive|recreation recreational|recruit recruitment|
reduce reduction|reducing reduction|reel spin|refer reference|reflect reflective|refund repay|refusal refuse|
regiment regimental|register registration|regret sorrow|regulate regulation|regulate regulatory|regulation rule|
rehabilitation renewal|reinforce reinforcement|reiterate repeat|reject rejection|relate relation|
relation relationship|relevance relevant|reliability reliable|religion religious|religious spiritual|
remain remainder|remain remnant|remain stay|remainder residue rest|remarkable singular|remarkably unusually|
remind reminder|removal remove|renew renewal|repeat repetition|replace replacement|replace replacing|
replace substitute|replacement replacing|replacement substitute|represent representation|represent representative|
represent symbolize|representative spokesperson|require requirement|rescue saving|resemblance resemble|
resent resentment|reside residence|reside resident|residence resident|residence residential|resign resignation|
resignation surrender|resolve settle|respective several various|restrict restriction|restrict restrictive|
resume survey|retain retention|retaliate retaliation|retaliate revenge|retaliation revenge|retire retirement|
retire withdraw|retreat withdraw|reunion reunite|revise revision|revolution revolutionary|rhyme verse|
rhythm rhythmic|ride rider|rigorous strict|risk risky|rite ritual|road route|rob robber|rob robbery|rock stone|
rock sway|roll wheel|romance romantic|rotate rotation|rule ruler|run runner|run running|sad sadness|sail sweep|
salvage save|satisfactory satisfy|say state tell|scene scenic|scene view|scheme strategy|scholar scholarly|
scholar scholarship|scholar student|science scientist|science skill|scrape scratch|screen test|search seek|
section segment|sector sphere|see seeing|see witness|seek seeking|seize seizure|select selection|sell selling|
send sending|sensation sense|sensational stunning|sense sensitive|sense sensor|sensitive sensitivity|
sentiment sentimental|sequence succession|serial series|serial successive|seriousness sincerity|serpent snake|
server waiter|settle settlement|settle settler|settlement village|severe severity|share sharing|sharp shrewd|
ship shipment|ship shipping|shoot shooting|shooting shot|shop shopping|shop store|shot stroke|show showing|
sick sickness|sight vision|sign signature|sign subscribe|significance significant|significant substantial|
silence silent|similar similarity|simple simplicity|sincere sincerity|sing singer|sing singing|sing song|sit sitting|
slash whip|sleep sleeping|sleep sleepy|slender slim|slender thin|slice slit|slide slip|slightly somewhat|slip steal|
slug slugger|smoke smoking|snap tear|solo soloist|sore tender|sovereign supreme|space spatial|span traverse|
speak speaking|speak speech|speak talk|specialize specify|spectacle spectacular|spectral spectrum|
speculate speculation|speculate speculative|speculation venture|speed speedy|speed velocity|spend spending|
sphere spherical|splash sprinkle|sponsor sponsorship|spot spy|squad team|stability stable|stabilization stabilize|
standpoint viewpoint|state statement|statistical statistics|stimulate stimulation|stimulate stimulus|stimulate stir|
stimulation stimulus|storage store|storm stormy|stout sturdy|strain strive|strategic strategy|stricken struck|
stride tread|study survey|stuff thrust|subject theme topic|submission submit|succeed succession|succeed successive|
succeed successor|sue suit|suffer suffering|suffer sustain|suggest suggestion|sun sunlight|superior superiority|
supervise supervision|supervise supervisor|supplier supply|support supporting|support supportive|survival survive|
survive survivor|suspect suspicion|suspend suspension|suspicion suspicious|swap switch|sway swing|swim swimming|
symbol symbolic|symbol symbolize|sympathetic sympathy|symphonic symphony|tale tell|talk talking|teach teacher|
technical technological|technician technique|technological technology|teen teenage|tend tendency|terror terrorist|
terrorism terrorist|test testing|tested tried|testify testimony|theater theatrical|theological theology|
therapeutic therapy|therapist therapy|think thinking|think thought|thinking thought|thrash toss|tolerance tolerate|
tolerant tolerate|topple tumble|tour tourist|trade trader|tradition traditional|tragedy tragic|trail trailer|
train training|transfer transplant|transfer transportation|translate translation|transmission transmit|
transport transportation|travel traveler|treat treatment|triumph victory|turn turning|underline underscore|
undermine weaken|understand understandable|understand understanding|unify unit|universal universe|universe world|
urge urgent|urgency urgent|usable use|usage use|usage use utilization|use user|usefulness utility|utility utilize|
utilization utilize|vacancy vacant|vain vanity|valid validity|variable vary|variant vary|variation vary|
violate violation|violence violent|violin violinist|visit visitor|vote voter|vote voting|wait waiting|war warfare|
warn warning|wealth wealthy|whiskey whisky|willing willingness|win winner|win winning|wit witty|withdraw withdrawal|
work worker|worth worthy|write writer|write writing
`
  .trim()
  .split(/\s*[|]\s*/);
