// The dispatcher's queue: what is placed leaves after eight seconds, the next one opens at once, and what is refused comes back with its sentence.
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

/* ---- numbers that the queue must know of: put aside in this session, leaving in this minute ---- */
const read = name => (document.cookie.split('; ').find(c => c.startsWith(name + '='))?.slice(name.length + 1) ?? '').split('.').filter(Boolean);
const keep = (name, ids, life = '') => { document.cookie = `${name}=${ids.slice(-100).join('.')}; path=/triage; samesite=lax${life}`; };
const add = (name, id, life) => keep(name, [...read(name).filter(i => i !== id), id], life);
const drop = (name, id, life) => keep(name, read(name).filter(i => i !== id), life);
const leaving = 'triage.leaving', aside = 'triage.aside', minute = '; max-age=60';

// A click on a link, so that the page changes without being loaded anew: a load would end the time for undoing.
function go(href) {
  const link = Object.assign(document.createElement('a'), { href });
  document.body.append(link);
  link.click();
  link.remove();
}
const next = () => $('#triage-next')?.getAttribute('href') ?? '/triage';
// From then on a form is sent as it stands, also a second time when the line was cut: with the same command id it is done once.
function fix(form) {
  $('input[name=lead]', form).value = form.dataset.lead;
  form.append(...$$('input[name=assist]:checked', form).map(i => { const kept = Object.assign(document.createElement('input'), { type: 'hidden', name: 'assist', value: i.value }); kept.dataset.unit = i.dataset.unit; return kept; }));
  $$('.sgs, .find, .also, .acts, p, [data-found]', form).forEach(part => part.remove());
  delete form.dataset.hold;
}

/* ---- placing ---- */
document.addEventListener('submit', e => {
  const form = e.target;
  if (!form.matches('form[data-place]') || !e.submitter?.dataset.unit) return;
  form.dataset.hold = form.dataset.sentence.replace('{unit}', e.submitter.dataset.unit);
  form.dataset.lead = e.submitter.value;
}, true);

document.addEventListener('hub:held', e => {
  const form = e.target, id = form.dataset.place, strip = $('#placed');
  if (!id || form.dataset.stay || !strip) return;
  $$(`form[data-place="${CSS.escape(id)}"]`, strip).forEach(f => f.remove());
  add(leaving, id, minute);
  const to = next();
  fix(form);
  strip.append(form);
  go(to);
});
let undone;
const placed = e => e.target.closest?.('#placed form[data-place]');
document.addEventListener('hub:done', e => { placed(e)?.remove(); });
document.addEventListener('hub:undone', e => { const form = placed(e); if (!form) return; drop(leaving, form.dataset.place, minute); form.remove(); undone = form; go('/triage/' + form.dataset.place); });
document.addEventListener('hub:refused', e => { const form = placed(e); if (form) { drop(leaving, form.dataset.place, minute); form.classList.remove('lost'); } });
document.addEventListener('hub:lost', e => { const form = placed(e); if (form) { drop(leaving, form.dataset.place, minute); form.classList.add('lost'); } });

document.addEventListener('click', e => {
  const id = e.target.closest?.('[data-aside]')?.dataset.aside;
  if (id) { add(aside, id); go(next()); }
  if (e.target.closest?.('[data-drop]')) e.target.closest('form').remove();
});

