// What the compiler does not see. Formatting is prettier's, boundaries are dependency-cruiser's.
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: a default export has another name in every file.',
};
const NO_WILDCARD_EXPORT = {
  selector: 'ExportAllDeclaration',
  message: 'Say what is exported; no wildcard barrels.',
};
const NO_PLAIN_ERROR = {
  selector: "ThrowStatement > NewExpression[callee.name='Error']",
  message: 'A plain Error makes a workflow task retry for ever: throw ApplicationFailure.',
};
const STATE_OF_A_MODULE = 'Modules are shared by all flows of a worker: keep it in the flow.';
const NO_MODULE_STATE = [
  {
    selector: ':matches(Program, ExportNamedDeclaration) > VariableDeclaration[kind!="const"]',
    message: STATE_OF_A_MODULE,
  },
  {
    selector:
      ':matches(Program, ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(Weak)?(Map|Set)$/]',
    message: STATE_OF_A_MODULE,
  },
];

export default defineConfig(
  globalIgnores(['node_modules/', 'dist/', 'coverage/', '.throughline/']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // A schema and its type have one name.
      '@typescript-eslint/no-redeclare': 'off',
      eqeqeq: 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 320 }],
      'max-lines-per-function': ['error', { max: 80 }],
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_WILDCARD_EXPORT],
    },
  },
  {
    files: ['canonical/{flows,rules}/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_WILDCARD_EXPORT, ...NO_MODULE_STATE],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        NO_DEFAULT_EXPORT,
        NO_WILDCARD_EXPORT,
        NO_PLAIN_ERROR,
        ...NO_MODULE_STATE,
      ],
    },
  },
  {
    // A test's describe block is a function too.
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
);
