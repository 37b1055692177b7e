// Any unit: by name, code, or the first letters of its syllables. Who holds the field hears hub:found; a form without a say of its own is sent with the code.
import { load, unitsLike } from './units.js';
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

const listOf = field => document.getElementById(field.getAttribute('aria-controls'));
async function find(field, at = 0) {
  const list = listOf(field), typed = field.value.trim(), found = await unitsLike(typed, 8);
  if (!list || field.value.trim() !== typed) return;
  list.replaceChildren(...found.map((u, n) => {
    const li = document.createElement('li');
    li.role = 'option'; li.id = `${list.id}-${n}`; li.ariaSelected = String(n === at);
    li.dataset.code = u.code; li.dataset.unit = u.name;
    li.append(Object.assign(document.createElement('b'), { textContent: u.name }), ' ', Object.assign(document.createElement('span'), { className: 'meta t3', textContent: u.area }));
    return li;
  }));
  if (typed && found.length === 0) list.append(Object.assign(document.createElement('li'), { role: 'option', ariaDisabled: 'true', textContent: field.dataset.none }));
  list.hidden = !typed;
  list.dataset.at = at;
  field.ariaExpanded = String(!list.hidden);
  if (found.length) field.setAttribute('aria-activedescendant', `${list.id}-${at}`); else field.removeAttribute('aria-activedescendant');
}
const close = field => { field.value = ''; find(field); };
function take(field, li, also) {
  field.dispatchEvent(new CustomEvent('hub:found', { bubbles: true, detail: { ...li.dataset, also } }));
  if (field.name) { field.value = li.dataset.code; field.form.requestSubmit(); }
  close(field);
}
document.addEventListener('focusin', e => { if (e.target.matches?.('[data-find]')) load(); });
document.addEventListener('input', e => { if (e.target.matches?.('[data-find]') && !e.isComposing) find(e.target); });
document.addEventListener('compositionend', e => { if (e.target.matches?.('[data-find]')) find(e.target); });
document.addEventListener('keydown', e => {
  const field = e.target;
  if (!field.matches?.('[data-find]') || e.isComposing || e.keyCode === 229) return;
  const options = $$('[data-code]', listOf(field)), at = +(listOf(field).dataset.at ?? 0);
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); find(field, (at + (e.key === 'ArrowDown' ? 1 : options.length - 1)) % Math.max(1, options.length)); }
  if (e.key === 'Escape') { close(field); $('h1')?.focus(); }
  if (e.key === 'Enter') {
    e.preventDefault(); // a form's first button would be pressed
    if (options[at]) take(field, options[at], e.shiftKey);
  }
});
document.addEventListener('mousedown', e => {
  const li = e.target.closest?.('.find [data-code]');
  if (!li) return;
  e.preventDefault();
  take($('[data-find]', li.closest('.find')), li, e.shiftKey);
});
