// The walls of scripts/walls.ts over the whole import graph, plus what only a graph can see: cycles, files that
// nothing reaches, and packages that package.json does not name. The linter says the same at each import.
const { WALLS } = require('./scripts/walls.ts');

const walls = Object.entries(WALLS).map(([folder, wall]) => ({
  name: `wall-${folder}`,
  comment: wall.because,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/[^/]+/', pathNot: [folder, ...wall.may].map((name) => `^src/${name}/`) },
}));

module.exports = {
  forbidden: [
    ...walls,
    {
      name: 'no-circular',
      comment: 'A cycle has no bottom: neither file can be read, tested or replaced first.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file of src that no entry reaches is dead, or was meant to be wired and is not.',
      severity: 'error',
      from: {
        path: '^src/(cli/main|index)\\.ts$|^src/[^/]+/index\\.ts$|-worker\\.ts$',
      },
      to: {
        path: '^src/',
        // The entries themselves, what a thread or a script starts, and what only tests share.
        pathNot:
          '\\.test\\.ts$|^src/(cli/main|index)\\.ts$|^src/[^/]+/index\\.ts$|-worker\\.ts$|/reference\\.ts$|^src/dialect/test-support\\.ts$|^src/cache/(test-support|store/(contract|sample-entry))\\.ts$',
        reachable: false,
      },
    },
    {
      name: 'not-to-tests',
      comment: 'Tests are not published.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$|^(test|bench|examples|scripts)/' },
    },
    {
      name: 'only-declared-packages',
      comment: 'A package that works only because another one brought it breaks on the next install.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
        // An optional peer is installed here for the tests.
        dependencyTypesNot: ['npm-peer'],
      },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
    moduleSystems: ['es6'],
  },
};
