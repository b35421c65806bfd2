/** Numbers, months and units in words. */
export const CARDINALS: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
};

export const ORDINALS: Readonly<Record<string, number>> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  seventh: 7,
  eighth: 8,
  ninth: 9,
  tenth: 10,
  eleventh: 11,
  twelfth: 12,
  thirteenth: 13,
  fourteenth: 14,
  fifteenth: 15,
  sixteenth: 16,
  seventeenth: 17,
  eighteenth: 18,
  nineteenth: 19,
  twentieth: 20,
  thirtieth: 30,
  fortieth: 40,
  fiftieth: 50,
  hundredth: 100,
};

export const MAGNITUDES: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
};

/** Numbers that stand alone. */
export const FIXED_NUMBERS: Readonly<Record<string, string>> = {
  half: '0.5',
  quarter: '0.25',
  dozen: '12',
  twice: '2',
  thrice: '3',
  couple: '2',
};

export const MONTHS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    january: 1,
    february: 2,
    march: 3,
    april: 4,
    may: 5,
    june: 6,
    july: 7,
    august: 8,
    september: 9,
    october: 10,
    november: 11,
    december: 12,
    jan: 1,
    feb: 2,
    mar: 3,
    apr: 4,
    jun: 6,
    jul: 7,
    aug: 8,
    sep: 9,
    sept: 9,
    oct: 10,
    nov: 11,
    dec: 12,
  }),
);

/** Month names that are also other words: they count only beside a number or where a month must stand. */
export const AMBIGUOUS_MONTHS: ReadonlySet<string> = new Set([
  'may',
  'march',
  'mar',
  'august',
  'jan',
  'dec',
  'sep',
  'jun',
]);

/** Capital Roman numerals; single letters are left out, they are too often letters. */
export const ROMAN: Readonly<Record<string, number>> = {
  II: 2,
  III: 3,
  IV: 4,
  VI: 6,
  VII: 7,
  VIII: 8,
  IX: 9,
  XI: 11,
  XII: 12,
  XIII: 13,
  XIV: 14,
  XV: 15,
  XVI: 16,
  XVII: 17,
  XVIII: 18,
  XIX: 19,
  XX: 20,
  XXI: 21,
};

/** Unit words by what they are called here; `!` marks those that count wherever they stand, not only as a pair. */
const UNIT_LINES = `
!km kilometer kilometre km kilometers kilometres kms
!m meter metre meters metres
!cm centimeter centimetre centimeters centimetres cm
!mm millimeter millimetre millimeters millimetres mm
!mi mile miles
!ft feet foot
!in inch inches
!yd yard yards
!kg kilogram kilograms kg kgs kilo kilos
!g gram grams gramme
!mg milligram milligrams mg
!lb pound pounds lb lbs
!oz ounce ounces oz
!t ton tons tonne tonnes
!l liter litre liters litres
!ml milliliter millilitre milliliters millilitres ml
!gal gallon gallons
!cup cups
!tbsp tablespoon tablespoons tbsp
!tsp teaspoon teaspoons tsp
!c celsius centigrade
!f fahrenheit
!k kelvin
!usd dollar dollars usd $
!eur euro euros eur €
!gbp sterling gbp £
!jpy yen jpy ¥
!inr rupee rupees inr ₹
!kb kilobyte kilobytes kb kib
!mb megabyte megabytes mb mib
!gb gigabyte gigabytes gb gib
!tb terabyte terabytes tb tib
!kwh kilowatt kilowatts kwh kw
!w watt watts
!v volt volts
!mph mph
!kph kph kmh
!acre acres
!ha hectare hectares
!kn knot knots
!psi psi
!pa pascal pascals
!j joule joules
!cal calorie calories kcal
!pt pint pints
!chf franc francs chf
!cny yuan cny
!amp amp amps ampere amperes
!hp horsepower
!% percent percentage %
ms millisecond milliseconds ms
sec seconds secs
min minute minutes mins
hour hour hours hrs hr
day day days
week week weeks
month month months
year year years yr yrs
am am a.m
pm pm p.m
`;

/** Abbreviations that are a unit only directly behind a number. */
export const SHORT_UNITS: Readonly<Record<string, string>> = {
  m: 'm',
  g: 'g',
  l: 'l',
  c: 'c',
  f: 'f',
  k: 'k',
  s: 'sec',
  h: 'hour',
  d: 'day',
  w: 'w',
  v: 'v',
  t: 't',
  b: 'b',
  in: 'in',
  ft: 'ft',
  mi: 'mi',
  yd: 'yd',
  gal: 'gal',
  min: 'min',
  sec: 'sec',
  second: 'sec',
  am: 'am',
  pm: 'pm',
  mo: 'month',
};

/** Unit by word; `always` is false for the time units, which are also everyday words. */
export const UNITS: ReadonlyMap<string, { readonly unit: string; readonly always: boolean }> = new Map(
  UNIT_LINES.trim()
    .split('\n')
    .flatMap((line) => {
      const [head = '', ...words] = line.split(' ');
      const always = head.startsWith('!');
      const unit = always ? head.slice(1) : head;
      return words.map((word) => [word, { unit, always }] as const);
    }),
);

/** What a whole is divided into, by the name of one part: "second" is none. */
export const FRACTIONS: Readonly<Record<string, number>> = {
  half: 2,
  quarter: 4,
  ...Object.fromEntries(Object.entries(ORDINALS).filter(([, value]) => value >= 3 && value <= 10)),
};
