// Forms that stand where a case's side stands: 退单, 会办, 转交, 延期 and what is said to it, 指定承办. Of them and the person's data one is open. And the units that find.js found.
const $ = (selector, within = document) => within.querySelector(selector);
// Asked for each time: a page that is merged into this one brings its own.
const opened = () => $('.boxed:not([hidden])');
let from;

// Without the cursor: nothing that comes by itself takes it from who writes.
function show(box) {
  document.dispatchEvent(new CustomEvent('hub:box', { detail: box.id }));
  box.hidden = false;
}
function open(id) {
  const box = $('#' + id);
  // Its reason came after the page: read again it has the form, and what was typed is a draft.
  if (!box) { location.reload(); return; }
  if (!box.contains(document.activeElement)) from = document.activeElement;
  show(box);
  $('input:not([type=hidden]), textarea, select, form button', box).focus();
}
function close() {
  const box = opened();
  if (!box) return;
  const had = box.contains(document.activeElement);
  box.hidden = true;
  // What was left may have been drawn anew meanwhile.
  if (had) (from?.isConnected && from !== document.body ? from : $(`[data-box=${box.id}]`))?.focus();
}
function suggest(box, code = '', unit = '') {
  const chosen = $('[data-suggested]', box);
  $('[name=suggested]', box).value = code;
  $('.chip', chosen).textContent = unit;
  chosen.hidden = code === '';
  if (code) $('[data-said]', box).hidden = true;
}
// What is chosen is a draft too, as what is written is: a line each, a unit's code and name, or a field and its value.
function keep(box) {
  const field = $('[data-kept]', box), place = $('[data-chosen]', box), suggested = $('[name=suggested]', box);
  if (!field) return;
  const units = place ? [...place.children].map(chip => `${chip.firstChild.value} ${$('b', chip).textContent}`) : suggested?.value ? [`${suggested.value} ${$('[data-suggested] .chip', box).textContent}`] : [];
  field.value = [...[...box.querySelectorAll('input:checked, select')].map(choice => `${choice.name}=${choice.value}`), ...units].join('\n');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
document.addEventListener('change', e => { const box = e.target.matches?.('input[type=radio], select') && e.target.closest('.boxed'); if (box) keep(box); });
document.addEventListener('hub:restored', e => {
  if (!e.target.matches?.('[data-kept]')) return;
  const box = e.target.closest('.boxed'), place = $('[data-chosen]', box);
  place?.replaceChildren();
  for (const [, name, value, code, unit] of e.target.value.matchAll(/^(?:(\w+)=(.*)|(\S+) (.*))$/gm)) {
    const choice = name && $(`select[name="${name}"], [name="${name}"][value="${CSS.escape(value)}"]`, box);
    if (choice?.matches('select')) choice.value = value;
    else if (choice) choice.checked = true;
    else if (code && place) choose(place, code, unit);
    else if (code) suggest(box, code, unit);
  }
});
// 会办: as many as are wanted, each taken out again by its own button.
function choose(place, code, unit) {
  if ([...place.children].some(chip => chip.firstChild.value === code)) return;
  const chip = Object.assign(document.createElement('span'), { className: 'chip' }), out = Object.assign(document.createElement('button'), { type: 'button', className: 'btn sm', textContent: '✕', ariaLabel: `${place.dataset.drop} ${unit}` });
  out.onclick = () => { chip.remove(); keep(place.closest('.boxed')); $('[data-find]', place.closest('.boxed')).focus(); };
  chip.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'unit', value: code }), Object.assign(document.createElement('b'), { textContent: unit }), out);
  place.append(chip);
  $('[data-said]', place.closest('form')).hidden = true;
}
const joint = e => e.target.matches?.('form') ? $('[data-chosen]', e.target) : null;
document.addEventListener('submit', e => {
  const place = joint(e);
  if (place && !place.children.length) {
    e.preventDefault();
    e.stopPropagation();
    Object.assign($('[data-said]', e.target), { textContent: place.dataset.none, hidden: false });
    $('[data-find]', e.target).focus();
  }
  else if (place) e.target.dataset.hold = e.target.dataset.sentence.replace('{units}', [...place.children].map(chip => $('b', chip).textContent).join(e.target.dataset.and));
}, true);
// While it waits to leave, one goes on; what is taken back or refused is there again as it was.
document.addEventListener('hub:held', e => { if (joint(e)) close(); });
for (const back of ['hub:undone', 'hub:refused', 'hub:lost']) document.addEventListener(back, e => { if (joint(e)) show(e.target.closest('.boxed')); });
document.addEventListener('hub:done', e => {
  const place = joint(e);
  if (!place) return;
  place.replaceChildren();
  keep(place.closest('.boxed'));
  $('[name=commandId]', e.target).value = e.detail.data.next;
  const words = $('textarea', e.target);
  words.value = '';
  words.dispatchEvent(new Event('input', { bubbles: true }));
});
document.addEventListener('click', e => {
  const opens = e.target.closest?.('[data-box]'), likely = e.target.closest?.('[data-suggest]');
  if (opens) open(opens.dataset.box);
  else if (e.target.closest?.('[data-box-close]')) close();
  else if (likely) { suggest(opened(), likely.dataset.suggest, likely.dataset.unit); keep(opened()); }
  else if (e.target.closest?.('[data-suggest-none]')) { suggest(opened()); keep(opened()); $('[data-find]', opened()).focus(); }
});
// Some browsers open a choice with Enter, others send its form: here it sends.
document.addEventListener('keydown', e => { if (e.key === 'Enter' && e.target.matches?.('.boxed select')) { e.preventDefault(); e.target.form.requestSubmit(); } });
document.addEventListener('hub:found', e => {
  const box = e.target.closest?.('.boxed'), place = box && $('[data-chosen]', box);
  if (!box) return;
  if (place) choose(place, e.detail.code, e.detail.unit); else suggest(box, e.detail.code, e.detail.unit);
  keep(box);
});
document.addEventListener('hub:box', e => { if (opened()?.id !== e.detail) close(); });
// A list leads to a case with the form already open.
const asked = new URLSearchParams(location.search).get('open');
if (asked && document.getElementById(asked)?.matches('.boxed')) {
  history.replaceState(history.state, '', location.pathname);
  open(asked);
}
