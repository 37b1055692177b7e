// Every unit's name, fetched once a page, by name, code, or the first letters of its syllables.
let units;
export const load = () => units ??= fetch('/units').then(reply => reply.json()).catch(() => { units = undefined; return []; });
const follows = (letters, typed) => { let at = 0; for (const c of letters) if (c === typed[at]) at++; return at === typed.length; };
function rank(u, typed) {
  if (u.name.startsWith(typed) || u.code === typed || u.code.split('-').at(-1).startsWith(typed)) return 0;
  if (u.initials.startsWith(typed)) return 1;
  if (u.name.includes(typed) || u.initials.includes(typed)) return 2;
  return typed.length > 1 && /^[a-z]+$/.test(typed) && follows(u.initials, typed) ? 3 : 9;
}
/** The best fits first; none for nothing typed, or while the names can't be had. */
export async function unitsLike(typed, most) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [];
  return (await load()).map(u => [rank(u, wanted), u]).filter(([r]) => r < 9).sort((a, b) => a[0] - b[0]).slice(0, most).map(([, u]) => u);
}
