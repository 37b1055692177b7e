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
// The queue knows the neighbours as they are now; right after a case was opened it may not have heard of it, then the page's own hold.
function neighbour(to) {
  const queue = $('.q ul'), page = $('.tr');
  return (queue?.dataset.current === page?.dataset.current && queue?.dataset[to]) || ($(`[data-to=${to}]`)?.getAttribute('href') ?? '/triage');
}
const next = () => neighbour('next');
document.addEventListener('click', e => { const link = e.target.closest?.('a[data-to]'); if (link) link.href = neighbour(link.dataset.to); }, true);
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

/* ---- merged: done at once, the next one opens; the queue may not have heard of it yet ---- */
document.addEventListener('hub:done', e => {
  const id = e.target.dataset?.merge;
  if (!id || e.target.dataset.stay) return;
  add(leaving, id, minute);
  go(next());
});

/* ---- any unit that find.js found ---- */
function assist(form, { code, unit }) {
  const place = $('[data-also]', form);
  const there = $$('input[name=assist]', form).find(i => i.value === code);
  if (there) { there.checked = true; return; }
  const label = Object.assign(document.createElement('label'), { className: 'chip' }), box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'assist', value: code, checked: true });
  box.dataset.unit = unit;
  label.append(box, `${place.dataset.assist} ${unit}`);
  place.append(label);
}
document.addEventListener('hub:found', e => {
  const { code, unit, also } = e.detail, form = e.target.form, button = $('[data-found]', form);
  if (!button) return;
  if (also) { assist(form, { code, unit }); return; }
  button.value = code;
  button.dataset.unit = unit;
  form.requestSubmit(button);
});

/* ---- a reason that brings its words: over nothing, or over another reason's ---- */
document.addEventListener('change', e => {
  const field = e.target.matches?.('[data-fills]') && $(e.target.dataset.fills);
  if (!field || (field.value.trim() && !$$('option', e.target).some(o => o.dataset.template === field.value))) return;
  field.value = e.target.selectedOptions[0].dataset.template ?? '';
  field.dispatchEvent(new Event('input', { bubbles: true }));
});

/* ---- the next case begins at its top; one that was taken back has the units that were to assist ---- */
window.Blazor?.addEventListener('enhancedload', () => {
  const words = $('.tr .bd'), form = undone && $(`.d form[data-place="${CSS.escape(undone.dataset.place)}"]`);
  if (words) words.scrollTop = 0;
  if (form) for (const kept of $$('input[type=hidden][name=assist]', undone)) assist(form, { code: kept.value, unit: kept.dataset.unit });
  if (form) undone = undefined;
});
