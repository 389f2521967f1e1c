// Who may import whom. The lines are those of the architecture: each rule says why it is there.
const NODE_BUILTINS = 'core';
/** Names and types of a flow's messages, without zod. */
const FLOW_CONTRACTS = '^canonical/flows/';

/** Everything in a folder may import only these paths (and itself). */
function only(name, comment, from, allowed, dependencyTypesNot = []) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from },
    to: { pathNot: allowed, ...(dependencyTypesNot.length > 0 && { dependencyTypesNot }) },
  };
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that import each other cannot be read one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-imports-test',
      comment: 'What proves the product is no part of it.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    only(
      'canonical-only-zod-and-currencies',
      'The language everybody speaks depends on nobody; a fence goes along with a call (async_hooks).',
      '^canonical/',
      ['^canonical/', '^node_modules/(zod|currency-codes)/', '^async_hooks$'],
    ),
    only(
      'canonical-rules-are-pure',
      'Rules run inside workflows: zod would be 600 KB more in the bundle of every worker.',
      '^canonical/rules/',
      ['^canonical/(rules|schema|ports|flows)/', '^node_modules/currency-codes/'],
    ),
    {
      name: 'canonical-rules-take-only-types-from-schema',
      comment: 'Schemas load zod; their types do not. The contract of the order flow is no schema.',
      severity: 'error',
      from: { path: '^canonical/rules/' },
      to: {
        path: '^canonical/(schema|ports)/',
        pathNot: FLOW_CONTRACTS,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'flow-contracts-load-nothing',
      comment: 'They hold the names that flows and their callers share, and run in both.',
      severity: 'error',
      from: { path: FLOW_CONTRACTS },
      to: { pathNot: ['^canonical/(flows|rules)/'], dependencyTypesNot: ['type-only'] },
    },
    only(
      'workflows-stay-deterministic',
      'A workflow knows rules, types, the SDK and the types of activities; it reaches nothing else.',
      '^workflows/',
      [
        '^workflows/',
        '^canonical/',
        '^activities/',
        '^node_modules/@temporalio/(workflow|common)/',
      ],
    ),
    {
      name: 'workflows-take-only-types',
      comment: 'Activities and schemas are typed from, never loaded into the sandboxed bundle.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        path: '^(activities/|canonical/(schema/|ports/|installation))',
        pathNot: FLOW_CONTRACTS,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'activities-do-not-know-vendors',
      comment: 'Activities speak to ports; which vendor is behind one is wired in workers.',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: '^(connectors|api|workers|audit|sandbox|stack|bench|campaign)/' },
    },
    {
      name: 'api-does-not-act',
      comment: 'The API writes rows and calls updates; effects belong to flows.',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^(activities|workers|audit|sandbox|stack|bench|campaign)/' },
    },
    only(
      'connectors-know-canonical-and-http',
      'A vendor is a folder: it speaks HTTP on one side and our language on the other.',
      '^connectors/',
      ['^connectors/', '^canonical/', '^node_modules/(undici|zod|csv-parse|saxes)/'],
      [NODE_BUILTINS],
    ),
    {
      name: 'connectors-do-not-share',
      comment: 'One vendor never depends on another; what they share lies beside them.',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/' },
      to: { path: '^connectors/[^/]+/', pathNot: '^connectors/$1/' },
    },
    only(
      'store-knows-canonical-and-postgres',
      'SQL and what it means; no HTTP, no workflows.',
      '^store/',
      ['^store/', '^canonical/', '^node_modules/(@types/)?(pg|node-pg-migrate|zod)/'],
      [NODE_BUILTINS],
    ),
    only(
      'moments-know-canonical-and-store',
      'One transaction over the nouns of the store; what is outside is asked by activities.',
      '^moments/',
      ['^moments/', '^store/', '^canonical/'],
    ),
    only(
      'setup-knows-canonical-and-yaml',
      'It reads what an installation says; what a vendor needs to be told, its caller brings.',
      '^setup/',
      ['^setup/', '^canonical/', '^node_modules/(yaml|zod)/'],
      [NODE_BUILTINS],
    ),
    {
      name: 'sandbox-stands-alone',
      comment: 'A stand-in that shared our code would share our mistakes.',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: {
        path: '^(workflows|activities|moments|connectors|setup|store|workers|api|audit|stack|bench|campaign)/',
      },
    },
  ],
  options: {
    exclude: { path: '^(dist|coverage|\\.throughline)/' },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
