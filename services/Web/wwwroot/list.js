// Lists: rows are chosen with X and something is done with all of them at once; Space shows a case beside its list. Nothing here moves the
// focus, and what is chosen stays chosen while the server redraws the rows.
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const picks = () => $$('[data-pick]').filter(box => box.checked);
const rowOf = element => element.closest('[data-row]');
// Only what is otherwise: writing is a change as well, and changes are what is listened to.
const put = (place, text) => { if (place.textContent !== String(text)) place.textContent = text; };
// What an act of the foot is for: rows that still offer it.
const meant = form => picks().filter(box => !form.dataset.of || $(form.dataset.of, rowOf(box)));

/* ---- what is chosen, and the foot that acts on it ---- */
function count() {
  const foot = $('[data-bulk]');
  if (!foot) return;
  const chosen = picks().length, all = $('[data-pick-all]');
  foot.hidden = chosen === 0;
  put($('[data-chosen-count]', foot), chosen);
  all.checked = chosen > 0 && chosen === $$('[data-pick]').length;
  all.indeterminate = chosen > 0 && !all.checked;
  for (const form of $$('form', foot)) {
    const n = meant(form).length;
    put($('[data-count]', form), n);
    $('button', form).disabled = n === 0;
  }
}
const clear = () => { picks().forEach(box => { box.checked = false; }); count(); };
let last;
document.addEventListener('click', e => {
  if (e.target.matches?.('[data-pick]')) {
    const all = $$('[data-pick]'), [from, to] = [all.indexOf(last), all.indexOf(e.target)];
    if (e.shiftKey && from >= 0) for (const box of all.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = e.target.checked;
    last = e.target;
    count();
  }
  else if (e.target.matches?.('[data-pick-all]')) { for (const box of $$('[data-pick]')) box.checked = e.target.checked; count(); }
  else if (e.target.closest?.('[data-pick-none]')) clear();
});
// Before desk.js reads the form: which tasks it is about.
document.addEventListener('submit', e => {
  const place = e.target.matches?.('[data-bulk] form') && $('[data-meant]', e.target);
  if (place) place.replaceChildren(...meant(e.target).map(box => Object.assign(document.createElement('input'), { type: 'hidden', name: 'taskId', value: box.value })));
}, true);
document.addEventListener('hub:done', e => {
  if (!e.target.matches?.('[data-bulk] form')) return;
  for (const { taskId, refusal } of e.detail.data.results) {
    const box = $$('[data-pick]').find(b => b.value === taskId), said = box && $('[data-row-said]', rowOf(box));
    if (!box) continue; // gone meanwhile
    box.checked = refusal !== null;
    said.textContent = refusal ?? '';
    said.hidden = refusal === null;
  }
  const command = $('[name=commandId]', e.target); // signing in has none: it happens once a task, whoever sends it
  if (command) command.value = e.detail.data.next;
  count();
});

/* ---- the case beside its list ---- */
const drawer = () => $('[data-preview]');
let shown = '', waiting, asking;
async function preview(row) {
  const place = drawer(), number = row.dataset.case;
  clearTimeout(waiting);
  asking?.abort();
  asking = new AbortController();
  shown = number;
  place.hidden = false;
  place.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(`/case/${encodeURIComponent(number)}/preview`, { signal: asking.signal }), text = await answer.text();
    const body = $('[data-preview-body]', place);
    if (answer.ok) body.innerHTML = text; else body.replaceChildren(Object.assign(document.createElement('p'), { className: 'refused', textContent: answer.status === 401 ? place.dataset.out : text || place.dataset.lost }));
    body.scrollTop = 0;
  } catch (e) { if (e.name === 'AbortError') return; $('[data-preview-body]', place).textContent = place.dataset.lost; }
  place.removeAttribute('aria-busy');
}
function closePreview() {
  const place = drawer();
  if (!place || place.hidden) return;
  clearTimeout(waiting);
  asking?.abort();
  const had = place.contains(document.activeElement);
  place.hidden = true;
  if (had) $$('[data-row]').find(row => row.dataset.case === shown)?.focus();
  shown = '';
}
document.addEventListener('keydown', e => {
  if (e.isComposing || e.keyCode === 229 || e.key === 'Process' || e.ctrlKey || e.metaKey || e.altKey || $('dialog[open]')) return;
  if (e.key === ' ' && !e.shiftKey && e.target.matches?.('[data-row][data-case]') && drawer()) {
    e.preventDefault();
    if (shown === e.target.dataset.case) closePreview(); else preview(e.target);
  }
  // The one that closed the preview, by its button, has done its work.
  else if (e.key === 'Escape' && !e.defaultPrevented && !e.target.matches?.('input:not([type=checkbox]), textarea, select') && picks().length > 0) clear();
});
document.addEventListener('click', e => { if (e.target.closest?.('[data-preview-close]')) closePreview(); });
// It goes along with the row in hand, once one rests on it.
document.addEventListener('focusin', e => {
  const row = e.target.closest?.('[data-row][data-case]');
  if (!row || !shown || row.dataset.case === shown) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => preview(row), 150);
});
// A row that the server took away is not chosen any more.
new MutationObserver(() => { if ($('[data-bulk]:not([hidden])')) count(); }).observe(document.body, { childList: true, subtree: true });
