import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { wallsRule } from './scripts/eslint-walls.ts';

const TIME =
  'Only src/runtime touches time and chance: take a Clock or an Rng as a dependency, so that tests move time instead of waiting.';
const PRINT = 'Only src/cli prints or exits: return a value, throw a GatewayError or emit an event.';

const timers = ['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
  name,
  message: TIME,
}));

const timeReads = [
  { object: 'Date', property: 'now', message: TIME },
  { object: 'Math', property: 'random', message: TIME },
  { object: 'process', property: 'hrtime', message: TIME },
];
const prints = ['exit', 'exitCode', 'stdout', 'stderr', 'argv'].map((property) => ({
  object: 'process',
  property,
  message: PRINT,
}));
const environment = {
  object: 'process',
  property: 'env',
  message: 'Only src/cli reads the environment; it hands it to config, where every name is checked.',
};

const SHAPES = [
  {
    selector: 'TSEnumDeclaration',
    message: 'No enums: Node runs the source by erasing types. Use a union or an `as const` array.',
  },
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Named exports only: a name is the same everywhere it is used.',
  },
];

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.cache/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 10 },
      ],
      // `x ?? y` over a value whose type says it is there is how we guard against the wire lying.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Rethrowing what was caught is no throw of ours.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowRethrowing: true }],
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...SHAPES],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    plugins: { llamascope: { rules: { walls: wallsRule } } },
    rules: {
      'llamascope/walls': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-globals': ['error', ...timers],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:timers', message: TIME },
            { name: 'node:timers/promises', message: TIME },
            { name: 'node:perf_hooks', importNames: ['performance'], message: TIME },
          ],
        },
      ],
      'no-restricted-properties': ['error', ...timeReads, ...prints],
      'no-restricted-syntax': [
        'error',
        ...SHAPES,
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: TIME },
        { selector: "CallExpression[callee.name='Date']", message: TIME },
      ],
    },
  },
  {
    // The page runs in a browser: its clock and timers are the browser's. It prints nowhere either.
    files: ['web/**/*.ts', 'web/**/*.tsx'],
    ignores: ['**/*.test.ts'],
    plugins: { llamascope: { rules: { walls: wallsRule } } },
    rules: {
      'llamascope/walls': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/runtime/**/*.ts'],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-properties': ['error', ...prints, environment],
      'no-restricted-syntax': ['error', ...SHAPES],
    },
  },
  {
    files: ['src/cli/**/*.ts'],
    rules: { 'no-console': 'off', 'no-restricted-properties': ['error', ...timeReads] },
  },
  {
    // Tests, scripts and examples talk to the outside world; their types are held to the same rules.
    files: [
      '**/*.test.ts',
      'test/**/*.ts',
      'scripts/**/*.ts',
      'examples/**/*.ts',
      'bench/**/*.ts',
      '*.config.ts',
    ],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
);