/* ---- any unit: by name, code, or the first letters of its syllables ---- */
let units;
const load = async () => { try { units ??= await (await fetch('/triage/units')).json(); } catch { units = undefined; } return units ?? []; };
const follows = (letters, typed) => { let at = 0; for (const c of letters) if (c === typed[at]) at++; return at === typed.length; };
function rank(u, typed) {
  if (u.name.startsWith(typed) || u.code === typed || u.code.split('-').at(-1).startsWith(typed)) return 0;
  if (u.initials.startsWith(typed)) return 1;
  if (u.name.includes(typed) || u.initials.includes(typed)) return 2;
  return typed.length > 1 && /^[a-z]+$/.test(typed) && follows(u.initials, typed) ? 3 : 9;
}
async function find(field, at = 0) {
  const list = $('#found'), typed = field.value.trim().toLowerCase(), all = typed ? await load() : [];
  if (field.value.trim().toLowerCase() !== typed) return;
  const found = all.map(u => [rank(u, typed), u]).filter(([r]) => r < 9).sort((a, b) => a[0] - b[0]).slice(0, 8).map(([, u]) => u);
  list.replaceChildren(...found.map((u, n) => {
    const li = document.createElement('li');
    li.role = 'option'; li.id = 'found-' + n; li.ariaSelected = String(n === at);
    li.dataset.code = u.code; li.dataset.unit = u.name;
    li.append(Object.assign(document.createElement('b'), { textContent: u.name }), ' ', Object.assign(document.createElement('span'), { className: 'meta t3', textContent: u.area }));
    return li;
  }));
  if (typed && found.length === 0) list.append(Object.assign(document.createElement('li'), { role: 'option', ariaDisabled: 'true', textContent: $('[data-also]').dataset.none }));
  list.hidden = !typed;
  list.dataset.at = at;
  field.ariaExpanded = String(!list.hidden);
  if (found.length) field.setAttribute('aria-activedescendant', 'found-' + at); else field.removeAttribute('aria-activedescendant');
}
function lead(form, li) {
  const button = $('[data-found]', form);
  button.value = li.dataset.code;
  button.dataset.unit = li.dataset.unit;
  form.requestSubmit(button);
}
function assist(form, { code, unit }) {
  const place = $('[data-also]', form);
  const there = $$('input[name=assist]', form).find(i => i.value === code);
  if (there) { there.checked = true; return; }
  const label = Object.assign(document.createElement('label'), { className: 'chip' }), box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'assist', value: code, checked: true });
  box.dataset.unit = unit;
  label.append(box, `${place.dataset.assist} ${unit}`);
  place.append(label);
}
const close = field => { field.value = ''; find(field); };
document.addEventListener('focusin', e => { if (e.target.matches?.('[data-find]')) load(); });
document.addEventListener('input', e => { if (e.target.matches?.('[data-find]') && !e.isComposing) find(e.target); });
document.addEventListener('compositionend', e => { if (e.target.matches?.('[data-find]')) find(e.target); });
document.addEventListener('keydown', e => {
  const field = e.target;
  if (!field.matches?.('[data-find]') || e.isComposing || e.keyCode === 229) return;
  const options = $$('#found [data-code]'), at = +($('#found').dataset.at ?? 0);
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); find(field, (at + (e.key === 'ArrowDown' ? 1 : options.length - 1)) % Math.max(1, options.length)); }
  if (e.key === 'Escape') { close(field); $('h1')?.focus(); }
  if (e.key === 'Enter') {
    e.preventDefault(); // a form's first button would be pressed
    const li = options[at];
    if (!li) return;
    if (e.shiftKey) assist(field.form, li.dataset); else lead(field.form, li);
    close(field);
  }
});
document.addEventListener('mousedown', e => {
  const li = e.target.closest?.('#found [data-code]'), field = $('[data-find]');
  if (!li) return;
  e.preventDefault();
  if (e.shiftKey) assist(field.form, li.dataset); else lead(field.form, li);
  close(field);
});

/* ---- the next case begins at its top; one that was taken back has the units that were to assist ---- */
window.Blazor?.addEventListener('enhancedload', () => {
  const words = $('.tr .bd'), form = undone && $(`.d form[data-place="${CSS.escape(undone.dataset.place)}"]`);
  if (words) words.scrollTop = 0;
  if (form) for (const kept of $$('input[type=hidden][name=assist]', undone)) assist(form, { code: kept.value, unit: kept.dataset.unit });
  if (form) undone = undefined;
});
