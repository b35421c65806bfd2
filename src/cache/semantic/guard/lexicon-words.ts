/** Hand-written word lists of the lexical guard. English; words of other languages count as rare. */
const list = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Carry grammar, not content. */
export const FUNCTION_WORDS: readonly string[] = list(`
  a an the this that these those it its itself he him his himself she her hers herself they them their theirs
  themselves i me my mine myself we us our ours ourselves you your yours yourself yourselves one ones
  be am is are was were been being do does did done doing have has had having can could will would shall should may
  might must ought let
  of to in on at by for from with within into onto upon about as like than via per through during between among
  against toward towards around over under across along near since until till while because though although if so
  and or but nor also too just only even very really quite rather still yet already again ever always usually often
  sometimes actually basically simply exactly please thanks hi hello hey ok okay well oh
  what which who whom whose when where why how whatever whichever whether
  there here then now up out off down any some every each either both all many much more most several few lot lots
  such same other another else own something anything everything someone anyone everyone somebody anybody
  not no never none neither without cannot
  s t d ll re ve m etc vs versus e.g i.e`);

/** Frame a question without saying what it is about; they come and go between paraphrases. */
export const GENERIC_WORDS: readonly string[] = list(`
  tell explain describe give show suggest recommend advise provide calculate compute discuss clarify say ask answer question know understand learn find out see look want need wish
  like help wonder wondering mean meaning define definition called call name word refer
  make makes made cause causes reason reasons explanation happen happens occur
  get gets got getting go goes going come comes take takes use uses used using put keep try trying work works
  way ways method methods manner approach step steps process procedure technique instruction instructions guide tip
  tips advice thing things kind kinds type types sort sorts form example examples idea ideas fact facts information
  info detail details overview summary basics simple easy easily brief briefly quick quickly short good best great
  proper properly right correct correctly possible possibly able main major key important common general generally
  certain specific particular different various following number amount total quantity point
  exist exists become becomes consist consists include includes contain contains involve involves belong belongs
  locate located situated found based lie lies part
  people person human humans somebody anyone world earth globe planet currently time times year years
  place places location city town country countries nation company language
  start begin able seem seems feel think believe guess suppose
  exact exactly actual official originally original full entire whole overall typical typically normally
  okay dear sir quickly ahead maybe perhaps
  affect effect impact consider considered determine determines factor factors recommended suggestion suggestions
  typical convert conversion summarize summarise recognize recognise identify suit deal cope interpret interpreted
  measured content level version role`);

/** Short words of everyday English; the derived list begins at four letters. */
export const SHORT_COMMON_WORDS: readonly string[] = list(`
  act add age ago aid aim air arm art bad bag ban bar bat bed bee bet bid big bit bow box boy bug bus buy cab cap
  car cat cow cry cup cut dad day die dig dog dot dry due ear eat egg end era eye fan far fat fee few fit fix fly
  fog fox fun fur gap gas god gum gun gym hat hen hip hit hot hug ice ill ink inn jar jaw jet job joy key kid kit
  lab lap law lay leg let lid lie lip log low mad man map mat mix mom mud net new nut oak odd off oil old owe own
  pan pay pen pet pie pig pin pop pot raw red rib rid rob rod row rub run sad saw sea set sex shy sin sit six ski
  sky son spy sue sum sun tap tax tea tie tin tip toe ton top toy try tub two use van vet war wax web wet win yes
  zoo app pc tv ad ads web ram cpu gpu usb wifi`);

/** Words that name a kind of thing and stand beside a name without changing what is meant. */
export const APPOSITION_WORDS: readonly string[] = list(`
  city town country state nation river mount mountain lake sea ocean island county province region village capital
  company corporation inc ltd corp co group president king queen prince emperor minister doctor dr mr mrs ms sir
  professor author writer novel book movie film song album band singer actor actress player team programming
  language programme program software operating system app website browser library framework function command
  empire republic kingdom planet element metal animal bird fish plant war battle empire dynasty famous`);

/** Adjectives whose -er and -est forms are those of the same word. */
export const GRADED_ADJECTIVES: readonly string[] = list(`
  big bright broad calm cheap clean clear clever close cold cool cruel dark deep dense dirty dry early easy fair
  fast fat few fine firm flat fresh full great happy hard healthy heavy high hot hungry kind large late lazy light
  long loud low lucky mild narrow near neat new nice noisy old poor pretty quick quiet rare rich rough sad safe
  sharp short sick simple slow small smart smooth soft sour spicy steep strange strict strong sweet tall thick thin
  tight tiny tough ugly warm weak wealthy wet wide wild wise young busy angry cute dumb fit funny hot lean lovely
  mean mighty odd pale plain proud pure raw ripe risky rude salty scary shallow shiny silly slim stale sturdy tame
  tasty tidy vast`);

