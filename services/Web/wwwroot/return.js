// 退单: its form stands where the person's data stand; of the two one is open. And the unit that find.js found.
const $ = (selector, within = document) => within.querySelector(selector);
// Asked for each time: a page that is merged into this one brings its own.
const box = () => $('#return');
let from;

function open() {
  from = document.activeElement;
  document.dispatchEvent(new CustomEvent('hub:box', { detail: 'return' }));
  box().hidden = false;
  $('[name=reason]', box()).focus();
}
function close() {
  const b = box();
  if (!b || b.hidden) return;
  const had = b.contains(document.activeElement);
  b.hidden = true;
  // What was left may have been drawn anew meanwhile.
  if (had) (from?.isConnected && from !== document.body ? from : $('[data-return]'))?.focus();
}
function suggest(code = '', unit = '') {
  const chosen = $('[data-suggested]', box());
  $('[name=suggested]', box()).value = code;
  $('.chip', chosen).textContent = unit;
  chosen.hidden = code === '';
}
document.addEventListener('click', e => {
  if (e.target.closest?.('[data-return]')) open();
  else if (e.target.closest?.('[data-return-close]')) close();
  else if (e.target.closest?.('[data-suggest-none]')) { suggest(); $('[data-find]', box()).focus(); }
});
document.addEventListener('hub:found', e => { if (box()?.contains(e.target)) suggest(e.detail.code, e.detail.unit); });
document.addEventListener('hub:box', e => { if (e.detail !== 'return') close(); });
