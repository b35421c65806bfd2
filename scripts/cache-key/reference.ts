import { CACHE_KEY_FIELDS, type FieldRow, type Role } from './fields.ts';

const ROLES: Readonly<Record<Role, string>> = {
  text: 'key',
  scope: 'key and scope',
  ignored: 'ignored',
  default: 'same as omitted',
  uncacheable: 'not cached',
};

const HEAD = `<!-- Written by npm run generate from scripts/cache-key/fields.ts. Do not edit. -->

# What makes two requests the same to the cache

Every request of a cacheable route is put into one canonical form, whatever API it came through: the same conversation
through \`/api/chat\` and \`/v1/chat/completions\` meets the same entry when its effective options are equal.

- **Exact key**: a hash of the canonical form, the tenant, the model and the digest of its weights. Only an identical request
  has it.
- **Scope**: the same with the last user text taken out. The semantic tier compares that one text, within one scope.

Each field is one of:

| | |
|---|---|
| key | the last user text: in the exact key, compared by the semantic tier |
| key and scope | another value is another question, for both tiers |
| ignored | not looked at |
| same as omitted | this value and no value are one |
| not cached | a request with it is neither looked up nor stored |

*Exact only*: served to an identical request, never by meaning.

**Defaults.** An omitted option is what the API says it is. Ollama sets temperature 1 and top_p 1 for
\`/v1/chat/completions\` and \`/v1/completions\`, temperature 1 and no top_p for \`/v1/responses\`; native calls and \`/v1/messages\` leave
both to the model. So \`/v1/chat/completions\` without options meets \`/api/chat\` with \`{"temperature": 1, "top_p": 1}\`, and not \`/api/chat\`
without options.

**Beside the body.** The tenant (derived from the \`authorization\` header), the model's digest and the query string are in key and scope. Other request
headers are not: a beta feature that is switched on by a header alone does not make another question of a request.
`;

export function cacheKeyReference(): string {
  const sections = CACHE_KEY_FIELDS.map(
    ({ route, rows }) =>
      `## ${route}\n\n| field | shown with | is | why |\n|---|---|---|---|\n${rows.map(line).join('\n')}\n`,
  );
  return `${HEAD}\n${sections.join('\n')}`;
}

function line({ field, role, value, exactOnly, why }: FieldRow): string {
  const shown = JSON.stringify(value).replaceAll('|', '\\|');
  const short = shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
  return `| ${field} | \`${short}\` | ${ROLES[role]}${exactOnly === true ? ', exact only' : ''} | ${why ?? ''} |`;
}