/** Irregular forms and their base form, `form:base`. */
export const IRREGULAR_FORMS: readonly string[] = list(`
  ate:eat eaten:eat began:begin begun:begin bent:bend better:good bit:bite bitten:bite blew:blow
  blown:blow born:birth bought:buy broke:break broken:break brought:bring built:build burnt:burn came:come
  caught:catch children:child chose:choose chosen:choose cost:cost dealt:deal died:die dies:die dying:die drank:drink
  drawn:draw drew:draw driven:drive drove:drive drunk:drink dug:dig fallen:fall fed:feed feet:foot fell:fall
  felt:feel flew:fly flown:fly fought:fight forgot:forget forgotten:forget froze:freeze
  frozen:freeze further:far farther:far farthest:far gave:give geese:goose given:give gone:go gotten:get grew:grow
  grown:grow heard:hear held:hold hid:hide hidden:hide hung:hang kept:keep knew:know known:know laid:lay led:lead
  left:leave lent:lend lost:lose lying:lie made:make meant:mean men:man met:meet mice:mouse paid:pay ran:run
  rang:ring ridden:ride risen:rise rode:ride rose:rise rung:ring said:say sang:sing sat:sit saw:see seen:see
  sent:send shook:shake shot:shoot shown:show shrank:shrink sang:sing slept:sleep sold:sell sought:seek spent:spend
  spoke:speak spoken:speak stole:steal stolen:steal stood:stand struck:strike stuck:stick sung:sing swam:swim
  swept:sweep swore:swear taken:take taught:teach teeth:tooth thought:think threw:throw thrown:throw told:tell
  took:take tore:tear torn:tear tyre:tire tyres:tire understood:understand went:go wives:wife wolves:wolf woke:wake
  women:woman won:win wore:wear worn:wear worse:bad worst:bad written:write wrote:write knives:knife leaves:leaf
  halves:half lives:life deaths:death died:die colour:color colours:color favourite:favorite centre:center
  litre:liter litres:liter metre:meter metres:meter theatre:theater grey:gray programme:program analyse:analyze
  organisation:organization behaviour:behavior neighbour:neighbor labour:labor flavour:flavor defence:defense
  licence:license mum:mom aeroplane:airplane analyses:analysis crises:crisis criteria:criterion data:data
  indices:index matrices:matrix vertices:vertex phenomena:phenomenon bacteria:bacteria species:species news:news
  always:always series:series physics:physics mathematics:math maths:math politics:politics this:this gas:gas
  bus:bus buses:bus lens:lens does:do has:have was:be is:be are:be were:be`);

/** Turn a statement into its opposite. */
export const NEGATORS: readonly string[] = list(`
  not no never none nobody nothing nowhere neither nor without cannot hardly scarcely barely except excluding
  non fail fails failed failing unable refuse lack lacks lacking avoid avoids avoided avoiding prevent stop`);

/** Words that are their base with a "not" in front: `word:base`. Words in un- are found by rule. */
export const NEGATED_WORDS: readonly string[] = list(`
  impossible:possible illegal:legal illegally:legally irregular:regular irrelevant:relevant irrational:rational
  irresponsible:responsible irreversible:reversible inactive:active inaccurate:accurate inadequate:adequate
  inappropriate:appropriate incapable:capable incomplete:complete inconsistent:consistent incorrect:correct
  incorrectly:correctly independent:dependent indirect:direct indirectly:directly ineffective:effective
  inefficient:efficient ineligible:eligible inexpensive:expensive inexperienced:experienced informal:formal
  insecure:secure insufficient:sufficient intolerant:tolerant invalid:valid invisible:visible immature:mature
  immobile:mobile immoral:moral immortal:mortal impatient:patient imperfect:perfect impolite:polite
  improper:proper improbable:probable disable:enable disabled:enabled disabling:enabling disagree:agree
  disallow:allow disallowed:allowed disapprove:approve disconnect:connect disconnected:connected
  discontinue:continue discontinued:continued dishonest:honest dislike:like disobey:obey disqualify:qualify
  distrust:trust nonfiction:fiction nonprofit:profit nonstop:stop nonsmoking:smoking nonexistent:existent
  asymmetric:symmetric asynchronous:synchronous async:sync atypical:typical anticlockwise:clockwise
  counterclockwise:clockwise decompress:compress deactivate:activate decode:encode decrypt:encrypt
  deallocate:allocate demotivate:motivate unable:able unless:unless`);

/** Begin with "un" without being negated. */
export const NOT_NEGATED: ReadonlySet<string> = new Set(
  list(`uncle under until union unions unique unit units unite united unity universe universal universities
  university unless unto uniform unify understand understanding undergo unanimous unison unicorn unilateral unhide
  universally uniquely uncles unicode`),
);
