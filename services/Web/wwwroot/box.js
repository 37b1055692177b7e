// Forms that stand where a case's side stands: 退单, 延期 and what is said to it. Of them and the person's data one is open. And the unit that find.js found.
const $ = (selector, within = document) => within.querySelector(selector);
// Asked for each time: a page that is merged into this one brings its own.
const opened = () => $('.boxed:not([hidden])');
let from;

function open(id) {
  const box = $('#' + id);
  // Its reason came after the page: read again it has the form, and what was typed is a draft.
  if (!box) { location.reload(); return; }
  if (!box.contains(document.activeElement)) from = document.activeElement;
  document.dispatchEvent(new CustomEvent('hub:box', { detail: id }));
  box.hidden = false;
  $('input:not([type=hidden]), textarea, form button', box).focus();
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
}
document.addEventListener('click', e => {
  const opens = e.target.closest?.('[data-box]');
  if (opens) open(opens.dataset.box);
  else if (e.target.closest?.('[data-box-close]')) close();
  else if (e.target.closest?.('[data-suggest-none]')) { suggest(opened()); $('[data-find]', opened()).focus(); }
});
document.addEventListener('hub:found', e => { const box = e.target.closest?.('.boxed'); if (box) suggest(box, e.detail.code, e.detail.unit); });
document.addEventListener('hub:box', e => { if (opened()?.id !== e.detail) close(); });
