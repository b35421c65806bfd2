import type { QuestionAnswer } from './table.ts';

/** What the simulator knows without a file: general knowledge, each answer under several phrasings. */
const KNOWLEDGE: readonly (readonly [answer: string, ...questions: string[]])[] = [
  [
    'Paris is the capital of France.',
    'What is the capital of France?',
    'Which city is the capital of France?',
  ],
  [
    'Berlin is the capital of Germany.',
    'What is the capital of Germany?',
    'Which city is the capital of Germany?',
  ],
  ['Tokyo is the capital of Japan.', 'What is the capital of Japan?', 'Which city is the capital of Japan?'],
  [
    'Canberra is the capital of Australia. It was chosen in 1908 as a compromise between Sydney and Melbourne.',
    'What is the capital of Australia?',
    'Which city is the capital of Australia?',
  ],
  [
    'Ottawa is the capital of Canada.',
    'What is the capital of Canada?',
    'Which city is the capital of Canada?',
  ],
  [
    'Water boils at 100 degrees Celsius at sea level.',
    'At what temperature does water boil?',
    'What is the boiling point of water?',
  ],
  [
    'Water freezes at 0 degrees Celsius.',
    'At what temperature does water freeze?',
    'What is the freezing point of water?',
  ],
  [
    'William Shakespeare wrote Romeo and Juliet, around 1595.',
    'Who wrote Romeo and Juliet?',
    'Who is the author of Romeo and Juliet?',
  ],
  ['William Shakespeare wrote Hamlet, around 1600.', 'Who wrote Hamlet?', 'Who is the author of Hamlet?'],
  [
    'Leonardo da Vinci painted the Mona Lisa.',
    'Who painted the Mona Lisa?',
    'Which artist painted the Mona Lisa?',
  ],
  [
    'Vincent van Gogh painted The Starry Night in 1889.',
    'Who painted The Starry Night?',
    'Which artist painted The Starry Night?',
  ],
  [
    'Mount Everest is the highest mountain on Earth, 8,849 metres above sea level.',
    'What is the highest mountain in the world?',
    'What is the tallest mountain on Earth?',
    'Which mountain is the highest on Earth?',
  ],
  [
    'The Nile, about 6,650 kilometres, is usually called the longest river.',
    'What is the longest river in the world?',
    'Which river is the longest in the world?',
    'What is the longest river on Earth?',
  ],
  [
    'Jupiter is the largest planet of the solar system.',
    'What is the largest planet in the solar system?',
    'Which planet is the biggest in our solar system?',
  ],
  [
    'Mercury is the smallest planet of the solar system.',
    'What is the smallest planet in the solar system?',
    'Which planet is the smallest in our solar system?',
  ],
  [
    'Light travels at 299,792,458 metres per second in vacuum.',
    'What is the speed of light?',
    'How fast does light travel?',
  ],
  [
    'Sound travels at about 343 metres per second in air at 20 degrees Celsius.',
    'What is the speed of sound?',
    'How fast does sound travel?',
  ],
  [
    'Photosynthesis is how plants turn light, water and carbon dioxide into sugar and oxygen.',
    'What is photosynthesis?',
    'Can you explain photosynthesis?',
  ],
  [
    'Gravity is the attraction between masses; on Earth it accelerates falling things by 9.81 metres per second squared.',
    'What is gravity?',
    'Can you explain gravity?',
  ],
  ['The Second World War ended in 1945.', 'When did World War 2 end?', 'In which year did World War 2 end?'],
  ['The First World War ended in 1918.', 'When did World War 1 end?', 'In which year did World War 1 end?'],
  [
    'Neil Armstrong was the first person on the Moon, on 20 July 1969.',
    'Who was the first person to walk on the moon?',
    'Who was the first man on the moon?',
  ],
  [
    'Alexander Graham Bell received the first patent of the telephone, in 1876.',
    'Who invented the telephone?',
    'Who was the inventor of the telephone?',
  ],
  [
    'Thomas Edison made the first practical light bulb, in 1879.',
    'Who invented the light bulb?',
    'Who was the inventor of the light bulb?',
  ],
  [
    'There are seven continents: Africa, Antarctica, Asia, Australia, Europe, North America and South America.',
    'How many continents are there?',
    'What is the number of continents on Earth?',
  ],
  [
    'An adult human has 206 bones.',
    'How many bones are in the human body?',
    'How many bones does a human have?',
  ],
  [
    'The chemical symbol of gold is Au.',
    'What is the chemical symbol for gold?',
    'What is the symbol of gold in chemistry?',
  ],
  [
    'The chemical symbol of silver is Ag.',
    'What is the chemical symbol for silver?',
    'What is the symbol of silver in chemistry?',
  ],
  [
    'Boil an egg for 8 to 10 minutes for a firm yolk, then put it into cold water.',
    'How do I boil an egg?',
    'How can I boil an egg?',
  ],
  [
    'In Python, use items.reverse() to turn a list around in place, or items[::-1] for a reversed copy.',
    'How do I reverse a list in Python?',
    'How can I reverse a Python list?',
  ],
  [
    'In JavaScript, use array.sort((a, b) => a - b) to sort numbers.',
    'How do I sort an array in JavaScript?',
    'How can I sort a JavaScript array?',
  ],
  [
    'DNA carries the genetic instructions of living things in a double helix of four bases.',
    'What is DNA?',
    'Can you explain what DNA is?',
  ],
  ['The yen is the currency of Japan.', 'What is the currency of Japan?', 'Which currency is used in Japan?'],
  [
    'The pound sterling is the currency of the United Kingdom.',
    'What is the currency of the United Kingdom?',
    'Which currency is used in the United Kingdom?',
  ],
  ['The Pacific is the largest ocean.', 'What is the largest ocean?', 'Which ocean is the biggest?'],
  [
    'Portuguese is the official language of Brazil.',
    'What is the official language of Brazil?',
    'Which language is spoken in Brazil?',
  ],
  [
    'The sky is blue because air scatters short, blue wavelengths of sunlight more than long, red ones.',
    'Why is the sky blue?',
    'What makes the sky blue?',
  ],
  [
    'The heart pumps blood through the body, about 100,000 beats a day.',
    'What does the heart do?',
    'What is the function of the heart?',
  ],
  ['A leap year has 366 days.', 'How many days are in a leap year?', 'How many days does a leap year have?'],
  ['The square root of 144 is 12.', 'What is the square root of 144?', "What's the square root of 144?"],
  ['The square root of 169 is 13.', 'What is the square root of 169?', "What's the square root of 169?"],
  [
    'In Java, use Collections.reverse(list) to turn a list around in place.',
    'How do I reverse a list in Java?',
    'How can I reverse a Java list?',
  ],
  [
    'Dogs are allowed in many national parks, usually on a leash and on marked trails only. Check the rules of the park.',
    'Are dogs allowed in national parks?',
    'Can I bring my dog to a national park?',
  ],
];

export const BUILT_IN_ANSWERS: readonly QuestionAnswer[] = KNOWLEDGE.flatMap(([answer, ...questions]) =>
  questions.map((question) => ({ question, answer })),
);
